#include "node/reference.h"

#include "crypto/base64.h"
#include "node/correction.h"
#include "node/exhibit.h"
#include "node/lang.h"
#include "node/model/parameter.h"
#include "node/overtaken.h"
#include "node/unit_scope.h"
#include "proto/matter.h"
#include "proto/moment.h"

#include <stdio.h>
#include <string.h>

/* --- what people write --- */

static bool is_id(const char *text)
{
    struct ys_hash id;
    size_t size = 0;
    return ys_base64_decode(ys_bytes_of_text(text), id.bytes, sizeof id.bytes, &size) == YS_OK &&
           size == YS_HASH_LEN;
}

static enum ys_code id_at(struct ys_txn *txn, const struct ys_log *log, uint64_t index,
                          struct ys_hash *out, struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    const enum ys_code code = ys_log_entry(txn, log->id, index, &entry, err);
    if (code != YS_OK)
        return code;
    if (!ys_note_peek(entry.note, &text, &kind))
        return ys_fail(err, YS_MALFORMED, _("%s:%llu is no record that can be read"),
                       log->origin_text, (unsigned long long)index);
    ys_record_id(text, out);
    return YS_OK;
}

static json_t *id_json(const struct ys_hash *id)
{
    uint8_t text[YS_BASE64_LEN(YS_HASH_LEN)];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_writer_base64(&w, (struct ys_bytes){id->bytes, YS_HASH_LEN});
    return json_stringn((const char *)text, w.size);
}

/* A whole id is one, whether the record is held here or not. */
static enum ys_code name_find(struct ys_txn *txn, const char *text, struct ys_hash *out,
                              struct ys_err *err)
{
    struct ys_log log;
    uint64_t index = 0;
    if (ys_record_id_parse(ys_bytes_of_text(text), out) == YS_OK)
        return YS_OK;
    const enum ys_code code = ys_exhibit_find(txn, text, &log, &index, err);
    return code == YS_OK ? id_at(txn, &log, index, out, err) : code;
}

/* Elements whose `record` names one: "refs[0].record". */
static enum ys_code resolve_in(struct ys_txn *txn, const char *where, json_t *refs,
                               struct ys_err *err)
{
    for (size_t i = 0; i < json_array_size(refs); i++) {
        json_t *const ref = json_array_get(refs, i);
        const char *const text = json_string_value(json_object_get(ref, "record"));
        struct ys_hash id;
        struct ys_err why = {0};
        if (text == NULL || is_id(text))
            continue;
        enum ys_code code = name_find(txn, text, &id, &why);
        if (code != YS_OK)
            return ys_fail(err, code == YS_USAGE ? YS_MALFORMED : code, "%s[%zu].record: %s", where,
                           i, why.msg);
        if (json_object_set_new(ref, "record", id_json(&id)) != 0)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
    }
    return YS_OK;
}

enum ys_code ys_reference_resolve(struct ys_txn *txn, json_t *record, struct ys_err *err)
{
    json_t *const acknowledgement = json_object_get(record, "acknowledgement");
    const enum ys_code code = resolve_in(txn, "refs", json_object_get(record, "refs"), err);
    return code != YS_OK ? code
                         : resolve_in(txn, "acknowledgement.relayed",
                                      json_object_get(acknowledgement, "relayed"), err);
}

/* --- what is checked --- */

struct check {
    const struct ys_node *node;
    struct ys_txn *txn;
    const struct ys_written *written;
    const struct ys_kind *kind;
    const Yishi__V1__Body *body;
    unsigned signed_by;
    bool met[YS_KIND_REFS_MAX]; /* which of the kind's references are there */
    struct ys_err *err;
};

/* A record that is named, as it is held here. Bytes are valid until the transaction ends. */
struct target {
    struct ys_position at;
    struct ys_log log;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    const struct ys_kind *kind; /* NULL when unknown to this version */
};

static enum ys_code target_find(const struct check *check, ProtobufCBinaryData record,
                                struct target *out, bool *found_out)
{
    struct ys_hash id;
    size_t found = 0;
    memcpy(id.bytes, record.data, sizeof id.bytes); /* field.c: 32 bytes */
    enum ys_code code = ys_log_by_id(check->txn, &id, &out->at, 1, &found, check->err);
    *found_out = found != 0;
    if (code != YS_OK || found == 0)
        return code;
    code = ys_log_load(check->txn, out->at.log_id, &out->log, check->err);
    if (code == YS_OK)
        code = ys_log_entry(check->txn, out->at.log_id, out->at.index, &out->entry, check->err);
    if (code == YS_OK)
        code = ys_note_parse(out->entry.note, &out->note, check->err);
    if (code == YS_OK)
        code = ys_record_parse(out->note.text, &out->record, check->err);
    if (code == YS_OK)
        out->kind = ys_kind_by_name(ys_bytes_of_text(out->record.kind));
    return code;
}

static bool kind_has_relation(const struct ys_kind *kind, unsigned relation)
{
    for (size_t i = 0; i < YS_KIND_REFS_MAX; i++)
        if (kind->ref[i].relation == relation)
            return true;
    return false;
}

/* Of one matter, or one of the two is of none. */
static bool same_matter(const struct ys_record *a, const struct ys_record *b)
{
    return strcmp(a->subject, b->subject) == 0 || strcmp(a->subject, "-") == 0 ||
           strcmp(b->subject, "-") == 0;
}

/* What a record says, in `arena`, which is begun here and is the caller's to clear; NULL when it is not here. */
static const Yishi__V1__Body *body_of(const struct target *target, struct ys_arena *arena)
{
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(arena, YS_BODY_ARENA_MAX);
    return target->entry.content == YS_CONTENT_BODY &&
                   ys_body_decode(target->entry.body, arena, &body, NULL) == YS_OK
               ? body
               : NULL;
}

/* Is something that an objection is made to of a unit above the communities? */
static enum ys_code objects_above(const struct check *check, const struct target *objection,
                                  bool *out)
{
    struct ys_arena arena;
    const Yishi__V1__Body *const body = body_of(objection, &arena);
    enum ys_code code = YS_OK;
    *out = false;
    for (size_t i = 0; body != NULL && i < body->n_refs && code == YS_OK; i++) {
        struct target made = {.kind = NULL};
        bool found = false;
        if (body->refs[i]->rel != YISHI__V1__RELATION__RELATION_BASED_ON)
            continue;
        code = target_find(check, body->refs[i]->record, &made, &found);
        *out =
            *out || (found && ys_division_level(&made.log.origin.division) != YS_LEVEL_COMMUNITY);
    }
    ys_arena_clear(&arena);
    return code;
}

/* May the own unit answer this record? What a finding names may have been corrected since: R-G-02. */
static enum ys_code answerer_check(const struct check *check, size_t at,
                                   const struct target *target)
{
    const struct ys_division *const own = &check->node->origin.division;
    bool above = false;
    bool fits = true;
    enum ys_code code = YS_OK;
    switch (check->kind->answerer) {
    case YS_ANSWERER_ANY:
    case YS_ANSWERER_NAMED:
        break;
    case YS_ANSWERER_AUTHOR:
        fits = ys_division_equal(own, &target->log.origin.division);
        break;
    case YS_ANSWERER_MAKER:
        code = objects_above(check, target, &above);
        fits = !above || ys_division_level(own) != YS_LEVEL_COMMUNITY;
        break;
    }
    if (code != YS_OK || fits)
        return code;
    return ys_fail(check->err, YS_DENIED, _("refs[%zu]: a %s is written %s"), at, check->kind->name,
                   ys_kind_answerer_text(check->kind->answerer, ys_lang_is_chinese()));
}

static enum ys_code target_check(struct check *check, size_t at, const struct target *target)
{
    const Yishi__V1__Reference *const ref = check->body->refs[at];
    const struct ys_kind_ref *row = NULL;
    if (!ys_division_related(&target->log.origin.division, &check->node->origin.division))
        return ys_fail(check->err, YS_DENIED,
                       _("refs[%zu]: that record is of %s, which is neither above nor below %s"),
                       at, target->log.origin_text, check->node->origin.division.digits);
    if (target->kind == NULL)
        return YS_OK;
    row = ys_kind_ref_find(check->kind, (unsigned)ref->rel, target->kind);
    if (row == NULL && kind_has_relation(check->kind, (unsigned)ref->rel) &&
        ref->rel != YISHI__V1__RELATION__RELATION_BASED_ON &&
        ref->rel != YISHI__V1__RELATION__RELATION_FOLLOWS)
        return ys_fail(check->err, YS_REFUSED, _("refs[%zu]: a %s cannot refer so to a %s"), at,
                       check->kind->name, target->kind->name);
    if (row != NULL && same_matter(&check->written->record, &target->record))
        check->met[row - check->kind->ref] = true;
    return row == check->kind->ref ? answerer_check(check, at, target) : YS_OK;
}

/* The whole new content of a corrected record: of its kind, good in itself, and reached by the changes. */
static enum ys_code replacement_check(const struct check *check, const struct target *target)
{
    const Yishi__V1__Correction *const correction = check->body->correction;
    const Yishi__V1__Body *body = NULL;
    const Yishi__V1__Body *old = NULL;
    struct ys_arena arena;
    struct ys_err why = {0};
    ys_arena_init(&arena, 2 * YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_replacement(correction, &arena, &body, &why);
    if (code == YS_OK)
        code = ys_body_check_note(body, &target->record, &why);
    if (code == YS_OK)
        code = ys_body_check_authored(body, &why);
    if (code != YS_OK)
        (void)ys_fail(check->err, YS_MALFORMED, "correction.replacement: %s", why.msg);
    else if (target->entry.content == YS_CONTENT_BODY &&
             ys_body_decode(target->entry.body, &arena, &old, NULL) == YS_OK)
        code = ys_correction_check(old, correction, check->err);
    ys_arena_clear(&arena);
    return code == YS_OK ? YS_OK : YS_MALFORMED;
}

enum { PLACE_MAX = 96 }; /* CODE:INDEX, and the name of a kind */

/* R-C-1: what is corrected or withdrawn is in force. Of two corrections of one record the first counts, and
 * a withdrawn record keeps no content that could be corrected: a second one would say nothing. */
static enum ys_code in_force_check(const struct check *check, size_t at,
                                   const struct target *target)
{
    const bool corrects = check->body->kind_case == YISHI__V1__BODY__KIND_CORRECTION;
    const char *const unit = check->node->origin.division.digits;
    struct ys_overtaken done = {.how = YS_OVERTAKEN_NOT};
    char what[PLACE_MAX];
    char by[PLACE_MAX];
    if (!corrects && check->body->kind_case != YISHI__V1__BODY__KIND_WITHDRAWAL)
        return YS_OK;
    const enum ys_code code = ys_overtaken_find(check->txn, target->at.index, &done, check->err);
    if (code != YS_OK)
        return code;
    (void)snprintf(what, sizeof what, "%s:%llu (%s)", unit, (unsigned long long)target->at.index,
                   target->record.kind);
    (void)snprintf(by, sizeof by, "%s:%llu", unit, (unsigned long long)done.index);
    switch (done.how) {
    case YS_OVERTAKEN_NOT:
        break;
    case YS_OVERTAKEN_WITHDRAWN:
        return ys_fail(check->err, YS_REFUSED,
                       _("refs[%zu]: record %s is withdrawn already, by %s; write a new one, or "
                         "withdraw that withdrawal if the record was right"),
                       at, what, by);
    case YS_OVERTAKEN_CORRECTED:
        if (corrects)
            return ys_fail(check->err, YS_REFUSED,
                           _("refs[%zu]: record %s is corrected already, by %s; withdraw that "
                             "correction first"),
                           at, what, by);
        break;
    case YS_OVERTAKEN_SUPERSEDED:
        return ys_fail(check->err, YS_REFUSED,
                       _("refs[%zu]: record %s is superseded, by %s; change that one"), at, what,
                       by);
    }
    return YS_OK;
}

/* What changes a record stands in the same log and is signed by the same bodies. */
static enum ys_code change_check(const struct check *check, size_t at, const struct target *target)
{
    const unsigned before = ys_note_bodies(&target->note, &check->node->origin.division);
    if (target->at.log_id != YS_OWN_LOG)
        return ys_fail(check->err, YS_DENIED,
                       _("refs[%zu]: a %s is written in the log of what it changes, which is %s"),
                       at, check->kind->name, target->log.origin_text);
    if (target->kind != NULL && target->kind->membership)
        return ys_fail(check->err, YS_REFUSED,
                       _("refs[%zu]: a %s is changed by a record of the membership only"), at,
                       target->kind->name);
    const unsigned lacking = before & ~check->signed_by;
    for (unsigned class = 1; class < YS_BODY_ROOT; class <<= 1)
        if ((lacking & class) != 0)
            return ys_fail(check->err, YS_DENIED, _("%s: must also be signed by: %s"),
                           check->kind->name, ys_body_class_text(class, ys_lang_is_chinese()));
    const enum ys_code code = in_force_check(check, at, target);
    return code == YS_OK && check->body->kind_case == YISHI__V1__BODY__KIND_CORRECTION
               ? replacement_check(check, target)
               : code;
}

/* An acknowledgement may be of a record that another community has shown. */
static bool may_be_elsewhere(const struct check *check, const Yishi__V1__Reference *ref)
{
    return check->body->kind_case == YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT &&
           ref->rel == YISHI__V1__RELATION__RELATION_ACKNOWLEDGES;
}

static enum ys_code ref_check(struct check *check, size_t at)
{
    const Yishi__V1__Reference *const ref = check->body->refs[at];
    struct target target = {.kind = NULL};
    bool found = false;
    enum ys_code code = target_find(check, ref->record, &target, &found);
    if (code != YS_OK)
        return code;
    if (!found && may_be_elsewhere(check, ref)) {
        check->met[0] = true;
        return YS_OK;
    }
    if (!found)
        return ys_fail(check->err, YS_NOT_FOUND,
                       _("refs[%zu].record: no record of this id is held here"), at);
    code = target_check(check, at, &target);
    if (code == YS_OK && check->kind->as_target &&
        (unsigned)ref->rel == check->kind->ref[0].relation)
        code = change_check(check, at, &target);
    return code;
}

/* Does the record refer to one that this one refers to? */
static bool same_target(const struct check *check, const struct target *relayed)
{
    struct ys_arena arena;
    const Yishi__V1__Body *const body = body_of(relayed, &arena);
    bool same = false;
    for (size_t i = 0; body != NULL && i < body->n_refs; i++) {
        for (size_t k = 0; k < check->body->n_refs; k++) {
            const ProtobufCBinaryData *const a = &body->refs[i]->record;
            const ProtobufCBinaryData *const b = &check->body->refs[k]->record;
            same = same || (a->len == b->len && memcmp(a->data, b->data, a->len) == 0);
        }
    }
    ys_arena_clear(&arena);
    return same;
}

/* One that a street passes on stands in the log of its community, and is of what the street's is of. */
static enum ys_code relayed_find(const struct check *check, size_t at, unsigned *signed_out)
{
    const Yishi__V1__RelayedAcknowledgement *const relayed =
        check->body->acknowledgement->relayed[at];
    struct target target = {.kind = NULL};
    bool found = false;
    const enum ys_code code = target_find(check, relayed->record, &target, &found);
    if (code != YS_OK)
        return code;
    if (!found || strcmp(target.record.kind, "acknowledgement") != 0 ||
        strcmp(target.log.origin.division.digits, relayed->division) != 0)
        return ys_fail(check->err, YS_NOT_FOUND,
                       _("acknowledgement.relayed[%zu]: no such acknowledgement of %s is held "
                         "here"),
                       at, relayed->division);
    if (!same_target(check, &target))
        return ys_fail(check->err, YS_REFUSED,
                       _("acknowledgement.relayed[%zu]: it acknowledges another record"), at);
    *signed_out = ys_note_bodies(&target.note, &target.log.origin.division);
    return code;
}

/* A joint matter is joined by both committees (DOMAIN.md 2.5): in one acknowledgement, or in several. */
static enum ys_code relayed_check(const struct check *check)
{
    const Yishi__V1__Acknowledgement *const body = check->body->acknowledgement;
    unsigned signed_by[YS_BODY_REPEATED_MAX] = {0};
    for (size_t i = 0; i < body->n_relayed && i < YS_BODY_REPEATED_MAX; i++) {
        const enum ys_code code = relayed_find(check, i, &signed_by[i]);
        if (code != YS_OK)
            return code;
    }
    for (size_t i = 0; i < body->n_relayed && i < YS_BODY_REPEATED_MAX; i++) {
        unsigned lacking = (unsigned)YS_BODY_RC | (unsigned)YS_BODY_PO;
        for (size_t k = 0; k < body->n_relayed && k < YS_BODY_REPEATED_MAX; k++)
            if (strcmp(body->relayed[i]->division, body->relayed[k]->division) == 0)
                lacking &= ~signed_by[k];
        if (lacking != 0)
            return ys_fail(check->err, YS_REFUSED,
                           _("acknowledgement.relayed[%zu]: it is not signed by %s of %s"), i,
                           ys_body_class_text((lacking & YS_BODY_RC) != 0 ? YS_BODY_RC : YS_BODY_PO,
                                              ys_lang_is_chinese()),
                           body->relayed[i]->division);
    }
    return YS_OK;
}

/* --- what must be there --- */

/* Is the record the first of its matter in the own log? */
static enum ys_code first_of_matter(const struct check *check, bool *out)
{
    struct ys_log own;
    struct ys_entry entry;
    *out = strcmp(check->written->record.subject, "-") != 0;
    enum ys_code code = ys_log_load(check->txn, YS_OWN_LOG, &own, check->err);
    for (uint64_t i = 0; code == YS_OK && *out && i < own.frontier.size; i++) {
        struct ys_bytes text;
        struct ys_bytes kind;
        struct ys_record record;
        code = ys_log_entry(check->txn, YS_OWN_LOG, i, &entry, check->err);
        if (code == YS_OK && ys_note_peek(entry.note, &text, &kind) &&
            ys_record_parse(text, &record, NULL) == YS_OK &&
            strcmp(record.subject, check->written->record.subject) == 0)
            *out = false;
    }
    return code;
}

/* "meeting_session" or "topic_proposal, topic_collection" */
static void list_kinds(const struct ys_kind_ref *ref, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < YS_KIND_REF_TO_MAX && ref->to[i] != 0 && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ",
                                 ys_kind_by_id(ref->to[i])->name);
    if (ref->to[0] == 0)
        (void)snprintf(out, size, "%s", _("a record"));
}

static enum ys_code required_check(const struct check *check)
{
    const unsigned authors = check->signed_by & check->kind->authors;
    for (size_t i = 0; i < YS_KIND_REFS_MAX && check->kind->ref[i].relation != 0; i++) {
        const struct ys_kind_ref *const ref = &check->kind->ref[i];
        char kinds[160];
        bool first = false;
        if (check->met[i] || (ref->must & authors) == 0)
            continue;
        const enum ys_code code =
            check->body->backfill_reason != NULL ? first_of_matter(check, &first) : YS_OK;
        if (code != YS_OK || first)
            return code;
        list_kinds(ref, kinds, sizeof kinds);
        return ys_fail(check->err, YS_REFUSED,
                       _("refs: a %s of this matter must refer (%s) to: %s"), check->kind->name,
                       ys_relation_word(ref->relation), kinds);
    }
    return YS_OK;
}

/* DOMAIN.md 2.4: nobody could have kept to a value that came after the day it holds from. */
static enum ys_code effective_check(const struct check *check)
{
    const struct ys_record *const record = &check->written->record;
    char from[YS_DATE_TEXT_MAX];
    char today[YS_DATE_TEXT_MAX];
    if (record->signed_at_s > (uint64_t)YS_TIME_LAST_MS / 1000)
        return YS_OK;
    const uint32_t day = ys_date_of_time((int64_t)record->signed_at_s * 1000);
    const uint32_t effective = check->body->rule_parameter->effective_from->yyyymmdd;
    if (effective >= day)
        return YS_OK;
    ys_date_print(effective, from);
    ys_date_print(day, today);
    return ys_fail(
        check->err, YS_REFUSED,
        _("rule_parameter.effective_from: %s is before the day of signing, %s; name that "
          "day or a later one"),
        from, today);
}

/* One that no version reads has no effect, and nobody would be told. */
static enum ys_code parameter_check(const struct check *check)
{
    struct ys_err why = {0};
    uint32_t value = 0;
    if (check->body->kind_case != YISHI__V1__BODY__KIND_RULE_PARAMETER)
        return YS_OK;
    const Yishi__V1__RuleParameter *const parameter = check->body->rule_parameter;
    const struct ys_parameter_row *const row =
        ys_parameter_by_word(ys_bytes_of_text(parameter->name));
    if (row == NULL)
        return ys_fail(check->err, YS_REFUSED,
                       _("rule_parameter.name: this version knows no parameter \"%s\""),
                       parameter->name);
    if (ys_parameter_parse(row, ys_bytes_of_text(parameter->value), &value, &why) != YS_OK)
        return ys_fail(check->err, YS_REFUSED, "rule_parameter.value: %s", why.msg);
    return effective_check(check);
}

/* DOMAIN.md 2.4: "GD, or ST on behalf with attachment", which is what the department wrote. */
static enum ys_code on_behalf_check(const struct check *check)
{
    if (check->body->kind_case != YISHI__V1__BODY__KIND_DEPARTMENT_RESPONSE ||
        (check->signed_by & YS_BODY_ST) == 0 || check->body->n_attachments > 0)
        return YS_OK;
    return ys_fail(check->err, YS_REFUSED,
                   _("attachments: a street that records a department_response attaches what the "
                     "department wrote"));
}

static enum ys_code check_all(struct check *check)
{
    enum ys_code code =
        ys_unit_scope_check(&check->node->origin.division, check->kind,
                            check->written->record.subject, check->body, check->err);
    if (code == YS_OK)
        code = parameter_check(check);
    if (code == YS_OK)
        code = on_behalf_check(check);
    for (size_t i = 0; i < check->body->n_refs && code == YS_OK; i++)
        code = ref_check(check, i);
    if (code == YS_OK && check->body->kind_case == YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT)
        code = relayed_check(check);
    return code == YS_OK ? required_check(check) : code;
}

enum ys_code ys_reference_check(const struct ys_node *node, struct ys_txn *txn,
                                const struct ys_written *written, unsigned signed_by,
                                struct ys_err *err)
{
    struct ys_arena arena;
    struct check check = {.node = node,
                          .txn = txn,
                          .written = written,
                          .kind = ys_kind_by_name(ys_bytes_of_text(written->record.kind)),
                          .signed_by = signed_by,
                          .err = err};
    if (check.kind == NULL || check.kind->authors == YS_BODY_NODE)
        return YS_OK;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(written->body, &arena, &check.body, err);
    if (code == YS_OK)
        code = check_all(&check);
    ys_arena_clear(&arena);
    return code;
}
