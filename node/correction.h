/* Corrections (更正): what a corrected record says now, and what changed.
 *
 * A person writes the whole new content, as JSON under `replacement`; the list of
 * changes is made here, from the record that it supersedes, which must be held. Each
 * change has the path of a value, its new text, and a hash of the old one that says
 * nothing without the old record's salt (FORMATS.md 6.12). Threads: main. Memory:
 * jansson's. */
#ifndef YS_NODE_CORRECTION_H
#define YS_NODE_CORRECTION_H

#include "node/author.h"

/* In the JSON of a draft: a `replacement` that is an object becomes bytes, and `changes` the list of what
 * it changes, whatever stood there. References have been resolved (reference.h). Any other draft passes.
 * YS_NOT_FOUND when the superseded record or its content is not here, YS_MALFORMED when nothing or too
 * much changed. */
YS_CHECKED enum ys_code ys_correction_fill(struct ys_txn *txn, json_t *record, struct ys_err *err);

/* Do the changes of this correction lead from the old content to the new? YS_MALFORMED. */
YS_CHECKED enum ys_code ys_correction_check(const Yishi__V1__Body *old,
                                            const Yishi__V1__Correction *correction,
                                            struct ys_err *err);

/* A draft that corrects the record of this id: its content to be changed, no salt. The caller owns it. */
YS_CHECKED enum ys_code ys_correction_begin(struct ys_txn *txn, const struct ys_hash *id,
                                            json_t **replacement_out, struct ys_err *err);

#endif
