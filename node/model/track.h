/* The track of one item of a consensus: a state of its own from the consensus to its end
 * (DOMAIN.md 2.5, 3.1), since the committee may paint while the street repaves.
 *
 * Says which record moves an item from which state to which. Deadlines are next.c's.
 * Threads: any. Memory: none allocated. */
#ifndef YS_NODE_MODEL_TRACK_H
#define YS_NODE_MODEL_TRACK_H

#include "node/model/reading.h"
#include "node/model/state.h"

/* Why a record has no effect, or an effect that is flagged. Bits. The order is stable. */
enum ys_irregular {
    YS_IRREGULAR_STATE = 1 << 0,     /* does not fit the present state */
    YS_IRREGULAR_CONFLICT = 1 << 1,  /* claims a step that another record has taken */
    YS_IRREGULAR_NO_NOTICE = 1 << 2, /* held without a notice in force; counts all the same */
    YS_IRREGULAR_FEW_SESSIONS =
        1 << 3, /* shelved after fewer sessions than the parameter says; counts */
    YS_IRREGULAR_NO_AGREEMENT = 1 << 4, /* a consensus, but no session that reached one */
    YS_IRREGULAR_UNDECIDED = 1 << 5, /* a decision matter that no residents' meeting has passed */
    YS_IRREGULAR_NO_SUCH_ITEM = 1 << 6, /* names an item that no consensus in force has */
    YS_IRREGULAR_NATURE = 1 << 7,       /* an item of another nature */
    YS_IRREGULAR_BODY = 1 << 8,         /* signed by a body that does not carry the item out */
    YS_IRREGULAR_CORRECTING = 1 << 9,   /* the item is under correction */
    YS_IRREGULAR_ENDED = 1 << 10,       /* the matter has ended */
    YS_IRREGULAR_ITEM_AGAIN = 1 << 11,  /* a second consensus with a number that is taken */
    YS_IRREGULAR_NO_CONTENT = 1 << 12,  /* body absent or erased, and what it says decides */
    YS_IRREGULAR_FOREIGN = 1 << 13,     /* of a unit that has no part in this matter */
    YS_IRREGULAR_LATE = 1 << 14, /* a notice of a meeting that has been held; a late withdrawal */
    YS_IRREGULAR_UNENDED = 1 << 15,  /* closes while items are open */
    YS_IRREGULAR_ANSWERER = 1 << 16, /* answers what another unit or body must answer (kind.h) */
};
enum { YS_IRREGULAR_COUNT = 17 };
const char *ys_irregular_word(enum ys_irregular flag); /* "no_notice"; "?" unless one bit */
const char *ys_irregular_text(enum ys_irregular flag, bool chinese);

/* Steps are positions in the matter's list; YS_NO_STEP: none. Texts are borrowed from the bodies. */
struct ys_track {
    uint32_t item;    /* its number; 0: the whole matter, put to the residents' meeting unagreed */
    const char *text; /* NULL: none */
    const char *responsible; /* NULL: none */
    enum ys_nature nature;
    bool decision_matter;
    enum ys_state state;
    enum ys_state resumed; /* while under correction: the state to which it goes back */
    enum ys_state
        ended;      /* how it ended: COMPLETED, RESULT_SUBMITTED, DECLINED, REJECTED; else NONE */
    bool suspended; /* under correction, and suspended as ordered */
    bool replaced;  /* deliberated again after a rejection; counts no more */
    uint32_t since; /* day on which it came to its state */
    uint32_t step;  /* that brought it there */
    uint32_t consensus_step;
    uint32_t agreed_on; /* day of the consensus */
    uint32_t assembly_notice_step;
    uint32_t assembly_on; /* day for which the residents' meeting is called */
    uint32_t decision_step;
    uint32_t decided_on;
    uint32_t plan_step;
    uint32_t submission_step;
    uint32_t response_step;   /* the street's */
    uint32_t department_step; /* the department's */
    uint32_t result_step;     /* completion, or the result of a commission */
    uint32_t ended_on;        /* day of completion, result, decline or rejection */
    uint32_t correction_step; /* the newest */
    uint32_t compliance_step; /* the newest; holds the new text, if any */
    uint32_t publication_step;
    uint32_t published_from;
    uint32_t published_to;
    uint32_t evaluation_step;
    unsigned implementers;  /* enum ys_body_class: who may report progress and completion */
    const char *department; /* to which it was transferred; NULL: none */
    uint32_t due;           /* stated by the newest record that states one; 0: none */
    uint32_t due_step;
    uint32_t extensions;    /* times that progress moved it */
    uint32_t percent;       /* of the newest progress */
    enum ys_outcome result; /* FULL, PARTIAL, NOT_POSSIBLE; NONE before completion */
};

/* All that is unknown. */
struct ys_track ys_track_none(void);

/* Where would this record lead an item in state `from`? True: to `*to_out`, which may be `from` itself.
 * False: it does not fit, for the reason `*why_out`. Whether an order of correction is the last one
 * open is the caller's: a compliance leads to `resumed` here. */
bool ys_track_leads(const struct ys_track *track, enum ys_state from, const struct ys_reading *r,
                    unsigned author, enum ys_state *to_out, enum ys_irregular *why_out);

/* Let it happen: `to` is where it leads, `step` the record's position. */
void ys_track_move(struct ys_track *track, enum ys_state to, const struct ys_reading *r,
                   uint32_t step);

#endif
