/* What later records of the own log have done to one of its records: nothing, or one that is in force
 * itself has withdrawn, corrected or superseded it.
 *
 * By the rules of node/model (standing.c), but from the store alone, for who writes a further one: the
 * log is walked backwards to the record. What is withdrawn itself does nothing, nor does what the
 * verifier found bad, or what fewer bodies signed than the record. Threads: main. Memory: one list
 * during the call. */
#ifndef YS_NODE_OVERTAKEN_H
#define YS_NODE_OVERTAKEN_H

#include "sync/log.h"

enum ys_overtaken_how {
    YS_OVERTAKEN_NOT,
    YS_OVERTAKEN_WITHDRAWN,
    YS_OVERTAKEN_CORRECTED,
    YS_OVERTAKEN_SUPERSEDED /* by a record of its own kind */
};
struct ys_overtaken {
    enum ys_overtaken_how how;
    uint64_t index; /* of the record that did it: of several the first, which counts */
};

/* `index` is that of the record; YS_NOT_FOUND when the own log has no such one. */
YS_CHECKED enum ys_code ys_overtaken_find(struct ys_txn *txn, uint64_t index,
                                          struct ys_overtaken *out, struct ys_err *err);

/* The classes of bodies of `unit` under whose names a note has lines. */
unsigned ys_note_bodies(const struct ys_note *note, const struct ys_division *unit);

#endif
