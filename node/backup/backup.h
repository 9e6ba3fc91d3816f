/* Backups of a node: a folder that holds the store as it was at one moment, beside a running daemon, and
 * what else makes the home again.
 *
 *     manifest.json store/data.mdb yishi.conf root.pub     always
 *     node.key keys/...                                    with `keys`: as they lie in the home, bodies'
 *                                                          and the vault's under their passphrases
 *     sealed/...                                           with `sealed`: values and their slots, whose
 *                                                          keys are wrapped to the vault's
 *     attachments/...                                      with `attachments`
 *
 * Not in it: the read model, drafts, requests, invitations, what a daemon says about itself, and the
 * district's guard. What is erased by law is erased in every backup that this home made and can reach.
 *
 * Threads: main. Memory: none kept. */
#ifndef YS_NODE_BACKUP_BACKUP_H
#define YS_NODE_BACKUP_BACKUP_H

#include "node/backup/manifest.h"
#include "node/backup/registry.h"

struct ys_backup_options {
    const char *folder; /* does not exist */
    bool keys, sealed, attachments;
};
struct ys_backup_made {
    char folder[PATH_MAX]; /* the whole path */
    uint64_t files, bytes;
    struct ys_err unlisted; /* why it does not stand in the list of the home; YS_OK: it does */
};
/* Whole or not at all: it is made beside its place, checked, and moved there. YS_EXISTS. */
YS_CHECKED enum ys_code ys_backup_make(const struct ys_node *node,
                                       const struct ys_backup_options *options,
                                       struct ys_backup_made *out, struct ys_err *err);

/* Do what was erased here in the backups of this home as well. `out_of_reach` is told of each in which it
 * could not be done, and why: it must be brought here, or be destroyed by hand. */
struct ys_backup_erasing {
    /* Does the same for what lies in its folder beside the store, and corrects the manifest. May be NULL. */
    enum ys_code (*outside)(void *context, struct ys_manifest *manifest, struct ys_err *err);
    size_t done;   /* backups that are clean now, and were not before */
    size_t behind; /* out of reach */
    void (*out_of_reach)(void *context, const char *path, const char *why); /* may be NULL */
    void *context;
};
YS_CHECKED enum ys_code ys_backups_erase(const struct ys_node *node,
                                         struct ys_backup_erasing *erasing, struct ys_err *err);

/* Make a home from a backup, where there is none. Nothing that could have been erased since is given to
 * others until the parent has told what it knows (sync/restored.h). YS_CORRUPT when a file is not what was
 * written. `keys_out`: has it the node's key? */
YS_CHECKED enum ys_code ys_backup_restore(const char *folder, const struct ys_home *home,
                                          bool *keys_out, struct ys_err *err);

#endif
