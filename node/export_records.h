/* Every record that a node holds, as lines of JSON, for programs that compute from them
 * what they like: what `yishi log --bodies --json` prints of each, logs in the order
 * of their origins, entries in their own.
 *
 * Decides nothing about which records count. Threads: main. Memory: some hundred records at a time. */
#ifndef YS_NODE_EXPORT_RECORDS_H
#define YS_NODE_EXPORT_RECORDS_H

#include "node/exhibit.h"

struct ys_export_records_options {
    const struct ys_node *node;
    const char *log; /* one log alone, by its code or origin; NULL: all */
    void (*take)(const struct ys_exhibit *exhibit);
};

/* YS_NOT_FOUND when the one log is not held. Opens a read transaction for each run of records. */
YS_CHECKED enum ys_code ys_export_records(const struct ys_export_records_options *options,
                                          struct ys_err *err);

#endif
