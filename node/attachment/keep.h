/* Where the content of a new attachment goes, by its scope.
 *
 * What is replicated lies in HOME/attachments (sync/blob.h) and may leave the node;
 * what stays at the community must never lie there. Threads: main. Memory: none. */
#ifndef YS_NODE_ATTACHMENT_KEEP_H
#define YS_NODE_ATTACHMENT_KEEP_H

#include "node/node.h"
#include "node/vault/vault.h"
#include "proto/body.pb-c.h"
#include "sync/blob.h"

/* The folder of this home, with the limits that its settings say. */
YS_CHECKED enum ys_code ys_attachments_open(const struct ys_home *home,
                                            const struct ys_config *config, struct ys_blobs **out,
                                            struct ys_err *err);
/* Read `fd` to its end and keep it as `scope` says. `name` is for messages. What stays here goes into the
 * vault as `tag` says, and the hash is the salted commitment to it (FORMATS.md 19.2). `vault` may be NULL:
 * YS_NOT_FOUND with what to do. */
YS_CHECKED enum ys_code ys_attach_keep(const struct ys_node *node, Yishi__V1__AttachmentScope scope,
                                       const struct ys_vault *vault, const struct ys_vault_tag *tag,
                                       int fd, const char *name, struct ys_hash *hash_out,
                                       uint64_t *size_out, struct ys_err *err);

#endif
