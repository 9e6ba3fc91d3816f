/* What the files of the year share; nobody else includes it.
 *
 * Planning throws the dice: year_new plans every record as a step with its time and
 * its references; year_next then writes the steps in the order of time. A step's text
 * comes from a stream of random numbers of its own. */
#ifndef YS_TESTS_SUPPORT_YEAR_STATE_H
#define YS_TESTS_SUPPORT_YEAR_STATE_H

#include "proto/body.h"
#include "proto/matter.h"
#include "tests/support/dice.h"
#include "tests/support/year.h"

enum {
    YEAR_BODIES_MAX = 4,
    YEAR_ITEMS_MAX = 4,
    YEAR_COMMISSIONED_MAX = 8,
    YEAR_NONE = -1,
};

struct year_unit {
    struct ys_division division;
    enum ys_level level;
    char name[64];
    unsigned parent; /* unit; of the district itself: 0 */
    unsigned log;    /* the one in which it writes now */
    struct ys_node_keys keys;
    struct ys_signer next_log_key; /* of a second incarnation */
    unsigned body_count;
    const char *body_name[YEAR_BODIES_MAX];
    struct ys_signer body[YEAR_BODIES_MAX];
    struct ys_signer next_key; /* that takes the place of body 0 */
    unsigned adults;
};

struct year_item {
    Yishi__V1__Nature nature;
    int32_t due; /* day */
};

struct year_matter {
    unsigned unit;
    unsigned no;
    char number[YS_MATTER_TEXT_MAX];
    unsigned category; /* 0 to 9 */
    unsigned topic;    /* within the category */
    Yishi__V1__Nature nature;
    bool decision;
    Yishi__V1__Level level;
    Yishi__V1__Form form;
    unsigned item_count;
    struct year_item item[YEAR_ITEMS_MAX];
    int commission; /* index, YEAR_NONE */
    struct rng rng;
};

struct year_commission {
    unsigned street;
    uint32_t step;
    int32_t day;
    int32_t due;
    unsigned category;
    unsigned topic;
    unsigned count;
    unsigned unit[YEAR_COMMISSIONED_MAX];
};

struct year_ref {
    uint32_t step;
    Yishi__V1__Relation rel;
};

struct year_step {
    uint64_t at_s; /* when it is signed */
    uint32_t ref_first;
    uint32_t ref_count;
    uint32_t kind;
    int32_t matter; /* YEAR_NONE: the organisation's */
    int32_t day;    /* when it happened; days since 1970 in Shanghai */
    int32_t a, b;   /* what the kind makes of them */
    uint16_t unit;
    uint16_t signers; /* enum ys_body_class */
    uint8_t items;    /* mask of items of the matter */
    uint8_t desk;     /* which body of its class: departments */
    bool late;        /* entered late, with a reason */
    bool written;
    struct ys_hash id;
    uint8_t salt[YS_BODY_SALT_LEN];
};

struct year {
    struct year_options options;
    char deployment[64];
    struct ys_root root;
    struct ys_signer root_key;
    int32_t first_day; /* of the year */
    int32_t last_day;
    uint64_t begin_s;
    uint64_t end_s;

    struct year_unit *unit;
    unsigned unit_count;
    struct year_log *log;
    unsigned log_count;
    unsigned log_room;

    struct year_step *step;
    size_t step_count;
    size_t step_room;
    struct year_ref *ref;
    size_t ref_count;
    size_t ref_room;
    struct year_matter *matter;
    size_t matter_count;
    size_t matter_room;
    struct year_commission *commission;
    size_t commission_count;
    size_t commission_room;

    uint32_t *order; /* steps by time */
    size_t at;
    struct ys_arena arena;
    uint8_t *body; /* the record handed out last */
    uint8_t *note;
};

void *year_grow(void *array, size_t count, size_t *room, size_t each);
void year_must(enum ys_code code, const struct ys_err *err);

/* --- year_units.c: the federation --- */
void year_units_make(struct year *year);
/* Steps of the membership: everybody enrolled before the year, and what changes in it. */
void year_plan_members(struct year *year);
unsigned year_signers(const struct year *year, const struct year_step *step,
                      const struct ys_signer *out[YS_NOTE_LINES_AUTHORED]);
bool year_is_street(const struct year *year, unsigned unit);
/* First unit of the communities; the streets begin at 1. */
unsigned year_first_community(const struct year *year);

/* --- planning --- */
/* How far one strand of a matter has come. */
struct year_thread {
    int32_t day;
    uint64_t at_s;
    uint32_t step; /* the last one planned */
};
/* One more step, `later` days after the last, by the bodies that its kind requires in this unit. */
struct year_step *year_plan(struct year *year, struct year_thread *thread, int matter,
                            unsigned unit, uint32_t kind, int later);
/* The last step of the thread refers to another, which was signed before. */
void year_refer(struct year *year, struct year_thread *thread, Yishi__V1__Relation rel,
                uint32_t to);
/* The next working day at or after `day`. */
int32_t year_workday(int32_t day);
/* --- year_course.c, year_outcome.c, year_office.c --- */
void year_plan_matters(struct year *year);
/* After a consensus (or an assembly that decided without one). */
void year_plan_outcome(struct year *year, int matter, struct year_thread *thread,
                       uint32_t consensus);
/* What is published on `what`, and the end. */
void year_plan_feedback(struct year *year, int matter, struct year_thread *thread, uint32_t what,
                        Yishi__V1__FeedbackSubject subject);
void year_plan_close(struct year *year, int matter, struct year_thread *thread, uint32_t what,
                     Yishi__V1__CloseEnd end);
/* Corrections, objections, findings and the like about a record just planned. */
void year_plan_aside(struct year *year, int matter, const struct year_thread *thread,
                     uint32_t about);
void year_plan_offices(struct year *year);

/* --- writing --- */
/* A body that is being written. */
struct year_pen {
    struct year *year;
    struct year_step *step;
    const struct year_matter *matter; /* NULL: none */
    const struct year_unit *unit;
    struct rng rng;
    struct ys_arena *arena;
    Yishi__V1__Body *body;
    bool amended; /* as a correction puts it */
};
/* References of the step, to records that are written. */
void year_set_refs(struct year_pen *pen);
void year_write(struct year_pen *pen);
void year_write_topic(struct year_pen *pen);
void year_write_meeting(struct year_pen *pen);
void year_write_outcome(struct year_pen *pen);
void year_write_evaluation(struct year_pen *pen);
void year_write_oversight(struct year_pen *pen);
void year_write_member(struct year_pen *pen);
/* Receipts of a street or of the district; false when there is nothing new. */
bool year_write_receipts(struct year_pen *pen);

/* --- year_pen.c: parts of bodies --- */
void *year_make(struct year_pen *pen, const ProtobufCMessageDescriptor *type);
void *year_room(struct year_pen *pen, size_t size);
/* Begin the message of the kind: sets the body's member, which has the kind's name. */
#define YEAR_BEGIN(pen, name, CASE)                         \
    ((pen)->body->kind_case = YISHI__V1__BODY__KIND_##CASE, \
     (pen)->body->name = year_make((pen), &yishi__v1__##name##__descriptor))
#define YEAR_SET(message, field, value) ((message)->has_##field = 1, (message)->field = (value))
char *year_say(struct year_pen *pen, const char *format, ...) __attribute__((format(printf, 2, 3)));
Yishi__V1__Date *year_date(struct year_pen *pen, int32_t day);
Yishi__V1__Time *year_time(struct year_pen *pen, int32_t day, int minute);
Yishi__V1__PartyCount **year_parties(struct year_pen *pen, size_t *count_out);
Yishi__V1__ItemNumber **year_items(struct year_pen *pen, unsigned mask, size_t *count_out);
Yishi__V1__Measure **year_measures(struct year_pen *pen, size_t *count_out);
void year_attach(struct year_pen *pen, Yishi__V1__AttachmentRole role, bool replicated,
                 const char *title);
void year_seal(struct year_pen *pen, const char *slot);

/* --- year_words.c --- */
enum { YEAR_TOPICS = 4, YEAR_CATEGORIES = 10 };
const char *year_topic(unsigned category, unsigned topic);
const char *year_place(struct rng *rng);
/* So many points, of five sentences each: some 500 bytes. */
char *year_prose(struct year_pen *pen, int points);
const char *year_reason(struct rng *rng);
/* "城管部门", by desk of a street or of the district. */
const char *year_department(enum ys_level level, unsigned desk);

#endif
