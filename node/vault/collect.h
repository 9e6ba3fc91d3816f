/* What became of what was sealed: it stands in a record, it waits in a draft, or nobody
 * has it any more and it is erased.
 *
 * Only what was sealed for a draft of this home, stands in no draft and no record, and never
 * stood in a record is collected; and nothing as long as the own log is being recovered, or a
 * draft cannot be read. Threads: main. Memory: heap. */
#ifndef YS_NODE_VAULT_COLLECT_H
#define YS_NODE_VAULT_COLLECT_H

#include "node/sheet.h"
#include "node/vault/sealed_list.h"
#include "node/vault/vault.h"

/* Tell the vault of the records of the own log that hold what it has; then erase what nobody has.
 * `erased_out`: how many. */
YS_CHECKED enum ys_code ys_vault_collect(const struct ys_node *node, struct ys_vault *vault,
                                         size_t *erased_out, struct ys_err *err);
/* The same for all commitments of a record that was just written; values that lie elsewhere are passed
 * by. */
YS_CHECKED enum ys_code ys_vault_keep(const struct ys_vault *vault, const struct ys_hash *record,
                                      const struct ys_sealed_list *list, struct ys_err *err);

#endif
