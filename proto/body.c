#include "proto/body.h"

#include "crypto/assert.h"
#include "proto/authored.h"
#include "proto/field.h"
#include "proto/wire.h"

/* Field number of a kind = KIND_BASE + its id; the numbers up to KIND_LAST are kept for kinds. */
enum { KIND_BASE = 100, KIND_LAST = 199 };

/* Kinds of a newer version stand among the unknown fields. Counting them keeps "exactly one kind"
 * the same for old and new readers. */
static size_t unknown_kinds(const Yishi__V1__Body *body)
{
    size_t count = 0;
    for (unsigned i = 0; i < body->base.n_unknown_fields; i++) {
        const uint32_t number = body->base.unknown_fields[i].tag;
        if (number > KIND_BASE && number <= KIND_LAST)
            count++;
    }
    return count;
}

static enum ys_code kind_check(const Yishi__V1__Body *body, struct ys_err *err)
{
    const size_t unknown = unknown_kinds(body);
    const size_t known = body->kind_case == YISHI__V1__BODY__KIND__NOT_SET ? 0 : 1;
    if (known + unknown == 0)
        return ys_fail(err, YS_MALFORMED, "body: has no kind");
    if (known + unknown > 1)
        return ys_fail(err, YS_MALFORMED, "body: has more than one kind");
    if (unknown == 1)
        return ys_fail(err, YS_NOT_FOUND, "body: is of a kind that this version does not know");
    return YS_OK;
}

enum ys_code ys_body_decode(struct ys_bytes bytes, struct ys_arena *arena,
                            const Yishi__V1__Body **out, struct ys_err *err)
{
    ProtobufCMessage *message = NULL;
    if (bytes.size > YS_RECORD_BODY_MAX)
        return ys_fail(err, YS_LIMIT, "body: has %zu bytes, limit %d", bytes.size,
                       YS_RECORD_BODY_MAX);
    enum ys_code code =
        ys_wire_decode(bytes, &yishi__v1__body__descriptor, "body", arena, &message, err);
    if (code == YS_OK)
        code = ys_field_check(message, 0, "body", err);
    if (code != YS_OK)
        return code;
    const Yishi__V1__Body *body = (const void *)message;
    if (!body->has_salt)
        return ys_fail(err, YS_MALFORMED, "body.salt: is missing");
    code = kind_check(body, err);
    if (code == YS_OK)
        *out = body;
    return code;
}

enum ys_code ys_body_unpack(struct ys_bytes bytes, struct ys_arena *arena,
                            const Yishi__V1__Body **out, struct ys_err *err)
{
    ProtobufCAllocator allocator = ys_arena_allocator(arena);
    ProtobufCMessage *const message =
        protobuf_c_message_unpack(&yishi__v1__body__descriptor, &allocator, bytes.size, bytes.data);
    if (message != NULL) {
        *out = (const void *)message;
        return YS_OK;
    }
    return arena->exhausted || arena->starved
               ? ys_arena_fail(arena, err)
               : ys_fail(err, YS_CORRUPT, "body: bytes are not what they were");
}

enum ys_code ys_body_replacement(const Yishi__V1__Correction *correction, struct ys_arena *arena,
                                 const Yishi__V1__Body **out, struct ys_err *err)
{
    const ProtobufCBinaryData *const bytes = &correction->replacement;
    return ys_body_decode((struct ys_bytes){bytes->data, bytes->len}, arena, out, err);
}

const struct ys_kind *ys_body_kind(const Yishi__V1__Body *body)
{
    YS_ASSERT((unsigned)body->kind_case > KIND_BASE);
    const struct ys_kind *kind = ys_kind_by_id((uint32_t)body->kind_case - KIND_BASE);
    YS_ASSERT(kind != NULL);
    return kind;
}

enum ys_code ys_body_check_authored(const Yishi__V1__Body *body, struct ys_err *err)
{
    const enum ys_code code = ys_field_check(
        &body->base, YS_FIELD_TEXT | YS_FIELD_REQUIRED | YS_FIELD_AUTHORED, "body", err);
    return code != YS_OK ? code : ys_authored_check(body, err);
}

enum ys_code ys_body_encode(const Yishi__V1__Body *body, struct ys_writer *w, struct ys_err *err)
{
    return ys_wire_encode(&body->base, YS_RECORD_BODY_MAX, w, err);
}

enum ys_code ys_body_check_note(const Yishi__V1__Body *body, const struct ys_record *record,
                                struct ys_err *err)
{
    const struct ys_kind *kind = ys_body_kind(body);
    if (!ys_bytes_is_text(ys_bytes_of_text(record->kind), kind->name))
        return ys_fail(err, YS_MALFORMED, "body is of kind %s, but its note says %s", kind->name,
                       record->kind);
    return YS_OK;
}
