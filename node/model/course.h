/* The course of one matter while its records are folded: working memory of procedure.c (the
 * deliberation), items.c (what becomes of a consensus), next.c and inbox.c (what is expected).
 *
 * Threads: none. Memory: owned between ys_course_init and ys_course_clear. */
#ifndef YS_NODE_MODEL_COURSE_H
#define YS_NODE_MODEL_COURSE_H

#include "node/model/order.h"
#include "node/model/procedure.h"

/* Kinds whose records claim a step that only one of them can take. */
enum { YS_CLAIM_COUNT = 17 };

struct ys_claim {
    uint32_t step; /* that took it last; YS_NO_STEP: none */
    enum ys_state from;
};

/* One order of correction, on one item. */
struct ys_correction {
    uint32_t step;
    uint32_t track;
    bool open;
};

struct ys_course {
    struct ys_order order;
    const struct ys_parameters *parameters;
    struct ys_procedure *out;
    struct ys_reading *readings;   /* by step: of the content that counts for it */
    uint32_t *scope;               /* by step: the step whose items it concerns; YS_NO_STEP: all */
    struct ys_claim *track_claims; /* YS_CLAIM_COUNT a track */
    size_t track_room;
    uint32_t *track_orders;            /* orders of correction that are open, by track */
    struct ys_correction *corrections; /* by step, then by track */
    size_t correction_count;
    size_t correction_room;
    struct ys_claim claims[YS_CLAIM_COUNT]; /* of the deliberation */

    enum ys_state stage;
    uint32_t stage_step; /* that led to it */
    uint32_t stage_since;
    uint32_t shelving; /* step in force, while shelved or published so */
    uint32_t opened;   /* step that opened the matter */
    uint32_t determination;
    uint32_t request; /* for the street's opinion */
    uint32_t opinion; /* that answers it */
    uint32_t notice;  /* posted and not used by a session yet */
    uint32_t session; /* the last */
    uint32_t session_day;
    enum ys_outcome session_outcome;
    uint32_t session_notice; /* that it used */
    uint32_t agreed;         /* session whose consensus is not written down yet */
    bool partial;            /* the last consensus was on a part: sessions may go on */
    uint32_t evaluation;     /* the last result */
    uint32_t publication;    /* of a shelving */
    uint32_t close;
    uint32_t archive;
    bool withdrawn; /* what opened it is withdrawn: it is at its end from the start */
    bool lenient;   /* what opened it counts although it is withdrawn: was that too late? */
};

/* How one record fares while it is applied. */
struct ys_trial {
    uint32_t step;
    const struct ys_reading *r;
    unsigned author;
    bool moved;
    bool claims;        /* is of a kind that should move something */
    unsigned irregular; /* enum ys_irregular */
};

YS_CHECKED enum ys_code ys_course_init(struct ys_course *course, const struct ys_step *steps,
                                       size_t count, const struct ys_parameters *parameters,
                                       struct ys_procedure *out, struct ys_err *err);
void ys_course_clear(struct ys_course *course);

/* Slot of a kind in the claims; YS_CLAIM_COUNT: it claims none. */
unsigned ys_course_claim_slot(uint32_t kind);
/* Record that `second` claims the step that `first` took. */
YS_CHECKED enum ys_code ys_course_conflict(struct ys_course *course, uint32_t first,
                                           uint32_t second, uint32_t track, struct ys_err *err);
/* Where the order of this step on this track stands among the corrections, or would stand: an index up to
 * their number. */
size_t ys_course_correction_at(const struct ys_course *course, uint32_t step, uint32_t track);
/* Does the record refer directly to one of that kind? The first in order; YS_NO_STEP: no. */
uint32_t ys_course_ref(const struct ys_course *course, uint32_t step, uint32_t kind);
/* May this step answer the one at `to`, as its kind has it (kind.h)? Yes for what cannot be read any more. */
bool ys_course_answers(const struct ys_course *course, uint32_t step, uint32_t to);
/* Is something that the objection at `at` is made to of a unit above the communities? */
bool ys_course_objects_above(const struct ys_course *course, uint32_t at);
/* The step that a reference to `at` means: what replaced a record stands in its place. */
uint32_t ys_course_meant(const struct ys_course *course, uint32_t at);
/* State to be shown: of the stage and the items, the least advanced. */
enum ys_state ys_course_state(const struct ys_course *course);

/* items.c: apply a record of kinds 31, 34 to 49, 61 and 63 to the items. */
YS_CHECKED enum ys_code ys_items_agree(struct ys_course *course, struct ys_trial *trial,
                                       struct ys_err *err);
YS_CHECKED enum ys_code ys_items_apply(struct ys_course *course, struct ys_trial *trial,
                                       struct ys_err *err);
/* The matter itself, put to the residents' meeting without a consensus. */
YS_CHECKED enum ys_code ys_items_whole(struct ys_course *course, uint32_t step, struct ys_err *err);
/* What the residents' meeting rejected is deliberated again. False: nothing was. */
bool ys_items_reopen(struct ys_course *course);
bool ys_items_live(const struct ys_course *course);

/* deliberation.c: apply any record. */
YS_CHECKED enum ys_code ys_deliberation_apply(struct ys_course *course, struct ys_trial *trial,
                                              struct ys_err *err);
/* Is everything at an end at which the matter may be closed? */
bool ys_deliberation_closable(const struct ys_course *course);

/* Append to `*tasks`, which has `*count`. */
YS_CHECKED enum ys_code ys_course_task(struct ys_task **tasks, size_t *count,
                                       const struct ys_task *task, struct ys_err *err);
/* Was the topic determined as one for the residents' meeting? False where no determination is known. */
bool ys_course_decision_matter(const struct ys_course *course);
/* The units that act: the community that holds the matter, its street, its district. */
struct ys_division ys_course_unit(const struct ys_course *course, enum ys_level level);

/* next.c: a task that is not added yet, of the street when neither committee is among `bodies`; rests on
 * the step that led to the stage. */
struct ys_task ys_next_task(const struct ys_course *course, enum ys_task_why why, unsigned bodies,
                            const char *article);
YS_CHECKED enum ys_code ys_next_add(struct ys_course *course, const struct ys_task *wanted,
                                    struct ys_err *err);
/* `day` if a record states one, else counted. */
struct ys_due ys_next_due(const struct ys_course *course, uint32_t day, enum ys_parameter id,
                          uint32_t since);
/* What came to an end on `since` is published; what is published stays so for its time. */
YS_CHECKED enum ys_code ys_next_publication(struct ys_course *course, enum ys_task_why why,
                                            uint32_t step, uint32_t since, uint32_t track,
                                            struct ys_err *err);
YS_CHECKED enum ys_code ys_next_kept_published(struct ys_course *course, uint32_t step,
                                               uint32_t track, struct ys_err *err);
/* next_items.c */
YS_CHECKED enum ys_code ys_next_of_item(struct ys_course *course, uint32_t at, struct ys_err *err);

/* Fill in what is expected, once all is folded. */
YS_CHECKED enum ys_code ys_next_fill(struct ys_course *course, struct ys_err *err);
YS_CHECKED enum ys_code ys_inbox_fill(struct ys_course *course, struct ys_err *err);

#endif
