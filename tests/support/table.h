/* Tables of a store for one test, and a transaction that writes them: nothing is kept. */
#ifndef YS_TESTS_SUPPORT_TABLE_H
#define YS_TESTS_SUPPORT_TABLE_H

#include "sync/kv.h"
#include "tests/support/folder.h"

struct table {
    struct folder folder;
    struct ys_kv *kv;
    struct ys_txn *txn;
};

void table_open(struct table *table, size_t map_bytes);
void table_close(struct table *table);
/* What cmocka calls before and after a test whose state is a table of 4 MiB. */
int table_set_up(void **state);
int table_tear_down(void **state);

#endif
