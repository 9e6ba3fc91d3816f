#include "proto/token.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "proto/field.h"
#include "proto/message.pb-c.h"
#include "proto/wire.h"

#include <sodium.h>
#include <string.h>

#define PREFIX "yishi1-"
enum { CHECK_LEN = 4, PACKED_MAX = 512, BYTES_MAX = PACKED_MAX + CHECK_LEN };

_Static_assert(sizeof PREFIX + YS_BASE64_LEN(BYTES_MAX) <= YS_TOKEN_TEXT_MAX, "every token fits");

void ys_token_clear(struct ys_token *token)
{
    sodium_memzero(token, sizeof *token);
}

bool ys_invite_id_valid(struct ys_bytes text)
{
    if (text.size != YS_TOKEN_ID_TEXT_LEN)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!((text.data[i] >= '0' && text.data[i] <= '9') ||
              (text.data[i] >= 'a' && text.data[i] <= 'f')))
            return false;
    return true;
}

static void check_bytes(struct ys_bytes packed, uint8_t out[CHECK_LEN])
{
    struct ys_hash hash;
    ys_sha256(packed, &hash);
    memcpy(out, hash.bytes, CHECK_LEN);
}

/* --- base64url --- */

/* RFC 4648 section 5 differs in two letters, and here in having no padding. */
static bool to_plain(struct ys_bytes text, char out[YS_BASE64_LEN(BYTES_MAX)], size_t *size_out)
{
    size_t size = 0;
    if (text.size > YS_BASE64_LEN(BYTES_MAX) || text.size % 4 == 1)
        return false;
    for (; size < text.size; size++) {
        const char c = (char)text.data[size];
        if (c == '+' || c == '/' || c == '=')
            return false;
        out[size] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    while (size % 4 != 0)
        out[size++] = '=';
    *size_out = size;
    return true;
}

static void to_url(char *text, size_t *size)
{
    while (*size > 0 && text[*size - 1] == '=')
        (*size)--;
    for (size_t i = 0; i < *size; i++)
        text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
}

/* --- print --- */

static enum ys_code pack(struct ys_token *token, struct ys_writer *w)
{
    uint8_t id[YS_TOKEN_ID_LEN];
    size_t id_size = 0;
    Yishi__V1__Token message;
    YS_ASSERT(ys_invite_id_valid(ys_bytes_of_text(token->id)));
    YS_ASSERT(
        sodium_hex2bin(id, sizeof id, token->id, YS_TOKEN_ID_TEXT_LEN, NULL, &id_size, NULL) == 0);
    yishi__v1__token__init(&message);
    message.deployment = token->deployment;
    message.code = token->division.digits;
    message.has_id = message.has_parent_key = message.has_root_fingerprint = 1;
    message.has_expires_at = message.has_seed = 1;
    message.id = ys_wire_lend((struct ys_bytes){id, sizeof id});
    message.address = token->address;
    message.parent_key = ys_wire_lend((struct ys_bytes){token->parent_key, YS_PUBKEY_LEN});
    message.root_fingerprint =
        ys_wire_lend((struct ys_bytes){token->root_fingerprint.bytes, YS_HASH_LEN});
    message.expires_at = token->expires_s;
    message.seed = ys_wire_lend((struct ys_bytes){token->seed, YS_SEED_LEN});
    if (token->observer)
        message.observed_at = token->host.digits;
    return ys_wire_encode(&message.base, PACKED_MAX, w, NULL);
}

enum ys_code ys_token_print(const struct ys_token *token, struct ys_writer *w)
{
    uint8_t bytes[BYTES_MAX];
    char text[YS_BASE64_LEN(BYTES_MAX)];
    uint8_t check[CHECK_LEN];
    YS_TOKEN_SCOPED copy = *token;
    struct ys_writer packed = {.data = bytes, .capacity = PACKED_MAX};
    struct ys_writer plain = {.data = (uint8_t *)text, .capacity = sizeof text};
    enum ys_code code = pack(&copy, &packed);
    if (code == YS_OK) {
        check_bytes((struct ys_bytes){.data = bytes, .size = packed.size}, check);
        memcpy(bytes + packed.size, check, CHECK_LEN);
        ys_writer_base64(&plain, (struct ys_bytes){.data = bytes, .size = packed.size + CHECK_LEN});
        YS_ASSERT(!plain.overflow);
        to_url(text, &plain.size);
        ys_writer_text(w, PREFIX);
        ys_writer_bytes(w, (struct ys_bytes){.data = (uint8_t *)text, .size = plain.size});
        code = w->overflow ? YS_LIMIT : YS_OK;
    }
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
    return code;
}

/* --- parse --- */

/* Whom the token invites: a child of who gave it, or an observer of it or of a child. */
static enum ys_code take_unit(const Yishi__V1__Token *from, struct ys_token *out,
                              struct ys_err *err)
{
    struct ys_division parent;
    if (ys_division_parse(ys_bytes_of_text(from->code), &out->division, NULL) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "token.code: not a division code");
    const bool has_parent = ys_division_parent(&out->division, &parent);
    out->observer = from->observed_at != NULL;
    if (!out->observer)
        return has_parent ? YS_OK
                          : ys_fail(err, YS_MALFORMED,
                                    "token.code: not the code of a street or community");
    if (ys_division_parse(ys_bytes_of_text(from->observed_at), &out->host, NULL) != YS_OK ||
        !(ys_division_equal(&out->division, &out->host) ||
          (has_parent && ys_division_equal(&parent, &out->host))))
        return ys_fail(err, YS_MALFORMED,
                       "token.observed_at: not the unit of the code or above it");
    return YS_OK;
}

static enum ys_code take_fields(const Yishi__V1__Token *from, struct ys_token *out,
                                struct ys_err *err)
{
    if (!ys_deployment_valid(ys_bytes_of_text(from->deployment)))
        return ys_fail(err, YS_MALFORMED, "token.deployment: not the name of a deployment");
    const enum ys_code code = take_unit(from, out, err);
    if (code != YS_OK)
        return code;
    const size_t address_size = strlen(from->address);
    if (address_size == 0 || address_size >= sizeof out->address)
        return ys_fail(err, YS_MALFORMED, "token.address: has %zu bytes", address_size);
    memcpy(out->deployment, from->deployment, strlen(from->deployment) + 1);
    memcpy(out->address, from->address, address_size + 1);
    sodium_bin2hex(out->id, sizeof out->id, from->id.data, from->id.len);
    memcpy(out->parent_key, from->parent_key.data, YS_PUBKEY_LEN);
    memcpy(out->root_fingerprint.bytes, from->root_fingerprint.data, YS_HASH_LEN);
    memcpy(out->seed, from->seed.data, YS_SEED_LEN);
    out->expires_s = from->expires_at;
    return YS_OK;
}

static enum ys_code unpack(struct ys_bytes packed, struct ys_token *out, struct ys_err *err)
{
    struct ys_arena arena;
    ProtobufCMessage *message = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    enum ys_code code =
        ys_wire_decode(packed, &yishi__v1__token__descriptor, "token", &arena, &message, err);
    if (code == YS_OK)
        code = ys_field_check(message, YS_FIELD_TEXT | YS_FIELD_REQUIRED, "token", err);
    if (code == YS_OK)
        code = take_fields((const void *)message, out, err);
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code parse(struct ys_bytes text, uint8_t bytes[BYTES_MAX], struct ys_token *out,
                          struct ys_err *err)
{
    char plain[YS_BASE64_LEN(BYTES_MAX)];
    uint8_t check[CHECK_LEN];
    size_t plain_size = 0;
    size_t size = 0;
    const bool good =
        to_plain(text, plain, &plain_size) &&
        ys_base64_decode((struct ys_bytes){.data = (uint8_t *)plain, .size = plain_size}, bytes,
                         BYTES_MAX, &size) == YS_OK &&
        size > CHECK_LEN;
    sodium_memzero(plain, sizeof plain);
    if (!good)
        return ys_fail(err, YS_MALFORMED, "token: is cut short or mistyped; copy it again");
    const struct ys_bytes packed = {.data = bytes, .size = size - CHECK_LEN};
    check_bytes(packed, check);
    if (memcmp(check, bytes + packed.size, CHECK_LEN) != 0)
        return ys_fail(err, YS_MALFORMED, "token: is cut short or mistyped; copy it again");
    return unpack(packed, out, err);
}

/* One token, one text: what this version does not know would be lost, so it is refused. */
static bool prints_as(const struct ys_token *token, struct ys_bytes text)
{
    uint8_t again[YS_TOKEN_TEXT_MAX];
    struct ys_writer w = {.data = again, .capacity = sizeof again};
    const bool same = ys_token_print(token, &w) == YS_OK &&
                      ys_bytes_equal((struct ys_bytes){.data = again, .size = w.size}, text);
    sodium_memzero(again, sizeof again);
    return same;
}

enum ys_code ys_token_parse(struct ys_bytes text, struct ys_token *out, struct ys_err *err)
{
    uint8_t bytes[BYTES_MAX];
    YS_TOKEN_SCOPED token = {.expires_s = 0};
    if (!ys_bytes_starts_with(text, PREFIX))
        return ys_bytes_starts_with(text, "yishi")
                   ? ys_fail(err, YS_MALFORMED, "token: of a version that this program cannot read")
                   : ys_fail(err, YS_MALFORMED, "token: does not begin with " PREFIX);
    enum ys_code code = parse(ys_bytes_skip(text, sizeof PREFIX - 1), bytes, &token, err);
    sodium_memzero(bytes, sizeof bytes);
    if (code == YS_OK && !prints_as(&token, text))
        code = ys_fail(err, YS_MALFORMED, "token: is not written as this program writes it");
    if (code == YS_OK)
        *out = token;
    return code;
}
