#include "node/report/sealed.h"

#include "proto/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ys_sealed_fraction(const struct ys_found *found, int64_t *n, int64_t *d)
{
    const enum ys_figure_kind kind = found->figure->kind;
    const bool middle = kind == YS_FIGURE_MEDIAN || kind == YS_FIGURE_MAX;
    *n = middle ? found->low + found->high : found->n;
    *d = kind == YS_FIGURE_COUNT ? 1 : middle ? 2 : found->d;
    return !found->none && *n >= 0 && *d > 0;
}

bool ys_sealed_is(const struct ys_found *found, const char *unit)
{
    static const char *const below[] = {"F-02", "F-04", "F-06"};
    bool wanted = false;
    if (found->indicator->annex)
        return false;
    if (found->unit_at == 0)
        return true;
    for (size_t i = 0; i < sizeof below / sizeof *below; i++)
        wanted = wanted || strcmp(found->indicator->id, below[i]) == 0;
    return wanted && strlen(found->unit) == strlen(unit) + 3;
}

void ys_sealed_set(const struct ys_report *report, char out[YS_SEALED_SET_MAX])
{
    (void)snprintf(out, YS_SEALED_SET_MAX, "%.16s/%.16s", report->rule_set, report->indicator_set);
}

/* Of the versions that were released before this one: none yet. Each release adds its own. */
static const char *const former[] = {NULL};

enum ys_sealed_by ys_sealed_by(const struct ys_report *report, const char *set)
{
    char own[YS_SEALED_SET_MAX];
    ys_sealed_set(report, own);
    if (strcmp(own, set) == 0)
        return YS_SEALED_BY_THESE;
    for (const char *const *at = former; *at != NULL; at++)
        if (strcmp(*at, set) == 0)
            return YS_SEALED_BY_FORMER;
    return YS_SEALED_BY_UNKNOWN;
}

void ys_sealed_print(bool there, int64_t n, int64_t d, char out[YS_SEALED_FRACTION_MAX])
{
    if (there)
        (void)snprintf(out, YS_SEALED_FRACTION_MAX, "%" PRId64 "/%" PRId64, n, d);
    else
        (void)snprintf(out, YS_SEALED_FRACTION_MAX, "-");
}

/* --- comparing --- */

struct comparing {
    const struct ys_making *making;
    enum ys_code (*take)(void *context, const struct ys_sealed_difference *difference,
                         struct ys_err *err);
    void *context;
    struct ys_hash *record;
    size_t count, room;
};

static bool is_same(const struct ys_found *found, const struct ys_sealed_figure *figure)
{
    return strcmp(found->indicator->id, figure->indicator) == 0 &&
           strcmp(found->part, figure->part) == 0 &&
           strcmp(found->figure->code, figure->figure) == 0 &&
           strcmp(found->unit, figure->unit) == 0;
}

static enum ys_code take_record(void *context, const struct ys_case *item, struct ys_err *err)
{
    struct comparing *const comparing = context;
    if (item->id.size != YS_HASH_LEN)
        return YS_OK;
    for (size_t i = 0; i < comparing->count; i++)
        if (memcmp(comparing->record[i].bytes, item->id.data, YS_HASH_LEN) == 0)
            return YS_OK;
    if (comparing->count == comparing->room) {
        const size_t room = comparing->room == 0 ? 64 : 2 * comparing->room;
        struct ys_hash *const grown = reallocarray(comparing->record, room, sizeof *grown);
        if (grown == NULL)
            return ys_fail(err, YS_NOMEM, "report: out of memory");
        comparing->record = grown;
        comparing->room = room;
    }
    memcpy(comparing->record[comparing->count++].bytes, item->id.data, YS_HASH_LEN);
    return YS_OK;
}

/* `found` may be NULL: there is no such figure. */
static enum ys_code give(struct comparing *comparing, const struct ys_found *found,
                         struct ys_sealed_difference *difference, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    comparing->count = 0;
    if (found != NULL)
        code =
            ys_indicators_list(ys_figures_indicators(comparing->making->figures), found->indicator,
                               NULL, NULL, found->unit, take_record, comparing, err);
    difference->record = comparing->record;
    difference->record_count = comparing->count;
    return code == YS_OK ? comparing->take(comparing->context, difference, err) : code;
}

/* NULL: there is no such figure. */
static const struct ys_found *find(const struct comparing *comparing,
                                   const struct ys_sealed_figure *figure)
{
    size_t count = 0;
    const struct ys_found *const all = ys_figures_found(comparing->making->figures, &count);
    for (size_t i = 0; i < count; i++)
        if (is_same(&all[i], figure))
            return &all[i];
    return NULL;
}

static enum ys_code compare_one(struct comparing *comparing, const struct ys_found *found,
                                const struct ys_sealed_figure *figure, struct ys_err *err)
{
    struct ys_sealed_difference difference = {.sealed = *figure, .unknown = found == NULL};
    difference.there = found != NULL && ys_sealed_fraction(found, &difference.n, &difference.d);
    if (found != NULL && difference.there == figure->there &&
        (!difference.there || (difference.n == figure->n && difference.d == figure->d)))
        return YS_OK;
    return give(comparing, found, &difference, err);
}

/* One that nobody signed, though there is something to say. */
static enum ys_code look_for_missing(struct comparing *comparing, const struct ys_found *found,
                                     const struct ys_sealed_figure *figure, size_t count,
                                     struct ys_err *err)
{
    struct ys_sealed_difference difference = {.sealed = {.unit = found->unit,
                                                         .indicator = found->indicator->id,
                                                         .figure = found->figure->code,
                                                         .part = found->part},
                                              .left_out = true};
    for (size_t i = 0; i < count; i++)
        if (is_same(found, &figure[i]))
            return YS_OK;
    difference.there = ys_sealed_fraction(found, &difference.n, &difference.d);
    return difference.there ? give(comparing, found, &difference, err) : YS_OK;
}

enum ys_code ys_sealed_compare(const struct ys_making *making,
                               const struct ys_sealed_figure *figure, size_t count, bool whole,
                               enum ys_code (*take)(void *context,
                                                    const struct ys_sealed_difference *difference,
                                                    struct ys_err *err),
                               void *context, struct ys_err *err)
{
    struct comparing comparing = {.making = making, .take = take, .context = context};
    size_t found_count = 0;
    const struct ys_found *const found = ys_figures_found(making->figures, &found_count);
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < count; i++) {
        const struct ys_found *const same = find(&comparing, &figure[i]);
        if (same != NULL)
            code = compare_one(&comparing, same, &figure[i], err);
    }
    size_t own = 0; /* those of the unit come first, and there is room for so many */
    for (size_t i = 0; code == YS_OK && whole && own < YS_BODY_REPEATED_MAX && i < found_count; i++)
        if (found[i].unit_at == 0 && ys_sealed_is(&found[i], found[i].unit)) {
            own++;
            code = look_for_missing(&comparing, &found[i], figure, count, err);
        }
    for (size_t i = 0; code == YS_OK && i < count; i++)
        if (find(&comparing, &figure[i]) == NULL)
            code = compare_one(&comparing, NULL, &figure[i], err);
    free(comparing.record);
    return code;
}
