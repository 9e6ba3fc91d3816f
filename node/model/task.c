#include "node/model/task.h"

#include "crypto/assert.h"

static const struct {
    const char *word;
    const char *zh;
    const char *en;
} rows[YS_TASK_WHY_COUNT] = {
    [YS_TASK_DETERMINE] = {"determine", "两委联席会议确定议题", "decide whether to list the topic"},
    [YS_TASK_OPINION] = {"opinion", "答复征求的意见", "answer the request for an opinion"},
    [YS_TASK_NOTICE] = {"notice", "发布协商公示", "post the notice of a meeting"},
    [YS_TASK_SESSION] = {"session", "召开协商会并记录", "hold the meeting and record it"},
    [YS_TASK_CONSENSUS] = {"consensus", "形成共识并由两委会签", "write down the consensus"},
    [YS_TASK_SESSION_AGAIN] = {"session_again", "再次协商,或者搁置、提交居民会议",
                               "meet again, or shelve, or call the residents' meeting"},
    [YS_TASK_SHELVED_REVIEW] = {"shelved_review", "复议搁置事项",
                                "look at the shelved matter again"},
    [YS_TASK_ASSEMBLY_NOTICE] = {"assembly_notice", "通知居民会议", "call the residents' meeting"},
    [YS_TASK_ASSEMBLY] = {"assembly", "召开居民会议并记录决定", "hold the residents' meeting"},
    [YS_TASK_AFTER_REJECTION] = {"after_rejection", "重新协商或者办结",
                                 "deliberate again, or close"},
    [YS_TASK_PLAN] = {"plan", "制定实施方案", "make a plan"},
    [YS_TASK_SUBMIT] = {"submit", "将协商成果提交街道", "submit the outcome to the street"},
    [YS_TASK_STREET_RESPONSE] = {"street_response", "受理、转交或者说明不予落实的理由",
                                 "accept, transfer or decline the submission"},
    [YS_TASK_DEPARTMENT_RESPONSE] = {"department_response", "部门研究答复",
                                     "answer the transferred submission"},
    [YS_TASK_COMPLETE] = {"complete", "落实并报告完成", "carry out and report completion"},
    [YS_TASK_COMMISSION_RESULT] = {"commission_result", "提交受委托事项的结果",
                                   "submit the result of the commission"},
    [YS_TASK_COMPLY] = {"comply", "按纠正意见整改", "comply with the correction"},
    [YS_TASK_PUBLISH] = {"publish", "反馈并公开", "publish the outcome"},
    [YS_TASK_PUBLISH_DECISION] = {"publish_decision", "公开居民会议的决定",
                                  "publish what the residents' meeting decided"},
    [YS_TASK_KEEP_PUBLISHED] = {"keep_published", "保持公开至期满", "keep the outcome published"},
    [YS_TASK_EVALUATE] = {"evaluate", "组织参与者评议", "let the participants evaluate"},
    [YS_TASK_CLOSE] = {"close", "办结", "close the matter"},
    [YS_TASK_ARCHIVE] = {"archive", "归档移交", "hand over to the archive"},
    [YS_TASK_PARTY_REPORT] = {"party_report", "向社区党组织汇报",
                              "report to the party organisation"},
    [YS_TASK_RESOLVE_CONFLICT] = {"resolve_conflict", "处理相互冲突的记录",
                                  "resolve two records that claim the same step"},
    [YS_TASK_EVALUATION_REPLY] = {"evaluation_reply", "回应评议", "reply to the evaluation"},
    [YS_TASK_FINDING_RESPONSE] = {"finding_response", "对监督发现作出说明",
                                  "respond to the finding"},
    [YS_TASK_FINDING_CLOSE] = {"finding_close", "核实并销号", "check the response and close"},
    [YS_TASK_OBJECTION_REPLY] = {"objection_reply", "答复异议", "answer the objection"},
    [YS_TASK_ACKNOWLEDGE_REPORT] = {"acknowledge_report", "知悉汇报", "acknowledge the report"},
    [YS_TASK_ACKNOWLEDGE_JOINT] = {"acknowledge_joint", "知悉跨社区协商",
                                   "acknowledge the joint deliberation"},
    [YS_TASK_RELAY] = {"relay", "向牵头社区转达知悉",
                       "pass the acknowledgement on to the community that holds the matter"},
    [YS_TASK_LEGAL_EDUCATION] = {"legal_education", "开展法治宣传教育", "give legal education"},
};

const char *ys_task_word(enum ys_task_why why)
{
    YS_ASSERT((unsigned)why < YS_TASK_WHY_COUNT);
    return rows[why].word;
}

const char *ys_task_text(enum ys_task_why why, bool chinese)
{
    YS_ASSERT((unsigned)why < YS_TASK_WHY_COUNT);
    return chinese ? rows[why].zh : rows[why].en;
}
