/* Papers as clerks type them: CSV from a spreadsheet, or JSON.
 *
 * CSV: UTF-8 with or without a byte order mark, RFC 4180 quoting, one header row of English names or the
 * Chinese ones, columns in any order: code 编号, participation 参与社区协商, implementation 协商成果落实,
 * feedback 协商结果反馈; kind 主体, mark 暗记 and remark 意见 may be left out. A grade is 0 to 5 or its word
 * (很满意 ... 不了解); 无效 or "invalid" in any of the three makes the paper one that is not valid.
 * JSON: a list of objects with the same names. Threads: main. Memory: heap; the caller frees the papers. */
#ifndef YS_NODE_BALLOT_BALLOT_TABLE_H
#define YS_NODE_BALLOT_BALLOT_TABLE_H

#include "node/ballot/ballot_box.h"

/* One field of a paper: its name as above, and what was typed. YS_USAGE for a name that is none, YS_MALFORMED
 * for what cannot stand there. */
YS_CHECKED enum ys_code ys_paper_set(struct ys_paper *paper, const char *name, const char *value,
                                     struct ys_err *err);
/* Messages name row (of CSV: line of the table, the header is 1) and column. */
YS_CHECKED enum ys_code ys_ballot_table_read(struct ys_bytes text, struct ys_paper **out,
                                             size_t *count_out, struct ys_err *err);

#endif
