#include "node/backup/backup.h"

#include "node/file.h"
#include "node/lang.h"
#include "sync/erasure.h"
#include "sync/kv_wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ys_code join(const char *folder, const char *name, char out[PATH_MAX],
                         struct ys_err *err)
{
    if (snprintf(out, PATH_MAX, "%s%s", folder, name) >= PATH_MAX)
        return ys_fail(err, YS_LIMIT, _("%.200s: path too long"), folder);
    return YS_OK;
}

/* --- the store --- */

static enum ys_code load_erased(const struct ys_node *node, uint64_t *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    return code == YS_OK ? ys_erased_count(txn, out, err) : code;
}

/* A copy brings along what stood between rows. */
static enum ys_code wipe_store(const char *folder, struct ys_store *store, struct ys_err *err)
{
    char lock[PATH_MAX];
    struct ys_wiped pages;
    bool done = false;
    enum ys_code code = ys_store_wipe(store, true, &done, &pages, err);
    ys_store_close(store);
    if (code == YS_OK)
        code = join(folder, "/store/lock.mdb", lock, err);
    if (code == YS_OK)
        (void)unlink(lock);
    return code;
}

static enum ys_code open_store(const char *folder, struct ys_store **out, struct ys_err *err)
{
    char path[PATH_MAX];
    const enum ys_code code = join(folder, "/store", path, err);
    return code == YS_OK ? ys_store_open(path, 0, out, err) : code;
}

static enum ys_code copy_store(const struct ys_node *node, const char *folder, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_store *store = NULL;
    enum ys_code code = join(folder, "/store", path, err);
    if (code == YS_OK && mkdir(path, 0700) != 0)
        code = ys_fail(err, YS_IO, "%.200s: %s", path, strerror(errno));
    if (code == YS_OK)
        code = join(folder, "/store/data.mdb", path, err);
    if (code != YS_OK)
        return code;
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return ys_fail(err, YS_IO, "%.200s: %s", path, strerror(errno));
    code = ys_kv_copy(ys_store_kv(node->store), fd, err);
    if (code == YS_OK && fsync(fd) != 0)
        code = ys_fail(err, errno == ENOSPC ? YS_FULL : YS_IO, "%.200s: %s", path, strerror(errno));
    close(fd);
    if (code == YS_OK)
        code = open_store(folder, &store, err);
    return code == YS_OK ? wipe_store(folder, store, err) : code;
}

/* --- making one --- */

/* Files that go from the home into the folder, and into its manifest. */
struct taking {
    const char *home;
    struct ys_manifest *manifest;
    struct ys_backup_made *made;
};

static enum ys_code put_down(struct taking *taking, const char *path, struct ys_err *err)
{
    char whole[PATH_MAX];
    struct stat info;
    enum ys_code code = ys_manifest_add(taking->manifest, path, err);
    if (code == YS_OK &&
        snprintf(whole, sizeof whole, "%s/%s", taking->manifest->folder, path) <
            (int)sizeof whole &&
        stat(whole, &info) == 0) {
        taking->made->files++;
        taking->made->bytes += (uint64_t)info.st_size;
    }
    return code;
}

static enum ys_code take_file(void *context, const char *path, struct ys_err *err)
{
    struct taking *const taking = context;
    char from[PATH_MAX];
    char to[PATH_MAX];
    /* what is on its way, or held, is not whole */
    if (strncmp(path, "attachments/partial/", 20) == 0 || strcmp(path, "sealed/lock") == 0)
        return YS_OK;
    if (snprintf(from, sizeof from, "%s/%s", taking->home, path) >= (int)sizeof from ||
        snprintf(to, sizeof to, "%s/%s", taking->manifest->folder, path) >= (int)sizeof to)
        return ys_fail(err, YS_LIMIT, _("%.200s: path too long"), path);
    const enum ys_code code = ys_backup_copy(from, to, err);
    if (code == YS_NOT_FOUND) /* erased or collected meanwhile */
        return YS_OK;
    return code == YS_OK ? put_down(taking, path, err) : code;
}

static enum ys_code take_all(struct taking *taking, const struct ys_backup_options *options,
                             struct ys_err *err)
{
    const struct {
        const char *name;
        bool wanted;
    } parts[] = {{"yishi.conf", true},        {"root.pub", true},
                 {"node.key", options->keys}, {"keys", options->keys},
                 {"sealed", options->sealed}, {"attachments", options->attachments}};
    enum ys_code code = put_down(taking, "store/data.mdb", err);
    for (size_t i = 0; code == YS_OK && i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].wanted)
            code = ys_backup_each(taking->home, parts[i].name, take_file, taking, err);
    return code;
}

static enum ys_code make_in(const struct ys_node *node, const struct ys_backup_options *options,
                            const char *folder, struct ys_backup_made *made, uint64_t *erased,
                            struct ys_err *err)
{
    YS_MANIFEST_SCOPED manifest = {.root = NULL};
    struct taking taking = {.home = node->home.path, .manifest = &manifest, .made = made};
    enum ys_code code = load_erased(node, erased, err);
    if (code == YS_OK)
        code = copy_store(node, folder, err);
    if (code == YS_OK)
        code = ys_manifest_begin(folder, ys_store_identity(node->store), *erased, &manifest, err);
    if (code == YS_OK)
        code = take_all(&taking, options, err);
    return code == YS_OK ? ys_manifest_save(&manifest, err) : code;
}

/* The whole path of a folder that does not exist yet. */
static enum ys_code whole_path(const char *folder, char out[PATH_MAX], struct ys_err *err)
{
    char parent[PATH_MAX];
    char resolved[PATH_MAX];
    struct stat info;
    if (snprintf(parent, sizeof parent, "%s", folder) >= (int)sizeof parent)
        return ys_fail(err, YS_LIMIT, _("%.200s: path too long"), folder);
    for (size_t end = strlen(parent); end > 1 && parent[end - 1] == '/';)
        parent[--end] = '\0';
    char *const slash = strrchr(parent, '/');
    const char *const name = slash == NULL ? parent : slash + 1;
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return ys_fail(err, YS_USAGE, _("%.200s: give the name of a new folder"), folder);
    char name_copy[PATH_MAX];
    (void)snprintf(name_copy, sizeof name_copy, "%s", name);
    if (slash != NULL)
        *(slash == parent ? slash + 1 : slash) = '\0';
    if (realpath(slash == NULL ? "." : parent, resolved) == NULL)
        return ys_fail(err, YS_IO, "%.200s: %s", parent, strerror(errno));
    if (snprintf(out, PATH_MAX, "%s/%s", strcmp(resolved, "/") == 0 ? "" : resolved, name_copy) >=
        PATH_MAX)
        return ys_fail(err, YS_LIMIT, _("%.200s: path too long"), folder);
    if (lstat(out, &info) == 0)
        return ys_fail(err, YS_EXISTS, _("%.200s: is there already; a backup is a new folder"),
                       out);
    return YS_OK;
}

static enum ys_code move_in_place(const char *partial, const char *folder, struct ys_err *err)
{
    const int fd = open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    if (!synced || rename(partial, folder) != 0)
        return ys_fail(err, YS_IO, "%.200s: %s", folder, strerror(errno));
    return YS_OK;
}

/* In the list of the home. Where that cannot be written, `why_out` says so: the copy is worth more. */
static enum ys_code enlist(const struct ys_node *node, const struct ys_backup_made *made,
                           uint64_t erased, struct ys_err *why_out, struct ys_err *err)
{
    *why_out = (struct ys_err){.code = YS_OK};
    const enum ys_code code =
        ys_backups_put(&node->home, made->folder, ys_now_s(), erased, why_out);
    return code == YS_OK || code == YS_IO || code == YS_FULL
               ? YS_OK
               : ys_fail(err, code, "%s", why_out->msg);
}

enum ys_code ys_backup_make(const struct ys_node *node, const struct ys_backup_options *options,
                            struct ys_backup_made *out, struct ys_err *err)
{
    char partial[PATH_MAX];
    struct ys_backup_made made = {.files = 0};
    struct ys_err later = {.code = YS_OK};
    uint64_t erased = 0;
    enum ys_code code = whole_path(options->folder, made.folder, err);
    if (code == YS_OK)
        code = join(made.folder, ".partial", partial, err);
    if (code != YS_OK)
        return code;
    ys_file_remove_tree(partial); /* of one that was killed */
    if (mkdir(partial, 0700) != 0)
        return ys_fail(err, errno == ENOSPC ? YS_FULL : YS_IO, "%.200s: %s", partial,
                       strerror(errno));
    /* Known before there is anything in it: a killed process leaves none that nobody knows of. */
    code = enlist(node, &made, 0, &made.unlisted, err);
    if (code == YS_OK)
        code = make_in(node, options, partial, &made, &erased, err);
    if (code == YS_OK)
        code = move_in_place(partial, made.folder, err);
    if (code == YS_OK)
        code = enlist(node, &made, erased, &later, err);
    if (later.code == YS_OK)
        made.unlisted.code = YS_OK;
    if (code != YS_OK) {
        ys_file_remove_tree(partial);
        if (ys_backups_drop(&node->home, made.folder, NULL) != YS_OK)
            return code;
        return code;
    }
    *out = made;
    return YS_OK;
}

/* --- erasing in one --- */

/* Its records, by those that are in effect here. */
static enum ys_code erase_records(const struct ys_node *node, const char *folder, bool *changed,
                                  struct ys_err *err)
{
    struct ys_store *store = NULL;
    size_t count = 0;
    enum ys_code code = open_store(folder, &store, err);
    if (code != YS_OK)
        return code;
    {
        YS_TXN_SCOPED from = NULL;
        YS_TXN_SCOPED to = NULL;
        code = ys_store_begin(node->store, false, &from, err);
        if (code == YS_OK)
            code = ys_store_begin(store, true, &to, err);
        if (code == YS_OK)
            code = ys_erasures_repeat(from, to, &count, err);
        ys_txn_abort(&from);
        if (code == YS_OK)
            code = ys_txn_commit(&to, err);
    }
    *changed = count != 0;
    if (code != YS_OK) {
        ys_store_close(store);
        return code;
    }
    return wipe_store(folder, store, err);
}

static enum ys_code erase_in(const struct ys_node *node, const char *folder, uint64_t erased,
                             const struct ys_backup_erasing *erasing, struct ys_err *err)
{
    YS_MANIFEST_SCOPED manifest = {.root = NULL};
    bool changed = false;
    enum ys_code code = ys_manifest_load(folder, YS_MANIFEST_CHANGE, &manifest, err);
    if (code == YS_OK && strcmp(ys_manifest_origin(&manifest), node->origin_text) != 0)
        code = ys_fail(err, YS_DENIED, _("%.200s: is a backup of %s"), folder,
                       ys_manifest_origin(&manifest));
    if (code == YS_OK && erasing->outside != NULL)
        code = erasing->outside(erasing->context, &manifest, err);
    if (code == YS_OK)
        code = erase_records(node, folder, &changed, err);
    if (code == YS_OK)
        code = ys_manifest_add(&manifest, "store/data.mdb", err);
    if (code != YS_OK)
        return code;
    ys_manifest_set_erased(&manifest, erased);
    return ys_manifest_save(&manifest, err);
}

enum ys_code ys_backups_erase(const struct ys_node *node, struct ys_backup_erasing *erasing,
                              struct ys_err *err)
{
    json_t *backups = NULL;
    uint64_t erased = 0;
    bool moved = false;
    enum ys_code code = load_erased(node, &erased, err);
    if (code == YS_OK)
        code = ys_backups_load(&node->home, &backups, err);
    if (code != YS_OK)
        return code;
    erasing->done = erasing->behind = 0;
    for (size_t i = 0; i < json_array_size(backups); i++) {
        json_t *const one = json_array_get(backups, i);
        const char *const path = json_string_value(json_object_get(one, "path"));
        struct ys_err why = {0};
        if ((uint64_t)json_integer_value(json_object_get(one, "erased")) >= erased)
            continue;
        if (erase_in(node, path, erased, erasing, &why) == YS_OK) {
            json_object_set_new(one, "erased", json_integer((json_int_t)erased));
            erasing->done++;
            moved = true;
            continue;
        }
        erasing->behind++;
        if (erasing->out_of_reach != NULL)
            erasing->out_of_reach(erasing->context, path, why.msg);
    }
    if (moved)
        return ys_backups_save(&node->home, backups, err);
    json_decref(backups);
    return YS_OK;
}
