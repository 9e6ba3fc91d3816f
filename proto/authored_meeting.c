#include "proto/authored_part.h"

#include <inttypes.h>

/* --- notices --- */

static enum ys_code notice_check(const Yishi__V1__PublicNotice *body, struct ys_err *err)
{
    const Yishi__V1__NoticeChange *change = body->change_of;
    if (body->apply_until != NULL && body->apply_until->unix_ms > body->meeting_at->unix_ms)
        return ys_fail(err, YS_MALFORMED,
                       "body.public_notice.apply_until: is after the meeting begins");
    if (change != NULL && !change->time && !change->place && !change->moderator && !change->content)
        return ys_fail(err, YS_MALFORMED, "body.public_notice.change_of: names nothing");
    return ys_authored_parties(body->participants, body->n_participants,
                               "body.public_notice.participants", err);
}

static enum ys_code registration_check(const Yishi__V1__ParticipationRegistration *body,
                                       struct ys_err *err)
{
    if (body->count == 0)
        return ys_fail(err, YS_MALFORMED, "body.participation_registration.count: is 0");
    return ys_authored_need(body->invited || body->not_invited_reason != NULL,
                            "body.participation_registration.not_invited_reason",
                            "the applicant was not invited", err);
}

/* --- sessions --- */

static bool present(const Yishi__V1__MeetingSession *body, Yishi__V1__PartyKind kind)
{
    for (size_t i = 0; i < body->n_attendance; i++) {
        if (body->attendance[i]->party_kind == kind && body->attendance[i]->present > 0)
            return true;
    }
    return false;
}

static enum ys_code attendance_check(const Yishi__V1__MeetingSession *body, struct ys_err *err)
{
    uint64_t sum = 0;
    unsigned seen = 0;
    for (size_t i = 0; i < body->n_attendance; i++) {
        const enum ys_code code =
            ys_authored_once(&seen, (int)body->attendance[i]->party_kind,
                             "body.meeting_session.attendance", i, "party_kind", err);
        if (code != YS_OK)
            return code;
        sum += body->attendance[i]->present;
    }
    if (sum != body->present_total)
        return ys_fail(err, YS_MALFORMED,
                       "body.meeting_session.present_total: is %u, but attendance adds up to "
                       "%" PRIu64,
                       body->present_total, sum);
    if (present(body, YISHI__V1__PARTY_KIND__PARTY_KIND_STREET) != (bool)body->street_present)
        return ys_fail(err, YS_MALFORMED,
                       "body.meeting_session.street_present: contradicts the attendance");
    if (present(body, YISHI__V1__PARTY_KIND__PARTY_KIND_DEPARTMENT) !=
        (bool)body->department_present)
        return ys_fail(err, YS_MALFORMED,
                       "body.meeting_session.department_present: contradicts the attendance");
    if (body->applicants_present > body->present_total)
        return ys_fail(err, YS_MALFORMED,
                       "body.meeting_session.applicants_present: %u, but %u were present",
                       body->applicants_present, body->present_total);
    return YS_OK;
}

static enum ys_code options_check(const Yishi__V1__MeetingSession *body, struct ys_err *err)
{
    for (size_t i = 0; i < body->n_options; i++) {
        const Yishi__V1__SessionOption *option = body->options[i];
        const uint64_t voices = (uint64_t)option->support + option->oppose + option->abstain;
        if (voices > body->present_total)
            return ys_fail(err, YS_MALFORMED,
                           "body.meeting_session.options[%zu]: %" PRIu64
                           " voices, but %u were present",
                           i, voices, body->present_total);
    }
    return YS_OK;
}

static enum ys_code session_check(const Yishi__V1__MeetingSession *body, struct ys_err *err)
{
    if (body->session_no == 0)
        return ys_fail(err, YS_MALFORMED,
                       "body.meeting_session.session_no: is 0, but sessions are numbered from 1");
    if (body->ended_at->unix_ms < body->started_at->unix_ms)
        return ys_fail(err, YS_MALFORMED,
                       "body.meeting_session.ended_at: is before the session began");
    enum ys_code code =
        ys_authored_form(body->form, body->form_text, "body.meeting_session.form_text", err);
    if (code == YS_OK)
        code = attendance_check(body, err);
    if (code == YS_OK)
        code = options_check(body, err);
    if (code == YS_OK)
        code = ys_authored_need(!body->recording || body->has_recording_notice,
                                "body.meeting_session.recording_notice", "the session was recorded",
                                err);
    return code;
}

static enum ys_code consensus_check(const Yishi__V1__Consensus *body, struct ys_err *err)
{
    /* The items of a matter go on over its sessions, so a record may begin with any of them. */
    if (body->n_items > 0 && body->items[0]->no == 0)
        return ys_fail(err, YS_MALFORMED,
                       "body.consensus.items[0].no: is 0, but items are numbered from 1");
    for (size_t i = 1; i < body->n_items; i++) {
        const uint32_t before = body->items[i - 1]->no;
        if (body->items[i]->no != (uint64_t)before + 1)
            return ys_fail(err, YS_MALFORMED,
                           "body.consensus.items[%zu].no: is %u, but follows item %u", i,
                           body->items[i]->no, before);
    }
    return YS_OK;
}

static enum ys_code shelving_check(const Yishi__V1__Shelving *body, struct ys_err *err)
{
    if (body->sessions_held == 0)
        return ys_fail(err, YS_MALFORMED, "body.shelving.sessions_held: is 0");
    return YS_OK;
}

/* --- the residents' meeting --- */

static enum ys_code decision_check(const Yishi__V1__ResidentsMeetingDecision *body,
                                   struct ys_err *err)
{
    const uint64_t votes = (uint64_t)body->for_ + body->against + body->abstain;
    const bool by_representatives =
        body->body_kind == YISHI__V1__ASSEMBLY_KIND__ASSEMBLY_KIND_REPRESENTATIVES;
    if (by_representatives !=
        (body->mode == YISHI__V1__ASSEMBLY_MODE__ASSEMBLY_MODE_REPRESENTATIVES))
        return ys_fail(err, YS_MALFORMED,
                       "body.residents_meeting_decision.mode: does not fit the kind of meeting");
    if (body->present > body->entitled)
        return ys_fail(err, YS_MALFORMED,
                       "body.residents_meeting_decision.present: %u, but %u are entitled",
                       body->present, body->entitled);
    if (votes > body->present)
        return ys_fail(err, YS_MALFORMED,
                       "body.residents_meeting_decision.for: %" PRIu64
                       " votes, but %u were present",
                       votes, body->present);
    return ys_authored_items(body->items, body->n_items, "body.residents_meeting_decision.items",
                             err);
}

enum ys_code ys_authored_meeting(const Yishi__V1__Body *body, struct ys_err *err)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_PUBLIC_NOTICE)
        return notice_check(body->public_notice, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_PARTICIPATION_REGISTRATION)
        return registration_check(body->participation_registration, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_MEETING_SESSION)
        return session_check(body->meeting_session, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_CONSENSUS)
        return consensus_check(body->consensus, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_SHELVING)
        return shelving_check(body->shelving, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_RESIDENTS_MEETING_NOTICE)
        return ys_authored_items(body->residents_meeting_notice->items,
                                 body->residents_meeting_notice->n_items,
                                 "body.residents_meeting_notice.items", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_RESIDENTS_MEETING_DECISION)
        return decision_check(body->residents_meeting_decision, err);
    return YS_OK;
}
