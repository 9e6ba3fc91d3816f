/* Bodies of kinds 3 to 5 and 10 to 15. */
#include "tests/support/year_state.h"

#define ENUM(TYPE, VALUE) YISHI__V1__##TYPE##__##TYPE##_##VALUE

static void write_profile(struct year_pen *pen)
{
    Yishi__V1__CommunityProfile *const b = YEAR_BEGIN(pen, community_profile, COMMUNITY_PROFILE);
    const uint32_t adults = pen->unit->adults;
    YEAR_SET(b, year, pen->year->options.year);
    YEAR_SET(b, households, adults * 10 / 23);
    YEAR_SET(b, residents_adult, adults);
    YEAR_SET(b, residents_registered, adults * 3 / 4);
    YEAR_SET(b, residents_reps, 30 + adults / 100);
    YEAR_SET(b, residents_groups, 5 + adults / 600);
    YEAR_SET(b, resident_units, (uint32_t)dice_between(&pen->rng, 2, 40));
    YEAR_SET(b, workers, (uint32_t)dice_between(&pen->rng, 6, 18));
    b->source = year_say(pen, "社区台账");
}

static void write_rules(struct year_pen *pen)
{
    static const char *const titles[] = {"社区议事规则", "协商纪律", "楼院协商程序"};
    Yishi__V1__HouseRules *const b = YEAR_BEGIN(pen, house_rules, HOUSE_RULES);
    const int subject = pen->step->a;
    YEAR_SET(b, subject, (Yishi__V1__RulesSubject)(ENUM(RULES_SUBJECT, RULES) + subject));
    YEAR_SET(b, level, subject == 2 ? ENUM(LEVEL, COURTYARD) : ENUM(LEVEL, COMMUNITY));
    b->title = year_say(pen, "%s%s", pen->unit->name, titles[subject]);
    b->text = year_prose(pen, dice_between(&pen->rng, 8, 18));
    b->adopted_on = year_date(pen, pen->step->day);
    b->effective_from = year_date(pen, pen->step->day + 7);
    b->adopted_with = year_parties(pen, &b->n_adopted_with);
}

static void write_parameter(struct year_pen *pen)
{
    static const struct {
        const char *name, *value, *later, *unit;
    } rows[] = {{"street_response_days", "15", "12", "days"},
                {"feedback_days", "15", "10", "days"},
                {"notice_min_days", "3", NULL, "days"},
                {"record_lag_days", "7", NULL, "days"},
                {"street_opinion_days", "10", NULL, "workdays"},
                {"party_report_days", "30", NULL, "days"},
                {"min_ballots", "5", NULL, "number"},
                {"workday_calendar",
                 "2026-02-14 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20", NULL,
                 "dates"},
                {"department_days", "25", NULL, "days"}};
    Yishi__V1__RuleParameter *const b = YEAR_BEGIN(pen, rule_parameter, RULE_PARAMETER);
    const int at = pen->step->a;
    b->name = year_say(pen, "%s", rows[at].name);
    b->value = year_say(pen, "%s", pen->step->b != 0 ? rows[at].later : rows[at].value);
    b->unit = year_say(pen, "%s", rows[at].unit);
    b->effective_from = year_date(pen, pen->step->day + 10);
    b->scope = year_say(pen, "%s", pen->unit->division.digits);
    b->basis = year_say(pen, "%s社区议事工作安排", pen->unit->name);
}

static char *title_of(struct year_pen *pen)
{
    return year_say(pen, "%s", year_topic(pen->matter->category, pen->matter->topic));
}

static void write_proposal(struct year_pen *pen)
{
    static const uint8_t party_weight[] = {0, 3, 8, 2, 8, 6, 6, 5, 7, 14, 38, 3};
    static const uint8_t channel_weight[] = {30, 12, 2, 10, 10, 22, 11, 3};
    const struct year_matter *const m = pen->matter;
    Yishi__V1__TopicProposal *const b = YEAR_BEGIN(pen, topic_proposal, TOPIC_PROPOSAL);
    b->title = title_of(pen);
    b->content = year_prose(pen, dice_between(&pen->rng, 3, 9));
    YEAR_SET(
        b, proposer_kind,
        (Yishi__V1__PartyKind)(ENUM(PARTY_KIND, STREET) + dice_pick(&pen->rng, party_weight, 12)));
    if (m->commission != YEAR_NONE)
        b->proposer_kind = ENUM(PARTY_KIND, STREET);
    YEAR_SET(b, channel,
             (Yishi__V1__Channel)(ENUM(CHANNEL, FORM) + dice_pick(&pen->rng, channel_weight, 8)));
    b->proposed_on = year_date(pen, pen->step->day);
    if (dice_permille(&pen->rng, 500))
        b->wish = year_prose(pen, 1);
    if (dice_permille(&pen->rng, 600))
        b->location = year_say(pen, "%s附近", year_place(&pen->rng));
    YEAR_SET(b, suggested_category, (Yishi__V1__Category)(ENUM(CATEGORY, DISPUTES) + m->category));
    YEAR_SET(b, suggested_nature, m->nature);
    YEAR_SET(b, suggested_level, m->level);
    year_seal(pen, "proposer");
    if (b->channel == ENUM(CHANNEL, HOTLINE))
        year_seal(pen, "related_hotline_no");
}

static void write_collection(struct year_pen *pen)
{
    enum { CHANNELS = 3 };
    static const Yishi__V1__Channel channels[CHANNELS] = {ENUM(CHANNEL, FORM), ENUM(CHANNEL, BOX),
                                                          ENUM(CHANNEL, VISIT)};
    Yishi__V1__TopicCollection *const b = YEAR_BEGIN(pen, topic_collection, TOPIC_COLLECTION);
    uint32_t left = (uint32_t)pen->body->n_refs;
    YEAR_SET(b, included, left);
    YEAR_SET(b, duplicates_merged, (uint32_t)dice_between(&pen->rng, 0, 6));
    left += b->duplicates_merged;
    const int excluded = dice_between(&pen->rng, 0, 4);
    if (excluded > 0) {
        b->excluded = year_room(pen, sizeof(void *));
        b->excluded[0] = year_make(pen, &yishi__v1__excluded_count__descriptor);
        b->excluded[0]->reason = year_say(pen, "%s", year_reason(&pen->rng));
        YEAR_SET(b->excluded[0], count, (uint32_t)excluded);
        b->n_excluded = 1;
        left += (uint32_t)excluded;
    }
    b->from = year_date(pen, pen->step->a);
    b->to = year_date(pen, pen->step->a + 90);
    b->channels = year_room(pen, CHANNELS * sizeof(void *));
    b->n_channels = CHANNELS;
    for (unsigned i = 0; i < CHANNELS; i++) {
        const uint32_t count =
            i + 1 == CHANNELS ? left : (uint32_t)rng_below(&pen->rng, (uint64_t)left + 1);
        b->channels[i] = year_make(pen, &yishi__v1__channel_count__descriptor);
        YEAR_SET(b->channels[i], channel, channels[i]);
        YEAR_SET(b->channels[i], count, count);
        left -= count;
    }
}

static void write_commission(struct year_pen *pen)
{
    const struct year *const y = pen->year;
    const struct year_commission *const c = &y->commission[pen->step->a];
    Yishi__V1__CommissionRequest *const b = YEAR_BEGIN(pen, commission_request, COMMISSION_REQUEST);
    b->from =
        year_say(pen, "%s%s", pen->unit->name,
                 pen->step->signers == YS_BODY_GD ? year_department(YS_LEVEL_STREET, 0) : "办事处");
    b->subject = year_say(pen, "%s", year_topic(c->category, c->topic));
    b->background = year_prose(pen, dice_between(&pen->rng, 3, 8));
    b->result_due = year_date(pen, c->due);
    b->communities = year_room(pen, c->count * sizeof(char *));
    b->n_communities = c->count;
    for (unsigned i = 0; i < c->count; i++)
        b->communities[i] = year_say(pen, "%s", y->unit[c->unit[i]].division.digits);
}

static void write_request(struct year_pen *pen)
{
    Yishi__V1__StreetOpinionRequest *const b =
        YEAR_BEGIN(pen, street_opinion_request, STREET_OPINION_REQUEST);
    b->question = year_prose(pen, dice_between(&pen->rng, 2, 5));
    if (dice_permille(&pen->rng, 800))
        b->reply_wanted_by = year_date(pen, pen->step->day + 14);
}

static void write_opinion(struct year_pen *pen)
{
    Yishi__V1__StreetOpinion *const b = YEAR_BEGIN(pen, street_opinion, STREET_OPINION);
    YEAR_SET(b, result, (Yishi__V1__OpinionResult)(ENUM(OPINION_RESULT, AGREE) + pen->step->a));
    b->text = year_prose(pen, dice_between(&pen->rng, 1, 4));
    YEAR_SET(b, participant_from_street, dice_permille(&pen->rng, 600));
}

/* What is known of a topic that is on the list. */
static void write_listed(struct year_pen *pen, Yishi__V1__TopicDetermination *b)
{
    const struct year *const y = pen->year;
    const struct year_matter *const m = pen->matter;
    YEAR_SET(b, level, m->level);
    YEAR_SET(b, form, m->form);
    if (m->form == ENUM(FORM, OTHER))
        b->form_text = year_say(pen, "现场协商");
    b->scope = year_say(pen, "%s全体居民", pen->unit->name);
    b->planned_participants = year_parties(pen, &b->n_planned_participants);
    YEAR_SET(b, lawfulness_confirmed, 1);
    if (dice_permille(&pen->rng, 40)) {
        YEAR_SET(b, third_party_moderator, 1);
        b->third_party_reason = year_say(pen, "涉及工程专业问题,请专业机构主持");
    }
    if (pen->step->b != 0) {
        const unsigned next = m->unit + y->options.streets;
        b->joint_with = year_room(pen, sizeof(char *));
        b->joint_with[b->n_joint_with++] =
            year_say(pen, "%s", y->unit[next < y->unit_count ? next : m->unit].division.digits);
    }
}

static void write_determination(struct year_pen *pen)
{
    const struct year_matter *const m = pen->matter;
    Yishi__V1__TopicDetermination *const b =
        YEAR_BEGIN(pen, topic_determination, TOPIC_DETERMINATION);
    b->met_on = year_date(pen, pen->step->day);
    YEAR_SET(b, decision, (Yishi__V1__TopicDecision)pen->step->a);
    b->title = title_of(pen);
    YEAR_SET(b, category, (Yishi__V1__Category)(ENUM(CATEGORY, DISPUTES) + m->category));
    YEAR_SET(b, nature, m->nature);
    YEAR_SET(b, decision_matter, m->decision);
    b->attendance = year_make(pen, &yishi__v1__committee_attendance__descriptor);
    YEAR_SET(b->attendance, po, (uint32_t)dice_between(&pen->rng, 3, 7));
    YEAR_SET(b->attendance, rc, (uint32_t)dice_between(&pen->rng, 3, 9));
    if (b->decision == ENUM(TOPIC_DECISION, LISTED)) {
        write_listed(pen, b);
        return;
    }
    b->reason = year_say(pen, "%s", year_reason(&pen->rng));
    if (b->decision == ENUM(TOPIC_DECISION, MERGED))
        b->merged_into = year_say(pen, "%s-%u-%04u", pen->unit->division.digits,
                                  pen->year->options.year, m->no - 1);
}

void year_write_topic(struct year_pen *pen)
{
    static void (*const writers[])(struct year_pen *) = {
        [3] = write_profile,   [4] = write_rules,       [5] = write_parameter,
        [10] = write_proposal, [11] = write_collection, [12] = write_commission,
        [13] = write_request,  [14] = write_opinion,    [15] = write_determination};
    writers[pen->step->kind](pen);
}
