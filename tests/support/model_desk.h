/* A federation's records, written at random, which arrive at one store in any order and are folded into its read
 * model: what tests of the model start from.
 *
 * Whatever is not under test fails the test. Memory: the caller's, until the desk is closed. */
#ifndef YS_TESTS_SUPPORT_MODEL_DESK_H
#define YS_TESTS_SUPPORT_MODEL_DESK_H

#include "node/model/model.h"
#include "tests/support/cast.h"
#include "tests/support/maker.h"

static const uint64_t model_desk_begin_s = 1764000000;
enum { MODEL_DESK_RECORDS = 120 };

/* One entry of a log, to be appended in any interleaving with those of other logs. */
struct model_leaf {
    enum cast_role role;
    struct scribe_record record;
};
struct model_desk {
    struct cast cast;
    struct maker maker;
    struct ys_member *member;
    struct model_leaf *leaf;
    size_t count;
    size_t enrolled[CAST_ROLES]; /* leaves that register keys, first of a log */
    struct ys_hash id[MODEL_DESK_RECORDS];
    size_t ids;
    const Yishi__V1__Body *body[MODEL_DESK_RECORDS]; /* of `id`, in the maker's arena */
    enum cast_role author[MODEL_DESK_RECORDS];
    bool free; /* the next record is of no matter */
};

/* Which entries get their verdict: all, a random part, those that have none; all, and some of the good a bad one. */
enum judged { JUDGE_ALL, JUDGE_SOME, JUDGE_NEW, JUDGE_WRONGLY };

/* Everybody is there, nothing is written. `name` names the seed's line. */
struct model_desk *model_desk_open(const char *name);
void model_desk_close(struct model_desk *desk);
/* A record more that arrives. */
void model_desk_keep(struct model_desk *desk, enum cast_role role,
                     const struct scribe_record *record);
/* A key of the unit; the kind's field in a body. */
const struct ys_signer *model_desk_signer(const struct model_desk *desk, enum cast_role role,
                                          unsigned body);
const ProtobufCFieldDescriptor *model_desk_kind(const char *name);
/* Random records of all kinds, that name each other. */
void model_desk_write_all(struct model_desk *desk);
/* `batch` records at a time (0: as it comes), once or until all are there. */
void model_desk_fold(struct model_desk *desk, struct ys_model *model, size_t batch, bool all);
/* The membership, from what has arrived. */
void model_desk_rebuild(struct model_desk *desk);
void model_desk_judge(struct model_desk *desk, struct rng *rng, enum judged which);
/* Heads of all logs, cosigned. */
void model_desk_keep_heads(struct model_desk *desk);
/* Everything arrives, in one of many orders, and is folded now and then on the way. */
void model_desk_arrive(struct model_desk *desk, struct ys_model *model, struct rng *rng);
/* The desk's model, in a file; to be closed. */
struct ys_model *model_desk_model(struct model_desk *desk);
/* A new store in which everything arrives; what the model then says. */
char *model_desk_tell(struct model_desk *desk, struct rng *rng);

#endif
