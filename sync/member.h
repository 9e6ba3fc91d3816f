/* Membership: whose keys may sign, speak and read. Replayed from records of the
 * district's and the streets' logs (DESIGN.md 3); no clock takes part.
 *
 * The state is a function of the set of logs held, never of the order in which
 * they arrived: a rebuild reads the district's log first, then each street's, in
 * the order of their origins.
 * A key that signs at index i of its own unit's log is valid iff from <= i < cut.
 * Away from the issuer, a street's membership records count only below a head of
 * the street that the district cosigned.
 *
 * A street cannot silence its communities. Alone (`st`) it may name a first key,
 * and cut a key at or above what the district had of the unit's log when it first
 * had the cut; the order is that of the district's `receipts` records. While these
 * do not cover the cut yet, all that they say of the unit's log counts, so a cut
 * may gain or lose its effect with the district's next record, and never again.
 * A lower cut, or a further key without the line of one still in force, needs a
 * line of `da`; if da's key was cut since, the district's log must cover the record
 * before that cut. A unit's log has one key over all its incarnations.
 * Evidence without a store has no receipts: a cut in it counts, and a line of a da
 * that is cut does not.
 *
 * Threads: none of its own; the owner locks. Memory: heap, grows with the members. */
#ifndef YS_SYNC_MEMBER_H
#define YS_SYNC_MEMBER_H

#include "proto/body.h"
#include "proto/root.h"
#include "sync/log.h"

struct ys_member;

/* One key of one unit. */
struct ys_member_key {
    struct ys_vkey vkey;
    struct ys_name name;       /* of the key: log, mirror or body */
    uint64_t from;             /* first index of the unit's log at which it is valid */
    uint64_t cut;              /* first index at which it is not any more; UINT64_MAX: none */
    struct ys_position source; /* the record that registered it */
    bool has_revocation;
    struct ys_position revocation; /* the record that cut it */
};

/* One node: who holds which transport key. */
struct ys_member_node {
    struct ys_division division;
    bool observer;
    char name[YS_KEY_NAME_MAX * 4]; /* of the unit, for people */
    char address[128];              /* empty when unknown */
    uint8_t transport[YS_PUBKEY_LEN];
    struct ys_name log; /* origin */
    struct ys_position source;
    struct ys_division issuer; /* whose log that is in */
};

/* `root` is copied. `self` is the own unit: for its own log membership counts at once. */
YS_CHECKED enum ys_code ys_member_new(const struct ys_root *root, const struct ys_division *self,
                                      struct ys_member **out, struct ys_err *err);
void ys_member_free(struct ys_member *member);
/* How many entries of this log may change the membership: of the own log and of the district's all, of
 * others those below a head that the district cosigned. After a rebuild or recall. */
YS_CHECKED enum ys_code ys_member_counted_size(const struct ys_member *member, struct ys_txn *txn,
                                               const struct ys_log *log, uint64_t *out,
                                               struct ys_err *err);
/* From the next rebuild on it is what `counted` says of an origin, and no more than there are: to see the
 * membership as another node saw it, at another time. `context` is borrowed. */
void ys_member_prescribe(struct ys_member *member,
                         uint64_t (*counted)(const void *context, const char *origin),
                         const void *context);
/* The anchor, and all policies that are known: valid until the membership goes. */
const struct ys_root *ys_member_root(const struct ys_member *member);
const struct ys_root_chain *ys_member_roots(const struct ys_member *member);

/* Make the successor of the last root policy known; it is copied. YS_DENIED when its predecessor does
 * not commit to it, YS_LIMIT. A policy is in force in the district's log from the first membership
 * record about the district itself that enough of its keys signed; from there on its predecessors
 * count no more. Takes effect with the next rebuild. */
YS_CHECKED enum ys_code ys_member_succeed(struct ys_member *member, const struct ys_root *next,
                                          struct ys_err *err);
/* The same with every policy of the chain that is not known yet. YS_DENIED also for another anchor. */
YS_CHECKED enum ys_code ys_member_follow(struct ys_member *member,
                                         const struct ys_root_chain *roots, struct ys_err *err);
/* The policy in force at `index` of the district's log; UINT64_MAX: the newest that is. And its place in
 * the chain. */
unsigned ys_member_root_number(const struct ys_member *member, uint64_t index);
/* The record with which a successor (1 is the first) came into force; false: it has not. */
bool ys_member_root_source(const struct ys_member *member, unsigned number,
                           struct ys_position *out);
const struct ys_root *ys_member_root_at(const struct ys_member *member, uint64_t index);

/* Replay everything that the store holds. `changed_out` (may be NULL) says whether anything differs
 * from before. A record that has no effect (wrong signer, wrong place) is passed over: audit names
 * it. */
YS_CHECKED enum ys_code ys_member_rebuild(struct ys_member *member, struct ys_txn *txn,
                                          bool *changed_out, struct ys_err *err);

/* The same, quicker: what the logs of one issuer come to is taken from where ys_member_keep put it, if
 * nothing that it follows from is another one. It is then trusted as verdicts in `status` are: no more
 * than the store itself. What promises to recompute (yishi verify) rebuilds. */
YS_CHECKED enum ys_code ys_member_recall(struct ys_member *member, struct ys_txn *txn,
                                         bool *changed_out, struct ys_err *err);

/* Keep the parts that the last rebuild or recall has read from records. Parts that a body may still change
 * which is not here are not kept. */
YS_CHECKED enum ys_code ys_member_keep(const struct ys_member *member, struct ys_txn *txn,
                                       struct ys_err *err);
/* As ys_member_keep, for another thread to write, in a transaction of its own, whenever: a row holds or it does
 * not. `at` begins with 0. `row_out->data` is the caller's to free. YS_NOT_FOUND after the last. */
YS_CHECKED enum ys_code ys_member_kept_next(const struct ys_member *member, size_t *at,
                                            struct ys_division *issuer_out,
                                            struct ys_writer *row_out, struct ys_err *err);
YS_CHECKED enum ys_code ys_member_kept_put(struct ys_txn *txn, const struct ys_division *issuer,
                                           struct ys_bytes row, struct ys_err *err);
/* Drop all that was kept. */
YS_CHECKED enum ys_code ys_member_forget(struct ys_txn *txn, struct ys_err *err);
/* Would a recall take this row of an issuer, and get another membership than this one, which was rebuilt?
 * Then it is not good. */
YS_CHECKED enum ys_code ys_member_kept_check(const struct ys_member *member, struct ys_txn *txn,
                                             const struct ys_division *issuer, struct ys_bytes row,
                                             bool *good_out, struct ys_err *err);

/* Did the last rebuild change what the keys of this unit may sign? The verdicts over its logs, and over
 * no others, may differ then from those before. */
bool ys_member_touched(const struct ys_member *member, const struct ys_division *unit);

/* Let one record take effect, if its signers may say so: for evidence that comes without a store. The
 * caller has proven that it stands at `at` in the log of `origin` and counts there; records are taken
 * in the order of ys_member_rebuild. */
YS_CHECKED enum ys_code ys_member_take(struct ys_member *member, const struct ys_name *origin,
                                       struct ys_position at, const struct ys_entry *entry,
                                       struct ys_err *err);

/* The first entry of the district's log introduces the key of that log: a node_certificate signed by
 * one of the root policies. YS_DENIED or YS_MALFORMED with the reason. */
YS_CHECKED enum ys_code ys_member_introduce(const struct ys_member *member, struct ys_bytes note,
                                            struct ys_bytes body, struct ys_vkey *log_key_out,
                                            struct ys_err *err);

/* NULL when unknown; a unit's node before an observer. Results are valid until the next rebuild. */
const struct ys_member_node *ys_member_by_transport(const struct ys_member *member,
                                                    const uint8_t key[YS_PUBKEY_LEN]);
const struct ys_member_node *ys_member_node(const struct ys_member *member,
                                            const struct ys_division *division);
/* The key that signs the heads of a log, and the key with which a unit cosigns: the newest in force;
 * when all are cut, the newest. */
const struct ys_vkey *ys_member_log_key(const struct ys_member *member, const char *origin);
const struct ys_vkey *ys_member_mirror(const struct ys_member *member,
                                       const struct ys_division *division);
/* The key for a head of `size` of that log: of those with from < size <= cut (from 0: any size), the
 * newest. So a new key takes over behind the size at which it was let in, and what the old one signed
 * up to there stays good. */
const struct ys_vkey *ys_member_log_key_at(const struct ys_member *member, const char *origin,
                                           uint64_t size);
/* May the holder of this transport key connect to the node of `host`, to read what its division may:
 * the logs related to it (ys_division_related)? A child may, and an observer whom host has let in, or the
 * unit above it as an observer of host. */
bool ys_member_may_read(const struct ys_member *member, const uint8_t key[YS_PUBKEY_LEN],
                        const struct ys_division *host);
/* The certificates by which this key may observe at `host`: begin with `at` 0; NULL when there are no more.
 * One key may have several, each of another division. */
const struct ys_member_node *ys_member_observer(const struct ys_member *member,
                                                const uint8_t key[YS_PUBKEY_LEN],
                                                const struct ys_division *host, size_t *at);

/* The registration of this very key; of the one that the text says. NULL when there is none, or the text
 * is no key. */
const struct ys_member_key *ys_member_find(const struct ys_member *member,
                                           const struct ys_vkey *vkey);
const struct ys_member_key *ys_member_find_text(const struct ys_member *member, const char *text);

/* The keys with this id, which is their own or, by chance, another's too: begin with `at` 0; NULL when
 * there are no more. */
const struct ys_member_key *ys_member_key_of_id(const struct ys_member *member, uint32_t id,
                                                size_t *at);

/* All keys, for walking: 0 <= i < ys_member_key_count. */
size_t ys_member_key_count(const struct ys_member *member);
const struct ys_member_key *ys_member_key_at(const struct ys_member *member, size_t i);
size_t ys_member_node_count(const struct ys_member *member);
const struct ys_member_node *ys_member_node_at(const struct ys_member *member, size_t i);

/* Do at least `threshold` different root keys have a good line, and none a bad one? */
bool ys_root_signed(const struct ys_root *root, const struct ys_note *note);

#endif
