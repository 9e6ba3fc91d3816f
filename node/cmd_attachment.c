#include "node/attachment/collect.h"
#include "node/attachment/keep.h"
#include "node/attachment/listing.h"
#include "node/attachment/view.h"
#include "node/cmd.h"
#include "node/lang.h"
#include "node/recall.h"
#include "node/vault/take_out.h"
#include "node/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- list --- */

static void print_row(void *context, const struct ys_attachment_row *row)
{
    const struct ys_call *const call = context;
    ys_attachment_view(call->json)->row(row);
}

static enum ys_code list(const struct ys_call *call, const struct ys_node *node, struct ys_err *err)
{
    YS_RECALL_SCOPED model = NULL;
    struct ys_call copy = *call;
    struct ys_attachment_sums sums;
    enum ys_code code = ys_recall_read(node, &model, err);
    if (code == YS_OK)
        code =
            ys_attachment_list(model, ys_args_has(&call->args, "missing"), print_row, &copy, err);
    if (code == YS_OK)
        code = ys_attachment_sum(model, NULL, &sums, err);
    if (code == YS_OK)
        ys_attachment_view(call->json)->sums(&sums);
    return code;
}

/* --- get --- */

static enum ys_code copy_out(int from, int to, const char *file, const struct ys_hash *hash,
                             uint64_t *size_out, struct ys_err *err)
{
    enum { BUFFER = 256 * 1024 };
    struct ys_sha256 state;
    struct ys_hash is;
    enum ys_code code = YS_OK;
    uint8_t *const buffer = malloc(BUFFER);
    if (buffer == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    ys_sha256_init(&state);
    *size_out = 0;
    while (code == YS_OK) {
        const ssize_t got = read(from, buffer, BUFFER);
        if (got == 0)
            break;
        if (got < 0) {
            if (errno != EINTR)
                code = ys_fail(err, YS_IO, "%s", strerror(errno));
            continue;
        }
        ys_sha256_update(&state, (struct ys_bytes){buffer, (size_t)got});
        *size_out += (uint64_t)got;
        for (ssize_t done = 0; done < got && code == YS_OK;) {
            const ssize_t put = write(to, buffer + done, (size_t)(got - done));
            if (put < 0 && errno != EINTR)
                code = ys_fail(err, errno == ENOSPC ? YS_FULL : YS_IO, "%s: %s", file,
                               strerror(errno));
            done += put > 0 ? put : 0;
        }
    }
    free(buffer);
    ys_sha256_final(&state, &is);
    if (code == YS_OK && !ys_hash_equal(&is, hash))
        code = ys_fail(err, YS_CORRUPT,
                       _("%s: the file here is damaged; see: yishi attachment verify"), file);
    return code;
}

/* To a name beside it first: an old file stays until the new one is whole. */
static enum ys_code write_file(int from, const char *file, const struct ys_hash *hash,
                               uint64_t *size_out, struct ys_err *err)
{
    char temporary[PATH_MAX];
    if (strcmp(file, "-") == 0)
        return copy_out(from, STDOUT_FILENO, _("standard output"), hash, size_out, err);
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", file) >= (int)sizeof temporary)
        return ys_fail(err, YS_USAGE, _("%s: the path is too long"), file);
    const int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return ys_fail(err, YS_IO, "%s: %s", file, strerror(errno));
    enum ys_code code = copy_out(from, fd, file, hash, size_out, err);
    if (code == YS_OK && (fchmod(fd, 0600) != 0 || fsync(fd) != 0 || rename(temporary, file) != 0))
        code = ys_fail(err, YS_IO, "%s: %s", file, strerror(errno));
    close(fd);
    if (code != YS_OK)
        unlink(temporary);
    return code;
}

/* One that stays here lies in the vault: it takes the passphrase and a purpose. */
static enum ys_code get_sealed(const struct ys_call *call, const struct ys_node *node,
                               const struct ys_hash *hash, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    YS_VAULT_KEY_SCOPED key = {.public = {0}};
    struct ys_vault vault;
    struct ys_vault_tag tag;
    const struct ys_take_out options = {.out = ys_args_value(&call->args, "out"),
                                        .record = call->args.word[1],
                                        .purpose = ys_args_value(&call->args, "purpose"),
                                        .key = &key};
    uint64_t size = 0;
    if (ys_vault_open(&node->home, &vault, NULL) != YS_OK ||
        ys_vault_look(&vault, hash, &tag, NULL) == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND, _("attachment %s: its file is not here"),
                       call->args.word[1]);
    if (options.purpose == NULL)
        return ys_fail(err, YS_USAGE,
                       _("attachment %s is sealed; why is it opened? --purpose TEXT, which the "
                         "logbook keeps"),
                       call->args.word[1]);
    enum ys_code code = ys_passphrases_of_args(&call->args, &from, err);
    if (code == YS_OK)
        code = ys_vault_key_load(&node->home, &node->origin, &from, &key, err);
    if (code == YS_OK)
        code = ys_vault_take_out(&vault, hash, &options, &size, err);
    if (code == YS_OK)
        ys_attachment_view(call->json)->got(options.out, hash, size);
    return code;
}

static enum ys_code get(const struct ys_call *call, const struct ys_node *node, struct ys_err *err)
{
    YS_BLOBS_SCOPED *blobs = NULL;
    YS_RECALL_SCOPED model = NULL;
    const char *const out = ys_args_value(&call->args, "out");
    struct ys_hash hash;
    uint64_t size = 0;
    int fd = -1;
    if (call->args.word_count != 2 || out == NULL)
        return ys_fail(err, YS_USAGE, _("attachment get HASH --out FILE"));
    enum ys_code code = ys_attachments_open(&node->home, &node->config, &blobs, err);
    if (code == YS_OK)
        code = ys_recall_read(node, &model, err);
    if (code == YS_OK)
        code = ys_attachment_find_named(model, blobs, call->args.word[1], &hash, err);
    const bool named = code == YS_OK;
    if (code == YS_OK)
        code = ys_blobs_open_file(blobs, &hash, &fd, &size, err);
    if (code == YS_NOT_FOUND && named)
        return get_sealed(call, node, &hash, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND, _("attachment %s: its file is not here"),
                       call->args.word[1]);
    if (code != YS_OK)
        return code;
    code = write_file(fd, out, &hash, &size, err);
    close(fd);
    if (code == YS_OK && strcmp(out, "-") != 0)
        ys_attachment_view(call->json)->got(out, &hash, size);
    return code;
}

/* --- verify --- */

struct verifying {
    const struct ys_call *call;
    struct ys_blobs *blobs;
    uint64_t files, bytes, damaged;
    enum ys_code code;
    struct ys_err *err;
};

static bool verify_one(void *context, const struct ys_blob_info *info)
{
    struct verifying *const v = context;
    struct ys_err why = {0};
    if (info->partial)
        return true;
    const enum ys_code code = ys_blobs_check(v->blobs, &info->hash, &why);
    if (code == YS_NOT_FOUND)
        return true; /* collected meanwhile */
    v->files++;
    v->bytes += info->size;
    if (code == YS_CORRUPT) {
        v->damaged++;
        ys_attachment_view(v->call->json)->damaged(&info->hash, info->size);
        v->code = ys_blobs_set_aside(v->blobs, &info->hash, v->err);
    } else if (code != YS_OK) {
        v->code = ys_fail(v->err, code, "%s", why.msg);
    }
    return v->code == YS_OK;
}

static enum ys_code verify(const struct ys_call *call, const struct ys_node *node,
                           struct ys_err *err)
{
    YS_BLOBS_SCOPED *blobs = NULL;
    YS_RECALL_SCOPED model = NULL;
    struct verifying v = {.call = call, .code = YS_OK, .err = err};
    enum ys_code code = ys_attachments_open(&node->home, &node->config, &blobs, err);
    v.blobs = blobs;
    if (code == YS_OK)
        code = ys_blobs_each(blobs, verify_one, &v, err);
    if (code == YS_OK)
        code = v.code;
    if (code == YS_OK)
        code = ys_recall_read(node, &model, err);
    if (code == YS_OK)
        code = ys_attachment_survey(model, blobs, true, err);
    if (code != YS_OK)
        return code;
    ys_attachment_view(call->json)->verified(v.files, v.bytes, v.damaged);
    if (v.damaged == 0)
        return YS_OK;
    ys_home_ring(&node->home);
    return ys_fail(err, YS_REFUSED, _("%llu attachments were damaged"),
                   (unsigned long long)v.damaged);
}

/* --- collect --- */

struct collecting {
    const struct ys_call *call;
    bool dry;
};

static void collected(void *context, const struct ys_hash *hash, uint64_t size, bool partial)
{
    const struct collecting *const c = context;
    ys_attachment_view(c->call->json)->collected(hash, size, partial, c->dry);
}

static enum ys_code collect(const struct ys_call *call, const struct ys_node *node,
                            struct ys_err *err)
{
    enum { HOURS_MAX = 24 * 366 };
    YS_BLOBS_SCOPED *blobs = NULL;
    struct collecting context = {.call = call, .dry = ys_args_has(&call->args, "dry-run")};
    struct ys_collected sum = {0};
    uint64_t hours = 0;
    enum ys_code code =
        ys_args_number(&call->args, "hours", HOURS_MAX, YS_COLLECT_AGE_S / 3600, &hours, err);
    if (code == YS_OK)
        code = ys_attachments_open(&node->home, &node->config, &blobs, err);
    if (code == YS_OK)
        code = ys_attachment_collect(node, blobs,
                                     &(struct ys_collect_options){.now_s = (int64_t)ys_now_s(),
                                                                  .age_s = (int64_t)hours * 3600,
                                                                  .dry = context.dry,
                                                                  .told = collected,
                                                                  .context = &context},
                                     &sum, err);
    if (code == YS_OK)
        ys_attachment_view(call->json)->collected_all(sum.files, sum.bytes, context.dry);
    return code;
}

enum ys_code ys_cmd_attachment(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    const char *const what = call->args.word_count == 0 ? "list" : call->args.word[0];
    const bool gets = strcmp(what, "get") == 0;
    if (!gets && call->args.word_count > 1)
        return ys_fail(err, YS_USAGE,
                       _("attachment list | get HASH --out FILE | verify | collect"));
    ys_view_hold();
    const enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code != YS_OK)
        return code;
    if (gets)
        return get(call, &node, err);
    if (strcmp(what, "list") == 0)
        return list(call, &node, err);
    if (strcmp(what, "verify") == 0)
        return verify(call, &node, err);
    if (strcmp(what, "collect") == 0)
        return collect(call, &node, err);
    return ys_fail(err, YS_USAGE, _("attachment list | get HASH --out FILE | verify | collect"));
}
