/* A sample of records that the audited cannot foresee and the auditor cannot steer.
 *
 * The auditor makes a secret nonce and has the district publish a commitment to it. The first
 * `receipts` record of the district behind that commitment, which tells what hundreds of units did
 * meanwhile, is the other half of the seed: nobody knows both before it stands there, and
 * nobody can change either afterwards. What is drawn from are the logs as the district had
 * cosigned them up to there, so everybody who holds its log draws the same (FORMATS.md, "Audit
 * sample").
 *
 * Threads: main. Memory: heap, freed with the sample. */
#ifndef YS_NODE_AUDIT_SAMPLE_H
#define YS_NODE_AUDIT_SAMPLE_H

#include "node/audit/claims.h"
#include "node/audit/flaw.h"
#include "sync/member.h"

enum { YS_NONCE_LEN = 32, YS_SAMPLE_MAX = 100000, YS_COMMITMENT_TEXT_MAX = 96 };

/* One record that was drawn. */
struct ys_drawn {
    const char *origin; /* of the log; valid while the sample is */
    uint64_t index;
    bool here;         /* else the three below are empty */
    struct ys_hash id; /* of the record */
    char kind[YS_KIND_NAME_MAX + 1], subject[YS_KIND_NAME_MAX + 1];
    struct ys_flaws flaws;
};

struct ys_sample {
    struct ys_hash commitment; /* record of the commitment */
    uint64_t commitment_index; /* in the district's log */
    unsigned
        commitments_before; /* others that stand there before it: who commits often may choose */
    struct ys_hash beacon;  /* the receipts record */
    uint64_t beacon_index;
    struct ys_hash seed;
    struct ys_claims logs; /* what is drawn from, by origin */
    uint64_t population;   /* entries in them */
    struct ys_drawn *drawn;
    size_t count;
};

/* What the commitment's record says as its purpose. */
void ys_commitment_print(const uint8_t nonce[YS_NONCE_LEN], char out[YS_COMMITMENT_TEXT_MAX]);

/* Draw `count` records, at most as many as there are, and check each: that it is under the root that the
 * district cosigned, its signatures, its content. YS_NOT_FOUND while the commitment or the record behind it is
 * not in the district's log held here, YS_LIMIT. The membership is rebuilt. */
YS_CHECKED enum ys_code ys_sample_draw(const struct ys_store *store, const struct ys_member *member,
                                       const uint8_t nonce[YS_NONCE_LEN], size_t count,
                                       struct ys_sample *out, struct ys_err *err);
void ys_sample_clear(struct ys_sample *sample);

#endif
