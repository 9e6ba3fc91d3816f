/* Tables and views of the indicators in the connection, and the catalogue out of them. */
#include "crypto/assert.h"
#include "node/indicators/indicators_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 8192 };
enum { INDICATOR_TEXTS = 14, FIGURE_TEXTS = 5, PART_TEXTS = 3 };

/* Views of the rules over tables of ours that hold the rows of the views that they ask: the same text, so
 * that what it says is said once. */
static enum ys_code copy_view(struct ys_sql *sql, const char *name, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    char text[SQL_MAX];
    char made[SQL_MAX + sizeof "CREATE TEMP "];
    enum ys_code code = ys_query_open(
        sql, "SELECT substr(sql, instr(sql, 'VIEW')) FROM sqlite_schema WHERE name = ?", &query,
        err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(name));
    code = ys_query_step(query, &row, err);
    if (code != YS_OK)
        return code;
    if (!row || !ys_query_copy(query, 0, text, sizeof text))
        return ys_fail(err, YS_CORRUPT, "indicators: the rules have no view %s", name);
    ys_query_end(&query);
    (void)snprintf(made, sizeof made, "CREATE TEMP %s", text);
    return ys_sql_run(sql, made, err);
}

void ys_indicators_version(struct ys_hash *out)
{
    struct ys_sha256 state;
    ys_sha256_init(&state);
    for (const char *const *file = ys_indicator_files; *file != NULL; file++)
        ys_sha256_update(&state, ys_bytes_of_text(*file));
    ys_sha256_final(&state, out);
}

enum ys_code ys_indicators_make(struct ys_sql *sql, struct ys_err *err)
{
    static const char *const copied[] = {"session_notice", "posting_count"};
    enum ys_code code = YS_OK;
    for (const char *const *file = ys_indicator_files; code == YS_OK && *file != NULL; file++)
        code = ys_sql_run(sql, *file, err);
    for (size_t i = 0; code == YS_OK && i < sizeof copied / sizeof copied[0]; i++)
        code = copy_view(sql, copied[i], err);
    return code;
}

/* Columns 0 to count - 1 of the row, terminated, in one piece of memory. */
static enum ys_code keep_texts(struct ys_query *query, int count, const char ***slot, char **out,
                               struct ys_err *err)
{
    size_t size = 0;
    for (int i = 0; i < count; i++)
        size += ys_query_text(query, i).size + 1;
    char *at = malloc(size);
    if (at == NULL)
        return ys_fail(err, YS_NOMEM, "indicators: out of memory");
    *out = at;
    for (int i = 0; i < count; i++) {
        const struct ys_bytes text = ys_query_text(query, i);
        if (text.size > 0)
            memcpy(at, text.data, text.size);
        at[text.size] = '\0';
        *slot[i] = at;
        at += text.size + 1;
    }
    return YS_OK;
}

static enum ys_code count_rows(struct ys_sql *sql, const char *question, size_t *out,
                               struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(sql, question, &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code == YS_OK)
        *out = (size_t)ys_query_int(query, 0);
    return code;
}

static enum ys_code load_indicators(struct ys_indicators *indicators, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    size_t count = 0;
    bool row = true;
    enum ys_code code = count_rows(indicators->sql, "SELECT count(*) FROM indicator", &count, err);
    if (code != YS_OK)
        return code;
    indicators->catalogue = calloc(count + 1, sizeof *indicators->catalogue);
    indicators->text = calloc(count + 1, sizeof *indicators->text);
    indicators->evaluated = calloc(count + 1, sizeof *indicators->evaluated);
    if (indicators->catalogue == NULL || indicators->text == NULL || indicators->evaluated == NULL)
        return ys_fail(err, YS_NOMEM, "indicators: out of memory");
    code = ys_query_open(indicators->sql,
                         "SELECT id, zh, en, formula_zh, formula_en, basis, evidence, parameters,"
                         " case_zh, case_en, day_zh, day_en, value_zh, value_en, annex"
                         " FROM indicator ORDER BY id",
                         &query, err);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        struct ys_indicator *const i = &indicators->catalogue[indicators->count];
        const char **slot[INDICATOR_TEXTS] = {
            &i->id,     &i->zh,       &i->en,         &i->formula_zh, &i->formula_en,
            &i->basis,  &i->evidence, &i->parameters, &i->case_zh,    &i->case_en,
            &i->day_zh, &i->day_en,   &i->value_zh,   &i->value_en};
        i->annex = ys_query_int(query, INDICATOR_TEXTS) != 0;
        code = keep_texts(query, INDICATOR_TEXTS, slot, &indicators->text[indicators->count], err);
        indicators->count++;
    }
    return code;
}

static const char *const kinds[] = {
    [YS_FIGURE_COUNT] = "count",    [YS_FIGURE_RATE] = "rate",     [YS_FIGURE_MEAN] = "mean",
    [YS_FIGURE_SHARE] = "share",    [YS_FIGURE_MEDIAN] = "median", [YS_FIGURE_MAX] = "max",
    [YS_FIGURE_DERIVED] = "derived"};
static const char *const betters[] = {
    [YS_BETTER_NONE] = "none", [YS_BETTER_HIGHER] = "higher", [YS_BETTER_LOWER] = "lower"};

const char *ys_figure_kind_word(enum ys_figure_kind kind)
{
    return kinds[kind];
}

const char *ys_better_word(enum ys_better better)
{
    return betters[better];
}

static bool word_in(const char *const *words, int count, struct ys_bytes word, int *out)
{
    for (int i = 0; i < count; i++)
        if (ys_bytes_equal(word, ys_bytes_of_text(words[i]))) {
            *out = i;
            return true;
        }
    return false;
}

static enum ys_code read_figure(struct ys_query *query, struct ys_figure *figure,
                                struct ys_err *err)
{
    int kind = 0;
    int better = 0;
    if (!word_in(kinds, YS_FIGURE_DERIVED + 1, ys_query_text(query, FIGURE_TEXTS), &kind) ||
        !word_in(betters, YS_BETTER_LOWER + 1, ys_query_text(query, FIGURE_TEXTS + 1), &better))
        return ys_fail(err, YS_CORRUPT, "indicators: no such kind of figure, or direction");
    figure->kind = (enum ys_figure_kind)kind;
    figure->better = (enum ys_better)better;
    figure->scale = (unsigned)ys_query_int(query, FIGURE_TEXTS + 2);
    figure->decimals = (unsigned)ys_query_int(query, FIGURE_TEXTS + 3);
    figure->cases = ys_query_int(query, FIGURE_TEXTS + 4) != 0;
    figure->parts = (enum ys_figure_parts)ys_query_int(query, FIGURE_TEXTS + 5);
    return YS_OK;
}

static struct ys_indicator *indicator_at(struct ys_indicators *indicators, struct ys_bytes id)
{
    for (size_t i = 0; i < indicators->count; i++)
        if (ys_bytes_equal(id, ys_bytes_of_text(indicators->catalogue[i].id)))
            return &indicators->catalogue[i];
    return NULL;
}

/* In the order of the catalogue, so that those of one indicator lie side by side. */
static enum ys_code load_figures(struct ys_indicators *indicators, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    size_t count = 0;
    bool row = true;
    enum ys_code code = count_rows(indicators->sql, "SELECT count(*) FROM figure", &count, err);
    if (code != YS_OK)
        return code;
    indicators->figure = calloc(count + 1, sizeof *indicators->figure);
    indicators->figure_text = calloc(count + 1, sizeof *indicators->figure_text);
    if (indicators->figure == NULL || indicators->figure_text == NULL)
        return ys_fail(err, YS_NOMEM, "indicators: out of memory");
    code = ys_query_open(
        indicators->sql,
        "SELECT f.code, f.series, f.unit, iif(f.zh = '', i.zh, f.zh), iif(f.en = '', i.en, f.en),"
        " f.kind, f.better, f.scale, f.decimals, f.cases, f.parts, i.id"
        " FROM figure f JOIN indicator i ON i.id = f.indicator ORDER BY i.id, f.nth",
        &query, err);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        struct ys_figure *const f = &indicators->figure[indicators->figure_count];
        const char **slot[FIGURE_TEXTS] = {&f->code, &f->series, &f->unit, &f->zh, &f->en};
        struct ys_indicator *const owner =
            indicator_at(indicators, ys_query_text(query, FIGURE_TEXTS + 6));
        YS_ASSERT(owner != NULL); /* joined above */
        if (owner->figure == NULL)
            owner->figure = f;
        owner->figure_count++;
        code = keep_texts(query, FIGURE_TEXTS, slot,
                          &indicators->figure_text[indicators->figure_count++], err);
        if (code == YS_OK)
            code = read_figure(query, f, err);
    }
    return code;
}

static enum ys_code load_parts(struct ys_indicators *indicators, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    size_t count = 0;
    bool row = true;
    enum ys_code code = count_rows(indicators->sql, "SELECT count(*) FROM part_name", &count, err);
    if (code != YS_OK)
        return code;
    indicators->part = calloc(count + 1, sizeof *indicators->part);
    if (indicators->part == NULL)
        return ys_fail(err, YS_NOMEM, "indicators: out of memory");
    code = ys_query_open(indicators->sql, "SELECT word, zh, en FROM part_name ORDER BY nth", &query,
                         err);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        struct ys_part_name *const part = &indicators->part[indicators->part_count++];
        const char *word = NULL;
        const char **slot[PART_TEXTS] = {&word, &part->zh, &part->en};
        code = keep_texts(query, PART_TEXTS, slot, &part->word, err);
    }
    return code;
}

enum ys_code ys_indicators_load(struct ys_indicators *indicators, struct ys_err *err)
{
    enum ys_code code = load_indicators(indicators, err);
    if (code == YS_OK)
        code = load_figures(indicators, err);
    if (code == YS_OK)
        code = load_parts(indicators, err);
    return code;
}
