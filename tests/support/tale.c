#include "tests/support/tale.h"

#include "crypto/base64.h"
#include "proto/json.h"
#include "proto/kind.h"
#include "proto/moment.h"
#include "sync/dispute.h"
#include "sync/status.h"
#include "sync/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const role_words[CAST_ROLES] = {
    [CAST_DISTRICT] = "district",         [CAST_STREET] = "street",
    [CAST_OTHER_STREET] = "other_street", [CAST_COMMUNITY] = "community",
    [CAST_NEIGHBOUR] = "neighbour",
};

static void __attribute__((noreturn)) say_and_end(const char *what)
{
    fprintf(stderr, "tale: %s\n", what);
    abort();
}

#define GIVE_UP(...)                                      \
    do {                                                  \
        char what_[512];                                  \
        (void)snprintf(what_, sizeof what_, __VA_ARGS__); \
        say_and_end(what_);                               \
    } while (0)

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK)
        GIVE_UP("%s: %s", ys_code_name(code), err->msg);
}

static enum cast_role role_of(const json_t *word)
{
    if (word == NULL)
        return CAST_COMMUNITY;
    for (size_t i = 0; i < CAST_ROLES; i++)
        if (strcmp(json_string_value(word), role_words[i]) == 0)
            return (enum cast_role)i;
    GIVE_UP("nobody is called %s", json_string_value(word));
}

uint64_t tale_time(const char *text)
{
    uint32_t day = 0;
    int64_t time_ms = 0;
    struct ys_err err = {0};
    if (ys_date_parse(ys_bytes_of_text(text), &day) == YS_OK)
        return (uint64_t)(ys_time_of_date(day) / 1000) + 12 * 3600;
    if (ys_time_parse(ys_bytes_of_text(text), &time_ms) != YS_OK)
        GIVE_UP("\"%s\" is no day and no time", text);
    (void)err;
    return (uint64_t)(time_ms / 1000);
}

/* --- references ---------------------------------------------------------------------------------- */

static struct ys_hash id_of(const struct tale *tale, const char *label)
{
    struct ys_hash id;
    for (size_t i = 0; i < tale->count; i++)
        if (strcmp(tale->record[i].label, label) == 0)
            return tale->record[i].id;
    ys_sha256(ys_bytes_of_text(label), &id);
    return id;
}

static json_t *base64_of(struct ys_bytes bytes)
{
    char text[128];
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = sizeof text};
    ys_writer_base64(&w, bytes);
    return json_stringn(text, w.size);
}

static void add_ref(const struct tale *tale, json_t *refs, const char *rel, const char *label)
{
    const struct ys_hash id = id_of(tale, label);
    json_t *const ref = json_object();
    json_object_set_new(ref, "rel", json_string(rel));
    json_object_set_new(ref, "record", base64_of((struct ys_bytes){id.bytes, sizeof id.bytes}));
    json_array_append_new(refs, ref);
}

static json_t *refs_of(const struct tale *tale, const json_t *told)
{
    json_t *const refs = json_array();
    const char *rel = NULL;
    json_t *to = NULL;
    json_object_foreach((json_t *)(uintptr_t)told, rel, to)
    {
        if (json_is_string(to))
            add_ref(tale, refs, rel, json_string_value(to));
        for (size_t i = 0; json_is_array(to) && i < json_array_size(to); i++)
            add_ref(tale, refs, rel, json_string_value(json_array_get(to, i)));
    }
    return refs;
}

/* --- one record ---------------------------------------------------------------------------------- */

static const struct ys_kind *kind_of(const json_t *told)
{
    const char *field = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)told, field, value)
    {
        const struct ys_kind *const kind = ys_kind_by_name(ys_bytes_of_text(field));
        if (kind != NULL && strcmp(field, "receipts") != 0)
            return kind;
    }
    GIVE_UP("a record of no kind: %s", json_dumps(told, JSON_COMPACT));
}

static const struct ys_signer *signer_named(const struct cast_unit *unit, const char *body)
{
    for (size_t i = 0; i < CAST_BODIES_MAX; i++) {
        struct ys_name name;
        if (ys_name_parse(ys_bytes_of_text(unit->body[i].vkey.name), &name, NULL) == YS_OK &&
            strcmp(name.body, body) == 0)
            return &unit->body[i];
    }
    if (strcmp(body, "node") == 0)
        return &unit->keys.log;
    GIVE_UP("%s has no %s", unit->log, body);
}

/* All that the kind requires, and the first of those of which one is enough. */
static unsigned signers_required(const struct cast_unit *unit, const struct ys_kind *kind,
                                 const struct ys_signer **out)
{
    unsigned count = 0;
    bool author = false;
    for (size_t i = 0; i < CAST_BODIES_MAX; i++) {
        struct ys_name name;
        if (ys_name_parse(ys_bytes_of_text(unit->body[i].vkey.name), &name, NULL) != YS_OK)
            continue;
        const unsigned class = ys_body_class(name.body);
        if ((kind->also & class) != 0 || (!author && (kind->authors & class) != 0))
            out[count++] = &unit->body[i];
        author = author || (kind->authors & class) != 0;
    }
    if (!author)
        GIVE_UP("%s cannot write %s: name the signers", unit->log, kind->name);
    return count;
}

/* Cut the first word off; of the last, "" is left. */
static const char *cut_word(char **rest)
{
    char *const word = *rest;
    char *const end = word + strcspn(word, " ");
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static unsigned signers_told(const struct cast_unit *unit, const char *words,
                             const struct ys_signer **out)
{
    unsigned count = 0;
    while (*words != '\0' && count < CAST_BODIES_MAX) {
        char body[32];
        const size_t length = strcspn(words, " ");
        (void)snprintf(body, sizeof body, "%.*s", (int)length, words);
        out[count++] = signer_named(unit, body);
        words += length + (words[length] == ' ');
    }
    return count;
}

static void keep(struct tale *tale, enum cast_role role, const char *label,
                 const struct scribe_record *record)
{
    const struct ys_entry entry = scribe_entry(record);
    struct ys_note note;
    struct ys_err err = {0};
    if (tale->count == TALE_RECORDS_MAX)
        GIVE_UP("a tale is too long");
    struct tale_record *const out = &tale->record[tale->count];
    (void)snprintf(out->label, sizeof out->label, "%s", label == NULL ? "" : label);
    if (tale->hear != NULL)
        tale->hear(tale->context, role, record);
    out->role = role;
    out->index = cast_append(&tale->cast, role, &entry);
    must(ys_note_parse((struct ys_bytes){record->note, record->note_size}, &note, &err), &err);
    ys_record_id(note.text, &out->id);
    tale->count++;
}

/* "@log community", "@key community po": what only the cast knows. */
static json_t *known_to_cast(const struct tale *tale, const char *words)
{
    char text[64];
    char key[YS_VKEY_TEXT_MAX];
    char *rest = text;
    (void)snprintf(text, sizeof text, "%s", words);
    const char *const what = cut_word(&rest);
    json_t *const unit_word = json_string(cut_word(&rest));
    const struct cast_unit *const unit = &tale->cast.unit[role_of(unit_word)];
    json_decref(unit_word);
    if (strcmp(what, "@log") == 0)
        return json_string(unit->log);
    if (strcmp(what, "@key") != 0)
        GIVE_UP("nobody knows %s", words);
    ys_vkey_print(&signer_named(unit, cut_word(&rest))->vkey, key);
    return json_string(key);
}

static void fill_in(const struct tale *tale, json_t *value)
{
    const char *field = NULL;
    void *next = NULL;
    json_t *inner = NULL;
    json_object_foreach_safe(value, next, field, inner)
    {
        if (json_is_string(inner) && json_string_value(inner)[0] == '@')
            json_object_set_new(value, field, known_to_cast(tale, json_string_value(inner)));
        else
            fill_in(tale, inner);
    }
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
        fill_in(tale, json_array_get(value, i));
}

static void drop_ours(json_t *record)
{
    static const char *const ours[] = {"as",      "by",     "at",     "signed",
                                       "signers", "forged", "matter", NULL};
    for (const char *const *field = ours; *field != NULL; field++)
        json_object_del(record, *field);
}

static void tell_record(struct tale *tale, const json_t *told)
{
    const enum cast_role role = role_of(json_object_get(told, "by"));
    const struct cast_unit *const unit = &tale->cast.unit[role];
    const struct ys_kind *const kind = kind_of(told);
    const char *const at = json_string_value(json_object_get(told, "at"));
    const char *const signed_at = json_string_value(json_object_get(told, "signed"));
    const json_t *const matter = json_object_get(told, "matter");
    const char *const signers_word = json_string_value(json_object_get(told, "signers"));
    const struct ys_signer *signers[CAST_BODIES_MAX] = {NULL};
    struct ys_signer forged[CAST_BODIES_MAX];
    char subject[64] = "-";
    struct scribe_record record;
    ProtobufCMessage *body = NULL;
    struct ys_arena arena;
    struct ys_err err = {0};

    if (at == NULL && signed_at == NULL)
        GIVE_UP("%s: neither at nor signed", kind->name);
    if (matter == NULL ? kind->subject != YS_SUBJECT_NONE : json_integer_value(matter) != 0)
        (void)snprintf(subject, sizeof subject, "%s-2026-000%d",
                       tale->cast.unit[CAST_COMMUNITY].origin.division.digits,
                       matter == NULL ? 1 : (int)json_integer_value(matter));
    unsigned count = signers_word == NULL ? signers_required(unit, kind, signers)
                                          : signers_told(unit, signers_word, signers);
    for (unsigned i = 0; json_is_true(json_object_get(told, "forged")) && i < count; i++) {
        cast_rekey(&tale->cast, signers[i], &forged[i]);
        signers[i] = &forged[i];
    }
    json_t *const json = json_deep_copy(told);
    drop_ours(json);
    fill_in(tale, json);
    if (at != NULL)
        json_object_set_new(json, "occurred_at", json_string(at));
    if (json_object_get(json, "refs") != NULL)
        json_object_set_new(json, "refs", refs_of(tale, json_object_get(told, "refs")));
    ys_arena_init(&arena, 1 << 20);
    must(ys_json_decode(json, &yishi__v1__body__descriptor, kind->name, &arena, &body, &err), &err);
    scribe_write_about(&record, &tale->cast.rng, &unit->origin, subject,
                       tale_time(signed_at == NULL ? at : signed_at), (Yishi__V1__Body *)body,
                       signers, count);
    ys_arena_clear(&arena);
    json_decref(json);
    keep(tale, role, json_string_value(json_object_get(told, "as")), &record);
}

static uint64_t size_upto(struct tale *tale, enum cast_role of, const char *label)
{
    for (size_t i = 0; label != NULL && i < tale->count; i++)
        if (strcmp(tale->record[i].label, label) == 0)
            return tale->record[i].index + 1;
    return cast_log(&tale->cast, of).frontier.size;
}

static void tell_receipts(struct tale *tale, const json_t *told)
{
    const json_t *const what = json_object_get(told, "receipts");
    const enum cast_role role = role_of(json_object_get(told, "by"));
    const enum cast_role of = role_of(json_object_get(what, "of"));
    const char *const upto = json_string_value(json_object_get(what, "upto"));
    const uint64_t time_s = tale_time(json_string_value(json_object_get(told, "at")));
    const struct ys_signer *const node = &tale->cast.unit[role].keys.log;
    const uint64_t size = size_upto(tale, of, upto);
    struct scribe_record record;
    scribe_write_about(&record, &tale->cast.rng, &tale->cast.unit[role].origin, "-", time_s,
                       scribe_receipts(tale->cast.unit[of].log, size, time_s), &node, 1);
    keep(tale, role, json_string_value(json_object_get(told, "as")), &record);
}

/* --- what a node is told beside records ---------------------------------------------------------- */

static void tell_head(struct tale *tale, const json_t *told)
{
    const json_t *const what = json_object_get(told, "head");
    const json_t *const by = json_object_get(told, "by");
    const enum cast_role of = role_of(json_object_get(what, "of"));
    enum cast_role witnesses[CAST_ROLES];
    const char *const at = json_string_value(json_object_get(told, "at"));
    unsigned count = 0;
    for (size_t i = 0; i < json_array_size(by) && count < CAST_ROLES; i++)
        witnesses[count++] = role_of(json_array_get(by, i));
    cast_keep_head(&tale->cast, of,
                   size_upto(tale, of, json_string_value(json_object_get(what, "upto"))), witnesses,
                   count, at == NULL ? 0 : tale_time(at));
}

/* Both heads are the log's own; the proof of it is kept. */
static void tell_fork(struct tale *tale, const json_t *told)
{
    struct cast *const cast = &tale->cast;
    const enum cast_role of = role_of(json_object_get(json_object_get(told, "fork"), "of"));
    struct ys_log log = cast_log(cast, of);
    const uint64_t size = log.frontier.size;
    uint8_t head[CAST_HEAD_MAX];
    uint8_t proof[YS_DISPUTE_MAX];
    struct ys_writer w = {.data = proof, .capacity = sizeof proof};
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    struct ys_err err = {0};
    bool kept = false;
    cast_keep_head(cast, of, size, NULL, 0, 0);
    const struct ys_bytes bytes = cast_false_head(cast, of, size, head);
    must(ys_note_parse(bytes, &note, &err), &err);
    must(ys_checkpoint_parse(note.text, &checkpoint, &err), &err);
    const struct ys_foreign_head foreign = {.note = bytes, .checkpoint = &checkpoint};
    YS_TXN_SCOPED txn = NULL;
    must(ys_store_begin(cast->store, true, &txn, &err), &err);
    must(ys_dispute_by_tree(txn, &log, &foreign, &w, &err), &err);
    must(ys_dispute_keep(txn, &log, (struct ys_bytes){w.data, w.size}, &kept, &err), &err);
    must(ys_txn_commit(&txn, &err), &err);
}

static void tell_certificate(struct tale *tale, const json_t *told)
{
    const enum cast_role by = role_of(json_object_get(told, "by"));
    const struct cast_unit *const unit =
        &tale->cast.unit[role_of(json_object_get(json_object_get(told, "certificate"), "of"))];
    const struct ys_signer *const signer = &tale->cast.unit[by].body[0];
    struct scribe_record record;
    scribe_write_about(&record, &tale->cast.rng, &tale->cast.unit[by].origin, "-",
                       tale_time(json_string_value(json_object_get(told, "at"))),
                       scribe_node_certificate(&unit->keys.log.vkey, &unit->keys.mirror.vkey,
                                               unit->keys.transport_public),
                       &signer, 1);
    keep(tale, by, json_string_value(json_object_get(told, "as")), &record);
}

void tale_tell(struct tale *tale, const json_t *told)
{
    if (json_object_get(told, "receipts") != NULL)
        tell_receipts(tale, told);
    else if (json_object_get(told, "head") != NULL)
        tell_head(tale, told);
    else if (json_object_get(told, "fork") != NULL)
        tell_fork(tale, told);
    else if (json_object_get(told, "certificate") != NULL)
        tell_certificate(tale, told);
    else
        tell_record(tale, told);
}

/* --- the whole ----------------------------------------------------------------------------------- */

/* What streets register counts as far as the district has their logs. */
static void keep_heads(struct cast *cast)
{
    static const enum cast_role streets[] = {CAST_STREET, CAST_OTHER_STREET};
    static const enum cast_role district = CAST_DISTRICT;
    for (size_t i = 0; i < 2; i++) {
        YS_TXN_SCOPED txn = NULL;
        struct ys_log log;
        struct ys_err err = {0};
        must(ys_store_begin(cast->store, false, &txn, &err), &err);
        const enum ys_code code = ys_log_find(txn, cast->unit[streets[i]].log, &log, &err);
        ys_txn_abort(&txn);
        if (code == YS_OK)
            cast_keep_head(cast, streets[i], log.frontier.size, &district, 1,
                           tale_time("2100-01-01"));
    }
}

void tale_begin(struct tale *tale, const char *test_name, const json_t *told)
{
    *tale = (struct tale){.count = 0};
    const json_t *const self = json_object_get(told, "self");
    cast_open(&tale->cast, test_name, self == NULL ? CAST_DISTRICT : role_of(self));
    cast_enrol_all(&tale->cast);
}

/* What was found about the signatures, as a node keeps it. */
static void keep_verdicts(struct tale *tale)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    struct ys_err err = {0};
    must(ys_store_begin(tale->cast.store, true, &txn, &err), &err);
    for (uint32_t id = 0; ys_log_next(txn, id, &log, &err) == YS_OK; id = log.id + 1) {
        for (uint64_t i = 0; i < log.frontier.size; i++) {
            enum ys_verdict before = YS_VERDICT_UNCHECKED;
            struct ys_entry entry;
            must(ys_status_get(txn, log.id, i, &before, &err), &err);
            if (before != YS_VERDICT_UNCHECKED)
                continue;
            must(ys_log_entry(txn, log.id, i, &entry, &err), &err);
            const uint8_t verdict = (uint8_t)ys_judge(tale->member, &log.origin, i, &entry, NULL);
            must(ys_status_set(txn, log.id, i, &verdict, 1, &err), &err);
        }
    }
    must(ys_txn_commit(&txn, &err), &err);
}

void tale_settle(struct tale *tale)
{
    struct ys_err err = {0};
    YS_TXN_SCOPED txn = NULL;
    keep_heads(&tale->cast);
    if (tale->member == NULL)
        must(ys_member_new(&tale->cast.root, &tale->cast.unit[CAST_DISTRICT].origin.division,
                           &tale->member, &err),
             &err);
    must(ys_store_begin(tale->cast.store, false, &txn, &err), &err);
    must(ys_member_rebuild(tale->member, txn, NULL, &err), &err);
    ys_txn_abort(&txn);
    keep_verdicts(tale);
}

void tale_open(struct tale *tale, const char *test_name, const json_t *told)
{
    const json_t *const records = json_object_get(told, "records");
    tale_begin(tale, test_name, told);
    for (size_t i = 0; i < json_array_size(records); i++)
        tale_tell(tale, json_array_get(records, i));
    tale_settle(tale);
}

void tale_close(struct tale *tale)
{
    ys_member_free(tale->member);
    cast_close(&tale->cast);
}

const char *tale_label(const struct tale *tale, const char *origin, uint64_t index)
{
    for (size_t i = 0; i < tale->count; i++)
        if (tale->record[i].index == index && tale->record[i].label[0] != '\0' &&
            strcmp(tale->cast.unit[tale->record[i].role].log, origin) == 0)
            return tale->record[i].label;
    return "?";
}

const char *tale_unit(const struct tale *tale, const char *division)
{
    for (size_t i = 0; i < CAST_ROLES; i++)
        if (strcmp(tale->cast.unit[i].origin.division.digits, division) == 0)
            return role_words[i];
    return division;
}
