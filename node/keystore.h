/* Key files of a home: the node's master, the bodies' and the root's keys.
 *
 *     <path>.key   the secret (crypto/keyfile.h), mode 0600; one that others may
 *                  read is refused
 *     <path>.pub   two lines, so that a request to join can be written without a
 *                  passphrase: the verifier key, and "possession " with the key's
 *                  signature over the join statement of token "-", in base64
 *
 * Threads: any. Memory: the caller's structs; secrets are wiped. */
#ifndef YS_NODE_KEYSTORE_H
#define YS_NODE_KEYSTORE_H

#include "crypto/keyfile.h"
#include "node/home.h"
#include "node/passphrase.h"
#include "proto/name.h"
#include "sync/witness.h"

/* "moderate", "interactive" or "none". YS_USAGE. */
YS_CHECKED enum ys_code ys_kdf_parse(const char *text, enum ys_keyfile_kdf *out,
                                     struct ys_err *err);

/* One key file of any purpose, written and read. `body` is what passphrases call it, `key_name` stands in
 * the prompt. Codes and messages as of ys_keystore_load. */
YS_CHECKED enum ys_code ys_keystore_save(const char *path, const struct ys_keyfile *keys,
                                         enum ys_keyfile_kdf kdf,
                                         const struct ys_passphrase *passphrase,
                                         struct ys_err *err);
YS_CHECKED enum ys_code ys_keystore_open(const char *path, const char *body, const char *key_name,
                                         const struct ys_passphrases *from, struct ys_keyfile *out,
                                         struct ys_err *err);

#define YS_SIGNER_SCOPED    __attribute__((cleanup(ys_signer_clear))) struct ys_signer
#define YS_NODE_KEYS_SCOPED __attribute__((cleanup(ys_node_keys_clear))) struct ys_node_keys

/* A new random seed for the key of this name (of a body, or the root), written to `path`. The
 * passphrase is asked of `from` unless kdf is NONE. YS_EXISTS when there is a file. */
YS_CHECKED enum ys_code ys_keystore_make(const char *path, const struct ys_name *name,
                                         enum ys_keyfile_kdf kdf, const struct ys_passphrases *from,
                                         struct ys_signer *signer_out, struct ys_err *err);
/* The signer in `path`, which must be the key of this name. YS_NOT_FOUND when there is no file,
 * YS_BAD_SIG for a wrong passphrase, YS_DENIED for somebody else's key, YS_MALFORMED, YS_REFUSED when
 * others may read it. Messages begin with the path. */
YS_CHECKED enum ys_code ys_keystore_load(const char *path, const struct ys_name *name,
                                         const struct ys_passphrases *from,
                                         struct ys_signer *signer_out, struct ys_err *err);
/* The same file under another passphrase. */
YS_CHECKED enum ys_code ys_keystore_relock(const char *path, const struct ys_name *name,
                                           enum ys_keyfile_kdf kdf,
                                           const struct ys_passphrases *from,
                                           const struct ys_passphrases *new_from,
                                           struct ys_err *err);

/* The node's own keys: a new master in node.key without a passphrase (a daemon starts unattended), and
 * what stands there. YS_IO when the file is missing. `origin` is that of the own log. */
YS_CHECKED enum ys_code ys_keystore_make_node(const struct ys_home *home,
                                              const struct ys_name *origin,
                                              struct ys_node_keys *out, struct ys_err *err);
YS_CHECKED enum ys_code ys_keystore_load_node(const struct ys_home *home,
                                              const struct ys_name *origin,
                                              struct ys_node_keys *out, struct ys_err *err);

/* The public half, beside the key of a body: keys/<body>.pub. */
struct ys_public {
    struct ys_vkey vkey;
    uint8_t possession[YS_SIG_LEN];
};
/* Signature of `signer` over its own join statement. */
void ys_possession_sign(const struct ys_signer *signer, const struct ys_name *origin,
                        const uint8_t transport[YS_PUBKEY_LEN], uint8_t out[YS_SIG_LEN]);
YS_CHECKED enum ys_code ys_public_save(const char *path, const struct ys_public *public,
                                       struct ys_err *err);
YS_CHECKED enum ys_code ys_public_load(const char *path, struct ys_public *out, struct ys_err *err);

/* Short names of the bodies with a .pub file here, in the order of the class table, then by name.
 * YS_LIMIT when there are more. */
enum { YS_KEYSTORE_BODIES_MAX = 16 };
struct ys_body_names {
    size_t count;
    char name[YS_KEYSTORE_BODIES_MAX][YS_BODY_NAME_MAX + 1];
};
YS_CHECKED enum ys_code ys_keystore_bodies(const struct ys_home *home, struct ys_body_names *out,
                                           struct ys_err *err);
/* May this body have a key here: has it one, or are there fewer than the most? YS_LIMIT. */
YS_CHECKED enum ys_code ys_keystore_has_room(const struct ys_home *home, const char *body,
                                             struct ys_err *err);
/* keys/<body>.key and keys/<body>.pub of the home. */
void ys_keystore_path(const struct ys_home *home, const char *body, const char *suffix,
                      char out[PATH_MAX]);

#endif
