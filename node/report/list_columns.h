/* What stands in each list: its columns and the query that gives them, in their order.
 *
 * ?1 is the unit, ?2 and ?3 the first and the last day, ?4 the day on which it is judged. */
#ifndef YS_NODE_REPORT_LIST_COLUMNS_H
#define YS_NODE_REPORT_LIST_COLUMNS_H

#include "node/report/lists.h"

struct ys_list {
    const char *name, *zh, *en, *about_zh, *about_en, *query;
    const struct ys_report_column *column;
    const char *const *words; /* of each column: the enum whose words stand in it; NULL: none */
    size_t column_count;
};

extern const struct ys_list ys_list_columns[YS_LISTS];

#endif
