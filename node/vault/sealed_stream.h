/* Salt and value as they lie on the disk: a secretstream of libsodium under the value's own
 * key (FORMATS.md 19.4), and the commitment that is made on the way.
 *
 *     header[24], then frames: secretstream( 65,536 bytes ), the last one shorter and final;
 *     the plain bytes are salt[32] || value || 0x80 || zeros up to a multiple of 64
 *
 * So files of any size pass through a fixed room, a byte more or less in a name does not
 * show, and what is cut or changed anywhere is refused. Threads: any. Memory: heap, fixed, wiped. */
#ifndef YS_NODE_VAULT_SEALED_STREAM_H
#define YS_NODE_VAULT_SEALED_STREAM_H

#include "node/vault/slot.h"

/* Where plain bytes come from: a descriptor, or memory when it is negative. */
struct ys_seal_source {
    int fd;
    struct ys_bytes bytes;
    const char *name; /* of the file, for messages */
};
/* Seal all of it into `fd`. The tag's kind and slot and the salt go into the commitment. */
YS_CHECKED enum ys_code ys_sealed_write(int fd, const char *path, const struct ys_vault_tag *tag,
                                        const uint8_t key[YS_SLOT_KEY_LEN],
                                        struct ys_seal_source *source,
                                        struct ys_hash *commitment_out, uint64_t *size_out,
                                        struct ys_err *err);

/* Where they go: a descriptor, or memory of this capacity when it is negative. */
struct ys_seal_sink {
    int fd;
    uint8_t *bytes;
    size_t capacity;
    uint64_t size; /* so far */
};
/* YS_CORRUPT when it is cut, changed or longer, or is not what tag->commitment says; then what went into the
 * sink is worth nothing. YS_LIMIT when it does not fit. */
YS_CHECKED enum ys_code ys_sealed_read(int fd, const char *path, const struct ys_vault_tag *tag,
                                       const uint8_t key[YS_SLOT_KEY_LEN],
                                       uint8_t salt_out[YS_SEAL_SALT_LEN],
                                       struct ys_seal_sink *sink, struct ys_err *err);

#endif
