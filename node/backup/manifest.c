#include "node/backup/manifest.h"

#include "node/json_file.h"
#include "node/json_out.h"
#include "node/lang.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char manifest_name[] = "manifest.json";

void ys_manifest_clear(struct ys_manifest *manifest)
{
    json_decref(manifest->root);
    manifest->root = NULL;
    if (manifest->locked)
        (void)close(manifest->folder_fd);
    manifest->locked = false;
}

static void lock(struct ys_manifest *manifest, enum ys_manifest_use use)
{
    const int fd = open(manifest->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = -1;
    if (fd < 0)
        return; /* what is read next says why */
    do
        rc = flock(fd, use == YS_MANIFEST_CHANGE ? LOCK_EX : LOCK_SH);
    while (rc != 0 && errno == EINTR);
    manifest->locked = rc == 0;
    manifest->folder_fd = fd;
    if (rc != 0)
        (void)close(fd);
}

static enum ys_code join(const char *folder, const char *name, char out[PATH_MAX],
                         struct ys_err *err)
{
    if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return ys_fail(err, YS_LIMIT, _("%.200s: path too long"), folder);
    return YS_OK;
}

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

/* --- files --- */

static enum ys_code failed(const char *path, struct ys_err *err)
{
    const enum ys_code code = errno == ENOENT                      ? YS_NOT_FOUND
                              : errno == ENOSPC || errno == EDQUOT ? YS_FULL
                                                                   : YS_IO;
    return ys_fail(err, code, "%.200s: %s", path, strerror(errno));
}

static enum ys_code hash_file(const char *path, struct ys_hash *hash, uint64_t *size,
                              struct ys_err *err)
{
    uint8_t bytes[65536];
    struct ys_sha256 state;
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return failed(path, err);
    ys_sha256_init(&state);
    *size = 0;
    for (;;) {
        const ssize_t got = read(fd, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(path, err);
        if (got == 0)
            break;
        ys_sha256_update(&state, (struct ys_bytes){bytes, (size_t)got});
        *size += (uint64_t)got;
    }
    ys_sha256_final(&state, hash);
    return YS_OK;
}

static enum ys_code make_folders(char *path, struct ys_err *err)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const int rc = mkdir(path, 0700);
        const int why = errno;
        *slash = '/';
        if (rc != 0 && why != EEXIST)
            return ys_fail(err, why == ENOSPC ? YS_FULL : YS_IO, "%.200s: %s", path, strerror(why));
    }
    return YS_OK;
}

static enum ys_code copy_bytes(int in, int out, const char *to, struct ys_err *err)
{
    uint8_t bytes[65536];
    for (;;) {
        const ssize_t got = read(in, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(to, err);
        if (got == 0)
            return fsync(out) == 0 ? YS_OK : failed(to, err);
        for (ssize_t at = 0; at < got;) {
            const ssize_t put = write(out, bytes + at, (size_t)(got - at));
            if (put < 0 && errno != EINTR)
                return failed(to, err);
            at += put < 0 ? 0 : put;
        }
    }
}

enum ys_code ys_backup_copy(const char *from, const char *to, struct ys_err *err)
{
    char path[PATH_MAX];
    FD_SCOPED in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0)
        return failed(from, err);
    (void)snprintf(path, sizeof path, "%s", to);
    const enum ys_code code = make_folders(path, err);
    if (code != YS_OK)
        return code;
    FD_SCOPED out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return out < 0 ? failed(to, err) : copy_bytes(in, out, to, err);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

enum ys_code ys_backup_each(const char *folder, const char *name,
                            enum ys_code (*visit)(void *context, const char *path,
                                                  struct ys_err *err),
                            void *context, struct ys_err *err)
{
    char start[PATH_MAX];
    char *paths[] = {start, NULL};
    const size_t before = strlen(folder) + 1;
    enum ys_code code =
        name[0] == '\0' ? join(folder, ".", start, err) : join(folder, name, start, err);
    struct stat info;
    if (code != YS_OK || (lstat(start, &info) != 0 && errno == ENOENT))
        return code;
    FTS *const walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (walk == NULL)
        return failed(start, err);
    for (const FTSENT *at = fts_read(walk); code == YS_OK && at != NULL; at = fts_read(walk)) {
        const char *path = at->fts_path + before;
        if (strncmp(path, "./", 2) == 0)
            path += 2;
        if (at->fts_info == FTS_F)
            code = visit(context, path, err);
        else if (at->fts_info == FTS_ERR || at->fts_info == FTS_DNR || at->fts_info == FTS_NS)
            code = ys_fail(err, YS_IO, "%.200s: %s", at->fts_path, strerror(at->fts_errno));
    }
    (void)fts_close(walk);
    return code;
}

/* --- the manifest --- */

enum ys_code ys_manifest_begin(const char *folder, const struct ys_identity *identity,
                               uint64_t erased, struct ys_manifest *out, struct ys_err *err)
{
    char origin[YS_KEY_NAME_MAX + 1];
    char store_id[2 * YS_STORE_ID_LEN + 1];
    ys_name_print(&identity->origin, origin);
    for (size_t i = 0; i < YS_STORE_ID_LEN; i++)
        (void)snprintf(store_id + 2 * i, 3, "%02x", identity->store_id[i]);
    *out = (struct ys_manifest){
        .root = json_pack("{s:s, s:s, s:s, s:o, s:o, s:[]}", "format", YS_BACKUP_FORMAT, "origin",
                          origin, "store_id", store_id, "made_at", ys_json_time(true, ys_now_s()),
                          "erased", ys_json_number(erased), "files")};
    (void)snprintf(out->folder, sizeof out->folder, "%s", folder);
    return out->root == NULL ? ys_fail(err, YS_NOMEM, _("out of memory")) : YS_OK;
}

void ys_manifest_drop(struct ys_manifest *manifest, const char *path)
{
    json_t *const files = json_object_get(manifest->root, "files");
    for (size_t i = json_array_size(files); i-- > 0;) {
        const char *const name =
            json_string_value(json_object_get(json_array_get(files, i), "path"));
        if (name != NULL && strcmp(name, path) == 0)
            json_array_remove(files, i);
    }
}

enum ys_code ys_manifest_add(struct ys_manifest *manifest, const char *path, struct ys_err *err)
{
    char whole[PATH_MAX];
    char hex[YS_RECORD_ID_TEXT_MAX];
    struct ys_hash hash;
    uint64_t size = 0;
    enum ys_code code = join(manifest->folder, path, whole, err);
    if (code == YS_OK)
        code = hash_file(whole, &hash, &size, err);
    if (code != YS_OK)
        return code;
    ys_record_id_print(&hash, hex);
    ys_manifest_drop(manifest, path);
    if (json_array_append_new(json_object_get(manifest->root, "files"),
                              json_pack("{s:s, s:o, s:s}", "path", path, "size",
                                        ys_json_number(size), "sha256", hex)) != 0)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    return YS_OK;
}

enum ys_code ys_manifest_save(const struct ys_manifest *manifest, struct ys_err *err)
{
    char path[PATH_MAX];
    const enum ys_code code = join(manifest->folder, manifest_name, path, err);
    return code == YS_OK ? ys_json_file_save(path, json_incref(manifest->root), err) : code;
}

/* Files of a backup lie in it: no path that leads out. */
static bool stays_inside(const char *path)
{
    if (path == NULL || path[0] == '/' || path[0] == '\0')
        return false;
    for (const char *at = path; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return false;
    }
    return true;
}

static bool is_manifest(const json_t *root)
{
    const char *const format = json_string_value(json_object_get(root, "format"));
    const json_t *const files = json_object_get(root, "files");
    if (format == NULL || strcmp(format, YS_BACKUP_FORMAT) != 0 || !json_is_array(files) ||
        !json_is_string(json_object_get(root, "origin")) ||
        !json_is_integer(json_object_get(root, "erased")))
        return false;
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *const file = json_array_get(files, i);
        if (!stays_inside(json_string_value(json_object_get(file, "path"))) ||
            !json_is_integer(json_object_get(file, "size")) ||
            !json_is_string(json_object_get(file, "sha256")))
            return false;
    }
    return true;
}

enum ys_code ys_manifest_load(const char *folder, enum ys_manifest_use use, struct ys_manifest *out,
                              struct ys_err *err)
{
    char path[PATH_MAX];
    struct stat info;
    *out = (struct ys_manifest){.root = NULL};
    (void)snprintf(out->folder, sizeof out->folder, "%s", folder);
    lock(out, use);
    enum ys_code code = join(folder, manifest_name, path, err);
    if (code == YS_OK && stat(path, &info) != 0)
        code = ys_fail(err, YS_NOT_FOUND, _("%.200s: no backup lies there"), folder);
    if (code == YS_OK)
        code = ys_json_file_load(path, &out->root, err);
    if (code == YS_OK && !is_manifest(out->root))
        code = ys_fail(err, YS_MALFORMED, _("%.200s: is no manifest of a backup"), path);
    if (code != YS_OK)
        ys_manifest_clear(out);
    return code;
}

const char *ys_manifest_origin(const struct ys_manifest *manifest)
{
    return json_string_value(json_object_get(manifest->root, "origin"));
}

uint64_t ys_manifest_erased(const struct ys_manifest *manifest)
{
    return (uint64_t)json_integer_value(json_object_get(manifest->root, "erased"));
}

void ys_manifest_set_erased(struct ys_manifest *manifest, uint64_t erased)
{
    json_object_set_new(manifest->root, "erased", ys_json_number(erased));
}

/* --- checking --- */

struct checking {
    const struct ys_manifest *manifest;
    void (*told)(void *context, const char *path, const char *what);
    void *context;
    uint64_t problems;
};

static void tell(struct checking *checking, const char *path, const char *what)
{
    checking->problems++;
    checking->told(checking->context, path, what);
}

static enum ys_code check_file(struct checking *checking, const json_t *file, struct ys_err *err)
{
    char whole[PATH_MAX];
    char hex[YS_RECORD_ID_TEXT_MAX];
    struct ys_hash hash;
    struct ys_err why = {0};
    uint64_t size = 0;
    const char *const path = json_string_value(json_object_get(file, "path"));
    enum ys_code code = join(checking->manifest->folder, path, whole, err);
    if (code != YS_OK)
        return code;
    code = hash_file(whole, &hash, &size, &why);
    if (code == YS_NOT_FOUND) {
        tell(checking, path, _("is missing"));
        return YS_OK;
    }
    if (code != YS_OK)
        return ys_fail(err, code, "%s", why.msg);
    ys_record_id_print(&hash, hex);
    if (strcmp(hex, json_string_value(json_object_get(file, "sha256"))) != 0)
        tell(checking, path, _("is not what was written there"));
    return YS_OK;
}

static enum ys_code look_for(void *context, const char *path, struct ys_err *err)
{
    struct checking *const checking = context;
    const json_t *const files = json_object_get(checking->manifest->root, "files");
    (void)err;
    if (strcmp(path, manifest_name) == 0 || strcmp(path, "store/lock.mdb") == 0)
        return YS_OK;
    for (size_t i = 0; i < json_array_size(files); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(files, i), "path")), path) == 0)
            return YS_OK;
    tell(checking, path, _("does not belong there"));
    return YS_OK;
}

enum ys_code ys_manifest_check(const struct ys_manifest *manifest,
                               void (*told)(void *context, const char *path, const char *what),
                               void *context, uint64_t *problems_out, struct ys_err *err)
{
    struct checking checking = {.manifest = manifest, .told = told, .context = context};
    const json_t *const files = json_object_get(manifest->root, "files");
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < json_array_size(files); i++)
        code = check_file(&checking, json_array_get(files, i), err);
    if (code == YS_OK)
        code = ys_backup_each(manifest->folder, "", look_for, &checking, err);
    *problems_out = checking.problems;
    return code;
}
