/* What the checks of tables share: walking over rows, and saying what is wrong with one.
 * scrub_tables.c and scrub_redactions.c alone include this. */
#ifndef YS_NODE_AUDIT_SCRUB_ROWS_H
#define YS_NODE_AUDIT_SCRUB_ROWS_H

#include "node/audit/scrub.h"

struct ys_look {
    const struct ys_scrub_options *options;
    struct ys_flaws *flaws;
    struct ys_err why;     /* of the last look at another table */
    struct ys_err failure; /* set: the store cannot be read; nothing can be found any more */
};

#define YS_LOOK_FIND(look, table, ...) ys_look_find(look, YS_FLAW_ROW, table, __VA_ARGS__)
void ys_look_find(struct ys_look *look, enum ys_flaw_kind kind, const char *where,
                  const char *format, ...) YS_PRINTF(4, 5);

/* Called for each row; bytes are valid during the call. */
typedef void ys_look_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                         struct ys_bytes value, void *context);
enum ys_code ys_look_each(struct ys_look *look, struct ys_txn *txn, enum ys_db db,
                          ys_look_row *check, void *context, struct ys_err *err);

/* The tables of erasures and of absent contents; how many rows "redaction" has. */
enum ys_code ys_scrub_redactions(struct ys_look *look, struct ys_txn *txn, uint64_t *rows_out,
                                 struct ys_err *err);

#endif
