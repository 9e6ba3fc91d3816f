/* The records of one matter as a test writes them, without notes, keys or logs: what the procedure is
 * given. A community, its street and its district write; each record refers to earlier ones by number.
 *
 * Not for threads. Memory: owned; bodies live until dossier_clear. */
#ifndef YS_TESTS_SUPPORT_DOSSIER_H
#define YS_TESTS_SUPPORT_DOSSIER_H

#include "node/model/procedure.h"
#include "tests/support/rng.h"

enum { DOSSIER_STEPS_MAX = 512, DOSSIER_REFS_MAX = 8 };
#define NOBODY UINT32_MAX

#define COMMUNITY "110108012016"
#define NEIGHBOUR "110108012017"
#define STREET    "110108012"
#define DISTRICT  "110108"

struct dossier {
    struct ys_step steps[DOSSIER_STEPS_MAX];
    Yishi__V1__Body *bodies[DOSSIER_STEPS_MAX]; /* the steps' own, for writing */
    uint32_t count;
    void *memory[DOSSIER_STEPS_MAX * 24];
    size_t memory_count;
    struct ys_parameter_value values[8];
    struct ys_parameters parameters;
};

struct dossier *dossier_new(void);
void dossier_free(struct dossier *d);
void *dossier_room(struct dossier *d, size_t size);

/* One record of `kind`, signed on `day` by the bodies `author`; its body has no content yet beyond the
 * empty message of its kind. Its number. */
uint32_t dossier_add(struct dossier *d, uint32_t kind, unsigned author, uint32_t day);
void dossier_refer(struct dossier *d, uint32_t from, Yishi__V1__Relation relation, uint32_t to);
/* A day as a message. */
Yishi__V1__Date *dossier_date(struct dossier *d, uint32_t day);
Yishi__V1__Time *dossier_time(struct dossier *d, uint32_t day);
void dossier_put(struct dossier *d, uint32_t at, const char *division, uint32_t incarnation,
                 uint64_t index);

/* The kinds, each with what the procedure reads of it. `to`: what it rests on, or NOBODY. `items` of 0:
 * it names none; else its decimal digits are the numbers: 13 names 1 and 3. */
uint32_t write_proposal(struct dossier *d, uint32_t day);
uint32_t write_commission(struct dossier *d, uint32_t day, uint32_t due);
uint32_t write_opinion_request(struct dossier *d, uint32_t day, uint32_t to);
uint32_t write_opinion(struct dossier *d, uint32_t day, uint32_t to);
uint32_t write_determination(struct dossier *d, uint32_t day, uint32_t to,
                             Yishi__V1__TopicDecision decision, bool decision_matter);
uint32_t write_notice(struct dossier *d, uint32_t day, uint32_t meeting, uint32_t to);
uint32_t write_session(struct dossier *d, uint32_t day, uint32_t to,
                       Yishi__V1__SessionResult result);
/* Letters of `items` are natures: c community affairs, p public service, m commissioned; in capitals
 * for the residents' meeting to decide. "cP" is item 1 and item 2. */
uint32_t write_consensus(struct dossier *d, uint32_t day, uint32_t to, const char *items,
                         uint32_t first_no);
uint32_t write_shelving(struct dossier *d, uint32_t day, uint32_t to, uint32_t look_again);
uint32_t write_reopening(struct dossier *d, uint32_t day, uint32_t to);
uint32_t write_assembly_notice(struct dossier *d, uint32_t day, uint32_t meeting, uint32_t to,
                               uint32_t items);
uint32_t write_decision(struct dossier *d, uint32_t day, uint32_t to, bool passed, uint32_t items);
uint32_t write_plan(struct dossier *d, uint32_t day, uint32_t to, unsigned author, uint32_t items,
                    uint32_t due);
uint32_t write_progress(struct dossier *d, uint32_t day, uint32_t to, unsigned author,
                        uint32_t item, uint32_t percent, uint32_t new_due);
uint32_t write_completion(struct dossier *d, uint32_t day, uint32_t to, unsigned author,
                          uint32_t items);
uint32_t write_submission(struct dossier *d, uint32_t day, uint32_t to, uint32_t items);
uint32_t write_response(struct dossier *d, uint32_t day, uint32_t to,
                        Yishi__V1__StreetDecision decision, uint32_t due, uint32_t items);
uint32_t write_department(struct dossier *d, uint32_t day, uint32_t to,
                          Yishi__V1__DepartmentDecision decision, uint32_t due);
uint32_t write_result(struct dossier *d, uint32_t day, uint32_t to);
uint32_t write_correction_order(struct dossier *d, uint32_t day, uint32_t to, unsigned author,
                                uint32_t due, uint32_t items);
uint32_t write_compliance(struct dossier *d, uint32_t day, uint32_t to,
                          Yishi__V1__ComplianceResult result, uint32_t items);
uint32_t write_publication(struct dossier *d, uint32_t day, uint32_t to,
                           Yishi__V1__FeedbackSubject subject);
uint32_t write_evaluation(struct dossier *d, uint32_t day, uint32_t to);
uint32_t write_close(struct dossier *d, uint32_t day, uint32_t to);
uint32_t write_archive(struct dossier *d, uint32_t day, uint32_t to);
uint32_t write_acknowledgement(struct dossier *d, uint32_t day, uint32_t to, unsigned author,
                               const char *division);

/* Runs of records: to a topic determined on the 1st of March 2026, noticed, in session with a result,
 * and agreed. Each gives the number of its last record. */
uint32_t write_to_determined(struct dossier *d, bool decision_matter);
uint32_t write_to_session(struct dossier *d, bool decision_matter, Yishi__V1__SessionResult result);
uint32_t write_to_consensus(struct dossier *d, const char *items);

/* Asserts that the procedure runs. */
void dossier_run(struct dossier *d, struct ys_procedure *out);
/* Runs and asserts the state shown. */
void dossier_expect(struct dossier *d, enum ys_state state);
/* Runs and asserts the state, and how one record fared: its fate and all its flags. */
void dossier_expect_step(struct dossier *d, enum ys_state state, uint32_t at, enum ys_fate fate,
                         unsigned irregular);
/* Runs and asserts the state of one item, the first live track of that number. */
void dossier_expect_item(struct dossier *d, uint32_t item, enum ys_state state);
/* How a record fared, in the last run. */
const struct ys_procedure_step *dossier_step(const struct dossier *d,
                                             const struct ys_procedure *run, uint32_t at);
/* Position of a record in the run. */
uint32_t dossier_position(const struct dossier *d, const struct ys_procedure *run, uint32_t at);

#endif
