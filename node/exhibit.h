/* A record as it is shown: what its note says, who signed, what the signatures are
 * worth, and since when street and district have held it.
 *
 * Reads the store; shows what it finds, also of a record that is bad. A verdict that
 * is not stored yet is found out here. Threads: main. Memory: a JSON object for the
 * body, if asked for. */
#ifndef YS_NODE_EXHIBIT_H
#define YS_NODE_EXHIBIT_H

#include "node/erase/told.h"
#include "node/node.h"
#include "proto/json.h"
#include "sync/heads.h"
#include "sync/status.h"

enum { YS_EXHIBIT_SIGNERS_MAX = 16 };

struct ys_exhibit {
    struct ys_log log;
    uint64_t index;
    bool readable; /* the note follows the format: record and id are set */
    struct ys_record record;
    struct ys_hash id;
    const struct ys_kind *kind; /* NULL when unknown to this version */
    enum ys_verdict verdict;
    struct ys_err why; /* the reason, for a verdict that is not ok */
    enum ys_content content;
    size_t signer_count;
    /* "rc" for a body of the log's own unit, "root", "node" for the log's key; else the whole name */
    char signer[YS_EXHIBIT_SIGNERS_MAX][YS_KEY_NAME_MAX + 1];
    bool has_street, has_district; /* receipts that cover this entry: the earliest of each */
    struct ys_receipt street, district;
    size_t told_count; /* what was erased of it, or asked to be */
    struct ys_told told[YS_TOLD_MAX];
    /* NULL unless asked for, here, and of a known kind; a correction's replacement as what it says, not as bytes */
    json_t *body;
    json_t *
        attachments; /* what show finds out of them: attachment/listing.h; NULL: none, or not asked */
};
void ys_exhibit_clear(struct ys_exhibit *exhibit);
#define YS_EXHIBIT_SCOPED __attribute__((cleanup(ys_exhibit_clear))) struct ys_exhibit

/* `txn` is of ys_node_read, or begun after the membership was rebuilt. YS_NOT_FOUND behind the end of the log. */
YS_CHECKED enum ys_code ys_exhibit_load(const struct ys_node *node, struct ys_txn *txn,
                                        const struct ys_log *log, uint64_t index, bool with_body,
                                        struct ys_exhibit *out, struct ys_err *err);

/* The position that people mean by a record id in hex, at least its first 8 digits, or by
 * CODE:INDEX. YS_NOT_FOUND; YS_USAGE when it is neither, or means several records. */
YS_CHECKED enum ys_code ys_exhibit_find(struct ys_txn *txn, const char *text,
                                        struct ys_log *log_out, uint64_t *index_out,
                                        struct ys_err *err);

/* The mirror keys that give an entry of this log its receipts; NULL where there is none. A street's
 * receipt is for the logs of its communities, a district's for all but its own. */
struct ys_witnesses {
    const struct ys_vkey *street, *district;
};
struct ys_witnesses ys_witnesses_of(const struct ys_node *node, const struct ys_name *origin);

#endif
