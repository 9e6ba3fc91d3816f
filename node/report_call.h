/* One call of `yishi report` or `yishi export tables`: the node, what is asked for, and what comes of it.
 *
 * Threads: main. Memory: heap, until it is closed. */
#ifndef YS_NODE_REPORT_CALL_H
#define YS_NODE_REPORT_CALL_H

#include "node/cmd.h"
#include "node/node.h"
#include "node/report/again.h"
#include "node/report/csv.h"
#include "node/report/making.h"

/* Begins with zeros. */
struct ys_report_call {
    struct ys_node node;
    struct ys_report_again again; /* what is asked for; without heads: as it is now */
    struct ys_model *model;       /* of the node */
    struct ys_rules *rules;
    struct ys_basis basis;
    struct ys_making making;
    bool own_only, figures_only; /* all that is wanted */
    bool annex;                  /* in files, too */
    bool shown;                  /* a line of progress */
    bool json;
    size_t cases;
};

/* What a word of an enum is called in Chinese. */
const char *ys_report_label(const char *words, struct ys_bytes word);
/* --csv-profile. */
YS_CHECKED enum ys_code ys_report_call_profile(const struct ys_call *call, enum ys_csv_profile *out,
                                               struct ys_err *err);
/* Open the node; read --unit, --period, --day, --by-unit; make the report. */
YS_CHECKED enum ys_code ys_report_call_open(const struct ys_call *call,
                                            struct ys_report_call *report, struct ys_err *err);
YS_CHECKED enum ys_code ys_report_call_read(const struct ys_call *call,
                                            struct ys_report_call *report, struct ys_err *err);
YS_CHECKED enum ys_code ys_report_call_make(struct ys_report_call *report, struct ys_err *err);
void ys_report_call_close(struct ys_report_call *report);

#endif
