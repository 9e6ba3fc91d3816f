/* A walk over all files of the attachments' folder. */
#include "sync/blob_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
    const struct ys_blobs *blobs;
    bool (*visit)(void *context, const struct ys_blob_info *info);
    void *context;
    bool on;
};

static void close_folder(DIR *const *folder)
{
    if (*folder != NULL)
        closedir(*folder);
}
#define FOLDER_SCOPED __attribute__((cleanup(close_folder))) DIR

/* NULL with errno. */
static DIR *list(int at, const char *name)
{
    const int fd = ys_blob_folder(at, name);
    DIR *const folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL && fd >= 0)
        close(fd);
    return folder;
}

/* Files of one folder whose names are hashes; `prefix` is how these begin. */
static enum ys_code walk_files(struct walk *walk, int at, const char *name, const char *prefix,
                               struct ys_err *err)
{
    FOLDER_SCOPED *folder = list(at, name);
    if (folder == NULL)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? YS_OK
                   : ys_blob_fail(walk->blobs, name, err);
    for (const struct dirent *entry = readdir(folder); entry != NULL && walk->on;
         entry = readdir(folder)) {
        struct ys_blob_info info = {.partial = prefix[0] == '\0'};
        struct stat status;
        if (!ys_blob_name_parse(entry->d_name, &info.hash) ||
            strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
            fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        info.size = (uint64_t)status.st_size;
        info.changed_s = (int64_t)status.st_mtim.tv_sec;
        walk->on = walk->visit(walk->context, &info);
    }
    return YS_OK;
}

static bool is_pair(const char *name)
{
    return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

static enum ys_code walk_outer(struct walk *walk, const char *first, struct ys_err *err)
{
    FOLDER_SCOPED *folder = list(walk->blobs->folder, first);
    enum ys_code code = YS_OK;
    if (folder == NULL)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? YS_OK
                   : ys_blob_fail(walk->blobs, first, err);
    for (const struct dirent *entry = readdir(folder); entry != NULL && walk->on && code == YS_OK;
         entry = readdir(folder)) {
        if (!is_pair(entry->d_name))
            continue;
        const char prefix[5] = {first[0], first[1], entry->d_name[0], entry->d_name[1], '\0'};
        code = walk_files(walk, dirfd(folder), entry->d_name, prefix, err);
    }
    return code;
}

enum ys_code ys_blobs_each(const struct ys_blobs *blobs,
                           bool (*visit)(void *context, const struct ys_blob_info *info),
                           void *context, struct ys_err *err)
{
    struct walk walk = {.blobs = blobs, .visit = visit, .context = context, .on = true};
    FOLDER_SCOPED *folder = list(blobs->folder, ".");
    enum ys_code code = folder == NULL ? ys_blob_fail(blobs, "folder", err) : YS_OK;
    for (const struct dirent *entry = folder == NULL ? NULL : readdir(folder);
         entry != NULL && walk.on && code == YS_OK; entry = readdir(folder))
        if (is_pair(entry->d_name))
            code = walk_outer(&walk, entry->d_name, err);
    if (code == YS_OK && walk.on)
        code = walk_files(&walk, blobs->folder, "partial", "", err);
    return code == YS_NOT_FOUND ? YS_IO : code;
}

static bool add(void *context, const struct ys_blob_info *info)
{
    uint64_t *const total = context;
    *total += info->partial ? 0 : info->size;
    return true;
}

enum ys_code ys_blobs_recount(struct ys_blobs *blobs, struct ys_err *err)
{
    uint64_t total = 0;
    const enum ys_code code = ys_blobs_each(blobs, add, &total, err);
    if (code == YS_OK)
        blobs->total = total;
    blobs->counted = code == YS_OK;
    return code;
}
