/* What the procedure reads out of a body: one flat value for all kinds, so that the fold
 * knows no field of the schema.
 *
 * Judges nothing. Threads: any. Memory: none allocated; texts and numbers are borrowed
 * from the body. */
#ifndef YS_NODE_MODEL_READING_H
#define YS_NODE_MODEL_READING_H

#include "node/model/step.h"

/* Kinds of DOMAIN.md 2.4 that have to do with a matter. */
enum ys_kind_id {
    YS_KIND_TOPIC_PROPOSAL = 10,
    YS_KIND_TOPIC_COLLECTION = 11,
    YS_KIND_COMMISSION_REQUEST = 12,
    YS_KIND_STREET_OPINION_REQUEST = 13,
    YS_KIND_STREET_OPINION = 14,
    YS_KIND_TOPIC_DETERMINATION = 15,
    YS_KIND_PUBLIC_NOTICE = 20,
    YS_KIND_PARTICIPATION_REGISTRATION = 21,
    YS_KIND_INVITATION = 22,
    YS_KIND_MEETING_SESSION = 30,
    YS_KIND_CONSENSUS = 31,
    YS_KIND_SHELVING = 32,
    YS_KIND_REOPENING = 33,
    YS_KIND_RESIDENTS_MEETING_NOTICE = 34,
    YS_KIND_RESIDENTS_MEETING_DECISION = 35,
    YS_KIND_IMPLEMENTATION_PLAN = 40,
    YS_KIND_ACTION_GROUP = 41,
    YS_KIND_IMPLEMENTATION_PROGRESS = 42,
    YS_KIND_IMPLEMENTATION_COMPLETION = 43,
    YS_KIND_OUTCOME_SUBMISSION = 44,
    YS_KIND_STREET_RESPONSE = 45,
    YS_KIND_DEPARTMENT_RESPONSE = 46,
    YS_KIND_COMMISSION_RESULT = 47,
    YS_KIND_STREET_CORRECTION = 48,
    YS_KIND_CORRECTION_COMPLIANCE = 49,
    YS_KIND_LEGAL_EDUCATION = 50,
    YS_KIND_EVALUATION_ROUND = 60,
    YS_KIND_EVALUATION_RESULT = 61,
    YS_KIND_EVALUATION_REPLY = 62,
    YS_KIND_FEEDBACK_PUBLICATION = 63,
    YS_KIND_PARTY_REPORT = 64,
    YS_KIND_ACKNOWLEDGEMENT = 65,
    YS_KIND_OBJECTION = 67,
    YS_KIND_OBJECTION_REPLY = 68,
    YS_KIND_CORRECTION = 81,
    YS_KIND_WITHDRAWAL = 82,
    YS_KIND_ARCHIVE_TRANSFER = 84,
    YS_KIND_MATTER_CLOSE = 85,
    YS_KIND_AUDIT_FINDING = 90,
    YS_KIND_FINDING_RESPONSE = 91,
    YS_KIND_FINDING_CLOSE = 92,
};

enum ys_nature {
    YS_NATURE_NONE,
    YS_NATURE_COMMUNITY_AFFAIRS,
    YS_NATURE_PUBLIC_SERVICE,
    YS_NATURE_COMMISSIONED,
};

/* What a record says came of it; which of them a kind can have is noted behind. */
enum ys_outcome {
    YS_OUTCOME_NONE,
    YS_OUTCOME_LISTED, /* topic_determination */
    YS_OUTCOME_NOT_LISTED,
    YS_OUTCOME_MERGED,
    YS_OUTCOME_DEFERRED,
    YS_OUTCOME_CONSENSUS, /* meeting_session */
    YS_OUTCOME_PARTIAL_CONSENSUS,
    YS_OUTCOME_NO_CONSENSUS,
    YS_OUTCOME_ADJOURNED,
    YS_OUTCOME_PASSED, /* residents_meeting_decision */
    YS_OUTCOME_NOT_PASSED,
    YS_OUTCOME_IMPLEMENT, /* street_response */
    YS_OUTCOME_TRANSFER,
    YS_OUTCOME_DECLINE, /* and department_response */
    YS_OUTCOME_ACCEPT,  /* department_response */
    YS_OUTCOME_FULL,    /* implementation_completion */
    YS_OUTCOME_PARTIAL,
    YS_OUTCOME_NOT_POSSIBLE,
    YS_OUTCOME_AMEND, /* street_correction: ordered; correction_compliance: done */
    YS_OUTCOME_ANNUL,
    YS_OUTCOME_SUSPEND,
};

/* What a publication is about. */
enum ys_published {
    YS_PUBLISHED_NONE,
    YS_PUBLISHED_CONSENSUS,
    YS_PUBLISHED_SHELVING,
    YS_PUBLISHED_DECISION,
    YS_PUBLISHED_PROGRESS,
    YS_PUBLISHED_COMPLETION,
    YS_PUBLISHED_COMMISSION,
    YS_PUBLISHED_EVALUATION,
};

enum ys_carrier { /* mode of a plan: who carries it out */
                  YS_CARRIER_NONE,
                  YS_CARRIER_COMMUNITY, /* committee, social force, action group */
                  YS_CARRIER_STREET,
                  YS_CARRIER_DEPARTMENT,
};

struct ys_reading {
    uint32_t kind;    /* enum ys_kind_id; 0: of no kind that the procedure knows */
    bool has_content; /* body there, and of that kind */
    uint32_t day;     /* when it happened: the kind's own date, else occurred_at, else signed */
    enum ys_outcome outcome;
    enum ys_nature nature; /* topic_determination */
    bool decision_matter;  /* topic_determination */
    enum ys_published published;
    enum ys_carrier carrier;
    const Yishi__V1__Body *body; /* NULL without content */
    size_t item_count;           /* items that it names; none: all that it can concern */
    uint32_t due;                /* stated */
    uint32_t meeting;            /* day for which a meeting is called or on which it was held */
    uint32_t from;
    uint32_t to;
    uint32_t percent;       /* implementation_progress */
    const char *department; /* street_response */
    const char *merged_into;
};

/* One item of a consensus, or of a plan: there only `no`, `text` and `due`. */
struct ys_reading_item {
    uint32_t no;
    const char *text;
    enum ys_nature nature;
    bool decision_matter;
    const char *responsible;
    uint32_t due;
};

/* One body of one unit: whom an audit finding concerns, or who acknowledged elsewhere. */
struct ys_reading_body {
    struct ys_division division;
    unsigned body; /* enum ys_body_class; 0: not said */
};

/* Never fails: what is absent stays zero, and `day` is that of signing. */
void ys_reading_of(const struct ys_step *step, struct ys_reading *out);
/* The item that it names at `at` < item_count; of a consensus and a plan in full. */
void ys_reading_item(const struct ys_reading *r, size_t at, struct ys_reading_item *out);
/* Does it name the item of that number? */
bool ys_reading_names(const struct ys_reading *r, uint32_t item);

/* Communities with which a determination is joint. */
size_t ys_reading_joint_count(const struct ys_reading *r);
/* False for what is no division code. */
bool ys_reading_joint(const struct ys_reading *r, size_t at, struct ys_division *out);
/* Acknowledgements of communities that an acknowledgement passes on. */
size_t ys_reading_relayed_count(const struct ys_reading *r);
/* The id of that at `at`; none (no bytes) when it is not one of this division. */
struct ys_bytes ys_reading_relayed(const struct ys_reading *r, size_t at,
                                   const struct ys_division *division);
/* Whom an audit finding concerns. False when it does not say. */
bool ys_reading_concerned(const struct ys_reading *r, struct ys_reading_body *out);

#endif
