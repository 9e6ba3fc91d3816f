/* The salted commitment to a value that stays at home (FORMATS.md 19.1).
 *
 *     SHA-256( "yishi/sealed/v1" LF kind LF slot LF || salt[32] || value )
 *
 * Who has value and salt can prove what was sealed; who has the commitment alone
 * can try no value, also when there are only few that it may be. The same of a
 * whole file, whose slot is YS_SLOT_ATTACHMENT. Threads: any. Memory: none. */
#ifndef YS_NODE_VAULT_COMMITMENT_H
#define YS_NODE_VAULT_COMMITMENT_H

#include "crypto/err.h"
#include "crypto/hash.h"

enum { YS_SEAL_SALT_LEN = 32, YS_SEAL_WORD_MAX = 64 };

/* What stands for the slot of an attachment that is not replicated: its hash in the record is the
 * commitment to the file. */
#define YS_SLOT_ATTACHMENT "attachment"

/* [a-z0-9._-]{1,64}: what kind and slot must be, so that nothing can be moved from one to the other. */
bool ys_commitment_word_valid(const char *word);

/* Plain value; wipe it, since it has seen the value. */
struct ys_commitment {
    struct ys_sha256 state;
};
/* Asserts valid words. */
void ys_commitment_begin(struct ys_commitment *making, const char *kind, const char *slot,
                         const uint8_t salt[YS_SEAL_SALT_LEN]);
void ys_commitment_add(struct ys_commitment *making, struct ys_bytes part);
void ys_commitment_end(struct ys_commitment *making, struct ys_hash *out);

/* All at once. */
void ys_commitment_of(const char *kind, const char *slot, const uint8_t salt[YS_SEAL_SALT_LEN],
                      struct ys_bytes value, struct ys_hash *out);

#endif
