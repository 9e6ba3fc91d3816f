/* What the files of the scrub share: scrub.c walks the logs, scrub_tables.c the
 * tables that span them. Nobody else includes this. */
#ifndef YS_NODE_SCRUB_TABLES_H
#define YS_NODE_SCRUB_TABLES_H

#include "crypto/tile.h"
#include "node/scrub.h"
#include "sync/tiles.h"

enum { YS_TILES_DEEP = YS_TILE_LEVELS };

struct ys_scrub {
    const struct ys_scrub_options *options;
    uint64_t problems;
    uint64_t entries;      /* read so far */
    uint64_t positions;    /* that "byid" must have */
    uint64_t membership;   /* rows that "member" must have */
    uint64_t redactions;   /* rows that "redaction" must have */
    struct ys_err why;     /* of the last look at another table */
    struct ys_err failure; /* set: the store cannot be read; nothing can be found any more */
};

/* Say one finding. */
void ys_scrub_find(struct ys_scrub *scrub, const char *where, const char *format, ...)
    YS_PRINTF(3, 4);
/* Is an entry in "byid" and, if it must be, in "member"? */
enum ys_code ys_scrub_indexes(struct ys_scrub *scrub, struct ys_txn *txn, const struct ys_log *log,
                              uint64_t index, struct ys_bytes text, bool membership,
                              struct ys_err *err);
/* A tombstone, or what redactions say of an entry: is there one behind it, and is it carried out? And has
 * a redaction its rows? */
enum ys_code ys_scrub_erasure(struct ys_scrub *scrub, struct ys_txn *txn, const struct ys_log *log,
                              uint64_t index, const struct ys_entry *entry, struct ys_err *err);
enum ys_code ys_scrub_redactions(struct ys_scrub *scrub, struct ys_txn *txn, struct ys_err *err);
/* What a table's row is checked by; bytes are valid during the call. */
typedef void ys_scrub_row(struct ys_scrub *scrub, struct ys_txn *txn, struct ys_bytes key,
                          struct ys_bytes value, void *context);
enum ys_code ys_scrub_each(struct ys_scrub *scrub, struct ys_txn *txn, enum ys_db db,
                           ys_scrub_row *check, void *context, struct ys_err *err);
/* Rows of every table that belong to nothing, and those that are missing. */
enum ys_code ys_scrub_tables(struct ys_scrub *scrub, struct ys_err *err);

#endif
