/* Token of an invitation: all that a new node needs to reach its parent once, in one
 * word that people can copy.
 *
 *     yishi1-<base64url, without padding: packed Token, 4 bytes of its SHA-256>
 *
 * The four bytes tell a typing error from a token that the parent refuses. Whoever
 * has the token may ask in the invited unit's name, and may do nothing else with it.
 *
 * Threads: any. Memory: the caller's; the seed is wiped by ys_token_clear. */
#ifndef YS_PROTO_TOKEN_H
#define YS_PROTO_TOKEN_H

#include "crypto/key.h"
#include "proto/name.h"

enum { YS_TOKEN_ADDRESS_MAX = 128, YS_TOKEN_ID_TEXT_LEN = 2 * YS_TOKEN_ID_LEN };

/* Plain value. */
struct ys_token {
    char deployment[YS_DEPLOYMENT_MAX + 1];
    struct ys_division division;       /* the unit that is invited; a district is observed only */
    char id[YS_TOKEN_ID_TEXT_LEN + 1]; /* lower-case hex */
    char address[YS_TOKEN_ADDRESS_MAX];
    uint8_t parent_key[YS_PUBKEY_LEN];
    struct ys_hash root_fingerprint;
    uint64_t expires_s;        /* POSIX seconds */
    uint8_t seed[YS_SEED_LEN]; /* secret half of the one-time X25519 key */
    bool observer;             /* to read as that unit may, and nothing else; then */
    struct ys_division host;   /* of the node that invites */
};
void ys_token_clear(struct ys_token *token);
#define YS_TOKEN_SCOPED __attribute__((cleanup(ys_token_clear))) struct ys_token

/* Is this the id of an invitation, in lower-case hex? */
bool ys_invite_id_valid(struct ys_bytes text);

/* The whole of `text`, without any space. YS_MALFORMED with what is wrong: not a token, one that was
 * cut or mistyped, of a later version, or with fields that cannot be. */
YS_CHECKED enum ys_code ys_token_parse(struct ys_bytes text, struct ys_token *out,
                                       struct ys_err *err);
/* Appends the text. YS_LIMIT when it does not fit; YS_TOKEN_TEXT_MAX bytes always do. */
YS_CHECKED enum ys_code ys_token_print(const struct ys_token *token, struct ys_writer *w);

#endif
