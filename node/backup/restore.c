#include "node/backup/backup.h"
#include "node/lang.h"
#include "sync/restored.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct first_problem {
    char text[200];
};

static void note_problem(void *context, const char *path, const char *what)
{
    struct first_problem *const first = context;
    if (first->text[0] == '\0')
        (void)snprintf(first->text, sizeof first->text, "%.120s %s", path, what);
}

static enum ys_code check(const struct ys_manifest *manifest, struct ys_err *err)
{
    struct first_problem first = {.text = ""};
    uint64_t problems = 0;
    const enum ys_code code = ys_manifest_check(manifest, note_problem, &first, &problems, err);
    if (code != YS_OK || problems == 0)
        return code;
    return ys_fail(err, YS_CORRUPT, _("%.120s: is not as it was written: %.160s"), manifest->folder,
                   first.text);
}

static enum ys_code copy_all(const struct ys_manifest *manifest, const struct ys_home *made,
                             struct ys_err *err)
{
    const json_t *const files = json_object_get(manifest->root, "files");
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < json_array_size(files); i++) {
        const char *const path =
            json_string_value(json_object_get(json_array_get(files, i), "path"));
        char from[PATH_MAX];
        char to[PATH_MAX];
        if (snprintf(from, sizeof from, "%s/%s", manifest->folder, path) >= (int)sizeof from ||
            snprintf(to, sizeof to, "%s/%s", made->path, path) >= (int)sizeof to)
            return ys_fail(err, YS_LIMIT, _("%.200s: path too long"), path);
        code = ys_backup_copy(from, to, err);
    }
    return code;
}

static enum ys_code mark(const struct ys_home *made, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_store *store = NULL;
    ys_home_path(made, "store", path);
    enum ys_code code = ys_store_open(path, 0, &store, err);
    if (code != YS_OK)
        return code;
    code = ys_restored_set(store, true, err);
    ys_store_close(store);
    return code;
}

enum ys_code ys_backup_restore(const char *folder, const struct ys_home *home, bool *keys_out,
                               struct ys_err *err)
{
    YS_MANIFEST_SCOPED manifest = {.root = NULL};
    struct ys_home made;
    char path[PATH_MAX];
    struct stat info;
    enum ys_code code = ys_manifest_load(folder, YS_MANIFEST_READ, &manifest, err);
    if (code == YS_OK)
        code = check(&manifest, err);
    if (code == YS_OK)
        code = ys_home_begin(home, &made, err);
    if (code != YS_OK)
        return code;
    code = copy_all(&manifest, &made, err);
    if (code == YS_OK)
        code = mark(&made, err);
    ys_home_path(&made, "node.key", path);
    *keys_out = stat(path, &info) == 0;
    if (code == YS_OK)
        code = ys_home_commit(home, &made, err);
    if (code != YS_OK)
        ys_home_abort(&made);
    return code;
}
