/* What the files of the attachments' folder share: blob.c keeps and finds whole files, blob_part.c those
 * on their way, blob_each.c walks. Nobody else includes this. */
#ifndef YS_SYNC_BLOB_STATE_H
#define YS_SYNC_BLOB_STATE_H

#include "sync/blob.h"

#include <limits.h>

struct ys_blobs {
    int folder, partial;
    uint64_t file_max, total_max, total;
    bool no_tmpfile, counted;
    char path[PATH_MAX];
};

void ys_blob_close_fd(const int *fd);
#define YS_BLOB_FD __attribute__((cleanup(ys_blob_close_fd))) int

/* errno in words; YS_NOT_FOUND, YS_FULL or YS_IO. */
enum ys_code ys_blob_fail(const struct ys_blobs *blobs, const char *what, struct ys_err *err);
/* -1 with errno. */
int ys_blob_folder(int at, const char *name);
/* Would a file of this size be within the limits? */
enum ys_code ys_blob_room(struct ys_blobs *blobs, const char *name, uint64_t size,
                          struct ys_err *err);
enum ys_code ys_blob_write_all(const struct ys_blobs *blobs, int fd, struct ys_bytes bytes,
                               struct ys_err *err);
/* From where it stands to its end. */
enum ys_code ys_blob_hash_fd(const struct ys_blobs *blobs, int fd, struct ys_sha256 *state,
                             uint64_t *size_out, struct ys_err *err);
/* partial/<name>, open as `fd` and verified, becomes a whole file. */
enum ys_code ys_blob_take_in(struct ys_blobs *blobs, int fd, const char *name, uint64_t size,
                             struct ys_err *err);

#endif
