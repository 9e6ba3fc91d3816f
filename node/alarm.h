/* Alarms: membership records about the own unit that this node did not ask for; and jumps of the wall
 * clock, which stands in receipts and records.
 *
 * A parent that names a key for a unit, or cuts one, behind its back leaves the
 * record of it in its own log (DESIGN.md 3), and there it is found. Asked for is a
 * record that names only keys that lie in this home; a revocation never is. An alarm
 * stays open, in the file `alarms` of the home, until somebody has seen it.
 *
 * Threads: main; the daemon's. The daemon adds, the command line acknowledges; a
 * record that one of them overwrites is found again, and the journal has each jump.
 * Memory: the caller's. */
#ifndef YS_NODE_ALARM_H
#define YS_NODE_ALARM_H

#include "node/keystore.h"
#include "sync/member.h"

enum { YS_ALARMS_MAX = 64, YS_CLOCK_ALARMS_MAX = 8 };

/* Plain value. */
struct ys_alarm {
    struct ys_hash record; /* of a jump: a name that only it has */
    bool open;
    int64_t
        jump_s; /* by which the clock jumped; then `index` is the time that it showed next. 0: a record */
    char kind[YS_KIND_NAME_MAX + 1];
    char key[YS_KEY_NAME_MAX + 1];    /* name of the key */
    char origin[YS_KEY_NAME_MAX + 1]; /* of the log in which it stands */
    uint64_t index;
};
struct ys_alarms {
    size_t count;
    struct ys_alarm alarm[YS_ALARMS_MAX];
};

/* What this node has asked for, or may. */
struct ys_own_keys {
    struct ys_vkey log, mirror;
    uint8_t transport[YS_PUBKEY_LEN];
    size_t body_count;
    struct ys_vkey body[YS_KEYSTORE_BODIES_MAX];
};
/* The keys of the bodies are read from the home; those of which that cannot be done are none. */
YS_CHECKED enum ys_code ys_own_keys_load(const struct ys_home *home,
                                         const struct ys_node_keys *keys, struct ys_own_keys *out,
                                         struct ys_err *err);

/* Look through the logs of the units above `unit` and add what is not in the list yet, behind what is.
 * YS_LIMIT when the list is full. */
YS_CHECKED enum ys_code ys_alarms_find(struct ys_txn *txn, const struct ys_division *unit,
                                       const struct ys_own_keys *own, struct ys_alarms *alarms,
                                       struct ys_err *err);

/* The clock jumped, and now shows `now_s`; of so many jumps only the newest are kept. YS_LIMIT as above. */
YS_CHECKED enum ys_code ys_alarms_add_jump(struct ys_alarms *alarms, const char *origin,
                                           int64_t jump_s, uint64_t now_s, struct ys_err *err);

/* The file of the home; none is an empty list. */
YS_CHECKED enum ys_code ys_alarms_load(const struct ys_home *home, struct ys_alarms *out,
                                       struct ys_err *err);
YS_CHECKED enum ys_code ys_alarms_save(const struct ys_home *home, const struct ys_alarms *alarms,
                                       struct ys_err *err);
/* Close the open alarm whose record id begins with these hex digits, at least 8. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_alarms_acknowledge(struct ys_alarms *alarms, const char *prefix,
                                              struct ys_err *err);

#endif
