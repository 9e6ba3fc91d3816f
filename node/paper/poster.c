#include "node/paper/poster.h"

#include "node/label.h"
#include "node/paper/page.h"

#include <string.h>

static const char *party_zh(unsigned kind)
{
    return ys_label_number(&yishi__v1__party_kind__descriptor, (int)kind);
}

static void put_title(FILE *out, const char *before, const char *title, const char *behind,
                      const char *otherwise)
{
    ys_page_put(out, "<h1>");
    if (title[0] == '\0') {
        ys_page_put(out, otherwise);
    } else {
        ys_page_put(out, before);
        ys_page_text(out, title);
        ys_page_put(out, behind);
    }
    ys_page_put(out, "</h1>\n");
}

static void put_lead(FILE *out, const char *lead)
{
    ys_page_put(out, "<p class=\"lead\">");
    ys_page_put(out, lead);
    ys_page_put(out, "</p>\n");
}

static void put_list(FILE *out, const char *name, char *const *texts, size_t count)
{
    ys_page_put(out, "<p class=\"field\"><b>");
    ys_page_put(out, name);
    ys_page_put(out, "</b>");
    for (size_t i = 0; i < count; i++) {
        ys_page_put(out, i == 0 ? "" : "、");
        ys_page_text(out, texts[i]);
    }
    ys_page_put(out, "</p>\n");
}

static void put_end(FILE *out, const struct ys_poster *poster, const char *day)
{
    ys_page_put(out, "<p class=\"sign\">");
    ys_page_text(out, poster->unit);
    ys_page_put(out, "<br>");
    ys_page_text(out, day);
    ys_page_put(out, "</p>\n<p class=\"note\">事项编号：");
    ys_page_text(out, poster->matter);
    ys_page_put(out, "　记录号：<span class=\"mono\">");
    ys_page_text(out, poster->record);
    ys_page_put(
        out, "</span><br>本公示与共享记录一致；共享记录只载参加主体的类别和人数，不载姓名。</p>\n");
}

/* --- who takes part --- */

static void put_names(FILE *out, const struct ys_name_list *names, unsigned kind, uint32_t count)
{
    unsigned printed = 0;
    for (size_t i = 0; i < names->count; i++) {
        const struct ys_person *const person = &names->person[i];
        if (person->kind != kind || !person->consent)
            continue;
        ys_page_put(out, printed++ == 0 ? "" : "、");
        ys_page_text(out, person->name);
    }
    if (printed > 0 && printed < count)
        (void)fprintf(out, "等%u人", count);
}

static void put_participants(FILE *out, const Yishi__V1__PublicNotice *notice,
                             const struct ys_name_list *names)
{
    ys_page_put(out, "<table><thead><tr><th>参加主体</th><th>人数</th><th>姓名</th></tr></thead>");
    for (size_t i = 0; i < notice->n_participants; i++) {
        const Yishi__V1__PartyCount *const one = notice->participants[i];
        ys_page_put(out, "<tr><td>");
        ys_page_text(out, party_zh((unsigned)one->party_kind));
        (void)fprintf(out, "</td><td>%u</td><td class=\"left\">", one->count);
        put_names(out, names, (unsigned)one->party_kind, one->count);
        ys_page_put(out, "</td></tr>");
    }
    ys_page_put(out, "</table>\n");
}

/* --- the notice --- */

static void put_changes(FILE *out, const Yishi__V1__NoticeChange *change)
{
    ys_page_put(out, "<p><b>本公示变更了前次公示的：");
    ys_page_put(out, change->time ? "时间　" : "");
    ys_page_put(out, change->place ? "地点　" : "");
    ys_page_put(out, change->moderator ? "主持人　" : "");
    ys_page_put(out, change->content ? "主要内容" : "");
    ys_page_put(out, "</b></p>\n");
}

static void put_application(FILE *out, const Yishi__V1__PublicNotice *notice)
{
    char until[YS_PAGE_DAY_MAX] = "";
    if (notice->apply_until != NULL)
        ys_page_time(notice->apply_until->unix_ms, until);
    ys_page_put(
        out,
        "<p>"
        "公示期间，居民和其他利益相关方可以申请参加协商会，社区居委会应当予以登记，邀请其参加。");
    if (until[0] != '\0') {
        ys_page_put(out, "申请截止：<b>");
        ys_page_text(out, until);
        ys_page_put(out, "</b>。");
    }
    if (notice->contact != NULL) {
        ys_page_put(out, "联系方式：");
        ys_page_text(out, notice->contact);
        ys_page_put(out, "。");
    }
    ys_page_put(out, "</p>\n");
}

void ys_poster_notice(FILE *out, const struct ys_poster *poster,
                      const Yishi__V1__PublicNotice *notice, const struct ys_name_list *names)
{
    char text[YS_PAGE_DAY_MAX] = "";
    ys_page_begin(out, "协商公示");
    put_title(out, "关于", poster->title, "的协商公示", "社区协商公示");
    if (notice->change_of != NULL)
        put_changes(out, notice->change_of);
    ys_page_put(
        out, "<p>按照《北京市社区议事厅工作指导规程（试行）》第十条，现将协商会有关事项公示如下：</"
             "p>\n");
    put_lead(out, "一、协商时间");
    if (notice->meeting_at != NULL)
        ys_page_time(notice->meeting_at->unix_ms, text);
    ys_page_paragraphs(out, text);
    put_lead(out, "二、协商地点");
    ys_page_put(out, "<p>");
    ys_page_text(out, notice->place == NULL ? "" : notice->place);
    ys_page_put(out, notice->online_link ? "（同时可以在线参加）</p>\n" : "</p>\n");
    put_lead(out, "三、主持人");
    if (notice->moderator != NULL) {
        ys_page_put(out, "<p>");
        ys_page_text(out, party_zh((unsigned)notice->moderator->party_kind));
        ys_page_put(out, "　");
        ys_page_text(out, notice->moderator->role == NULL ? "" : notice->moderator->role);
        ys_page_put(out, "</p>\n");
    }
    put_lead(out, "四、主要内容");
    ys_page_paragraphs(out, notice->main_content == NULL ? "" : notice->main_content);
    put_lead(out, "五、参加人员");
    put_participants(out, notice, names);
    if (notice->urgent_reason != NULL)
        ys_page_field(out, "紧急原因：", notice->urgent_reason);
    put_application(out, notice);
    put_list(out, "公示地点：", notice->posted_at_places, notice->n_posted_at_places);
    text[0] = '\0';
    if (notice->posted_on != NULL)
        ys_page_day(notice->posted_on->yyyymmdd, text);
    put_end(out, poster, text);
    ys_page_end(out);
}

/* --- results --- */

static void put_evaluation(FILE *out, const Yishi__V1__EvaluationResult *result)
{
    put_lead(out, "评议情况");
    (void)fprintf(out, "<p>发出%u张，收回%u张，有效%u张。各项评价票数：</p>\n", result->issued,
                  result->returned, result->valid);
    ys_page_put(out, "<table><thead><tr><th>评议内容</th><th>很满意</th><th>满意</th><th>一般</th>"
                     "<th>不满意</th><th>很不满意</th><th>不了解</th></tr></thead>");
    for (size_t i = 0; i < result->n_dimensions; i++) {
        const Yishi__V1__GradeCounts *const one = result->dimensions[i];
        ys_page_put(out, "<tr><td class=\"left\">");
        ys_page_text(out, ys_label_number(&yishi__v1__dimension__descriptor, (int)one->dimension));
        (void)fprintf(
            out, "</td><td>%u</td><td>%u</td><td>%u</td><td>%u</td><td>%u</td><td>%u</td></tr>",
            one->grade_5, one->grade_4, one->grade_3, one->grade_2, one->grade_1, one->grade_0);
    }
    ys_page_put(
        out,
        "</table>\n<p>评议人可以凭票号领取核对单，自行核对本人的评议票已按所填等次计入。</p>\n");
    if (result->suggestions != NULL)
        ys_page_field(out, "意见建议：", result->suggestions);
}

void ys_poster_publication(FILE *out, const struct ys_poster *poster,
                           const Yishi__V1__FeedbackPublication *publication)
{
    char from[YS_PAGE_DAY_MAX] = "";
    char to[YS_PAGE_DAY_MAX] = "";
    const char *const subject =
        ys_label_number(&yishi__v1__feedback_subject__descriptor, (int)publication->subject);
    ys_page_begin(out, "协商成果公开");
    ys_page_put(out, "<h1>");
    if (poster->title[0] != '\0') {
        ys_page_put(out, "关于");
        ys_page_text(out, poster->title);
        ys_page_put(out, "的");
    }
    ys_page_text(out, subject);
    ys_page_put(out, "公开</h1>\n");
    if (publication->text != NULL)
        ys_page_paragraphs(out, publication->text);
    if (poster->evaluation != NULL)
        put_evaluation(out, poster->evaluation);
    if (publication->from != NULL)
        ys_page_day(publication->from->yyyymmdd, from);
    if (publication->to != NULL)
        ys_page_day(publication->to->yyyymmdd, to);
    ys_page_put(out, "<p class=\"field\"><b>公开期限：</b>");
    ys_page_text(out, from);
    ys_page_put(out, "至");
    ys_page_text(out, to);
    ys_page_put(out, "。居民有异议的，可以向社区居委会或者街道反映。</p>\n");
    put_list(out, "公开方式：", publication->channels, publication->n_channels);
    put_end(out, poster, from);
    ys_page_end(out);
}
