/* Where we are inside a message, for what is said to people:
 * "body.consensus.items[2].due".
 *
 * Threads: any. Memory: none allocated; names are borrowed from descriptors. */
#ifndef YS_PROTO_PATH_H
#define YS_PROTO_PATH_H

#include "crypto/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { YS_PATH_DEPTH_MAX = 8, YS_PATH_TEXT_MAX = 160 };

struct ys_path_step {
    const char *name;
    bool indexed;
    size_t index;
};

/* Plain value. */
struct ys_path {
    const char *root; /* "" for none */
    unsigned depth;
    struct ys_path_step step[YS_PATH_DEPTH_MAX];
};

struct ys_path ys_path_from(const char *root);
/* A path deeper than YS_PATH_DEPTH_MAX is our own mistake: no schema of ours is. */
void ys_path_push(struct ys_path *path, const char *name);
/* Element of the innermost field. */
void ys_path_index(struct ys_path *path, size_t index);
void ys_path_pop(struct ys_path *path);
/* Terminated; cut when it is too long. */
void ys_path_print(const struct ys_path *path, char out[YS_PATH_TEXT_MAX]);
/* ys_fail with the path in front: "<path>: <message>". */
enum ys_code ys_path_fail(const struct ys_path *path, struct ys_err *err, enum ys_code code,
                          const char *format, ...) YS_PRINTF(4, 5);

#endif
