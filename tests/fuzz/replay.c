/* Runs a fuzz target over files and folders, for compilers without libFuzzer. Options are ignored. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return -1;
    enum { MOST = 1 << 20 };
    uint8_t *data = malloc(MOST);
    if (data == NULL)
        abort();
    const size_t size = fread(data, 1, MOST, file);
    fclose(file);
    /* A copy of the exact size, so that a sanitizer sees a read past the end. */
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    if (exact == NULL)
        abort();
    memcpy(exact, data, size);
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int replay(const char *path, int *count)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return -1;
    if (!S_ISDIR(info.st_mode)) {
        (*count)++;
        return replay_file(path);
    }
    struct dirent **names = NULL;
    const int found = scandir(path, &names, NULL, alphasort);
    int result = found < 0 ? -1 : 0;
    for (int i = 0; i < found; i++) {
        char full[4096];
        const int length = snprintf(full, sizeof full, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && length > 0 && (size_t)length < sizeof full) {
            (*count)++;
            if (replay_file(full) != 0)
                result = -1;
        }
        free(names[i]);
    }
    free(names);
    return result;
}

int main(int argc, char **argv)
{
    int result = 0;
    int count = 0;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-')
            continue;
        if (replay(argv[i], &count) != 0) {
            fprintf(stderr, "%s: cannot be read\n", argv[i]);
            result = 1;
        }
    }
    printf("%d inputs\n", count);
    return count == 0 ? 1 : result;
}
