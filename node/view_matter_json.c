#include "node/attachment/view.h"
#include "node/json_out.h"
#include "node/view_matter.h"
#include "node/view_rule.h"
#include "proto/moment.h"

#include <string.h>

static json_t *nth(int64_t value)
{
    return value == 0 ? json_null() : json_integer(value);
}

static json_t *bodies(unsigned classes)
{
    json_t *const list = json_array();
    for (unsigned class = YS_BODY_RC; class <= YS_BODY_DA; class <<= 1)
        if ((classes & class) != 0)
            json_array_append_new(list, json_string(ys_body_class_word(class)));
    return list;
}

static json_t *head_object(const struct ys_dossier_head *head)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "matter", head->subject, "title", ys_json_text_or_null(head->title),
                     "category", ys_json_text_or_null(head->category), "nature",
                     ys_json_text_or_null(head->nature), "state", ys_state_word(head->state),
                     "stage", ys_state_word(head->stage), "since", ys_json_day(head->since),
                     "opened", ys_json_day(head->opened), "conflict", (int)head->conflict, "items",
                     ys_json_number(head->items), "items_done", ys_json_number(head->done),
                     "items_ended", ys_json_number(head->ended), "sessions",
                     ys_json_number(head->sessions), "records", ys_json_number(head->records),
                     "merged_into", ys_json_text_or_null(head->merged_into));
}

static json_t *flags(unsigned irregular)
{
    json_t *const list = json_array();
    for (unsigned flag = 1; flag < 1U << YS_IRREGULAR_COUNT; flag <<= 1)
        if ((irregular & flag) != 0)
            json_array_append_new(list, json_string(ys_irregular_word((enum ys_irregular)flag)));
    return list;
}

static json_t *signers(const struct ys_exhibit *exhibit)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < exhibit->signer_count; i++)
        json_array_append_new(list, ys_json_text(exhibit->signer[i]));
    return list;
}

static json_t *step_object(const struct ys_dossier_step *step)
{
    const struct ys_exhibit *const exhibit = &step->exhibit;
    char id[YS_RECORD_ID_TEXT_MAX] = "";
    if (exhibit->readable)
        ys_record_id_print(&exhibit->id, id);
    return json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:o, s:o, s:s, s:b, s:O}", "id",
        ys_json_text_or_null(id), "code", exhibit->log.origin.division.digits, "index",
        ys_json_number(exhibit->index), "kind",
        exhibit->readable ? json_string(exhibit->record.kind) : json_null(), "day",
        ys_json_day(step->day), "signed_at",
        ys_json_time(exhibit->readable, exhibit->record.signed_at_s), "signers", signers(exhibit),
        "street", ys_json_time(exhibit->has_street, exhibit->street.time_s), "district",
        ys_json_time(exhibit->has_district, exhibit->district.time_s), "verdict",
        ys_verdict_name(exhibit->verdict), "counted", (int)step->counted, "fate",
        ys_json_text_or_null(step->fate), "irregular", flags(step->irregular), "standing",
        step->standing, "corrected", (int)step->corrected, "body",
        exhibit->body == NULL ? json_null() : exhibit->body);
}

static json_t *track_object(const struct ys_dossier_track *track)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:s, s:o, s:b, s:o, s:o, s:o, s:o}", "track",
        nth(track->nth), "item", ys_json_number(track->item), "text",
        ys_json_text_or_null(track->text), "responsible", ys_json_text_or_null(track->responsible),
        "nature", ys_json_text_or_null(track->nature), "decision_matter",
        (int)track->decision_matter, "state", ys_state_word(track->state), "since",
        ys_json_day(track->since), "replaced", (int)track->replaced, "due", ys_json_day(track->due),
        "percent", ys_json_number(track->percent), "extensions", ys_json_number(track->extensions),
        "result", ys_json_text_or_null(track->result));
}

static json_t *task_object(const struct ys_dossier_task *task)
{
    return json_pack(
        "{s:s, s:o, s:s, s:b, s:o, s:s, s:o, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "matter",
        task->subject, "title", ys_json_text_or_null(task->title), "why", ys_task_word(task->why),
        "asked", (int)task->asked, "kinds", ys_json_words(task->kinds), "code", task->division,
        "bodies", bodies(task->bodies), "all_bodies", (int)task->all_bodies, "article",
        task->article, "due", ys_json_day(task->due), "since", ys_json_day(task->since),
        "parameter", ys_json_text_or_null(task->parameter), "track", nth(task->track), "days_late",
        json_integer(task->days_late), "record", ys_json_text_or_null(task->record));
}

void ys_json_matter(const struct ys_dossier *dossier)
{
    json_t *const object = head_object(&dossier->head);
    json_t *const steps = json_array();
    json_t *const tracks = json_array();
    json_t *const tasks = json_array();
    json_t *const conflicts = json_array();
    for (size_t i = 0; i < dossier->step_count; i++)
        json_array_append_new(steps, step_object(&dossier->step[i]));
    for (size_t i = 0; i < dossier->track_count; i++)
        json_array_append_new(tracks, track_object(&dossier->track[i]));
    for (size_t i = 0; i < dossier->task_count; i++)
        json_array_append_new(tasks, task_object(&dossier->task[i]));
    for (size_t i = 0; i < dossier->conflict_count; i++)
        json_array_append_new(conflicts,
                              json_pack("{s:s, s:s, s:o}", "counts", dossier->conflict[i].first,
                                        "other", dossier->conflict[i].second, "track",
                                        nth(dossier->conflict[i].track)));
    json_object_set_new(object, "tracks", tracks);
    json_object_set_new(object, "steps", steps);
    json_object_set_new(object, "conflicts", conflicts);
    json_object_set_new(object, "missing", tasks);
    json_object_set_new(object, "attachments", ys_attachment_sums_json(&dossier->attachments));
    json_t *const findings = json_array();
    json_t *const duties = json_array();
    for (size_t i = 0; i < dossier->finding_count; i++)
        json_array_append_new(findings, ys_json_finding_object(&dossier->finding[i]));
    for (size_t i = 0; i < dossier->duty_count; i++)
        json_array_append_new(duties, ys_json_duty_object(&dossier->duty[i]));
    json_object_set_new(object, "findings", findings);
    json_object_set_new(object, "deadlines", duties);
    ys_json_line(object);
}

void ys_json_matter_line(const struct ys_dossier_head *head)
{
    ys_json_line(head_object(head));
}

void ys_json_task(const struct ys_dossier_task *task)
{
    ys_json_line(task_object(task));
}
