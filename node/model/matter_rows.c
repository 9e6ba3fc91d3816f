#include "node/model/matter_rows.h"
#include "crypto/assert.h"
#include "node/model/model_state.h"
#include "proto/enum_word.h"
#include "proto/moment.h"

#include <string.h>

enum ys_code ys_matter_rows_clear(struct ys_model *model, struct ys_bytes subject,
                                  struct ys_err *err)
{
    static const enum ys_model_query drops[] = {YS_MODEL_DROP_MATTER, YS_MODEL_DROP_TRACKS,
                                                YS_MODEL_DROP_STEPS, YS_MODEL_DROP_CONFLICTS,
                                                YS_MODEL_DROP_TASKS};
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < sizeof drops / sizeof drops[0]; i++) {
        ys_query_set_text(model->query[drops[i]], 1, subject);
        code = ys_query_run(model->query[drops[i]], err);
        if (i == 0 && ys_sql_changes(model->sql) == 0)
            break; /* rows of a matter never stand without its own */
    }
    return code;
}

/* Columns are set one behind the other. */
struct row {
    struct ys_query *query;
    int at;
};

static struct row row_of(struct ys_model *model, enum ys_model_query query, struct ys_bytes subject)
{
    ys_query_set_text(model->query[query], 1, subject);
    return (struct row){model->query[query], 2};
}

static void set_int(struct row *row, int64_t value)
{
    ys_query_set_int(row->query, row->at++, value);
}

static void set_text(struct row *row, const char *text)
{
    if (text == NULL)
        ys_query_set_null(row->query, row->at++);
    else
        ys_query_set_text(row->query, row->at++, ys_bytes_of_text(text));
}

static void set_day(struct row *row, uint32_t yyyymmdd)
{
    if (yyyymmdd == 0)
        ys_query_set_null(row->query, row->at++);
    else
        ys_query_set_int(row->query, row->at++, ys_date_days(yyyymmdd));
}

static void set_enum(struct row *row, bool has, const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *const known = protobuf_c_enum_descriptor_get_value(type, value);
    char word[YS_ENUM_WORD_MAX];
    if (!has || known == NULL) {
        ys_query_set_null(row->query, row->at++);
        return;
    }
    ys_enum_word(type, known, word);
    ys_query_set_word(row->query, row->at++, word);
}

/* Number of the record of a step of the procedure; NULL for none. */
static int64_t number_of(const struct ys_matter_rows *rows, uint32_t step)
{
    const ptrdiff_t at = rows->procedure->steps[step].step - rows->step;
    YS_ASSERT(at >= 0 && (size_t)at < rows->count);
    return rows->number[at];
}

static void set_record(struct row *row, const struct ys_matter_rows *rows, uint32_t step)
{
    if (step == YS_NO_STEP)
        ys_query_set_null(row->query, row->at++);
    else
        ys_query_set_int(row->query, row->at++, number_of(rows, step));
}

static void set_nth(struct row *row, uint32_t track)
{
    if (track == YS_TASK_WHOLE_MATTER)
        ys_query_set_null(row->query, row->at++);
    else
        ys_query_set_int(row->query, row->at++, (int64_t)track + 1);
}

/* The first record of a kind that counts and whose content is here: of two that were written side by side
 * the second changes nothing, nor does one of a unit that has no part in the matter. */
static const Yishi__V1__Body *first_of(const struct ys_matter_rows *rows,
                                       Yishi__V1__Body__KindCase kind)
{
    const struct ys_procedure *const p = rows->procedure;
    for (size_t i = 0; i < p->step_count; i++) {
        const struct ys_procedure_step *const s = &p->steps[i];
        if (s->fate == YS_FATE_WITHDRAWN || s->fate == YS_FATE_REPLACES ||
            (s->irregular & YS_IRREGULAR_FOREIGN) != 0)
            continue;
        const Yishi__V1__Body *const body = p->steps[s->content].step->body;
        if (body != NULL && body->kind_case == kind)
            return body;
    }
    return NULL;
}

/* The determination that counts; NULL: none does. */
static const Yishi__V1__Body *determination_of(const struct ys_matter_rows *rows)
{
    const struct ys_procedure *const p = rows->procedure;
    return p->topic == YS_NO_STEP ? NULL : p->steps[p->steps[p->topic].content].step->body;
}

static void set_topic(struct row *row, const struct ys_matter_rows *rows)
{
    const Yishi__V1__Body *const d = determination_of(rows);
    const Yishi__V1__Body *const p = first_of(rows, YISHI__V1__BODY__KIND_TOPIC_PROPOSAL);
    const Yishi__V1__Body *const c = first_of(rows, YISHI__V1__BODY__KIND_COMMISSION_REQUEST);
    const ProtobufCEnumDescriptor *const category = &yishi__v1__category__descriptor;
    const ProtobufCEnumDescriptor *const nature = &yishi__v1__nature__descriptor;
    const ProtobufCEnumDescriptor *const level = &yishi__v1__level__descriptor;
    if (d != NULL) {
        const Yishi__V1__TopicDetermination *const t = d->topic_determination;
        set_text(row, t->title != NULL ? t->title : p != NULL ? p->topic_proposal->title : NULL);
        set_enum(row, t->has_category, category, (int)t->category);
        set_enum(row, t->has_nature, nature, (int)t->nature);
        set_enum(row, t->has_level, level, (int)t->level);
        set_enum(row, t->has_form, &yishi__v1__form__descriptor, (int)t->form);
    } else if (p != NULL) {
        const Yishi__V1__TopicProposal *const t = p->topic_proposal;
        set_text(row, t->title);
        set_enum(row, t->has_suggested_category, category, (int)t->suggested_category);
        set_enum(row, t->has_suggested_nature, nature, (int)t->suggested_nature);
        set_enum(row, t->has_suggested_level, level, (int)t->suggested_level);
        set_text(row, NULL);
    } else {
        set_text(row, c == NULL ? NULL : c->commission_request->subject);
        for (int i = 0; i < 4; i++)
            set_text(row, NULL);
    }
}

static uint32_t first_day(const struct ys_procedure *procedure)
{
    uint32_t day = 0;
    for (size_t i = 0; i < procedure->step_count; i++)
        if (day == 0 || procedure->steps[i].day < day)
            day = procedure->steps[i].day;
    return day;
}

static enum ys_code put_matter(struct ys_model *model, const struct ys_matter_rows *rows,
                               struct ys_err *err)
{
    const struct ys_procedure *const p = rows->procedure;
    struct row row = row_of(model, YS_MODEL_PUT_MATTER, rows->subject);
    set_text(&row, rows->division->digits);
    set_topic(&row, rows);
    set_text(&row, ys_state_word(p->state));
    set_text(&row, ys_state_word(p->stage));
    set_day(&row, p->since);
    set_day(&row, first_day(p));
    set_int(&row, p->conflict);
    set_int(&row, (int64_t)p->item_count);
    set_int(&row, (int64_t)p->done_count);
    set_int(&row, (int64_t)p->ended_count);
    set_int(&row, p->sessions);
    set_int(&row, (int64_t)p->step_count);
    set_text(&row, p->merged_into);
    return ys_query_run(row.query, err);
}

static const char *nature_word(enum ys_nature nature)
{
    switch (nature) {
    case YS_NATURE_NONE:
        return NULL;
    case YS_NATURE_COMMUNITY_AFFAIRS:
        return "community_affairs";
    case YS_NATURE_PUBLIC_SERVICE:
        return "public_service";
    case YS_NATURE_COMMISSIONED:
        return "commissioned";
    }
    return NULL;
}

static const char *result_word(enum ys_outcome result)
{
    return result == YS_OUTCOME_FULL           ? "full"
           : result == YS_OUTCOME_PARTIAL      ? "partial"
           : result == YS_OUTCOME_NOT_POSSIBLE ? "not_possible"
                                               : NULL;
}

static enum ys_code put_track(struct ys_model *model, const struct ys_matter_rows *rows, size_t at,
                              struct ys_err *err)
{
    const struct ys_track *const t = &rows->procedure->tracks[at];
    struct row row = row_of(model, YS_MODEL_PUT_TRACK, rows->subject);
    set_int(&row, (int64_t)at + 1);
    set_int(&row, t->item);
    set_text(&row, t->text);
    set_text(&row, t->responsible);
    set_text(&row, nature_word(t->nature));
    set_int(&row, t->decision_matter);
    set_text(&row, ys_state_word(t->state));
    set_day(&row, t->since);
    set_int(&row, t->replaced);
    set_day(&row, t->agreed_on);
    set_day(&row, t->assembly_on);
    set_day(&row, t->decided_on);
    set_day(&row, t->ended_on);
    set_day(&row, t->due);
    set_int(&row, t->extensions);
    set_int(&row, t->percent);
    set_text(&row, result_word(t->result));
    set_day(&row, t->published_from);
    set_day(&row, t->published_to);
    set_record(&row, rows, t->consensus_step);
    set_record(&row, rows, t->decision_step);
    set_record(&row, rows, t->plan_step);
    set_record(&row, rows, t->submission_step);
    set_record(&row, rows, t->response_step);
    set_record(&row, rows, t->department_step);
    set_record(&row, rows, t->result_step);
    set_record(&row, rows, t->correction_step);
    set_record(&row, rows, t->publication_step);
    set_record(&row, rows, t->evaluation_step);
    return ys_query_run(row.query, err);
}

static enum ys_code put_step(struct ys_model *model, const struct ys_matter_rows *rows, size_t at,
                             struct ys_err *err)
{
    const struct ys_procedure_step *const s = &rows->procedure->steps[at];
    struct row row = row_of(model, YS_MODEL_PUT_STEP, rows->subject);
    set_int(&row, (int64_t)at + 1);
    set_record(&row, rows, (uint32_t)at);
    set_text(&row, ys_fate_word(s->fate));
    set_int(&row, s->irregular);
    set_text(&row, ys_state_word(s->before));
    set_text(&row, ys_state_word(s->after));
    set_day(&row, s->day);
    set_int(&row, s->refs_missing);
    return ys_query_run(row.query, err);
}

static enum ys_code put_conflict(struct ys_model *model, const struct ys_matter_rows *rows,
                                 size_t at, struct ys_err *err)
{
    const struct ys_conflict *const c = &rows->procedure->conflicts[at];
    struct row row = row_of(model, YS_MODEL_PUT_CONFLICT, rows->subject);
    set_int(&row, (int64_t)at + 1);
    set_record(&row, rows, c->first);
    set_record(&row, rows, c->second);
    set_nth(&row, c->track);
    return ys_query_run(row.query, err);
}

static void set_kinds(struct row *row, const struct ys_task *task)
{
    char names[YS_TASK_KINDS_MAX * (YS_KIND_NAME_MAX + 1)] = "";
    size_t size = 0;
    for (size_t i = 0; i < YS_TASK_KINDS_MAX && task->kinds[i] != 0; i++) {
        const struct ys_kind *const kind = ys_kind_by_id(task->kinds[i]);
        YS_ASSERT(kind != NULL);
        const size_t length = strlen(kind->name);
        if (size > 0)
            names[size++] = ' ';
        memcpy(names + size, kind->name, length + 1);
        size += length;
    }
    ys_query_set_word(row->query, row->at++, names);
}

static enum ys_code put_task(struct ys_model *model, const struct ys_matter_rows *rows,
                             const char *list, size_t at, const struct ys_task *t,
                             struct ys_err *err)
{
    struct row row = row_of(model, YS_MODEL_PUT_TASK, rows->subject);
    set_text(&row, list);
    set_int(&row, (int64_t)at + 1);
    set_text(&row, ys_task_word(t->why));
    set_kinds(&row, t);
    set_int(&row, t->bodies);
    set_int(&row, t->all_bodies);
    set_text(&row, t->division.digits);
    set_text(&row, t->article);
    set_day(&row, t->due.day);
    set_day(&row, t->due.since);
    set_text(&row, t->due.parameter == YS_PARAMETER_NONE
                       ? NULL
                       : ys_parameter_row(t->due.parameter)->word);
    if (t->due.signed_value == NULL)
        ys_query_set_null(row.query, row.at++);
    else
        ys_query_set_blob(row.query, row.at++,
                          (struct ys_bytes){t->due.signed_value->record.bytes, YS_HASH_LEN});
    if (t->from_step == YS_NO_STEP)
        ys_query_set_null(row.query, row.at++);
    else
        ys_query_set_int(row.query, row.at++, number_of(rows, t->from_step));
    set_nth(&row, t->track);
    return ys_query_run(row.query, err);
}

enum ys_code ys_matter_rows_put(struct ys_model *model, const struct ys_matter_rows *rows,
                                struct ys_err *err)
{
    const struct ys_procedure *const p = rows->procedure;
    enum ys_code code = put_matter(model, rows, err);
    for (size_t i = 0; code == YS_OK && i < p->track_count; i++)
        code = put_track(model, rows, i, err);
    for (size_t i = 0; code == YS_OK && i < p->step_count; i++)
        code = put_step(model, rows, i, err);
    for (size_t i = 0; code == YS_OK && i < p->conflict_count; i++)
        code = put_conflict(model, rows, i, err);
    for (size_t i = 0; code == YS_OK && i < p->next_count; i++)
        code = put_task(model, rows, "next", i, &p->next[i], err);
    for (size_t i = 0; code == YS_OK && i < p->inbox_count; i++)
        code = put_task(model, rows, "inbox", i, &p->inbox[i], err);
    return code;
}
