/* Contents of attachments: files named by their SHA-256, in a folder beside the store.
 *
 *     ab/cd/<64 hex digits>   whole, verified before it got its name; never written again
 *     partial/<64 hex digits> on its way from another node, as far as it came
 *     damaged/<64 hex digits> its content was found to be another
 *
 * It decides nothing about who may have a file or whether a record names it. Everything
 * is found relative to open folders, and no symbolic link is followed. Several
 * processes may use one folder.
 *
 * Threads: one an object. Memory: heap; files are streamed. */
#ifndef YS_SYNC_BLOB_H
#define YS_SYNC_BLOB_H

#include "crypto/err.h"
#include "crypto/hash.h"

struct ys_blobs;
struct ys_blob_part;

enum { YS_BLOB_NAME_LEN = 2 * YS_HASH_LEN }; /* hex digits */

struct ys_blob_options {
    uint64_t file_max;  /* bytes of one file; 0: YS_BLOB_FILE_MAX */
    uint64_t total_max; /* bytes of all; 0: YS_BLOB_TOTAL_MAX */
    bool no_tmpfile;    /* as on a file system that has no files without a name */
};

/* Makes the folder when it is missing. */
YS_CHECKED enum ys_code ys_blobs_open(const char *path, const struct ys_blob_options *options,
                                      struct ys_blobs **out, struct ys_err *err);
void ys_blobs_close(struct ys_blobs *blobs);
void ys_blobs_closep(struct ys_blobs **blobs);
#define YS_BLOBS_SCOPED __attribute__((cleanup(ys_blobs_closep))) struct ys_blobs
/* Limits as they are in force. */
uint64_t ys_blobs_file_max(const struct ys_blobs *blobs);
uint64_t ys_blobs_total_max(const struct ys_blobs *blobs);

/* Hex digits of a hash, and back: false unless all 64 are there, in lower case. */
void ys_blob_name(const struct ys_hash *hash, char out[YS_BLOB_NAME_LEN + 1]);
bool ys_blob_name_parse(const char *text, struct ys_hash *out);

/* Read `fd` to its end and keep it. `name` is for messages. On YS_OK the file is on the disk under its
 * hash, also when it was there before. YS_LIMIT, and nothing kept, when it or all would be too large;
 * YS_REFUSED when it is empty; YS_FULL. */
YS_CHECKED enum ys_code ys_blobs_put(struct ys_blobs *blobs, int fd, const char *name,
                                     struct ys_hash *hash_out, uint64_t *size_out,
                                     struct ys_err *err);
/* YS_NOT_FOUND when it is not there. Content is not read. */
YS_CHECKED enum ys_code ys_blobs_size(const struct ys_blobs *blobs, const struct ys_hash *hash,
                                      uint64_t *size_out, struct ys_err *err);
/* For reading; the caller closes. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_blobs_open_file(const struct ys_blobs *blobs, const struct ys_hash *hash,
                                           int *fd_out, uint64_t *size_out, struct ys_err *err);
/* A piece of it; `got_out` is short only at its end. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_blobs_read(const struct ys_blobs *blobs, const struct ys_hash *hash,
                                      uint64_t offset, uint8_t *out, size_t capacity,
                                      size_t *got_out, uint64_t *size_out, struct ys_err *err);
/* Hash it again. YS_CORRUPT when the content is not what the name says; YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_blobs_check(const struct ys_blobs *blobs, const struct ys_hash *hash,
                                       struct ys_err *err);
/* YS_OK also when it is not there. What came of it under partial/ goes, too. */
YS_CHECKED enum ys_code ys_blobs_remove(struct ys_blobs *blobs, const struct ys_hash *hash,
                                        struct ys_err *err);

/* It is damaged: out of the way, under damaged/, for people to look at. */
YS_CHECKED enum ys_code ys_blobs_set_aside(struct ys_blobs *blobs, const struct ys_hash *hash,
                                           struct ys_err *err);

struct ys_blob_info {
    struct ys_hash hash;
    uint64_t size;
    int64_t changed_s; /* POSIX seconds */
    bool partial;
};
/* Visit all, in no order, until `visit` says false. Names that are none are passed over. */
YS_CHECKED enum ys_code ys_blobs_each(const struct ys_blobs *blobs,
                                      bool (*visit)(void *context, const struct ys_blob_info *info),
                                      void *context, struct ys_err *err);
/* Count anew what all whole files come to, after others have written. */
YS_CHECKED enum ys_code ys_blobs_recount(struct ys_blobs *blobs, struct ys_err *err);
/* As counted at the first file that was kept, or since. */
uint64_t ys_blobs_total(const struct ys_blobs *blobs);

/* --- on its way --- */

/* Begin or go on with a file of this hash and size; what is on the disk of it is hashed anew. YS_EXISTS
 * when it is there; YS_LIMIT; YS_BUSY when another process has it under way. */
YS_CHECKED enum ys_code ys_blob_part_open(struct ys_blobs *blobs, const struct ys_hash *hash,
                                          uint64_t size, struct ys_blob_part **out,
                                          struct ys_err *err);
/* Keeps what came on the disk. NULL is allowed. */
void ys_blob_part_close(struct ys_blob_part *part);
/* The bytes that are here; what comes next begins there. */
uint64_t ys_blob_part_offset(const struct ys_blob_part *part);
/* Appended. YS_MALFORMED, and nothing written, unless `offset` is the one above and it ends within the
 * size. */
YS_CHECKED enum ys_code ys_blob_part_write(struct ys_blob_part *part, uint64_t offset,
                                           struct ys_bytes bytes, struct ys_err *err);
/* All is here: verify, make durable, give it its name. YS_MALFORMED when the bytes are not those of the
 * hash: they are thrown away. The part is closed afterwards in every case. */
YS_CHECKED enum ys_code ys_blob_part_finish(struct ys_blob_part **part, struct ys_err *err);

#endif
