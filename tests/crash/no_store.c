/* Preloaded into a program: one call of LMDB gives EIO, as on a bad disk (nth.h
 * says which). A commit that fails ends its transaction without effect, as LMDB's
 * does. */
#include "tests/crash/nth.h"

#include <dlfcn.h>
#include <errno.h>
#include <lmdb.h>

__attribute__((constructor)) static void begin(void)
{
    nth_begin();
}

/* The function of the same name in the next library. `parameters` and `arguments` come in parentheses. */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define PASS_ON(name, parameters, arguments)       \
    int name parameters                            \
    {                                              \
        int(*next) parameters = NULL;              \
        *(void **)&next = dlsym(RTLD_NEXT, #name); \
        return nth_fails() ? EIO : next arguments; \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

PASS_ON(mdb_env_create, (MDB_env * *out), (out))
PASS_ON(mdb_env_set_maxdbs, (MDB_env * env, MDB_dbi count), (env, count))
PASS_ON(mdb_env_set_maxreaders, (MDB_env * env, unsigned count), (env, count))
PASS_ON(mdb_env_set_mapsize, (MDB_env * env, size_t size), (env, size))
PASS_ON(mdb_env_open, (MDB_env * env, const char *path, unsigned flags, mdb_mode_t mode),
        (env, path, flags, mode))
PASS_ON(mdb_env_info, (MDB_env * env, MDB_envinfo *out), (env, out))
PASS_ON(mdb_env_stat, (MDB_env * env, MDB_stat *out), (env, out))
PASS_ON(mdb_reader_list, (MDB_env * env, MDB_msg_func *tell, void *context), (env, tell, context))
PASS_ON(mdb_reader_check, (MDB_env * env, int *dead), (env, dead))
PASS_ON(mdb_txn_begin, (MDB_env * env, MDB_txn *parent, unsigned flags, MDB_txn **out),
        (env, parent, flags, out))
PASS_ON(mdb_dbi_open, (MDB_txn * txn, const char *name, unsigned flags, MDB_dbi *out),
        (txn, name, flags, out))
PASS_ON(mdb_stat, (MDB_txn * txn, MDB_dbi db, MDB_stat *out), (txn, db, out))
PASS_ON(mdb_get, (MDB_txn * txn, MDB_dbi db, MDB_val *key, MDB_val *value), (txn, db, key, value))
PASS_ON(mdb_put, (MDB_txn * txn, MDB_dbi db, MDB_val *key, MDB_val *value, unsigned flags),
        (txn, db, key, value, flags))
PASS_ON(mdb_del, (MDB_txn * txn, MDB_dbi db, MDB_val *key, MDB_val *value), (txn, db, key, value))
PASS_ON(mdb_cursor_open, (MDB_txn * txn, MDB_dbi db, MDB_cursor **out), (txn, db, out))
PASS_ON(mdb_cursor_get, (MDB_cursor * cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op),
        (cursor, key, value, op))

int mdb_txn_commit(MDB_txn *txn)
{
    int (*next)(MDB_txn *) = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, "mdb_txn_commit");
    if (!nth_fails())
        return next(txn);
    mdb_txn_abort(txn);
    return EIO;
}
