/* What is sealed of records that were erased by law: key, salt and value are destroyed.
 *
 * Threads: main. Memory: heap during the call. */
#ifndef YS_NODE_ERASE_CARRY_SEALED_H
#define YS_NODE_ERASE_CARRY_SEALED_H

#include "node/vault/vault.h"
#include "sync/erasure.h"

/* In the vault that lies in `home`, a node's or a backup's; `txn` is of the node's store. With a `logbook`
 * each is written down there first. `count_out`: values that went. No vault: none. */
YS_CHECKED enum ys_code ys_carry_sealed(const struct ys_home *home, struct ys_txn *txn,
                                        const struct ys_home *logbook, size_t *count_out,
                                        struct ys_err *err);

#endif
