/* Joining: what a node asks for when it wants to be enrolled, and the proof that it
 * holds every key it offers.
 *
 * Each offered Ed25519 key signs, with plain Ed25519, the join statement:
 *
 *     <deployment>/join/v1
 *     <code>
 *     <token id, or ->
 *     <base64 transport key>
 *     <verifier key, as text>
 *
 * The possessions are over "-": they go into the records, where anybody must be able
 * to check them, and those of body keys were made when the keys were, so that joining
 * needs no passphrase. What binds a request to one invitation is token_proof: the log
 * key's signature over the statement with the token's id; since the log key names the
 * transport key in it, a request copied from elsewhere is of no use with another token.
 *
 * Says whether the request is well formed; whether the unit may join is decided
 * by an officer of its parent. Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_JOIN_H
#define YS_PROTO_JOIN_H

#include "proto/message.pb-c.h"
#include "proto/name.h"

enum {
    YS_TOKEN_ID_MAX = 64,        /* bytes of a token id: printable ASCII without space */
    YS_JOIN_STATEMENT_MAX = 512, /* bytes of the statement */
};

/* "-" for none is valid too. */
bool ys_token_id_valid(struct ys_bytes text);

void ys_join_statement_print(struct ys_writer *w, const char *deployment,
                             const struct ys_division *division, const char *token_id,
                             const uint8_t transport[YS_PUBKEY_LEN], const struct ys_vkey *key);

/* The signature of `signer` over its own statement. */
void ys_join_statement_sign(const struct ys_signer *signer, const char *deployment,
                            const struct ys_division *division, const char *token_id,
                            const uint8_t transport[YS_PUBKEY_LEN], uint8_t out[YS_SIG_LEN]);

/* Of a request from the wire or from a file: mandatory fields and limits, names that fit the code,
 * bodies that may exist at that level, no body and no key twice, public keys that are good points,
 * every possession, and token_proof iff there is a token. YS_MALFORMED, YS_LIMIT or YS_BAD_SIG. */
YS_CHECKED enum ys_code ys_join_check(const Yishi__V1__Join *join, struct ys_err *err);

#endif
