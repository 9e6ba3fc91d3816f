#include "node/exhibit.h"

#include "node/lang.h"
#include "sync/verdict.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

void ys_exhibit_clear(struct ys_exhibit *exhibit)
{
    json_decref(exhibit->body);
    json_decref(exhibit->attachments);
    exhibit->attachments = NULL;
    exhibit->body = NULL;
}

struct ys_witnesses ys_witnesses_of(const struct ys_node *node, const struct ys_name *origin)
{
    struct ys_witnesses found = {NULL, NULL};
    struct ys_division above = origin->division;
    while (node->member != NULL && ys_division_parent(&above, &above)) {
        const struct ys_vkey *const mirror = ys_member_mirror(node->member, &above);
        if (ys_division_level(&above) == YS_LEVEL_STREET)
            found.street = mirror;
        else
            found.district = mirror;
    }
    return found;
}

static enum ys_code load_receipt(struct ys_txn *txn, const struct ys_exhibit *exhibit,
                                 const struct ys_vkey *witness, bool *has_out,
                                 struct ys_receipt *out, struct ys_err *err)
{
    *has_out = false;
    if (witness == NULL)
        return YS_OK;
    const enum ys_code code =
        ys_receipt_covering(txn, exhibit->log.id, exhibit->index, witness, out, err);
    *has_out = code == YS_OK;
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static bool same_unit(const struct ys_name *a, const struct ys_name *b)
{
    return strcmp(a->deployment, b->deployment) == 0 &&
           ys_division_equal(&a->division, &b->division);
}

static void put_signer(struct ys_exhibit *exhibit, struct ys_bytes key_name)
{
    struct ys_name name;
    struct ys_bytes shown = key_name;
    if (exhibit->signer_count == YS_EXHIBIT_SIGNERS_MAX)
        return;
    if (ys_name_parse(key_name, &name, NULL) == YS_OK && same_unit(&name, &exhibit->log.origin)) {
        if (name.kind == YS_NAME_BODY)
            shown = ys_bytes_of_text(name.body);
        else if (name.kind == YS_NAME_ROOT)
            shown = ys_bytes_of_text("root");
        else if (ys_name_equal(&name, &exhibit->log.origin))
            shown = ys_bytes_of_text("node");
    }
    if (shown.size > YS_KEY_NAME_MAX)
        shown.size = YS_KEY_NAME_MAX;
    char *const out = exhibit->signer[exhibit->signer_count++];
    memcpy(out, shown.data, shown.size);
    out[shown.size] = '\0';
}

static void read_note(struct ys_exhibit *exhibit, struct ys_bytes bytes)
{
    struct ys_note note;
    if (ys_note_parse(bytes, &note, NULL) != YS_OK)
        return;
    for (unsigned i = 0; i < note.line_count; i++)
        put_signer(exhibit, note.line[i].name);
    if (ys_record_parse(note.text, &exhibit->record, NULL) != YS_OK)
        return;
    exhibit->readable = true;
    ys_record_id(note.text, &exhibit->id);
    exhibit->kind = ys_kind_by_name(ys_bytes_of_text(exhibit->record.kind));
}

static enum ys_code read_verdict(const struct ys_node *node, struct ys_txn *txn,
                                 struct ys_exhibit *exhibit, const struct ys_entry *entry,
                                 struct ys_err *err)
{
    const enum ys_code code =
        ys_status_get(txn, exhibit->log.id, exhibit->index, &exhibit->verdict, err);
    if (code != YS_OK || exhibit->verdict == YS_VERDICT_OK || node->member == NULL)
        return code;
    const enum ys_verdict found =
        ys_judge(node->member, &exhibit->log.origin, exhibit->index, entry, &exhibit->why);
    if (exhibit->verdict == YS_VERDICT_UNCHECKED)
        exhibit->verdict = found;
    return YS_OK;
}

/* A body inside of a body, as what it says. One that cannot be read stays bytes. */
static enum ys_code open_replacement(struct ys_exhibit *exhibit, const Yishi__V1__Body *outer,
                                     struct ys_arena *arena, struct ys_err *err)
{
    const Yishi__V1__Body *body = NULL;
    json_t *shown = NULL;
    if (outer->kind_case != YISHI__V1__BODY__KIND_CORRECTION)
        return YS_OK;
    enum ys_code code = ys_body_replacement(outer->correction, arena, &body, err);
    if (code == YS_OK)
        code = ys_json_encode(&body->base, &shown, err);
    if (code == YS_OK && json_object_set_new(json_object_get(exhibit->body, "correction"),
                                             "replacement", shown) != 0)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    return code == YS_NOMEM ? code : YS_OK;
}

static enum ys_code read_body(struct ys_exhibit *exhibit, struct ys_bytes bytes, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(bytes, &arena, &body, err);
    if (code == YS_OK)
        code = ys_json_encode(&body->base, &exhibit->body, err);
    else if (code != YS_NOMEM)
        code = YS_OK; /* of no form that this version can show */
    if (code == YS_OK && exhibit->body != NULL)
        code = open_replacement(exhibit, body, &arena, err);
    ys_arena_clear(&arena);
    return code;
}

enum ys_code ys_exhibit_load(const struct ys_node *node, struct ys_txn *txn,
                             const struct ys_log *log, uint64_t index, bool with_body,
                             struct ys_exhibit *out, struct ys_err *err)
{
    struct ys_entry entry;
    YS_EXHIBIT_SCOPED exhibit = {.log = *log, .index = index};
    const struct ys_witnesses witnesses = ys_witnesses_of(node, &log->origin);
    enum ys_code code = ys_log_entry(txn, log->id, index, &entry, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, code, _("log %s has no index %llu; it has %llu entries"),
                       log->origin_text, (unsigned long long)index,
                       (unsigned long long)log->frontier.size);
    if (code != YS_OK)
        return code;
    exhibit.content = entry.content;
    read_note(&exhibit, entry.note);
    code = read_verdict(node, txn, &exhibit, &entry, err);
    if (code == YS_OK)
        code = load_receipt(txn, &exhibit, witnesses.street, &exhibit.has_street, &exhibit.street,
                            err);
    if (code == YS_OK)
        code = load_receipt(txn, &exhibit, witnesses.district, &exhibit.has_district,
                            &exhibit.district, err);
    if (code == YS_OK && exhibit.readable)
        code = ys_told_load(txn, node->member, &exhibit.id, exhibit.told, &exhibit.told_count, err);
    if (code == YS_OK && with_body && entry.content == YS_CONTENT_BODY)
        code = read_body(&exhibit, entry.body, err);
    if (code != YS_OK)
        return code;
    *out = exhibit;
    exhibit.body = NULL;
    return YS_OK;
}

/* --- finding one --- */

enum { PREFIX_DIGITS_MIN = 8, PREFIX_DIGITS_MAX = 16, ID_DIGITS = 64, FOUND_MAX = 8 };

/* Does the record at this place have an id that begins with the digits? */
static enum ys_code id_begins_with(struct ys_txn *txn, const struct ys_position *at,
                                   const char *digits, bool *out, struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_hash id;
    char hex[YS_RECORD_ID_TEXT_MAX];
    *out = false;
    const enum ys_code code = ys_log_entry(txn, at->log_id, at->index, &entry, err);
    if (code != YS_OK || !ys_note_peek(entry.note, &text, &kind))
        return code == YS_NOT_FOUND ? YS_OK : code;
    ys_record_id(text, &id);
    ys_record_id_print(&id, hex);
    *out = strncmp(hex, digits, strlen(digits)) == 0;
    return YS_OK;
}

static enum ys_code find_by_id(struct ys_txn *txn, const char *digits, struct ys_position *out,
                               struct ys_err *err)
{
    uint8_t prefix[PREFIX_DIGITS_MAX / 2];
    struct ys_position at[FOUND_MAX];
    size_t count = 0;
    size_t found = 0;
    size_t used = strlen(digits) < PREFIX_DIGITS_MAX ? strlen(digits) : PREFIX_DIGITS_MAX;
    used -= used % 2;
    if (sodium_hex2bin(prefix, sizeof prefix, digits, used, NULL, NULL, NULL) != 0)
        return ys_fail(err, YS_USAGE, _("\"%s\" is no record id"), digits);
    enum ys_code code = ys_log_by_prefix(txn, prefix, used / 2, at, FOUND_MAX, &count, err);
    if (code == YS_NOT_FOUND)
        code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        bool fits = false;
        code = id_begins_with(txn, &at[i], digits, &fits, err);
        if (fits && found++ == 0)
            *out = at[i];
    }
    if (code != YS_OK)
        return code;
    if (found == 0)
        return ys_fail(err, YS_NOT_FOUND, _("no record %s is held here"), digits);
    if (found > 1 && strlen(digits) < ID_DIGITS)
        return ys_fail(err, YS_USAGE, _("%s means several records; give more of its digits"),
                       digits);
    return YS_OK;
}

static enum ys_code find_by_place(struct ys_txn *txn, const char *text, const char *colon,
                                  struct ys_log *log_out, uint64_t *index_out, struct ys_err *err)
{
    char code_text[YS_KEY_NAME_MAX + 1];
    if ((size_t)(colon - text) >= sizeof code_text ||
        !ys_decimal_parse(ys_bytes_of_text(colon + 1), INT64_MAX, index_out))
        return ys_fail(err, YS_USAGE, _("\"%s\" is no place like CODE:INDEX"), text);
    memcpy(code_text, text, (size_t)(colon - text));
    code_text[colon - text] = '\0';
    const enum ys_code code = ys_node_find_log(txn, code_text, log_out, err);
    if (code == YS_OK && *index_out >= log_out->frontier.size)
        return ys_fail(err, YS_NOT_FOUND, _("%s: the log has %llu entries"), text,
                       (unsigned long long)log_out->frontier.size);
    return code;
}

static bool is_hex(const char *text)
{
    const size_t length = strlen(text);
    return length >= PREFIX_DIGITS_MIN && length <= ID_DIGITS &&
           strspn(text, "0123456789abcdef") == length;
}

enum ys_code ys_exhibit_find(struct ys_txn *txn, const char *text, struct ys_log *log_out,
                             uint64_t *index_out, struct ys_err *err)
{
    struct ys_position at = {0}; /* gcc with ThreadSanitizer does not see that it is set */
    const char *const colon = strrchr(text, ':');
    if (colon != NULL)
        return find_by_place(txn, text, colon, log_out, index_out, err);
    if (!is_hex(text))
        return ys_fail(err, YS_USAGE,
                       _("\"%s\" is no record: give its id in hex, at least 8 digits, or "
                         "CODE:INDEX"),
                       text);
    enum ys_code code = find_by_id(txn, text, &at, err);
    if (code == YS_OK)
        code = ys_log_load(txn, at.log_id, log_out, err);
    if (code == YS_OK)
        *index_out = at.index;
    return code;
}
