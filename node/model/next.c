/* What the procedure expects next of whom, why and until when: course.h. */
#include "crypto/assert.h"
#include "node/model/course.h"

enum { RC = YS_BODY_RC, PO = YS_BODY_PO, ST = YS_BODY_ST, GD = YS_BODY_GD };

struct ys_task ys_next_task(const struct ys_course *course, enum ys_task_why why, unsigned bodies,
                            const char *article)
{
    const bool street = (bodies & ((unsigned)RC | (unsigned)PO)) == 0;
    return (struct ys_task){
        .why = why,
        .bodies = bodies,
        .division = ys_course_unit(course, street ? YS_LEVEL_STREET : YS_LEVEL_COMMUNITY),
        .article = article,
        .due = ys_due_none(),
        .from_step = course->stage_step,
        .track = YS_TASK_WHOLE_MATTER};
}

enum ys_code ys_next_add(struct ys_course *course, const struct ys_task *wanted, struct ys_err *err)
{
    return ys_course_task(&course->out->next, &course->out->next_count, wanted, err);
}

struct ys_due ys_next_due(const struct ys_course *course, uint32_t day, enum ys_parameter id,
                          uint32_t since)
{
    return day != 0 ? ys_due_stated(day) : ys_due_counted(course->parameters, id, since);
}

/* --- the deliberation ---------------------------------------------------------------------------- */

static enum ys_code next_determination(struct ys_course *course, struct ys_err *err)
{
    struct ys_task opinion = ys_next_task(course, YS_TASK_OPINION, ST, "9(3)");
    struct ys_task wanted =
        ys_next_task(course, YS_TASK_DETERMINE, (unsigned)RC | (unsigned)PO, "9(3)");
    wanted.kinds[0] = YS_KIND_TOPIC_DETERMINATION;
    wanted.all_bodies = true;
    wanted.from_step = course->opened;
    if (course->stage != YS_STATE_DEFERRED && course->opened != YS_NO_STEP)
        wanted.due = ys_due_counted(course->parameters, YS_PARAMETER_PROPOSAL_DAYS,
                                    course->readings[course->opened].day);
    if (course->stage == YS_STATE_DEFERRED)
        wanted.from_step = course->stage_step;
    if (course->stage == YS_STATE_OPINION_PENDING && course->opinion == YS_NO_STEP) {
        opinion.kinds[0] = YS_KIND_STREET_OPINION;
        opinion.from_step = course->request;
        opinion.due = ys_due_counted(course->parameters, YS_PARAMETER_STREET_OPINION_DAYS,
                                     course->readings[course->request].day);
        const enum ys_code code = ys_next_add(course, &opinion, err);
        if (code != YS_OK)
            return code;
    }
    return ys_next_add(course, &wanted, err);
}

static enum ys_code next_notice(struct ys_course *course, struct ys_err *err)
{
    struct ys_task wanted = ys_next_task(course, YS_TASK_NOTICE, RC, "10");
    wanted.kinds[0] = YS_KIND_PUBLIC_NOTICE;
    return ys_next_add(course, &wanted, err);
}

static enum ys_code next_session(struct ys_course *course, struct ys_err *err)
{
    struct ys_task wanted = ys_next_task(course, YS_TASK_SESSION, RC, "11");
    wanted.kinds[0] = YS_KIND_MEETING_SESSION;
    if (course->notice != YS_NO_STEP) {
        wanted.from_step = course->notice;
        wanted.due = ys_due_stated(course->readings[course->notice].meeting);
    } else {
        wanted.kinds[1] = YS_KIND_PUBLIC_NOTICE; /* adjourned: for another day */
    }
    return ys_next_add(course, &wanted, err);
}

static enum ys_code next_consensus(struct ys_course *course, struct ys_err *err)
{
    struct ys_task wanted =
        ys_next_task(course, YS_TASK_CONSENSUS, (unsigned)RC | (unsigned)PO, "11(4)");
    wanted.kinds[0] = YS_KIND_CONSENSUS;
    wanted.all_bodies = true;
    wanted.from_step = course->agreed;
    return ys_next_add(course, &wanted, err);
}

/* Meet again; or shelve, unless the residents' meeting must decide. */
static enum ys_code next_again(struct ys_course *course, struct ys_err *err)
{
    struct ys_task wanted = ys_next_task(course, YS_TASK_SESSION_AGAIN, RC, "11(4)");
    const bool decides = ys_course_decision_matter(course);
    const uint32_t enough =
        ys_parameter_on(course->parameters, YS_PARAMETER_SHELVE_MIN_SESSIONS, course->session_day);
    wanted.kinds[0] = YS_KIND_PUBLIC_NOTICE;
    wanted.from_step = course->session;
    if (decides) {
        wanted.kinds[1] = YS_KIND_RESIDENTS_MEETING_NOTICE;
    } else if (course->out->round >= enough) {
        wanted.kinds[1] = YS_KIND_SHELVING;
        wanted.bodies |= (unsigned)PO;
    }
    return ys_next_add(course, &wanted, err);
}

static enum ys_code next_close(struct ys_course *course, struct ys_err *err)
{
    struct ys_task wanted = ys_next_task(course, YS_TASK_CLOSE, RC, "L39");
    wanted.kinds[0] = YS_KIND_MATTER_CLOSE;
    return ys_next_add(course, &wanted, err);
}

enum ys_code ys_next_publication(struct ys_course *course, enum ys_task_why why, uint32_t step,
                                 uint32_t since, uint32_t track, struct ys_err *err)
{
    struct ys_task wanted = ys_next_task(course, why, RC, "L34");
    wanted.kinds[0] = YS_KIND_FEEDBACK_PUBLICATION;
    wanted.from_step = step;
    wanted.track = track;
    wanted.due = ys_due_counted(course->parameters, YS_PARAMETER_FEEDBACK_DAYS, since);
    return ys_next_add(course, &wanted, err);
}

enum ys_code ys_next_kept_published(struct ys_course *course, uint32_t step, uint32_t track,
                                    struct ys_err *err)
{
    struct ys_task wanted = ys_next_task(course, YS_TASK_KEEP_PUBLISHED, RC, "L34");
    wanted.from_step = step;
    wanted.track = track;
    wanted.due = ys_due_counted(course->parameters, YS_PARAMETER_PUBLICATION_DAYS,
                                course->readings[step].from);
    return wanted.due.day != 0 ? ys_next_add(course, &wanted, err) : YS_OK;
}

static enum ys_code next_shelved(struct ys_course *course, struct ys_err *err)
{
    const struct ys_reading *shelved = &course->readings[course->shelving];
    struct ys_task review =
        ys_next_task(course, YS_TASK_SHELVED_REVIEW, (unsigned)RC | (unsigned)PO, "11(4)");
    review.kinds[0] = YS_KIND_REOPENING;
    review.all_bodies = true;
    review.from_step = course->shelving;
    review.due = ys_next_due(course, shelved->due, YS_PARAMETER_SHELVED_REVIEW_DAYS, shelved->day);
    const enum ys_code code =
        course->publication == YS_NO_STEP
            ? ys_next_publication(course, YS_TASK_PUBLISH, course->shelving, shelved->day,
                                  YS_TASK_WHOLE_MATTER, err)
            : ys_next_kept_published(course, course->publication, YS_TASK_WHOLE_MATTER, err);
    return code != YS_OK ? code : ys_next_add(course, &review, err);
}

static enum ys_code next_of_stage(struct ys_course *course, struct ys_err *err)
{
    switch (course->stage) {
    case YS_STATE_PROPOSED:
    case YS_STATE_OPINION_PENDING:
    case YS_STATE_DEFERRED:
        return next_determination(course, err);
    case YS_STATE_DETERMINED:
        return next_notice(course, err);
    case YS_STATE_NOTICED:
        return next_session(course, err);
    case YS_STATE_IN_SESSION:
        return course->agreed != YS_NO_STEP ? next_consensus(course, err)
                                            : next_session(course, err);
    case YS_STATE_NO_CONSENSUS:
        return course->agreed != YS_NO_STEP ? next_consensus(course, err) : next_again(course, err);
    case YS_STATE_SHELVED:
    case YS_STATE_PUBLISHED:
    case YS_STATE_EVALUATED:
        return next_shelved(course, err);
    case YS_STATE_CONSENSUS: /* on a part: the rest is deliberated on */
        if (course->agreed != YS_NO_STEP)
            return next_consensus(course, err);
        return course->notice != YS_NO_STEP ? next_session(course, err) : YS_OK;
    case YS_STATE_NONE:
    case YS_STATE_NOT_LISTED:
    case YS_STATE_MERGED:
    case YS_STATE_AWAITING_ASSEMBLY:
    case YS_STATE_DECIDED:
    case YS_STATE_REJECTED:
    case YS_STATE_IMPLEMENTING:
    case YS_STATE_SUBMITTED:
    case YS_STATE_ACCEPTED:
    case YS_STATE_TRANSFERRED:
    case YS_STATE_DECLINED:
    case YS_STATE_RESULT_SUBMITTED:
    case YS_STATE_COMPLETED:
    case YS_STATE_UNDER_CORRECTION:
    case YS_STATE_ANNULLED:
    case YS_STATE_WITHDRAWN:
    case YS_STATE_CLOSED:
    case YS_STATE_ARCHIVED:
    case YS_STATE_COUNT:
        break;
    }
    return YS_OK;
}

/* --- beside the states ---------------------------------------------------------------------------- */

static bool is_reported_event(const struct ys_procedure_step *step, uint32_t kind)
{
    return (step->fate == YS_FATE_MOVED || step->fate == YS_FATE_REPLACED) &&
           (kind == YS_KIND_CONSENSUS || kind == YS_KIND_SHELVING ||
            kind == YS_KIND_IMPLEMENTATION_COMPLETION);
}

/* The first consensus, shelving or completion that no later report to the party organisation covers. */
static enum ys_code next_report(struct ys_course *course, struct ys_err *err)
{
    struct ys_task wanted = ys_next_task(course, YS_TASK_PARTY_REPORT, RC, "4(5)");
    wanted.kinds[0] = YS_KIND_PARTY_REPORT;
    wanted.from_step = YS_NO_STEP;
    for (uint32_t i = 0; i < course->order.count; i++) {
        const uint32_t kind = course->readings[i].kind;
        if (kind == YS_KIND_PARTY_REPORT && !course->order.steps[i]->withdrawn)
            wanted.from_step = YS_NO_STEP;
        else if (wanted.from_step == YS_NO_STEP && is_reported_event(&course->out->steps[i], kind))
            wanted.from_step = i;
    }
    if (wanted.from_step == YS_NO_STEP)
        return YS_OK;
    wanted.due = ys_due_counted(course->parameters, YS_PARAMETER_PARTY_REPORT_DAYS,
                                course->readings[wanted.from_step].day);
    return ys_next_add(course, &wanted, err);
}

/* The last publication on a decision; 0, before which no decision stands: none. */
static uint32_t last_published(const struct ys_course *course)
{
    for (size_t i = course->order.count; i-- > 0;) {
        if (course->readings[i].kind == YS_KIND_FEEDBACK_PUBLICATION &&
            course->readings[i].published == YS_PUBLISHED_DECISION &&
            !course->order.steps[i]->withdrawn)
            return (uint32_t)i;
    }
    return 0;
}

static enum ys_code next_decision_published(struct ys_course *course, struct ys_err *err)
{
    const uint32_t published = last_published(course);
    uint32_t last = YS_NO_STEP;
    for (uint32_t at = 0; at < course->out->track_count; at++) {
        const struct ys_track *track = &course->out->tracks[at];
        if (track->replaced || track->decision_step == YS_NO_STEP || track->decision_step == last ||
            track->ended == YS_STATE_REJECTED || track->publication_step != YS_NO_STEP ||
            published > track->decision_step)
            continue;
        last = track->decision_step;
        const enum ys_code code =
            ys_next_publication(course, YS_TASK_PUBLISH_DECISION, last, track->decided_on, at, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

static enum ys_code next_conflicts(struct ys_course *course, struct ys_err *err)
{
    for (size_t i = 0; i < course->out->conflict_count; i++) {
        const struct ys_conflict *conflict = &course->out->conflicts[i];
        const struct ys_step *second = course->order.steps[conflict->second];
        struct ys_task wanted =
            ys_next_task(course, YS_TASK_RESOLVE_CONFLICT, second->author, "DOMAIN.md 3.1");
        wanted.kinds[0] = YS_KIND_WITHDRAWAL;
        wanted.all_bodies = true;
        wanted.division = second->division;
        wanted.from_step = conflict->second;
        wanted.track = conflict->track;
        const enum ys_code code = ys_next_add(course, &wanted, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

static enum ys_code next_archive(struct ys_course *course, struct ys_err *err)
{
    struct ys_task wanted = ys_next_task(course, YS_TASK_ARCHIVE, RC, "L39");
    if (course->archive != YS_NO_STEP)
        return YS_OK;
    wanted.kinds[0] = YS_KIND_ARCHIVE_TRANSFER;
    wanted.from_step = course->close;
    wanted.due = ys_due_archive(course->readings[course->close].day);
    return ys_next_add(course, &wanted, err);
}

enum ys_code ys_next_fill(struct ys_course *course, struct ys_err *err)
{
    const bool closed = course->close != YS_NO_STEP;
    enum ys_code code = closed ? YS_OK : next_of_stage(course, err);
    for (uint32_t at = 0; at < course->out->track_count && code == YS_OK; at++) {
        const struct ys_track *track = &course->out->tracks[at];
        if (!track->replaced && (!closed || track->state == YS_STATE_UNDER_CORRECTION))
            code = ys_next_of_item(course, at, err);
    }
    if (code == YS_OK && !closed)
        code = next_decision_published(course, err);
    if (code == YS_OK && !closed)
        code = next_report(course, err);
    if (code == YS_OK && !closed && ys_deliberation_closable(course))
        code = next_close(course, err);
    if (code == YS_OK && closed)
        code = next_archive(course, err);
    return code != YS_OK ? code : next_conflicts(course, err);
}
