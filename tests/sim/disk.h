/* Checks on what a commit left on a node's disk, and the memory of what stood there
 * before: logs, heads and receipts never go back, entries are those that their
 * owner wrote, a cosignature covers what is durable and no second history.
 *
 * Threads, memory: none. */
#ifndef YS_TESTS_SIM_DISK_H
#define YS_TESTS_SIM_DISK_H

#include "tests/sim/run.h"

/* A group of changes is on the disk. */
void disk_committed(void *run, int node, struct ys_change *const *changes,
                    const struct ys_change_result *results, size_t count);
/* The node's whole disk was replaced: what stands there now is the new beginning. */
void disk_replaced(struct run *run, int node);
/* The owner has written a record. */
void disk_published(struct run *run, int owner, const struct scribe_record *record, bool waits);
/* Everything that this node has of this log, from its first entry. */
void disk_check_log(struct run *run, int node, int owner);
/* The rogue's new store is its second history. */
void disk_forked(struct run *run, int rogue);

#endif
