#include "node/lang.h"
#include "node/terminal.h"
#include "node/view_indicator.h"

#include <stdio.h>
#include <string.h>

enum { ID_WIDTH = 6, KIND_WIDTH = 8 };

static const char *in(const char *zh, const char *en)
{
    return ys_lang_is_chinese() ? zh : en;
}

static const char *basis_text(const struct ys_indicator *indicator)
{
    return strcmp(indicator->basis, "flow") == 0 ? _("what happened in the period")
           : strcmp(indicator->basis, "cohort") == 0
               ? _("what came, up to the day of asking, of what "
                   "happened in the period")
               : _("what stands at the end of the period");
}

static const char *evidence_text(const struct ys_indicator *indicator)
{
    return strcmp(indicator->evidence, "proven") == 0
               ? _("proven: by the times in `receipts` records only")
               : _("claimed: by the days that records give");
}

static const char *better_text(enum ys_better better)
{
    return better == YS_BETTER_HIGHER  ? _("higher is better")
           : better == YS_BETTER_LOWER ? _("lower is better")
                                       : _("neither is better");
}

void ys_text_indicator_line(const struct ys_indicator *indicator)
{
    ys_terminal_padded(indicator->id, ID_WIDTH);
    ys_terminal_padded(indicator->basis, KIND_WIDTH);
    ys_terminal_padded(indicator->evidence, KIND_WIDTH);
    printf("%s\n", in(indicator->zh, indicator->en));
}

void ys_text_indicator(const struct ys_indicator *indicator)
{
    printf("%s  %s\n", indicator->id, in(indicator->zh, indicator->en));
    ys_terminal_pair(_("Formula"), in(indicator->formula_zh, indicator->formula_en));
    ys_terminal_pair(_("Each case"), in(indicator->case_zh, indicator->case_en));
    ys_terminal_pair(_("Counted by"), in(indicator->day_zh, indicator->day_en));
    ys_terminal_pair(_("Basis"), basis_text(indicator));
    ys_terminal_pair(_("Evidence"), evidence_text(indicator));
    if (indicator->parameters[0] != '\0')
        ys_terminal_pair(_("Parameters"), indicator->parameters);
    if (indicator->annex)
        printf("%s\n",
               _("It rests on what only this node knows: it stands in an annex of a report."));
    for (size_t i = 0; i < indicator->figure_count; i++) {
        const struct ys_figure *const figure = &indicator->figure[i];
        printf("  %s: %s, %s, %s\n", figure->code[0] == '\0' ? "-" : figure->code,
               in(figure->zh, figure->en), figure->unit, better_text(figure->better));
    }
}

/* --- the handbook --------------------------------------------------------------------------------- */

static const char *const kinds_zh[] = {
    [YS_FIGURE_COUNT] = "计数",  [YS_FIGURE_RATE] = "比率",     [YS_FIGURE_MEAN] = "平均",
    [YS_FIGURE_SHARE] = "分布",  [YS_FIGURE_MEDIAN] = "中位数", [YS_FIGURE_MAX] = "最大值",
    [YS_FIGURE_DERIVED] = "合成"};

static const char *better_zh(enum ys_better better)
{
    return better == YS_BETTER_HIGHER  ? "；越高越好"
           : better == YS_BETTER_LOWER ? "；越低越好"
                                       : "";
}

static const char *basis_zh(const char *basis)
{
    return strcmp(basis, "flow") == 0     ? "期内发生"
           : strcmp(basis, "cohort") == 0 ? "同期群，计至统计截止日"
                                          : "期末存量";
}

static void put_figures(const struct ys_indicator *indicator)
{
    for (size_t i = 0; i < indicator->figure_count; i++) {
        const struct ys_figure *const figure = &indicator->figure[i];
        const bool own = figure->zh != indicator->zh && strcmp(figure->zh, indicator->zh) != 0;
        printf("- 指标值 figure%s%s: %s%s%s %s（%s）%s\n", figure->code[0] != '\0' ? " " : "",
               figure->code, own ? figure->zh : "", own ? "，" : "", kinds_zh[figure->kind],
               ys_figure_kind_word(figure->kind), figure->unit, better_zh(figure->better));
    }
}

void ys_text_indicators_page(const struct ys_indicator *indicators, size_t count)
{
    puts("# 指标 Indicators\n");
    puts("Made by `yishi indicators --markdown`; the source is node/indicators/*.sql, where each "
         "has "
         "a SQL view\n"
         "of its own. Rates are shown as — where there is nothing to divide by, and marked where "
         "it is "
         "less than\n"
         "`small_n`. Figures are rounded once, half up.");
    for (size_t i = 0; i < count; i++) {
        const struct ys_indicator *const one = &indicators[i];
        printf("\n## %s %s\n\n%s\n\n- %s\n  %s\n", one->id, one->zh, one->en, one->formula_zh,
               one->formula_en);
        put_figures(one);
        printf("- 统计对象 case: %s %s; 日期 day: %s %s\n", one->case_zh, one->case_en, one->day_zh,
               one->day_en);
        printf("- 口径 basis: %s %s; %s %s%s\n", basis_zh(one->basis), one->basis,
               strcmp(one->evidence, "proven") == 0 ? "按回执可证" : "按填报", one->evidence,
               one->annex ? "; 仅本节点所知，列入附页 annex" : "");
        if (one->parameters[0] != '\0')
            printf("- 参数 parameters: %s\n", one->parameters);
    }
}
