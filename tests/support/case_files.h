/* The files of cases in a folder (tests/unit/rules, tests/unit/indicators), in the order of their names,
 * so that a random test that draws from them can be repeated elsewhere. */
#ifndef YS_TESTS_SUPPORT_CASE_FILES_H
#define YS_TESTS_SUPPORT_CASE_FILES_H

#include <stddef.h>

enum { CASE_FILES_MAX = 256, CASE_PATH_MAX = 1024 };

struct case_files {
    const char *folder;
    size_t count;
    char *name[CASE_FILES_MAX]; /* without ".json" */
};

/* With YISHI_STRIDE=N in the environment one file in N: a sanitizer makes each case many times slower, and has
 * the same C before it in all. Ends the program when there is no folder, no file in it, or more than
 * CASE_FILES_MAX. `folder` is borrowed. */
void case_files_list(const char *folder, struct case_files *out);
void case_files_clear(struct case_files *files);
void case_files_path(const struct case_files *files, size_t i, char out[CASE_PATH_MAX]);

#endif
