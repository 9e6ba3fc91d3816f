#include "tests/support/year.h"

#include "proto/moment.h"
#include "tests/support/year_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, SHANGHAI_S = 8 * 3600, ENROL_DAYS = 20, RECEIPTS = 95 };

void year_must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "year: %s: %s\n", ys_code_name(code), err == NULL ? "" : err->msg);
    abort();
}

void *year_grow(void *array, size_t count, size_t *room, size_t each)
{
    if (count < *room)
        return array;
    *room = *room * 2 + 64;
    array = realloc(array, *room * each);
    if (array == NULL)
        abort();
    return array;
}

struct year_options year_district(uint64_t seed)
{
    return (struct year_options){
        .seed = seed, .streets = 20, .communities = 450, .matters = 22, .year = 2026};
}

/* --- planning --- */

int32_t year_workday(int32_t day)
{
    enum { WEEK = 7, FIRST_SATURDAY = 2, FIRST_SUNDAY = 3 }; /* 1970-01-03 and -04 */
    while (day % WEEK == FIRST_SATURDAY || day % WEEK == FIRST_SUNDAY)
        day++;
    return day;
}

static uint64_t second_of(int32_t day, int64_t second)
{
    return (uint64_t)((int64_t)day * DAY_S - SHANGHAI_S + second);
}

/* Which bodies sign: of the kind's authors those that the unit has, the party organisation or the
 * supervision committee where they must. */
static unsigned signers_of(const struct ys_kind *kind, enum ys_level level)
{
    unsigned mask = kind->also;
    for (unsigned class = 1; class < YS_BODY_ROOT; class <<= 1) {
        if ((kind->authors & class) != 0 && ys_body_class_at(class, level)) {
            mask |= class;
            break;
        }
    }
    return mask;
}

/* Days between what happens and its record, and whether that was late. */
static int record_lag(struct rng *rng, bool *late_out)
{
    static const uint8_t weights[] = {80, 13, 4, 3};
    static const int low[] = {0, 1, 3, 8};
    static const int high[] = {0, 2, 7, 35};
    const unsigned at = dice_pick(rng, weights, 4);
    *late_out = at == 3;
    return dice_between(rng, low[at], high[at]);
}

struct year_step *year_plan(struct year *y, struct year_thread *thread, int matter, unsigned unit,
                            uint32_t kind, int later)
{
    enum { OPENS = 9 * 3600, CLOSES = 18 * 3600, EVENING = 20 * 3600 + 1800, NIGHT = 22 * 3600 };
    y->step = year_grow(y->step, y->step_count, &y->step_room, sizeof *y->step);
    struct year_step *const step = &y->step[y->step_count];
    struct rng rng = dice_stream(y->options.seed ^ UINT64_C(0x706c616e), y->step_count);
    const struct ys_kind *const row = ys_kind_by_id(kind);
    const bool evening = kind == 30 || kind == 35; /* a meeting is recorded when it is over */
    bool late = false;
    thread->day = year_workday(thread->day + later);
    const int lag = matter == YEAR_NONE ? 0 : record_lag(&rng, &late);
    const int32_t day = lag == 0 ? thread->day : year_workday(thread->day + lag);
    const int64_t second = evening && lag == 0 ? dice_between(&rng, EVENING, NIGHT)
                                               : dice_between(&rng, OPENS, CLOSES);
    uint64_t at_s = second_of(day, second);
    if (at_s <= thread->at_s)
        at_s = thread->at_s + 60;
    *step = (struct year_step){.at_s = at_s,
                               .ref_first = (uint32_t)y->ref_count,
                               .kind = kind,
                               .matter = matter,
                               .day = thread->day,
                               .unit = (uint16_t)unit,
                               .signers = (uint16_t)signers_of(row, y->unit[unit].level),
                               .late = late};
    thread->at_s = at_s;
    thread->step = (uint32_t)y->step_count++;
    return step;
}

void year_refer(struct year *y, struct year_thread *thread, Yishi__V1__Relation rel, uint32_t to)
{
    struct year_step *const step = &y->step[thread->step];
    if (thread->step + 1 != y->step_count)
        abort();
    y->ref = year_grow(y->ref, y->ref_count, &y->ref_room, sizeof *y->ref);
    y->ref[y->ref_count++] = (struct year_ref){.step = to, .rel = rel};
    step->ref_count++;
    if (step->at_s <= y->step[to].at_s)
        step->at_s = y->step[to].at_s + 60;
    if (thread->at_s < step->at_s)
        thread->at_s = step->at_s;
}

/* --- in the order of time --- */

static const struct year *sorting; /* qsort passes no context */

static int earlier(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t z = *(const uint32_t *)b;
    const uint64_t at_x = sorting->step[x].at_s;
    const uint64_t at_z = sorting->step[z].at_s;
    if (at_x != at_z)
        return at_x < at_z ? -1 : 1;
    return x < z ? -1 : 1;
}

static void put_in_order(struct year *y)
{
    y->order = calloc(y->step_count, sizeof *y->order);
    if (y->order == NULL)
        abort();
    for (uint32_t i = 0; i < y->step_count; i++)
        y->order[i] = i;
    sorting = y;
    qsort(y->order, y->step_count, sizeof *y->order, earlier);
    sorting = NULL;
}

struct year *year_new(const struct year_options *options)
{
    struct year *const y = calloc(1, sizeof *y);
    if (y == NULL || options->streets == 0 || options->communities == 0)
        abort();
    y->options = *options;
    y->first_day = ys_date_days(options->year * 10000 + 101);
    y->last_day = ys_date_days(options->year * 10000 + 1231);
    y->begin_s = second_of(y->first_day - ENROL_DAYS, 9 * 3600);
    y->end_s = second_of(y->last_day + 1, 0);
    y->body = malloc(YS_RECORD_BODY_MAX);
    y->note = malloc(YS_RECORD_NOTE_MAX);
    if (y->body == NULL || y->note == NULL)
        abort();
    ys_arena_init(&y->arena, YS_BODY_ARENA_MAX);
    year_units_make(y);
    year_plan_members(y);
    year_plan_matters(y);
    year_plan_offices(y);
    put_in_order(y);
    return y;
}

void year_free(struct year *y)
{
    if (y == NULL)
        return;
    for (unsigned i = 0; i < y->unit_count; i++) {
        ys_node_keys_clear(&y->unit[i].keys);
        for (unsigned k = 0; k < y->unit[i].body_count; k++)
            ys_signer_clear(&y->unit[i].body[k]);
    }
    ys_arena_clear(&y->arena);
    free(y->unit);
    free(y->log);
    free(y->step);
    free(y->ref);
    free(y->matter);
    free(y->commission);
    free(y->order);
    free(y->body);
    free(y->note);
    free(y);
}

/* --- one record --- */

void year_set_refs(struct year_pen *pen)
{
    const struct year *const y = pen->year;
    const struct year_step *const step = pen->step;
    if (step->ref_count == 0)
        return;
    pen->body->refs = year_room(pen, step->ref_count * sizeof(void *));
    for (uint32_t i = 0; i < step->ref_count; i++) {
        const struct year_ref *const ref = &y->ref[step->ref_first + i];
        Yishi__V1__Reference *const out = year_make(pen, &yishi__v1__reference__descriptor);
        uint8_t *const id = year_room(pen, YS_HASH_LEN);
        if (!y->step[ref->step].written)
            abort();
        memcpy(id, y->step[ref->step].id.bytes, YS_HASH_LEN);
        YEAR_SET(out, rel, ref->rel);
        YEAR_SET(out, record, ((ProtobufCBinaryData){YS_HASH_LEN, id}));
        pen->body->refs[pen->body->n_refs++] = out;
    }
}

/* False: there is nothing to say. */
static bool write_body(struct year *y, struct year_step *step, struct ys_bytes *out)
{
    struct year_pen pen = {.year = y,
                           .step = step,
                           .matter = step->matter == YEAR_NONE ? NULL : &y->matter[step->matter],
                           .unit = &y->unit[step->unit],
                           .rng = dice_stream(y->options.seed, (uint64_t)(step - y->step)),
                           .arena = &y->arena};
    struct ys_writer w = {.data = y->body, .capacity = YS_RECORD_BODY_MAX};
    struct ys_err err = {0};
    ys_arena_clear(&y->arena);
    pen.body = year_make(&pen, &yishi__v1__body__descriptor);
    rng_fill(&pen.rng, step->salt, sizeof step->salt);
    YEAR_SET(pen.body, salt, ((ProtobufCBinaryData){sizeof step->salt, step->salt}));
    year_set_refs(&pen);
    if (step->kind == RECEIPTS) {
        if (!year_write_receipts(&pen))
            return false;
    } else {
        year_write(&pen);
    }
    year_must(ys_body_encode(pen.body, &w, &err), &err);
    *out = (struct ys_bytes){w.data, w.size};
    return true;
}

static void write_note(struct year *y, struct year_step *step, struct year_entry *out)
{
    const struct ys_signer *signers[YS_NOTE_LINES_AUTHORED];
    const unsigned count = year_signers(y, step, signers);
    struct year_log *const log = &y->log[y->unit[step->unit].log];
    struct ys_record record = {.origin = log->origin, .subject = "-", .signed_at_s = step->at_s};
    uint8_t text[YS_RECORD_TEXT_MAX];
    struct ys_writer t = {.data = text, .capacity = sizeof text};
    struct ys_writer n = {.data = y->note, .capacity = YS_RECORD_NOTE_MAX};
    struct ys_err err = {0};
    struct ys_hash leaf;
    snprintf(record.kind, sizeof record.kind, "%s", out->kind->name);
    if (out->kind->subject != YS_SUBJECT_NONE && step->matter != YEAR_NONE)
        snprintf(record.subject, sizeof record.subject, "%s", y->matter[step->matter].number);
    ys_record_bind(&record, out->body);
    ys_record_print(&t, &record);
    year_must(ys_note_sign(&n, (struct ys_bytes){text, t.size}, signers, count, 0, &err), &err);
    out->note = (struct ys_bytes){n.data, n.size};
    ys_record_id((struct ys_bytes){text, t.size}, &step->id);
    step->written = true;
    out->id = step->id;
    out->log = y->unit[step->unit].log;
    out->index = log->frontier.size;
    out->signed_at_s = step->at_s;
    ys_leaf_hash(out->note, &leaf);
    year_must(ys_frontier_append(&log->frontier, &leaf), NULL);
    log->last_at_s = step->at_s;
}

bool year_next(struct year *y, struct year_entry *out)
{
    while (y->at < y->step_count) {
        struct year_step *const step = &y->step[y->order[y->at++]];
        if (step->at_s >= y->end_s)
            return false;
        out->kind = ys_kind_by_id(step->kind);
        if (!write_body(y, step, &out->body))
            continue;
        write_note(y, step, out);
        return true;
    }
    return false;
}

const struct ys_root *year_root(const struct year *y)
{
    return &y->root;
}

unsigned year_log_count(const struct year *y)
{
    return y->log_count;
}

const struct year_log *year_log(const struct year *y, unsigned number)
{
    return &y->log[number];
}
