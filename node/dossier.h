/* The dossier of a matter (案卷): its records over all logs in causal order, with their
 * receipts, the state of its items, what conflicts, and what is missing next.
 *
 * Read from the read model; what a record says and who holds it is read from the store, with the
 * membership as ys_recall_open has recalled it.
 * Threads: main. Memory: heap, freed by ys_dossier_clear. */
#ifndef YS_NODE_DOSSIER_H
#define YS_NODE_DOSSIER_H

#include "node/attachment/survey.h"
#include "node/exhibit.h"
#include "node/model/procedure.h"
#include "node/recall.h"
#include "node/rules/finding.h"

enum { YS_DOSSIER_TEXT_MAX = 512 };

/* Days are days of the calendar as in moment.h, 0 for none. */
struct ys_dossier_step {
    struct ys_exhibit exhibit;
    bool counted;       /* verdict ok: it is a step of the procedure */
    const char *fate;   /* procedure.h; "" when it is not counted */
    unsigned irregular; /* enum ys_irregular */
    uint32_t day;
    char standing[16]; /* in_force, superseded, withdrawn, void */
    bool corrected;
};
struct ys_dossier_track {
    int64_t nth;
    uint32_t item;
    char text[YS_DOSSIER_TEXT_MAX], responsible[YS_DOSSIER_TEXT_MAX], nature[32], result[16];
    enum ys_state state;
    bool decision_matter, replaced;
    uint32_t since, due, percent, extensions;
};
struct ys_dossier_task {
    char subject[YS_KIND_NAME_MAX + 1];
    char title[YS_DOSSIER_TEXT_MAX];
    enum ys_task_why why;
    bool asked; /* somebody waits for an answer; else the procedure expects it */
    char kinds[4 * (YS_KIND_NAME_MAX + 1)]; /* by spaces */
    unsigned bodies;                        /* enum ys_body_class */
    bool all_bodies;
    char division[YS_DIVISION_MAX + 1];
    char article[64], parameter[64];
    uint32_t due, since;
    int64_t track;                      /* nth; 0: the whole matter */
    char record[YS_RECORD_ID_TEXT_MAX]; /* on which it rests: its id, and CODE:INDEX; "": none */
    char place[YS_DIVISION_MAX + 24];
    int32_t days_late; /* since the due day, when the caller has said so; 0: not */
};
struct ys_dossier_conflict {
    char first[YS_RECORD_ID_TEXT_MAX], second[YS_RECORD_ID_TEXT_MAX];
    int64_t track;
};

/* What stands in the list of matters, and above a dossier. */
struct ys_dossier_head {
    char subject[YS_KIND_NAME_MAX + 1];
    char title[YS_DOSSIER_TEXT_MAX], category[32], nature[32];
    char merged_into[YS_KIND_NAME_MAX + 1];
    enum ys_state state, stage;
    bool conflict;
    uint32_t since, opened;
    uint64_t items, done, ended, sessions, records;
};
struct ys_dossier {
    struct ys_dossier_head head;
    struct ys_attachment_sums attachments; /* that its records name */
    size_t step_count, track_count, task_count, conflict_count;
    struct ys_dossier_step *step;
    struct ys_dossier_track *track;
    struct ys_dossier_task *task;
    struct ys_dossier_conflict *conflict;
    /* By ys_dossier_judge. */
    size_t finding_count, duty_count;
    struct ys_finding *finding;
    struct ys_duty *duty;
};

/* The number of the matter that people mean by its number; by year and serial number of the own
 * community, "2026-7"; or by one of its records, as ys_exhibit_find. YS_NOT_FOUND, YS_USAGE. */
YS_CHECKED enum ys_code ys_dossier_find(const struct ys_node *node, const char *text,
                                        char subject_out[YS_KIND_NAME_MAX + 1], struct ys_err *err);
YS_CHECKED enum ys_code ys_dossier_load(const struct ys_node *node, struct ys_model *model,
                                        const char *subject, struct ys_dossier *out,
                                        struct ys_err *err);
/* What is against a rule in it on the day `today`, and its deadlines, met or not. */
YS_CHECKED enum ys_code ys_dossier_judge(struct ys_rules *rules, uint32_t today,
                                         struct ys_dossier *dossier, struct ys_err *err);
void ys_dossier_clear(struct ys_dossier *dossier);
#define YS_DOSSIER_SCOPED __attribute__((cleanup(ys_dossier_clear))) struct ys_dossier

/* All matters whose state is `state` (NULL: any) of units within `division` (NULL: all), by number. */
YS_CHECKED enum ys_code
ys_dossier_list(struct ys_model *model, const char *division, const char *state,
                void (*take)(void *context, const struct ys_dossier_head *head), void *context,
                struct ys_err *err);
/* What this unit's bodies of these classes are to do: what others wait for and what the procedure
 * expects, soonest due first, without a due day last. */
YS_CHECKED enum ys_code
ys_dossier_tasks(struct ys_model *model, const char *division, unsigned bodies,
                 void (*take)(void *context, const struct ys_dossier_task *task), void *context,
                 struct ys_err *err);

#endif
