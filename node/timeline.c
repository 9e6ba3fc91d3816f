#include "node/timeline.h"

#include "node/lang.h"

#include <stdlib.h>

/* One step, in the order in which the procedure counts them. */
struct mark {
    uint64_t time_s;
    size_t at;
    uint32_t log;
};

static uint64_t earlier(uint64_t a_s, uint64_t b_s)
{
    return a_s == 0 || (b_s != 0 && b_s < a_s) ? b_s : a_s;
}

/* Since when street or district have it; else when it was signed, as it says. */
static uint64_t time_of(const struct ys_exhibit *exhibit)
{
    const uint64_t had_s = earlier(exhibit->has_street ? exhibit->street.time_s : 0,
                                   exhibit->has_district ? exhibit->district.time_s : 0);
    return had_s != 0 ? had_s : exhibit->record.signed_at_s;
}

static void not_before(struct mark *mark, const struct mark *other)
{
    if (mark->time_s < other->time_s)
        mark->time_s = other->time_s;
}

/* What precedes it in its log has its final time already. */
static void follow_log(struct mark *mark, size_t at)
{
    for (size_t i = at; i-- > 0;)
        if (mark[i].log == mark[at].log) {
            not_before(&mark[at], &mark[i]);
            return;
        }
}

/* Rows come by step, so that what a record refers to is final before it. */
static enum ys_code follow_refs(struct ys_model *model, const char *subject, struct mark *mark,
                                size_t count, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    size_t at = 0;
    enum ys_code code =
        ys_query_open(ys_model_sql(model),
                      "SELECT s.nth, u.nth FROM step s CROSS JOIN ref f ON f.rec = s.record"
                      " CROSS JOIN record t ON t.id = f.target CROSS JOIN step u ON u.record = t.no"
                      " WHERE s.subject = ?1 AND u.subject = ?1 AND u.nth < s.nth ORDER BY s.nth",
                      &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(subject));
    for (code = ys_query_step(query, &row, err); code == YS_OK && row;
         code = ys_query_step(query, &row, err)) {
        const uint64_t from = (uint64_t)ys_query_int(query, 0) - 1;
        const uint64_t to = (uint64_t)ys_query_int(query, 1) - 1;
        if (from >= count) /* the model has gone on since the dossier was read */
            continue;
        for (; at <= from; at++)
            follow_log(mark, at);
        not_before(&mark[from], &mark[to]);
    }
    for (; at < count; at++)
        follow_log(mark, at);
    return code;
}

static int compare(const void *a, const void *b)
{
    const struct mark *const left = a;
    const struct mark *const right = b;
    if (left->time_s != right->time_s)
        return left->time_s < right->time_s ? -1 : 1;
    return left->at < right->at ? -1 : left->at > right->at;
}

enum ys_code ys_timeline_order(struct ys_model *model, struct ys_dossier *dossier,
                               struct ys_err *err)
{
    size_t count = 0;
    while (count < dossier->step_count && dossier->step[count].counted)
        count++;
    struct mark *const mark = calloc(count + 1, sizeof *mark);
    struct ys_dossier_step *const sorted = calloc(dossier->step_count + 1, sizeof *sorted);
    enum ys_code code =
        mark == NULL || sorted == NULL ? ys_fail(err, YS_NOMEM, _("out of memory")) : YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++)
        mark[i] = (struct mark){.time_s = time_of(&dossier->step[i].exhibit),
                                .at = i,
                                .log = dossier->step[i].exhibit.log.id};
    if (code == YS_OK)
        code = follow_refs(model, dossier->head.subject, mark, count, err);
    if (code == YS_OK) {
        qsort(mark, count, sizeof *mark, compare);
        for (size_t i = 0; i < dossier->step_count; i++)
            sorted[i] = dossier->step[i < count ? mark[i].at : i];
        free(dossier->step);
        dossier->step = sorted;
    } else {
        free(sorted);
    }
    free(mark);
    return code;
}
