#include "node/attachment/keep.h"

#include "node/lang.h"

enum ys_code ys_attachments_open(const struct ys_home *home, const struct ys_config *config,
                                 struct ys_blobs **out, struct ys_err *err)
{
    char path[PATH_MAX];
    const struct ys_blob_options options = {.file_max = config->attachment_bytes,
                                            .total_max = config->attachments_bytes};
    ys_home_path(home, "attachments", path);
    return ys_blobs_open(path, &options, out, err);
}

enum ys_code ys_attach_keep(const struct ys_node *node, Yishi__V1__AttachmentScope scope, int fd,
                            const char *name, struct ys_hash *hash_out, uint64_t *size_out,
                            struct ys_err *err)
{
    YS_BLOBS_SCOPED *blobs = NULL;
    if (scope != YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_REPLICATED)
        return ys_fail(err, YS_REFUSED, _("%s: what stays at this node needs the sealed store"),
                       name);
    const enum ys_code code = ys_attachments_open(&node->home, &node->config, &blobs, err);
    return code == YS_OK ? ys_blobs_put(blobs, fd, name, hash_out, size_out, err) : code;
}
