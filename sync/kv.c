#include "sync/kv.h"

#include "crypto/assert.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DBS_MAX = 32, READERS_MAX = 126 };
static const size_t default_map_bytes = (size_t)16 << 30;

struct ys_kv {
    MDB_env *env;
    MDB_dbi dbi[YS_DB_COUNT];
    atomic_uint fail_after;
    bool lacks_tables;
};

struct ys_txn {
    struct ys_kv *kv;
    MDB_txn *txn;
    MDB_cursor *cursor[YS_DB_COUNT];
    bool write;
};

/* The one place where LMDB's codes become ours. */
static enum ys_code translate(int rc, const char *what, struct ys_err *err)
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
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_PANIC:
        return ys_fail(err, YS_CORRUPT, "store: %s: %s", what, mdb_strerror(rc));
    case MDB_VERSION_MISMATCH:
        return ys_fail(err, YS_VERSION, "store: %s: %s", what, mdb_strerror(rc));
    default:
        return ys_fail(err, YS_IO, "store: %s: %s", what, mdb_strerror(rc));
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
    if (snprintf(name, sizeof name, "%s/data.mdb", path) >= (int)sizeof name ||
        stat(name, &info) != 0)
        return ys_fail(err, YS_IO, "%s/data.mdb: %s", path, strerror(errno));
    const int rc = mdb_env_info(env, &map) != 0 ? EINVAL : mdb_env_stat(env, &pages);
    if (rc != 0)
        return translate(rc, "open", err);
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

static enum ys_code open_databases(struct ys_kv *kv, bool create, struct ys_err *err)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(kv->env, NULL, create ? 0 : MDB_RDONLY, &txn);
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
        return translate(rc, "open", err);
    }
    return translate(mdb_txn_commit(txn), "open", err);
}

static enum ys_code open_env(struct ys_kv *kv, const struct ys_kv_options *options,
                             struct ys_err *err)
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
        rc = mdb_env_open(kv->env, options->path, MDB_NOTLS, 0600);
    if (rc != 0)
        return translate(rc, options->path, err);
    const enum ys_code code = check_file_size(kv->env, options->path, err);
    return code != YS_OK ? code : open_databases(kv, options->create, err);
}

enum ys_code ys_kv_open(const struct ys_kv_options *options, struct ys_kv **out, struct ys_err *err)
{
    char name[PATH_MAX];
    struct stat info;
    if (snprintf(name, sizeof name, "%s/data.mdb", options->path) >= (int)sizeof name)
        return ys_fail(err, YS_LIMIT, "%s: path too long", options->path);
    if (!options->create && stat(name, &info) != 0)
        return ys_fail(err, errno == ENOENT ? YS_NOT_FOUND : YS_IO, "%s: %s", name,
                       strerror(errno));
    struct ys_kv *kv = calloc(1, sizeof *kv);
    if (kv == NULL)
        return ys_fail(err, YS_NOMEM, "store: out of memory");
    const enum ys_code code = open_env(kv, options, err);
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
    free(kv);
}

/* Text lines of mdb_reader_list: "    pid     thread     txnid". */
struct reader_scan {
    uint64_t oldest;
    unsigned count;
};

static int scan_reader(const char *line, void *context)
{
    struct reader_scan *scan = context;
    unsigned long long pid = 0;
    unsigned long long thread = 0;
    unsigned long long txn = 0;
    char *end = NULL;
    pid = strtoull(line, &end, 10);
    if (end == line || pid == 0)
        return 0;
    const char *at = end;
    thread = strtoull(at, &end, 16);
    (void)thread;
    at = end;
    txn = strtoull(at, &end, 10);
    if (end == at)
        return 0; /* "-": a slot without a transaction */
    scan->count++;
    if (txn < scan->oldest)
        scan->oldest = txn;
    return 0;
}

enum ys_code ys_kv_info(struct ys_kv *kv, struct ys_kv_info *out, struct ys_err *err)
{
    MDB_envinfo info;
    MDB_stat pages;
    int rc = mdb_env_info(kv->env, &info);
    if (rc == 0)
        rc = mdb_env_stat(kv->env, &pages);
    struct reader_scan scan = {.oldest = UINT64_MAX};
    if (rc == 0 && mdb_reader_list(kv->env, scan_reader, &scan) < 0)
        rc = EINVAL;
    if (rc != 0)
        return translate(rc, "info", err);
    *out = (struct ys_kv_info){
        .last_txn = info.me_last_txnid,
        .oldest_reader_txn = scan.count == 0 ? info.me_last_txnid : scan.oldest,
        .readers = scan.count,
        .used_bytes = ((uint64_t)info.me_last_pgno + 1) * pages.ms_psize,
        .map_bytes = info.me_mapsize,
    };
    return YS_OK;
}

/* Where LMDB 0.9 keeps what we compare, on a 64-bit machine: the page header has 16 bytes, then come
 * magic, version, address, map size, two databases of 48 bytes, last page, transaction. */
enum {
    META_MAGIC_AT = 16,
    META_VERSION_AT = 20,
    META_PAGE_SIZE_AT = 40, /* the first database's pad */
    META_TXN_AT = 144,
    META_BYTES = 152,
    META_VERSION = 1
};
static const uint32_t meta_magic = 0xBEEFC0DE;

static enum ys_code read_meta(int fd, const char *name, off_t at, uint64_t *txn,
                              uint32_t *page_size, struct ys_err *err)
{
    uint8_t page[META_BYTES];
    uint32_t magic = 0;
    uint32_t version = 0;
    if (pread(fd, page, sizeof page, at) != (ssize_t)sizeof page)
        return ys_fail(err, YS_CORRUPT, "%s: cut short", name);
    memcpy(&magic, page + META_MAGIC_AT, sizeof magic);
    memcpy(&version, page + META_VERSION_AT, sizeof version);
    memcpy(page_size, page + META_PAGE_SIZE_AT, sizeof *page_size);
    memcpy(txn, page + META_TXN_AT, sizeof *txn);
    if (magic != meta_magic || version != META_VERSION || *page_size < 512 || *page_size > 65536)
        return ys_fail(err, YS_CORRUPT, "%s: a meta page is damaged", name);
    return YS_OK;
}

enum ys_code ys_kv_check_file(const char *path, struct ys_err *err)
{
    char name[PATH_MAX];
    uint64_t txn[2] = {0};
    uint32_t page_size[2] = {0};
    if (snprintf(name, sizeof name, "%s/data.mdb", path) >= (int)sizeof name)
        return ys_fail(err, YS_LIMIT, "%s: path too long", path);
    const int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ys_fail(err, errno == ENOENT ? YS_NOT_FOUND : YS_IO, "%s: %s", name,
                       strerror(errno));
    enum ys_code code = read_meta(fd, name, 0, &txn[0], &page_size[0], err);
    if (code == YS_OK)
        code = read_meta(fd, name, (off_t)page_size[0], &txn[1], &page_size[1], err);
    close(fd);
    const uint64_t apart = txn[0] > txn[1] ? txn[0] - txn[1] : txn[1] - txn[0];
    if (code == YS_OK && (page_size[0] != page_size[1] || apart > 1 || (apart == 0 && txn[0] != 0)))
        return ys_fail(err, YS_CORRUPT, "%s: its meta pages do not belong together", name);
    return code;
}

enum ys_code ys_kv_clear_dead_readers(struct ys_kv *kv, int *cleared_out, struct ys_err *err)
{
    return translate(mdb_reader_check(kv->env, cleared_out), "clearing readers", err);
}

enum ys_code ys_txn_begin(struct ys_kv *kv, bool write, struct ys_txn **out, struct ys_err *err)
{
    int rc = planted_failure(kv);
    if (rc != 0)
        return translate(rc, "begin", err);
    struct ys_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL)
        return ys_fail(err, YS_NOMEM, "store: out of memory");
    rc = mdb_txn_begin(kv->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
    if (rc == MDB_MAP_RESIZED) {
        /* Another process made the map larger: adopt its size. */
        rc = mdb_env_set_mapsize(kv->env, 0);
        if (rc == 0)
            rc = mdb_txn_begin(kv->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
    }
    if (rc != 0) {
        free(txn);
        return translate(rc, "begin", err);
    }
    txn->kv = kv;
    txn->write = write;
    *out = txn;
    return YS_OK;
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
    *txn = NULL;
    close_cursors(ended);
    int rc = planted_failure(ended->kv);
    if (rc != 0)
        mdb_txn_abort(ended->txn);
    else
        rc = mdb_txn_commit(ended->txn);
    free(ended);
    return translate(rc, "commit", err);
}

void ys_txn_abort(struct ys_txn **txn)
{
    struct ys_txn *ended = *txn;
    *txn = NULL;
    if (ended == NULL)
        return;
    close_cursors(ended);
    mdb_txn_abort(ended->txn);
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

enum ys_code ys_txn_get(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                        struct ys_bytes *value_out, struct ys_err *err)
{
    MDB_val k = to_val(key);
    MDB_val v = {0};
    int rc = planted_failure(txn->kv);
    if (rc == 0)
        rc = mdb_get(txn->txn, txn->kv->dbi[db], &k, &v);
    if (rc == 0)
        *value_out = from_val(&v);
    return translate(rc, "read", err);
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
    return translate(rc, "write", err);
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
    return translate(rc, "write", err);
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
    return translate(rc, "write", err);
}

enum ys_code ys_txn_delete(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                           struct ys_err *err)
{
    YS_ASSERT(txn->write);
    MDB_val k = to_val(key);
    int rc = planted_failure(txn->kv);
    if (rc == 0)
        rc = mdb_del(txn->txn, txn->kv->dbi[db], &k, NULL);
    return translate(rc, "delete", err);
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
    return translate(rc, "read", err);
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
    return translate(rc, "count", err);
}

void ys_kv_fail_after(struct ys_kv *kv, unsigned calls)
{
    atomic_store(&kv->fail_after, calls);
}
