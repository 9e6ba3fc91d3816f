/* What people mean by "RECORD SLOT": the commitments of one slot of a record that is held here, or
 * of a draft.
 *
 * Threads: main. Memory: none kept. */
#ifndef YS_NODE_VAULT_SEALED_FIND_H
#define YS_NODE_VAULT_SEALED_FIND_H

#include "node/vault/sealed_list.h"

struct ys_sealed_place {
    bool is_draft;
    char name[YS_KIND_NAME_MAX + 1]; /* id of the record in hex, or number of the draft */
    struct ys_hash record;
    char subject[YS_KIND_NAME_MAX + 1]; /* of the record; "-" for none */
    struct ys_sealed_list list;
};
/* `word` as for `yishi show`, or the number of a draft. With a slot only those of it: YS_NOT_FOUND, with the
 * slots that there are, when there is none. `slot` NULL: all. */
YS_CHECKED enum ys_code ys_sealed_find(const struct ys_node *node, const char *word,
                                       const char *slot, struct ys_sealed_place *out,
                                       struct ys_err *err);
/* One of them: the only one, or the one that --nth names (from 1; 0: not given). YS_USAGE. */
YS_CHECKED enum ys_code ys_sealed_pick(const struct ys_sealed_place *place, uint64_t nth,
                                       const struct ys_sealed_item **out, struct ys_err *err);

#endif
