/* A report as plain data: what it is about and rests on, and tables whose rows come one by one.
 *
 * It decides nothing about where rows come from or what a file looks like: tables.h makes tables of the
 * read model, csv.h, xlsx.h, json.h and html.h write them. A value stays exact (integers, pairs of
 * integers) until a writer prints it (cell.h), so that no file depends on a locale or on floating point.
 *
 * Threads: one a document. Memory: the document borrows everything; a row is valid until the next one. */
#ifndef YS_NODE_REPORT_DOCUMENT_H
#define YS_NODE_REPORT_DOCUMENT_H

#include "crypto/bytes.h"
#include "crypto/err.h"
#include "crypto/hash.h"

enum ys_report_type {
    YS_REPORT_TEXT,
    YS_REPORT_CODE, /* digits that are no number: division codes, numbers of matters */
    YS_REPORT_INT,
    YS_REPORT_RATE,  /* num / den, printed in percent */
    YS_REPORT_RATIO, /* num / den, printed as it is, one decimal */
    YS_REPORT_DAYS,  /* num / den days, one decimal */
    YS_REPORT_DATE,  /* days since 1970-01-01 */
    YS_REPORT_MONEY, /* in fen */
    YS_REPORT_FIGURE /* digits with the decimals of their figure, in `text` */
};

struct ys_report_column {
    const char *key; /* English, for programs */
    const char *zh, *en;
    const char *about_zh, *about_en; /* the dictionary's line */
    enum ys_report_type type;
    bool print; /* also on paper, where there is room for few */
};

/* One value. */
struct ys_report_cell {
    bool there;
    enum ys_report_type type; /* that of the column */
    bool small;               /* a denominator below YS_REPORT_SMALL */
    int64_t num, den; /* INT, DATE and MONEY have only `num`; `den` is never 0 where it is there */
    struct ys_bytes text; /* TEXT, CODE, FIGURE: UTF-8 */
    const char *zh;       /* of a TEXT that is a word of ours: what people read; else NULL */
};

enum { YS_REPORT_COLUMNS_MAX = 32, YS_REPORT_SMALL = 5 };

struct ys_report_table {
    const char *name; /* "matters": of the file, too */
    const char *zh, *en;
    const char *about_zh, *about_en;
    const struct ys_report_column *column;
    size_t column_count;
    bool print; /* in the printed report, too */
    void *source;
    /* Begin again before the first row; then row after row. `row` has YS_REPORT_COLUMNS_MAX cells, all
     * of them not there. */
    enum ys_code (*rewind)(void *source, struct ys_err *err);
    enum ys_code (*next)(void *source, struct ys_report_cell *row, bool *row_out,
                         struct ys_err *err);
};

/* Of one log: how much of it was used. */
struct ys_report_head {
    const char *log; /* origin */
    uint64_t size;
    struct ys_hash root;
    uint64_t members; /* how many of its entries may have changed the membership: see cut.h */
};

struct ys_report_parameter {
    const char *name, *scope, *value;
    const char *record; /* id in hex that set it; "" for its default */
    int32_t from_day;
};

/* What is not used, and why: a log that was forked. */
struct ys_report_left_out {
    const char *log;
    const char *why; /* "forked", "recovering" */
};

enum { YS_REPORT_BARS_MAX = 24 };

/* A drawing: a bar an item, of a rate (0 to 100 percent) or of a number. */
struct ys_report_chart {
    const char *zh;
    bool upright; /* columns beside each other, else bars below each other */
    size_t count;
    struct {
        char label[64];
        struct ys_report_cell value;
    } bar[YS_REPORT_BARS_MAX];
};

struct ys_report {
    const char *unit, *unit_name, *level;
    const char *deployment;
    const char *period;       /* as it was asked: "2026-Q1" */
    int32_t from_day, to_day; /* the last day belongs to it */
    int32_t as_of_day;        /* the day on which deadlines are judged */
    bool by_unit;
    const char *rule_set, *indicator_set; /* hashes in hex of their SQL */
    const char *software;                 /* stands outside the hash */
    const struct ys_report_head *head;
    size_t head_count;
    const char *const *receipts; /* ids of records in hex whose receipts were used */
    size_t receipt_count;
    const struct ys_report_parameter *parameter;
    size_t parameter_count;
    const struct ys_report_left_out *left_out;
    size_t left_out_count;
    struct ys_report_table *table;
    size_t table_count;
    struct ys_report_table
        *annex; /* what only this node knows: outside the hash; NULL: not wanted */
    const struct ys_report_chart *chart; /* of paper alone, made of rows above */
    size_t chart_count;
    /* Set by ys_report_seal (json.h). */
    struct ys_hash hash, input_root;
};

/* The hash in hex, and its first 16 digits, which name the report for people. Terminated. */
enum { YS_HASH_HEX_MAX = 2 * YS_HASH_LEN + 1, YS_REPORT_ID_MAX = 17 };
void ys_hash_hex(const struct ys_hash *hash, char out[YS_HASH_HEX_MAX]);
void ys_report_id(const struct ys_report *report, char out[YS_REPORT_ID_MAX]);
/* Of that name; NULL when there is none. */
struct ys_report_table *ys_report_table_find(const struct ys_report *report, const char *name);
/* "2026 年度 …": what stands above it. Terminated. */
void ys_report_title(const struct ys_report *report, char *out, size_t size);

#endif
