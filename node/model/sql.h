/* A SQLite database as the read model uses it: the only file that knows SQLite.
 *
 * What lies in it is derived and disposable; LMDB holds the truth. A commit survives
 * the end of the process at any moment; after a power failure the last ones may be
 * missing, and are made again. Of what was written in haste anything may be missing
 * then, and the file may be damaged without a sign of it.
 *
 * Threads: one at a time a connection; several connections, of several processes,
 * may be open. Memory: text and blobs of a row are valid until the next step. */
#ifndef YS_NODE_MODEL_SQL_H
#define YS_NODE_MODEL_SQL_H

#include "crypto/bytes.h"
#include "crypto/err.h"
#include "crypto/hash.h"

struct ys_sql;
struct ys_query;

/* Opens or makes the file. YS_CORRUPT when it is no database. A second writer waits `busy_ms`. */
YS_CHECKED enum ys_code ys_sql_open(const char *path, int busy_ms, struct ys_sql **out,
                                    struct ys_err *err);
/* Copy into one in memory what stands in a file that may lie where nothing can be written. On failure `sql` is
 * good for nothing but to be closed. */
YS_CHECKED enum ys_code ys_sql_take(struct ys_sql *sql, const char *path, struct ys_err *err);
/* Statements must be gone. NULL is allowed. */
void ys_sql_close(struct ys_sql *sql);

/* From now on write each page once and wait for no disk. Everything before is on the disk. Left undone
 * where another connection stands in the way: `haste_out` says whether it was done. */
YS_CHECKED enum ys_code ys_sql_hurry(struct ys_sql *sql, bool *haste_out, struct ys_err *err);
/* Write carefully again: with the next commit all that was written in haste is on the disk. */
YS_CHECKED enum ys_code ys_sql_calm(struct ys_sql *sql, struct ys_err *err);
/* Let readers and a writer not wait for each other, unless somebody is in the way. Not in haste. */
YS_CHECKED enum ys_code ys_sql_share(struct ys_sql *sql, struct ys_err *err);

/* Statements without values or rows. YS_BUSY when another writer did not end in time. */
YS_CHECKED enum ys_code ys_sql_run(struct ys_sql *sql, const char *text, struct ys_err *err);
/* Commit when `code` is YS_OK, else roll back what is open; the code that matters. */
YS_CHECKED enum ys_code ys_sql_end(struct ys_sql *sql, enum ys_code code, struct ys_err *err);
/* Is a transaction open? */
bool ys_sql_in_transaction(const struct ys_sql *sql);
/* How many rows the last statement that was run has changed. */
int64_t ys_sql_changes(const struct ys_sql *sql);

/* One call of a function of ours; arguments by place from 0, valid during the call. Without a `give`
 * the value is NULL. */
struct ys_sql_call;
bool ys_sql_call_is_null(const struct ys_sql_call *call, int at);
int64_t ys_sql_call_int(const struct ys_sql_call *call, int at);
struct ys_bytes ys_sql_call_text(const struct ys_sql_call *call, int at);
void ys_sql_call_give_int(struct ys_sql_call *call, int64_t value);
void ys_sql_call_give_text(struct ys_sql_call *call, struct ys_bytes value); /* is copied */
/* A function of `count` arguments for statements and views. What it gives follows from its arguments and
 * from `context`, which must not change while a statement runs. */
YS_CHECKED enum ys_code ys_sql_function(struct ys_sql *sql, const char *name, int count,
                                        void (*run)(void *context, struct ys_sql_call *call),
                                        void *context, struct ys_err *err);

/* One statement, prepared for many runs. Its plan does not look at the values: what a partial index wants (subject
 * <> '-') must stand in the text. */
YS_CHECKED enum ys_code ys_query_open(struct ys_sql *sql, const char *text, struct ys_query **out,
                                      struct ys_err *err);
/* The same, faster, of one that is closed before many others are opened: it lies in the room that the connection
 * keeps for what is short-lived. */
YS_CHECKED enum ys_code ys_query_open_briefly(struct ys_sql *sql, const char *text,
                                              struct ys_query **out, struct ys_err *err);
void ys_query_close(struct ys_query *query);
/* Closed at the end of its scope. */
void ys_query_end(struct ys_query **query);
#define YS_QUERY_SCOPED __attribute__((cleanup(ys_query_end))) struct ys_query *

/* Values, by place from 1; they stay until set again. Text and blobs are borrowed until the run ends. */
void ys_query_set_int(struct ys_query *query, int at, int64_t value);
void ys_query_set_text(struct ys_query *query, int at, struct ys_bytes value);
/* A short text that is copied. */
void ys_query_set_word(struct ys_query *query, int at, const char *word);
void ys_query_set_blob(struct ys_query *query, int at, struct ys_bytes value);
void ys_query_set_null(struct ys_query *query, int at);

/* To the next row; `row_out` false when there is none, and the query can be run again. */
YS_CHECKED enum ys_code ys_query_step(struct ys_query *query, bool *row_out, struct ys_err *err);
/* End a run before its last row. A text that could not be made of a column is found by a step, not here. */
void ys_query_reset(struct ys_query *query);
/* A run whose rows nobody wants. */
YS_CHECKED enum ys_code ys_query_run(struct ys_query *query, struct ys_err *err);

/* Columns of the row, from 0. */
int ys_query_columns(const struct ys_query *query);
bool ys_query_is_null(struct ys_query *query, int at);
int64_t ys_query_int(struct ys_query *query, int at);
struct ys_bytes ys_query_text(struct ys_query *query, int at);
/* A terminated copy; one that does not fit is cut at a whole character, and the answer is false. */
bool ys_query_copy(struct ys_query *query, int at, char *out, size_t size);
struct ys_bytes ys_query_blob(struct ys_query *query, int at);
/* False, and `out` stays as it was: it is not as long as a hash, or NULL. */
bool ys_query_hash(struct ys_query *query, int at, struct ys_hash *out);

#endif
