#include "node/report/recount.h"

#include "node/report/signed.h"
#include "proto/limits.h"
#include "proto/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one: those that differ, how many more there are, and by which rules it says to be made. */
enum { DIFFERENCES_MAX = 100, ROWS_MAX = DIFFERENCES_MAX + 2 };
enum { BEHIND_MAX = 8, FACT_MAX = 384, KEY_MAX = 34 };

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
    char unit[YS_DIVISION_MAX + 1];
    char origin[YS_KEY_NAME_MAX + 1]; /* where what it says stands */
    uint64_t index;
    bool held;            /* this node is to hold what it rests on */
    char lacks[FACT_MAX]; /* logs of which something is not here; "" for none */
};

struct recount {
    struct ys_model *model;
    struct ys_sql *sql;
    const struct ys_recount_options *options;
    struct ys_recount_result *result;
    char key[KEY_MAX];
    struct snapshot *snapshot;
    size_t count;
    /* Cut out for the last one: those that rest on the same follow each other. */
    struct ys_basis basis;
    int32_t basis_day;
    bool has_basis;
    uint64_t entries; /* in all that was cut out */
    /* Of the one that is counted now: */
    struct ys_signed is;
    struct ys_hash *erased;
    size_t erased_count;
    bool former_rules;
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
    char rules[YS_HASH_HEX_MAX] = "";
    char indicators[YS_HASH_HEX_MAX];
    struct ys_hash hash;
    bool made = false;
    const enum ys_code code = ys_rules_made_for(recount->sql, &hash, &made, err);
    if (code == YS_OK && made)
        ys_hash_hex(&hash, rules);
    ys_indicators_version(&hash);
    ys_hash_hex(&hash, indicators);
    (void)snprintf(recount->key, sizeof recount->key, "%.16s/%.16s", rules, indicators);
    return code;
}

static enum ys_code add_snapshot(struct recount *recount, struct ys_query *query,
                                 struct ys_err *err)
{
    struct snapshot made = {.record = ys_query_int(query, 0),
                            .index = (uint64_t)ys_query_int(query, 5),
                            .held = ys_query_int(query, 6) != 0};
    if (!ys_query_hash(query, 1, &made.id) || !ys_query_hash(query, 2, &made.stated))
        return YS_OK;
    (void)ys_query_copy(query, 3, made.unit, sizeof made.unit);
    (void)ys_query_copy(query, 4, made.origin, sizeof made.origin);
    (void)ys_query_copy(query, 7, made.lacks, sizeof made.lacks);
    struct snapshot *const grown =
        reallocarray(recount->snapshot, recount->count + 1, sizeof *grown);
    if (grown == NULL)
        return no_memory(err);
    recount->snapshot = grown;
    grown[recount->count++] = made;
    return YS_OK;
}

/* In force and not counted yet; those that rest on the same follow each other. A tombstone without a redaction
 * is nothing lawful: it lacks as what is absent does. */
static enum ys_code find_snapshots(struct recount *recount, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(
        recount->sql,
        "SELECT s.rec, r.id, t.id, l.division, h.origin, t.idx,"
        "       substr(s.scope, 1, length(m.value)) = m.value,"
        "       (SELECT group_concat(n.log, ', ') FROM"
        "         (SELECT i.log FROM report_snapshot_inputs i LEFT JOIN log g ON g.origin = i.log"
        "           WHERE i.rec = s.rec AND (g.no IS NULL OR g.size < i.size"
        "              OR EXISTS (SELECT 1 FROM record x WHERE x.log = g.no AND x.idx < i.size"
        "                          AND x.content = 'absent')"
        "              OR EXISTS (SELECT 1 FROM record x WHERE x.log = g.no AND x.idx < i.size"
        "                          AND x.content = 'tombstone' AND NOT EXISTS"
        "                         (SELECT 1 FROM ref f CROSS JOIN redaction y ON y.rec = f.rec"
        "                           WHERE f.target = x.id AND f.rel = 'redacts')))"
        "           ORDER BY i.nth) n)"
        "  FROM report_snapshot s CROSS JOIN record r ON r.no = s.rec"
        "  CROSS JOIN record t ON t.no = coalesce(r.stated_by, r.no)"
        "  CROSS JOIN log l ON l.no = r.log CROSS JOIN log h ON h.no = t.log"
        "  LEFT JOIN meta m ON m.name = 'division'"
        " WHERE r.verdict = 'ok' AND r.standing = 'in_force'"
        "   AND EXISTS (SELECT 1 FROM report_snapshot_figures f WHERE f.rec = s.rec)"
        "   AND NOT EXISTS (SELECT 1 FROM snapshot_count c WHERE c.snapshot = r.id"
        "                    AND c.stated = t.id AND c.rules = ?1)"
        " ORDER BY coalesce(s.as_of, s.\"to\"),"
        "          (SELECT group_concat(hex(i.root)) FROM"
        "            (SELECT root FROM report_snapshot_inputs WHERE rec = s.rec ORDER BY nth) i),"
        "          r.id",
        &query, err);
    if (code == YS_OK)
        ys_query_set_text(query, 1, ys_bytes_of_text(recount->key));
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row)
        code = add_snapshot(recount, query, err);
    return code;
}

enum ys_code ys_recount_erased(struct ys_model *model, int64_t snapshot, struct ys_hash **out,
                               size_t *count_out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_hash *list = NULL;
    size_t count = 0;
    bool row = true;
    enum ys_code code = ys_query_open(
        ys_model_sql(model),
        "SELECT x.id FROM report_snapshot_inputs i CROSS JOIN log g ON g.origin = i.log"
        "  CROSS JOIN record x ON x.log = g.no AND x.idx < i.size"
        " WHERE i.rec = ?1 AND x.content = 'tombstone' AND NOT EXISTS"
        "       (SELECT 1 FROM ref f CROSS JOIN redaction y ON y.rec = f.rec"
        "         CROSS JOIN record b ON b.no = f.rec CROSS JOIN log h ON h.no = b.log"
        "         CROSS JOIN report_snapshot_inputs j ON j.rec = ?1 AND j.log = h.origin"
        "         WHERE f.target = x.id AND f.rel = 'redacts' AND y.whole_body"
        "           AND b.idx < j.size)"
        " ORDER BY x.id",
        &query, err);
    if (code == YS_OK)
        ys_query_set_int(query, 1, snapshot);
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row) {
        struct ys_hash *const grown = reallocarray(list, count + 1, sizeof *grown);
        if (grown == NULL) {
            code = no_memory(err);
            break;
        }
        list = grown;
        count += ys_query_hash(query, 0, &list[count]);
    }
    if (code != YS_OK) {
        free(list);
        return code;
    }
    *out = list;
    *count_out = count;
    return YS_OK;
}

/* --- what it says, and what the records say --- */

static void clear_one(struct recount *recount)
{
    ys_signed_clear(&recount->is);
    free(recount->erased);
    recount->erased = NULL;
    recount->erased_count = 0;
    recount->row_count = recount->differences = 0;
    recount->former_rules = false;
}

static struct row *add_row(struct recount *recount, const char *code)
{
    struct row *const row = &recount->row[recount->row_count++];
    *row = (struct row){.code = code};
    return row;
}

/* Whoever signed it wrote these texts: they end with a whole character. */
static void add_text(struct row *row, const char *text, size_t most)
{
    const size_t used = strlen(row->fact);
    const size_t room = sizeof row->fact - 1 - used;
    const size_t size = ys_text_cut(ys_bytes_of_text(text), most < room ? most : room);
    memcpy(row->fact + used, text, size);
    row->fact[used + size] = '\0';
}

/* A message that may have been cut anywhere. */
static void set_message(struct row *row, const struct ys_err *why)
{
    struct ys_bytes text = ys_bytes_of_text(why->msg);
    while (text.size > 0 && ys_text_check(text, NULL) == YS_TEXT_NOT_UTF8)
        text.size--;
    (void)snprintf(row->fact, sizeof row->fact, "%.*s", (int)text.size, (const char *)text.data);
}

/* "; 0f3c..., 77ab..., +3" */
static void add_records(struct row *row, const char *begin, const struct ys_hash *record,
                        size_t count)
{
    char more[32];
    for (size_t i = 0; i < count && i < BEHIND_MAX; i++) {
        char id[YS_HASH_HEX_MAX];
        ys_hash_hex(&record[i], id);
        add_text(row, i == 0 ? begin : ", ", 24);
        add_text(row, id, 16);
    }
    (void)snprintf(more, sizeof more, ", +%zu", count - BEHIND_MAX);
    if (count > BEHIND_MAX)
        add_text(row, more, sizeof more);
    row->has_behind = count > 0;
    if (row->has_behind)
        row->behind = record[0];
}

static const char *code_of(const struct recount *recount, bool left_out)
{
    return recount->former_rules       ? "former"
           : recount->erased_count > 0 ? "erased"
           : left_out                  ? "omitted"
                                       : "figure";
}

/* "110105901001 F-04 feedback: 6/9 <> 5/9; 0f3c..., 77ab..., +3" */
static enum ys_code take_difference(void *context, const struct ys_sealed_difference *difference,
                                    struct ys_err *err)
{
    struct recount *const recount = context;
    const struct ys_sealed_figure *const f = &difference->sealed;
    char was[YS_SEALED_FRACTION_MAX];
    char is[YS_SEALED_FRACTION_MAX];
    char begin[32];
    (void)err;
    if (recount->differences++ >= DIFFERENCES_MAX)
        return YS_OK;
    struct row *const row = add_row(recount, code_of(recount, difference->left_out));
    ys_sealed_print(f->there, f->n, f->d, was);
    ys_sealed_print(difference->there, difference->n, difference->d, is);
    add_text(row, f->unit, YS_DIVISION_MAX);
    add_text(row, " ", 1);
    add_text(row, f->indicator, 8);
    add_text(row, f->figure[0] == '\0' ? "" : " ", 1);
    add_text(row, f->figure, 40);
    add_text(row, f->part[0] == '\0' ? "" : " ", 1);
    add_text(row, f->part, 60);
    add_text(row, ": ", 2);
    add_text(row, was, sizeof was);
    add_text(row, " <> ", 4);
    add_text(row, difference->unknown ? "?" : is, sizeof is);
    (void)snprintf(begin, sizeof begin, "; erased %zu: ", recount->erased_count);
    if (recount->erased_count > 0)
        add_records(row, begin, recount->erased, recount->erased_count);
    else
        add_records(row, "; ", difference->record, difference->record_count);
    return YS_OK;
}

static enum ys_code compare(struct recount *recount, struct ys_err *err)
{
    struct ys_making making;
    char own[YS_SEALED_SET_MAX];
    const struct ys_making_options options = {.basis = &recount->basis,
                                              .unit = recount->is.scope,
                                              .deployment = "",
                                              .software = "",
                                              .period = &recount->is.period,
                                              .as_of_day = recount->is.as_of_day,
                                              .figures_only = true};
    enum ys_code code = ys_making_open(&options, &making, err);
    if (code != YS_OK)
        return code;
    const enum ys_sealed_by by = ys_sealed_by(&making.report, recount->is.rule_set);
    recount->former_rules = by == YS_SEALED_BY_FORMER;
    ys_sealed_set(&making.report, own);
    if (by == YS_SEALED_BY_UNKNOWN) {
        struct row *const row = add_row(recount, "rules");
        add_text(row, recount->is.rule_set, 40);
        add_text(row, " <> ", 4);
        add_text(row, own, sizeof own);
    }
    code = ys_sealed_compare(&making, recount->is.figure, recount->is.figure_count,
                             !recount->former_rules, take_difference, recount, err);
    ys_making_close(&making);
    return code;
}

static void close_basis(struct recount *recount)
{
    if (recount->has_basis)
        ys_basis_close(&recount->basis);
    recount->has_basis = false;
}

/* Does what was cut out for the last one serve this one, too? */
static bool is_cut_out(const struct recount *recount)
{
    const struct ys_basis *const basis = &recount->basis;
    const struct ys_signed *const is = &recount->is;
    if (!recount->has_basis || recount->basis_day != is->as_of_day ||
        basis->head_count != is->head_count)
        return false;
    for (size_t i = 0; i < is->head_count; i++)
        if (strcmp(basis->head[i].log, is->head[i].log) != 0 ||
            basis->head[i].size != is->head[i].size ||
            basis->head[i].members != is->head[i].members ||
            !ys_hash_equal(&basis->head[i].root, &is->head[i].root))
            return false;
    return true;
}

static enum ys_code count_one(struct recount *recount, struct ys_err *err)
{
    const struct ys_basis_options options = {.store = recount->options->store,
                                             .roots = recount->options->roots,
                                             .folder = recount->options->folder,
                                             .as_of_day = recount->is.as_of_day};
    enum ys_code code = YS_OK;
    if (recount->is.head_count == 0)
        return ys_fail(err, YS_REFUSED, "report: it rests on no log");
    if (is_cut_out(recount)) {
        code = ys_basis_renew(&recount->basis, err);
    } else {
        close_basis(recount);
        recount->result->cuts++;
        for (size_t i = 0; i < recount->is.head_count; i++)
            recount->entries += recount->is.head[i].size;
        code = ys_basis_of_heads(&options, recount->is.head, recount->is.head_count,
                                 &recount->basis, err);
        recount->has_basis = code == YS_OK;
        recount->basis_day = recount->is.as_of_day;
    }
    if (code != YS_OK)
        return code;
    code = compare(recount, err);
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
                              const char *key, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code = ys_query_open(
        recount->sql, "INSERT OR REPLACE INTO snapshot_count VALUES (?, ?, ?)", &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_blob(query, 1, (struct ys_bytes){snapshot->id.bytes, YS_HASH_LEN});
    ys_query_set_blob(query, 2, (struct ys_bytes){snapshot->stated.bytes, YS_HASH_LEN});
    ys_query_set_text(query, 3, ys_bytes_of_text(key));
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

/* `key` "": it was not counted, and will be looked at again. */
static enum ys_code keep(const struct recount *recount, const struct snapshot *snapshot,
                         const char *key, struct ys_err *err)
{
    enum ys_code code = ys_sql_run(recount->sql, "BEGIN IMMEDIATE", err);
    if (code != YS_OK)
        return code;
    code = forget_rows(recount, snapshot, err);
    if (code == YS_OK)
        code = put_rows(recount, snapshot, err);
    if (code == YS_OK)
        code = put_count(recount, snapshot, key, err);
    if (code == YS_OK)
        code = touch(recount, snapshot, err);
    recount->result->changed = recount->result->changed || code == YS_OK;
    return ys_sql_end(recount->sql, code, err);
}

/* What lacks may be the same as when it was looked at before. */
static enum ys_code is_kept(const struct recount *recount, const struct snapshot *snapshot,
                            const char *fact, bool *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    enum ys_code code = ys_query_open(
        recount->sql,
        "SELECT 1 FROM snapshot_count c JOIN snapshot_difference d ON d.snapshot = c.snapshot"
        " WHERE c.snapshot = ? AND c.stated = ? AND d.code = 'uncounted' AND d.fact = ?",
        &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_blob(query, 1, (struct ys_bytes){snapshot->id.bytes, YS_HASH_LEN});
    ys_query_set_blob(query, 2, (struct ys_bytes){snapshot->stated.bytes, YS_HASH_LEN});
    ys_query_set_text(query, 3, ys_bytes_of_text(fact));
    return ys_query_step(query, out, err);
}

/* Elsewhere it is nobody's fault that something is not here. */
static enum ys_code keep_uncounted(struct recount *recount, const struct snapshot *snapshot,
                                   const char *fact, struct ys_err *err)
{
    bool kept = false;
    if (!snapshot->held)
        return YS_OK;
    const enum ys_code code = is_kept(recount, snapshot, fact, &kept, err);
    if (code != YS_OK || kept)
        return code;
    recount->row_count = 0;
    (void)snprintf(add_row(recount, "uncounted")->fact, FACT_MAX, "%s", fact);
    return keep(recount, snapshot, "", err);
}

/* --- all --- */

static enum ys_code read_one(struct recount *recount, const struct snapshot *snapshot,
                             struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(recount->options->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_signed_read(txn, snapshot->origin, snapshot->index, &recount->is, err);
    if (code == YS_OK)
        code = ys_recount_erased(recount->model, snapshot->record, &recount->erased,
                                 &recount->erased_count, err);
    return code;
}

/* What is wrong with what it rests on is its author's fault, and no reason to stop. */
static enum ys_code recount_one(struct recount *recount, const struct snapshot *snapshot,
                                struct ys_err *err)
{
    const uint64_t most = recount->options->entries_max;
    struct ys_err inner = {0};
    if (snapshot->lacks[0] != '\0')
        return keep_uncounted(recount, snapshot, snapshot->lacks, err);
    enum ys_code code = read_one(recount, snapshot, &inner);
    if (code == YS_OK && most != 0 && recount->entries >= most && !is_cut_out(recount)) {
        recount->result->left++;
        return YS_OK;
    }
    if (code == YS_OK)
        code = count_one(recount, &inner);
    if (code == YS_NOT_FOUND)
        return YS_OK; /* it came or went meanwhile: another time */
    if (code == YS_REFUSED || code == YS_USAGE || ys_code_fault(code) == YS_FAULT_PEER) {
        recount->row_count = recount->differences = 0;
        set_message(add_row(recount, "basis"), &inner);
        code = YS_OK;
    }
    if (code != YS_OK)
        return ys_fail(err, code, "%s", inner.msg);
    if (recount->differences > DIFFERENCES_MAX)
        (void)snprintf(add_row(recount, code_of(recount, false))->fact, FACT_MAX, "+%zu",
                       recount->differences - DIFFERENCES_MAX);
    return keep(recount, snapshot, recount->key, err);
}

enum ys_code ys_recount(struct ys_model *model, const struct ys_recount_options *options,
                        struct ys_recount_result *out, struct ys_err *err)
{
    struct recount recount = {
        .model = model, .sql = ys_model_sql(model), .options = options, .result = out};
    *out = (struct ys_recount_result){.left = 0};
    enum ys_code code = read_key(&recount, err);
    if (code == YS_OK)
        code = find_snapshots(&recount, err);
    if (code == YS_OK && recount.count > 0) {
        recount.row = calloc(ROWS_MAX, sizeof *recount.row);
        code = recount.row == NULL ? no_memory(err) : YS_OK;
    }
    for (size_t i = 0; code == YS_OK && i < recount.count; i++) {
        if (options->progress != NULL)
            options->progress(options->context, i, recount.count);
        code = recount_one(&recount, &recount.snapshot[i], err);
        clear_one(&recount);
    }
    close_basis(&recount);
    free(recount.row);
    free(recount.snapshot);
    return code;
}
