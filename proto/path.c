#include "proto/path.h"

#include "crypto/assert.h"

#include <stdio.h>

struct ys_path ys_path_from(const char *root)
{
    return (struct ys_path){.root = root};
}

void ys_path_push(struct ys_path *path, const char *name)
{
    YS_ASSERT(path->depth < YS_PATH_DEPTH_MAX);
    path->step[path->depth++] = (struct ys_path_step){.name = name};
}

void ys_path_index(struct ys_path *path, size_t index)
{
    YS_ASSERT(path->depth > 0);
    path->step[path->depth - 1].indexed = true;
    path->step[path->depth - 1].index = index;
}

void ys_path_pop(struct ys_path *path)
{
    YS_ASSERT(path->depth > 0);
    path->depth--;
}

void ys_path_print(const struct ys_path *path, char out[YS_PATH_TEXT_MAX])
{
    size_t used = 0;
    for (unsigned i = 0; i <= path->depth && used < YS_PATH_TEXT_MAX; i++) {
        const struct ys_path_step *step = i == 0 ? NULL : &path->step[i - 1];
        const char *dot = used == 0 ? "" : ".";
        int length = 0;
        if (step == NULL)
            length = snprintf(out, YS_PATH_TEXT_MAX, "%s", path->root);
        else if (step->indexed)
            length = snprintf(out + used, YS_PATH_TEXT_MAX - used, "%s%s[%zu]", dot, step->name,
                              step->index);
        else
            length = snprintf(out + used, YS_PATH_TEXT_MAX - used, "%s%s", dot, step->name);
        YS_ASSERT(length >= 0);
        used += (size_t)length;
    }
}

enum ys_code ys_path_fail(const struct ys_path *path, struct ys_err *err, enum ys_code code,
                          const char *format, ...)
{
    char where[YS_PATH_TEXT_MAX];
    ys_path_print(path, where);

    struct ys_err reason;
    va_list args;
    va_start(args, format);
    (void)ys_failv(&reason, code, format, args);
    va_end(args);
    return ys_fail(err, code, "%s%s%s", where, where[0] == '\0' ? "" : ": ", reason.msg);
}
