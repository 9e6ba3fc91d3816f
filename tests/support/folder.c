#include "tests/support/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void folder_make(struct folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "%s/yishi-test-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(folder->path) == NULL) {
        perror(folder->path);
        abort();
    }
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

void folder_remove(const struct folder *folder)
{
    nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void folder_path(const struct folder *folder, const char *name, char out[FOLDER_PATH_MAX])
{
    if (snprintf(out, FOLDER_PATH_MAX, "%.200s/%s", folder->path, name) >= FOLDER_PATH_MAX)
        abort();
}
