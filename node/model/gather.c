#include "node/model/gather.h"

#include "crypto/assert.h"
#include "node/model/model_state.h"

#include <stdlib.h>
#include <string.h>

enum { LOGS = 64, WINDOWS = 128, WINDOW = 64 };

/* A log by its number in the tables. */
struct known_log {
    int64_t no; /* 0: none */
    char origin[YS_KEY_NAME_MAX + 1];
    struct ys_name name;
    bool stored;
    uint32_t id; /* in the store */
};

/* Receipts of one level for the entries [first, first + WINDOW) of a log: by size, ascending, the first
 * for each size. The last one, if there is room, covers all that lie behind the others. */
struct window {
    int64_t no; /* of the log; 0: none */
    uint64_t first;
    size_t count;
    struct {
        uint64_t size, time_s;
    } receipt[WINDOW + 1];
};

struct ys_gather {
    struct ys_model *model;
    struct ys_txn *txn;
    struct known_log log[LOGS];
    struct window window[2][WINDOWS]; /* street, district */
};

void ys_gathered_clear(struct ys_gathered *gathered)
{
    free(gathered->step);
    free(gathered->number);
    free(gathered->body);
    *gathered = (struct ys_gathered){.count = 0};
}

static enum ys_code make_room(struct ys_gathered *gathered, struct ys_err *err)
{
    if (gathered->count < gathered->capacity)
        return YS_OK;
    const size_t capacity = gathered->capacity == 0 ? 32 : gathered->capacity * 2;
    struct ys_step *const step = realloc(gathered->step, capacity * sizeof *step);
    if (step != NULL)
        gathered->step = step;
    int64_t *const number = realloc(gathered->number, capacity * sizeof *number);
    if (number != NULL)
        gathered->number = number;
    struct ys_body_places *const body = realloc(gathered->body, capacity * sizeof *body);
    if (body != NULL)
        gathered->body = body;
    if (step == NULL || number == NULL || body == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    gathered->capacity = capacity;
    return YS_OK;
}

/* --- logs --- */

static enum ys_code load_log(struct ys_gather *gather, int64_t no, struct known_log *out,
                             struct ys_err *err)
{
    struct ys_query *const query = gather->model->query[YS_MODEL_LOG_NAME];
    struct ys_log log;
    bool row = false;
    ys_query_set_int(query, 1, no);
    enum ys_code code = ys_query_step(query, &row, err);
    if (code != YS_OK || !row)
        return code != YS_OK ? code : ys_fail(err, YS_CORRUPT, "read model: a log is missing");
    const bool fits = ys_query_copy(query, 0, out->origin, sizeof out->origin);
    YS_ASSERT(fits);
    ys_query_reset(query);
    if (ys_name_parse(ys_bytes_of_text(out->origin), &out->name, NULL) != YS_OK)
        return ys_fail(err, YS_CORRUPT, "read model: \"%s\" is no log", out->origin);
    code = ys_log_find(gather->txn, out->origin, &log, err);
    out->stored = code == YS_OK;
    out->id = code == YS_OK ? log.id : 0;
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    out->no = no;
    return YS_OK;
}

static enum ys_code find_log(struct ys_gather *gather, int64_t no, const struct known_log **out,
                             struct ys_err *err)
{
    struct known_log *const slot = &gather->log[(uint64_t)no % LOGS];
    *out = slot;
    if (slot->no == no)
        return YS_OK;
    slot->no = 0;
    return load_log(gather, no, slot, err);
}

/* --- since when street and district are known to have a record --- */

static enum ys_code load_window(struct ys_gather *gather, const struct known_log *log,
                                bool district, uint64_t first, struct window *out,
                                struct ys_err *err)
{
    struct ys_query *const query = gather->model->query[YS_MODEL_RECEIPTS_FROM];
    enum ys_code code = YS_OK;
    bool row = true;
    *out = (struct window){.first = first};
    ys_query_set_text(query, 1, ys_bytes_of_text(log->origin));
    ys_query_set_text(query, 2, ys_bytes_of_text(district ? "district" : "street"));
    ys_query_set_int(query, 3, (int64_t)first);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        const uint64_t size = (uint64_t)ys_query_int(query, 0);
        if (out->count > 0 && out->receipt[out->count - 1].size == size)
            continue;
        YS_ASSERT(out->count <= WINDOW);
        out->receipt[out->count].size = size;
        out->receipt[out->count++].time_s = (uint64_t)ys_query_int(query, 1);
        if (size >= first + WINDOW)
            break;
    }
    if (row)
        ys_query_reset(query);
    if (code == YS_OK)
        out->no = log->no;
    return code;
}

/* The time of the first receipt for more entries than `index`; 0: there is none. */
static enum ys_code since(struct ys_gather *gather, const struct known_log *log, bool district,
                          uint64_t index, uint64_t *out_s, struct ys_err *err)
{
    const uint64_t first = index / WINDOW * WINDOW;
    struct window *const window =
        &gather->window[district][((uint64_t)log->no * 31 + first / WINDOW) % WINDOWS];
    *out_s = 0;
    if (window->no != log->no || window->first != first) {
        const enum ys_code code = load_window(gather, log, district, first, window, err);
        if (code != YS_OK)
            return code;
    }
    for (size_t i = window->count; i-- > 0 && window->receipt[i].size > index;)
        *out_s = window->receipt[i].time_s;
    return YS_OK;
}

/* The earlier of the times at which street and district had it; 0: neither is known to have it. */
static enum ys_code proven(struct ys_gather *gather, const struct known_log *log, uint64_t index,
                           uint64_t *out_s, struct ys_err *err)
{
    uint64_t street_s = 0;
    uint64_t district_s = 0;
    enum ys_code code = since(gather, log, false, index, &street_s, err);
    if (code == YS_OK)
        code = since(gather, log, true, index, &district_s, err);
    if (street_s == 0 || district_s == 0)
        *out_s = street_s + district_s;
    else
        *out_s = street_s < district_s ? street_s : district_s;
    return code;
}

/* --- records --- */

static enum ys_code place_of(struct ys_gather *gather, int64_t number, struct ys_place *out,
                             struct ys_err *err)
{
    const struct known_log *log = NULL;
    const enum ys_code code = find_log(gather, number >> 32, &log, err);
    if (code == YS_OK && !log->stored)
        return ys_fail(err, YS_CORRUPT, "read model: the store has no log \"%s\"", log->origin);
    if (code == YS_OK)
        *out = (struct ys_place){.log_id = log->id, .index = (uint32_t)number};
    return code;
}

static enum ys_code read_row(struct ys_gather *gather, struct ys_query *query, struct ys_step *step,
                             int64_t *number_out, struct ys_body_places *body, struct ys_err *err)
{
    const int64_t number = ys_query_int(query, 0);
    const struct ys_bytes id = ys_query_blob(query, 1);
    const struct ys_bytes standing = ys_query_text(query, 3);
    const int64_t stated_by = ys_query_int(query, 6);
    const struct known_log *log = NULL;
    YS_ASSERT(id.size == sizeof step->id.bytes);
    *number_out = number;
    *body = (struct ys_body_places){.known = !ys_bytes_is_text(standing, "void"),
                                    .corrected = !ys_query_is_null(query, 6)};
    *step = (struct ys_step){.kind = ys_kind_by_name(ys_query_text(query, 2)),
                             .withdrawn = ys_bytes_is_text(standing, "withdrawn"),
                             .author = (unsigned)ys_query_int(query, 4),
                             .signed_at_s = (uint64_t)ys_query_int(query, 5),
                             .index = (uint32_t)number};
    memcpy(step->id.bytes, id.data, id.size);
    enum ys_code code = find_log(gather, number >> 32, &log, err);
    if (code != YS_OK)
        return code;
    step->division = log->name.division;
    step->incarnation = log->name.incarnation;
    code = proven(gather, log, step->index, &step->proven_s, err);
    if (code == YS_OK && body->known)
        code = place_of(gather, number, &body->own, err);
    if (code == YS_OK && body->corrected)
        code = place_of(gather, stated_by, &body->correction, err);
    return code;
}

static enum ys_code read_rows(struct ys_gather *gather, enum ys_model_query which,
                              struct ys_bytes subject, struct ys_gathered *out, struct ys_err *err)
{
    struct ys_query *const query = gather->model->query[which];
    enum ys_code code = YS_OK;
    bool row = true;
    ys_query_set_text(query, 1, subject);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        code = make_room(out, err);
        if (code != YS_OK)
            break;
        code = read_row(gather, query, &out->step[out->count], &out->number[out->count],
                        &out->body[out->count], err);
        out->count++;
    }
    ys_query_reset(query);
    return code;
}

enum ys_code ys_gather_matter(struct ys_gather *gather, struct ys_bytes subject,
                              struct ys_gathered *out, struct ys_err *err)
{
    const enum ys_code code = read_rows(gather, YS_MODEL_RECORDS_OF, subject, out, err);
    return code == YS_OK ? read_rows(gather, YS_MODEL_RECORDS_LINKED, subject, out, err) : code;
}

enum ys_code ys_gather_new(struct ys_model *model, struct ys_txn *txn, struct ys_gather **out,
                           struct ys_err *err)
{
    struct ys_gather *const gather = calloc(1, sizeof *gather);
    if (gather == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    gather->model = model;
    gather->txn = txn;
    *out = gather;
    return YS_OK;
}

void ys_gather_free(struct ys_gather *gather)
{
    free(gather);
}

/* --- bodies --- */

/* NULL when it is not here, or has no room. */
static enum ys_code read_body(struct ys_txn *txn, const struct ys_trial_place *tried,
                              const struct ys_place *place, struct ys_arena *arena,
                              const Yishi__V1__Body **out, struct ys_err *err)
{
    struct ys_entry entry;
    *out = NULL;
    const enum ys_code code = ys_trial_entry(tried, txn, place->log_id, place->index, &entry, err);
    if (code == YS_OK && entry.content == YS_CONTENT_BODY &&
        ys_body_unpack(entry.body, arena, out, NULL) != YS_OK)
        *out = NULL;
    return code;
}

enum ys_code ys_gathered_read(const struct ys_gathered *gathered, struct ys_txn *txn,
                              const struct ys_trial_place *tried, struct ys_arena *arena,
                              struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; code == YS_OK && i < gathered->count; i++) {
        struct ys_step *const step = &gathered->step[i];
        const struct ys_body_places *const body = &gathered->body[i];
        if (body->known)
            code = read_body(txn, tried, &body->own, arena, &step->body, err);
        if (code != YS_OK || !body->corrected)
            continue;
        step->signed_body = step->body;
        code = read_body(txn, tried, &body->correction, arena, &step->body, err);
        if (code == YS_OK && step->body != NULL)
            step->body = ys_correction_replacement(step->body, arena);
    }
    return code;
}
