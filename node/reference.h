/* What a record refers to, and what it is about: checked against the store before it
 * is written (kind.h says what is required).
 *
 * A record names others by their ids; people name them also by CODE:INDEX or by the
 * beginning of an id. Whether what is named still holds, or came in time, is asked by
 * the rules. Threads: main. Memory: jansson's. */
#ifndef YS_NODE_REFERENCE_H
#define YS_NODE_REFERENCE_H

#include "node/author.h"

#include <jansson.h>

/* In a draft's JSON: each text under refs[].record and acknowledgement.relayed[].record that is no id in
 * base64 is looked up, as
 * ys_exhibit_find does, and replaced. YS_NOT_FOUND, YS_USAGE or YS_MALFORMED with the path. */
YS_CHECKED enum ys_code ys_reference_resolve(struct ys_txn *txn, json_t *record,
                                             struct ys_err *err);

/* May the own unit write this record, signed by the classes in `signed_by`?
 * - Its subject is none, a matter's number, or either, as the kind says; the matter is one of the unit or
 *   below it (an acknowledgement may be of any: matters of several communities). Divisions in it are too.
 * - Every record that it names is held here, of a kind that may be named so, and of a unit above or
 *   below; those that are required are there, and of the same matter. With a reason for late entry the
 *   first record of a matter may do without: what came before happened before the log began.
 * - What answers a record is written by whoever the kind says; whom a finding names is asked by R-G-02.
 * - What changes a record of the own log is signed by those who signed that, and a correction's new
 *   content is good. What is corrected or withdrawn is in force (overtaken.h); a correction may be
 *   withdrawn, and a corrected record too.
 * - A street that records what a department answered attaches it.
 * - A rule parameter holds from the day of its signing at the earliest.
 * YS_REFUSED, YS_DENIED, YS_NOT_FOUND or YS_MALFORMED. Kinds that the node writes pass. */
YS_CHECKED enum ys_code ys_reference_check(const struct ys_node *node, struct ys_txn *txn,
                                           const struct ys_written *written, unsigned signed_by,
                                           struct ys_err *err);

#endif
