/* Until when a sealed value is kept (DOMAIN.md 5.7): counted from what the records say.
 *
 *     purpose     two years after the matter was closed
 *     ballots     one year after a sealed report first covered the result
 *     years_10, years_30   after the matter was closed
 *     permanent   for good
 *
 * Of a record without a matter the day of its signing stands for the closing. It erases nothing:
 * people decide. Threads: main. Memory: jansson's, for the days on which matters were closed. */
#ifndef YS_NODE_VAULT_RETENTION_H
#define YS_NODE_VAULT_RETENTION_H

#include "node/node.h"
#include "node/vault/vault.h"

#include <jansson.h>

/* "purpose", "ballots", "years_10", "years_30", "permanent". YS_USAGE. */
const char *ys_retention_word(enum ys_vault_retention retention);
YS_CHECKED enum ys_code ys_retention_parse(const char *text, enum ys_vault_retention *out,
                                           struct ys_err *err);
/* "legal_duty", "consent". YS_USAGE. */
const char *ys_basis_word(enum ys_vault_basis basis);
YS_CHECKED enum ys_code ys_basis_parse(const char *text, enum ys_vault_basis *out,
                                       struct ys_err *err);

/* What people say of a value; NULL where they say nothing: then it is kept by a duty of law, for its purpose. */
struct ys_vault_words {
    const char *basis, *retention, *keep_until, *purpose;
};
/* Into the tag. YS_USAGE with the option. */
YS_CHECKED enum ys_code ys_vault_words_read(const struct ys_vault_words *words,
                                            struct ys_vault_tag *tag, struct ys_err *err);

/* The own log, read once. */
struct ys_retention {
    struct ys_txn *txn; /* borrowed */
    json_t *closed;     /* matter: the day on which it was closed last */
};
YS_CHECKED enum ys_code ys_retention_init(struct ys_retention *retention, struct ys_txn *txn,
                                          struct ys_err *err);
void ys_retention_clear(struct ys_retention *retention);
#define YS_RETENTION_SCOPED __attribute__((cleanup(ys_retention_clear))) struct ys_retention

/* The last day on which it is kept; 0 while that is not known yet, or for good. */
YS_CHECKED enum ys_code ys_retention_until(const struct ys_retention *retention,
                                           const struct ys_vault_tag *tag, uint32_t *day_out,
                                           struct ys_err *err);

#endif
