/* Which attachments should be here, and which are.
 *
 * What the records name stands in the read model; what lies in the folder is a fact of
 * this node, kept beside it (table node_attachment) so that rules can ask for it.
 * Threads: the model's. Memory: heap. */
#ifndef YS_NODE_ATTACHMENT_SURVEY_H
#define YS_NODE_ATTACHMENT_SURVEY_H

#include "node/model/model.h"
#include "proto/division.h"
#include "sync/blob.h"

/* Bring node_attachment up to the folder. Of few files all are looked at, of many only those that were
 * missing, unless `whole`. */
YS_CHECKED enum ys_code ys_attachment_survey(struct ys_model *model, const struct ys_blobs *blobs,
                                             bool whole, struct ys_err *err);

/* One content that a record of one log names and that should be here; sorted by hash. */
struct ys_attachment_due {
    struct ys_hash hash;
    uint64_t size;
    int64_t record; /* its number in the model: older ones first */
    struct ys_division division;
    bool here;
};
struct ys_attachment_index {
    struct ys_attachment_due *due;
    size_t count;
};
YS_CHECKED enum ys_code ys_attachment_index(struct ys_model *model, struct ys_attachment_index *out,
                                            struct ys_err *err);
void ys_attachment_index_clear(struct ys_attachment_index *index);
/* The first entry of this hash; those that follow may be of it, too. NULL when there is none. */
struct ys_attachment_due *ys_attachment_find(const struct ys_attachment_index *index,
                                             const struct ys_hash *hash);

/* Of the replicated contents, each once: how many are here, and how many are not. */
struct ys_attachment_sums {
    uint64_t here, here_bytes, missing, missing_bytes;
};
/* `matter`: its number, or NULL for all. */
YS_CHECKED enum ys_code ys_attachment_sum(struct ys_model *model, const char *matter,
                                          struct ys_attachment_sums *out, struct ys_err *err);

#endif
