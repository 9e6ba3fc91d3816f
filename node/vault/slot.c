#include "node/vault/slot.h"

#include "crypto/assert.h"
#include "crypto/crash_point.h"
#include "node/lang.h"
#include "proto/moment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[] = "ysslot1\n";
enum {
    MAGIC_LEN = sizeof magic - 1,
    /* offsets */
    AT_CONTENT = MAGIC_LEN,
    AT_BASIS,
    AT_RETENTION,
    AT_ZERO, /* one byte */
    AT_KEEP_UNTIL,
    AT_DRAFT = AT_KEEP_UNTIL + 4,
    AT_SEALED_AT = AT_DRAFT + 4,
    AT_COMMITMENT = AT_SEALED_AT + 8,
    AT_KIND = AT_COMMITMENT + YS_HASH_LEN,
    AT_SLOT = AT_KIND + YS_SEAL_WORD_MAX,
    AT_PURPOSE = AT_SLOT + YS_SEAL_WORD_MAX,
    AT_WRAPPED = AT_PURPOSE + YS_VAULT_PURPOSE_MAX,
    WRAPPED_LEN = YS_SLOT_KEY_LEN + crypto_box_SEALBYTES,
    AT_REST = AT_WRAPPED + WRAPPED_LEN,
    AT_CHECK = YS_SLOT_SIZE - YS_HASH_LEN,
};
_Static_assert(AT_KEEP_UNTIL == 12 && AT_WRAPPED == 488 && AT_REST == 568, "FORMATS.md 19.3");
_Static_assert(AT_REST < AT_CHECK, "a slot holds it");

void ys_slot_name(const struct ys_hash *commitment, char out[YS_SLOT_NAME_MAX])
{
    sodium_bin2hex(out, YS_SLOT_NAME_MAX, commitment->bytes, YS_HASH_LEN);
}

bool ys_slot_name_parse(const char *name, struct ys_hash *out)
{
    size_t size = 0;
    return strlen(name) == YS_SLOT_NAME_MAX - 1 &&
           strspn(name, "0123456789abcdef") == YS_SLOT_NAME_MAX - 1 &&
           sodium_hex2bin(out->bytes, YS_HASH_LEN, name, YS_SLOT_NAME_MAX - 1, NULL, &size, NULL) ==
               0 &&
           size == YS_HASH_LEN;
}

static void check_of(const uint8_t slot[YS_SLOT_SIZE], struct ys_hash *out)
{
    ys_sha256((struct ys_bytes){.data = slot, .size = AT_CHECK}, out);
}

void ys_slot_encode(const struct ys_vault_tag *tag, const uint8_t public[YS_PUBKEY_LEN],
                    const uint8_t key[YS_SLOT_KEY_LEN], uint8_t out[YS_SLOT_SIZE])
{
    struct ys_hash check;
    YS_ASSERT(ys_commitment_word_valid(tag->kind) && ys_commitment_word_valid(tag->slot));
    memset(out, 0, YS_SLOT_SIZE);
    memcpy(out, magic, MAGIC_LEN);
    out[AT_CONTENT] = (uint8_t)tag->content;
    out[AT_BASIS] = (uint8_t)tag->basis;
    out[AT_RETENTION] = (uint8_t)tag->retention;
    ys_be32_put(out + AT_KEEP_UNTIL, tag->keep_until);
    ys_be32_put(out + AT_DRAFT, tag->draft);
    ys_be64_put(out + AT_SEALED_AT, tag->sealed_at_s);
    memcpy(out + AT_COMMITMENT, tag->commitment.bytes, YS_HASH_LEN);
    memcpy(out + AT_KIND, tag->kind, strlen(tag->kind));
    memcpy(out + AT_SLOT, tag->slot, strlen(tag->slot));
    memcpy(out + AT_PURPOSE, tag->purpose, strlen(tag->purpose));
    YS_ASSERT(crypto_box_seal(out + AT_WRAPPED, key, YS_SLOT_KEY_LEN, public) == 0);
    check_of(out, &check);
    memcpy(out + AT_CHECK, check.bytes, YS_HASH_LEN);
}

/* A text that fills its place with zeros; `out` has room for a terminator more. */
static void text_get(const uint8_t *in, size_t size, char *out)
{
    memcpy(out, in, size);
    out[size] = '\0';
}

static bool values_fit(const struct ys_vault_tag *tag)
{
    return (tag->content == YS_VAULT_VALUE || tag->content == YS_VAULT_FILE) &&
           (tag->basis == YS_BASIS_LEGAL_DUTY || tag->basis == YS_BASIS_CONSENT) &&
           tag->retention >= YS_RETAIN_PURPOSE && tag->retention <= YS_RETAIN_PERMANENT &&
           (tag->keep_until == 0 || ys_date_valid(tag->keep_until)) &&
           ys_commitment_word_valid(tag->kind) && ys_commitment_word_valid(tag->slot);
}

enum ys_code ys_slot_decode(const uint8_t slot[YS_SLOT_SIZE], struct ys_vault_tag *out,
                            struct ys_err *err)
{
    struct ys_hash check;
    if (sodium_is_zero(slot, YS_SLOT_SIZE))
        return ys_fail(err, YS_NOT_FOUND, _("it is erased"));
    check_of(slot, &check);
    if (memcmp(slot, magic, MAGIC_LEN) != 0 ||
        memcmp(slot + AT_CHECK, check.bytes, YS_HASH_LEN) != 0)
        return ys_fail(err, YS_MALFORMED,
                       _("this is no slot of a sealed value, or it was changed"));
    struct ys_vault_tag tag = {
        .content = slot[AT_CONTENT],
        .basis = slot[AT_BASIS],
        .retention = slot[AT_RETENTION],
        .keep_until = ys_be32_get(slot + AT_KEEP_UNTIL),
        .draft = ys_be32_get(slot + AT_DRAFT),
        .sealed_at_s = ys_be64_get(slot + AT_SEALED_AT),
    };
    memcpy(tag.commitment.bytes, slot + AT_COMMITMENT, YS_HASH_LEN);
    text_get(slot + AT_KIND, YS_SEAL_WORD_MAX, tag.kind);
    text_get(slot + AT_SLOT, YS_SEAL_WORD_MAX, tag.slot);
    text_get(slot + AT_PURPOSE, YS_VAULT_PURPOSE_MAX, tag.purpose);
    if (!values_fit(&tag))
        return ys_fail(err, YS_MALFORMED, _("this slot was written by a newer version"));
    *out = tag;
    return YS_OK;
}

enum ys_code ys_slot_unwrap(const uint8_t slot[YS_SLOT_SIZE], const struct ys_vault_key *vault,
                            uint8_t key_out[YS_SLOT_KEY_LEN], struct ys_err *err)
{
    if (crypto_box_seal_open(key_out, slot + AT_WRAPPED, WRAPPED_LEN, vault->public,
                             vault->secret) != 0)
        return ys_fail(err, YS_DENIED, _("it was sealed for the key of another vault"));
    return YS_OK;
}

static enum ys_code fail_errno(const char *path, struct ys_err *err)
{
    const int number = errno;
    return ys_fail(err, number == ENOENT ? YS_NOT_FOUND : YS_IO, "%s: %s", path, strerror(number));
}

enum ys_code ys_slot_overwrite(const char *path, struct ys_err *err)
{
    static const uint8_t zeros[YS_SLOT_SIZE];
    enum ys_code code = YS_OK;
    struct stat info;
    const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fail_errno(path, err);
    if (fstat(fd, &info) != 0)
        code = fail_errno(path, err);
    /* In place, whatever its length: a file that is truncated gives its blocks back as they are. */
    for (off_t at = 0; code == YS_OK && at < info.st_size;) {
        const off_t left = info.st_size - at;
        const ssize_t put =
            pwrite(fd, zeros, left < YS_SLOT_SIZE ? (size_t)left : YS_SLOT_SIZE, at);
        if (put < 0 && errno != EINTR)
            code = fail_errno(path, err);
        at += put > 0 ? put : 0;
    }
    YS_CRASH_POINT("slot_overwritten");
    if (code == YS_OK && fsync(fd) != 0)
        code = fail_errno(path, err);
    close(fd);
    return code;
}
