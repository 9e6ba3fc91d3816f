/* A store that was restored from a backup, and has not heard yet what happened since.
 *
 * What was erased by law meanwhile may still be in it. Until the node has on its disk all that its parent
 * told (a district: a child), contents that may be erased are given to nobody; they count as absent.
 *
 * Threads and memory as kv.h. */
#ifndef YS_SYNC_RESTORED_H
#define YS_SYNC_RESTORED_H

#include "sync/log.h"

YS_CHECKED enum ys_code ys_restored_get(struct ys_txn *txn, bool *out, struct ys_err *err);
/* Setting it also forgets how far peers were heard: they tell all again. */
YS_CHECKED enum ys_code ys_restored_set(const struct ys_store *store, bool restored,
                                        struct ys_err *err);
/* May this entry's body be gone elsewhere? */
bool ys_restored_holds_back(const struct ys_entry *entry);

#endif
