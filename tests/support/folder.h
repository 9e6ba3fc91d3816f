/* A fresh folder for one test, in memory where the machine has that, removed
 * afterwards with all that lies in it. */
#ifndef YS_TESTS_SUPPORT_FOLDER_H
#define YS_TESTS_SUPPORT_FOLDER_H

#include "crypto/bytes.h"

enum { FOLDER_PATH_MAX = 256 };

struct folder {
    char path[FOLDER_PATH_MAX];
};

void folder_make(struct folder *folder);
void folder_remove(const struct folder *folder);
/* "<folder>/<name>", terminated. */
void folder_path(const struct folder *folder, const char *name, char out[FOLDER_PATH_MAX]);

#endif
