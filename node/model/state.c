#include "node/model/state.h"

#include "crypto/assert.h"

#include <string.h>

struct row {
    const char *word;
    const char *zh;
    const char *en;
    unsigned rank;
    bool done;
    bool end;
};

static const struct row rows[YS_STATE_COUNT] = {
    [YS_STATE_NONE] = {"none", "未提出", "not proposed", 1, false, false},
    [YS_STATE_PROPOSED] = {"proposed", "已提议", "proposed", 2, false, false},
    [YS_STATE_OPINION_PENDING] = {"opinion_pending", "征求意见", "street's opinion asked", 3, false,
                                  false},
    [YS_STATE_NOT_LISTED] = {"not_listed", "不列入", "not listed", 21, false, true},
    [YS_STATE_MERGED] = {"merged", "合并", "merged into another matter", 22, false, true},
    [YS_STATE_DEFERRED] = {"deferred", "暂缓", "deferred", 4, false, false},
    [YS_STATE_DETERMINED] = {"determined", "已确定", "determined", 5, false, false},
    [YS_STATE_NOTICED] = {"noticed", "公示中", "notice posted", 6, false, false},
    [YS_STATE_IN_SESSION] = {"in_session", "协商中", "in deliberation", 7, false, false},
    [YS_STATE_NO_CONSENSUS] = {"no_consensus", "未达成共识", "no consensus", 8, false, false},
    [YS_STATE_SHELVED] = {"shelved", "搁置", "shelved", 9, false, true},
    [YS_STATE_CONSENSUS] = {"consensus", "已达成共识", "consensus reached", 10, false, false},
    [YS_STATE_AWAITING_ASSEMBLY] = {"awaiting_assembly", "待居民会议",
                                    "awaiting the residents' meeting", 11, false, false},
    [YS_STATE_DECIDED] = {"decided", "已决定", "decided by the residents' meeting", 12, false,
                          false},
    [YS_STATE_REJECTED] = {"rejected", "未通过", "not passed by the residents' meeting", 17, false,
                           true},
    [YS_STATE_IMPLEMENTING] = {"implementing", "实施中", "being implemented", 16, false, false},
    [YS_STATE_SUBMITTED] = {"submitted", "已提交街道", "submitted to the street", 13, false, false},
    [YS_STATE_ACCEPTED] = {"accepted", "已受理", "accepted", 15, false, false},
    [YS_STATE_TRANSFERRED] = {"transferred", "已转交", "transferred to a department", 14, false,
                              false},
    [YS_STATE_DECLINED] = {"declined", "不予落实", "declined", 18, false, true},
    [YS_STATE_RESULT_SUBMITTED] = {"result_submitted", "已提交结果", "result submitted", 19, true,
                                   true},
    [YS_STATE_COMPLETED] = {"completed", "已完成", "completed", 20, true, true},
    [YS_STATE_UNDER_CORRECTION] = {"under_correction", "纠正中", "under correction", 0, false,
                                   false},
    [YS_STATE_ANNULLED] = {"annulled", "已撤销", "annulled", 25, false, true},
    [YS_STATE_PUBLISHED] = {"published", "已反馈公开", "outcome published", 23, false, true},
    [YS_STATE_EVALUATED] = {"evaluated", "已评议", "evaluated", 24, false, true},
    [YS_STATE_WITHDRAWN] = {"withdrawn", "已撤回", "withdrawn", 26, false, true},
    [YS_STATE_CLOSED] = {"closed", "已办结", "closed", 27, false, true},
    [YS_STATE_ARCHIVED] = {"archived", "已归档", "archived", 28, false, true},
};

static const struct row *row_of(enum ys_state state)
{
    YS_ASSERT((unsigned)state < YS_STATE_COUNT);
    return &rows[state];
}

const char *ys_state_word(enum ys_state state)
{
    return row_of(state)->word;
}

const char *ys_state_text(enum ys_state state, bool chinese)
{
    return chinese ? row_of(state)->zh : row_of(state)->en;
}

unsigned ys_state_rank(enum ys_state state)
{
    return row_of(state)->rank;
}

bool ys_state_is_done(enum ys_state state)
{
    return row_of(state)->done;
}

bool ys_state_is_end(enum ys_state state)
{
    return row_of(state)->end;
}

bool ys_state_by_word(const char *word, enum ys_state *out)
{
    for (unsigned i = 0; i < YS_STATE_COUNT; i++) {
        if (strcmp(rows[i].word, word) == 0) {
            *out = (enum ys_state)i;
            return true;
        }
    }
    return false;
}
