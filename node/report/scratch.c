#include "node/report/scratch.h"

#include "crypto/assert.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of one that has no lock yet: it is empty, and nobody's to remove. */
static const char unborn[] = "new-";
static const char place_name[] = "/scratch";

static bool is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void remove_folder(const char *path)
{
    DIR *const folder = opendir(path);
    if (folder == NULL)
        return;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (is_entry(entry))
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    (void)closedir(folder);
    (void)rmdir(path);
}

/* The lock of a folder that exists, or -1. */
static int lock(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

void ys_scratch_empty(const char *home)
{
    char place[PATH_MAX];
    char path[PATH_MAX + NAME_MAX + 2];
    if (snprintf(place, sizeof place, "%s%s", home, place_name) >= (int)sizeof place)
        return;
    DIR *const folder = opendir(place);
    if (folder == NULL)
        return;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (!is_entry(entry) || strncmp(entry->d_name, unborn, sizeof unborn - 1) == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", place, entry->d_name);
        const int fd = lock(path);
        if (fd < 0)
            continue;
        remove_folder(path);
        (void)close(fd);
    }
    (void)closedir(folder);
    (void)rmdir(place);
}

void ys_scratch_place(const char *home, char out[PATH_MAX])
{
    const char *const other = getenv("TMPDIR");
    const bool fits = snprintf(out, PATH_MAX, "%s%s", home, place_name) < PATH_MAX;
    if (fits && access(home, W_OK) == 0) {
        ys_scratch_empty(home);
        return;
    }
    (void)snprintf(out, PATH_MAX, "%s", other == NULL || other[0] == '\0' ? "/tmp" : other);
}

static enum ys_code fail_errno(const char *place, struct ys_err *err)
{
    return ys_fail(err,
                   errno == ENOENT                      ? YS_NOT_FOUND
                   : errno == ENOSPC || errno == EDQUOT ? YS_FULL
                                                        : YS_IO,
                   "%s: %s", place, strerror(errno));
}

/* It has its lock before it has its name, so that nobody takes it for one that was left. */
static enum ys_code make(const char *place, const char *name, struct ys_scratch *out,
                         struct ys_err *err)
{
    char path[PATH_MAX];
    out->made_place = mkdir(place, 0700) == 0;
    if (!out->made_place && errno != EEXIST)
        return fail_errno(place, err);
    const int size = snprintf(path, sizeof path, "%s/%sXXXXXX", place, unborn);
    if (size < 0 || size >= (int)sizeof path ||
        snprintf(out->path, sizeof out->path, "%s/%s-XXXXXX", place, name) >= (int)sizeof out->path)
        return ys_fail(err, YS_IO, "%s: the path is too long", place);
    if (mkdtemp(path) == NULL)
        return fail_errno(place, err);
    memcpy(out->path + strlen(out->path) - 6, path + size - 6, 6);
    out->fd = lock(path);
    if (out->fd >= 0 && rename(path, out->path) == 0)
        return YS_OK;
    const enum ys_code code = fail_errno(place, err);
    if (out->fd >= 0)
        (void)close(out->fd);
    (void)rmdir(path);
    return code;
}

enum ys_code ys_scratch_open(const char *place, const char *name, struct ys_scratch *out,
                             struct ys_err *err)
{
    enum { TURNS = 4 }; /* whoever closes the last one takes the place away with it */
    enum ys_code code = YS_NOT_FOUND;
    struct ys_scratch made = YS_SCRATCH_NONE;
    YS_ASSERT(strncmp(name, unborn, sizeof unborn - 1) != 0);
    for (int turn = 0; code == YS_NOT_FOUND && turn < TURNS; turn++)
        code = make(place, name, &made, err);
    if (code == YS_OK)
        *out = made;
    return code == YS_NOT_FOUND ? YS_IO : code;
}

void ys_scratch_close(struct ys_scratch *scratch)
{
    if (scratch->fd < 0)
        return;
    remove_folder(scratch->path);
    (void)close(scratch->fd);
    *strrchr(scratch->path, '/') = '\0';
    if (scratch->made_place)
        (void)rmdir(scratch->path);
    *scratch = (struct ys_scratch)YS_SCRATCH_NONE;
}
