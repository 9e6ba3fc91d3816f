/* Scrub: recompute everything that the store holds and compare it with what is
 * written there, on all cores.
 *
 * LMDB has no checksums; leaf hashes, trees, signed heads and the redundancy of the
 * indexes are ours. Every entry and every row is looked at: a row that is not explained
 * by another one is a flaw, and so is one that is missing. Nothing is repaired, and
 * nothing that was noted before (verdicts, membership) is believed.
 *
 * Reads in short transactions, so that it can run beside a daemon: each log is looked
 * at as long as it was when the scrub began. Threads: the callbacks run in the caller's; the
 * membership is read by several. Memory: 3 KB a log, about 100 KB a piece, four pieces a core. */
#ifndef YS_NODE_AUDIT_SCRUB_H
#define YS_NODE_AUDIT_SCRUB_H

#include "node/audit/flaw.h"
#include "sync/member.h"
#include "sync/status.h"

/* One log, when it is done. */
struct ys_scrub_log {
    const struct ys_log *log;       /* as it was when the scrub began */
    uint64_t heads, cosignatures;   /* verified */
    uint64_t unknown_cosignatures;  /* of keys that the membership does not know: not checked */
    uint64_t verdicts[YS_VERDICTS]; /* recomputed */
    uint64_t absent_bodies, tombstones;
    uint64_t references, receipts; /* followed; with `deep` */
    uint64_t files;                /* of attachments, hashed again; with `deep` */
    uint64_t last_cosigned_s;      /* newest time under a head of it; 0 for none */
    /* The largest cosigned head above the entries that are here, and one who cosigned it; size 0: none. */
    uint64_t beyond_size, beyond_s;
    struct ys_division beyond_witness;
    struct ys_flaws *flaws; /* of this log, in the order of its entries */
};

/* What a deep scrub hears of beside a log; all NULL is allowed. In the order of the logs and entries. */
struct ys_scrub_hearing {
    /* A receipts record of a unit says that it cosigned this much of a log. */
    void (*receipt)(void *context, const struct ys_division *witness, const char *origin,
                    uint64_t size, uint64_t time_s);
    /* A record of the district that counts sets a parameter: its body is valid during the call. */
    void (*parameter)(void *context, const struct ys_name *origin, struct ys_bytes note,
                      struct ys_bytes body);
    /* A record that counts seals figures. */
    void (*figures)(void *context);
};

struct ys_scrub_options {
    const struct ys_store *store;
    const struct ys_member
        *member;       /* rebuilt by the caller; NULL: no root, signatures stay unchecked */
    uint32_t only_log; /* with `one` true */
    bool one;          /* this log alone; the tables that span logs are left out */
    bool deep;         /* follow references and receipts too, and name what is absent */
    const char
        *attachments; /* with `deep`: the folder of their files (sync/blob.h); NULL: do not look */
    unsigned threads; /* 0: one a core */
    void (*log_done)(void *context, struct ys_scrub_log *log);
    void (*tables_done)(void *context, struct ys_flaws *flaws);
    void (*progress)(void *context, uint64_t done, uint64_t total); /* entries; may be NULL */
    struct ys_scrub_hearing hearing;
    void *context;
};

/* YS_OK when it came to its end, with flaws or without. Any other code: the store could not be read to the
 * end. */
YS_CHECKED enum ys_code ys_scrub(const struct ys_scrub_options *options, struct ys_err *err);

#endif
