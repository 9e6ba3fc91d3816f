/* What the fold takes from one entry of the store: its record, who signed it, its decoded body.
 *
 * Entries are read in batches, as errands. Puts nothing into tables and decides nothing
 * beyond the verdict.
 *
 * Threads: as errand.h. Memory: bytes are valid until the transaction ends, bodies until the batch is
 * sent again or cleared. */
#ifndef YS_NODE_MODEL_INTAKE_H
#define YS_NODE_MODEL_INTAKE_H

#include "node/model/errand.h"
#include "proto/body.h"
#include "sync/member.h"
#include "sync/status.h"

struct ys_intake {
    struct ys_entry entry;
    struct ys_record record;
    struct ys_hash id;
    bool readable;
    bool later; /* the batch had no room for its body: it must be read alone */
    enum ys_verdict verdict;
    unsigned signers; /* enum ys_body_class */
    bool impersonal;  /* nothing in the body looks like a number of a person */
    bool erased; /* its body gave way to a tombstone, and it is ok: it stays in force without one */
    const Yishi__V1__Body *body; /* NULL: not here, erased, not ok, or of an unknown kind */
};

/* The log that is read, and who may sign there. */
struct ys_intake_source {
    const struct ys_log *log;
    const struct ys_member *member; /* NULL: nobody is told, and nothing judged */
    size_t key_count;
    const struct ys_member_key *const *key; /* of the bodies of the log's unit */
};

/* Read one entry whose verdict in the store is `raw`. */
YS_CHECKED enum ys_code ys_intake_read(const struct ys_intake_source *source, struct ys_txn *txn,
                                       uint64_t index, enum ys_verdict raw, struct ys_arena *arena,
                                       struct ys_intake *out, struct ys_err *err);

/* The signers alone, as they are told of an entry whose verdict is ok; 0 when its note cannot be read. */
YS_CHECKED enum ys_code ys_intake_signers(const struct ys_intake_source *source, struct ys_txn *txn,
                                          uint64_t index, unsigned *out, struct ys_err *err);

/* A whole entry of a record that is only tried, with the text of its note: it counts as ok, signed by these. */
void ys_intake_take(struct ys_bytes text, const struct ys_entry *entry, unsigned signers,
                    struct ys_arena *arena, struct ys_intake *out);

enum { YS_INTAKE_BATCH = 16 };
struct ys_intake_batch {
    struct ys_errand errand;
    struct ys_intake_source source; /* borrowed until it was awaited */
    uint64_t first;
    size_t count;
    enum ys_verdict raw[YS_INTAKE_BATCH];
    struct ys_intake item[YS_INTAKE_BATCH];
    struct ys_arena arena;
};
void ys_intake_batch_init(struct ys_intake_batch *batch);
void ys_intake_batch_clear(struct ys_intake_batch *batch);

#endif
