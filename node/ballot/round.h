/* The records of an evaluation as they stand in a log that is held here, or in a proof bundle: the round, and the result
 * that rests on it.
 *
 * Threads: main. Memory: an arena each. */
#ifndef YS_NODE_BALLOT_ROUND_H
#define YS_NODE_BALLOT_ROUND_H

#include "node/node.h"
#include "proto/arena.h"
#include "proto/ballot.h"

/* A record that was read. */
struct ys_read_record {
    struct ys_arena arena;
    struct ys_record record;
    struct ys_hash id;
    uint64_t index;
    const Yishi__V1__Body *body;
};
void ys_read_record_clear(struct ys_read_record *record);
#define YS_READ_RECORD_SCOPED __attribute__((cleanup(ys_read_record_clear))) struct ys_read_record

/* What `name` means (ys_exhibit_find), of this kind (NULL: of any). YS_USAGE for another kind, YS_NOT_FOUND also when its
 * content is not here. */
YS_CHECKED enum ys_code ys_read_record_find(const struct ys_node *node, const char *name,
                                            const char *kind, struct ys_read_record *out,
                                            struct ys_err *err);
/* Out of a proof bundle, whose every signature is checked under the root file. */
YS_CHECKED enum ys_code ys_read_record_prove(const char *bundle_path, const char *root_path,
                                             struct ys_read_record *out, struct ys_err *err);

/* The round; YS_DENIED for one of another log than the own one. */
YS_CHECKED enum ys_code ys_round_find(const struct ys_node *node, const char *name,
                                      struct ys_read_record *out, struct ys_ballot_round *round_out,
                                      struct ys_err *err);
/* The last result in the own log that rests on the round and names this ballot_root. YS_NOT_FOUND when it is not
 * published yet. */
YS_CHECKED enum ys_code ys_round_result(const struct ys_node *node,
                                        const struct ys_read_record *round,
                                        const struct ys_hash *root, struct ys_read_record *out,
                                        struct ys_err *err);
/* Is it the result of that round? YS_MALFORMED with what it is instead. */
YS_CHECKED enum ys_code ys_round_owns(const struct ys_ballot_round *round,
                                      const struct ys_read_record *result, struct ys_err *err);

#endif
