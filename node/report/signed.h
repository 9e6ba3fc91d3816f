/* A report that somebody has signed (kind 93, report_snapshot), read out of its record: what it is about,
 * what it rests on, and its figures.
 *
 * It decides nothing about whether they are right (sealed.h), nor whether the record counts.
 * Threads: one. Memory: heap, until it is cleared. */
#ifndef YS_NODE_REPORT_SIGNED_H
#define YS_NODE_REPORT_SIGNED_H

#include "node/report/document.h"
#include "node/report/period.h"
#include "node/report/sealed.h"
#include "proto/arena.h"
#include "proto/body.h"

/* Texts are valid until it is cleared. Begins with zeros. */
struct ys_signed {
    struct ys_arena arena;
    const Yishi__V1__ReportSnapshot *body;
    struct ys_hash id; /* of the record that was read */
    struct ys_report_period period;
    int32_t as_of_day;
    const char *scope, *rule_set;
    struct ys_report_head *head;
    size_t head_count;
    struct ys_sealed_figure *figure;
    size_t figure_count;
};

/* The record at `index` of a log; of a correction what it puts in the place of another. YS_NOT_FOUND: its body
 * is not here; YS_USAGE: it is none; YS_MALFORMED: an input without log or root, one log twice, a day of asking
 * before the period. */
YS_CHECKED enum ys_code ys_signed_read(struct ys_txn *txn, const char *origin, uint64_t index,
                                       struct ys_signed *out, struct ys_err *err);
void ys_signed_clear(struct ys_signed *is);

#endif
