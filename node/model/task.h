/* What is expected next, of whom, why, and until when (DOMAIN.md 4.5: 缺什么, 谁, 何时).
 *
 * A plain value that next.c and inbox.c fill in. It blames nobody: whether a day has
 * passed is asked by those who have a clock. Threads: any. Memory: none allocated. */
#ifndef YS_NODE_MODEL_TASK_H
#define YS_NODE_MODEL_TASK_H

#include "node/model/due.h"
#include "node/model/step.h"
#include "proto/name.h"

enum { YS_TASK_KINDS_MAX = 3 };
#define YS_TASK_WHOLE_MATTER UINT32_MAX

/* Why something waits. Words for programs: ys_task_word; sentences for people: ys_task_text. */
enum ys_task_why {
    YS_TASK_DETERMINE, /* 确定议题 */
    YS_TASK_OPINION,   /* 答复征求的意见 */
    YS_TASK_NOTICE,    /* 公示 */
    YS_TASK_SESSION,   /* 召开协商会 */
    YS_TASK_CONSENSUS, /* 形成共识记录 */
    YS_TASK_SESSION_AGAIN, /* 再次协商、搁置, or the residents' meeting for what it must decide */
    YS_TASK_SHELVED_REVIEW,      /* 复议搁置事项 */
    YS_TASK_ASSEMBLY_NOTICE,     /* 居民会议通知 */
    YS_TASK_ASSEMBLY,            /* 召开居民会议 */
    YS_TASK_AFTER_REJECTION,     /* 未通过: deliberate again, or close */
    YS_TASK_PLAN,                /* 制定实施方案 */
    YS_TASK_SUBMIT,              /* 提交街道 */
    YS_TASK_STREET_RESPONSE,     /* 街道受理 */
    YS_TASK_DEPARTMENT_RESPONSE, /* 部门研究意见 */
    YS_TASK_COMPLETE,            /* 落实完成 */
    YS_TASK_COMMISSION_RESULT,   /* 提交受托结果 */
    YS_TASK_COMPLY,              /* 整改 */
    YS_TASK_PUBLISH,             /* 反馈公开 */
    YS_TASK_PUBLISH_DECISION,    /* 公开居民会议决定 */
    YS_TASK_KEEP_PUBLISHED,      /* 公开期未满: due is the last day of publication */
    YS_TASK_EVALUATE,            /* 评议 */
    YS_TASK_CLOSE,               /* 办结 */
    YS_TASK_ARCHIVE,             /* 归档 */
    YS_TASK_PARTY_REPORT,        /* 向党组织汇报 */
    YS_TASK_RESOLVE_CONFLICT,    /* two records claim one step: supersede or withdraw one */
    YS_TASK_EVALUATION_REPLY,    /* 评议回应 */
    YS_TASK_FINDING_RESPONSE,    /* 整改说明 */
    YS_TASK_FINDING_CLOSE,       /* 销号 */
    YS_TASK_OBJECTION_REPLY,     /* 异议答复 */
    YS_TASK_ACKNOWLEDGE_REPORT,  /* 党组织知悉 */
    YS_TASK_ACKNOWLEDGE_JOINT,   /* 跨社区协商各方知悉 */
    YS_TASK_RELAY,               /* 街道转达知悉 */
    YS_TASK_LEGAL_EDUCATION,     /* 法治宣传教育 */
    YS_TASK_WHY_COUNT
};

struct ys_task {
    enum ys_task_why why;
    uint32_t kinds[YS_TASK_KINDS_MAX]; /* ids of kinds, any of which meets it; 0: no more */
    unsigned bodies;                   /* enum ys_body_class: who must act */
    bool all_bodies;                   /* every one of them signs; else any one */
    struct ys_division division;       /* whose bodies: a community, street or district */
    const char *article;
    struct ys_due due;
    uint32_t from_step; /* index of the step that it rests on, or YS_NO_STEP */
    uint32_t track;     /* index of the track, or YS_TASK_WHOLE_MATTER */
};

const char *ys_task_word(enum ys_task_why why); /* "street_response" */
const char *ys_task_text(enum ys_task_why why, bool chinese);

#endif
