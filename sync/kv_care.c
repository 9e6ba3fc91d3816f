/* Care for the store's file: who reads it, overwriting what is not in use, copies. */
#include "sync/kv_state.h"
#include "sync/kv_wipe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LAG_LOOK = 64 }; /* a reader so many transactions behind is looked at */

/* Text lines of mdb_reader_list: "    pid     thread     txnid". */
struct reader_scan {
    uint64_t oldest;
    int64_t oldest_pid;
    unsigned count;
};

static int scan_reader(const char *line, void *context)
{
    struct reader_scan *scan = context;
    unsigned long long thread = 0;
    unsigned long long txn = 0;
    char *end = NULL;
    const long long pid = strtoll(line, &end, 10);
    if (end == line || pid <= 0)
        return 0;
    const char *at = end;
    thread = strtoull(at, &end, 16);
    (void)thread;
    at = end;
    txn = strtoull(at, &end, 10);
    if (end == at)
        return 0; /* "-": a slot without a transaction */
    scan->count++;
    if (txn < scan->oldest) {
        scan->oldest = txn;
        scan->oldest_pid = pid;
    }
    return 0;
}

/* What LMDB lists as freed at or after the oldest reader's transaction. */
static int count_held(MDB_env *env, uint64_t oldest, uint64_t *pages_out)
{
    enum { FREE_TABLE = 0 }; /* its key: the transaction; its value: a count, and so many pages */
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    size_t from = oldest;
    MDB_val key = {.mv_size = sizeof from, .mv_data = &from};
    MDB_val value;
    uint64_t pages = 0;
    int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (rc != 0)
        return rc;
    rc = mdb_cursor_open(txn, FREE_TABLE, &cursor);
    for (MDB_cursor_op how = MDB_SET_RANGE; rc == 0; how = MDB_NEXT) {
        size_t count = 0;
        rc = mdb_cursor_get(cursor, &key, &value, how);
        if (rc == 0 && value.mv_size >= sizeof count)
            memcpy(&count, value.mv_data, sizeof count);
        pages += count;
    }
    if (cursor != NULL)
        mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    *pages_out = pages;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int read_info(MDB_env *env, struct ys_kv_info *out)
{
    MDB_envinfo info;
    MDB_stat pages;
    struct reader_scan scan = {.oldest = UINT64_MAX};
    uint64_t held = 0;
    int rc = mdb_env_info(env, &info);
    if (rc == 0)
        rc = mdb_env_stat(env, &pages);
    if (rc == 0 && mdb_reader_list(env, scan_reader, &scan) < 0)
        rc = EINVAL;
    if (rc != 0)
        return rc;
    *out = (struct ys_kv_info){
        .last_txn = info.me_last_txnid,
        .oldest_reader_txn = scan.oldest < info.me_last_txnid ? scan.oldest : info.me_last_txnid,
        .readers = scan.count,
        .oldest_reader_pid = scan.oldest_pid,
        .used_bytes = ((uint64_t)info.me_last_pgno + 1) * pages.ms_psize,
        .map_bytes = info.me_mapsize,
    };
    if (out->last_txn - out->oldest_reader_txn >= LAG_LOOK)
        rc = count_held(env, out->oldest_reader_txn, &held);
    if (rc == MDB_MAP_RESIZED)
        rc = 0; /* another process is ahead of us: not counted this time */
    out->held_bytes = held * pages.ms_psize;
    return rc;
}

enum ys_code ys_kv_info(struct ys_kv *kv, struct ys_kv_info *out, struct ys_err *err)
{
    const enum ys_code code = ys_kv_enter(kv, NULL, err);
    if (code != YS_OK)
        return code;
    struct ys_kv_info info;
    const int rc = read_info(kv->env, &info);
    ys_kv_leave(kv, NULL);
    if (rc == 0)
        *out = info;
    return ys_kv_translate(kv->path, rc, "info", err);
}

enum ys_code ys_kv_clear_dead_readers(struct ys_kv *kv, int *cleared_out, struct ys_err *err)
{
    const enum ys_code code = ys_kv_enter(kv, NULL, err);
    if (code != YS_OK)
        return code;
    const int rc = mdb_reader_check(kv->env, cleared_out);
    ys_kv_leave(kv, NULL);
    return ys_kv_translate(kv->path, rc, "clearing readers", err);
}

void ys_kv_take_turn(struct ys_kv *kv)
{
    MDB_txn *txn = NULL;
    if (ys_kv_enter(kv, NULL, NULL) != YS_OK)
        return;
    if (mdb_txn_begin(kv->env, NULL, 0, &txn) == 0)
        mdb_txn_abort(txn);
    ys_kv_leave(kv, NULL);
}

/* --- overwriting, copying --- */

/* The writers' lock into `txn_out`: nothing is written, and who begins to read reads the newest state. */
static enum ys_code stop_writers(struct ys_kv *kv, MDB_txn **txn_out, struct ys_err *err)
{
    struct ys_kv_info info = {0};
    int dead = 0;
    int rc = mdb_txn_begin(kv->env, NULL, 0, txn_out);
    if (rc == 0)
        rc = mdb_reader_check(kv->env, &dead);
    if (rc == 0)
        rc = read_info(kv->env, &info);
    if (rc == 0 && info.oldest_reader_txn < info.last_txn)
        return ys_fail(err, YS_BUSY,
                       "store: process %lld reads an older state: nothing is overwritten meanwhile",
                       (long long)info.oldest_reader_pid);
    return ys_kv_translate(kv->path, rc, "overwriting", err);
}

/* The same file again, with the map as large as it was. */
static enum ys_code open_again(struct ys_kv *kv, struct ys_err *err)
{
    MDB_envinfo info;
    int rc = mdb_env_info(kv->env, &info);
    if (rc != 0)
        return ys_kv_translate(kv->path, rc, "overwriting", err);
    const struct ys_kv_options options = {.path = kv->path, .map_bytes = info.me_mapsize};
    mdb_env_close(kv->env);
    kv->env = NULL;
    const enum ys_code code = ys_kv_open_env(kv, &options, err);
    if (code != YS_OK) {
        kv->lost = true;
        if (kv->env != NULL)
            mdb_env_close(kv->env);
        kv->env = NULL;
    }
    return code;
}

enum ys_code ys_kv_wipe(struct ys_kv *kv, struct ys_wiped *out, struct ys_err *err)
{
    if (kv->read_only)
        return ys_kv_translate(kv->path, EROFS, "overwriting", err);
    enum ys_code code = ys_kv_check_name(kv, err);
    if (code == YS_OK)
        code = ys_kv_lock(kv, err);
    if (code != YS_OK)
        return code;
    MDB_txn *txn = NULL;
    code = open_again(kv, err);
    if (code == YS_OK)
        code = stop_writers(kv, &txn, err);
    if (txn == NULL) {
        ys_kv_unlock(kv);
        return code;
    }
    ys_kv_unlock_inside(kv); /* nothing that a reader may come to is overwritten */
    if (code == YS_OK)
        code = ys_kv_wipe_file(kv->file, out, err);
    mdb_txn_abort(txn);
    ys_kv_leave(kv, NULL);
    return code;
}

enum ys_code ys_kv_copy(struct ys_kv *kv, int fd, struct ys_err *err)
{
    const enum ys_code code = ys_kv_enter(kv, NULL, err);
    if (code != YS_OK)
        return code;
    const int rc = mdb_env_copyfd2(kv->env, fd, MDB_CP_COMPACT);
    ys_kv_leave(kv, NULL);
    return ys_kv_translate(kv->path, rc, "copy", err);
}
