/* An ordered key-value store with transactions: the only file that knows LMDB.
 *
 * Default flags of LMDB: a committed transaction is on the disk. One environment
 * a node; other processes (the command line) may open it at the same time. What lies on a
 * read-only file system is opened for reading alone.
 *
 * YS_FULL has three causes, which ys_kv_shortage tells: no space on the disk; the map, which is made
 * larger; and a reader that stands still while others write. LMDB cannot use a page again that its
 * oldest reader may still read, so the file would grow until the disk is full: once such pages take
 * 64 MiB and a quarter of the file, nothing more is written until that reader has gone. Readers that
 * died are forgotten first.
 *
 * Threads: an environment is shared; a transaction stays in the thread that began
 * it, which may lend one that reads to another thread and end it afterwards. A thread holds at most one read transaction at a time for a turn of work and
 * never across a wait (a held reader makes the file grow).
 * Memory: bytes read are valid until the transaction ends or, in a write
 * transaction, until the next write. They never leave sync/ uncopied. */
#ifndef YS_SYNC_KV_H
#define YS_SYNC_KV_H

#include "crypto/bytes.h"
#include "crypto/err.h"

struct ys_kv;
struct ys_txn;

/* One named database each, and the schema version since which it is there. The names are those of
 * FORMATS.md, "Store". */
#define YS_DBS(X)                \
    X(META, "meta", 1)           \
    X(LOG, "log", 1)             \
    X(ORIGIN, "origin", 1)       \
    X(ENTRY, "entry", 1)         \
    X(BODY, "body", 1)           \
    X(TILE, "tile", 1)           \
    X(BYID, "byid", 1)           \
    X(ARRIVAL, "arrival", 1)     \
    X(CHANGED, "changed", 1)     \
    X(HEAD, "head", 1)           \
    X(STATUS, "status", 1)       \
    X(MEMBER, "member", 1)       \
    X(ASIDE, "aside", 2)         \
    X(FORK, "fork", 2)           \
    X(REDACTION, "redaction", 3) \
    X(ERASED, "erased", 3)       \
    X(ABSENT, "absent", 4)

enum ys_db {
#define YS_DB_ENUM(name, text, since) YS_DB_##name,
    YS_DBS(YS_DB_ENUM)
#undef YS_DB_ENUM
        YS_DB_COUNT
};

const char *ys_db_name(enum ys_db db);

struct ys_kv_options {
    const char *path; /* folder that exists */
    bool create;      /* make the file; else YS_NOT_FOUND when there is none */
    size_t map_bytes; /* room to grow, sparse; 0: 16 GiB; doubled when it becomes small */
    uint64_t
        held_bytes_max; /* what a reader that stands still may hold back; 0: 64 MiB, or more: see above */
};
YS_CHECKED enum ys_code ys_kv_open(const struct ys_kv_options *options, struct ys_kv **out,
                                   struct ys_err *err);
/* Is a table missing that came with a later schema than the first? Others are never: opening fails. */
bool ys_kv_lacks_tables(const struct ys_kv *kv);
/* Make these. */
YS_CHECKED enum ys_code ys_kv_add_tables(struct ys_kv *kv, struct ys_err *err);
/* No transaction may be open. NULL is allowed. */
void ys_kv_close(struct ys_kv *kv);

/* May nothing be written, because the file system is read-only? */
bool ys_kv_read_only(const struct ys_kv *kv);
/* Are the file that is open and its lock still those that their names lead to, on a file system that can be
 * written? YS_IO with the reason. A write transaction looks after the names by itself, before and behind. */
YS_CHECKED enum ys_code ys_kv_check_place(const struct ys_kv *kv, struct ys_err *err);

/* Why the last write ended with YS_FULL. */
enum ys_shortage { YS_SHORT_NONE, YS_SHORT_DISK, YS_SHORT_MAP, YS_SHORT_READER };
enum ys_shortage ys_kv_shortage(const struct ys_kv *kv);
/* After YS_FULL: was it for the map, and is that larger now? Then make the same transaction again. The
 * calling thread has none open. */
bool ys_kv_grow(struct ys_kv *kv);

/* What `status` shows. */
struct ys_kv_info {
    uint64_t last_txn;          /* id of the newest committed transaction */
    uint64_t oldest_reader_txn; /* equals last_txn when nobody reads */
    unsigned readers;
    int64_t oldest_reader_pid; /* 0 without one */
    uint64_t held_bytes;       /* pages that could be used again but for that reader */
    uint64_t used_bytes;       /* pages in use or free inside the file */
    uint64_t map_bytes;
};
YS_CHECKED enum ys_code ys_kv_info(struct ys_kv *kv, struct ys_kv_info *out, struct ys_err *err);
/* Look at the file itself, without opening it: its two meta pages must be of this version and of two
 * transactions one behind the other. A flipped bit there would make LMDB go back to an older state
 * without a word. YS_CORRUPT with the reason; YS_NOT_FOUND without a file. */
YS_CHECKED enum ys_code ys_kv_check_file(const char *path, struct ys_err *err);
/* Clear the slots of readers that died. */
YS_CHECKED enum ys_code ys_kv_clear_dead_readers(struct ys_kv *kv, int *cleared_out,
                                                 struct ys_err *err);
/* A commit becomes visible with its very last step. Of a writer that was killed before that step everything
 * is on the disk, and nobody sees it until the next one begins: begin, and write nothing. Waits for the
 * writer that is at work. What is wrong with the store the next one is told. */
void ys_kv_take_turn(struct ys_kv *kv);

/* Begin. A write transaction waits for that of another process or thread. */
YS_CHECKED enum ys_code ys_txn_begin(struct ys_kv *kv, bool write, struct ys_txn **out,
                                     struct ys_err *err);
/* The last transaction that was committed before this one began: two read transactions with one view read
 * the same. */
uint64_t ys_txn_view(const struct ys_txn *txn);
/* Ends it in every case and empties the pointer; YS_OK means durable. */
YS_CHECKED enum ys_code ys_txn_commit(struct ys_txn **txn, struct ys_err *err);
/* Ends it without effect; a pointer to NULL is allowed. */
void ys_txn_abort(struct ys_txn **txn);
/* Aborted at the end of its scope unless committed. */
#define YS_TXN_SCOPED __attribute__((cleanup(ys_txn_abort))) struct ys_txn *

/* YS_NOT_FOUND when there is no such key. */
YS_CHECKED enum ys_code ys_txn_get(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                                   struct ys_bytes *value_out, struct ys_err *err);
YS_CHECKED enum ys_code ys_txn_put(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                                   struct ys_bytes value, struct ys_err *err);
/* The same for a key that is not there. YS_EXISTS when it is, with its value. */
YS_CHECKED enum ys_code ys_txn_put_new(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                                       struct ys_bytes value, struct ys_bytes *old_out,
                                       struct ys_err *err);
/* Room for a value to be filled in before the next call. */
YS_CHECKED enum ys_code ys_txn_reserve(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                                       size_t size, uint8_t **value_out, struct ys_err *err);
/* YS_NOT_FOUND when there is no such key. */
YS_CHECKED enum ys_code ys_txn_delete(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                                      struct ys_err *err);
/* First key >= `key` (empty: the first of all), or with `last_below` the last key < `key` (empty: the
 * last of all). YS_NOT_FOUND at the end, YS_CORRUPT when the rows are out of order. One cursor a
 * database is kept inside the transaction, so a walk by keys in order is cheap. */
enum ys_seek { YS_SEEK_AT_LEAST, YS_SEEK_LAST_BELOW };
YS_CHECKED enum ys_code ys_txn_seek(struct ys_txn *txn, enum ys_db db, struct ys_bytes key,
                                    enum ys_seek how, struct ys_bytes *key_out,
                                    struct ys_bytes *value_out, struct ys_err *err);

/* How many rows LMDB counts in this table; a walk that meets another number was led astray. */
YS_CHECKED enum ys_code ys_txn_count(struct ys_txn *txn, enum ys_db db, uint64_t *count_out,
                                     struct ys_err *err);

/* Overwrite what the file holds besides its rows: unused pages, and bytes between rows (kv_wipe.h). The
 * environment is closed and opened again, since LMDB writes out memory of earlier pages between the rows
 * of later ones. YS_BUSY when somebody reads a state older than the newest, or the calling thread has a
 * transaction open; waits for the transactions of others in this process. Others may read while it overwrites;
 * who writes waits. */
struct ys_wiped;
YS_CHECKED enum ys_code ys_kv_wipe(struct ys_kv *kv, struct ys_wiped *out, struct ys_err *err);

/* Write a copy of the newest state into `fd`, an empty file: what is read while others write. Without unused
 * pages, but not without bytes between rows. */
YS_CHECKED enum ys_code ys_kv_copy(struct ys_kv *kv, int fd, struct ys_err *err);

/* For tests: the n-th call from now on of a function that touches the store fails with YS_IO;
 * 0 switches it off. Counts down in all threads of the process. */
void ys_kv_fail_after(struct ys_kv *kv, unsigned calls);

#endif
