#include "node/model/sql.h"

#include "crypto/assert.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOKASIDE_BYTES = 1200, LOOKASIDE_COUNT = 800 };

struct ys_sql {
    sqlite3 *db;
};

struct ys_query {
    sqlite3_stmt *statement;
    bool bad; /* a value could not be set, or a column not be read: found at the next step */
};

static enum ys_code no_space(const char *path, struct ys_err *err)
{
    return ys_fail(err, YS_FULL, "read model %.140s: no space left on the disk; free some there",
                   path);
}

/* What the system said of the file. */
static enum ys_code translate_system(int error, const char *path, const char *why,
                                     struct ys_err *err)
{
    if (error == ENOSPC || error == EDQUOT)
        return no_space(path, err);
    if (error == EROFS)
        return ys_fail(err, YS_IO, "read model %.140s: the file system is read-only", path);
    return ys_fail(err, YS_IO, "read model %.140s: %s", path, why);
}

/* "" of one in memory. */
static const char *path_of(sqlite3 *db)
{
    const char *const path = db == NULL ? NULL : sqlite3_db_filename(db, "main");
    return path == NULL ? "" : path;
}

/* The one place where SQLite's codes become ours. */
static enum ys_code translate(sqlite3 *db, int rc, struct ys_err *err)
{
    const char *const why = db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(db);
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return YS_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ys_fail(err, YS_BUSY, "read model: in use by another process: %s", why);
    case SQLITE_NOMEM:
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    case SQLITE_FULL:
        return no_space(path_of(db), err);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
        return translate_system(db == NULL ? 0 : sqlite3_system_errno(db), path_of(db), why, err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ys_fail(err, YS_CORRUPT, "read model: %s; `yishi reindex` makes it anew", why);
    default:
        return ys_fail(err, YS_IO, "read model: %s", why);
    }
}

/* SQLite tries again to read only, and then tells that there is no such file. */
static bool is_on_read_only(const char *path)
{
    char folder[PATH_MAX];
    const char *const slash = strrchr(path, '/');
    const int size = slash == NULL ? 1 : (int)(slash - path);
    return snprintf(folder, sizeof folder, "%.*s", size, slash == NULL ? "." : path) <
               (int)sizeof folder &&
           access(folder, W_OK) != 0 && errno == EROFS;
}

enum ys_code ys_sql_open(const char *path, int busy_ms, struct ys_sql **out, struct ys_err *err)
{
    struct ys_sql *const sql = calloc(1, sizeof *sql);
    if (sql == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    /* No count of all memory, which costs a lock an allocation. Refused once SQLite is in use. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    enum ys_code code = translate(sql->db, sqlite3_open_v2(path, &sql->db, flags, NULL), err);
    if (code == YS_OK) /* small allocations; without room for it they come from the heap */
        (void)sqlite3_db_config(sql->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_BYTES,
                                LOOKASIDE_COUNT);
    if (code == YS_OK) /* a plan does not look at values, so that no new value makes it anew */
        (void)sqlite3_db_config(sql->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    if (code == YS_OK)
        code = translate(sql->db, sqlite3_busy_timeout(sql->db, busy_ms), err);
    if (code == YS_OK)
        code = ys_sql_run(sql,
                          "PRAGMA page_size = 8192; PRAGMA synchronous = NORMAL;"
                          "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;"
                          "PRAGMA mmap_size = 1073741824;" /* reading copies no pages */
                          "PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF;",
                          err);
    if (code == YS_IO && is_on_read_only(path))
        code = translate_system(EROFS, path, "", err);
    if (code != YS_OK) {
        ys_sql_close(sql);
        return code;
    }
    *out = sql;
    return YS_OK;
}

/* --- taking over what cannot be written --- */

static enum ys_code copy_all(struct ys_sql *sql, sqlite3 *from, struct ys_err *err)
{
    sqlite3_backup *const backup = sqlite3_backup_init(sql->db, "main", from, "main");
    if (backup == NULL)
        return translate(sql->db, sqlite3_errcode(sql->db), err);
    (void)sqlite3_backup_step(backup, -1); /* the end repeats its code */
    return translate(from, sqlite3_backup_finish(backup), err);
}

/* `before`: a statement, or NULL. */
static enum ys_code take_by(struct ys_sql *sql, const char *name, int flags, const char *before,
                            struct ys_err *err)
{
    enum { BUSY_MS = 2000 };
    sqlite3 *from = NULL;
    int rc =
        sqlite3_open_v2(name, &from, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(from, BUSY_MS);
    if (rc == SQLITE_OK && before != NULL)
        rc = sqlite3_exec(from, before, NULL, NULL, NULL);
    const enum ys_code code = rc == SQLITE_OK ? copy_all(sql, from, err) : translate(from, rc, err);
    rc = sqlite3_close(from);
    YS_ASSERT(rc == SQLITE_OK);
    return code;
}

/* Nobody writes there, and nothing waits in a journal: no lock is needed. */
static enum ys_code take_unlocked(struct ys_sql *sql, const char *path, struct ys_err *err)
{
    char name[3 * PATH_MAX + 32] = "file:";
    char journal[PATH_MAX + 8];
    struct stat info;
    size_t size = strlen(name);
    (void)snprintf(journal, sizeof journal, "%s-wal", path);
    if (stat(journal, &info) == 0 && info.st_size != 0)
        return ys_fail(err, YS_IO, "read model %.140s: its journal cannot be read there", path);
    for (const char *at = path; *at != '\0' && size < sizeof name - 16; at++)
        size += (size_t)snprintf(name + size, sizeof name - size,
                                 strchr("%?#", *at) != NULL ? "%%%02X" : "%c", (unsigned char)*at);
    (void)snprintf(name + size, sizeof name - size, "?immutable=1");
    return take_by(sql, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL, err);
}

enum ys_code ys_sql_take(struct ys_sql *sql, const char *path, struct ys_err *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return ys_fail(err, YS_NOT_FOUND, "read model %.140s: %s", path, strerror(errno));
    /* Where somebody has it open, what he shares with others is there. */
    enum ys_code code = take_by(sql, path, SQLITE_OPEN_READONLY, NULL, err);
    if (code != YS_OK && is_on_read_only(path))
        return take_unlocked(sql, path, err);
    if (code != YS_OK) /* alone, one needs no file for it */
        code = take_by(sql, path, SQLITE_OPEN_READWRITE, "PRAGMA locking_mode = EXCLUSIVE", err);
    return code;
}

void ys_sql_close(struct ys_sql *sql)
{
    if (sql == NULL)
        return;
    const int rc = sqlite3_close(sql->db);
    YS_ASSERT(rc == SQLITE_OK);
    free(sql);
}

enum ys_code ys_sql_run(struct ys_sql *sql, const char *text, struct ys_err *err)
{
    return translate(sql->db, sqlite3_exec(sql->db, text, NULL, NULL, NULL), err);
}

/* What SQLite keeps of a function of ours. */
struct function {
    void (*run)(void *context, struct ys_sql_call *call);
    void *context;
};
struct ys_sql_call {
    sqlite3_context *result;
    sqlite3_value **argument;
};

static void run_function(sqlite3_context *result, int count, sqlite3_value **argument)
{
    const struct function *const function = sqlite3_user_data(result);
    struct ys_sql_call call = {.result = result, .argument = argument};
    (void)count; /* SQLite sees to it */
    function->run(function->context, &call);
}

enum ys_code ys_sql_function(struct ys_sql *sql, const char *name, int count,
                             void (*run)(void *context, struct ys_sql_call *call), void *context,
                             struct ys_err *err)
{
    struct function *const function = malloc(sizeof *function);
    if (function == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    *function = (struct function){.run = run, .context = context};
    /* also when it fails, SQLite frees it */
    return translate(
        sql->db,
        sqlite3_create_function_v2(sql->db, name, count,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, function,
                                   run_function, NULL, NULL, free),
        err);
}

bool ys_sql_call_is_null(const struct ys_sql_call *call, int at)
{
    return sqlite3_value_type(call->argument[at]) == SQLITE_NULL;
}

int64_t ys_sql_call_int(const struct ys_sql_call *call, int at)
{
    return sqlite3_value_int64(call->argument[at]);
}

struct ys_bytes ys_sql_call_text(const struct ys_sql_call *call, int at)
{
    const unsigned char *const text = sqlite3_value_text(call->argument[at]);
    return (struct ys_bytes){text,
                             text == NULL ? 0 : (size_t)sqlite3_value_bytes(call->argument[at])};
}

void ys_sql_call_give_int(struct ys_sql_call *call, int64_t value)
{
    sqlite3_result_int64(call->result, value);
}

void ys_sql_call_give_text(struct ys_sql_call *call, struct ys_bytes value)
{
    YS_ASSERT(value.size <= INT_MAX);
    sqlite3_result_text(call->result, value.size == 0 ? "" : (const char *)value.data,
                        (int)value.size, SQLITE_TRANSIENT);
}

/* `mode_out`: is it in that mode now? SQLite leaves it as it is when somebody else uses the file. */
static enum ys_code set_journal(struct ys_sql *sql, const char *mode, bool *mode_out,
                                struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    char text[64];
    bool row = false;
    *mode_out = false;
    (void)snprintf(text, sizeof text, "PRAGMA journal_mode = %s", mode);
    enum ys_code code = ys_query_open(sql, text, &query, err);
    if (code != YS_OK)
        return code;
    YS_ASSERT(query != NULL);
    code = ys_query_step(query, &row, err);
    if (code == YS_OK && row)
        *mode_out = ys_bytes_is_text(ys_query_text(query, 0), mode);
    return code == YS_BUSY ? YS_OK : code;
}

enum ys_code ys_sql_hurry(struct ys_sql *sql, bool *haste_out, struct ys_err *err)
{
    const enum ys_code code = set_journal(sql, "truncate", haste_out, err);
    return code == YS_OK && *haste_out ? ys_sql_run(sql, "PRAGMA synchronous = OFF", err) : code;
}

enum ys_code ys_sql_calm(struct ys_sql *sql, struct ys_err *err)
{
    return ys_sql_run(sql, "PRAGMA synchronous = NORMAL", err);
}

enum ys_code ys_sql_share(struct ys_sql *sql, struct ys_err *err)
{
    bool done = false;
    return set_journal(sql, "wal", &done, err);
}

enum ys_code ys_sql_end(struct ys_sql *sql, enum ys_code code, struct ys_err *err)
{
    if (code == YS_OK)
        code = ys_sql_run(sql, "COMMIT", err);
    if (code != YS_OK && ys_sql_in_transaction(sql) && ys_sql_run(sql, "ROLLBACK", NULL) != YS_OK)
        return code; /* closing undoes it, too */
    return code;
}

bool ys_sql_in_transaction(const struct ys_sql *sql)
{
    return sqlite3_get_autocommit(sql->db) == 0;
}

int64_t ys_sql_changes(const struct ys_sql *sql)
{
    return sqlite3_changes64(sql->db);
}

static enum ys_code open_query(struct ys_sql *sql, const char *text, unsigned flags,
                               struct ys_query **out, struct ys_err *err)
{
    struct ys_query *const query = calloc(1, sizeof *query);
    if (query == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    const int rc = sqlite3_prepare_v3(sql->db, text, -1, flags, &query->statement, NULL);
    if (rc != SQLITE_OK) {
        free(query);
        return translate(sql->db, rc, err);
    }
    *out = query;
    return YS_OK;
}

enum ys_code ys_query_open(struct ys_sql *sql, const char *text, struct ys_query **out,
                           struct ys_err *err)
{
    return open_query(sql, text, SQLITE_PREPARE_PERSISTENT, out, err);
}

enum ys_code ys_query_open_briefly(struct ys_sql *sql, const char *text, struct ys_query **out,
                                   struct ys_err *err)
{
    return open_query(sql, text, 0, out, err);
}

void ys_query_close(struct ys_query *query)
{
    if (query == NULL)
        return;
    (void)sqlite3_finalize(query->statement); /* repeats the code of the last step */
    free(query);
}

void ys_query_end(struct ys_query **query)
{
    ys_query_close(*query);
    *query = NULL;
}

static void keep(struct ys_query *query, int rc)
{
    YS_ASSERT(rc != SQLITE_RANGE && rc != SQLITE_MISUSE);
    query->bad = query->bad || rc != SQLITE_OK;
}

void ys_query_set_int(struct ys_query *query, int at, int64_t value)
{
    keep(query, sqlite3_bind_int64(query->statement, at, value));
}

void ys_query_set_text(struct ys_query *query, int at, struct ys_bytes value)
{
    YS_ASSERT(value.size <= INT_MAX);
    keep(query,
         sqlite3_bind_text(query->statement, at, value.size == 0 ? "" : (const char *)value.data,
                           (int)value.size, SQLITE_STATIC));
}

void ys_query_set_word(struct ys_query *query, int at, const char *word)
{
    keep(query, sqlite3_bind_text(query->statement, at, word, -1, SQLITE_TRANSIENT));
}

void ys_query_set_blob(struct ys_query *query, int at, struct ys_bytes value)
{
    YS_ASSERT(value.size <= INT_MAX);
    keep(query, value.size == 0 ? sqlite3_bind_zeroblob(query->statement, at, 0)
                                : sqlite3_bind_blob(query->statement, at, value.data,
                                                    (int)value.size, SQLITE_STATIC));
}

void ys_query_set_null(struct ys_query *query, int at)
{
    keep(query, sqlite3_bind_null(query->statement, at));
}

enum ys_code ys_query_step(struct ys_query *query, bool *row_out, struct ys_err *err)
{
    *row_out = false;
    if (query->bad) {
        query->bad = false;
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    }
    const int rc = sqlite3_step(query->statement);
    if (rc == SQLITE_ROW) {
        *row_out = true;
        return YS_OK;
    }
    const enum ys_code code = translate(sqlite3_db_handle(query->statement), rc, err);
    (void)sqlite3_reset(query->statement); /* repeats the code of the step */
    return code;
}

void ys_query_reset(struct ys_query *query)
{
    (void)sqlite3_reset(query->statement);
}

enum ys_code ys_query_run(struct ys_query *query, struct ys_err *err)
{
    bool row = false;
    const enum ys_code code = ys_query_step(query, &row, err);
    if (row)
        ys_query_reset(query);
    return code;
}

int ys_query_columns(const struct ys_query *query)
{
    return sqlite3_column_count(query->statement);
}

bool ys_query_is_null(struct ys_query *query, int at)
{
    return sqlite3_column_type(query->statement, at) == SQLITE_NULL;
}

int64_t ys_query_int(struct ys_query *query, int at)
{
    return sqlite3_column_int64(query->statement, at);
}

struct ys_bytes ys_query_text(struct ys_query *query, int at)
{
    const bool is_null = ys_query_is_null(query, at);
    const unsigned char *const text = sqlite3_column_text(query->statement, at);
    if (text != NULL)
        return (struct ys_bytes){text, (size_t)sqlite3_column_bytes(query->statement, at)};
    query->bad = query->bad || !is_null; /* no memory to make a text of a number */
    return (struct ys_bytes){NULL, 0};
}

struct ys_bytes ys_query_blob(struct ys_query *query, int at)
{
    const void *const blob = sqlite3_column_blob(query->statement, at);
    return (struct ys_bytes){blob,
                             blob == NULL ? 0 : (size_t)sqlite3_column_bytes(query->statement, at)};
}

bool ys_query_hash(struct ys_query *query, int at, struct ys_hash *out)
{
    const struct ys_bytes blob = ys_query_blob(query, at);
    if (blob.size != sizeof out->bytes)
        return false;
    memcpy(out->bytes, blob.data, sizeof out->bytes);
    return true;
}

bool ys_query_copy(struct ys_query *query, int at, char *out, size_t size)
{
    YS_ASSERT(size > 0);
    const struct ys_bytes text = ys_query_text(query, at);
    size_t length = text.size < size ? text.size : size - 1;
    while (length < text.size && length > 0 && (text.data[length] & 0xc0) == 0x80)
        length--;
    if (length > 0)
        memcpy(out, text.data, length);
    out[length] = '\0';
    return length == text.size;
}
