/* The units of a small federation with all their keys, and one store to put their
 * logs in: what tests of membership, verdicts, witnessing and changes start from.
 *
 * Whatever is not under test aborts when it fails. Memory: the caller's. */
#ifndef YS_TESTS_SUPPORT_CAST_H
#define YS_TESTS_SUPPORT_CAST_H

#include "sync/heads.h"
#include "sync/member.h"
#include "sync/witness.h"
#include "tests/support/folder.h"
#include "tests/support/scribe.h"

enum cast_role {
    CAST_DISTRICT,
    CAST_STREET,
    CAST_OTHER_STREET,
    CAST_COMMUNITY, /* below CAST_STREET, as the next one */
    CAST_NEIGHBOUR,
    CAST_ROLES
};
enum { CAST_BODIES_MAX = 4, CAST_HEAD_MAX = 4096 };

struct cast_unit {
    struct ys_name origin;
    char log[YS_KEY_NAME_MAX + 1]; /* the same as text */
    struct ys_node_keys keys;
    struct ys_signer
        body[CAST_BODIES_MAX]; /* district: da gd-jz; street: st gd-cj; below: rc po sc */
};

struct cast {
    struct rng rng;
    struct folder folder;
    struct ys_store *store; /* of `self` */
    enum cast_role self;
    struct ys_root root; /* one of `root_key` is enough unless the test says otherwise */
    struct ys_signer root_key[2];
    struct cast_unit unit[CAST_ROLES];
};

void cast_open(struct cast *cast, const char *test_name, enum cast_role self);
void cast_close(struct cast *cast);
/* The same people before a new, empty store of `self`. */
void cast_move(struct cast *cast, enum cast_role self);

/* Another key under the same name. */
void cast_rekey(struct cast *cast, const struct ys_signer *old, struct ys_signer *out);

/* Write a record of the unit, signed by `count` signers. */
void cast_write(struct cast *cast, enum cast_role role, Yishi__V1__Body *body,
                const struct ys_signer *const *signers, unsigned count, struct scribe_record *out);
/* Append to the unit's log, which is added when missing. Returns the index. */
uint64_t cast_append(struct cast *cast, enum cast_role role, const struct ys_entry *entry);
/* Both, with one signer. */
uint64_t cast_publish(struct cast *cast, enum cast_role role, Yishi__V1__Body *body,
                      const struct ys_signer *signer);
/* Certificate and first `bodies` body keys of `subject`, all signed by `signer`, in the issuer's log. */
void cast_enrol(struct cast *cast, enum cast_role issuer, enum cast_role subject, unsigned bodies,
                const struct ys_signer *signer);
/* The district by the root, both streets by da, both communities by st, with all their bodies. */
void cast_enrol_all(struct cast *cast);

/* A head of the unit's log as it is held at `size`, signed by the log and cosigned at `time_s` by the
 * mirrors of `witnesses`. The bytes lie in `buffer`. */
struct ys_bytes cast_head(struct cast *cast, enum cast_role role, uint64_t size,
                          const enum cast_role *witnesses, unsigned count, uint64_t time_s,
                          uint8_t buffer[CAST_HEAD_MAX]);
/* The same into the store. */
void cast_keep_head(struct cast *cast, enum cast_role role, uint64_t size,
                    const enum cast_role *witnesses, unsigned count, uint64_t time_s);
/* All that is held of the unit's log is cosigned, and the log told to have changed. */
void cast_cosign(struct cast *cast, enum cast_role role, const enum cast_role *witnesses,
                 unsigned count, uint64_t time_s);
/* The store's own unit writes its receipts into its log: how many. */
size_t cast_write_receipts(struct cast *cast, enum cast_role own, uint64_t now_s);
/* Head over a given root, signed by the log. */
struct ys_bytes cast_head_over(struct cast *cast, enum cast_role role, uint64_t size,
                               const struct ys_hash *root, uint8_t buffer[CAST_HEAD_MAX]);
/* Head of a made-up history: any root. */
struct ys_bytes cast_false_head(struct cast *cast, enum cast_role role, uint64_t size,
                                uint8_t buffer[CAST_HEAD_MAX]);

struct ys_log cast_log(struct cast *cast, enum cast_role role);
/* Of the log that was added last; each unit has one. */
enum cast_role cast_last_log(struct cast *cast);

#endif
