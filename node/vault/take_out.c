#include "node/vault/take_out.h"

#include "node/lang.h"
#include "node/vault/logbook.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Into the end of a file that nobody knows yet. */
static enum ys_code write_content(const struct ys_vault *vault, const struct ys_vault_key *key,
                                  const struct ys_hash *commitment, int fd, const char *path,
                                  uint64_t *size_out, struct ys_err *err)
{
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    const enum ys_code code = ys_vault_get_file(vault, key, commitment, fd, &opened, err);
    *size_out = opened.size;
    if (code != YS_OK)
        return code;
    return fsync(fd) == 0 ? YS_OK : ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
}

enum ys_code ys_vault_take_out(const struct ys_vault *vault, const struct ys_hash *commitment,
                               const struct ys_take_out *options, uint64_t *size_out,
                               struct ys_err *err)
{
    const char *const out = options->out;
    const struct ys_logbook_entry entry = {.action = "unseal",
                                           .record = options->record,
                                           .slot = YS_SLOT_ATTACHMENT,
                                           .commitment = commitment,
                                           .purpose = options->purpose};
    char temporary[PATH_MAX];
    if (options->purpose == NULL)
        return ys_fail(err, YS_USAGE, _("why? --purpose TEXT, which the logbook keeps"));
    if (access(out, F_OK) == 0)
        return ys_fail(err, YS_EXISTS, _("%s: there is such a file already"), out);
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", out) >= (int)sizeof temporary)
        return ys_fail(err, YS_USAGE, _("%s: the path is too long"), out);
    enum ys_code code = ys_logbook_add(&vault->home, &entry, err);
    if (code != YS_OK)
        return code;
    const int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return ys_fail(err, YS_IO, "%s: %s", out, strerror(errno));
    code = write_content(vault, options->key, commitment, fd, out, size_out, err);
    close(fd);
    /* What is not authentic to the last byte gets no name. */
    if (code == YS_OK && rename(temporary, out) != 0)
        code = ys_fail(err, YS_IO, "%s: %s", out, strerror(errno));
    if (code != YS_OK)
        unlink(temporary);
    return code;
}
