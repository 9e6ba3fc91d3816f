/* Evidence of a matter for an outsider: a folder (README.zh.md says what is in it) and
 * the same as one archive.
 *
 * Threads: main. Memory: heap while it works. */
#ifndef YS_NODE_EVIDENCE_EVIDENCE_H
#define YS_NODE_EVIDENCE_EVIDENCE_H

#include "node/dossier.h"

struct ys_evidence_options {
    const struct ys_node *node; /* its membership is recalled */
    const struct ys_dossier *dossier;
    const char *folder;  /* made; YS_EXISTS when it is there */
    const char *archive; /* replaced */
    uint64_t now_s;
};
struct ys_evidence_made {
    size_t records, membership, keys, unproven; /* unproven: under no signed head yet */
};

/* YS_NOT_FOUND when none of the records can be proven yet. What was begun of the folder goes when it fails. */
YS_CHECKED enum ys_code ys_evidence_write(const struct ys_evidence_options *options,
                                          struct ys_evidence_made *made_out, struct ys_err *err);

#endif
