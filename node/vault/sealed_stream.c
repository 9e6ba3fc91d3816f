#include "node/vault/sealed_stream.h"

#include "crypto/assert.h"
#include "node/lang.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FRAME = 64 * 1024,
    PAD_TO = 64,
    OVERHEAD = crypto_secretstream_xchacha20poly1305_ABYTES,
    HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    MORE = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
    LAST = crypto_secretstream_xchacha20poly1305_TAG_FINAL,
};
_Static_assert(FRAME % PAD_TO == 0 && (int)YS_SEAL_SALT_LEN < (int)PAD_TO, "FORMATS.md 19.4");

/* Everything plain that one call has in its hands, in one place to wipe. */
struct passing {
    crypto_secretstream_xchacha20poly1305_state state;
    struct ys_commitment making;
    size_t size;
    uint8_t plain[FRAME];
    uint8_t sealed[FRAME + OVERHEAD];
};

static struct passing *passing_new(struct ys_err *err)
{
    struct passing *const p = calloc(1, sizeof *p);
    if (p == NULL)
        (void)ys_fail(err, YS_NOMEM, _("out of memory"));
    return p;
}

static void passing_free(struct passing *p)
{
    sodium_memzero(p, sizeof *p);
    free(p);
}

static enum ys_code fail_errno(const char *path, struct ys_err *err)
{
    return ys_fail(err, errno == ENOSPC || errno == EDQUOT ? YS_FULL : YS_IO, "%s: %s", path,
                   strerror(errno));
}

static enum ys_code write_all(int fd, const char *path, struct ys_bytes bytes, struct ys_err *err)
{
    for (size_t done = 0; done < bytes.size;) {
        const ssize_t put = write(fd, bytes.data + done, bytes.size - done);
        if (put < 0 && errno != EINTR)
            return fail_errno(path, err);
        done += put > 0 ? (size_t)put : 0;
    }
    return YS_OK;
}

/* As many as there are, up to `capacity`. */
static enum ys_code read_some(int fd, const char *path, uint8_t *out, size_t capacity,
                              size_t *size_out, struct ys_err *err)
{
    size_t size = 0;
    while (size < capacity) {
        const ssize_t got = read(fd, out + size, capacity - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_errno(path, err);
        if (got == 0)
            break;
        size += (size_t)got;
    }
    *size_out = size;
    return YS_OK;
}

/* --- sealing --- */

static enum ys_code source_take(struct ys_seal_source *source, uint8_t *out, size_t capacity,
                                size_t *size_out, struct ys_err *err)
{
    if (source->fd >= 0)
        return read_some(source->fd, source->name, out, capacity, size_out, err);
    const size_t size = source->bytes.size < capacity ? source->bytes.size : capacity;
    if (size != 0)
        memcpy(out, source->bytes.data, size);
    source->bytes = ys_bytes_skip(source->bytes, size);
    *size_out = size;
    return YS_OK;
}

static enum ys_code push(struct passing *p, int fd, const char *path, uint8_t tag,
                         struct ys_err *err)
{
    YS_ASSERT(crypto_secretstream_xchacha20poly1305_push(&p->state, p->sealed, NULL, p->plain,
                                                         p->size, NULL, 0, tag) == 0);
    const struct ys_bytes sealed = {.data = p->sealed, .size = p->size + OVERHEAD};
    p->size = 0;
    return write_all(fd, path, sealed, err);
}

static enum ys_code write_through(struct passing *p, int fd, const char *path,
                                  const struct ys_vault_tag *tag,
                                  const uint8_t key[YS_SLOT_KEY_LEN], struct ys_seal_source *source,
                                  uint64_t *size_out, struct ys_err *err)
{
    uint8_t header[HEADER];
    uint64_t size = 0;
    randombytes_buf(p->plain, YS_SEAL_SALT_LEN);
    p->size = YS_SEAL_SALT_LEN;
    ys_commitment_begin(&p->making, tag->kind, tag->slot, p->plain);
    YS_ASSERT(crypto_secretstream_xchacha20poly1305_init_push(&p->state, header, key) == 0);
    enum ys_code code = write_all(fd, path, (struct ys_bytes){header, sizeof header}, err);
    while (code == YS_OK) {
        size_t got = 0;
        code = source_take(source, p->plain + p->size, FRAME - p->size, &got, err);
        if (code != YS_OK)
            break;
        ys_commitment_add(&p->making, (struct ys_bytes){p->plain + p->size, got});
        size += got;
        p->size += got;
        if (p->size < FRAME)
            break; /* that was all */
        code = push(p, fd, path, MORE, err);
    }
    if (code == YS_OK) {
        size_t padded = 0;
        YS_ASSERT(sodium_pad(&padded, p->plain, p->size, PAD_TO, FRAME) == 0);
        p->size = padded;
        code = push(p, fd, path, LAST, err);
    }
    *size_out = size;
    return code;
}

enum ys_code ys_sealed_write(int fd, const char *path, const struct ys_vault_tag *tag,
                             const uint8_t key[YS_SLOT_KEY_LEN], struct ys_seal_source *source,
                             struct ys_hash *commitment_out, uint64_t *size_out, struct ys_err *err)
{
    uint64_t size = 0;
    struct passing *const p = passing_new(err);
    if (p == NULL)
        return YS_NOMEM;
    const enum ys_code code = write_through(p, fd, path, tag, key, source, &size, err);
    if (code == YS_OK) {
        ys_commitment_end(&p->making, commitment_out);
        *size_out = size;
    }
    passing_free(p);
    return code;
}

/* --- opening --- */

static enum ys_code fail_changed(const char *path, struct ys_err *err)
{
    return ys_fail(err, YS_CORRUPT,
                   _("%s: it was changed or cut, or belongs to another slot; restore it from its "
                     "backup"),
                   path);
}

static enum ys_code sink_put(struct ys_seal_sink *sink, struct ys_bytes part, struct ys_err *err)
{
    if (sink->fd < 0 && part.size > sink->capacity - (size_t)sink->size)
        return ys_fail(err, YS_LIMIT, _("what was sealed has more than %zu bytes"), sink->capacity);
    if (sink->fd < 0 && part.size != 0)
        memcpy(sink->bytes + sink->size, part.data, part.size);
    sink->size += part.size;
    return sink->fd < 0 ? YS_OK : write_all(sink->fd, _("output"), part, err);
}

/* One frame: its plain bytes, and whether it is the last. */
static enum ys_code pull(struct passing *p, int fd, const char *path, bool *last_out,
                         struct ys_err *err)
{
    size_t got = 0;
    uint8_t tag = 0;
    const enum ys_code code = read_some(fd, path, p->sealed, sizeof p->sealed, &got, err);
    if (code != YS_OK)
        return code;
    if (got <= OVERHEAD || crypto_secretstream_xchacha20poly1305_pull(
                               &p->state, p->plain, NULL, &tag, p->sealed, got, NULL, 0) != 0)
        return fail_changed(path, err);
    p->size = got - OVERHEAD;
    *last_out = tag == LAST;
    if (tag == MORE && p->size == FRAME)
        return YS_OK;
    if (tag != LAST || sodium_unpad(&p->size, p->plain, p->size, PAD_TO) != 0)
        return fail_changed(path, err);
    return YS_OK;
}

static enum ys_code begin_pull(struct passing *p, int fd, const char *path,
                               const uint8_t key[YS_SLOT_KEY_LEN], struct ys_err *err)
{
    uint8_t header[HEADER];
    size_t got = 0;
    const enum ys_code code = read_some(fd, path, header, sizeof header, &got, err);
    if (code != YS_OK)
        return code;
    return got == sizeof header &&
                   crypto_secretstream_xchacha20poly1305_init_pull(&p->state, header, key) == 0
               ? YS_OK
               : fail_changed(path, err);
}

/* To the last frame and no further; the commitment is made, and not compared yet. */
static enum ys_code read_through(struct passing *p, int fd, const char *path,
                                 const struct ys_vault_tag *tag, const uint8_t key[YS_SLOT_KEY_LEN],
                                 uint8_t salt[YS_SEAL_SALT_LEN], struct ys_seal_sink *sink,
                                 struct ys_err *err)
{
    size_t got = 0;
    bool first = true;
    enum ys_code code = begin_pull(p, fd, path, key, err);
    for (bool last = false; code == YS_OK && !last; first = false) {
        code = pull(p, fd, path, &last, err);
        if (code == YS_OK && first && p->size < YS_SEAL_SALT_LEN)
            code = fail_changed(path, err);
        if (code != YS_OK)
            break;
        if (first) {
            memcpy(salt, p->plain, YS_SEAL_SALT_LEN);
            ys_commitment_begin(&p->making, tag->kind, tag->slot, salt);
        }
        const struct ys_bytes plain = {p->plain, p->size};
        const struct ys_bytes part = first ? ys_bytes_skip(plain, YS_SEAL_SALT_LEN) : plain;
        ys_commitment_add(&p->making, part);
        code = sink_put(sink, part, err);
    }
    if (code == YS_OK)
        code = read_some(fd, path, p->sealed, 1, &got, err);
    return code == YS_OK && got != 0 ? fail_changed(path, err) : code;
}

enum ys_code ys_sealed_read(int fd, const char *path, const struct ys_vault_tag *tag,
                            const uint8_t key[YS_SLOT_KEY_LEN], uint8_t salt_out[YS_SEAL_SALT_LEN],
                            struct ys_seal_sink *sink, struct ys_err *err)
{
    struct ys_hash commitment;
    uint8_t salt[YS_SEAL_SALT_LEN];
    struct passing *const p = passing_new(err);
    if (p == NULL)
        return YS_NOMEM;
    enum ys_code code = read_through(p, fd, path, tag, key, salt, sink, err);
    if (code == YS_OK) {
        ys_commitment_end(&p->making, &commitment);
        if (!ys_hash_equal(&commitment, &tag->commitment))
            code = fail_changed(path, err);
    }
    if (code == YS_OK)
        memcpy(salt_out, salt, sizeof salt);
    sodium_memzero(salt, sizeof salt);
    passing_free(p);
    return code;
}
