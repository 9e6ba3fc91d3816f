#include "node/attachment/listing.h"

#include "node/lang.h"

#include <stdio.h>
#include <string.h>

enum { WORD = 96, TITLE = 800, PLACE = 64, DIGITS_LEAST = 8 };

static const char text[] =
    "SELECT a.hash, a.size, l.division || ':' || r.idx, r.kind, a.media_type, a.title, a.scope, "
    "a.role,"
    " CASE WHEN a.scope <> 'replicated' THEN 'local_only'"
    "  WHEN NOT EXISTS (SELECT 1 FROM attachment_due d WHERE d.rec = a.rec AND d.hash = a.hash) "
    "THEN "
    "'erased'"
    "  WHEN a.hash IN (SELECT hash FROM node_attachment) THEN 'here' ELSE 'missing' END AS state"
    " FROM attachment a JOIN record r ON r.no = a.rec JOIN log l ON l.no = r.log";

/* Words of a row, with room for them. */
struct words {
    char place[PLACE], kind[WORD], media_type[WORD], title[TITLE], scope[WORD], role[WORD],
        state[WORD];
};

static void copy(struct ys_query *query, int at, char *out, size_t size)
{
    out[0] = '\0';
    if (!ys_query_is_null(query, at))
        (void)ys_query_copy(query, at, out, size);
}

static bool read_row(struct ys_query *query, struct words *words, struct ys_attachment_row *out)
{
    if (!ys_query_hash(query, 0, &out->hash))
        return false;
    out->size = (uint64_t)ys_query_int(query, 1);
    copy(query, 2, words->place, sizeof words->place);
    copy(query, 3, words->kind, sizeof words->kind);
    copy(query, 4, words->media_type, sizeof words->media_type);
    copy(query, 5, words->title, sizeof words->title);
    copy(query, 6, words->scope, sizeof words->scope);
    copy(query, 7, words->role, sizeof words->role);
    copy(query, 8, words->state, sizeof words->state);
    out->record = words->place;
    out->kind = words->kind;
    out->media_type = words->media_type;
    out->title = words->title;
    out->scope = words->scope;
    out->role = words->role;
    out->state = words->state;
    return true;
}

enum ys_code ys_attachment_list(struct ys_model *model, bool missing,
                                void (*each)(void *context, const struct ys_attachment_row *row),
                                void *context, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    char whole[sizeof text + 128];
    bool row = false;
    (void)snprintf(whole, sizeof whole, "%s%s ORDER BY a.rec, a.nth", text,
                   missing ? " WHERE state = 'missing'" : "");
    enum ys_code code = ys_query_open(ys_model_sql(model), whole, &query, err);
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row) {
        struct words words;
        struct ys_attachment_row out;
        if (read_row(query, &words, &out))
            each(context, &out);
    }
    return code;
}

json_t *ys_attachment_states(struct ys_model *model, const struct ys_hash *record)
{
    YS_QUERY_SCOPED query = NULL;
    char whole[sizeof text + 128];
    bool row = false;
    json_t *list = NULL;
    (void)snprintf(whole, sizeof whole, "%s WHERE r.id = ?1 ORDER BY a.rec, a.nth", text);
    if (ys_query_open(ys_model_sql(model), whole, &query, NULL) != YS_OK)
        return NULL;
    ys_query_set_blob(query, 1, (struct ys_bytes){record->bytes, YS_HASH_LEN});
    while (ys_query_step(query, &row, NULL) == YS_OK && row) {
        struct words words;
        struct ys_attachment_row one;
        char name[YS_BLOB_NAME_LEN + 1];
        if (!read_row(query, &words, &one))
            continue;
        if (list == NULL)
            list = json_array();
        ys_blob_name(&one.hash, name);
        json_array_append_new(list, json_pack("{s:s,s:I,s:s,s:s,s:s}", "hash", name, "size",
                                              (json_int_t)one.size, "media_type", one.media_type,
                                              "role", one.role, "state", one.state));
    }
    return list;
}

/* --- finding by what people write --- */

struct search {
    const char *digits;
    struct ys_hash found;
    unsigned count;
};

static void match(struct search *search, const struct ys_hash *hash)
{
    char name[YS_BLOB_NAME_LEN + 1];
    ys_blob_name(hash, name);
    if (strncmp(name, search->digits, strlen(search->digits)) != 0 ||
        (search->count == 1 && ys_hash_equal(&search->found, hash)))
        return;
    search->found = *hash;
    search->count++;
}

static bool match_file(void *context, const struct ys_blob_info *info)
{
    if (!info->partial)
        match(context, &info->hash);
    return true;
}

static void match_row(void *context, const struct ys_attachment_row *row)
{
    match(context, &row->hash);
}

enum ys_code ys_attachment_find_named(struct ys_model *model, const struct ys_blobs *blobs,
                                      const char *word, struct ys_hash *out, struct ys_err *err)
{
    struct search search = {.digits = word};
    const size_t length = strlen(word);
    if (ys_blob_name_parse(word, out) || ys_hash_parse(ys_bytes_of_text(word), out))
        return YS_OK;
    if (length < DIGITS_LEAST || length > YS_BLOB_NAME_LEN ||
        strspn(word, "0123456789abcdef") != length)
        return ys_fail(err, YS_USAGE,
                       _("\"%s\" is no SHA-256: 64 hex digits, or at least the first %d of them"),
                       word, DIGITS_LEAST);
    enum ys_code code = ys_blobs_each(blobs, match_file, &search, err);
    if (code == YS_OK)
        code = ys_attachment_list(model, false, match_row, &search, err);
    if (code != YS_OK)
        return code;
    if (search.count == 0)
        return ys_fail(err, YS_NOT_FOUND, _("no attachment begins with %s"), word);
    if (search.count > 1)
        return ys_fail(err, YS_USAGE, _("several attachments begin with %s: write more digits"),
                       word);
    *out = search.found;
    return YS_OK;
}
