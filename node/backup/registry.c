#include "node/backup/registry.h"

#include "node/json_file.h"
#include "node/json_out.h"
#include "node/lang.h"

#include <string.h>
#include <sys/stat.h>

static const char file_name[] = "backups.json";

enum ys_code ys_backups_load(const struct ys_home *home, json_t **out, struct ys_err *err)
{
    char path[PATH_MAX];
    struct stat info;
    ys_home_path(home, file_name, path);
    if (stat(path, &info) != 0) {
        *out = json_array();
        return *out == NULL ? ys_fail(err, YS_NOMEM, _("out of memory")) : YS_OK;
    }
    const enum ys_code code = ys_json_file_load(path, out, err);
    bool good = code == YS_OK && json_is_array(*out);
    for (size_t i = 0; good && i < json_array_size(*out); i++)
        good = json_is_string(json_object_get(json_array_get(*out, i), "path")) &&
               json_is_integer(json_object_get(json_array_get(*out, i), "erased"));
    if (code != YS_OK || good)
        return code;
    json_decref(*out);
    return ys_fail(err, YS_MALFORMED, _("%s: is no list of backups"), path);
}

enum ys_code ys_backups_save(const struct ys_home *home, json_t *backups, struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(home, file_name, path);
    return ys_json_file_save(path, backups, err);
}

static bool remove_path(json_t *backups, const char *path)
{
    bool found = false;
    for (size_t i = json_array_size(backups); i-- > 0;) {
        const char *const one =
            json_string_value(json_object_get(json_array_get(backups, i), "path"));
        if (strcmp(one, path) == 0) {
            json_array_remove(backups, i);
            found = true;
        }
    }
    return found;
}

enum ys_code ys_backups_put(const struct ys_home *home, const char *path, uint64_t made_at_s,
                            uint64_t erased, struct ys_err *err)
{
    json_t *backups = NULL;
    const enum ys_code code = ys_backups_load(home, &backups, err);
    if (code != YS_OK)
        return code;
    (void)remove_path(backups, path);
    json_array_append_new(backups, json_pack("{s:o, s:o, s:o}", "path", ys_json_text(path),
                                             "made_at", ys_json_time(true, made_at_s), "erased",
                                             ys_json_number(erased)));
    return ys_backups_save(home, backups, err);
}

enum ys_code ys_backups_drop(const struct ys_home *home, const char *path, struct ys_err *err)
{
    json_t *backups = NULL;
    const enum ys_code code = ys_backups_load(home, &backups, err);
    if (code != YS_OK)
        return code;
    if (!remove_path(backups, path)) {
        json_decref(backups);
        return ys_fail(err, YS_NOT_FOUND, _("%.200s: is no backup that is known here"), path);
    }
    return ys_backups_save(home, backups, err);
}
