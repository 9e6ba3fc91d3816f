#include "node/evidence/parcel.h"

#include "crypto/hash.h"
#include "node/file.h"
#include "node/lang.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MAX = 64 * 1024 * 1024 };

static enum ys_code path_of(const struct ys_parcel *parcel, const char *name, char out[PATH_MAX],
                            struct ys_err *err)
{
    const int size = snprintf(out, PATH_MAX, "%s/%s", parcel->folder, name);
    return size < PATH_MAX ? YS_OK : ys_fail(err, YS_IO, _("%s: the path is too long"), name);
}

enum ys_code ys_parcel_open(const char *folder, struct ys_parcel *out, struct ys_err *err)
{
    *out = (struct ys_parcel){.folder = folder};
    if (mkdir(folder, 0755) == 0)
        return YS_OK;
    return ys_fail(err, errno == EEXIST ? YS_EXISTS : YS_IO, "%s: %s", folder, strerror(errno));
}

void ys_parcel_close(struct ys_parcel *parcel)
{
    for (size_t i = 0; i < parcel->count; i++)
        free(parcel->name[i]);
    free(parcel->name);
    *parcel = (struct ys_parcel){0};
}

static enum ys_code keep_name(struct ys_parcel *parcel, const char *name, struct ys_err *err)
{
    if (parcel->count == parcel->room) {
        const size_t room = parcel->room == 0 ? 64 : 2 * parcel->room;
        char **const grown = realloc(parcel->name, room * sizeof *grown);
        if (grown == NULL)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
        parcel->name = grown;
        parcel->room = room;
    }
    if ((parcel->name[parcel->count] = strdup(name)) == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    parcel->count++;
    return YS_OK;
}

static enum ys_code make_folders(char *path, size_t after, struct ys_err *err)
{
    for (char *at = strchr(path + after, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        const bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
        if (!made)
            return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
        *at = '/';
    }
    return YS_OK;
}

enum ys_code ys_parcel_put(struct ys_parcel *parcel, const char *name, struct ys_bytes bytes,
                           bool program, struct ys_err *err)
{
    char path[PATH_MAX];
    enum ys_code code = path_of(parcel, name, path, err);
    if (code == YS_OK)
        code = make_folders(path, strlen(parcel->folder) + 1, err);
    if (code == YS_OK)
        code = ys_file_write(path, program ? 0755 : 0644, bytes, err);
    return code != YS_OK ? code : keep_name(parcel, name, err);
}

enum ys_code ys_parcel_text(struct ys_parcel *parcel, const char *name, const char *text,
                            struct ys_err *err)
{
    return ys_parcel_put(parcel, name, ys_bytes_of_text(text), false, err);
}

static enum ys_code read_back(const struct ys_parcel *parcel, const char *name, uint8_t **bytes,
                              size_t *size, struct ys_err *err)
{
    char path[PATH_MAX];
    const enum ys_code code = path_of(parcel, name, path, err);
    return code != YS_OK ? code : ys_file_read_all(path, FILE_MAX, bytes, size, err);
}

static enum ys_code sum_of(const struct ys_parcel *parcel, const char *name, FILE *out,
                           struct ys_err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    struct ys_hash hash;
    char text[2 * YS_HASH_LEN + 1];
    const enum ys_code code = read_back(parcel, name, &bytes, &size, err);
    if (code != YS_OK)
        return code;
    ys_sha256((struct ys_bytes){bytes, size}, &hash);
    free(bytes);
    sodium_bin2hex(text, sizeof text, hash.bytes, YS_HASH_LEN);
    fprintf(out, "%s  %s\n", text, name);
    return YS_OK;
}

enum ys_code ys_parcel_sums(struct ys_parcel *parcel, struct ys_err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);
    enum ys_code code = out == NULL ? ys_fail(err, YS_NOMEM, _("out of memory")) : YS_OK;
    for (size_t i = 0; i < parcel->count && code == YS_OK; i++)
        code = sum_of(parcel, parcel->name[i], out, err);
    if (out != NULL && fclose(out) != 0 && code == YS_OK)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    if (code == YS_OK)
        code = ys_parcel_put(parcel, "SHA256SUMS", (struct ys_bytes){(const uint8_t *)text, size},
                             false, err);
    free(text);
    return code;
}

/* --- the archive --- */

static const char *last_name(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static enum ys_code pack_file(const struct ys_parcel *parcel, const char *name,
                              struct archive *archive, struct archive_entry *entry,
                              struct ys_err *err)
{
    char full[PATH_MAX];
    char path[PATH_MAX];
    struct stat found;
    uint8_t *bytes = NULL;
    size_t size = 0;
    enum ys_code code = path_of(parcel, name, path, err);
    if (code == YS_OK)
        code = read_back(parcel, name, &bytes, &size, err);
    if (code != YS_OK)
        return code;
    if (snprintf(full, sizeof full, "%s/%s", last_name(parcel->folder), name) >= PATH_MAX ||
        stat(path, &found) != 0) {
        free(bytes);
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    }
    archive_entry_clear(entry);
    archive_entry_set_pathname_utf8(entry, full);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, found.st_mode & 0777);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_mtime(entry, 0, 0);
    const bool good = archive_write_header(archive, entry) == ARCHIVE_OK &&
                      archive_write_data(archive, bytes, size) == (la_ssize_t)size;
    free(bytes);
    return good ? YS_OK
                : ys_fail(err, YS_IO, "%s: %s", name,
                          archive_error_string(archive) == NULL ? "?"
                                                                : archive_error_string(archive));
}

static enum ys_code pack_all(const struct ys_parcel *parcel, struct archive *archive,
                             const char *path, struct ys_err *err)
{
    struct archive_entry *const entry = archive_entry_new();
    enum ys_code code = entry == NULL ? ys_fail(err, YS_NOMEM, _("out of memory")) : YS_OK;
    if (code == YS_OK && (archive_write_add_filter_gzip(archive) != ARCHIVE_OK ||
                          archive_write_set_options(archive, "gzip:!timestamp") != ARCHIVE_OK ||
                          archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
                          archive_write_open_filename(archive, path) != ARCHIVE_OK))
        code = ys_fail(err, YS_IO, "%s: %s", path, archive_error_string(archive));
    for (size_t i = 0; i < parcel->count && code == YS_OK; i++)
        code = pack_file(parcel, parcel->name[i], archive, entry, err);
    if (entry != NULL)
        archive_entry_free(entry);
    if (code == YS_OK && archive_write_close(archive) != ARCHIVE_OK)
        code = ys_fail(err, YS_IO, "%s: %s", path, archive_error_string(archive));
    return code;
}

enum ys_code ys_parcel_pack(const struct ys_parcel *parcel, const char *path, struct ys_err *err)
{
    struct archive *const archive = archive_write_new();
    if (archive == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    const enum ys_code code = pack_all(parcel, archive, path, err);
    archive_write_free(archive);
    return code;
}
