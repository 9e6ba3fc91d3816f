/* The writer thread: takes what is queued, carries it out in one transaction, and
 * hands back the results. It never waits for anything but work.
 *
 * Threads: put, take and close from any; the results of one take are in the order
 * of the commits. Memory: owns the changes given to it. */
#ifndef YS_NODE_COMMITTER_H
#define YS_NODE_COMMITTER_H

#include "sync/change.h"

struct ys_committer;

/* Borrows store and keys until close. */
YS_CHECKED enum ys_code ys_committer_open(const struct ys_store *store,
                                          const struct ys_node_keys *keys,
                                          struct ys_committer **out, struct ys_err *err);
/* Carries out what is queued, then ends the thread. NULL is allowed. */
void ys_committer_close(struct ys_committer *committer);
/* Queue a change; it is taken. */
void ys_committer_put(struct ys_committer *committer, struct ys_change *change);
/* Readable when results wait. */
int ys_committer_fd(const struct ys_committer *committer);

/* Results of committed groups, oldest first, at most `capacity`; 0 when none wait. */
size_t ys_committer_take(struct ys_committer *committer, struct ys_change_result *out,
                         size_t capacity);
/* Bytes of entries queued and not committed. */
uint64_t ys_committer_backlog(struct ys_committer *committer);
/* What the store last failed with, YS_OK while it works. With YS_FULL the group is tried again every
 * second; with any other code the thread has stopped and the node must end. */
enum ys_code ys_committer_trouble(struct ys_committer *committer, struct ys_err *err);
/* Commits so far. */
uint64_t ys_committer_commits(struct ys_committer *committer);

#endif
