/* Small files of people and of a node's home: read whole, written whole.
 *
 * What is written replaces the old file in one step and is on the disk when the
 * call returns, so that a reader finds the old text or the new one. The only file
 * of node/ that turns errno into our codes for files.
 *
 * Threads: any. Memory: the caller's, but for ys_file_read_all. */
#ifndef YS_NODE_FILE_H
#define YS_NODE_FILE_H

#include "crypto/bytes.h"
#include "crypto/err.h"

#include <sys/types.h>

enum { YS_FILE_SECRET = 1 }; /* refuse a file that anybody but its owner may read or write */

/* At most `capacity` bytes. YS_NOT_FOUND when there is no such file, YS_LIMIT when it is longer,
 * YS_REFUSED when a secret may be read by others, YS_IO otherwise. Messages begin with the path. */
YS_CHECKED enum ys_code ys_file_read(const char *path, int flags, void *out, size_t capacity,
                                     size_t *size_out, struct ys_err *err);
/* Into one heap block that the caller frees; "-" is standard input. YS_IO also when it is missing:
 * the environment, not a node's state, lacks a file that was named. */
YS_CHECKED enum ys_code ys_file_read_all(const char *path, size_t max, uint8_t **out,
                                         size_t *size_out, struct ys_err *err);
/* Replace or make `path` with this mode. YS_FULL without room, and the old file is as it was. */
YS_CHECKED enum ys_code ys_file_write(const char *path, mode_t mode, struct ys_bytes bytes,
                                      struct ys_err *err);
/* Remove a folder and all in it; what cannot be removed stays. */
void ys_file_remove_tree(const char *path);

#endif
