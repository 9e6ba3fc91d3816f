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

static enum ys_code keep_here(const struct ys_node *node, const struct ys_vault *vault,
                              const struct ys_vault_tag *tag, int fd, const char *name,
                              struct ys_hash *hash_out, uint64_t *size_out, struct ys_err *err)
{
    struct ys_err why = {0};
    uint8_t public[YS_PUBKEY_LEN];
    const enum ys_code code = vault != NULL
                                  ? ys_vault_put_file(vault, tag, fd, hash_out, size_out, &why)
                                  : ys_vault_key_public(&node->home, public, &why);
    return code == YS_OK ? YS_OK : ys_fail(err, code, "%s: %s", name, why.msg);
}

enum ys_code ys_attach_keep(const struct ys_node *node, Yishi__V1__AttachmentScope scope,
                            const struct ys_vault *vault, const struct ys_vault_tag *tag, int fd,
                            const char *name, struct ys_hash *hash_out, uint64_t *size_out,
                            struct ys_err *err)
{
    YS_BLOBS_SCOPED *blobs = NULL;
    if (scope != YISHI__V1__ATTACHMENT_SCOPE__ATTACHMENT_SCOPE_REPLICATED)
        return keep_here(node, vault, tag, fd, name, hash_out, size_out, err);
    const enum ys_code code = ys_attachments_open(&node->home, &node->config, &blobs, err);
    return code == YS_OK ? ys_blobs_put(blobs, fd, name, hash_out, size_out, err) : code;
}
