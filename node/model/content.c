#include "crypto/assert.h"
#include "node/model/model_state.h"
#include "proto/enum_word.h"
#include "proto/exemption.h"
#include "proto/moment.h"
#include "proto/reflect.h"

#include <stdlib.h>
#include <string.h>

static const char *content_word(enum ys_content turn)
{
    switch (turn) {
    case YS_CONTENT_ABSENT:
        return "absent";
    case YS_CONTENT_BODY:
        return "body";
    case YS_CONTENT_TOMBSTONE:
        return "tombstone";
    }
    return "?";
}

static void set_word(struct ys_query *query, int at, const char *word)
{
    ys_query_set_text(query, at, ys_bytes_of_text(word));
}

static void set_envelope(struct ys_query *query, int at, const Yishi__V1__Body *body)
{
    const Yishi__V1__Moment *const moment = body == NULL ? NULL : body->occurred_at;
    for (int i = 0; i < 3; i++)
        ys_query_set_null(query, at + i);
    if (moment != NULL && moment->when_case == YISHI__V1__MOMENT__WHEN_TIME) {
        ys_query_set_int(query, at, ys_date_days(ys_date_of_time(moment->time->unix_ms)));
        ys_query_set_int(query, at + 1, moment->time->unix_ms);
    } else if (moment != NULL && moment->when_case == YISHI__V1__MOMENT__WHEN_DATE) {
        ys_query_set_int(query, at, ys_date_days(moment->date->yyyymmdd));
    }
    if (body != NULL && body->backfill_reason != NULL)
        set_word(query, at + 2, body->backfill_reason);
}

static enum ys_code put_record(struct ys_model *model, int64_t log_no, uint64_t index,
                               const struct ys_intake *intake, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_PUT_RECORD];
    ys_query_set_int(query, 1, ys_model_number(log_no, index));
    ys_query_set_int(query, 2, log_no);
    ys_query_set_int(query, 3, (int64_t)index);
    for (int at = 4; at <= 7; at++)
        ys_query_set_null(query, at);
    if (intake->readable) {
        ys_query_set_blob(query, 4, (struct ys_bytes){intake->id.bytes, sizeof intake->id.bytes});
        set_word(query, 5, intake->record.kind);
        set_word(query, 6, intake->record.subject);
        ys_query_set_int(query, 7, (int64_t)intake->record.signed_at_s);
    }
    ys_query_set_int(query, 8, intake->signers);
    set_word(query, 9, ys_verdict_name(intake->verdict));
    set_word(query, 10, content_word(intake->entry.content));
    set_envelope(query, 11, intake->body);
    set_word(query, 14, intake->body == NULL && !intake->erased ? "void" : "in_force");
    return ys_query_run(query, err);
}

static void set_enum(struct ys_query *query, int at, const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *const known = protobuf_c_enum_descriptor_get_value(type, value);
    char word[YS_ENUM_WORD_MAX] = "";
    if (known != NULL)
        ys_enum_word(type, known, word);
    ys_query_set_word(query, at, word);
}

static enum ys_code put_refs(struct ys_model *model, int64_t number, const Yishi__V1__Body *body,
                             struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_PUT_REF];
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < body->n_refs; i++) {
        const Yishi__V1__Reference *const ref = body->refs[i];
        ys_query_set_int(query, 1, number);
        ys_query_set_int(query, 2, (int64_t)i + 1);
        set_enum(query, 3, &yishi__v1__relation__descriptor, (int)ref->rel);
        ys_query_set_blob(query, 4, (struct ys_bytes){ref->record.data, ref->record.len});
        code = ys_query_run(query, err);
    }
    return code;
}

static void set_string(struct ys_query *query, int at, const char *text)
{
    if (text == NULL)
        ys_query_set_null(query, at);
    else
        set_word(query, at, text);
}

static enum ys_code put_attachments(struct ys_model *model, int64_t number,
                                    const Yishi__V1__Body *body, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_PUT_ATTACHMENT];
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < body->n_attachments; i++) {
        const Yishi__V1__Attachment *const a = body->attachments[i];
        ys_query_set_int(query, 1, number);
        ys_query_set_int(query, 2, (int64_t)i + 1);
        set_enum(query, 3, &yishi__v1__hash_algorithm__descriptor, (int)a->alg);
        ys_query_set_blob(query, 4, (struct ys_bytes){a->hash.data, a->hash.len});
        ys_query_set_int(query, 5, a->size > INT64_MAX ? INT64_MAX : (int64_t)a->size);
        set_string(query, 6, a->media_type);
        set_string(query, 7, a->title);
        set_enum(query, 8, &yishi__v1__attachment_scope__descriptor, (int)a->scope);
        if (a->has_role)
            set_enum(query, 9, &yishi__v1__attachment_role__descriptor, (int)a->role);
        else
            ys_query_set_null(query, 9);
        code = ys_query_run(query, err);
    }
    return code;
}

static enum ys_code put_sealed(struct ys_model *model, int64_t number, const Yishi__V1__Body *body,
                               struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_PUT_SEALED];
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < body->n_sealed; i++) {
        const Yishi__V1__Sealed *const sealed = body->sealed[i];
        ys_query_set_int(query, 1, number);
        ys_query_set_int(query, 2, (int64_t)i + 1);
        set_string(query, 3, sealed->slot);
        ys_query_set_blob(query, 4,
                          (struct ys_bytes){sealed->commitment.data, sealed->commitment.len});
        code = ys_query_run(query, err);
    }
    return code;
}

/* The field of a kind in which people say when it happened; planned days, begins and ends of periods and
 * days of other events are none. */
static const char *own_day_of(const char *kind)
{
    static const char *const fields[][2] = {{"house_rules", "adopted_on"},
                                            {"topic_proposal", "proposed_on"},
                                            {"topic_determination", "met_on"},
                                            {"public_notice", "posted_on"},
                                            {"participation_registration", "applied_on"},
                                            {"invitation", "sent_on"},
                                            {"meeting_session", "started_at"},
                                            {"consensus", "reached_on"},
                                            {"reopening", "reopened_on"},
                                            {"residents_meeting_notice", "notified_on"},
                                            {"residents_meeting_decision", "held_on"},
                                            {"implementation_completion", "completed_on"},
                                            {"outcome_submission", "submitted_on"},
                                            {"department_response", "answered_on"},
                                            {"commission_result", "submitted_on"},
                                            {"correction_compliance", "done_on"},
                                            {"legal_education", "held_on"},
                                            {"evaluation_result", "held_on"},
                                            {"party_report", "reported_on"},
                                            {"residents_review", "held_on"},
                                            {"objection", "raised_on"},
                                            {"objection_reply", "replied_on"},
                                            {"redaction", "erased_on"},
                                            {"archive_transfer", "transferred_on"},
                                            {"matter_close", "closed_on"},
                                            {"finding_response", "answered_on"},
                                            {"finding_close", "closed_on"}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i][0], kind) == 0)
            return fields[i][1];
    return NULL;
}

/* Decoded bodies have their days and times in range (body.h). */
static enum ys_code put_own_day(struct ys_model *model, int64_t number, const Yishi__V1__Body *body,
                                struct ys_err *err)
{
    const char *const name = own_day_of(ys_body_kind(body)->name);
    if (name == NULL)
        return YS_OK;
    const ProtobufCMessage *const content = ys_reflect_message(
        &body->base,
        protobuf_c_message_descriptor_get_field(body->base.descriptor, (unsigned)body->kind_case),
        0);
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(content->descriptor, name);
    YS_ASSERT(field != NULL);
    if (ys_reflect_count(content, field) == 0)
        return YS_OK;
    const void *const value = ys_reflect_message(content, field, 0);
    const uint32_t day = field->descriptor == &yishi__v1__date__descriptor
                             ? ((const Yishi__V1__Date *)value)->yyyymmdd
                             : ys_date_of_time(((const Yishi__V1__Time *)value)->unix_ms);
    struct ys_query *const query = model->query[YS_MODEL_PUT_OWN_DAY];
    ys_query_set_int(query, 1, number);
    ys_query_set_int(query, 2, ys_date_days(day));
    return ys_query_run(query, err);
}

/* A record of whose texts the hits are being kept. */
struct hits {
    struct ys_query *put;
    int64_t number, count;
};

static enum ys_code put_hit(void *context, const char *path, const struct ys_personal_hit *hit,
                            const Yishi__V1__NotPersonal *exempt, struct ys_err *err)
{
    struct hits *const hits = context;
    ys_query_set_int(hits->put, 1, hits->number);
    ys_query_set_int(hits->put, 2, ++hits->count);
    ys_query_set_word(hits->put, 3, path);
    ys_query_set_word(hits->put, 4, ys_personal_word(hit->kind));
    ys_query_set_int(hits->put, 5, hit->position);
    if (exempt != NULL)
        ys_query_set_word(hits->put, 6, exempt->reason == NULL ? "" : exempt->reason);
    else
        ys_query_set_null(hits->put, 6);
    return ys_query_run(hits->put, err);
}

static enum ys_code put_personal(struct ys_model *model, int64_t number,
                                 const Yishi__V1__Body *body, struct ys_err *err)
{
    struct hits hits = {.put = model->query[YS_MODEL_PUT_PERSONAL], .number = number};
    const struct ys_exemption_seer seer = {put_hit, &hits};
    return ys_exemption_scan(body, "body", &seer, err);
}

enum ys_code ys_content_put(struct ys_model *model, int64_t number, const Yishi__V1__Body *body,
                            bool impersonal, struct ys_err *err)
{
    size_t first = 0;
    const size_t count = ys_shape_of_kind(model->shape, ys_body_kind(body)->name, &first);
    enum ys_code code = put_attachments(model, number, body, err);
    if (code == YS_OK)
        code = put_sealed(model, number, body, err);
    if (code == YS_OK)
        code = impersonal ? YS_OK : put_personal(model, number, body, err);
    if (code == YS_OK)
        code = put_own_day(model, number, body, err);
    for (size_t i = first; code == YS_OK && i < first + count; i++) {
        struct ys_query *insert = NULL;
        code = ys_model_insert(model, i, &insert, err);
        if (code == YS_OK)
            code = ys_table_fill(&model->shape->table[i], insert, number, body, err);
    }
    return code == YS_OK ? ys_basis_put(model, number, body, err) : code;
}

static enum ys_code drop_by(struct ys_query *query, int64_t number, struct ys_err *err)
{
    ys_query_set_int(query, 1, number);
    return ys_query_run(query, err);
}

enum ys_code ys_content_clear(struct ys_model *model, int64_t number, const char *kind,
                              struct ys_err *err)
{
    size_t first = 0;
    const size_t count = ys_shape_of_kind(model->shape, kind, &first);
    enum ys_code code = ys_basis_clear(model, number, kind, err);
    if (code == YS_OK)
        code = drop_by(model->query[YS_MODEL_DROP_ATTACHMENTS], number, err);
    if (code == YS_OK)
        code = drop_by(model->query[YS_MODEL_DROP_SEALED], number, err);
    if (code == YS_OK)
        code = drop_by(model->query[YS_MODEL_DROP_PERSONAL], number, err);
    if (code == YS_OK)
        code = drop_by(model->query[YS_MODEL_DROP_OWN_DAY], number, err);
    for (size_t i = first; code == YS_OK && i < first + count; i++) {
        struct ys_query *drop = NULL;
        code = ys_model_drop(model, i, &drop, err);
        if (code == YS_OK)
            code = drop_by(drop, number, err);
    }
    return code;
}

enum ys_code ys_matter_mark(struct ys_model *model, struct ys_bytes subject, struct ys_err *err)
{
    if (subject.size == 0 || ys_bytes_is_text(subject, "-"))
        return YS_OK;
    ys_query_set_text(model->query[YS_MODEL_PUT_STALE], 1, subject);
    return ys_query_run(model->query[YS_MODEL_PUT_STALE], err);
}

/* The same, but not again for a matter that was marked in this transaction. */
static enum ys_code mark_once(struct ys_model *model, struct ys_fold_turn *turn,
                              const char *subject, struct ys_err *err)
{
    const size_t size = strlen(subject);
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)subject[i]) * 16777619u;
    char *const slot = turn->marked[hash % YS_FOLD_MARKED];
    if (size >= YS_FOLD_SUBJECT_MAX)
        return ys_matter_mark(model, ys_bytes_of_text(subject), err);
    if (strcmp(slot, subject) == 0)
        return YS_OK;
    memcpy(slot, subject, size + 1);
    return ys_matter_mark(model, ys_bytes_of_text(subject), err);
}

/* Of a record about no matter: the matters of those that it names, and of those that name it; of an
 * evaluation also those of its round. */
static enum ys_code mark_linked(struct ys_model *model, int64_t number, const char *subject,
                                struct ys_err *err)
{
    if (strcmp(subject, "-") != 0)
        return YS_OK;
    ys_query_set_int(model->query[YS_MODEL_STALE_LINKED], 1, number);
    return ys_query_run(model->query[YS_MODEL_STALE_LINKED], err);
}

enum ys_code ys_matter_mark_of(struct ys_model *model, int64_t number, struct ys_bytes subject,
                               struct ys_err *err)
{
    return ys_bytes_is_text(subject, "-") ? mark_linked(model, number, "-", err)
                                          : ys_matter_mark(model, subject, err);
}

enum ys_code ys_content_drop(struct ys_model *model, int64_t number, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_FIND_RECORD];
    char kind[YS_KIND_NAME_MAX + 1] = "";
    bool row = false;
    ys_query_set_int(query, 1, number);
    enum ys_code code = ys_query_step(query, &row, err);
    if (code != YS_OK || !row)
        return code;
    const struct ys_bytes word = ys_query_text(query, 0);
    if (word.size < sizeof kind)
        memcpy(kind, word.data, word.size);
    const bool linked = ys_bytes_is_text(ys_query_text(query, 1), "-");
    code = ys_matter_mark(model, ys_query_text(query, 1), err);
    ys_query_reset(query);
    if (code == YS_OK && linked)
        code = mark_linked(model, number, "-", err);
    if (code == YS_OK)
        code = drop_by(model->query[YS_MODEL_TARGETS_LATER], number, err);
    if (code == YS_OK)
        code = ys_touch_linked(model, number, err);
    if (code == YS_OK)
        code = ys_content_clear(model, number, kind, err);
    if (code == YS_OK)
        code = drop_by(model->query[YS_MODEL_DROP_REFS], number, err);
    if (code == YS_OK)
        code = drop_by(model->query[YS_MODEL_DROP_RECORD], number, err);
    if (code == YS_OK)
        code = ys_touch_record(model, number, err);
    return code;
}

/* Does the record change what others say, or do others change what it says? */
static enum ys_code is_entangled(struct ys_model *model, const struct ys_intake *intake, bool *out,
                                 struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_IS_NAMED];
    *out = false;
    for (size_t i = 0; intake->body != NULL && i < intake->body->n_refs; i++) {
        const Yishi__V1__Relation rel = intake->body->refs[i]->rel;
        if (rel == YISHI__V1__RELATION__RELATION_SUPERSEDES ||
            rel == YISHI__V1__RELATION__RELATION_WITHDRAWS ||
            rel == YISHI__V1__RELATION__RELATION_REDACTS)
            *out = true;
    }
    if (*out)
        return YS_OK;
    ys_query_set_blob(query, 1, (struct ys_bytes){intake->id.bytes, sizeof intake->id.bytes});
    const enum ys_code code = ys_query_step(query, out, err);
    if (code == YS_OK && *out)
        ys_query_reset(query);
    return code;
}

/* While a model is made from nothing, what others change is changed at the end, and every matter is
 * marked there. */
static enum ys_code put_effects(struct ys_model *model, struct ys_fold_turn *turn, int64_t number,
                                const struct ys_intake *intake, bool *entangled, struct ys_err *err)
{
    *entangled = false;
    if (model->building == YS_BUILDING_ENTRIES)
        return YS_OK;
    enum ys_code code = mark_once(model, turn, intake->record.subject, err);
    if (code != YS_OK || (intake->body == NULL && !intake->erased))
        return code;
    code = mark_linked(model, number, intake->record.subject, err);
    return code == YS_OK ? is_entangled(model, intake, entangled, err) : code;
}

enum ys_code ys_content_fold(struct ys_model *model, struct ys_fold_turn *turn, int64_t log_no,
                             uint64_t index, const struct ys_intake *intake, struct ys_err *err)
{
    const int64_t number = ys_model_number(log_no, index);
    bool entangled = false;
    enum ys_code code = put_record(model, log_no, index, intake, err);
    if (code == YS_OK)
        code = ys_touch_record(model, number, err);
    if (code == YS_OK && intake->body != NULL)
        code = put_refs(model, number, intake->body, err);
    if (code == YS_OK)
        code = ys_touch_linked(model, number, err);
    if (code != YS_OK || !intake->readable)
        return code;
    code = put_effects(model, turn, number, intake, &entangled, err);
    if (code != YS_OK || (intake->body == NULL && !entangled))
        return code;
    return entangled ? ys_standing_refresh(model, turn, number, err)
                     : ys_content_put(model, number, intake->body, intake->impersonal, err);
}

const Yishi__V1__Body *ys_correction_replacement(const Yishi__V1__Body *correction,
                                                 struct ys_arena *arena)
{
    const Yishi__V1__Body *body = NULL;
    if (correction->kind_case != YISHI__V1__BODY__KIND_CORRECTION)
        return NULL;
    const ProtobufCBinaryData *const bytes = &correction->correction->replacement;
    if (ys_body_decode((struct ys_bytes){bytes->data, bytes->len}, arena, &body, NULL) != YS_OK)
        return NULL;
    return body;
}
