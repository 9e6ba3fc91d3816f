#include "node/report/recount.h"

#include "node/report/sealed.h"
#include "proto/limits.h"
#include "proto/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIFFERENCES_MAX = 100, BEHIND_MAX = 8, FACT_MAX = 380, KEY_MAX = 34 };

struct row {
    const char *code;
    char fact[FACT_MAX];
    bool has_behind;
    struct ys_hash behind;
};

/* One that is to be counted. */
struct snapshot {
    int64_t record;
    struct ys_hash id, stated;
    char scope[YS_DIVISION_MAX + 1], unit[YS_DIVISION_MAX + 1], rule_set[48];
    int32_t from_day, to_day, as_of_day;
};

struct recount {
    struct ys_sql *sql;
    const struct ys_recount_options *options;
    char key[KEY_MAX];
    struct snapshot *snapshot;
    size_t count;
    /* Of the one that is counted now: */
    struct ys_sealed_figure *figure;
    size_t figure_count;
    struct ys_report_head *head;
    size_t head_count;
    bool other_rules;
    struct row *row;
    size_t row_count, differences;
};

static enum ys_code no_memory(struct ys_err *err)
{
    return ys_fail(err, YS_NOMEM, "report: out of memory");
}

/* --- which --- */

/* By which rules and indicators this version counts. */
static enum ys_code read_key(struct recount *recount, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    char rules[65] = "";
    char indicators[YS_HASH_HEX_MAX];
    struct ys_hash hash;
    bool row = false;
    enum ys_code code = ys_query_open(
        recount->sql, "SELECT lower(hex(value)) FROM meta WHERE name = 'rules_made_for'", &query,
        err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code == YS_OK && row)
        (void)ys_query_copy(query, 0, rules, sizeof rules);
    ys_indicators_version(&hash);
    ys_hash_hex(&hash, indicators);
    (void)snprintf(recount->key, sizeof recount->key, "%.16s/%.16s", rules, indicators);
    return code;
}

static bool take_hash(struct ys_query *query, int at, struct ys_hash *out)
{
    const struct ys_bytes blob = ys_query_blob(query, at);
    if (blob.size != YS_HASH_LEN)
        return false;
    memcpy(out->bytes, blob.data, YS_HASH_LEN);
    return true;
}

static enum ys_code add_snapshot(struct recount *recount, struct ys_query *query,
                                 struct ys_err *err)
{
    struct snapshot made = {.record = ys_query_int(query, 0),
                            .from_day = (int32_t)ys_query_int(query, 6),
                            .to_day = (int32_t)ys_query_int(query, 7),
                            .as_of_day = (int32_t)ys_query_int(query, 8)};
    if (!take_hash(query, 1, &made.id) || !take_hash(query, 2, &made.stated))
        return YS_OK;
    (void)ys_query_copy(query, 3, made.scope, sizeof made.scope);
    (void)ys_query_copy(query, 4, made.unit, sizeof made.unit);
    (void)ys_query_copy(query, 5, made.rule_set, sizeof made.rule_set);
    struct snapshot *const grown =
        reallocarray(recount->snapshot, recount->count + 1, sizeof *grown);
    if (grown == NULL)
        return no_memory(err);
    recount->snapshot = grown;
    grown[recount->count++] = made;
    return YS_OK;
}

/* In force, not counted yet, and everything that they rest on is here. */
static enum ys_code find_snapshots(struct recount *recount, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(
        recount->sql,
        "SELECT s.rec, r.id, t.id, s.scope, l.division, s.rule_set, s.\"from\", s.\"to\","
        " coalesce(s.as_of, s.\"to\")"
        "  FROM report_snapshot s CROSS JOIN record r ON r.no = s.rec"
        "  CROSS JOIN record t ON t.no = coalesce(r.stated_by, r.no) CROSS JOIN log l ON l.no = "
        "r.log"
        " WHERE r.verdict = 'ok' AND r.standing = 'in_force'"
        "   AND EXISTS (SELECT 1 FROM report_snapshot_figures f WHERE f.rec = s.rec)"
        "   AND NOT EXISTS (SELECT 1 FROM snapshot_count c WHERE c.snapshot = r.id"
        "                    AND c.stated = t.id AND c.rules = ?1)"
        "   AND NOT EXISTS (SELECT 1 FROM report_snapshot_inputs i LEFT JOIN log g ON g.origin = "
        "i.log"
        "                    WHERE i.rec = s.rec AND (g.no IS NULL OR g.size < i.size))"
        "   AND NOT EXISTS (SELECT 1 FROM report_snapshot_inputs i JOIN log g ON g.origin = i.log"
        "                     JOIN record x ON x.log = g.no AND x.idx < i.size"
        "                    WHERE i.rec = s.rec AND x.content = 'absent')"
        " ORDER BY r.id",
        &query, err);
    if (code == YS_OK)
        ys_query_set_text(query, 1, ys_bytes_of_text(recount->key));
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row)
        code = add_snapshot(recount, query, err);
    return code;
}

/* --- what it says --- */

static void clear_one(struct recount *recount)
{
    for (size_t i = 0; i < recount->figure_count; i++)
        free((void *)(uintptr_t)recount->figure[i].unit);
    for (size_t i = 0; i < recount->head_count; i++)
        free((void *)(uintptr_t)recount->head[i].log);
    free(recount->figure);
    free(recount->head);
    recount->figure = NULL;
    recount->head = NULL;
    recount->figure_count = recount->head_count = 0;
    recount->row_count = recount->differences = 0;
    recount->other_rules = false;
}

/* Four texts in one block, which `unit` owns. */
static enum ys_code add_figure(struct recount *recount, struct ys_query *query, struct ys_err *err)
{
    const char *text[4] = {NULL};
    size_t size = 0;
    for (int i = 0; i < 4; i++)
        size += ys_query_text(query, i).size + 1;
    struct ys_sealed_figure *const grown =
        reallocarray(recount->figure, recount->figure_count + 1, sizeof *grown);
    if (grown == NULL)
        return no_memory(err);
    recount->figure = grown;
    char *at = malloc(size);
    if (at == NULL)
        return no_memory(err);
    for (int i = 0; i < 4; i++) {
        const struct ys_bytes from = ys_query_text(query, i);
        text[i] = at;
        if (from.size > 0)
            memcpy(at, from.data, from.size);
        at[from.size] = '\0';
        at += from.size + 1;
    }
    grown[recount->figure_count++] = (struct ys_sealed_figure){.unit = text[0],
                                                               .indicator = text[1],
                                                               .figure = text[2],
                                                               .part = text[3],
                                                               .there = !ys_query_is_null(query, 4),
                                                               .n = ys_query_int(query, 4),
                                                               .d = ys_query_int(query, 5)};
    return YS_OK;
}

static enum ys_code add_head(struct recount *recount, struct ys_query *query, struct ys_err *err)
{
    struct ys_report_head head = {.size = (uint64_t)ys_query_int(query, 1),
                                  .members = (uint64_t)ys_query_int(query, 3)};
    const struct ys_bytes log = ys_query_text(query, 0);
    if (!take_hash(query, 2, &head.root))
        return ys_fail(err, YS_MALFORMED, "%.*s: no root is named", (int)log.size,
                       (const char *)log.data);
    struct ys_report_head *const grown =
        reallocarray(recount->head, recount->head_count + 1, sizeof *grown);
    if (grown == NULL)
        return no_memory(err);
    recount->head = grown;
    head.log = strndup((const char *)log.data, log.size);
    if (head.log == NULL)
        return no_memory(err);
    grown[recount->head_count++] = head;
    return YS_OK;
}

static enum ys_code read_rows(struct recount *recount, const char *text, int64_t record,
                              enum ys_code (*take)(struct recount *recount, struct ys_query *query,
                                                   struct ys_err *err),
                              struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(recount->sql, text, &query, err);
    if (code == YS_OK)
        ys_query_set_int(query, 1, record);
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row)
        code = take(recount, query, err);
    return code;
}

static enum ys_code read_one(struct recount *recount, const struct snapshot *snapshot,
                             struct ys_err *err)
{
    enum ys_code code =
        read_rows(recount,
                  "SELECT unit, indicator, coalesce(figure, ''), coalesce(part, ''), numerator,"
                  " denominator FROM report_snapshot_figures WHERE rec = ?1 ORDER BY nth",
                  snapshot->record, add_figure, err);
    if (code == YS_OK)
        code = read_rows(recount,
                         "SELECT log, size, root, coalesce(members, size) FROM"
                         " report_snapshot_inputs WHERE rec = ?1 ORDER BY nth",
                         snapshot->record, add_head, err);
    return code;
}

/* --- what the records say --- */

static struct row *add_row(struct recount *recount, const char *code)
{
    struct row *const row = &recount->row[recount->row_count++];
    *row = (struct row){.code = code};
    return row;
}

static void print_fraction(bool there, int64_t n, int64_t d, char out[48])
{
    if (there)
        (void)snprintf(out, 48, "%" PRId64 "/%" PRId64, n, d);
    else
        (void)snprintf(out, 48, "-");
}

/* "110105901001 F-04 feedback: 6/9 <> 5/9; 0f3c..., 77ab..., +3" */
static enum ys_code take_difference(void *context, const struct ys_sealed_difference *difference,
                                    struct ys_err *err)
{
    struct recount *const recount = context;
    const struct ys_sealed_figure *const f = &difference->sealed;
    char was[48];
    char is[48];
    (void)err;
    if (recount->differences++ >= DIFFERENCES_MAX)
        return YS_OK;
    struct row *const row = add_row(recount, recount->other_rules   ? "rules"
                                             : difference->left_out ? "omitted"
                                                                    : "figure");
    print_fraction(f->there, f->n, f->d, was);
    print_fraction(difference->there, difference->n, difference->d, is);
    int at = snprintf(row->fact, sizeof row->fact, "%.12s %.8s%s%.40s%s%.60s: %s <> %s", f->unit,
                      f->indicator, f->figure[0] == '\0' ? "" : " ", f->figure,
                      f->part[0] == '\0' ? "" : " ", f->part, was, is);
    for (size_t i = 0; i < difference->record_count && i < BEHIND_MAX; i++) {
        char id[YS_HASH_HEX_MAX];
        ys_hash_hex(&difference->record[i], id);
        at += snprintf(row->fact + at, sizeof row->fact - (size_t)at, "%s %.16s",
                       i == 0 ? ";" : ",", id);
    }
    if (difference->record_count > BEHIND_MAX)
        (void)snprintf(row->fact + at, sizeof row->fact - (size_t)at, ", +%zu",
                       difference->record_count - BEHIND_MAX);
    row->has_behind = difference->record_count > 0;
    if (row->has_behind)
        row->behind = difference->record[0];
    return YS_OK;
}

static enum ys_code compare(struct recount *recount, const struct snapshot *snapshot,
                            const struct ys_basis *basis, const struct ys_report_period *period,
                            struct ys_err *err)
{
    struct ys_making making;
    char set[YS_SEALED_SET_MAX];
    const struct ys_making_options options = {.basis = basis,
                                              .unit = snapshot->scope,
                                              .deployment = "",
                                              .software = "",
                                              .period = period,
                                              .as_of_day = snapshot->as_of_day,
                                              .figures_only = true};
    enum ys_code code = ys_making_open(&options, &making, err);
    if (code != YS_OK)
        return code;
    ys_sealed_set(&making.report, set);
    recount->other_rules = strcmp(set, snapshot->rule_set) != 0;
    code = ys_sealed_compare(&making, recount->figure, recount->figure_count, !recount->other_rules,
                             take_difference, recount, err);
    ys_making_close(&making);
    return code;
}

static enum ys_code count_one(struct recount *recount, const struct snapshot *snapshot,
                              struct ys_err *err)
{
    char from[YS_DATE_TEXT_MAX];
    char to[YS_DATE_TEXT_MAX];
    char text[2 * YS_DATE_TEXT_MAX + 2];
    struct ys_report_period period;
    struct ys_basis basis;
    const struct ys_basis_options options = {.store = recount->options->store,
                                             .roots = recount->options->roots,
                                             .folder = recount->options->folder,
                                             .as_of_day = snapshot->as_of_day};
    ys_date_print(ys_date_from_days(snapshot->from_day), from);
    ys_date_print(ys_date_from_days(snapshot->to_day), to);
    (void)snprintf(text, sizeof text, "%s..%s", from, to);
    if (recount->head_count == 0)
        return ys_fail(err, YS_REFUSED, "report: it rests on no log");
    enum ys_code code = ys_report_period_parse(text, &period, err);
    if (code == YS_OK)
        code = ys_basis_of_heads(&options, recount->head, recount->head_count, &basis, err);
    if (code != YS_OK)
        return code;
    code = compare(recount, snapshot, &basis, &period, err);
    ys_basis_close(&basis);
    return code == YS_NOT_FOUND ? YS_REFUSED : code; /* its logs are here: they do not give it */
}

/* --- what is kept --- */

static enum ys_code put_rows(const struct recount *recount, const struct snapshot *snapshot,
                             struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    enum ys_code code = ys_query_open(
        recount->sql, "INSERT INTO snapshot_difference VALUES (?, ?, ?, ?, ?)", &query, err);
    for (size_t i = 0; code == YS_OK && i < recount->row_count; i++) {
        const struct row *const row = &recount->row[i];
        ys_query_set_blob(query, 1, (struct ys_bytes){snapshot->id.bytes, YS_HASH_LEN});
        ys_query_set_int(query, 2, (int64_t)i + 1);
        ys_query_set_word(query, 3, row->code);
        ys_query_set_text(query, 4, ys_bytes_of_text(row->fact));
        if (row->has_behind)
            ys_query_set_blob(query, 5, (struct ys_bytes){row->behind.bytes, YS_HASH_LEN});
        else
            ys_query_set_null(query, 5);
        code = ys_query_run(query, err);
    }
    return code;
}

static enum ys_code put_count(const struct recount *recount, const struct snapshot *snapshot,
                              struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code = ys_query_open(
        recount->sql, "INSERT OR REPLACE INTO snapshot_count VALUES (?, ?, ?)", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_blob(query, 1, (struct ys_bytes){snapshot->id.bytes, YS_HASH_LEN});
    ys_query_set_blob(query, 2, (struct ys_bytes){snapshot->stated.bytes, YS_HASH_LEN});
    ys_query_set_text(query, 3, ys_bytes_of_text(recount->key));
    return ys_query_run(query, err);
}

static enum ys_code forget_rows(const struct recount *recount, const struct snapshot *snapshot,
                                struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code = ys_query_open(
        recount->sql, "DELETE FROM snapshot_difference WHERE snapshot = ?", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_blob(query, 1, (struct ys_bytes){snapshot->id.bytes, YS_HASH_LEN});
    return ys_query_run(query, err);
}

/* The rule looks at this unit again. */
static enum ys_code touch(const struct recount *recount, const struct snapshot *snapshot,
                          struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code = ys_query_open(
        recount->sql, "INSERT OR IGNORE INTO touched VALUES ('unit', ?)", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(snapshot->unit));
    return ys_query_run(query, err);
}

static enum ys_code keep(const struct recount *recount, const struct snapshot *snapshot,
                         struct ys_err *err)
{
    enum ys_code code = ys_sql_run(recount->sql, "BEGIN IMMEDIATE", err);
    if (code != YS_OK)
        return code;
    code = forget_rows(recount, snapshot, err);
    if (code == YS_OK)
        code = put_rows(recount, snapshot, err);
    if (code == YS_OK)
        code = put_count(recount, snapshot, err);
    if (code == YS_OK)
        code = touch(recount, snapshot, err);
    return ys_sql_end(recount->sql, code, err);
}

/* --- all --- */

/* What is wrong with what it rests on is its author's fault, and no reason to stop. */
static enum ys_code recount_one(struct recount *recount, const struct snapshot *snapshot,
                                bool *any_out, struct ys_err *err)
{
    struct ys_err inner = {0};
    enum ys_code code = read_one(recount, snapshot, &inner);
    if (code == YS_OK)
        code = count_one(recount, snapshot, &inner);
    if (code == YS_NOT_FOUND)
        return YS_OK; /* not here: another time */
    if (code == YS_REFUSED || code == YS_USAGE || ys_code_fault(code) == YS_FAULT_PEER) {
        recount->row_count = recount->differences = 0;
        (void)snprintf(add_row(recount, "basis")->fact, FACT_MAX, "%s", inner.msg);
        code = YS_OK;
    }
    if (code != YS_OK)
        return ys_fail(err, code, "%s", inner.msg);
    if (recount->differences > DIFFERENCES_MAX)
        (void)snprintf(add_row(recount, "figure")->fact, FACT_MAX, "+%zu",
                       recount->differences - DIFFERENCES_MAX);
    *any_out = true;
    return keep(recount, snapshot, err);
}

enum ys_code ys_recount(struct ys_model *model, const struct ys_recount_options *options,
                        bool *any_out, struct ys_err *err)
{
    struct recount recount = {.sql = ys_model_sql(model), .options = options};
    *any_out = false;
    enum ys_code code = read_key(&recount, err);
    if (code == YS_OK)
        code = find_snapshots(&recount, err);
    if (code == YS_OK && recount.count > 0) {
        recount.row = calloc(DIFFERENCES_MAX + 1, sizeof *recount.row);
        code = recount.row == NULL ? no_memory(err) : YS_OK;
    }
    for (size_t i = 0; code == YS_OK && i < recount.count; i++) {
        if (options->progress != NULL)
            options->progress(options->context, i, recount.count);
        code = recount_one(&recount, &recount.snapshot[i], any_out, err);
        clear_one(&recount);
    }
    free(recount.row);
    free(recount.snapshot);
    return code;
}
