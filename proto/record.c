#include "proto/record.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <string.h>

#define SUFFIX        "/record/v1"
#define SIGNED_AT_MAX ((UINT64_C(1) << 40) - 1)

enum { LINES = 7 };

/* Cuts `text` into exactly LINES lines, each ended by a line feed. */
static bool lines_split(struct ys_bytes text, struct ys_bytes line_out[LINES])
{
    for (unsigned i = 0; i < LINES; i++) {
        const uint8_t *end = text.size == 0 ? NULL : memchr(text.data, '\n', text.size);
        if (end == NULL)
            return false;
        const size_t size = (size_t)(end - text.data);
        line_out[i] = (struct ys_bytes){.data = text.data, .size = size};
        text.data += size + 1;
        text.size -= size + 1;
    }
    return text.size == 0;
}

/* Is `line` the deployment's domain line? */
static bool first_line_fits(struct ys_bytes line, const char *deployment)
{
    const size_t name = strlen(deployment);
    const size_t suffix = sizeof SUFFIX - 1;
    return line.size == name + suffix && memcmp(line.data, deployment, name) == 0 &&
           memcmp(line.data + name, SUFFIX, suffix) == 0;
}

static bool word_copy(struct ys_bytes line, char out[YS_KIND_NAME_MAX + 1])
{
    if (!ys_kind_word_valid(line))
        return false;
    memcpy(out, line.data, line.size);
    out[line.size] = '\0';
    return true;
}

static enum ys_code body_lines_parse(struct ys_bytes size_line, struct ys_bytes hash_line,
                                     struct ys_record *record, struct ys_err *err)
{
    uint64_t size = 0;
    if (!ys_decimal_parse(size_line, UINT64_MAX, &size) || size == 0)
        return ys_fail(err, YS_MALFORMED, "record line 6: body length is not a number from 1");
    if (size > YS_RECORD_BODY_MAX)
        return ys_fail(err, YS_LIMIT, "record line 6: body has more than %d bytes",
                       YS_RECORD_BODY_MAX);
    record->body_size = (uint32_t)size;

    size_t length = 0;
    if (ys_base64_decode(hash_line, record->body_hash.bytes, YS_HASH_LEN, &length) != YS_OK ||
        length != YS_HASH_LEN)
        return ys_fail(err, YS_MALFORMED, "record line 7: not the base64 of a SHA-256");
    return YS_OK;
}

enum ys_code ys_record_parse(struct ys_bytes text, struct ys_record *out, struct ys_err *err)
{
    struct ys_bytes line[LINES];
    struct ys_record record = {0};
    if (text.size > YS_RECORD_TEXT_MAX)
        return ys_fail(err, YS_LIMIT, "record text has %zu bytes, limit %d", text.size,
                       YS_RECORD_TEXT_MAX);
    if (!lines_split(text, line))
        return ys_fail(err, YS_MALFORMED, "record text does not have exactly %d lines", LINES);
    if (ys_name_parse(line[1], &record.origin, NULL) != YS_OK || record.origin.kind != YS_NAME_LOG)
        return ys_fail(err, YS_MALFORMED, "record line 2: not the origin of a log");
    if (!first_line_fits(line[0], record.origin.deployment))
        return ys_fail(err, YS_MALFORMED, "record line 1: not \"%s" SUFFIX "\"",
                       record.origin.deployment);
    if (!word_copy(line[2], record.kind))
        return ys_fail(err, YS_MALFORMED, "record line 3: kind is not [a-z0-9._-]{1,64}");
    if (!word_copy(line[3], record.subject))
        return ys_fail(err, YS_MALFORMED, "record line 4: subject is not [a-z0-9._-]{1,64}");
    if (!ys_decimal_parse(line[4], SIGNED_AT_MAX, &record.signed_at_s))
        return ys_fail(err, YS_MALFORMED, "record line 5: not a time in seconds below 2^40");
    const enum ys_code code = body_lines_parse(line[5], line[6], &record, err);
    if (code == YS_OK)
        *out = record;
    return code;
}

void ys_record_print(struct ys_writer *w, const struct ys_record *record)
{
    YS_ASSERT(record->origin.kind == YS_NAME_LOG);
    YS_ASSERT(ys_kind_word_valid(ys_bytes_of_text(record->kind)));
    YS_ASSERT(ys_kind_word_valid(ys_bytes_of_text(record->subject)));
    YS_ASSERT(record->signed_at_s <= SIGNED_AT_MAX);
    YS_ASSERT(record->body_size > 0 && record->body_size <= YS_RECORD_BODY_MAX);
    char origin[YS_KEY_NAME_MAX + 1];
    ys_name_print(&record->origin, origin);

    ys_writer_text(w, record->origin.deployment);
    ys_writer_text(w, SUFFIX "\n");
    ys_writer_text(w, origin);
    ys_writer_text(w, "\n");
    ys_writer_text(w, record->kind);
    ys_writer_text(w, "\n");
    ys_writer_text(w, record->subject);
    ys_writer_text(w, "\n");
    ys_writer_decimal(w, record->signed_at_s);
    ys_writer_text(w, "\n");
    ys_writer_decimal(w, record->body_size);
    ys_writer_text(w, "\n");
    ys_writer_base64(w, (struct ys_bytes){.data = record->body_hash.bytes, .size = YS_HASH_LEN});
    ys_writer_text(w, "\n");
}

/* Six line feeds less than the longest of each line, which is far below the limit. */
_Static_assert(YS_DEPLOYMENT_MAX + sizeof SUFFIX + YS_KEY_NAME_MAX + 1 +
                       2 * (YS_KIND_NAME_MAX + 1) + 14 + 7 + 45 <=
                   YS_RECORD_TEXT_MAX,
               "every record text fits");

void ys_record_id(struct ys_bytes text, struct ys_hash *id_out)
{
    ys_sha256(text, id_out);
}

void ys_record_bind(struct ys_record *record, struct ys_bytes body)
{
    YS_ASSERT(body.size > 0 && body.size <= YS_RECORD_BODY_MAX);
    record->body_size = (uint32_t)body.size;
    ys_sha256(body, &record->body_hash);
}

enum ys_code ys_record_check_body(const struct ys_record *record, struct ys_bytes body,
                                  struct ys_err *err)
{
    if (body.size != record->body_size)
        return ys_fail(err, YS_MALFORMED, "body has %zu bytes, its note says %u", body.size,
                       record->body_size);
    struct ys_hash hash;
    ys_sha256(body, &hash);
    if (!ys_hash_equal(&hash, &record->body_hash))
        return ys_fail(err, YS_MALFORMED, "body does not have the hash that its note says");
    return YS_OK;
}

void ys_record_id_print(const struct ys_hash *id, char out[YS_RECORD_ID_TEXT_MAX])
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < YS_HASH_LEN; i++) {
        out[2 * i] = digit[id->bytes[i] >> 4];
        out[2 * i + 1] = digit[id->bytes[i] & 0xf];
    }
    out[YS_RECORD_ID_TEXT_MAX - 1] = '\0';
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum ys_code ys_record_id_parse(struct ys_bytes text, struct ys_hash *id_out)
{
    struct ys_hash id = {0};
    if (text.size != YS_RECORD_ID_TEXT_MAX - 1)
        return YS_MALFORMED;
    for (size_t i = 0; i < YS_HASH_LEN; i++) {
        const int high = hex_value(text.data[2 * i]);
        const int low = hex_value(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return YS_MALFORMED;
        id.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *id_out = id;
    return YS_OK;
}
