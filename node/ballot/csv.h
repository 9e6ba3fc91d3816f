/* Cells of a table as spreadsheets save it: RFC 4180, LF or CRLF, UTF-8 with or without a byte order mark.
 *
 * What the columns mean is the caller's. Threads: any. Memory: the caller's. */
#ifndef YS_NODE_BALLOT_CSV_H
#define YS_NODE_BALLOT_CSV_H

#include "crypto/bytes.h"

enum { YS_CSV_CELL_MAX = 4096 };

struct ys_csv {
    struct ys_bytes rest; /* to be set to the whole text */
    char cell[YS_CSV_CELL_MAX];
    bool ends_row;
};

/* Leaves out a byte order mark. */
struct ys_bytes ys_csv_begin(struct ys_bytes text);
/* The next cell, without blanks around it and without the tab or quote that keeps a spreadsheet from reading a
 * number; valid until the next call. NULL when it is too long or a quote does not end. */
char *ys_csv_next(struct ys_csv *csv);

#endif
