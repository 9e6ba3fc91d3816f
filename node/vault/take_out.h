/* A sealed file taken out: unlocked, written into the logbook, then written whole or not at all.
 *
 * Threads: main. Memory: the passphrase's and the key's, wiped. */
#ifndef YS_NODE_VAULT_TAKE_OUT_H
#define YS_NODE_VAULT_TAKE_OUT_H

#include "node/node.h"
#include "node/vault/vault.h"

struct ys_take_out {
    const char *out;     /* the new file: must not be there */
    const char *record;  /* what the logbook calls it */
    const char *purpose; /* YS_USAGE without */
    const struct ys_vault_key *key;
};
/* `size_out` is that of the content. YS_EXISTS when the file is there. */
YS_CHECKED enum ys_code ys_vault_take_out(const struct ys_vault *vault,
                                          const struct ys_hash *commitment,
                                          const struct ys_take_out *options, uint64_t *size_out,
                                          struct ys_err *err);

#endif
