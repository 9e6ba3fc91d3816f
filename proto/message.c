#include "proto/message.h"

#include "crypto/assert.h"
#include "proto/field.h"
#include "proto/wire.h"

static enum ys_code hello_check(const Yishi__V1__Hello *hello, struct ys_err *err)
{
    if (hello->wire_min == 0 || hello->wire_min > hello->wire_max)
        return ys_fail(err, YS_MALFORMED, "hello: wire versions %u to %u", hello->wire_min,
                       hello->wire_max);
    return YS_OK;
}

static enum ys_code credit_check(bool present, uint64_t credit, const char *where,
                                 struct ys_err *err)
{
    if (present && credit > YS_CREDIT_MAX)
        return ys_fail(err, YS_LIMIT, "%s.credit: more than %d bytes", where, YS_CREDIT_MAX);
    return YS_OK;
}

_Static_assert(YS_RECORD_NOTE_MAX + YS_RECORD_BODY_MAX <= YS_ENTRIES_MAX,
               "one record always fits in ENTRIES");

/* A signed head, or the sizes of one that nobody has signed yet. */
static enum ys_code head_check(bool is_signed, const Yishi__V1__TreeHead *tail, const char *where,
                               struct ys_err *err)
{
    if (is_signed == (tail != NULL))
        return ys_fail(err, YS_MALFORMED, "%s: has %s", where,
                       is_signed ? "both a checkpoint and a tail" : "no checkpoint");
    if (tail != NULL && tail->size > INT64_MAX)
        return ys_fail(err, YS_MALFORMED, "%s.tail.size: is out of range", where);
    return YS_OK;
}

static enum ys_code heads_check(Yishi__V1__LogHead *const *heads, size_t count, bool cosigned,
                                struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        code = head_check(heads[i]->has_checkpoint, heads[i]->tail, "heads", err);
        if (code == YS_OK && cosigned && heads[i]->tail != NULL)
            code = ys_fail(err, YS_MALFORMED, "cosigned: has a tail");
    }
    return code;
}

static enum ys_code entries_check(const Yishi__V1__Entries *entries, struct ys_err *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < entries->n_entries; i++) {
        const Yishi__V1__Entry *entry = entries->entries[i];
        if (entry->content_case == YISHI__V1__ENTRY__CONTENT__NOT_SET ||
            (entry->content_case == YISHI__V1__ENTRY__CONTENT_ABSENT && !entry->absent))
            return ys_fail(err, YS_MALFORMED,
                           "entries.entries[%zu]: has no body, tombstone or \"absent\"", i);
        bytes += entry->note.len;
        if (entry->content_case == YISHI__V1__ENTRY__CONTENT_BODY)
            bytes += entry->body.len;
    }
    if (bytes > YS_ENTRIES_MAX)
        return ys_fail(err, YS_LIMIT, "entries: %zu bytes of notes and bodies, limit %d", bytes,
                       YS_ENTRIES_MAX);
    if (entries->first_index > INT64_MAX - entries->n_entries)
        return ys_fail(err, YS_MALFORMED, "entries.first_index: is out of range");
    return head_check(entries->has_checkpoint, entries->tail, "entries", err);
}

/* A piece is as long as it can be: up to the end, or 65,536 bytes. */
static enum ys_code blob_check(const Yishi__V1__Blob *blob, struct ys_err *err)
{
    if (blob->total > INT64_MAX || blob->offset > blob->total)
        return ys_fail(err, YS_MALFORMED, "blob.offset: is out of range");
    if ((blob->content_case == YISHI__V1__BLOB__CONTENT_MISSING && !blob->missing) ||
        (blob->content_case == YISHI__V1__BLOB__CONTENT_HERE && !blob->here))
        return ys_fail(err, YS_MALFORMED, "blob: says no to what it says");
    if (blob->content_case != YISHI__V1__BLOB__CONTENT_PIECE)
        return YS_OK;
    const uint64_t rest = blob->total - blob->offset;
    if (blob->piece.len != (rest < YS_BLOB_PIECE_MAX ? rest : YS_BLOB_PIECE_MAX))
        return ys_fail(err, YS_MALFORMED, "blob.piece: has %zu bytes of %llu from %llu on",
                       blob->piece.len, (unsigned long long)blob->total,
                       (unsigned long long)blob->offset);
    return YS_OK;
}

static enum ys_code content_check(const Yishi__V1__Content *content, struct ys_err *err)
{
    if ((content->content_case == YISHI__V1__CONTENT__CONTENT_MISSING && !content->missing) ||
        (content->content_case == YISHI__V1__CONTENT__CONTENT_HERE && !content->here))
        return ys_fail(err, YS_MALFORMED, "content: says no to what it says");
    return YS_OK;
}

static enum ys_code together_check(const Yishi__V1__Message *message, struct ys_err *err)
{
    switch (message->kind_case) {
    case YISHI__V1__MESSAGE__KIND_HELLO:
        return hello_check(message->hello, err);
    case YISHI__V1__MESSAGE__KIND_WANT:
        return credit_check(message->want->has_credit, message->want->credit, "want", err);
    case YISHI__V1__MESSAGE__KIND_ENTRIES:
        return entries_check(message->entries, err);
    case YISHI__V1__MESSAGE__KIND_ACK:
        return credit_check(message->ack->has_credit, message->ack->credit, "ack", err);
    case YISHI__V1__MESSAGE__KIND_HEADS:
        return heads_check(message->heads->heads, message->heads->n_heads, false, err);
    case YISHI__V1__MESSAGE__KIND_COSIGNED:
        return heads_check(message->cosigned->heads, message->cosigned->n_heads, true, err);
    case YISHI__V1__MESSAGE__KIND_JOIN:
    case YISHI__V1__MESSAGE__KIND_JOINED:
    case YISHI__V1__MESSAGE__KIND_FORK:
    case YISHI__V1__MESSAGE__KIND_ERROR:
    case YISHI__V1__MESSAGE__KIND_BYE:
    case YISHI__V1__MESSAGE__KIND_BLOB_WANT:
    case YISHI__V1__MESSAGE__KIND_CONTENT_WANT:
    case YISHI__V1__MESSAGE__KIND__NOT_SET:
        return YS_OK;
    case YISHI__V1__MESSAGE__KIND_CONTENT:
        return content_check(message->content, err);
    case YISHI__V1__MESSAGE__KIND_BLOB:
        return blob_check(message->blob, err);
    case _YISHI__V1__MESSAGE__KIND__CASE_IS_INT_SIZE:
        break;
    }
    YS_ASSERT(false);
    return YS_CORRUPT;
}

enum ys_code ys_message_decode(struct ys_bytes bytes, struct ys_arena *arena,
                               const Yishi__V1__Message **out, struct ys_err *err)
{
    ProtobufCMessage *decoded = NULL;
    if (bytes.size > YS_MESSAGE_MAX)
        return ys_fail(err, YS_LIMIT, "message has %zu bytes, limit %d", bytes.size,
                       YS_MESSAGE_MAX);
    enum ys_code code =
        ys_wire_decode(bytes, &yishi__v1__message__descriptor, "", arena, &decoded, err);
    if (code == YS_OK)
        code = ys_field_check(decoded, YS_FIELD_TEXT | YS_FIELD_REQUIRED, "", err);
    if (code != YS_OK)
        return code;
    const Yishi__V1__Message *message = (const void *)decoded;
    code = together_check(message, err);
    if (code == YS_OK)
        *out = message;
    return code;
}

enum ys_code ys_message_encode(const Yishi__V1__Message *message, struct ys_writer *w)
{
    return ys_wire_encode(&message->base, YS_MESSAGE_MAX, w, NULL);
}

const char *ys_message_name(const Yishi__V1__Message *message)
{
    switch (message->kind_case) {
    case YISHI__V1__MESSAGE__KIND_HELLO:
        return "HELLO";
    case YISHI__V1__MESSAGE__KIND_HEADS:
        return "HEADS";
    case YISHI__V1__MESSAGE__KIND_WANT:
        return "WANT";
    case YISHI__V1__MESSAGE__KIND_ENTRIES:
        return "ENTRIES";
    case YISHI__V1__MESSAGE__KIND_ACK:
        return "ACK";
    case YISHI__V1__MESSAGE__KIND_COSIGNED:
        return "COSIGNED";
    case YISHI__V1__MESSAGE__KIND_JOIN:
        return "JOIN";
    case YISHI__V1__MESSAGE__KIND_JOINED:
        return "JOINED";
    case YISHI__V1__MESSAGE__KIND_FORK:
        return "FORK";
    case YISHI__V1__MESSAGE__KIND_ERROR:
        return "ERROR";
    case YISHI__V1__MESSAGE__KIND_BYE:
        return "BYE";
    case YISHI__V1__MESSAGE__KIND_BLOB_WANT:
        return "BLOB_WANT";
    case YISHI__V1__MESSAGE__KIND_BLOB:
        return "BLOB";
    case YISHI__V1__MESSAGE__KIND_CONTENT_WANT:
        return "CONTENT_WANT";
    case YISHI__V1__MESSAGE__KIND_CONTENT:
        return "CONTENT";
    case YISHI__V1__MESSAGE__KIND__NOT_SET:
    case _YISHI__V1__MESSAGE__KIND__CASE_IS_INT_SIZE:
        break;
    }
    return "?";
}
