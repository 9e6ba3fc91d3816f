/* What the files of the key-value store share: kv.c opens and writes, kv_care.c looks at readers,
 * overwrites and copies. Nobody else includes this. */
#ifndef YS_SYNC_KV_STATE_H
#define YS_SYNC_KV_STATE_H

#include "sync/kv.h"

#include <limits.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* What stood under a name when it was opened. */
struct ys_kv_place {
    dev_t device;
    ino_t inode; /* 0: nothing */
};

struct ys_kv {
    MDB_env *env;
    MDB_dbi dbi[YS_DB_COUNT];
    atomic_uint fail_after;
    bool lacks_tables;
    bool read_only;
    char path[PATH_MAX]; /* of the folder */
    char file[PATH_MAX]; /* data.mdb in it */
    char lock[PATH_MAX]; /* lock.mdb */
    struct ys_kv_place data_place, lock_place;
    uint64_t held_bytes_max;
    atomic_int shortage;

    /* The map may be replaced only while nobody in this process looks at it. */
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t moved;
    struct ys_txn *txns; /* that are open */
    unsigned inside;     /* these, and looks at the map */
    bool remapping;      /* somebody waits for the last of them to end */
    bool lost;           /* a map could not be had again */
};

/* The one place where LMDB's codes become ours. `path` is of the store, or NULL where `what` is it. */
enum ys_code ys_kv_translate(const char *path, int rc, const char *what, struct ys_err *err);
/* From here to leave the map stays where it is. `txn` is NULL for a look. */
enum ys_code ys_kv_enter(struct ys_kv *kv, struct ys_txn *txn, struct ys_err *err);
void ys_kv_leave(struct ys_kv *kv, struct ys_txn *txn);
/* Wait until nobody else in this process looks at the map; nobody enters until unlock. YS_BUSY when the
 * calling thread has a transaction open. The mutex is held when it returns YS_OK. */
enum ys_code ys_kv_lock(struct ys_kv *kv, struct ys_err *err);
void ys_kv_unlock(struct ys_kv *kv);
/* Instead of ys_kv_unlock: others may enter, and this thread is inside until ys_kv_leave(kv, NULL). */
void ys_kv_unlock_inside(struct ys_kv *kv);
/* Are the files still those that were opened? Who has another lock file writes beside us. */
enum ys_code ys_kv_check_name(const struct ys_kv *kv, struct ys_err *err);
enum ys_code ys_kv_open_env(struct ys_kv *kv, const struct ys_kv_options *options,
                            struct ys_err *err);

#endif
