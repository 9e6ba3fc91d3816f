#include "tests/support/case_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char suffix[] = ".json";

static int is_case_file(const struct dirent *entry)
{
    const size_t size = strlen(entry->d_name);
    return size >= sizeof suffix && strcmp(entry->d_name + size - strlen(suffix), suffix) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static unsigned long stride(void)
{
    const char *const text = getenv("YISHI_STRIDE");
    char *end = NULL;
    const unsigned long step = text == NULL ? 1 : strtoul(text, &end, 10);
    if (text != NULL && (end == text || *end != '\0' || step == 0)) {
        fprintf(stderr, "case_files: YISHI_STRIDE=%s is no number\n", text);
        exit(1);
    }
    return step;
}

void case_files_list(const char *folder, struct case_files *out)
{
    struct dirent **entry = NULL;
    const int count = scandir(folder, &entry, is_case_file, by_name);
    *out = (struct case_files){.folder = folder};
    if (count <= 0 || count > CASE_FILES_MAX) {
        fprintf(stderr, "case_files: %s: %d files\n", folder, count);
        exit(1);
    }
    const unsigned long step = stride();
    for (int i = 0; i < count; i++) {
        if ((unsigned long)i % step == 0)
            out->name[out->count++] =
                strndup(entry[i]->d_name, strlen(entry[i]->d_name) - strlen(suffix));
        free(entry[i]);
    }
    free(entry);
}

void case_files_clear(struct case_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->name[i]);
    files->count = 0;
}

void case_files_path(const struct case_files *files, size_t i, char out[CASE_PATH_MAX])
{
    (void)snprintf(out, CASE_PATH_MAX, "%s/%s%s", files->folder, files->name[i], suffix);
}
