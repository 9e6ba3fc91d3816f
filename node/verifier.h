/* Worker threads that judge record signatures, at their leisure and on all cores.
 *
 * Entries are received, cosigned and forwarded before their signatures are
 * checked; views and figures use `ok` ones only. The verdicts go to the committer.
 *
 * Threads: all functions from the owner's. The membership is read while records are judged; the
 * owner holds the verifier while it changes it. */
#ifndef YS_NODE_VERIFIER_H
#define YS_NODE_VERIFIER_H

#include "node/committer.h"
#include "sync/verdict.h"

struct ys_verifier;

/* While entries wait for the writer nothing is judged, but no longer than this at a time. */
enum { YS_RECEIVE_FIRST_MS = 2000 };

struct ys_verifier_options {
    const struct ys_store *store;
    const struct ys_member *member;
    struct ys_committer *committer;
    unsigned threads; /* 0: one a core */
};
YS_CHECKED enum ys_code ys_verifier_open(const struct ys_verifier_options *options,
                                         struct ys_verifier **out, struct ys_err *err);
/* Gives up what is queued: it is found again at the next start. NULL is allowed. */
void ys_verifier_close(struct ys_verifier *verifier);

/* Which of the entries to judge: bits 1 << enum ys_verdict of what `status` says now. */
enum {
    YS_JUDGE_NEW = 1 << YS_VERDICT_UNCHECKED,
    YS_JUDGE_OPEN = 1 << YS_VERDICT_UNCHECKED | 1 << YS_VERDICT_UNKNOWN_KEY,
    YS_JUDGE_ALL = 15
};

/* Judge entries first .. first + count of a log. */
YS_CHECKED enum ys_code ys_verifier_put(struct ys_verifier *verifier, uint32_t log_id,
                                        uint64_t first, uint64_t count, unsigned which,
                                        struct ys_err *err);
/* When it returns nobody judges, all verdicts so far are queued, and none is begun until release: those
 * of another membership come behind them. It waits for one record a worker at most. */
void ys_verifier_hold(struct ys_verifier *verifier);
void ys_verifier_release(struct ys_verifier *verifier);
/* Entries queued or being judged. */
uint64_t ys_verifier_backlog(struct ys_verifier *verifier);

#endif
