/* The read model: a SQLite file beside the store, made from the logs and from nothing
 * else, for questions that need more than one record (DESIGN.md 7).
 *
 * Every committed entry is folded with its verdict; contents are there of records
 * whose verdict is ok. How far each log was folded is kept in the same transaction
 * as the rows: a killed process leaves it complete, only behind. What lies in it
 * depends on the logs alone, not on the order in which they came. It decides
 * nothing: LMDB is the only truth, and the file may be deleted at any time.
 *
 * Several processes may open and fold it; one writes at a time. Threads: one a
 * model. Memory: heap. */
#ifndef YS_NODE_MODEL_MODEL_H
#define YS_NODE_MODEL_MODEL_H

#include "node/model/sql.h"
#include "proto/body.h"
#include "sync/member.h"

struct ys_model;

/* Opens the file, makes it if it is missing, and makes it anew when it is of another store, of another
 * version of the schema or of the record kinds, or damaged. Path ":memory:" without a store: one in which
 * nothing stands, gone when it is closed. */
YS_CHECKED enum ys_code ys_model_open(const char *path, const struct ys_store *store,
                                      struct ys_model **out, struct ys_err *err);
/* In memory, beginning with what stands in the file: for a disk on which nothing can be written. What cannot be
 * read there, or is not of this store and version, is left, and the model begins from nothing. */
YS_CHECKED enum ys_code ys_model_open_apart(const char *path, const struct ys_store *store,
                                            struct ys_model **out, struct ys_err *err);
void ys_model_close(struct ys_model *model);
/* To ask questions. Valid until the model is closed. */
struct ys_sql *ys_model_sql(struct ys_model *model);
/* Forget everything: the next fold begins from nothing. */
YS_CHECKED enum ys_code ys_model_clear(struct ys_model *model, struct ys_err *err);

/* Does the file hold in unused pages what was erased by law since? */
YS_CHECKED enum ys_code ys_model_is_clean(struct ys_model *model, bool *out, struct ys_err *err);
/* Write the file anew from its rows, unless it is clean. Rules must have followed before (rules.h): their
 * rows are in it. YS_BUSY while others read: later. */
YS_CHECKED enum ys_code ys_model_clean(struct ys_model *model, struct ys_err *err);

struct ys_fold_options {
    const struct ys_store *store;
    const struct ys_member *member; /* judges what was not judged yet; NULL: that stays unchecked */
    size_t batch;                   /* entries a transaction; 0: as many as suit */
    /* Told after each transaction. NULL: nobody. */
    void (*progress)(void *context, uint64_t folded, uint64_t total);
    void *context;
};
/* Fold one transaction's worth. `more_out`: call again. */
YS_CHECKED enum ys_code ys_model_fold(struct ys_model *model, const struct ys_fold_options *options,
                                      bool *more_out, struct ys_err *err);
/* Fold until the model shows all that the store held when the last transaction began. */
YS_CHECKED enum ys_code ys_model_catch_up(struct ys_model *model,
                                          const struct ys_fold_options *options,
                                          struct ys_err *err);

/* The whole body that a correction puts in the place of another's, in the arena; NULL when it holds none. */
const Yishi__V1__Body *ys_correction_replacement(const Yishi__V1__Body *correction,
                                                 struct ys_arena *arena);

#endif
