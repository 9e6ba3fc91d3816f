#include "tests/support/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

void table_open(struct table *table, size_t map_bytes)
{
    folder_make(&table->folder);
    const struct ys_kv_options options = {
        .path = table->folder.path, .create = true, .map_bytes = map_bytes};
    assert_int_equal(ys_kv_open(&options, &table->kv, NULL), YS_OK);
    assert_int_equal(ys_txn_begin(table->kv, true, &table->txn, NULL), YS_OK);
}

void table_close(struct table *table)
{
    ys_txn_abort(&table->txn);
    ys_kv_close(table->kv);
    folder_remove(&table->folder);
}

int table_set_up(void **state)
{
    enum { MAP_BYTES = 4 << 20 };
    struct table *const table = calloc(1, sizeof *table);
    assert_non_null(table);
    table_open(table, MAP_BYTES);
    *state = table;
    return 0;
}

int table_tear_down(void **state)
{
    struct table *const table = *state;
    table_close(table);
    free(table);
    return 0;
}
