#include "node/audit/reports.h"

#include "node/lang.h"
#include "node/report/recount.h"
#include "node/report/scratch.h"
#include "proto/moment.h"

#include <stdio.h>

enum { TEXT_MAX = 400 };

/* Of what was erased since, and of what is not here, nobody can say whether it is right. */
static const char *why_unknown(struct ys_bytes code)
{
    return ys_bytes_is_text(code, "erased")
               ? _("something that it rests on was erased by law since")
           : ys_bytes_is_text(code, "uncounted")
               ? _("it cannot be counted again, what it rests on is not here")
               : NULL;
}

/* What the rule finds. */
static enum ys_code give_all(const struct ys_audit_reports_options *options, struct ys_sql *sql,
                             struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(
        sql,
        "SELECT l.origin, r.idx, f.severity, f.code, f.fact FROM finding f"
        " JOIN record r ON r.no = f.record JOIN log l ON l.no = r.log WHERE f.rule = 'R-S-6'"
        " ORDER BY f.code = 'uncounted', f.code = 'erased', l.origin, r.idx, f.code, f.fact",
        &query, err);
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row) {
        const char *const why = why_unknown(ys_query_text(query, 3));
        char origin[YS_KEY_NAME_MAX + 1];
        char word[16];
        char fact[TEXT_MAX];
        char said[2 * TEXT_MAX];
        (void)ys_query_copy(query, 0, origin, sizeof origin);
        (void)ys_query_copy(query, 3, word, sizeof word);
        (void)ys_query_copy(query, 4, fact, sizeof fact);
        (void)snprintf(said, sizeof said, "%s%s%s", why != NULL ? why : word,
                       why != NULL ? ": " : " ", fact);
        options->take(options->context,
                      &(struct ys_audit_report){
                          .origin = origin,
                          .index = (uint64_t)ys_query_int(query, 1),
                          .known = why == NULL && !ys_bytes_is_text(ys_query_text(query, 2), "I"),
                          .text = said});
    }
    return code;
}

static enum ys_code count_in(const struct ys_audit_reports_options *options, const char *path,
                             struct ys_err *err)
{
    struct ys_model *model = NULL;
    struct ys_rules *rules = NULL;
    struct ys_recount_result result;
    const uint32_t today = ys_date_of_time((int64_t)options->now_s * 1000);
    const struct ys_fold_options fold = {.store = options->store,
                                         .member = options->member,
                                         .progress = options->folding,
                                         .context = options->context};
    const struct ys_recount_options recount = {.store = options->store,
                                               .roots = options->roots,
                                               .folder = options->folder,
                                               .progress = options->counting,
                                               .context = options->context};
    enum ys_code code = ys_model_open(path, options->store, &model, err);
    if (code == YS_OK)
        code = ys_model_catch_up(model, &fold, err);
    if (code == YS_OK)
        code = ys_rules_open(model, &rules, err);
    if (code == YS_OK)
        code = ys_recount(model, &recount, &result, err);
    if (code == YS_OK)
        code = ys_rules_catch_up(rules, today, err);
    if (code == YS_OK)
        code = give_all(options, ys_model_sql(model), err);
    ys_rules_close(rules);
    ys_model_close(model);
    return code;
}

enum ys_code ys_audit_reports(const struct ys_audit_reports_options *options, struct ys_err *err)
{
    struct ys_scratch scratch;
    char path[PATH_MAX + 32];
    enum ys_code code = ys_scratch_open(options->folder, "audit", &scratch, err);
    if (code != YS_OK)
        return code;
    (void)snprintf(path, sizeof path, "%s/model.db", scratch.path);
    code = count_in(options, path, err);
    ys_scratch_close(&scratch);
    return code;
}
