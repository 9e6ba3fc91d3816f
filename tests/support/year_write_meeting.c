/* Bodies of kinds 20 to 35. */
#include "tests/support/year_state.h"

#include <stdio.h>

#define ENUM(TYPE, VALUE) YISHI__V1__##TYPE##__##TYPE##_##VALUE

/* When the meetings of a matter begin, in minutes after midnight. */
static int minute_of(const struct year_matter *m)
{
    enum { EARLIEST = 14 * 60, STEP = 15, STEPS = 20 };
    return EARLIEST + (int)(m->no * 7 % STEPS) * STEP;
}

static Yishi__V1__Moderator *moderator(struct year_pen *pen)
{
    Yishi__V1__Moderator *const m = year_make(pen, &yishi__v1__moderator__descriptor);
    const bool party = dice_permille(&pen->rng, 450);
    YEAR_SET(m, party_kind, party ? ENUM(PARTY_KIND, PARTY_ORG) : ENUM(PARTY_KIND, COMMITTEE));
    m->role = year_say(pen, "%s", party ? "社区党组织书记" : "居委会主任");
    return m;
}

static void write_notice(struct year_pen *pen)
{
    static const char *const walls[] = {"社区公示栏", "各单元门口", "小区东门", "业主微信群"};
    Yishi__V1__PublicNotice *const b = YEAR_BEGIN(pen, public_notice, PUBLIC_NOTICE);
    const int32_t meeting = pen->step->a;
    b->meeting_at = year_time(pen, meeting, minute_of(pen->matter));
    b->place = year_say(pen, "%s%s", year_place(&pen->rng), pen->amended ? "(二层)" : "");
    YEAR_SET(b, online_link, pen->matter->form == ENUM(FORM, ONLINE));
    b->moderator = moderator(pen);
    b->main_content = year_prose(pen, dice_between(&pen->rng, 2, 6));
    b->participants = year_parties(pen, &b->n_participants);
    b->posted_on = year_date(pen, pen->step->day);
    b->posted_at_places = year_room(pen, 3 * sizeof(char *));
    for (unsigned i = 0; i < 1 + rng_below(&pen->rng, 3); i++)
        b->posted_at_places[b->n_posted_at_places++] = year_say(pen, "%s", walls[i]);
    if (dice_permille(&pen->rng, 700))
        b->apply_until = year_time(pen, meeting, minute_of(pen->matter) - 60);
    b->contact = year_say(pen, "居委会办公室");
    if (meeting - pen->step->day < 3 && dice_permille(&pen->rng, 300))
        b->urgent_reason = year_say(pen, "汛期在即,需尽快商定");
    if (pen->step->b != 0) {
        b->change_of = year_make(pen, &yishi__v1__notice_change__descriptor);
        YEAR_SET(b->change_of, time, 1);
        YEAR_SET(b->change_of, place, dice_permille(&pen->rng, 400));
    }
    if (dice_permille(&pen->rng, 720))
        year_attach(pen, ENUM(ATTACHMENT_ROLE, PHOTO), true, "公示照片");
}

static void write_registration(struct year_pen *pen)
{
    Yishi__V1__ParticipationRegistration *const b =
        YEAR_BEGIN(pen, participation_registration, PARTICIPATION_REGISTRATION);
    b->applied_on = year_date(pen, pen->step->day);
    YEAR_SET(b, applicant_kind,
             dice_permille(&pen->rng, 750) ? ENUM(PARTY_KIND, RESIDENT)
                                           : ENUM(PARTY_KIND, OTHER_INTERESTED));
    YEAR_SET(b, count, (uint32_t)dice_between(&pen->rng, 1, 4));
    if (dice_permille(&pen->rng, 600))
        b->interest = year_say(pen, "住在涉及楼栋,关心方案");
    YEAR_SET(b, invited, !dice_permille(&pen->rng, 25));
    if (!b->invited)
        b->not_invited_reason = year_say(pen, "场地座位已满");
    year_seal(pen, "identity");
}

static void write_invitation(struct year_pen *pen)
{
    Yishi__V1__Invitation *const b = YEAR_BEGIN(pen, invitation, INVITATION);
    const bool service = pen->step->a != 0;
    const bool department = service && dice_permille(&pen->rng, 300);
    YEAR_SET(b, invited_kind,
             department ? ENUM(PARTY_KIND, DEPARTMENT)
             : service  ? ENUM(PARTY_KIND, STREET)
                        : ENUM(PARTY_KIND, RESIDENT_UNIT));
    b->invited_name = year_say(pen, "%s",
                               department ? year_department(YS_LEVEL_STREET, 0)
                               : service  ? pen->year->unit[pen->unit->parent].name
                                          : "驻社区单位");
    YEAR_SET(b, for_public_service, service);
    b->sent_on = year_date(pen, pen->step->day);
    YEAR_SET(b, reply,
             dice_permille(&pen->rng, 800) ? ENUM(INVITATION_REPLY, ACCEPTED)
                                           : ENUM(INVITATION_REPLY, NONE));
}

/* Of these kinds, who was invited and who came. */
static void write_attendance(struct year_pen *pen, Yishi__V1__MeetingSession *b)
{
    enum { KINDS = 17 };
    static const unsigned often[KINDS] = {0,   950, 980, 450, 500, 250, 250, 200, 450,
                                          700, 900, 200, 250, 200, 300, 0,   30};
    const bool service = pen->matter->nature == ENUM(NATURE, PUBLIC_SERVICE);
    b->attendance = year_room(pen, KINDS * sizeof(void *));
    for (unsigned i = 0; i < KINDS; i++) {
        const Yishi__V1__PartyKind kind = (Yishi__V1__PartyKind)(ENUM(PARTY_KIND, STREET) + i);
        unsigned share = often[i];
        if (kind == ENUM(PARTY_KIND, STREET))
            share = service ? 820 : 90;
        if (kind == ENUM(PARTY_KIND, DEPARTMENT))
            share = service ? 300 : 20;
        if (!dice_permille(&pen->rng, share))
            continue;
        const bool many = kind == ENUM(PARTY_KIND, RESIDENT);
        const int invited = dice_between(&pen->rng, 1, many ? 25 : 5);
        const int came = dice_between(&pen->rng, (invited + 1) / 2, invited);
        Yishi__V1__SessionAttendance *const a =
            year_make(pen, &yishi__v1__session_attendance__descriptor);
        YEAR_SET(a, party_kind, kind);
        YEAR_SET(a, invited, (uint32_t)invited);
        YEAR_SET(a, present, (uint32_t)came);
        b->attendance[b->n_attendance++] = a;
        b->present_total += a->present;
        b->street_present |= kind == ENUM(PARTY_KIND, STREET);
        b->department_present |= kind == ENUM(PARTY_KIND, DEPARTMENT);
    }
    b->has_present_total = b->has_street_present = b->has_department_present = 1;
    YEAR_SET(b, applicants_present, b->present_total > 6 && dice_permille(&pen->rng, 300) ? 2 : 0);
}

static void write_options(struct year_pen *pen, Yishi__V1__MeetingSession *b)
{
    const unsigned count = (unsigned)dice_between(&pen->rng, 2, 3);
    b->options = year_room(pen, count * sizeof(void *));
    for (unsigned i = 0; i < count; i++) {
        Yishi__V1__SessionOption *const o = year_make(pen, &yishi__v1__session_option__descriptor);
        const uint32_t support = (uint32_t)rng_below(&pen->rng, (uint64_t)b->present_total + 1);
        const uint32_t oppose =
            (uint32_t)rng_below(&pen->rng, (uint64_t)b->present_total - support + 1);
        o->text = year_say(pen, "方案%u:%s", i + 1, year_place(&pen->rng));
        YEAR_SET(o, support, support);
        YEAR_SET(o, oppose, oppose);
        YEAR_SET(o, abstain, b->present_total - support - oppose);
        b->options[b->n_options++] = o;
    }
}

static void write_session(struct year_pen *pen)
{
    const struct year_matter *const m = pen->matter;
    Yishi__V1__MeetingSession *const b = YEAR_BEGIN(pen, meeting_session, MEETING_SESSION);
    YEAR_SET(b, session_no, (uint32_t)pen->step->a);
    b->started_at = year_time(pen, pen->step->day, minute_of(m));
    b->ended_at = year_time(pen, pen->step->day, minute_of(m) + dice_between(&pen->rng, 40, 90));
    b->place = year_say(pen, "%s%s", year_place(&pen->rng), pen->amended ? "(二层)" : "");
    YEAR_SET(b, level, m->level);
    YEAR_SET(b, form, m->form);
    if (m->form == ENUM(FORM, OTHER))
        b->form_text = year_say(pen, "现场协商");
    b->moderator = moderator(pen);
    write_attendance(pen, b);
    b->agenda =
        year_say(pen, "一、通报情况;二、讨论%s;三、形成意见", year_topic(m->category, m->topic));
    b->summary = year_prose(pen, dice_between(&pen->rng, 10, 24));
    if (dice_permille(&pen->rng, 450) && b->present_total > 0)
        write_options(pen, b);
    if (dice_permille(&pen->rng, 250))
        b->dissent = year_prose(pen, dice_between(&pen->rng, 1, 2));
    YEAR_SET(b, result, (Yishi__V1__SessionResult)pen->step->b);
    if (b->result != ENUM(SESSION_RESULT, CONSENSUS))
        b->next_step = year_say(pen, "继续征求意见,另行通知下次会议");
    YEAR_SET(b, recording, dice_permille(&pen->rng, 200));
    if (b->recording)
        YEAR_SET(b, recording_notice, 1);
    if (!dice_permille(&pen->rng, 60))
        year_attach(pen, ENUM(ATTACHMENT_ROLE, SIGN_IN_SHEET), false, "签到表");
    if (!dice_permille(&pen->rng, 80))
        year_attach(pen, ENUM(ATTACHMENT_ROLE, MINUTES), false, "会议记录");
}

static char *responsible(struct year_pen *pen, Yishi__V1__Nature nature)
{
    if (nature == ENUM(NATURE, PUBLIC_SERVICE))
        return year_say(pen, "%s", pen->year->unit[pen->unit->parent].name);
    return year_say(pen, "%s居委会", pen->unit->name);
}

static void write_consensus(struct year_pen *pen)
{
    const struct year_matter *const m = pen->matter;
    Yishi__V1__Consensus *const b = YEAR_BEGIN(pen, consensus, CONSENSUS);
    b->items = year_room(pen, m->item_count * sizeof(void *));
    for (unsigned i = 0; i < m->item_count; i++) {
        Yishi__V1__ConsensusItem *const item =
            year_make(pen, &yishi__v1__consensus_item__descriptor);
        YEAR_SET(item, no, i + 1);
        item->text = year_prose(pen, dice_between(&pen->rng, 1, 3));
        YEAR_SET(item, nature, m->item[i].nature);
        YEAR_SET(item, decision_matter, m->decision);
        item->responsible = responsible(pen, m->item[i].nature);
        if (!dice_permille(&pen->rng, 100))
            item->due = year_date(pen, m->item[i].due);
        b->items[b->n_items++] = item;
    }
    b->reached_on = year_date(pen, pen->step->day);
    YEAR_SET(
        b, degree,
        (Yishi__V1__ConsensusDegree)(ENUM(CONSENSUS_DEGREE, UNANIMOUS) + rng_below(&pen->rng, 3)));
    if (dice_permille(&pen->rng, 150))
        b->dissent = year_prose(pen, 1);
}

static void write_shelving(struct year_pen *pen)
{
    Yishi__V1__Shelving *const b = YEAR_BEGIN(pen, shelving, SHELVING);
    YEAR_SET(b, sessions_held, (uint32_t)pen->step->a);
    b->reason = year_say(pen, "%s", year_reason(&pen->rng));
    b->disputed_points = year_prose(pen, 2);
    b->look_again_on = year_date(pen, pen->step->day + 180);
    YEAR_SET(b, published, dice_permille(&pen->rng, 800));
}

static void write_reopening(struct year_pen *pen)
{
    Yishi__V1__Reopening *const b = YEAR_BEGIN(pen, reopening, REOPENING);
    b->reopened_on = year_date(pen, pen->step->day);
    b->reason = year_say(pen, "资金已经落实,住户意见趋于一致");
}

static void write_assembly_notice(struct year_pen *pen)
{
    Yishi__V1__ResidentsMeetingNotice *const b =
        YEAR_BEGIN(pen, residents_meeting_notice, RESIDENTS_MEETING_NOTICE);
    YEAR_SET(b, body_kind,
             pen->matter->no % 3 == 0 ? ENUM(ASSEMBLY_KIND, ASSEMBLY)
                                      : ENUM(ASSEMBLY_KIND, REPRESENTATIVES));
    b->meeting_at = year_time(pen, pen->step->a, minute_of(pen->matter));
    b->place = year_say(pen, "%s", year_place(&pen->rng));
    b->agenda = year_prose(pen, 2);
    b->notified_on = year_date(pen, pen->step->day);
    if (pen->step->a - pen->step->day < 10 && dice_permille(&pen->rng, 400))
        b->special_circumstances = year_say(pen, "涉及安全隐患,需尽快决定");
    b->items = year_items(pen, pen->step->items, &b->n_items);
}

static void write_decision(struct year_pen *pen)
{
    const bool all = pen->matter->no % 3 == 0;
    Yishi__V1__ResidentsMeetingDecision *const b =
        YEAR_BEGIN(pen, residents_meeting_decision, RESIDENTS_MEETING_DECISION);
    const uint32_t entitled = all ? pen->unit->adults * 10 / 23 : 30 + pen->unit->adults / 100;
    const uint32_t present = entitled / 2 + 1 + (uint32_t)rng_below(&pen->rng, entitled / 3 + 1);
    const bool passed = pen->step->a != 0;
    const uint32_t most = present / 2 + 1 + (uint32_t)rng_below(&pen->rng, present / 3 + 1);
    YEAR_SET(b, body_kind,
             all ? ENUM(ASSEMBLY_KIND, ASSEMBLY) : ENUM(ASSEMBLY_KIND, REPRESENTATIVES));
    b->held_on = year_date(pen, pen->step->day);
    YEAR_SET(b, mode, all ? ENUM(ASSEMBLY_MODE, HOUSEHOLDS) : ENUM(ASSEMBLY_MODE, REPRESENTATIVES));
    YEAR_SET(b, entitled, entitled);
    YEAR_SET(b, present, present);
    YEAR_SET(b, for_, passed ? most : (present - most) / 2);
    YEAR_SET(b, against, passed ? (present - most) / 2 : most);
    YEAR_SET(b, abstain, present - b->for_ - b->against);
    YEAR_SET(b, passed, passed);
    b->text = year_prose(pen, dice_between(&pen->rng, 2, 5));
    b->party_discussed_on = year_date(pen, pen->step->day - 5);
    YEAR_SET(b, delegated, 0);
    b->items = year_items(pen, pen->step->items, &b->n_items);
}

void year_write_meeting(struct year_pen *pen)
{
    static void (*const writers[])(struct year_pen *) = {
        [20] = write_notice,    [21] = write_registration,    [22] = write_invitation,
        [30] = write_session,   [31] = write_consensus,       [32] = write_shelving,
        [33] = write_reopening, [34] = write_assembly_notice, [35] = write_decision};
    writers[pen->step->kind](pen);
}
