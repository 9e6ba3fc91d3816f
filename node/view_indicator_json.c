#include "node/json_out.h"
#include "node/view_indicator.h"

static json_t *figures(const struct ys_indicator *indicator)
{
    json_t *const out = json_array();
    for (size_t i = 0; i < indicator->figure_count; i++) {
        const struct ys_figure *const f = &indicator->figure[i];
        json_array_append_new(
            out,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:b, s:b}", "figure", f->code,
                      "zh", f->zh, "en", f->en, "series", f->series, "kind",
                      ys_figure_kind_word(f->kind), "unit", f->unit, "scale", (int)f->scale,
                      "decimals", (int)f->decimals, "better", ys_better_word(f->better), "by_part",
                      (int)(f->parts != YS_PARTS_NONE), "countable", (int)f->cases));
    }
    return out;
}

void ys_json_indicator(const struct ys_indicator *indicator)
{
    ys_json_line(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
        "indicator", indicator->id, "zh", indicator->zh, "en", indicator->en, "formula_zh",
        indicator->formula_zh, "formula_en", indicator->formula_en, "basis", indicator->basis,
        "evidence", indicator->evidence, "annex", (int)indicator->annex, "parameters",
        ys_json_words(indicator->parameters), "case_zh", indicator->case_zh, "case_en",
        indicator->case_en, "day_zh", indicator->day_zh, "day_en", indicator->day_en, "value_zh",
        indicator->value_zh, "value_en", indicator->value_en, "figures", figures(indicator)));
}
