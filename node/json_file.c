#include "node/json_file.h"

#include "node/file.h"
#include "node/lang.h"
#include "proto/json.h"
#include "proto/json_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODE = 0644 };

enum ys_code ys_json_file_load(const char *path, json_t **out, struct ys_err *err)
{
    struct ys_err why = {0};
    struct ys_bytes text = {0};
    uint8_t *bytes = NULL;
    enum ys_code code = ys_file_read_all(path, YS_JSON_FILE_MAX, &bytes, &text.size, err);
    if (code != YS_OK)
        return code;
    text.data = bytes;
    code = ys_json_load(text, out, &why);
    free(bytes);
    return code == YS_OK ? YS_OK : ys_fail(err, code, "%s: %s", path, why.msg);
}

enum ys_code ys_json_file_save(const char *path, json_t *json, struct ys_err *err)
{
    const bool whole = json != NULL && ys_json_memory_failures() == 0;
    char *const text = whole ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("%s: out of memory"), path);
    /* The line feed takes the place of the terminator. */
    const struct ys_bytes bytes = {.data = (const uint8_t *)text, .size = strlen(text) + 1};
    enum ys_code code = YS_OK;
    text[bytes.size - 1] = '\n';
    if (strcmp(path, "-") != 0)
        code = ys_file_write(path, MODE, bytes, err);
    else if (fwrite(text, 1, bytes.size, stdout) != bytes.size)
        code = ys_fail(err, YS_IO, _("standard output: cannot be written"));
    free(text);
    return code;
}
