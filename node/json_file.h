/* JSON in files that people hand on: requests, drafts.
 *
 * Threads: main. Memory: jansson's; the caller owns what is loaded. */
#ifndef YS_NODE_JSON_FILE_H
#define YS_NODE_JSON_FILE_H

#include "crypto/err.h"

#include <jansson.h>

/* At most YS_JSON_FILE_MAX bytes, with proto/json's limits; "-" is standard input. Messages begin with
 * the path. */
YS_CHECKED enum ys_code ys_json_file_load(const char *path, json_t **out, struct ys_err *err);
/* With two spaces of indentation and a line feed at the end, readable by everybody; "-" is standard
 * output. Takes `json`; NULL, or one that cannot be printed, is YS_NOMEM. */
YS_CHECKED enum ys_code ys_json_file_save(const char *path, json_t *json, struct ys_err *err);

#endif
