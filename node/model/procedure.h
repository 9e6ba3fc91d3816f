/* The procedure of a matter (DOMAIN.md 3.1): its records in, its state, the tracks of its items,
 * what is irregular, what conflicts, and what is expected next out.
 *
 * The result is a function of the set of steps and of the parameters alone, whatever the order of
 * the input. Nothing is refused: a record that does not fit is kept and flagged. Reads no store and
 * no clock; whether a rule is broken is asked by the rules, not here.
 *
 * Threads: any. Memory: a matter owns arrays; texts in it are borrowed from the steps' bodies. */
#ifndef YS_NODE_MODEL_PROCEDURE_H
#define YS_NODE_MODEL_PROCEDURE_H

#include "node/model/task.h"
#include "node/model/track.h"

enum ys_fate {
    YS_FATE_NOTED,     /* kept; changes no state */
    YS_FATE_MOVED,     /* moved the matter or an item; perhaps flagged */
    YS_FATE_IRREGULAR, /* would have moved something, but does not fit: see its flags */
    YS_FATE_REPLACED, /* moved with the content of the newer record of its kind that supersedes it */
    YS_FATE_REPLACES, /* supersedes an older one of its kind and took its place */
    YS_FATE_WITHDRAWN,
    YS_FATE_UNKNOWN, /* of a kind that this version does not know */
};
const char *ys_fate_word(enum ys_fate fate);

/* In causal order: by references, then the order of its log; ties by proven time, then record id. */
struct ys_procedure_step {
    const struct ys_step *step;
    enum ys_fate fate;
    unsigned irregular;   /* enum ys_irregular */
    enum ys_state before; /* state of the matter */
    enum ys_state after;
    uint32_t content;      /* step whose content counts: itself, or what replaced it */
    uint32_t refs_missing; /* references to records that are not among the steps */
    uint32_t day;          /* when it happened */
};

/* Two records that claim one single step, neither of which refers to the other, however indirectly.
 * The first in order counts. */
struct ys_conflict {
    uint32_t first; /* steps */
    uint32_t second;
    uint32_t track; /* index; YS_TASK_WHOLE_MATTER */
};

struct ys_procedure {
    enum ys_state state; /* of the least advanced item */
    enum ys_state stage; /* of the deliberation; CONSENSUS once there are items */
    uint32_t since;      /* day on which it came to `state`; 0: unknown */
    bool conflict;
    size_t item_count;       /* items that count: tracks but for the replaced */
    size_t done_count;       /* of them carried out or handed over: 3 项中 2 项完成 */
    size_t ended_count;      /* of them ended in any way */
    uint32_t sessions;       /* held */
    uint32_t round;          /* held since the topic was determined or reopened */
    const char *merged_into; /* NULL: not merged */
    uint32_t
        topic; /* step of the determination that counts, whose title it has; YS_NO_STEP: none */

    struct ys_procedure_step *steps;
    size_t step_count;
    struct ys_track *tracks;
    size_t track_count;
    struct ys_conflict *conflicts;
    size_t conflict_count;
    struct ys_task *next; /* what the procedure expects */
    size_t next_count;
    struct ys_task *inbox; /* what waits for an answer */
    size_t inbox_count;
    uint64_t work; /* comparisons it took; grows with the records, not with their square */
};

/* `out` is cleared by ys_procedure_clear, and empty after a failure. No steps: state NONE. A record
 * given twice counts once. YS_NOMEM; YS_LIMIT beyond 2^31 steps. */
YS_CHECKED enum ys_code ys_procedure_run(const struct ys_step *steps, size_t count,
                                         const struct ys_parameters *parameters,
                                         struct ys_procedure *out, struct ys_err *err);
void ys_procedure_clear(struct ys_procedure *procedure);

#endif
