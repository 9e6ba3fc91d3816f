#include "node/paper/ballot_sheet.h"

#include "node/label.h"
#include "node/paper/page.h"
#include "node/paper/qr.h"

#include <stdlib.h>
#include <string.h>

static const char *const grade_zh[] = {"不了解", "很不满意", "不满意", "一般", "满意", "很满意"};
static const char *const dimension_zh[] = {"参与社区协商", "协商成果落实", "协商结果反馈"};

void ys_ballot_code_show(const char *code, char out[YS_BALLOT_CODE_SHOWN])
{
    (void)snprintf(out, YS_BALLOT_CODE_SHOWN, "%.5s-%.5s", code, code + YS_BALLOT_CODE_LEN / 2);
}

static void put_code(FILE *out, const char *code)
{
    char shown[YS_BALLOT_CODE_SHOWN];
    ys_ballot_code_show(code, shown);
    ys_page_put(out, "<span class=\"mono code\">");
    ys_page_text(out, shown);
    ys_page_put(out, "</span>");
}

/* --- papers --- */

static const char *question_of(const Yishi__V1__EvaluationRound *round, unsigned dimension)
{
    for (size_t i = 0; i < round->n_dimensions; i++)
        if ((unsigned)round->dimensions[i]->dimension == dimension + 1 &&
            round->dimensions[i]->question != NULL)
            return round->dimensions[i]->question;
    return dimension_zh[dimension];
}

static void put_paper(FILE *out, const struct ys_ballot_head *head, const char *code)
{
    ys_page_put(out, "<div class=\"cell\"><div><h2>");
    ys_page_text(out, head->round->target_name);
    ys_page_put(out, "评议票　票号 ");
    put_code(out, code);
    ys_page_put(out, "</h2><p>");
    ys_page_text(out, head->unit);
    ys_page_put(out, " 组织，评议对象：");
    ys_page_text(out, head->round->target_name);
    ys_page_put(out, "。不记名；每项选一格打√。</p><table><tr><th>评议内容</th>");
    for (unsigned grade = YS_BALLOT_GRADES; grade-- > 0;) {
        ys_page_put(out, "<th>");
        ys_page_text(out, grade_zh[grade]);
        ys_page_put(out, "</th>");
    }
    ys_page_put(out, "</tr>");
    for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS; d++) {
        ys_page_put(out, "<tr><td class=\"left\">");
        ys_page_text(out, question_of(head->round, d));
        ys_page_put(out, "</td>");
        for (unsigned grade = 0; grade < YS_BALLOT_GRADES; grade++)
            ys_page_put(out, "<td><span class=\"box\"></span></td>");
        ys_page_put(out, "</tr>");
    }
    ys_page_put(out, "</table><p>您的身份（选填）：");
    for (size_t i = 0; i < head->round->n_evaluators_by_kind; i++) {
        ys_page_put(out, "<span class=\"box\"></span>");
        ys_page_text(out, ys_label_number(&yishi__v1__party_kind__descriptor,
                                          (int)head->round->evaluators_by_kind[i]->party_kind));
        ys_page_put(out, "　");
    }
    ys_page_put(out,
                "</p><p>自选暗记（选填，最多16个字母或数字，请勿写姓名、电话）：________________"
                "</p><p>意见建议（选填，请勿写姓名、电话）：</p><p>　</p></div>"
                "<div style=\"border-left:.3mm dashed "
                "#000;padding-left:4mm;width:44mm\"><p>评议人存根</p><p>票号 ");
    put_code(out, code);
    ys_page_put(out, "</p><p>暗记：________</p><p class=\"small\">结果公布后，凭此票号领取"
                     "核对单，可自行核对本票已按所填等次计入，且只计入一次。请勿告诉他人票号。</p>"
                     "</div></div>\n");
}

void ys_ballot_sheet_papers(FILE *out, const struct ys_ballot_head *head,
                            const char (*codes)[YS_BALLOT_CODE_LEN + 1], size_t count)
{
    ys_page_begin(out, "评议票");
    ys_page_put(out, "<div class=\"grid\">\n");
    for (size_t i = 0; i < count; i++)
        put_paper(out, head, codes[i]);
    ys_page_put(out, "</div>");
    ys_page_end(out);
}

/* --- slips --- */

void ys_ballot_sheet_begin(FILE *out, const struct ys_ballot_head *head,
                           const struct ys_ballot_tally *tally)
{
    (void)head;
    (void)tally;
    ys_page_begin(out, "评议核对单");
    ys_page_put(out, "<div class=\"grid\">\n");
}

void ys_ballot_sheet_end(FILE *out)
{
    ys_page_put(out, "</div>");
    ys_page_end(out);
}

static void put_row(FILE *out, const struct ys_ballot_tally *tally, const struct ys_slip *slip,
                    unsigned dimension)
{
    uint64_t first = 0;
    const unsigned grade = slip->ballot.grade[dimension];
    const uint64_t count = ys_ballot_slots(tally, dimension, grade, &first);
    ys_page_put(out, "<tr><td class=\"left\">");
    ys_page_text(out, dimension_zh[dimension]);
    ys_page_put(out, "</td><td>");
    ys_page_text(out, grade_zh[grade]);
    (void)fprintf(out, "</td><td>%u</td><td>%llu</td><td>%llu－%llu</td></tr>",
                  tally->count[dimension][grade],
                  (unsigned long long)slip->place[dimension].index + 1, /* people count from 1 */
                  (unsigned long long)first + 1, (unsigned long long)(first + count));
}

void ys_ballot_sheet_slip(FILE *out, const struct ys_ballot_head *head,
                          const struct ys_ballot_tally *tally, const struct ys_slip *slip,
                          const char *remark)
{
    json_t *const json = ys_slip_json(slip, remark);
    char *const text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    ys_page_put(out, "<div class=\"cell\"><div><h2>评议核对单</h2><p>");
    ys_page_text(out, head->unit);
    ys_page_put(out, "　评议对象：");
    ys_page_text(out, head->round->target_name);
    ys_page_put(out, "</p><p>票号 ");
    put_code(out, slip->ballot.code);
    ys_page_put(out, slip->ballot.mark[0] != '\0' ? "　暗记 " : "");
    ys_page_text(out, slip->ballot.mark);
    ys_page_put(out, "</p>");
    if (slip->ballot.valid) {
        ys_page_put(out, "<table><tr><th>评议内容</th><th>本票等次</th><th>该等次共几票</th>"
                         "<th>本票序号</th><th>该等次序号</th></tr>");
        for (unsigned d = 0; d < YS_BALLOT_DIMENSIONS; d++)
            put_row(out, tally, slip, d);
        ys_page_put(out, "</table>");
    } else {
        ys_page_put(out, "<p><b>本票计为无效票。</b></p>");
    }
    if (remark != NULL)
        ys_page_field(out, "意见：", remark);
    (void)fprintf(out, "<p>发出%u张，收回%u张，有效%u张。</p><p class=\"small\">结果记录：",
                  tally->issued, tally->returned, tally->valid);
    ys_page_put(out,
                head->result[0] == '\0' ? "尚未发布，请等发布后再核对" : "<span class=\"mono\">");
    ys_page_text(out, head->result);
    ys_page_put(out, head->result[0] == '\0' ? "" : "</span>");
    ys_page_put(out,
                "</p><p class=\"small\">核对：①票号、暗记、等次与您所填一致；②“本票序号”在“该等次"
                "序号”之内；③扫码另存为文件，与结果记录的证明一起交任何一台电脑核对："
                "yishi check 核对单 --bundle 证明 --root 区根文件。本单能让看到它的人知道您的"
                "评议，请自行保管。</p></div><div class=\"qr\">");
    if (text == NULL || !ys_qr_put(out, text))
        ys_page_put(out, "<p class=\"small\">内容过长，无二维码；请索取电子核对单。</p>");
    free(text);
    ys_page_put(out, "</div></div>\n");
}
