/* A piece of the scrub: a run of entries of one log and the heads that end in it, or
 * one table. Looked at by any thread, taken up in order by scrub.c. Nobody else
 * includes this. */
#ifndef YS_NODE_AUDIT_PIECE_H
#define YS_NODE_AUDIT_PIECE_H

#include "node/audit/scrub.h"
#include "node/audit/scrub_tables.h"
#include "node/audit/witnesses.h"
#include "proto/body.h"

enum {
    YS_PIECE_ENTRIES = 1024, /* divides YS_STATUS_CHUNK */
    YS_PIECE_KNOWN = 2048,   /* ids that are remembered */
};

/* What a deep piece heard; freed with the piece. */
struct ys_piece_heard {
    struct ys_piece_heard *next;
    uint64_t index;
    size_t note_size, body_size;
    uint8_t bytes[]; /* note, then body */
};

/* The tables that a piece may be about. */
enum ys_piece_table { YS_TABLE_NONE, YS_TABLE_BYID, YS_TABLE_REST };

struct ys_piece {
    const struct ys_scrub_options *options;
    const struct ys_begun *begun;
    const uint8_t *positions_key; /* NULL: look for each entry in "byid" */
    struct ys_log log;            /* as it was when the scrub began */
    uint64_t first;
    unsigned count;
    bool last; /* of its log */
    enum ys_piece_table table;

    /* what came of it */
    enum ys_code code; /* not YS_OK: the store could not be read */
    struct ys_err why;
    struct ys_flaws flaws;
    unsigned whole; /* entries from the first up to a hole */
    struct ys_hash leaf[YS_PIECE_ENTRIES];
    /* Ids of records that are here, by their first bytes: most refer to the same few. */
    struct ys_hash known[YS_PIECE_KNOWN];
    struct ys_scrub_log done;
    struct ys_scrub_sums sums; /* that the indexes must have; of a table's piece, that they have */
    struct ys_witnesses witnesses;
    struct ys_piece_heard *heard, **heard_last;
};

#define YS_PIECE_FLAW(piece, kind, ...) \
    ys_flaw_add(&(piece)->flaws, YS_FLAW_##kind, (piece)->log.origin_text, __VA_ARGS__)
#define YS_PIECE_FLAW_AT(piece, kind, index, ...) \
    ys_flaw_add_entry(&(piece)->flaws, YS_FLAW_##kind, (piece)->log.origin_text, index, __VA_ARGS__)

/* Remember that a record is here; is it remembered? */
void ys_piece_remember(struct ys_piece *piece, const struct ys_hash *id);
bool ys_piece_knows(const struct ys_piece *piece, const struct ys_hash *id);
/* The entries of the piece; then its heads. */
enum ys_code ys_piece_entries(struct ys_piece *piece, struct ys_txn *txn, struct ys_err *err);
enum ys_code ys_piece_heads(struct ys_piece *piece, struct ys_txn *txn, struct ys_err *err);
/* A tombstone, or what redactions say of an entry: is there one behind it, and is it carried out? */
enum ys_code ys_piece_erasure(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                              const struct ys_entry *entry, const struct ys_hash *id,
                              struct ys_bytes kind, struct ys_err *err);
/* References and receipts of one record whose lines and body are good. `body` is NULL where its kind is of a
 * later version. */
enum ys_code ys_piece_deep(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                           const struct ys_entry *entry, const struct ys_hash *id,
                           const Yishi__V1__Body *body, struct ys_err *err);
/* Files of its attachments that travel with it. */
enum ys_code ys_piece_files(struct ys_piece *piece, struct ys_txn *txn, uint64_t index,
                            const struct ys_hash *record, const Yishi__V1__Body *body,
                            struct ys_err *err);
/* Keep a record for the hearing. */
enum ys_code ys_piece_hear(struct ys_piece *piece, uint64_t index, const struct ys_entry *entry,
                           struct ys_err *err);

#endif
