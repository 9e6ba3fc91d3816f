/* The backups of a home, as far as it made them itself: where they lie, and up to which erasure they are
 * clean. What was carried away by other means is not known here.
 *
 *     HOME/backups.json    [{path, made_at, erased}]
 *
 * Threads: main. Memory: jansson's. */
#ifndef YS_NODE_BACKUP_REGISTRY_H
#define YS_NODE_BACKUP_REGISTRY_H

#include "node/node.h"

#include <jansson.h>

/* An array; empty without a file. */
YS_CHECKED enum ys_code ys_backups_load(const struct ys_home *home, json_t **out,
                                        struct ys_err *err);
/* Takes `backups`. */
YS_CHECKED enum ys_code ys_backups_save(const struct ys_home *home, json_t *backups,
                                        struct ys_err *err);
/* In place of one with the same path. */
YS_CHECKED enum ys_code ys_backups_put(const struct ys_home *home, const char *path,
                                       uint64_t made_at_s, uint64_t erased, struct ys_err *err);
/* YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_backups_drop(const struct ys_home *home, const char *path,
                                        struct ys_err *err);

#endif
