#include "node/indicators/indicators.h"

#include "node/indicators/indicators_state.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum ys_code ys_indicators_open(struct ys_rules *rules, struct ys_indicators **out,
                                struct ys_err *err)
{
    struct ys_indicators *const indicators = calloc(1, sizeof *indicators);
    if (indicators == NULL)
        return ys_fail(err, YS_NOMEM, "indicators: out of memory");
    indicators->sql = ys_rules_sql(rules);
    enum ys_code code = ys_indicators_make(indicators->sql, err);
    if (code == YS_OK)
        code = ys_indicators_load(indicators, err);
    if (code != YS_OK) {
        ys_indicators_close(indicators);
        return code;
    }
    *out = indicators;
    return YS_OK;
}

static void free_all(char **text, size_t count)
{
    for (size_t i = 0; text != NULL && i < count; i++)
        free(text[i]);
    free(text);
}

void ys_indicators_close(struct ys_indicators *indicators)
{
    if (indicators == NULL)
        return;
    free_all(indicators->text, indicators->count);
    free_all(indicators->figure_text, indicators->figure_count);
    for (size_t i = 0; i < indicators->part_count; i++)
        free(indicators->part[i].word);
    ys_ground_clear(&indicators->ground);
    free(indicators->evaluated);
    free(indicators->part);
    free(indicators->figure);
    free(indicators->catalogue);
    free(indicators);
}

void ys_indicators_end(struct ys_indicators **indicators)
{
    ys_indicators_close(*indicators);
    *indicators = NULL;
}

const struct ys_indicator *ys_indicators_catalogue(const struct ys_indicators *indicators,
                                                   size_t *count_out)
{
    *count_out = indicators->count;
    return indicators->catalogue;
}

const struct ys_indicator *ys_indicators_find(const struct ys_indicators *indicators,
                                              const char *id)
{
    for (size_t i = 0; i < indicators->count; i++)
        if (strcasecmp(indicators->catalogue[i].id, id) == 0)
            return &indicators->catalogue[i];
    return NULL;
}

size_t ys_part_place(const struct ys_indicators *indicators, const char *part)
{
    size_t i = 0;
    while (i < indicators->part_count && strcmp(indicators->part[i].word, part) != 0)
        i++;
    return i;
}

const char *ys_part_text(const struct ys_indicators *indicators, const char *part, bool chinese)
{
    const size_t place = ys_part_place(indicators, part);
    if (place == indicators->part_count)
        return part;
    return chinese ? indicators->part[place].zh : indicators->part[place].en;
}
