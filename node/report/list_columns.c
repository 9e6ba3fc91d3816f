#include "node/report/list_columns.h"

/* clang-format off */

/* X(key, zh, en, type, print, words, about_zh, about_en), in the order of the query's columns. */
#define UNIT_COLUMNS(X)                                                                             \
    X("unit", "单位代码", "Unit", CODE, false, NULL, "记录所在社区的 12 位代码", "12 digits of the community") \
    X("unit_name", "单位", "Unit name", TEXT, false, NULL, "社区名称", "name of the community")
#define MATTER_COLUMNS(X)                                                                           \
    X("matter", "事项编号", "Matter", CODE, true, NULL, "事项编号", "number of the matter")          \
    X("title", "事项", "Title", TEXT, true, NULL, "事项标题", "title of the matter")
#define RECORD_COLUMN(X)                                                                            \
    X("record", "记录标识", "Record", CODE, false, NULL, "记录的 SHA-256 标识", "id of the record")

#define MATTERS(X)                                                                                  \
    UNIT_COLUMNS(X) MATTER_COLUMNS(X)                                                               \
    X("category", "类别", "Category", TEXT, false, "CATEGORY", "协商事项类别", "category of article 5") \
    X("nature", "性质", "Nature", TEXT, true, "NATURE", "事项性质", "nature: it decides the path")  \
    X("level", "层面", "Level", TEXT, false, "LEVEL", "协商层面", "level of the deliberation")      \
    X("form", "形式", "Form", TEXT, false, "FORM", "协商形式", "form of the deliberation")          \
    X("state", "状态", "State", TEXT, true, "STATE", "进展最慢的一项的状态", "of the least advanced item") \
    X("since", "进入状态日期", "Since", DATE, true, NULL, "何日进入该状态", "day on which it came to it") \
    X("opened", "起始日期", "Opened", DATE, true, NULL, "第一条记录的日期", "day of its first record") \
    X("items", "共识项数", "Items", INT, false, NULL, "计入的共识事项数", "items of the consensus that count") \
    X("items_done", "完成项数", "Items done", INT, false, NULL, "已完成项数", "of these done")       \
    X("items_ended", "结束项数", "Items ended", INT, false, NULL, "已结束项数", "of these ended")    \
    X("sessions", "协商次数", "Sessions", INT, true, NULL, "协商会次数", "sessions held")            \
    X("records", "记录数", "Records", INT, false, NULL, "记录数", "records about it")                \
    X("conflict", "冲突", "Conflict", INT, false, NULL, "1：有两条记录争同一步骤", "1: two records claim one step") \
    X("merged_into", "并入事项", "Merged into", CODE, false, NULL, "并入的事项编号", "the matter that it was merged into")

#define SESSIONS(X)                                                                                 \
    UNIT_COLUMNS(X) MATTER_COLUMNS(X)                                                               \
    X("day", "会议日期", "Day", DATE, true, NULL, "开始日期", "day on which it began")               \
    X("session_no", "会次", "Session", INT, true, NULL, "第几次协商", "which session of the matter") \
    X("level", "层面", "Level", TEXT, false, "LEVEL", "协商层面", "level of the deliberation")      \
    X("form", "形式", "Form", TEXT, false, "FORM", "协商形式", "form of the deliberation")          \
    X("present_total", "到会人数", "Present", INT, true, NULL, "到会总人数", "people present")       \
    X("street_present", "街道到会", "Street present", INT, false, NULL, "1：街道到会", "1: the street was present") \
    X("department_present", "部门到会", "Department present", INT, false, NULL, "1：部门到会", "1: a department was present") \
    X("result", "结果", "Result", TEXT, true, "SESSION_RESULT", "会议结果", "result")               \
    X("notice", "公示记录", "Notice", CODE, false, NULL, "当日有效的公示记录", "notice in force on its day") \
    X("posted", "公示日期", "Posted", DATE, true, NULL, "公示起算日", "day from which the notice counts") \
    X("lead_days", "提前天数", "Lead days", INT, true, NULL, "会议日期减公示日期", "days between notice and session") \
    X("proven", "公示可证日期", "Proven", DATE, false, NULL, "上级回执证明公示已存在之日", "day since which the notice is proven to be there") \
    RECORD_COLUMN(X)

#define NOTICES(X)                                                                                  \
    UNIT_COLUMNS(X) MATTER_COLUMNS(X)                                                               \
    X("posted", "公示日期", "Posted", DATE, true, NULL, "公示日期", "day on which it was posted")    \
    X("meeting_day", "会议日期", "Meeting", DATE, true, NULL, "公示的会议日期", "day of the meeting") \
    X("lead_days", "提前天数", "Lead days", INT, true, NULL, "会议日期减起算日", "days between both") \
    X("counts_from", "起算日", "Counts from", DATE, false, NULL, "时间地点未变的更正沿用原公示日", "a notice that only corrects another goes on with its day") \
    X("proven", "可证日期", "Proven", DATE, true, NULL, "上级回执证明已存在之日", "day since which it is proven to be there") \
    X("apply_until", "报名截止", "Apply until", DATE, false, NULL, "申请参加截止日", "last day to apply") \
    X("urgent_reason", "紧急原因", "Urgent reason", TEXT, false, NULL, "不足天数时的理由", "why there were fewer days") \
    X("place", "地点", "Place", TEXT, false, NULL, "会议地点", "place of the meeting")               \
    X("standing", "效力", "Standing", TEXT, true, "OWN", "有效或已更正", "in force or superseded")   \
    RECORD_COLUMN(X)

#define SUBMISSIONS(X)                                                                              \
    UNIT_COLUMNS(X) MATTER_COLUMNS(X)                                                               \
    X("street", "街道代码", "Street", CODE, false, NULL, "提交给哪个街道", "to which street")        \
    X("submitted", "提交日期", "Submitted", DATE, true, NULL, "提交日期", "day of the submission")   \
    X("urgency", "紧急程度", "Urgency", TEXT, false, "URGENCY", "紧急程度", "how urgent it is")      \
    X("decision", "街道决定", "Decision", TEXT, true, "STREET_DECISION", "街道响应的决定", "what the street decided") \
    X("received", "响应日期", "Answered", DATE, true, NULL, "街道收到并响应之日", "day of the street's response") \
    X("response_days", "响应天数", "Response days", INT, true, NULL, "响应日期减提交日期", "days between both") \
    X("department", "承办部门", "Department", TEXT, false, NULL, "转交的部门", "to which it was transferred") \
    X("due", "办理期限", "Due", DATE, false, NULL, "街道承诺的期限", "promised by the street")       \
    X("state", "状态", "State", TEXT, true, "STATE", "该项现状", "state of its item")                \
    X("result", "落实结果", "Result", TEXT, false, "COMPLETION_RESULT", "落实结果", "how far it was done") \
    X("ended", "结束日期", "Ended", DATE, false, NULL, "结束日期", "day on which it ended")          \
    X("response", "响应记录", "Response", CODE, false, NULL, "街道响应的记录标识", "id of the response") \
    RECORD_COLUMN(X)

#define EVALUATIONS(X)                                                                              \
    UNIT_COLUMNS(X)                                                                                 \
    X("target", "评议对象", "Target", CODE, false, NULL, "被评议单位", "the unit that is evaluated") \
    X("target_name", "对象名称", "Target name", TEXT, true, NULL, "评议对象名称", "its name")         \
    X("held", "评议日期", "Held", DATE, true, NULL, "评议日期", "day of the evaluation")             \
    X("issued", "发出", "Issued", INT, true, NULL, "发出份数", "ballots issued")                     \
    X("returned", "收回", "Returned", INT, true, NULL, "收回份数", "ballots returned")               \
    X("valid", "有效", "Valid", INT, true, NULL, "有效份数", "valid ballots")                        \
    X("dimension", "维度", "Dimension", TEXT, true, "DIMENSION", "评议维度；每个维度一行", "dimension; a row each") \
    X("grade_5", "5分", "Grade 5", INT, true, NULL, "5 分票数", "ballots with grade 5")              \
    X("grade_4", "4分", "Grade 4", INT, true, NULL, "4 分票数", "ballots with grade 4")              \
    X("grade_3", "3分", "Grade 3", INT, true, NULL, "3 分票数", "ballots with grade 3")              \
    X("grade_2", "2分", "Grade 2", INT, true, NULL, "2 分票数", "ballots with grade 2")              \
    X("grade_1", "1分", "Grade 1", INT, true, NULL, "1 分票数", "ballots with grade 1")              \
    X("grade_0", "不了解", "Grade 0", INT, true, NULL, "不了解", "do not know: not in any rate")     \
    RECORD_COLUMN(X)

#define FINDINGS(X)                                                                                 \
    X("rule", "规则", "Rule", CODE, true, NULL, "规则编号", "id of the rule")                        \
    X("severity", "程度", "Severity", TEXT, true, "OWN", "禁止、不合规或提示", "E refused, F flagged, I information") \
    X("article", "条款", "Article", TEXT, false, NULL, "依据条款", "article")                        \
    X("what", "问题", "Problem", TEXT, true, NULL, "违反了什么", "what is wrong")                    \
    X("fact", "事实", "Fact", TEXT, true, NULL, "查到的数字", "what was found, in figures")          \
    X("unit", "记录单位", "Unit", CODE, false, NULL, "在哪个单位的记录中发现", "in whose records it was found") \
    X("division", "责任单位代码", "Responsible", CODE, false, NULL, "应当处理的单位", "the unit that must act") \
    X("division_name", "责任单位", "Responsible name", TEXT, true, NULL, "其名称", "its name")        \
    X("who", "责任主体", "Body", TEXT, false, NULL, "责任主体代码", "bodies that must act")           \
    X("matter", "事项编号", "Matter", CODE, true, NULL, "有关事项", "the matter, if there is one")    \
    X("since", "起始日", "Since", DATE, true, NULL, "从何日起不合规", "first day on which it is a finding") \
    X("until", "消除日", "Until", DATE, false, NULL, "何日消除", "first day on which it is none any more") \
    X("state", "现状", "State", TEXT, true, "OWN", "判断日的现状", "on the day of judging")          \
    X("official", "处理", "Oversight", TEXT, false, "OWN", "监督部门是否指出、回复、销号", "what oversight has done about it") \
    RECORD_COLUMN(X)

#define COLUMN(key_, zh_, en_, type_, print_, words_, about_zh_, about_en_)                         \
    {key_, zh_, en_, about_zh_, about_en_, YS_REPORT_##type_, print_},
#define WORDS(key_, zh_, en_, type_, print_, words_, about_zh_, about_en_) words_,

#define HEX(what) "lower(hex(" what "))"
#define INSIDE(what) "substr(" what ", 1, length(?1)) = ?1"
#define NAME(what) "(SELECT u.name FROM unit_name u WHERE u.division = " what ")"
#define TITLE(what) "(SELECT m.title FROM matter m WHERE m.subject = " what ")"

/* Those that something happened to in the period, and those that were not ended before it. */
static const char matters_sql[] =
    "SELECT m.division, " NAME("m.division") ", m.subject, m.title, m.category, m.nature, m.level,"
    " m.form, m.state, m.since_day, m.opened_day, m.items, m.items_done, m.items_ended, m.sessions,"
    " m.records, m.conflict, m.merged_into FROM matter m WHERE " INSIDE("m.division")
    " AND m.opened_day <= ?3 AND ?4 >= 0 AND (m.since_day >= ?2 OR m.state NOT IN ('not_listed',"
    " 'merged', 'rejected', 'declined', 'result_submitted', 'completed', 'annulled', 'published',"
    " 'evaluated', 'withdrawn', 'closed', 'archived') OR EXISTS (SELECT 1 FROM step s WHERE"
    " s.subject = m.subject AND s.day BETWEEN ?2 AND ?3)) ORDER BY m.subject";

static const char sessions_sql[] =
    "SELECT q.unit, " NAME("q.unit") ", q.subject, " TITLE("q.subject") ", q.day, m.session_no,"
    " m.level, m.form, m.present_total, m.street_present, m.department_present, m.result, "
    HEX("p.id") ", p.first_day, q.day - p.first_day, p.proven_day, " HEX("q.id")
    " FROM (SELECT s.*, (SELECT n.notice FROM session_notice n WHERE n.record = s.record) AS notice"
    " FROM session s WHERE s.day BETWEEN ?2 AND ?3 AND ?4 >= 0 AND " INSIDE("s.unit") ") q"
    " CROSS JOIN meeting_session m ON m.rec = q.record LEFT JOIN posting_count p ON p.record ="
    " q.notice ORDER BY q.unit, q.day, q.subject, q.id";

static const char notices_sql[] =
    "SELECT n.unit, " NAME("n.unit") ", n.subject, " TITLE("n.subject") ", n.day, n.meeting_day,"
    " n.meeting_day - n.first_day, n.first_day, n.proven_day, p.apply_until_day, n.urgent_reason,"
    " p.place, n.standing, " HEX("n.id") " FROM posting_count n JOIN posting p ON p.record ="
    " n.record WHERE n.day BETWEEN ?2 AND ?3 AND ?4 >= 0 AND " INSIDE("n.unit")
    " ORDER BY n.unit, n.day, n.subject, n.id";

static const char submissions_sql[] =
    "SELECT q.unit, " NAME("q.unit") ", q.subject, " TITLE("q.subject") ", substr(q.unit, 1, 9),"
    " q.day, q.urgency, s.decision, coalesce(s.received_on, r.day), coalesce(s.received_on, r.day)"
    " - q.day, s.department, s.due, t.state, t.result, t.ended_day, " HEX("r.id") ", " HEX("q.id")
    " FROM (SELECT a.record, a.id, a.unit, a.subject, coalesce(o.submitted_on, a.day) AS day,"
    " o.urgency FROM outcome_submission o CROSS JOIN act a ON a.record = o.rec) q"
    " LEFT JOIN track t ON t.subject = q.subject AND t.nth = (SELECT min(i.nth) FROM track i"
    " WHERE i.subject = q.subject AND i.submission = q.record)"
    " LEFT JOIN street_response s ON s.rec = t.response LEFT JOIN dated r0 ON r0.record = s.rec"
    " LEFT JOIN (SELECT no, id, coalesce(occurred_day, (signed_s + 28800) / 86400) AS day FROM"
    " record) r ON r.no = s.rec"
    " WHERE q.day BETWEEN ?2 AND ?3 AND ?4 >= 0 AND " INSIDE("q.unit")
    " ORDER BY q.unit, q.day, q.subject, q.id";

static const char evaluations_sql[] =
    "SELECT a.unit, " NAME("a.unit") ", (SELECT o.target FROM ref f JOIN record t ON t.id = f.target"
    " JOIN evaluation_round o ON o.rec = t.no WHERE f.rec = a.record ORDER BY f.nth LIMIT 1),"
    " (SELECT o.target_name FROM ref f JOIN record t ON t.id = f.target"
    " JOIN evaluation_round o ON o.rec = t.no WHERE f.rec = a.record ORDER BY f.nth LIMIT 1),"
    " coalesce(e.held_on, a.day) AS held, e.issued, e.returned, e.valid, d.dimension, d.grade_5, d.grade_4,"
    " d.grade_3, d.grade_2, d.grade_1, d.grade_0, " HEX("a.id")
    " FROM evaluation_result e CROSS JOIN act a ON a.record = e.rec"
    " LEFT JOIN evaluation_result_dimensions d ON d.rec = e.rec"
    " WHERE coalesce(e.held_on, a.day) BETWEEN ?2 AND ?3 AND ?4 >= 0 AND " INSIDE("a.unit")
    " ORDER BY a.unit, held, a.id, d.nth";

/* Not of rules about what this node was told (R-S-1, R-S-2) and which files it holds (R-S-5), nor about reports
 * (R-S-6): a report does not say whether others are right, which rest on other logs. */
static const char findings_sql[] =
    "SELECT u.id, f.severity, u.article, u.zh, f.fact, f.unit, f.division, " NAME("f.division")
    ", u.who, nullif(f.subject, '-'), f.since_day, CASE WHEN f.until_day <= ?4 THEN f.until_day END,"
    " CASE WHEN f.until_day <= ?4 THEN 'ended' ELSE 'open' END,"
    " CASE WHEN r.record IS NULL THEN 'none' WHEN r.closing IS NOT NULL THEN 'closed'"
    " WHEN r.response IS NOT NULL THEN 'answered' ELSE 'raised' END,"
    " (SELECT " HEX("e.id") " FROM record e WHERE e.no = f.record)"
    " FROM finding f CROSS JOIN rule u ON u.view = f.rule"
    " LEFT JOIN official c ON c.finding = f.rowid LEFT JOIN raised_once r ON r.record = c.raised"
    " WHERE u.id NOT IN ('R-S-1', 'R-S-2', 'R-S-5', 'R-S-6') AND f.since_day <= min(?3, ?4)"
    " AND (f.until_day IS NULL OR f.until_day > ?2) AND (" INSIDE("f.unit") " OR "
    INSIDE("f.division") ")"
    " ORDER BY f.division, f.since_day, u.nth, f.subject, 15, f.code, f.fact, f.unit";

static const struct ys_report_column matters[] = {MATTERS(COLUMN)};
static const struct ys_report_column sessions[] = {SESSIONS(COLUMN)};
static const struct ys_report_column notices[] = {NOTICES(COLUMN)};
static const struct ys_report_column submissions[] = {SUBMISSIONS(COLUMN)};
static const struct ys_report_column evaluations[] = {EVALUATIONS(COLUMN)};
static const struct ys_report_column findings[] = {FINDINGS(COLUMN)};
static const char *const matters_words[] = {MATTERS(WORDS)};
static const char *const sessions_words[] = {SESSIONS(WORDS)};
static const char *const notices_words[] = {NOTICES(WORDS)};
static const char *const submissions_words[] = {SUBMISSIONS(WORDS)};
static const char *const evaluations_words[] = {EVALUATIONS(WORDS)};
static const char *const findings_words[] = {FINDINGS(WORDS)};

#define LIST(list, zh, en, about_zh, about_en)                                                      \
    {#list, zh, en, about_zh, about_en, list##_sql, (list), list##_words, sizeof(list) / sizeof *(list)}

const struct ys_list ys_list_columns[YS_LISTS] = {
    LIST(matters, "事项清单", "Matters", "统计期内有记录的事项，和期初尚未结束的事项。",
         "Matters with a record in the period, and those that had not ended before it."),
    LIST(sessions, "协商会清单", "Sessions", "统计期内召开的协商会。", "Sessions held in the period."),
    LIST(notices, "公示清单", "Notices", "统计期内张贴的协商公示，包括后来更正的。",
         "Notices posted in the period, those that were superseded, too."),
    LIST(submissions, "提交街道清单", "Submissions", "统计期内提交街道的协商成果。",
         "Outcomes submitted to the street in the period."),
    LIST(evaluations, "评议清单", "Evaluations", "统计期内的评议结果，每个维度一行。",
         "Results of evaluations in the period, a row a dimension."),
    LIST(findings, "不合规清单", "Findings",
         "统计期内存在的不合规情况；只有本节点知道的（R-S-1、R-S-2、R-S-5）和关于封存报告的（R-S-6）不列入。",
         "What was against a rule in the period; nothing that only this node knows (R-S-1, R-S-2, R-S-5), nor about sealed reports (R-S-6)."),
};
