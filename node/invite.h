/* Invitations that a node has given out: small files in its home.
 *
 *     invites/<id>             code, one-time public key, when made, until when; written once
 *     invites/<id>.used        hash of the applicant that used it; by the daemon
 *     invites/<id>.cancelled   taken back; by the command line
 *
 * Each file is written once, by one side, so daemon and command line need no lock. The
 * seed of the one-time key stands in the token alone and is kept nowhere. What is over
 * is kept for a while, so that who comes too late is told why.
 *
 * Threads: any. Memory: a list is one heap block. */
#ifndef YS_NODE_INVITE_H
#define YS_NODE_INVITE_H

#include "crypto/key.h"
#include "node/home.h"
#include "proto/token.h"

/* After its end an invitation is kept for so long. */
enum { YS_INVITE_GRACE_S = 30 * 24 * 3600 };

/* Plain value. */
struct ys_invite {
    char id[YS_TOKEN_ID_TEXT_LEN + 1];
    struct ys_division division; /* whom it invites, */
    bool observer;               /* or an observer of it */
    uint8_t key[YS_PUBKEY_LEN];  /* one-time X25519 key */
    uint64_t made_s, expires_s;  /* POSIX seconds */
    bool cancelled, used;
    struct ys_hash user; /* ys_applicant_hash of who used it */
};

/* What is decided first stands first. */
enum ys_invite_state { YS_INVITE_CANCELLED, YS_INVITE_USED, YS_INVITE_EXPIRED, YS_INVITE_OPEN };
enum ys_invite_state ys_invite_state(const struct ys_invite *invite, uint64_t now_s);
/* "cancelled", "used", "expired", "open" */
const char *ys_invite_state_name(enum ys_invite_state state);

struct ys_invites {
    struct ys_invite *item; /* in the order they were made, then of their ids */
    size_t count;
};
/* YS_MALFORMED with the path for a file that is none of ours. */
YS_CHECKED enum ys_code ys_invites_load(const struct ys_home *home, struct ys_invites *out,
                                        struct ys_err *err);
void ys_invites_clear(struct ys_invites *invites);
#define YS_INVITES_SCOPED __attribute__((cleanup(ys_invites_clear))) struct ys_invites
/* NULL when there is none. */
const struct ys_invite *ys_invites_by_key(const struct ys_invites *invites,
                                          const uint8_t key[YS_PUBKEY_LEN]);
const struct ys_invite *ys_invites_by_id(const struct ys_invites *invites, const char *id);

/* A new one, after those that ended longer than the grace period ago were removed. YS_EXISTS for an id
 * that is there, YS_LIMIT when YS_INVITES_MAX are kept. */
YS_CHECKED enum ys_code ys_invite_save(const struct ys_home *home, const struct ys_invite *invite,
                                       uint64_t now_s, struct ys_err *err);
/* YS_EXISTS when it was used before: the first applicant keeps it. */
YS_CHECKED enum ys_code ys_invite_use(const struct ys_home *home, const char *id,
                                      const struct ys_hash *user, struct ys_err *err);
YS_CHECKED enum ys_code ys_invite_cancel(const struct ys_home *home, const char *id,
                                         struct ys_err *err);

#endif
