#include "node/attachment/view.h"

#include "node/json_out.h"
#include "node/label.h"
#include "node/lang.h"
#include "node/terminal.h"
#include "proto/body.pb-c.h"
#include "sync/blob.h"

#include <stdio.h>
#include <string.h>

/* --- text --- */

static const char *role_word(const char *word)
{
    return ys_label_word(&yishi__v1__attachment_role__descriptor, word);
}

static const char *scope_word(const char *word)
{
    return ys_label_word(&yishi__v1__attachment_scope__descriptor, word);
}

static const char *state_word(const char *state)
{
    if (strcmp(state, "here") == 0)
        return _("here");
    if (strcmp(state, "missing") == 0)
        return _("missing");
    if (strcmp(state, "erased") == 0)
        return _("erased");
    if (strcmp(state, "too_large") == 0)
        return _("too large for this node");
    return _("stays at its community");
}

static void text_attached(const struct ys_attached *a)
{
    char name[YS_BLOB_NAME_LEN + 1];
    ys_blob_name(&a->hash, name);
    printf(_("Attached: "));
    ys_terminal_put(a->file);
    printf(_(", %llu bytes, %s, %s, %s\n  SHA-256 %s\n"), (unsigned long long)a->size,
           a->media_type, role_word(a->role), scope_word(a->scope), name);
}

static void text_row(const struct ys_attachment_row *row)
{
    char name[YS_BLOB_NAME_LEN + 1];
    ys_blob_name(&row->hash, name);
    printf("%.16s  ", name);
    ys_terminal_padded(state_word(row->state), 10);
    printf(" %12llu  %s  ", (unsigned long long)row->size, row->record);
    ys_terminal_put(role_word(row->role));
    printf("  ");
    ys_terminal_put(row->media_type);
    if (row->title[0] != '\0') {
        printf("  ");
        ys_terminal_put(row->title);
    }
    printf("\n");
}

static void text_sums(const struct ys_attachment_sums *sums)
{
    printf(_("Attachments: %llu here (%llu bytes), %llu missing (%llu bytes)\n"),
           (unsigned long long)sums->here, (unsigned long long)sums->here_bytes,
           (unsigned long long)sums->missing, (unsigned long long)sums->missing_bytes);
}

static void text_got(const char *file, const struct ys_hash *hash, uint64_t size)
{
    char name[YS_BLOB_NAME_LEN + 1];
    ys_blob_name(hash, name);
    printf(_("Written: "));
    ys_terminal_put(file);
    printf(_(", %llu bytes, SHA-256 %s\n"), (unsigned long long)size, name);
}

static void text_damaged(const struct ys_hash *hash, uint64_t size)
{
    char name[YS_BLOB_NAME_LEN + 1];
    ys_blob_name(hash, name);
    printf(_("DAMAGED: %s, %llu bytes: its content is another; taken away, and asked for again\n"),
           name, (unsigned long long)size);
}

static void text_verified(uint64_t files, uint64_t bytes, uint64_t damaged)
{
    printf(_("Attachments: %llu files, %llu bytes read; %llu damaged\n"), (unsigned long long)files,
           (unsigned long long)bytes, (unsigned long long)damaged);
}

static void text_collected(const struct ys_hash *hash, uint64_t size, bool partial, bool dry)
{
    char name[YS_BLOB_NAME_LEN + 1];
    ys_blob_name(hash, name);
    printf("%s  %12llu  %s%s\n", name, (unsigned long long)size,
           dry ? _("would be removed") : _("removed"), partial ? _(" (was on its way)") : "");
}

static void text_collected_all(uint64_t files, uint64_t bytes, bool dry)
{
    printf(dry ? _("%llu files, %llu bytes that no record and no draft names\n")
               : _("Removed: %llu files, %llu bytes that no record and no draft names\n"),
           (unsigned long long)files, (unsigned long long)bytes);
}

static const struct ys_attachment_view as_text = {
    .attached = text_attached,
    .row = text_row,
    .sums = text_sums,
    .got = text_got,
    .damaged = text_damaged,
    .verified = text_verified,
    .collected = text_collected,
    .collected_all = text_collected_all,
};

/* --- JSON --- */

static json_t *hash_json(const struct ys_hash *hash)
{
    char name[YS_BLOB_NAME_LEN + 1];
    ys_blob_name(hash, name);
    return json_string(name);
}

static void json_attached(const struct ys_attached *a)
{
    ys_json_line(json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "hash", hash_json(&a->hash), "file",
                           ys_json_text(a->file), "size", ys_json_number(a->size), "media_type",
                           ys_json_text(a->media_type), "title", ys_json_text_or_null(a->title),
                           "scope", ys_json_text_or_null(a->scope), "role",
                           ys_json_text_or_null(a->role)));
}

static void json_row(const struct ys_attachment_row *row)
{
    ys_json_line(
        json_pack("{s:o,s:o,s:s,s:s,s:s,s:o,s:o,s:o,s:o}", "hash", hash_json(&row->hash), "size",
                  ys_json_number(row->size), "state", row->state, "record", row->record, "kind",
                  row->kind, "media_type", ys_json_text_or_null(row->media_type), "title",
                  ys_json_text_or_null(row->title), "scope", ys_json_text_or_null(row->scope),
                  "role", ys_json_text_or_null(row->role)));
}

json_t *ys_attachment_sums_json(const struct ys_attachment_sums *sums)
{
    return json_pack("{s:o,s:o,s:o,s:o}", "here", ys_json_number(sums->here), "here_bytes",
                     ys_json_number(sums->here_bytes), "missing", ys_json_number(sums->missing),
                     "missing_bytes", ys_json_number(sums->missing_bytes));
}

static void json_sums(const struct ys_attachment_sums *sums)
{
    ys_json_line(ys_attachment_sums_json(sums));
}

static void json_got(const char *file, const struct ys_hash *hash, uint64_t size)
{
    ys_json_line(json_pack("{s:o,s:o,s:o}", "file", ys_json_text(file), "hash", hash_json(hash),
                           "size", ys_json_number(size)));
}

static void json_damaged(const struct ys_hash *hash, uint64_t size)
{
    ys_json_line(json_pack("{s:o,s:o,s:s}", "hash", hash_json(hash), "size", ys_json_number(size),
                           "state", "damaged"));
}

static void json_verified(uint64_t files, uint64_t bytes, uint64_t damaged)
{
    ys_json_line(json_pack("{s:o,s:o,s:o}", "files", ys_json_number(files), "bytes",
                           ys_json_number(bytes), "damaged", ys_json_number(damaged)));
}

static void json_collected(const struct ys_hash *hash, uint64_t size, bool partial, bool dry)
{
    ys_json_line(json_pack("{s:o,s:o,s:b,s:b}", "hash", hash_json(hash), "size",
                           ys_json_number(size), "partial", partial, "removed", !dry));
}

static void json_collected_all(uint64_t files, uint64_t bytes, bool dry)
{
    ys_json_line(json_pack("{s:o,s:o,s:b}", "files", ys_json_number(files), "bytes",
                           ys_json_number(bytes), "removed", !dry));
}

static const struct ys_attachment_view as_json = {
    .attached = json_attached,
    .row = json_row,
    .sums = json_sums,
    .got = json_got,
    .damaged = json_damaged,
    .verified = json_verified,
    .collected = json_collected,
    .collected_all = json_collected_all,
};

const struct ys_attachment_view *ys_attachment_view(bool json)
{
    return json ? &as_json : &as_text;
}

/* --- in what other commands print --- */

void ys_attachments_put(const struct ys_attachment_sums *sums, const struct ys_blob_faults *faults)
{
    if (sums->here + sums->missing != 0)
        text_sums(sums);
    for (size_t i = 0; faults != NULL && i < faults->count; i++) {
        char name[YS_BLOB_NAME_LEN + 1];
        char time[YS_TIME_TEXT_MAX];
        ys_blob_name(&faults->fault[i].hash, name);
        ys_terminal_time(true, faults->fault[i].time_s, time);
        printf(_("%s has sent wrong contents %llu times, last of attachment %.16s, %s\n"),
               faults->fault[i].peer.digits, (unsigned long long)faults->fault[i].count, name,
               time);
    }
}

void ys_attachments_put_states(const json_t *states)
{
    for (size_t i = 0; states != NULL && i < json_array_size(states); i++) {
        const json_t *const one = json_array_get(states, i);
        printf(_("Attachment %.16s: %lld bytes, "), json_string_value(json_object_get(one, "hash")),
               (long long)json_integer_value(json_object_get(one, "size")));
        ys_terminal_put(json_string_value(json_object_get(one, "media_type")));
        printf(", %s\n", state_word(json_string_value(json_object_get(one, "state"))));
    }
}

json_t *ys_attachments_json(const struct ys_attachment_sums *sums,
                            const struct ys_blob_faults *faults)
{
    json_t *const object = ys_attachment_sums_json(sums);
    json_t *const list = json_array();
    for (size_t i = 0; faults != NULL && i < faults->count; i++)
        json_array_append_new(list,
                              json_pack("{s:s,s:o,s:o,s:o}", "code", faults->fault[i].peer.digits,
                                        "count", ys_json_number(faults->fault[i].count), "hash",
                                        hash_json(&faults->fault[i].hash), "time",
                                        ys_json_time(true, faults->fault[i].time_s)));
    json_object_set_new(object, "faults", list);
    return object;
}
