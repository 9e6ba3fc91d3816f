/* The thread that finds out for the daemon which attachments should be here: it brings
 * the read model up to the store, asks it, and once a day clears the folder of what
 * nobody names.
 *
 * Threads: ask and take from the network thread. Memory: heap. */
#ifndef YS_NODE_ATTACHMENT_LISTER_H
#define YS_NODE_ATTACHMENT_LISTER_H

#include "node/attachment/collect.h"
#include "node/attachment/survey.h"

struct ys_lister;

/* What one look gave. */
struct ys_listed {
    enum ys_code code; /* else: why not */
    struct ys_err err;
    struct ys_attachment_index index;
    bool collected;
    struct ys_collected removed;
};

/* Borrows store and roots until close. Rings `fd` (an eventfd, borrowed) when a result waits. */
YS_CHECKED enum ys_code ys_lister_open(const struct ys_home *home, const struct ys_store *store,
                                       const struct ys_root_chain *roots, int fd,
                                       struct ys_lister **out, struct ys_err *err);
/* Waits for a look that is under way. NULL is allowed. */
void ys_lister_close(struct ys_lister *lister);
/* Look again, now or after the look that is under way. `collect`: and clear away. */
void ys_lister_ask(struct ys_lister *lister, bool collect);
/* The newest result; false when none waits. The caller clears its index. */
bool ys_lister_take(struct ys_lister *lister, struct ys_listed *out);

#endif
