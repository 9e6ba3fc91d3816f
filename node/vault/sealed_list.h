/* The commitments that stand in a record, or in a draft: which slot, of what kind.
 *
 * A correction has those of its new content, too, under the kind that it corrects; an
 * attachment that is not replicated is one under YS_SLOT_ATTACHMENT. Threads: main.
 * Memory: none kept. */
#ifndef YS_NODE_VAULT_SEALED_LIST_H
#define YS_NODE_VAULT_SEALED_LIST_H

#include "node/sheet.h"
#include "node/vault/commitment.h"

enum { YS_SEALED_MAX = 1280 };

struct ys_sealed_item {
    char kind[YS_SEAL_WORD_MAX + 1];
    char slot[YS_SEAL_WORD_MAX + 1];
    struct ys_hash commitment;
};
struct ys_sealed_list {
    size_t count;
    struct ys_sealed_item item[YS_SEALED_MAX];
};

/* Append what a body holds. A slot whose name is no word is passed by: nothing can be sealed under it. */
YS_CHECKED enum ys_code ys_sealed_list_add(struct ys_sealed_list *list, const Yishi__V1__Body *body,
                                           struct ys_err *err);
/* The same of bytes; a kind that is not known holds none that could be read. */
YS_CHECKED enum ys_code ys_sealed_list_add_bytes(struct ys_sealed_list *list, struct ys_bytes body,
                                                 struct ys_err *err);
/* Of the draft in this file, whether it is complete or not, bound or still being written. Messages name the
 * file. */
YS_CHECKED enum ys_code ys_sealed_list_add_draft(struct ys_sealed_list *list, const char *path,
                                                 struct ys_err *err);
bool ys_sealed_list_holds(const struct ys_sealed_list *list, const struct ys_hash *commitment);

#endif
