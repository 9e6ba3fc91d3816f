/* Records on their way round those who must sign them: JSON of each record's note
 * (its text alone before the first signature) and body.
 *
 *     {"records": [{"note": "...", "body": "<base64>"}, ...]}
 *
 * It is a draft: nothing in it counts before the records stand in their log. A
 * further key of a body, for instance, needs a line of the old one, which another
 * unit keeps. Threads: main. Memory: heap, through the records. */
#ifndef YS_NODE_DRAFT_FILE_H
#define YS_NODE_DRAFT_FILE_H

#include "node/author.h"

#include <jansson.h>

enum { YS_DRAFT_RECORDS_MAX = 32 };

struct ys_draft_file {
    size_t count;
    struct ys_written record[YS_DRAFT_RECORDS_MAX];
};
void ys_draft_file_clear(struct ys_draft_file *file);
#define YS_DRAFT_FILE_SCOPED __attribute__((cleanup(ys_draft_file_clear))) struct ys_draft_file

/* NULL without memory. The caller owns it. */
json_t *ys_draft_record_json(const struct ys_written *written);
/* Reads the record; its kind is known, the body is its note's and has no field that is not known here,
 * so that what is shown is what is signed. `signer` is left empty. */
YS_CHECKED enum ys_code ys_draft_record_read(const json_t *json, struct ys_written *out,
                                             struct ys_err *err);

YS_CHECKED enum ys_code ys_draft_file_save(const struct ys_written *records, size_t count,
                                           const char *path, struct ys_err *err);
/* All of one log. YS_MALFORMED for JSON that is no draft. */
YS_CHECKED enum ys_code ys_draft_file_parse(const json_t *json, struct ys_draft_file *out,
                                            struct ys_err *err);
/* Into `json`, which the caller releases: what the body says. */
YS_CHECKED enum ys_code ys_draft_body_json(const struct ys_written *written, json_t **out,
                                           struct ys_err *err);

#endif
