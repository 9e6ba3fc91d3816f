/* Rule parameters (DOMAIN.md 3.3): what the texts leave open, and what the district fixes by
 * signed `rule_parameter` records.
 *
 * Holds names, defaults and units, reads values as text, and picks the value in force on
 * a day. Whether a street stays within the district's range is decided by whoever hands
 * the values over. Threads: any. Memory: none allocated. */
#ifndef YS_NODE_MODEL_PARAMETER_H
#define YS_NODE_MODEL_PARAMETER_H

#include "crypto/hash.h"
#include "proto/division.h"

/* X(NAME, word, unit, default, least, most, since, basis, zh, en). `since`: day from which its legal
 * basis is in force, 0: always. Order is stable. */
#define YS_PARAMETERS(X)                                                                           \
    X(NOTICE_MIN_DAYS, "notice_min_days", DAYS, 3, 0, 365, 0, "10", "协商公示最少提前天数",        \
      "days of notice before a meeting")                                                           \
    X(NOTICE_COUNT, "notice_count", COUNTING, 0, 0, 1, 0, "10", "公示天数计法",                    \
      "how the days of a notice are counted")                                                      \
    X(ASSEMBLY_NOTICE_DAYS, "assembly_notice_days", DAYS, 10, 0, 365, 20260101, "L26",             \
      "居民会议通知最少提前天数", "days of notice before a residents' meeting")                    \
    X(PUBLICATION_DAYS, "publication_days", DAYS, 15, 0, 365, 20260101, "L34", "公开最少天数",     \
      "days for which a result is published")                                                      \
    X(REPS_MEETING_PERIOD, "reps_meeting_period", PERIOD, YS_PERIOD_HALF_YEAR, 0, 3, 20260101,     \
      "L28", "居民代表会议周期", "period in which the representatives meet")                       \
    X(SHELVE_MIN_SESSIONS, "shelve_min_sessions", NUMBER, 2, 1, 100, 0, "11(4)",                   \
      "搁置前最少协商次数", "sessions without consensus before shelving")                          \
    X(RECORD_LAG_DAYS, "record_lag_days", DAYS, 7, 0, 3660, 0, "", "录入及时天数",                 \
      "days in which an event is recorded")                                                        \
    X(BULK_DAYS, "bulk_days", DAYS, 60, 1, 3660, 0, "", "集中补录天数",                            \
      "days of events recorded at once that look like bulk entry")                                 \
    X(PARTY_REPORT_DAYS, "party_report_days", DAYS, 30, 0, 3660, 0, "4(5)", "向党组织汇报期限",    \
      "days for the report to the party organisation")                                             \
    X(PROPOSAL_DAYS, "proposal_days", DAYS, 60, 0, 3660, 0, "9(3)", "提议处理期限",                \
      "days in which a proposal is decided")                                                       \
    X(STREET_OPINION_DAYS, "street_opinion_days", WORKDAYS, 10, 0, 365, 0, "9(3)",                 \
      "街道意见答复期限", "working days for the street's opinion")                                 \
    X(MIN_PARTY_KINDS, "min_party_kinds", NUMBER, 3, 0, 17, 0, "8", "协商主体最少类数",            \
      "kinds of participants at least")                                                            \
    X(ASSEMBLY_DAYS, "assembly_days", DAYS, 60, 0, 3660, 0, "11(4)", "召开居民会议期限",           \
      "days in which the residents' meeting is held")                                              \
    X(SHELVED_REVIEW_DAYS, "shelved_review_days", DAYS, 365, 0, 3660, 0, "11(4)",                  \
      "搁置事项复议期限", "days after which a shelved matter is looked at again")                  \
    X(PLAN_DAYS, "plan_days", DAYS, 30, 0, 3660, 0, "12(1)", "制定实施方案期限",                   \
      "days for the plan")                                                                         \
    X(SUBMIT_DAYS, "submit_days", DAYS, 7, 0, 3660, 0, "12(2)", "提交街道期限",                    \
      "days for the submission to the street")                                                     \
    X(STREET_RESPONSE_DAYS, "street_response_days", DAYS, 15, 0, 3660, 0, "12(2)", "街道响应期限", \
      "days for the street's response")                                                            \
    X(DEPARTMENT_DAYS, "department_days", DAYS, 30, 0, 3660, 0, "12(2)", "部门答复期限",           \
      "days for the department's response")                                                        \
    X(COMMISSION_DAYS, "commission_days", DAYS, 7, 0, 3660, 0, "12(3)", "受托结果提交期限",        \
      "days for the result of a commission")                                                       \
    X(EVALUATION_PERIOD, "evaluation_period", PERIOD, YS_PERIOD_YEAR, 0, 3, 0, "12(3)",            \
      "评议周期", "period in which matters are evaluated")                                         \
    X(EVALUATION_SCOPE, "evaluation_scope", SCOPE, 1, 0, 1, 0, "12(3)", "评议范围",                \
      "which matters are evaluated")                                                               \
    X(MIN_BALLOTS, "min_ballots", NUMBER, 5, 0, 100000, 0, "12(3)", "最少有效票数",                \
      "valid ballots at least")                                                                    \
    X(MIN_RETURN, "min_return", PERCENT, 50, 0, 100, 0, "12(3)", "最低回收率",                     \
      "share of ballots returned at least")                                                        \
    X(REPLY_DAYS, "reply_days", DAYS, 30, 0, 3660, 0, "12(3)", "评议回应期限",                     \
      "days for the reply to an evaluation")                                                       \
    X(FEEDBACK_DAYS, "feedback_days", DAYS, 15, 0, 3660, 0, "L34", "反馈公开期限",                 \
      "days in which a result is published")                                                       \
    X(OBJECTION_DAYS, "objection_days", DAYS, 15, 0, 3660, 0, "L35", "异议答复期限",               \
      "days for the answer to an objection")                                                       \
    X(EDUCATION_DAYS, "education_days", DAYS, 60, 0, 3660, 0, "12(4)", "法治宣传教育期限",         \
      "days for the legal education after a correction")                                           \
    X(SILENT_DAYS, "silent_days", DAYS, 7, 1, 3660, 0, "", "节点静默天数",                         \
      "days without a head of a node")                                                             \
    X(SMALL_N, "small_n", NUMBER, 5, 1, 1000, 0, "", "小样本阈值",                                 \
      "cases below which a rate is marked")                                                        \
    X(DIMENSION_WEIGHTS, "dimension_weights", WEIGHTS, 0x010101, 0, 0xffffff, 0, "12(3)",          \
      "评议三维度权重", "weights of the three dimensions")                                         \
    X(LOW_SCORE_PERCENT, "low_score_percent", PERCENT, 60, 0, 100, 0, "12(3)", "低分线",           \
      "satisfaction below which an evaluation is listed")                                          \
    X(FRESH_HOURS, "fresh_hours", NUMBER, 24, 1, 8784, 0, "", "同步新鲜小时数",                    \
      "hours after which a node counts as stale")                                                  \
    X(WORKDAY_CALENDAR, "workday_calendar", DATES, 0, 0, 0, 0, "", "工作日历",                     \
      "working days that differ from Monday to Friday")                                            \
    X(SCORECARD, "scorecard", SCORECARD, 0, 0, 0, 0, "", "评分办法",                               \
      "how the district's scorecard counts")

enum ys_parameter {
#define YS_PARAMETER_ENUM(name, ...) YS_PARAMETER_##name,
    YS_PARAMETERS(YS_PARAMETER_ENUM)
#undef YS_PARAMETER_ENUM
        YS_PARAMETER_COUNT,
    YS_PARAMETER_NONE = YS_PARAMETER_COUNT /* where a due day comes from a record alone */
};

enum ys_parameter_unit {
    YS_UNIT_DAYS,     /* calendar days */
    YS_UNIT_WORKDAYS, /* working days, see ys_workday_next */
    YS_UNIT_NUMBER,
    YS_UNIT_PERCENT,
    YS_UNIT_COUNTING, /* enum ys_notice_count */
    YS_UNIT_PERIOD,   /* enum ys_period */
    YS_UNIT_SCOPE,    /* enum ys_evaluation_scope */
    YS_UNIT_WEIGHTS,  /* three weights of 8 bits, participation highest */
    YS_UNIT_DATES,    /* the value stays text */
    YS_UNIT_SCORECARD /* the same; see grading.h; no default */
};
enum ys_notice_count { YS_NOTICE_CALENDAR, YS_NOTICE_FULL_DAYS_BETWEEN };
enum ys_period { YS_PERIOD_MONTH, YS_PERIOD_QUARTER, YS_PERIOD_HALF_YEAR, YS_PERIOD_YEAR };
enum ys_evaluation_scope { YS_EVALUATE_COMMISSIONED, YS_EVALUATE_COMMISSIONED_AND_PUBLIC_SERVICE };

struct ys_parameter_row {
    enum ys_parameter id;
    const char *word;
    enum ys_parameter_unit unit;
    uint32_t initial; /* the default */
    uint32_t least;
    uint32_t most;
    uint32_t since;    /* day from which its basis is in force; 0: always */
    const char *basis; /* article of the regulation, "L34" of 〔法2026〕, or "" for ours */
    const char *zh;
    const char *en;
};

/* One signed value. */
struct ys_parameter_value {
    enum ys_parameter id;
    uint32_t value;
    struct ys_bytes text;     /* as written; borrowed */
    uint32_t effective_from;  /* day */
    struct ys_division scope; /* holds for it and all below */
    uint64_t signed_at_s;
    struct ys_hash record;
};

const struct ys_parameter_row *ys_parameter_row(enum ys_parameter id);
/* NULL when unknown to this version. */
const struct ys_parameter_row *ys_parameter_by_word(struct ys_bytes word);
const char *ys_parameter_unit_word(enum ys_parameter_unit unit);

/* The word of a value whose unit has words; else NULL. */
const char *ys_parameter_word(const struct ys_parameter_row *row, uint32_t value);

/* Read a value as it stands in a record: a number within the row's bounds, "3"; a word,
 * "full_days_between"; "1/3 1/3 1/3" or "2 1 1" for weights; dates "2026-10-01 2026-10-10".
 * YS_MALFORMED or YS_LIMIT; the message names the parameter and what is allowed. */
YS_CHECKED enum ys_code ys_parameter_parse(const struct ys_parameter_row *row, struct ys_bytes text,
                                           uint32_t *value_out, struct ys_err *err);

/* Cut the next date off a list of dates as above. False at its end, and at what is no date. */
bool ys_parameter_date_take(struct ys_bytes *rest, uint32_t *day_out);

/* What is in force for one matter. Borrowed. */
struct ys_parameters {
    struct ys_division division; /* the community that holds the matter */
    const struct ys_parameter_value *values;
    size_t count;
};

/* The value of `id` that holds on `day`; NULL: the default. Among several, that of the
 * narrowest scope, then with the latest day, then signed last, then with the greater record id. So
 * their order does not matter. */
const struct ys_parameter_value *ys_parameter_in_force(const struct ys_parameters *parameters,
                                                       enum ys_parameter id, uint32_t day);
/* Its value, or the default. */
uint32_t ys_parameter_on(const struct ys_parameters *parameters, enum ys_parameter id,
                         uint32_t day);

#endif
