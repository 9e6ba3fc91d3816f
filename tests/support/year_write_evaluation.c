/* Bodies of kinds 60 to 68. */
#include "tests/support/year_state.h"

#define ENUM(TYPE, VALUE) YISHI__V1__##TYPE##__##TYPE##_##VALUE

enum { DIMENSIONS = 3 };

static void write_round(struct year_pen *pen)
{
    static const char *const questions[DIMENSIONS] = {"街道参与社区协商的情况",
                                                      "协商成果落实的情况", "协商结果反馈的情况"};
    const uint32_t issued = (uint32_t)pen->step->a;
    Yishi__V1__EvaluationRound *const b = YEAR_BEGIN(pen, evaluation_round, EVALUATION_ROUND);
    b->target = year_say(pen, "st");
    b->target_name = year_say(pen, "%s", pen->year->unit[pen->unit->parent].name);
    b->matters = year_room(pen, sizeof(char *));
    b->matters[b->n_matters++] = year_say(pen, "%s", pen->matter->number);
    b->from = year_date(pen, pen->step->day);
    b->to = year_date(pen, pen->step->day + 14);
    YEAR_SET(
        b, method,
        (Yishi__V1__EvaluationMethod)(ENUM(EVALUATION_METHOD, PAPER) + rng_below(&pen->rng, 3)));
    b->evaluators_by_kind = year_room(pen, sizeof(void *));
    b->evaluators_by_kind[0] = year_make(pen, &yishi__v1__party_count__descriptor);
    YEAR_SET(b->evaluators_by_kind[0], party_kind, ENUM(PARTY_KIND, RESIDENT));
    YEAR_SET(b->evaluators_by_kind[0], count, issued);
    b->n_evaluators_by_kind = 1;
    YEAR_SET(b, issued, issued);
    b->question_set = year_say(pen, "2026-1");
    b->dimensions = year_room(pen, DIMENSIONS * sizeof(void *));
    for (unsigned i = 0; i < DIMENSIONS; i++) {
        Yishi__V1__DimensionQuestion *const q =
            year_make(pen, &yishi__v1__dimension_question__descriptor);
        YEAR_SET(q, dimension, (Yishi__V1__Dimension)(ENUM(DIMENSION, PARTICIPATION) + i));
        q->question = year_say(pen, "您对%s是否满意?", questions[i]);
        b->dimensions[b->n_dimensions++] = q;
    }
}

/* Ballots of one dimension. A street is better at some things than at others. */
static Yishi__V1__GradeCounts *grades(struct year_pen *pen, unsigned dimension, uint32_t valid)
{
    static const uint8_t weights[DIMENSIONS][6] = {
        {38, 36, 15, 4, 2, 5}, {28, 33, 22, 9, 4, 4}, {31, 32, 19, 7, 3, 8}};
    Yishi__V1__GradeCounts *const g = year_make(pen, &yishi__v1__grade_counts__descriptor);
    uint32_t counts[6] = {0};
    for (uint32_t i = 0; i < valid; i++)
        counts[dice_pick(&pen->rng, weights[dimension], 6)]++;
    YEAR_SET(g, dimension, (Yishi__V1__Dimension)(ENUM(DIMENSION, PARTICIPATION) + dimension));
    YEAR_SET(g, grade_5, counts[0]);
    YEAR_SET(g, grade_4, counts[1]);
    YEAR_SET(g, grade_3, counts[2]);
    YEAR_SET(g, grade_2, counts[3]);
    YEAR_SET(g, grade_1, counts[4]);
    YEAR_SET(g, grade_0, counts[5]);
    return g;
}

static void write_result(struct year_pen *pen)
{
    Yishi__V1__EvaluationResult *const b = YEAR_BEGIN(pen, evaluation_result, EVALUATION_RESULT);
    const uint32_t issued = (uint32_t)pen->step->a;
    const uint32_t returned = issued * (uint32_t)dice_between(&pen->rng, 40, 100) / 100;
    uint8_t *const root = year_room(pen, YS_HASH_LEN);
    YEAR_SET(b, issued, issued);
    YEAR_SET(b, returned, returned);
    YEAR_SET(b, valid, returned - (returned > 5 ? (uint32_t)rng_below(&pen->rng, 3) : 0));
    b->dimensions = year_room(pen, DIMENSIONS * sizeof(void *));
    for (unsigned i = 0; i < DIMENSIONS; i++)
        b->dimensions[b->n_dimensions++] = grades(pen, i, b->valid);
    if (dice_permille(&pen->rng, 400))
        b->suggestions = year_prose(pen, dice_between(&pen->rng, 1, 3));
    rng_fill(&pen->rng, root, YS_HASH_LEN);
    YEAR_SET(b, ballot_root, ((ProtobufCBinaryData){YS_HASH_LEN, root}));
    b->held_on = year_date(pen, pen->step->day);
}

static void write_reply(struct year_pen *pen)
{
    Yishi__V1__EvaluationReply *const b = YEAR_BEGIN(pen, evaluation_reply, EVALUATION_REPLY);
    b->text = year_prose(pen, dice_between(&pen->rng, 2, 4));
    b->measures = year_measures(pen, &b->n_measures);
}

static void write_publication(struct year_pen *pen)
{
    Yishi__V1__FeedbackPublication *const b =
        YEAR_BEGIN(pen, feedback_publication, FEEDBACK_PUBLICATION);
    YEAR_SET(b, subject, (Yishi__V1__FeedbackSubject)pen->step->a);
    b->channels = year_room(pen, 2 * sizeof(char *));
    b->channels[b->n_channels++] = year_say(pen, "社区公开栏");
    if (dice_permille(&pen->rng, 600))
        b->channels[b->n_channels++] = year_say(pen, "居民微信群");
    b->from = year_date(pen, pen->step->day);
    b->to = year_date(pen, pen->step->day + pen->step->b);
    if (dice_permille(&pen->rng, 600))
        YEAR_SET(b, reach, (uint32_t)dice_between(&pen->rng, 50, 2000));
    if (dice_permille(&pen->rng, 700))
        YEAR_SET(b, explained_to_dissenters, dice_permille(&pen->rng, 800));
    b->text = year_prose(pen, dice_between(&pen->rng, 2, 6));
    if (dice_permille(&pen->rng, 600))
        year_attach(pen, ENUM(ATTACHMENT_ROLE, PHOTO), true, "公开栏照片");
}

static void write_report(struct year_pen *pen)
{
    Yishi__V1__PartyReport *const b = YEAR_BEGIN(pen, party_report, PARTY_REPORT);
    b->reported_on = year_date(pen, pen->step->day);
    b->summary = year_prose(pen, dice_between(&pen->rng, 2, 5));
}

static void write_acknowledgement(struct year_pen *pen)
{
    Yishi__V1__Acknowledgement *const b = YEAR_BEGIN(pen, acknowledgement, ACKNOWLEDGEMENT);
    b->purpose = year_say(pen, "%s",
                          (pen->step->signers & YS_BODY_RC) != 0 ? "参加跨社区协商" : "已听取汇报");
}

static void write_review(struct year_pen *pen)
{
    static const uint8_t weights[] = {72, 24, 4};
    Yishi__V1__ResidentsReview *const b = YEAR_BEGIN(pen, residents_review, RESIDENTS_REVIEW);
    YEAR_SET(b, year, pen->year->options.year);
    YEAR_SET(b, body_kind, ENUM(ASSEMBLY_KIND, REPRESENTATIVES));
    b->held_on = year_date(pen, pen->step->day);
    YEAR_SET(b, entitled, 30 + pen->unit->adults / 100);
    YEAR_SET(b, present, b->entitled * (uint32_t)dice_between(&pen->rng, 52, 98) / 100);
    YEAR_SET(b, matters_reported, (uint32_t)dice_between(&pen->rng, 4, 20));
    YEAR_SET(b, result,
             (Yishi__V1__ReviewResult)(ENUM(REVIEW_RESULT, SATISFIED) +
                                       dice_pick(&pen->rng, weights, 3)));
    if (dice_permille(&pen->rng, 400))
        b->requests = year_prose(pen, 2);
}

static void write_objection(struct year_pen *pen)
{
    Yishi__V1__Objection *const b = YEAR_BEGIN(pen, objection, OBJECTION);
    b->raised_on = year_date(pen, pen->step->day);
    YEAR_SET(b, raised_by, ENUM(PARTY_KIND, RESIDENT));
    YEAR_SET(b, channel,
             dice_permille(&pen->rng, 500) ? ENUM(CHANNEL, VISIT) : ENUM(CHANNEL, HOTLINE));
    YEAR_SET(b, about,
             (Yishi__V1__ObjectionSubject)(ENUM(OBJECTION_SUBJECT, PUBLICATION) +
                                           rng_below(&pen->rng, 5)));
    b->text = year_prose(pen, dice_between(&pen->rng, 1, 3));
}

static void write_objection_reply(struct year_pen *pen)
{
    Yishi__V1__ObjectionReply *const b = YEAR_BEGIN(pen, objection_reply, OBJECTION_REPLY);
    b->replied_on = year_date(pen, pen->step->day);
    YEAR_SET(
        b, result,
        (Yishi__V1__ObjectionResult)(ENUM(OBJECTION_RESULT, UPHELD) + rng_below(&pen->rng, 3)));
    b->text = year_prose(pen, dice_between(&pen->rng, 1, 3));
}

void year_write_evaluation(struct year_pen *pen)
{
    static void (*const writers[])(struct year_pen *) = {
        [60] = write_round,       [61] = write_result,    [62] = write_reply,
        [63] = write_publication, [64] = write_report,    [65] = write_acknowledgement,
        [66] = write_review,      [67] = write_objection, [68] = write_objection_reply};
    writers[pen->step->kind](pen);
}
