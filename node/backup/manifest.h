/* What is in a backup: each file with its size and SHA-256, whose it is and of when.
 *
 *     manifest.json    written last: a folder without one is no backup
 *
 * Threads: main. Memory: jansson's, freed with the manifest. */
#ifndef YS_NODE_BACKUP_MANIFEST_H
#define YS_NODE_BACKUP_MANIFEST_H

#include "crypto/hash.h"
#include "node/node.h"

#include <jansson.h>

#define YS_BACKUP_FORMAT "yishi-backup/1"

struct ys_manifest {
    char folder[PATH_MAX];
    json_t *
        root; /* {format, origin, store_id, made_at, software, erased, files: [{path, size, sha256}]} */
    bool locked;
    int folder_fd; /* when `locked` */
};
void ys_manifest_clear(struct ys_manifest *manifest);
#define YS_MANIFEST_SCOPED __attribute__((cleanup(ys_manifest_clear))) struct ys_manifest

/* An empty one, of this node and now. */
YS_CHECKED enum ys_code ys_manifest_begin(const char *folder, const struct ys_identity *identity,
                                          uint64_t erased, struct ys_manifest *out,
                                          struct ys_err *err);
/* Hash a file of the folder and put it down, in place of what stood there of it. */
YS_CHECKED enum ys_code ys_manifest_add(struct ys_manifest *manifest, const char *path,
                                        struct ys_err *err);
void ys_manifest_drop(struct ys_manifest *manifest, const char *path);
YS_CHECKED enum ys_code ys_manifest_save(const struct ys_manifest *manifest, struct ys_err *err);
/* What the folder is opened for. Until the manifest is cleared nobody reads while somebody changes it: between a
 * file that was erased in and its new hash the one is not what the other says. Waits for others; where the file
 * system has no locks, nobody does. */
enum ys_manifest_use { YS_MANIFEST_READ, YS_MANIFEST_CHANGE };
/* YS_NOT_FOUND when the folder has none, YS_MALFORMED. Paths lead nowhere else than into the folder. */
YS_CHECKED enum ys_code ys_manifest_load(const char *folder, enum ys_manifest_use use,
                                         struct ys_manifest *out, struct ys_err *err);
/* Are all files there, as they were put down? `told` is called for each that is not, and for files that
 * nobody put down. */
YS_CHECKED enum ys_code
ys_manifest_check(const struct ys_manifest *manifest,
                  void (*told)(void *context, const char *path, const char *what), void *context,
                  uint64_t *problems_out, struct ys_err *err);

const char *ys_manifest_origin(const struct ys_manifest *manifest);
/* Erasures of the home that it is known to be free of. */
uint64_t ys_manifest_erased(const struct ys_manifest *manifest);
void ys_manifest_set_erased(struct ys_manifest *manifest, uint64_t erased);

/* Copy one file, to be readable by the owner alone, and have it on the disk; folders on the way are made.
 * YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_backup_copy(const char *from, const char *to, struct ys_err *err);
/* Visit the regular files under folder/name, in order of names, with their paths from `folder`. Not there:
 * none. */
YS_CHECKED enum ys_code ys_backup_each(const char *folder, const char *name,
                                       enum ys_code (*visit)(void *context, const char *path,
                                                             struct ys_err *err),
                                       void *context, struct ys_err *err);

#endif
