#include "sync/kv.h"

#include "crypto/assert.h"
#include "sync/kv_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    DBS_MAX = 32,
    READERS_MAX = 126,
    HELD_SHARE = 4,             /* of the file, that a reader may hold back */
    ROOM_SHARE = 8,             /* of the map, that is kept free */
    FULL_PROBE_BYTES = 16 << 20 /* not to be had: there is no room for a large group */
};
static const uint64_t held_bytes_min = (uint64_t)64 << 20;
static const size_t default_map_bytes = (size_t)16 << 30;

struct ys_txn {
    struct ys_kv *kv;
    pthread_t thread;
    struct ys_txn *next, **link; /* in the list of the environment */
    MDB_txn *txn;
    MDB_cursor *cursor[YS_DB_COUNT];
    bool was_read[YS_DB_COUNT];
    bool write;
};

/* The one place where LMDB's codes become ours. */
enum ys_code ys_kv_translate(const char *path, int rc, const char *what, struct ys_err *err)
{
    switch (rc) {
    case MDB_SUCCESS:
        return YS_OK;
    case MDB_NOTFOUND:
        return YS_NOT_FOUND;
    case MDB_MAP_FULL:
        return ys_fail(err, YS_FULL, "store: %s: the map is full", what);
    case ENOSPC:
    case EDQUOT:
        return ys_fail(err, YS_FULL, "store: %s: no space left on the disk", what);
    case ENOMEM:
        return ys_fail(err, YS_NOMEM, "store: %s: out of memory", what);
    case EROFS:
        return ys_fail(err, YS_IO,
                       "store: %s: its file system is read-only: nothing can be written", what);
    case MDB_PANIC: /* the next start reads the older of the two meta pages */
        return ys_fail(err, YS_IO, "store: %s: its first pages could not be written; start again",
                       what);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
        return ys_fail(err, YS_CORRUPT, "store: %s: %s", what, mdb_strerror(rc));
    case MDB_VERSION_MISMATCH:
        return ys_fail(err, YS_VERSION, "store: %s: %s", what, mdb_strerror(rc));
    case EIO: /* the advice first: a long path is cut */
        return ys_fail(
            err, YS_IO,
            "store: %s: %s; see dmesg for the disk, copy the home to another, and there: "
            "yishi verify%s%s",
            what, strerror(EIO), path == NULL ? "" : "; ", path == NULL ? "" : path);
    default:
        return ys_fail(err, YS_IO, "store: %s: %s%s%s", what, mdb_strerror(rc),
                       path == NULL ? "" : "; ", path == NULL ? "" : path);
    }
}

static int planted_failure(struct ys_kv *kv)
{
    unsigned left = atomic_load_explicit(&kv->fail_after, memory_order_relaxed);
    if (left == 0)
        return MDB_SUCCESS;
    left = atomic_fetch_sub(&kv->fail_after, 1);
    return left == 1 ? EIO : MDB_SUCCESS;
}

/* A file shorter than its own page count is a bus error later on (ENGINEERING.md 2.6). */
static enum ys_code check_file_size(MDB_env *env, const char *path, struct ys_err *err)
{
    char name[PATH_MAX];
    struct stat info;
    MDB_envinfo map;
    MDB_stat pages;
    /* The count first: whoever writes meanwhile makes the file longer before the count. */
    int rc = mdb_env_info(env, &map);
    if (rc == 0)
        rc = mdb_env_stat(env, &pages);
    if (rc != 0)
        return ys_kv_translate(path, rc, "open", err);
    if (snprintf(name, sizeof name, "%s/data.mdb", path) >= (int)sizeof name ||
        stat(name, &info) != 0)
        return ys_fail(err, YS_IO, "%s/data.mdb: %s", path, strerror(errno));
    const uint64_t needed = ((uint64_t)map.me_last_pgno + 1) * pages.ms_psize;
    if (map.me_last_txnid > 0 && (uint64_t)info.st_size < needed)
        return ys_fail(err, YS_CORRUPT,
                       "%s: cut short: %llu bytes where at least %llu are in use; restore a backup",
                       name, (unsigned long long)info.st_size, (unsigned long long)needed);
    return YS_OK;
}

const char *ys_db_name(enum ys_db db)
{
    static const char *const names[] = {
#define YS_DB_NAME(name, text, since) text,
        YS_DBS(YS_DB_NAME)
#undef YS_DB_NAME
    };
    return names[db];
}

static const unsigned since[] = {
#define YS_DB_SINCE(name, text, since) since,
    YS_DBS(YS_DB_SINCE)
#undef YS_DB_SINCE
};

/* --- the map --- */

static void init_gate(struct ys_kv *kv)
{
    pthread_mutex_init(&kv->mutex, NULL);
    pthread_cond_init(&kv->moved, NULL);
}

/* Has the calling thread a transaction open? Its caller holds the mutex. */
static bool thread_inside(const struct ys_kv *kv)
{
    for (const struct ys_txn *txn = kv->txns; txn != NULL; txn = txn->next)
        if (pthread_equal(txn->thread, pthread_self()))
            return true;
    return false;
}

/* From here to ys_kv_leave() the map stays where it is. `txn` is NULL for a look. */
enum ys_code ys_kv_enter(struct ys_kv *kv, struct ys_txn *txn, struct ys_err *err)
{
    pthread_mutex_lock(&kv->mutex);
    while (kv->remapping && !thread_inside(kv)) /* who is inside is waited for */
        pthread_cond_wait(&kv->moved, &kv->mutex);
    const bool lost = kv->lost;
    kv->inside += !lost;
    if (!lost && txn != NULL) {
        txn->thread = pthread_self();
        txn->next = kv->txns;
        txn->link = &kv->txns;
        if (txn->next != NULL)
            txn->next->link = &txn->next;
        kv->txns = txn;
    }
    pthread_mutex_unlock(&kv->mutex);
    return lost ? ys_fail(err, YS_IO, "store: its map is gone; start again") : YS_OK;
}

void ys_kv_leave(struct ys_kv *kv, struct ys_txn *txn)
{
    pthread_mutex_lock(&kv->mutex);
    YS_ASSERT(kv->inside > 0);
    if (txn != NULL) {
        *txn->link = txn->next;
        if (txn->next != NULL)
            txn->next->link = txn->link;
    }
    if (--kv->inside == 0)
        pthread_cond_broadcast(&kv->moved);
    pthread_mutex_unlock(&kv->mutex);
}

/* Wait until nobody else in this process looks at the map; nobody enters until unlock_map. YS_BUSY when
 * the calling thread has a transaction open. The mutex is held when it returns YS_OK. */
enum ys_code ys_kv_lock(struct ys_kv *kv, struct ys_err *err)
{
    pthread_mutex_lock(&kv->mutex);
    if (kv->lost || thread_inside(kv)) {
        pthread_mutex_unlock(&kv->mutex);
        return ys_fail(err, YS_BUSY, "store: the map cannot be moved while it is being read");
    }
    while (kv->remapping)
        pthread_cond_wait(&kv->moved, &kv->mutex);
    kv->remapping = true;
    while (kv->inside > 0)
        pthread_cond_wait(&kv->moved, &kv->mutex);
    return YS_OK;
}

void ys_kv_unlock(struct ys_kv *kv)
{
    kv->remapping = false;
    pthread_cond_broadcast(&kv->moved);
    pthread_mutex_unlock(&kv->mutex);
}

void ys_kv_unlock_inside(struct ys_kv *kv)
{
    kv->inside++;
    ys_kv_unlock(kv);
}

/* Make the map larger, or take the size that another process gave it. YS_BUSY, and nothing is changed,
 * when the calling thread has a transaction open. Waits for those of others. */
static enum ys_code remap(struct ys_kv *kv, bool grow, struct ys_err *err)
{
    MDB_envinfo info;
    enum ys_code code = ys_kv_lock(kv, err);
    if (code != YS_OK)
        return code;
    if (!kv->lost) {
        int rc = mdb_env_info(kv->env, &info);
        if (rc == 0)
            rc = mdb_env_set_mapsize(kv->env, grow ? 2 * info.me_mapsize : 0);
        kv->lost = rc != 0;
        code = ys_kv_translate(kv->path, rc, "growing", err);
    }
    ys_kv_unlock(kv);
    return code;
}

enum ys_shortage ys_kv_shortage(const struct ys_kv *kv)
{
    return (enum ys_shortage)atomic_load(&kv->shortage);
}

bool ys_kv_grow(struct ys_kv *kv)
{
    return ys_kv_shortage(kv) == YS_SHORT_MAP && remap(kv, true, NULL) == YS_OK;
}

/* LMDB 0.9 says EIO when the disk took a part of what was written. Blocks given here behind the end of
 * the file are used by the next write. */
static bool disk_is_full(struct ys_kv *kv)
{
    struct stat info;
    int fd = -1;
    return mdb_env_get_fd(kv->env, &fd) == 0 && fstat(fd, &info) == 0 &&
           fallocate(fd, FALLOC_FL_KEEP_SIZE, info.st_size, FULL_PROBE_BYTES) != 0 &&
           (errno == ENOSPC || errno == EDQUOT);
}

/* ys_kv_translate() of what a write said; notes what was short. */
static enum ys_code translate_write(struct ys_kv *kv, int rc, const char *what, struct ys_err *err)
{
    if (rc == EIO && disk_is_full(kv))
        rc = ENOSPC;
    if (rc == MDB_MAP_FULL)
        atomic_store(&kv->shortage, YS_SHORT_MAP);
    if (rc != ENOSPC && rc != EDQUOT)
        return ys_kv_translate(kv->path, rc, what, err);
    atomic_store(&kv->shortage, YS_SHORT_DISK);
    return ys_fail(err, YS_FULL,
                   "store: %s: no space left on the disk of %.140s; free some there, and try again",
                   what, kv->path);
}

/* --- opening --- */

static enum ys_code open_databases(struct ys_kv *kv, bool create, struct ys_err *err)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(kv->env, NULL, create ? 0 : MDB_RDONLY, &txn);
    while (rc ==
           MDB_MAP_RESIZED) { /* by another process, since the file was opened: adopt its size */
        rc = mdb_env_set_mapsize(kv->env, 0);
        if (rc == 0)
            rc = mdb_txn_begin(kv->env, NULL, create ? 0 : MDB_RDONLY, &txn);
    }
    kv->lacks_tables = false;
    for (int i = 0; rc == 0 && i < YS_DB_COUNT; i++) {
        rc = mdb_dbi_open(txn, ys_db_name((enum ys_db)i), create ? MDB_CREATE : 0, &kv->dbi[i]);
        if (rc == MDB_NOTFOUND && since[i] > 1) {
            kv->lacks_tables = true;
            rc = 0;
        }
    }
    if (rc != 0) {
        if (txn != NULL)
            mdb_txn_abort(txn);
        if (rc == MDB_NOTFOUND)
            return ys_fail(err, YS_CORRUPT, "store: a table is missing");
        return translate_write(kv, rc, "open", err);
    }
    return translate_write(kv, mdb_txn_commit(txn), "open", err);
}

/* LMDB writes its lock file through a mapping: a page for which the disk has no room would be a bus
 * error, now or when a later reader needs it. So all of it is there first. Only before LMDB opens the
 * file: closing it drops the locks of this process. */
static enum ys_code make_lock_file(const char *name, struct ys_err *err)
{
    enum {
        LOCK_FILE_BYTES = 65536
    }; /* READERS_MAX slots of 64 bytes and what stands before them */
    const int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == ENOSPC || errno == EDQUOT
                   ? ys_fail(err, YS_FULL, "%.160s: %s", name, strerror(errno))
                   : YS_OK; /* LMDB will say it, or do without */
    const bool full = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, LOCK_FILE_BYTES) != 0 &&
                      (errno == ENOSPC || errno == EDQUOT);
    close(fd);
    return full ? ys_fail(err, YS_FULL, "%.160s: no space left on the disk", name) : YS_OK;
}

static int create_env(struct ys_kv *kv, const struct ys_kv_options *options, unsigned flags)
{
    int rc = mdb_env_create(&kv->env);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(kv->env, DBS_MAX);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(kv->env, READERS_MAX);
    if (rc == 0)
        rc = mdb_env_set_mapsize(kv->env,
                                 options->map_bytes != 0 ? options->map_bytes : default_map_bytes);
    if (rc == 0)
        rc = mdb_env_open(kv->env, options->path, MDB_NOTLS | flags, 0600);
    return rc;
}

/* What is on a medium that cannot be written can be read all the same: there LMDB does without its lock
 * file, since nobody writes. */
static int create_any_env(struct ys_kv *kv, const struct ys_kv_options *options)
{
    const int rc = create_env(kv, options, 0);
    if (rc != EROFS || options->create)
        return rc;
    mdb_env_close(kv->env);
    kv->env = NULL;
    kv->read_only = true;
    return create_env(kv, options, MDB_RDONLY);
}

static enum ys_code replaced(const char *name, struct ys_err *err)
{
    return ys_fail(err, YS_IO,
                   "%.160s: was moved, removed or replaced while it was in use; put it back, start "
                   "again",
                   name);
}

/* Opened again it is only compared: others look at these meanwhile. */
static enum ys_code keep_place(struct ys_kv_place *place, const struct stat *info, const char *name,
                               struct ys_err *err)
{
    if (place->inode == 0)
        *place = (struct ys_kv_place){.device = info->st_dev, .inode = info->st_ino};
    return info->st_dev == place->device && info->st_ino == place->inode ? YS_OK
                                                                         : replaced(name, err);
}

/* By its name, since LMDB gives no descriptor of it, and closing another would drop our locks. */
static enum ys_code keep_lock_place(struct ys_kv *kv, struct ys_err *err)
{
    struct stat info;
    if (kv->read_only)
        return YS_OK; /* there is none */
    if (stat(kv->lock, &info) != 0)
        return replaced(kv->lock, err);
    return keep_place(&kv->lock_place, &info, kv->lock, err);
}

enum ys_code ys_kv_open_env(struct ys_kv *kv, const struct ys_kv_options *options,
                            struct ys_err *err)
{
    struct stat info;
    int fd = -1;
    enum ys_code code = make_lock_file(kv->lock, err);
    if (code != YS_OK)
        return code;
    int rc = create_any_env(kv, options);
    if (rc == 0)
        rc = mdb_env_get_fd(kv->env, &fd);
    if (rc != 0)
        return ys_kv_translate(NULL, rc, options->path, err);
    if (fstat(fd, &info) != 0)
        return ys_fail(err, YS_IO, "%s: %s", kv->file, strerror(errno));
    code = keep_place(&kv->data_place, &info, kv->file, err);
    if (code == YS_OK)
        code = keep_lock_place(kv, err);
    if (code == YS_OK)
        code = check_file_size(kv->env, options->path, err);
    return code != YS_OK ? code : open_databases(kv, options->create, err);
}

enum ys_code ys_kv_open(const struct ys_kv_options *options, struct ys_kv **out, struct ys_err *err)
{
    char name[PATH_MAX] = "";
    struct stat info;
    if (snprintf(name, sizeof name, "%s/data.mdb", options->path) >= (int)sizeof name)
        return ys_fail(err, YS_LIMIT, "%s: path too long", options->path);
    if (!options->create && stat(name, &info) != 0)
        return ys_fail(err, errno == ENOENT ? YS_NOT_FOUND : YS_IO, "%s: %s", name,
                       strerror(errno));
    struct ys_kv *kv = calloc(1, sizeof *kv);
    if (kv == NULL)
        return ys_fail(err, YS_NOMEM, "store: out of memory");
    memcpy(kv->file, name, sizeof kv->file);
    (void)snprintf(kv->path, sizeof kv->path, "%s", options->path);
    (void)snprintf(kv->lock, sizeof kv->lock, "%.*s/lock.mdb", PATH_MAX - 16, options->path);
    kv->held_bytes_max = options->held_bytes_max;
    init_gate(kv);
    const enum ys_code code = ys_kv_open_env(kv, options, err);
    if (code != YS_OK) {
        ys_kv_close(kv);
        return code;
    }
    *out = kv;
    return YS_OK;
}

bool ys_kv_lacks_tables(const struct ys_kv *kv)
{
    return kv->lacks_tables;
}

enum ys_code ys_kv_add_tables(struct ys_kv *kv, struct ys_err *err)
{
    return open_databases(kv, true, err);
}

void ys_kv_close(struct ys_kv *kv)
{
    if (kv == NULL)
        return;
    if (kv->env != NULL)
        mdb_env_close(kv->env);
    pthread_cond_destroy(&kv->moved);
    pthread_mutex_destroy(&kv->mutex);
    free(kv);
}

bool ys_kv_read_only(const struct ys_kv *kv)
{
    return kv->read_only;
}

static bool is_in_place(const char *name, const struct ys_kv_place *place)
{
    struct stat info;
    return place->inode == 0 ||
           (stat(name, &info) == 0 && info.st_dev == place->device && info.st_ino == place->inode);
}

enum ys_code ys_kv_check_name(const struct ys_kv *kv, struct ys_err *err)
{
    if (!is_in_place(kv->file, &kv->data_place))
        return replaced(kv->file, err);
    if (!is_in_place(kv->lock, &kv->lock_place))
        return replaced(kv->lock, err);
    return YS_OK;
}

enum ys_code ys_kv_check_place(const struct ys_kv *kv, struct ys_err *err)
{
    struct statvfs info;
    const enum ys_code code = ys_kv_check_name(kv, err);
    if (code != YS_OK)
        return code;
    if (statvfs(kv->file, &info) != 0)
        return ys_fail(err, YS_IO, "%.160s: %s", kv->file, strerror(errno));
    return (info.f_flag & ST_RDONLY) != 0 ? ys_kv_translate(kv->path, EROFS, "look", err) : YS_OK;
}

static bool holds_back(const struct ys_kv *kv, const struct ys_kv_info *info)
{
    uint64_t most = kv->held_bytes_max;
    if (most == 0)
        most = info->used_bytes / HELD_SHARE > held_bytes_min ? info->used_bytes / HELD_SHARE
                                                              : held_bytes_min;
    return info->held_bytes > most;
}

/* Before something is written: the map is large enough for a usual transaction, and no reader makes the
 * file grow without end. */
static enum ys_code prepare_write(struct ys_kv *kv, struct ys_err *err)
{
    struct ys_kv_info info = {0};
    int cleared = 0;
    enum ys_code code = ys_kv_info(kv, &info, err);
    if (code == YS_OK && holds_back(kv, &info)) {
        code = ys_kv_clear_dead_readers(kv, &cleared, err);
        if (code == YS_OK)
            code = ys_kv_info(kv, &info, err);
        if (code == YS_OK && holds_back(kv, &info)) {
            atomic_store(&kv->shortage, YS_SHORT_READER);
            return ys_fail(err, YS_FULL,
                           "store: process %lld has been reading for %llu transactions and keeps "
                           "%llu MiB from being used again; let it go on, or end it",
                           (long long)info.oldest_reader_pid,
                           (unsigned long long)(info.last_txn - info.oldest_reader_txn),
                           (unsigned long long)(info.held_bytes >> 20));
        }
    }
    if (code == YS_OK && info.used_bytes + info.map_bytes / ROOM_SHARE > info.map_bytes)
        code = remap(kv, true, err);
    return code == YS_BUSY ? YS_OK : code; /* it may be enough; the write will say if not */
}

/* --- transactions --- */

static int begin_once(struct ys_txn *txn)
{
    const int rc = mdb_txn_begin(txn->kv->env, NULL, txn->write ? 0 : MDB_RDONLY, &txn->txn);
    if (rc != 0)
        ys_kv_leave(txn->kv, txn);
    return rc;
}

/* Enters; the end of the transaction leaves. */
static enum ys_code begin(struct ys_txn *txn, struct ys_err *err)
{
    enum ys_code code = ys_kv_enter(txn->kv, txn, err);
    if (code != YS_OK)
        return code;
    int rc = begin_once(txn);
    while (rc == MDB_MAP_RESIZED) { /* by another process: adopt its size, which may change again */
        code = remap(txn->kv, false, err);
        if (code == YS_OK)
            code = ys_kv_enter(txn->kv, txn, err);
        if (code != YS_OK)
            return code;
        rc = begin_once(txn);
    }
    return ys_kv_translate(txn->kv->path, rc, "begin", err);
}

enum ys_code ys_txn_begin(struct ys_kv *kv, bool write, struct ys_txn **out, struct ys_err *err)
{
    const int rc = write && kv->read_only ? EROFS : planted_failure(kv);
    if (rc != 0)
        return ys_kv_translate(kv->path, rc, "begin", err);
    enum ys_code code = write ? prepare_write(kv, err) : YS_OK;
    if (code != YS_OK)
        return code;
    struct ys_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL)
        return ys_fail(err, YS_NOMEM, "store: out of memory");
    txn->kv = kv;
    txn->write = write;
    code = begin(txn, err);
    if (code != YS_OK) {
        free(txn);
        return code;
    }
    if (write) /* whoever waited for the lock holds one that others no longer look at */
        code = ys_kv_check_name(kv, err);
    if (code != YS_OK) {
        ys_txn_abort(&txn);
        return code;
    }
    *out = txn;
    return YS_OK;
}

uint64_t ys_txn_view(const struct ys_txn *txn)
{
    return mdb_txn_id(txn->txn);
}

static void close_cursors(struct ys_txn *txn)
{
    for (int i = 0; i < YS_DB_COUNT; i++) {
        if (txn->cursor[i] != NULL)
            mdb_cursor_close(txn->cursor[i]);
        txn->cursor[i] = NULL;
    }
}

enum ys_code ys_txn_commit(struct ys_txn **txn, struct ys_err *err)
{
    struct ys_txn *ended = *txn;
    struct ys_kv *const kv = ended->kv;
    const bool write = ended->write;
    *txn = NULL;
    close_cursors(ended);
    int rc = planted_failure(kv);
    if (rc != 0)
        mdb_txn_abort(ended->txn);
    else
        rc = mdb_txn_commit(ended->txn);
    const enum ys_code code = translate_write(kv, rc, "commit", err);
    ys_kv_leave(kv, ended);
    free(ended);
    /* What is in a file that nobody finds again is not kept. */
    return code == YS_OK && write ? ys_kv_check_name(kv, err) : code;
}

void ys_txn_abort(struct ys_txn **txn)
{
    struct ys_txn *ended = *txn;
    *txn = NULL;
    if (ended == NULL)
        return;
    close_cursors(ended);
    mdb_txn_abort(ended->txn);
    ys_kv_leave(ended->kv, ended);
    free(ended);
}

static MDB_val to_val(struct ys_bytes bytes)
{
    /* LMDB's type has no const; it does not write through keys or values given to it. */
    union {
        const uint8_t *in;
        void *out;
    } data = {.in = bytes.data};
    return (MDB_val){.mv_size = bytes.size, .mv_data = data.out};
}

static struct ys_bytes from_val(const MDB_val *val)
{
    return (struct ys_bytes){.data = val->mv_data, .size = val->mv_size};
}

/* Who reads a second row of a table will read more, mostly the next ones: a cursor looks at its page first. */
static int look_up(struct ys_txn *txn, enum ys_db db, MDB_val *k, MDB_val *v)
{
    int rc = 0;
    if (txn->write || !txn->was_read[db]) {
        txn->was_read[db] = true;
        return mdb_get(txn->txn, txn->kv->dbi[db], k, v);
    }
    if (txn->cursor[db] == NULL)
        rc = mdb_cursor_open(txn->txn, txn->kv->dbi[db], &txn->cursor[db]);
    return rc != 0 ? rc : mdb_cursor_get(txn->cursor[db], k, v, MDB_SET);
}

enum ys_code ys_txn_get(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                        struct ys_bytes *value_out, struct ys_err *err)
{
    MDB_val k = to_val(key);
    MDB_val v = {0};
    int rc = planted_failure(txn->kv);
    if (rc == 0)
        rc = look_up(txn, db, &k, &v);
    if (rc == 0)
        *value_out = from_val(&v);
    return ys_kv_translate(txn->kv->path, rc, "read", err);
}

enum ys_code ys_txn_put(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                        struct ys_bytes value, struct ys_err *err)
{
    YS_ASSERT(txn->write);
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    int rc = planted_failure(txn->kv);
    if (rc == 0)
        rc = mdb_put(txn->txn, txn->kv->dbi[db], &k, &v, 0);
    return translate_write(txn->kv, rc, "write", err);
}

enum ys_code ys_txn_put_new(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                            struct ys_bytes value, struct ys_bytes *old_out, struct ys_err *err)
{
    YS_ASSERT(txn->write);
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    int rc = planted_failure(txn->kv);
    if (rc == 0)
        rc = mdb_put(txn->txn, txn->kv->dbi[db], &k, &v, MDB_NOOVERWRITE);
    if (rc == MDB_KEYEXIST) {
        *old_out = from_val(&v);
        return YS_EXISTS;
    }
    return translate_write(txn->kv, rc, "write", err);
}

enum ys_code ys_txn_reserve(struct ys_txn *txn, enum ys_db db, struct ys_bytes key, size_t size,
                            uint8_t **value_out, struct ys_err *err)
{
    YS_ASSERT(txn->write);
    MDB_val k = to_val(key);
    MDB_val v = {.mv_size = size};
    int rc = planted_failure(txn->kv);
    if (rc == 0)
        rc = mdb_put(txn->txn, txn->kv->dbi[db], &k, &v, MDB_RESERVE);
    if (rc == 0)
        *value_out = v.mv_data;
    return translate_write(txn->kv, rc, "write", err);
}

enum ys_code ys_txn_delete(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                           struct ys_err *err)
{
    YS_ASSERT(txn->write);
    MDB_val k = to_val(key);
    int rc = planted_failure(txn->kv);
    if (rc == 0)
        rc = mdb_del(txn->txn, txn->kv->dbi[db], &k, NULL);
    return translate_write(txn->kv, rc, "delete", err);
}

static int seek(MDB_cursor *cursor, MDB_val *k, MDB_val *v, enum ys_seek how)
{
    const bool from_end = k->mv_size == 0;
    if (how == YS_SEEK_AT_LEAST)
        return mdb_cursor_get(cursor, k, v, from_end ? MDB_FIRST : MDB_SET_RANGE);
    if (from_end)
        return mdb_cursor_get(cursor, k, v, MDB_LAST);
    const int rc = mdb_cursor_get(cursor, k, v, MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND) /* every key is smaller */
        return mdb_cursor_get(cursor, k, v, MDB_LAST);
    return rc != 0 ? rc : mdb_cursor_get(cursor, k, v, MDB_PREV);
}

/* Does the row found lie where it was looked for? In a damaged page the keys may be out of order, and
 * a walk that goes on from each key found would never end. */
static bool found_in_order(struct ys_bytes asked, struct ys_bytes found, enum ys_seek how)
{
    if (asked.size == 0)
        return true;
    const size_t shorter = asked.size < found.size ? asked.size : found.size;
    int order = memcmp(found.data, asked.data, shorter);
    if (order == 0)
        order = (found.size > asked.size) - (found.size < asked.size);
    return how == YS_SEEK_AT_LEAST ? order >= 0 : order < 0;
}

enum ys_code ys_txn_seek(struct ys_txn *txn, enum ys_db db, struct ys_bytes key, enum ys_seek how,
                         struct ys_bytes *key_out, struct ys_bytes *value_out, struct ys_err *err)
{
    int rc = planted_failure(txn->kv);
    if (rc == 0 && txn->cursor[db] == NULL)
        rc = mdb_cursor_open(txn->txn, txn->kv->dbi[db], &txn->cursor[db]);
    MDB_val k = to_val(key);
    MDB_val v = {0};
    if (rc == 0)
        rc = seek(txn->cursor[db], &k, &v, how);
    if (rc == 0 && !found_in_order(key, from_val(&k), how))
        return ys_fail(err, YS_CORRUPT, "store: rows of \"%s\" are not in order", ys_db_name(db));
    if (rc == 0) {
        *key_out = from_val(&k);
        *value_out = from_val(&v);
    }
    return ys_kv_translate(txn->kv->path, rc, "read", err);
}

enum ys_code ys_txn_count(struct ys_txn *txn, enum ys_db db, uint64_t *count_out,
                          struct ys_err *err)
{
    MDB_stat info;
    int rc = planted_failure(txn->kv);
    if (rc == 0)
        rc = mdb_stat(txn->txn, txn->kv->dbi[db], &info);
    if (rc == 0)
        *count_out = info.ms_entries;
    return ys_kv_translate(txn->kv->path, rc, "count", err);
}

void ys_kv_fail_after(struct ys_kv *kv, unsigned calls)
{
    atomic_store(&kv->fail_after, calls);
}
