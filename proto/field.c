#include "proto/field.h"

#include "crypto/assert.h"
#include "crypto/fork.h"
#include "crypto/proof.h"
#include "proto/body.pb-c.h"
#include "proto/division.h"
#include "proto/evidence.pb-c.h"
#include "proto/message.pb-c.h"
#include "proto/moment.h"
#include "proto/path.h"
#include "proto/reflect.h"
#include "proto/root.h"
#include "proto/text.h"

#include <string.h>

enum { MAY = false, MUST = true };
enum {
    TITLE_MAX = 60, /* code points of names and titles */
    LABEL_MAX = 60, /* of channels and responsible bodies */
    VKEY_MAX = YS_VKEY_TEXT_MAX - 1,
    MEDIA_TYPE_MAX = 127, /* names of office formats are long */
    ADDRESS_MAX = 128,
    TOKEN_MAX = 64,
};

/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are names of types, and rows of a table. */
/* One row each: a plain value, a text, bytes of one size, bytes of any size up to a limit, a list. */
#define MESSAGE(type) .message = &yishi__v1__##type##__descriptor
#define VALUE(type, field, need)                       \
    {                                                  \
        MESSAGE(type), .name = field, .required = need \
    }
#define TEXT(type, field, need, max)                                    \
    {                                                                   \
        MESSAGE(type), .name = field, .required = need, .text_max = max \
    }
#define EXACT(type, field, need, size)                                                     \
    {                                                                                      \
        MESSAGE(type), .name = field, .required = need, .size_min = size, .size_max = size \
    }
#define BYTES(type, field, need, max)                                                  \
    {                                                                                  \
        MESSAGE(type), .name = field, .required = need, .size_min = 1, .size_max = max \
    }
#define LIST(type, field, need, max)                                     \
    {                                                                    \
        MESSAGE(type), .name = field, .required = need, .count_max = max \
    }
#define PROOF(type, field)                                                                \
    {                                                                                     \
        MESSAGE(type), .name = field, .count_max = YS_PROOF_MAX, .size_min = YS_HASH_LEN, \
                       .size_max = YS_HASH_LEN                                            \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

/* clang-format off */
static const struct ys_field fields[] = {
    /* bodies */
    VALUE(date, "yyyymmdd", MUST),
    VALUE(time, "unix_ms", MUST),
    VALUE(moment, "date", MAY),
    VALUE(moment, "time", MAY),
    VALUE(reference, "rel", MUST),
    EXACT(reference, "record", MUST, YS_HASH_LEN),
    VALUE(attachment, "alg", MUST),
    EXACT(attachment, "hash", MUST, YS_HASH_LEN),
    VALUE(attachment, "size", MUST),
    TEXT(attachment, "media_type", MUST, MEDIA_TYPE_MAX),
    TEXT(attachment, "title", MAY, TITLE_MAX),
    VALUE(attachment, "scope", MUST),
    TEXT(sealed, "slot", MUST, LABEL_MAX),
    EXACT(sealed, "commitment", MUST, YS_HASH_LEN),
    EXACT(body, "salt", MUST, YS_BODY_SALT_LEN),
    VALUE(body, "occurred_at", MAY),
    TEXT(body, "backfill_reason", MAY, YS_TEXT_DEFAULT_MAX),
    LIST(body, "refs", MAY, YS_BODY_REFS_MAX),
    LIST(body, "attachments", MAY, YS_BODY_ATTACHMENTS_MAX),
    LIST(body, "sealed", MAY, YS_BODY_REPEATED_MAX),
    VALUE(body, "body_register", MAY),
    VALUE(body, "key_revoke", MAY),
    VALUE(body, "node_certificate", MAY),
    VALUE(body, "anchor", MAY),
    VALUE(body, "fork_notice", MAY),
    VALUE(body, "consensus", MAY),
    VALUE(body, "evaluation_result", MAY),
    VALUE(body, "feedback_publication", MAY),
    VALUE(body, "acknowledgement", MAY),
    VALUE(body, "receipts", MAY),
    TEXT(body_register, "division", MUST, YS_DIVISION_MAX),
    TEXT(body_register, "body", MUST, YS_BODY_NAME_MAX),
    TEXT(body_register, "name", MUST, TITLE_MAX),
    TEXT(body_register, "key", MUST, VKEY_MAX),
    TEXT(body_register, "log", MUST, YS_KEY_NAME_MAX),
    VALUE(body_register, "from_index", MUST),
    TEXT(body_register, "basis", MAY, 200),
    VALUE(body_register, "term_from", MAY),
    VALUE(body_register, "term_to", MAY),
    EXACT(body_register, "possession", MUST, YS_SIG_LEN),
    TEXT(key_revoke, "key", MUST, VKEY_MAX),
    TEXT(key_revoke, "log", MUST, YS_KEY_NAME_MAX),
    VALUE(key_revoke, "cut_size", MUST),
    EXACT(key_revoke, "cut_root", MUST, YS_HASH_LEN),
    VALUE(key_revoke, "reason", MUST),
    TEXT(key_revoke, "text", MAY, YS_TEXT_DEFAULT_MAX),
    TEXT(node_certificate, "division", MUST, YS_DIVISION_MAX),
    VALUE(node_certificate, "role", MUST),
    TEXT(node_certificate, "name", MUST, TITLE_MAX),
    TEXT(node_certificate, "log", MUST, VKEY_MAX),
    TEXT(node_certificate, "mirror", MUST, VKEY_MAX),
    EXACT(node_certificate, "transport", MUST, YS_PUBKEY_LEN),
    EXACT(node_certificate, "log_possession", MUST, YS_SIG_LEN),
    EXACT(node_certificate, "mirror_possession", MUST, YS_SIG_LEN),
    TEXT(node_certificate, "address", MAY, ADDRESS_MAX),
    VALUE(node_certificate, "from_index", MAY),
    BYTES(anchor, "checkpoint", MUST, YS_NOTE_MAX),
    TEXT(fork_notice, "log", MUST, YS_KEY_NAME_MAX),
    EXACT(fork_notice, "proof_sha256", MUST, YS_HASH_LEN),
    VALUE(fork_notice, "size", MAY),
    TEXT(receipt, "log", MUST, YS_KEY_NAME_MAX),
    VALUE(receipt, "size", MUST),
    EXACT(receipt, "root", MUST, YS_HASH_LEN),
    VALUE(receipt, "time", MUST),
    LIST(receipts, "receipts", MUST, YS_BODY_REPEATED_MAX),
    VALUE(consensus_item, "no", MUST),
    TEXT(consensus_item, "text", MUST, 1000),
    VALUE(consensus_item, "nature", MUST),
    VALUE(consensus_item, "decision_matter", MUST),
    TEXT(consensus_item, "responsible", MAY, LABEL_MAX),
    VALUE(consensus_item, "due", MAY),
    LIST(consensus, "items", MUST, YS_BODY_REPEATED_MAX),
    VALUE(consensus, "reached_on", MUST),
    VALUE(consensus, "degree", MUST),
    TEXT(consensus, "dissent", MAY, 2000),
    VALUE(grade_counts, "dimension", MUST),
    VALUE(grade_counts, "grade_5", MUST),
    VALUE(grade_counts, "grade_4", MUST),
    VALUE(grade_counts, "grade_3", MUST),
    VALUE(grade_counts, "grade_2", MUST),
    VALUE(grade_counts, "grade_1", MUST),
    VALUE(grade_counts, "grade_0", MUST),
    VALUE(returned_by_kind, "party_kind", MUST),
    VALUE(returned_by_kind, "returned", MUST),
    VALUE(evaluation_result, "issued", MUST),
    VALUE(evaluation_result, "returned", MUST),
    VALUE(evaluation_result, "valid", MUST),
    LIST(evaluation_result, "dimensions", MUST, YS_BODY_REPEATED_MAX), /* authored.c: three */
    LIST(evaluation_result, "returned_by_kind", MAY, YS_BODY_REPEATED_MAX),
    TEXT(evaluation_result, "suggestions", MAY, 4000),
    EXACT(evaluation_result, "ballot_root", MAY, YS_HASH_LEN),
    VALUE(evaluation_result, "held_on", MUST),
    VALUE(feedback_publication, "subject", MUST),
    {MESSAGE(feedback_publication), .name = "channels", .required = MUST,
     .count_max = YS_BODY_REPEATED_MAX, .text_max = LABEL_MAX},
    VALUE(feedback_publication, "from", MUST),
    VALUE(feedback_publication, "to", MUST),
    VALUE(feedback_publication, "reach", MAY),
    VALUE(feedback_publication, "explained_to_dissenters", MAY),
    TEXT(feedback_publication, "text", MAY, 4000),
    TEXT(acknowledgement, "purpose", MAY, YS_TEXT_DEFAULT_MAX),

    /* evidence */
    BYTES(proof_extra, "note", MUST, YS_RECORD_NOTE_MAX),
    BYTES(proof_extra, "body", MAY, YS_RECORD_BODY_MAX),
    {MESSAGE(proof_extra), .name = "evidence", .count_max = YS_EVIDENCE_COUNT_MAX,
     .size_min = 1, .size_max = YS_EVIDENCE_MAX},

    /* wire */
    EXACT(message, "session", MUST, 8),
    VALUE(message, "hello", MAY),
    VALUE(message, "heads", MAY),
    VALUE(message, "want", MAY),
    VALUE(message, "entries", MAY),
    VALUE(message, "ack", MAY),
    VALUE(message, "cosigned", MAY),
    VALUE(message, "join", MAY),
    VALUE(message, "joined", MAY),
    VALUE(message, "fork", MAY),
    VALUE(message, "error", MAY),
    VALUE(message, "bye", MAY),
    VALUE(tree_head, "size", MUST),
    EXACT(tree_head, "root", MUST, YS_HASH_LEN),
    VALUE(hello, "wire_min", MUST),
    VALUE(hello, "wire_max", MUST),
    TEXT(hello, "software", MAY, YS_TEXT_DEFAULT_MAX),
    TEXT(hello, "deployment", MUST, YS_DEPLOYMENT_MAX),
    TEXT(hello, "code", MUST, YS_DIVISION_MAX),
    EXACT(hello, "store_id", MUST, 16),
    VALUE(hello, "changed", MUST),
    EXACT(hello, "seen_store_id", MUST, 16),
    VALUE(hello, "seen_changed", MUST),
    VALUE(hello, "yours", MUST),
    VALUE(hello, "clock_ms", MUST),
    VALUE(consistency, "old_size", MUST),
    EXACT(consistency, "old_root", MUST, YS_HASH_LEN),
    PROOF(consistency, "proof"),
    TEXT(log_head, "origin", MUST, YS_KEY_NAME_MAX),
    BYTES(log_head, "checkpoint", MAY, YS_NOTE_MAX), /* or tail: message.c */
    VALUE(log_head, "consistency", MAY),
    VALUE(log_head, "tail", MAY),
    LIST(heads, "heads", MAY, YS_HEADS_COUNT_MAX),
    VALUE(heads, "changed", MAY),
    VALUE(heads, "full", MAY),
    TEXT(log_want, "origin", MUST, YS_KEY_NAME_MAX),
    VALUE(log_want, "from_index", MUST),
    EXACT(log_want, "root", MUST, YS_HASH_LEN),
    LIST(want, "logs", MAY, YS_WANT_COUNT_MAX),
    VALUE(want, "credit", MAY),
    BYTES(entry, "note", MUST, YS_RECORD_NOTE_MAX),
    BYTES(entry, "body", MAY, YS_RECORD_BODY_MAX),
    VALUE(entry, "absent", MAY),
    EXACT(entry, "tombstone", MAY, YS_HASH_LEN),
    TEXT(entries, "origin", MUST, YS_KEY_NAME_MAX),
    VALUE(entries, "first_index", MUST),
    LIST(entries, "entries", MUST, YS_ENTRIES_COUNT_MAX),
    BYTES(entries, "checkpoint", MAY, YS_NOTE_MAX), /* or tail: message.c */
    PROOF(entries, "proof"),
    VALUE(entries, "tail", MAY),
    TEXT(ack, "origin", MUST, YS_KEY_NAME_MAX),
    VALUE(ack, "durable_size", MUST),
    VALUE(ack, "credit", MAY),
    EXACT(ack, "root", MAY, YS_HASH_LEN),
    LIST(cosigned, "heads", MUST, YS_HEADS_COUNT_MAX),
    TEXT(join_body, "body", MUST, YS_BODY_NAME_MAX),
    TEXT(join_body, "name", MUST, TITLE_MAX),
    TEXT(join_body, "key", MUST, VKEY_MAX),
    EXACT(join_body, "possession", MUST, YS_SIG_LEN),
    TEXT(join, "deployment", MUST, YS_DEPLOYMENT_MAX),
    TEXT(join, "code", MUST, YS_DIVISION_MAX),
    TEXT(join, "name", MUST, TITLE_MAX),
    TEXT(join, "token_id", MUST, TOKEN_MAX),
    TEXT(join, "log", MUST, VKEY_MAX),
    TEXT(join, "mirror", MUST, VKEY_MAX),
    EXACT(join, "transport", MUST, YS_PUBKEY_LEN),
    EXACT(join, "log_possession", MUST, YS_SIG_LEN),
    EXACT(join, "mirror_possession", MUST, YS_SIG_LEN),
    LIST(join, "bodies", MAY, YS_JOIN_BODIES_MAX),
    TEXT(join, "address", MAY, ADDRESS_MAX),
    VALUE(join, "log_size", MUST),
    EXACT(join, "token_proof", MAY, YS_SIG_LEN),
    VALUE(joined, "state", MUST),
    TEXT(joined, "text", MAY, YS_TEXT_DEFAULT_MAX),
    TEXT(joined, "root", MAY, YS_ROOT_CHAIN_TEXT_MAX),
    TEXT(fork, "origin", MUST, YS_KEY_NAME_MAX),
    BYTES(fork, "proof", MUST, YS_FORK_PROOF_MAX),
    VALUE(error, "code", MUST),
    TEXT(error, "text", MAY, YS_ERROR_TEXT_MAX),
    VALUE(error, "retry_after_s", MAY),
    TEXT(bye, "reason", MAY, YS_ERROR_TEXT_MAX),

    /* invitations */
    TEXT(token, "deployment", MUST, YS_DEPLOYMENT_MAX),
    TEXT(token, "code", MUST, YS_DIVISION_MAX),
    EXACT(token, "id", MUST, YS_TOKEN_ID_LEN),
    TEXT(token, "address", MUST, ADDRESS_MAX),
    EXACT(token, "parent_key", MUST, YS_PUBKEY_LEN),
    EXACT(token, "root_fingerprint", MUST, YS_HASH_LEN),
    VALUE(token, "expires_at", MUST),
    EXACT(token, "seed", MUST, YS_SEED_LEN),
    VALUE(application, "since", MUST),
    BYTES(application, "join", MUST, YS_JOIN_MAX),
};
/* clang-format on */
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

const struct ys_field *ys_field_table(size_t *count_out)
{
    *count_out = FIELD_COUNT;
    return fields;
}

/* First row of a message. */
static const struct ys_field *rows_of(const ProtobufCMessageDescriptor *message)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].message == message)
            return &fields[i];
    }
    YS_ASSERT(false);
}

/* One message that is being visited. */
struct visit {
    const ProtobufCMessage *message;
    const struct ys_field *rows;
    unsigned field;
    size_t element; /* of a message field: values entered so far */
};

struct check {
    unsigned checks;
    struct ys_path path;
    unsigned depth;
    struct visit visit[YS_PATH_DEPTH_MAX + 1];
    struct ys_err *err;
};

static enum ys_code count_check(const struct check *check, const struct ys_field *row, size_t count,
                                bool repeated)
{
    if (repeated && count > row->count_max)
        return ys_path_fail(&check->path, check->err, YS_LIMIT, "has %zu elements, limit %u", count,
                            row->count_max);
    if (count == 0 && row->required && (check->checks & YS_FIELD_REQUIRED) != 0)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "is missing");
    return YS_OK;
}

static enum ys_code text_check(const struct check *check, const struct ys_field *row,
                               const char *text)
{
    size_t points = 0;
    if ((check->checks & YS_FIELD_TEXT) == 0)
        return YS_OK;
    const enum ys_text_fault fault = ys_text_check(ys_bytes_of_text(text), &points);
    if (fault != YS_TEXT_GOOD)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "%s",
                            ys_text_fault_words(fault));
    if (points > row->text_max)
        return ys_path_fail(&check->path, check->err, YS_LIMIT, "has %zu characters, limit %u",
                            points, row->text_max);
    if (points == 0 && (check->checks & YS_FIELD_AUTHORED) != 0)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "is empty");
    return YS_OK;
}

static enum ys_code bytes_check(const struct check *check, const struct ys_field *row, size_t size)
{
    if (size > row->size_max)
        return ys_path_fail(&check->path, check->err,
                            row->size_min == row->size_max ? YS_MALFORMED : YS_LIMIT,
                            "has %zu bytes, limit %u", size, row->size_max);
    if (size < row->size_min)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "has %zu bytes, less than %u",
                            size, row->size_min);
    return YS_OK;
}

static enum ys_code enum_check(const struct check *check, const ProtobufCEnumDescriptor *type,
                               int value)
{
    if ((check->checks & YS_FIELD_AUTHORED) == 0)
        return YS_OK;
    if (protobuf_c_enum_descriptor_get_value(type, value) == NULL)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "has the unknown value %d",
                            value);
    if (value == 0)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "is unspecified");
    return YS_OK;
}

/* One value that is not a message. */
static enum ys_code value_check(const struct check *check, const ProtobufCMessage *message,
                                const ProtobufCFieldDescriptor *field, const struct ys_field *row,
                                size_t index)
{
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return text_check(check, row, ys_reflect_text(message, field, index));
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return bytes_check(check, row, ys_reflect_bytes(message, field, index).len);
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const int *value = ys_reflect_at(message, field, index);
        return enum_check(check, field->descriptor, *value);
    }
    return YS_OK;
}

/* All of a field but the insides of messages. The path names the field. */
static enum ys_code field_check(struct check *check, const struct visit *visit)
{
    const ProtobufCFieldDescriptor *field = &visit->message->descriptor->fields[visit->field];
    const struct ys_field *row = &visit->rows[visit->field];
    YS_ASSERT(row->message == visit->message->descriptor && strcmp(row->name, field->name) == 0);

    const bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    const size_t count = ys_reflect_count(visit->message, field);
    enum ys_code code = count_check(check, row, count, repeated);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return code;
    for (size_t i = 0; code == YS_OK && i < count; i++) {
        if (repeated)
            ys_path_index(&check->path, i);
        code = value_check(check, visit->message, field, row, i);
    }
    return code;
}

/* What a message of one of the three types that are read everywhere must hold at any level. */
static enum ys_code moment_check(const struct check *check, const ProtobufCMessage *message)
{
    if (message->descriptor == &yishi__v1__date__descriptor) {
        const Yishi__V1__Date *date = (const void *)message;
        if (!date->has_yyyymmdd || !ys_date_valid(date->yyyymmdd))
            return ys_path_fail(&check->path, check->err, YS_MALFORMED,
                                "is not a day from 1900-01-01 to 2999-12-31");
    }
    if (message->descriptor == &yishi__v1__time__descriptor) {
        const Yishi__V1__Time *time = (const void *)message;
        if (!time->has_unix_ms || !ys_time_valid(time->unix_ms))
            return ys_path_fail(&check->path, check->err, YS_MALFORMED,
                                "is not a time from 1970 to 2999");
    }
    if (message->descriptor == &yishi__v1__moment__descriptor) {
        const Yishi__V1__Moment *moment = (const void *)message;
        if (moment->when_case == YISHI__V1__MOMENT__WHEN__NOT_SET)
            return ys_path_fail(&check->path, check->err, YS_MALFORMED,
                                "is neither a day nor a time");
    }
    return YS_OK;
}

static enum ys_code enter(struct check *check, const ProtobufCMessage *message)
{
    YS_ASSERT(check->depth <= YS_PATH_DEPTH_MAX);
    check->visit[check->depth++] =
        (struct visit){.message = message, .rows = rows_of(message->descriptor)};
    if (message->n_unknown_fields > 0 && (check->checks & YS_FIELD_AUTHORED) != 0)
        return ys_path_fail(&check->path, check->err, YS_MALFORMED, "has the unknown field %u",
                            message->unknown_fields[0].tag);
    return moment_check(check, message);
}

/* One step: check the next field, or enter the next message in it, or go on to the next. */
static enum ys_code visit_step(struct check *check, struct visit *visit)
{
    const ProtobufCFieldDescriptor *field = &visit->message->descriptor->fields[visit->field];
    if (visit->element == 0) {
        ys_path_push(&check->path, field->name);
        const enum ys_code code = field_check(check, visit);
        if (code != YS_OK)
            return code;
    }
    if (field->type != PROTOBUF_C_TYPE_MESSAGE ||
        visit->element == ys_reflect_count(visit->message, field)) {
        ys_path_pop(&check->path);
        visit->field++;
        visit->element = 0;
        return YS_OK;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        ys_path_index(&check->path, visit->element);
    return enter(check, ys_reflect_message(visit->message, field, visit->element++));
}

enum ys_code ys_field_check(const ProtobufCMessage *message, unsigned checks, const char *where,
                            struct ys_err *err)
{
    struct check check = {.checks = checks, .path = ys_path_from(where), .err = err};
    enum ys_code code = enter(&check, message);
    while (code == YS_OK && check.depth > 0) {
        struct visit *visit = &check.visit[check.depth - 1];
        if (visit->field == visit->message->descriptor->n_fields)
            check.depth--;
        else
            code = visit_step(&check, visit);
    }
    return code;
}
