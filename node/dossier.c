#include "node/dossier.h"

#include "crypto/assert.h"
#include "node/lang.h"
#include "proto/matter.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- one row --- */

static uint32_t get_day(struct ys_query *query, int at)
{
    return ys_query_is_null(query, at) ? 0 : ys_date_from_days((int32_t)ys_query_int(query, at));
}

static enum ys_state get_state(struct ys_query *query, int at)
{
    enum ys_state state = YS_STATE_NONE;
    char word[64];
    (void)ys_query_copy(query, at, word, sizeof word);
    return ys_state_by_word(word, &state) ? state : YS_STATE_NONE;
}

static enum ys_task_why get_why(struct ys_query *query, int at)
{
    char word[64];
    (void)ys_query_copy(query, at, word, sizeof word);
    for (int why = 0; why < YS_TASK_WHY_COUNT; why++)
        if (strcmp(ys_task_word((enum ys_task_why)why), word) == 0)
            return (enum ys_task_why)why;
    return YS_TASK_WHY_COUNT;
}

/* --- walking --- */

/* Told of each row; grows what it fills in. */
struct walk {
    const struct ys_node *node;
    struct ys_txn *txn;
    struct ys_dossier *dossier;
    void *context;
    void (*take_head)(void *context, const struct ys_dossier_head *head);
    void (*take_task)(void *context, const struct ys_dossier_task *task);
};
typedef enum ys_code (*take_row)(struct walk *walk, struct ys_query *row, struct ys_err *err);

static enum ys_code each_row(struct ys_query *query, struct walk *walk, take_row take,
                             struct ys_err *err)
{
    enum ys_code code = YS_OK;
    bool row = true;
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        code = take(walk, query, err);
    }
    return code;
}

static enum ys_code each_of(struct ys_model *model, const char *question, const char *subject,
                            struct walk *walk, take_row take, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    const enum ys_code code = ys_query_open(ys_model_sql(model), question, &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(subject));
    return each_row(query, walk, take, err);
}

static void *grow(void *array, size_t count, size_t size, struct ys_err *err)
{
    uint8_t *const grown = realloc(array, (count + 1) * size);
    if (grown == NULL)
        (void)ys_fail(err, YS_NOMEM, _("out of memory"));
    else
        memset(grown + count * size, 0, size);
    return grown;
}

/* --- heads --- */

#define HEAD_COLUMNS                                                                     \
    "subject, title, category, nature, merged_into, state, stage, conflict, since_day, " \
    "opened_day, items, items_done, items_ended, sessions, records"

static void read_head(struct ys_query *row, struct ys_dossier_head *head)
{
    *head = (struct ys_dossier_head){.state = get_state(row, 5)};
    (void)ys_query_copy(row, 0, head->subject, sizeof head->subject);
    (void)ys_query_copy(row, 1, head->title, sizeof head->title);
    (void)ys_query_copy(row, 2, head->category, sizeof head->category);
    (void)ys_query_copy(row, 3, head->nature, sizeof head->nature);
    (void)ys_query_copy(row, 4, head->merged_into, sizeof head->merged_into);
    head->stage = get_state(row, 6);
    head->conflict = ys_query_int(row, 7) != 0;
    head->since = get_day(row, 8);
    head->opened = get_day(row, 9);
    head->items = (uint64_t)ys_query_int(row, 10);
    head->done = (uint64_t)ys_query_int(row, 11);
    head->ended = (uint64_t)ys_query_int(row, 12);
    head->sessions = (uint64_t)ys_query_int(row, 13);
    head->records = (uint64_t)ys_query_int(row, 14);
}

static enum ys_code take_head(struct walk *walk, struct ys_query *row, struct ys_err *err)
{
    struct ys_dossier_head head;
    (void)err;
    read_head(row, &head);
    walk->take_head(walk->context, &head);
    return YS_OK;
}

static enum ys_code keep_head(struct walk *walk, struct ys_query *row, struct ys_err *err)
{
    (void)err;
    read_head(row, &walk->dossier->head);
    return YS_OK;
}

enum ys_code ys_dossier_list(struct ys_model *model, const char *division, const char *state,
                             void (*take)(void *context, const struct ys_dossier_head *head),
                             void *context, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    struct walk walk = {.take_head = take, .context = context};
    const enum ys_code code =
        ys_query_open(ys_model_sql(model),
                      "SELECT " HEAD_COLUMNS " FROM matter"
                      " WHERE substr(division, 1, length(?1)) = ?1 AND (?2 = '' OR state = ?2)"
                      " ORDER BY subject",
                      &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(division == NULL ? "" : division));
    ys_query_set_text(query, 2, ys_bytes_of_text(state == NULL ? "" : state));
    return each_row(query, &walk, take_head, err);
}

/* --- tasks --- */

#define TASK_COLUMNS                                                                   \
    "t.subject, m.title, t.why, t.list, t.kinds, t.bodies, t.all_bodies, t.division, " \
    "t.article, t.parameter, t.due_day, t.since_day, t.track, r.id, l.division, r.idx" \
    " FROM task t JOIN matter m USING (subject) LEFT JOIN record r ON r.no = t.record" \
    " LEFT JOIN log l ON l.no = r.log"

/* What somebody waits for is mostly what the procedure expects, too: it is told once. */
#define TASK_ONCE                                                                       \
    " AND NOT (t.list = 'next' AND EXISTS (SELECT 1 FROM task o WHERE o.subject ="      \
    " t.subject AND o.list = 'inbox' AND o.why = t.why AND o.division = t.division AND" \
    " (o.track IS NULL OR o.track IS t.track)))"

static void get_id(struct ys_query *row, int at, char out[YS_RECORD_ID_TEXT_MAX])
{
    struct ys_hash id;
    const bool there = ys_query_hash(row, at, &id);
    YS_ASSERT(there);
    ys_record_id_print(&id, out);
}

static void read_task(struct ys_query *row, struct ys_dossier_task *task)
{
    *task = (struct ys_dossier_task){.why = get_why(row, 2)};
    (void)ys_query_copy(row, 0, task->subject, sizeof task->subject);
    (void)ys_query_copy(row, 1, task->title, sizeof task->title);
    task->asked = ys_bytes_is_text(ys_query_text(row, 3), "inbox");
    (void)ys_query_copy(row, 4, task->kinds, sizeof task->kinds);
    task->bodies = (unsigned)ys_query_int(row, 5);
    task->all_bodies = ys_query_int(row, 6) != 0;
    (void)ys_query_copy(row, 7, task->division, sizeof task->division);
    (void)ys_query_copy(row, 8, task->article, sizeof task->article);
    (void)ys_query_copy(row, 9, task->parameter, sizeof task->parameter);
    task->due = get_day(row, 10);
    task->since = get_day(row, 11);
    task->track = ys_query_is_null(row, 12) ? 0 : ys_query_int(row, 12);
    if (ys_query_is_null(row, 13))
        return;
    char division[YS_DIVISION_MAX + 1];
    get_id(row, 13, task->record);
    (void)ys_query_copy(row, 14, division, sizeof division);
    (void)snprintf(task->place, sizeof task->place, "%s:%llu", division,
                   (unsigned long long)ys_query_int(row, 15));
}

static enum ys_code take_task(struct walk *walk, struct ys_query *row, struct ys_err *err)
{
    struct ys_dossier_task task;
    (void)err;
    read_task(row, &task);
    walk->take_task(walk->context, &task);
    return YS_OK;
}

enum ys_code ys_dossier_tasks(struct ys_model *model, const char *division, unsigned bodies,
                              void (*take)(void *context, const struct ys_dossier_task *task),
                              void *context, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    struct walk walk = {.take_task = take, .context = context};
    const enum ys_code code = ys_query_open(
        ys_model_sql(model),
        "SELECT " TASK_COLUMNS " WHERE t.division = ?1 AND (t.bodies & ?2) <> 0" TASK_ONCE
        " ORDER BY t.due_day IS NULL, t.due_day, t.subject, t.list, t.nth",
        &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(division));
    ys_query_set_int(query, 2, bodies);
    return each_row(query, &walk, take_task, err);
}

static enum ys_code keep_task(struct walk *walk, struct ys_query *row, struct ys_err *err)
{
    struct ys_dossier *const d = walk->dossier;
    struct ys_dossier_task *const grown = grow(d->task, d->task_count, sizeof *grown, err);
    if (grown == NULL)
        return YS_NOMEM;
    d->task = grown;
    read_task(row, &grown[d->task_count++]);
    return YS_OK;
}

/* --- the rest of a dossier --- */

static const char *fate_of(struct ys_query *row, int at)
{
    static const enum ys_fate fates[] = {YS_FATE_NOTED,    YS_FATE_MOVED,    YS_FATE_IRREGULAR,
                                         YS_FATE_REPLACED, YS_FATE_REPLACES, YS_FATE_WITHDRAWN,
                                         YS_FATE_UNKNOWN};
    const struct ys_bytes word = ys_query_text(row, at);
    for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++)
        if (ys_bytes_is_text(word, ys_fate_word(fates[i])))
            return ys_fate_word(fates[i]);
    return "";
}

static enum ys_code keep_step(struct walk *walk, struct ys_query *row, struct ys_err *err)
{
    struct ys_dossier *const d = walk->dossier;
    struct ys_dossier_step *const grown = grow(d->step, d->step_count, sizeof *grown, err);
    char origin[YS_KEY_NAME_MAX + 1];
    struct ys_log log;
    if (grown == NULL)
        return YS_NOMEM;
    d->step = grown;
    struct ys_dossier_step *const step = &grown[d->step_count];
    (void)ys_query_copy(row, 0, origin, sizeof origin);
    step->fate = fate_of(row, 2);
    step->counted = step->fate[0] != '\0';
    step->irregular = (unsigned)ys_query_int(row, 3);
    step->day = get_day(row, 4);
    (void)ys_query_copy(row, 5, step->standing, sizeof step->standing);
    step->corrected = !ys_query_is_null(row, 6);
    enum ys_code code = ys_log_find(walk->txn, origin, &log, err);
    if (code == YS_OK)
        code = ys_exhibit_load(walk->node, walk->txn, &log, (uint64_t)ys_query_int(row, 1), true,
                               &step->exhibit, err);
    d->step_count += code == YS_OK;
    return code;
}

static enum ys_code keep_track(struct walk *walk, struct ys_query *row, struct ys_err *err)
{
    struct ys_dossier *const d = walk->dossier;
    struct ys_dossier_track *const grown = grow(d->track, d->track_count, sizeof *grown, err);
    if (grown == NULL)
        return YS_NOMEM;
    d->track = grown;
    struct ys_dossier_track *const track = &grown[d->track_count++];
    track->nth = ys_query_int(row, 0);
    track->item = (uint32_t)ys_query_int(row, 1);
    (void)ys_query_copy(row, 2, track->text, sizeof track->text);
    (void)ys_query_copy(row, 3, track->responsible, sizeof track->responsible);
    (void)ys_query_copy(row, 4, track->nature, sizeof track->nature);
    track->decision_matter = ys_query_int(row, 5) != 0;
    track->state = get_state(row, 6);
    track->since = get_day(row, 7);
    track->replaced = ys_query_int(row, 8) != 0;
    track->due = get_day(row, 9);
    track->percent = (uint32_t)ys_query_int(row, 10);
    track->extensions = (uint32_t)ys_query_int(row, 11);
    (void)ys_query_copy(row, 12, track->result, sizeof track->result);
    return YS_OK;
}

static enum ys_code keep_conflict(struct walk *walk, struct ys_query *row, struct ys_err *err)
{
    struct ys_dossier *const d = walk->dossier;
    struct ys_dossier_conflict *const grown =
        grow(d->conflict, d->conflict_count, sizeof *grown, err);
    if (grown == NULL)
        return YS_NOMEM;
    d->conflict = grown;
    struct ys_dossier_conflict *const conflict = &grown[d->conflict_count++];
    get_id(row, 0, conflict->first);
    get_id(row, 1, conflict->second);
    conflict->track = ys_query_is_null(row, 2) ? 0 : ys_query_int(row, 2);
    return YS_OK;
}

static enum ys_code load_parts(struct ys_model *model, const char *subject, struct walk *walk,
                               struct ys_err *err)
{
    enum ys_code code =
        each_of(model,
                "SELECT l.origin, r.idx, s.fate, s.irregular, s.day, r.standing, r.stated_by"
                " FROM step s JOIN record r ON r.no = s.record JOIN log l ON l.no = r.log"
                " WHERE s.subject = ?1 ORDER BY s.nth",
                subject, walk, keep_step, err);
    if (code == YS_OK)
        code = each_of(model,
                       "SELECT l.origin, r.idx, '', 0, r.occurred_day, r.standing, NULL"
                       " FROM record r JOIN log l ON l.no = r.log"
                       " WHERE r.subject = ?1 AND r.subject <> '-' AND r.verdict <> 'ok'"
                       " ORDER BY l.origin, r.idx",
                       subject, walk, keep_step, err);
    if (code == YS_OK)
        code = each_of(model,
                       "SELECT nth, item, text, responsible, nature, decision_matter, state,"
                       " since_day, replaced, due_day, percent, extensions, result"
                       " FROM track WHERE subject = ?1 ORDER BY nth",
                       subject, walk, keep_track, err);
    if (code == YS_OK)
        code = each_of(model,
                       "SELECT a.id, b.id, c.track FROM conflict c JOIN record a ON a.no = c.first"
                       " JOIN record b ON b.no = c.second WHERE c.subject = ?1 ORDER BY c.nth",
                       subject, walk, keep_conflict, err);
    if (code == YS_OK)
        code = each_of(model,
                       "SELECT " TASK_COLUMNS " WHERE t.subject = ?1" TASK_ONCE
                       " ORDER BY t.due_day IS NULL, t.due_day, t.list, t.nth",
                       subject, walk, keep_task, err);
    return code;
}

enum ys_code ys_dossier_load(const struct ys_node *node, struct ys_model *model,
                             const char *subject, struct ys_dossier *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    YS_DOSSIER_SCOPED dossier = {.step_count = 0};
    struct walk walk = {.node = node, .dossier = &dossier};
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    walk.txn = txn;
    if (code == YS_OK)
        code = each_of(model, "SELECT " HEAD_COLUMNS " FROM matter WHERE subject = ?1", subject,
                       &walk, keep_head, err);
    if (code == YS_OK)
        code = load_parts(model, subject, &walk, err);
    if (code == YS_OK)
        code = ys_attachment_sum(model, subject, &dossier.attachments, err);
    if (code != YS_OK)
        return code;
    if (dossier.head.subject[0] == '\0' && dossier.step_count == 0)
        return ys_fail(err, YS_NOT_FOUND, _("no record of matter %s is held here"), subject);
    if (dossier.head.subject[0] == '\0')
        (void)snprintf(dossier.head.subject, sizeof dossier.head.subject, "%s", subject);
    *out = dossier;
    dossier = (struct ys_dossier){.step_count = 0};
    return YS_OK;
}

struct judging {
    struct ys_dossier *dossier;
    bool lost; /* no memory for it */
};

static void keep_finding(void *context, const struct ys_finding *finding)
{
    struct judging *const judging = context;
    struct ys_dossier *const out = judging->dossier;
    struct ys_finding *const grown =
        realloc(out->finding, (out->finding_count + 1) * sizeof *grown);
    judging->lost = judging->lost || grown == NULL;
    if (grown == NULL)
        return;
    out->finding = grown;
    grown[out->finding_count++] = *finding;
}

static void keep_duty(void *context, const struct ys_duty *duty)
{
    struct judging *const judging = context;
    struct ys_dossier *const out = judging->dossier;
    struct ys_duty *const grown = realloc(out->duty, (out->duty_count + 1) * sizeof *grown);
    judging->lost = judging->lost || grown == NULL;
    if (grown == NULL)
        return;
    out->duty = grown;
    grown[out->duty_count++] = *duty;
}

enum ys_code ys_dossier_judge(struct ys_rules *rules, uint32_t today, struct ys_dossier *dossier,
                              struct ys_err *err)
{
    struct judging judging = {.dossier = dossier};
    const struct ys_finding_filter filter = {
        .subject = dossier->head.subject, .today = today, .ended = true};
    enum ys_code code = ys_finding_each(rules, &filter, keep_finding, &judging, err);
    if (code == YS_OK)
        code = ys_duty_each(rules, &filter, false, keep_duty, &judging, err);
    return code == YS_OK && judging.lost ? ys_fail(err, YS_NOMEM, _("out of memory")) : code;
}

void ys_dossier_clear(struct ys_dossier *dossier)
{
    for (size_t i = 0; i < dossier->step_count; i++)
        ys_exhibit_clear(&dossier->step[i].exhibit);
    free(dossier->step);
    free(dossier->track);
    free(dossier->task);
    free(dossier->conflict);
    free(dossier->finding);
    free(dossier->duty);
    *dossier = (struct ys_dossier){.step_count = 0};
}

/* --- what people type --- */

enum ys_code ys_dossier_find(const struct ys_node *node, const char *text,
                             char subject_out[YS_KIND_NAME_MAX + 1], struct ys_err *err)
{
    struct ys_matter matter;
    YS_TXN_SCOPED txn = NULL;
    YS_EXHIBIT_SCOPED exhibit = {.body = NULL};
    struct ys_log log;
    uint64_t index = 0;
    if (ys_matter_parse_at(ys_bytes_of_text(text), &node->origin.division, &matter, NULL) ==
        YS_OK) {
        ys_matter_print(&matter, subject_out);
        return YS_OK;
    }
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_exhibit_find(txn, text, &log, &index, err);
    if (code == YS_OK)
        code = ys_exhibit_load(node, txn, &log, index, false, &exhibit, err);
    if (code != YS_OK)
        return code;
    if (!exhibit.readable || strcmp(exhibit.record.subject, "-") == 0)
        return ys_fail(err, YS_USAGE, _("record %s belongs to no matter"), text);
    memcpy(subject_out, exhibit.record.subject, strlen(exhibit.record.subject) + 1);
    return YS_OK;
}
