/* Matters: their records out of the tables and the store, what the procedure says of them into the
 * tables. */
#include "node/model/matter_rows.h"

#include "crypto/assert.h"
#include "node/model/model_state.h"
#include "proto/matter.h"

#include <stdlib.h>
#include <string.h>

enum {
    AHEAD = 16,           /* matters that are under way */
    RECORDS_AHEAD = 2048, /* of these, unless it is one alone */
    MATTER_BYTES_MAX =
        512 << 20 /* decoded bodies of one matter; what has no room counts as absent */
};

/* One matter: its rows are read and written here, its bodies and the procedure are an errand. */
struct matter {
    struct ys_errand errand;
    char subject[YS_KIND_NAME_MAX + 1];
    bool ours; /* its number can be read */
    struct ys_parameters parameters;
    const struct ys_trial_place *tried;
    struct ys_gathered gathered;
    struct ys_arena arena;
    struct ys_procedure procedure;
};

struct settling {
    struct ys_model *model;
    struct ys_fold_turn *turn;
    struct ys_gather *gather;
    struct matter matter[AHEAD]; /* take turns */
    size_t sent, taken;          /* matters */
    size_t records;              /* of those under way */
};

static enum ys_code derive(struct ys_errand *self, struct ys_txn *txn, struct ys_err *err)
{
    struct matter *const matter = (struct matter *)self;
    const struct ys_gathered *const gathered = &matter->gathered;
    if (!matter->ours || gathered->count == 0)
        return YS_OK;
    const enum ys_code code = ys_gathered_read(gathered, txn, matter->tried, &matter->arena, err);
    return code == YS_OK ? ys_procedure_run(gathered->step, gathered->count, &matter->parameters,
                                            &matter->procedure, err)
                         : code;
}

static void forget(struct matter *matter)
{
    ys_procedure_clear(&matter->procedure);
    ys_gathered_clear(&matter->gathered);
    ys_arena_clear(&matter->arena);
}

static enum ys_code send_matter(struct settling *settling, struct ys_bytes subject,
                                struct ys_err *err)
{
    const struct ys_fold_turn *const turn = settling->turn;
    struct matter *const matter = &settling->matter[settling->sent % AHEAD];
    struct ys_matter number = {.no = 0};
    *matter = (struct matter){.errand = {.run = derive}, .tried = &turn->tried};
    ys_arena_init(&matter->arena, MATTER_BYTES_MAX);
    YS_ASSERT(subject.size < sizeof matter->subject);
    memcpy(matter->subject, subject.data, subject.size);
    matter->ours = ys_matter_parse(subject, &number, NULL) == YS_OK;
    matter->parameters = (struct ys_parameters){.division = number.division,
                                                .values = turn->parameters.value,
                                                .count = turn->parameters.count};
    const enum ys_code code = ys_gather_matter(settling->gather, ys_bytes_of_text(matter->subject),
                                               &matter->gathered, err);
    if (code != YS_OK) {
        forget(matter);
        return code;
    }
    settling->records += matter->gathered.count;
    settling->sent++;
    ys_errands_send(turn->errands, &matter->errand);
    return YS_OK;
}

/* Wait for the oldest, and write its rows if `code` is YS_OK. */
static enum ys_code take_matter(struct settling *settling, enum ys_code code, struct ys_err *err)
{
    struct matter *const matter = &settling->matter[settling->taken++ % AHEAD];
    const struct ys_bytes subject = ys_bytes_of_text(matter->subject);
    const enum ys_code derived =
        ys_errands_wait(settling->turn->errands, &matter->errand, code == YS_OK ? err : NULL);
    if (code == YS_OK)
        code = derived;
    if (code == YS_OK)
        code = ys_matter_rows_clear(settling->model, subject, err);
    if (code == YS_OK && matter->procedure.step_count > 0)
        code = ys_matter_rows_put(settling->model,
                                  &(struct ys_matter_rows){.subject = subject,
                                                           .division = &matter->parameters.division,
                                                           .procedure = &matter->procedure,
                                                           .step = matter->gathered.step,
                                                           .number = matter->gathered.number,
                                                           .count = matter->gathered.count},
                                  err);
    if (code == YS_OK)
        code = ys_touch_matter(settling->model, subject, err);
    settling->records -= matter->gathered.count;
    forget(matter);
    return code;
}

/* The first subject that is marked and behind `subject`, which becomes that one. */
static enum ys_code next_marked(struct ys_model *model, char subject[YS_KIND_NAME_MAX + 1],
                                bool *found, struct ys_err *err)
{
    struct ys_query *const next = model->query[YS_MODEL_NEXT_STALE];
    ys_query_set_word(next, 1, subject);
    const enum ys_code code = ys_query_step(next, found, err);
    if (code != YS_OK || !*found)
        return code;
    const bool fits = ys_query_copy(next, 0, subject, YS_KIND_NAME_MAX + 1);
    YS_ASSERT(fits);
    ys_query_reset(next);
    return YS_OK;
}

static enum ys_code settle(struct settling *settling, size_t *left, struct ys_err *err)
{
    char subject[YS_KIND_NAME_MAX + 1] = "";
    enum ys_code code = YS_OK;
    while (code == YS_OK && *left > 0) {
        bool found = false;
        code = next_marked(settling->model, subject, &found, err);
        if (code != YS_OK || !found)
            break;
        code = send_matter(settling, ys_bytes_of_text(subject), err);
        if (code != YS_OK)
            break;
        const size_t count = settling->matter[(settling->sent - 1) % AHEAD].gathered.count;
        *left -= count + 1 < *left ? count + 1 : *left;
        while (code == YS_OK &&
               (settling->sent - settling->taken == AHEAD || settling->records > RECORDS_AHEAD))
            code = take_matter(settling, code, err);
    }
    while (settling->taken < settling->sent)
        code = take_matter(settling, code, err);
    struct ys_query *const drop = settling->model->query[YS_MODEL_DROP_STALE];
    ys_query_set_text(drop, 1, ys_bytes_of_text(subject)); /* all that were marked up to here */
    return code == YS_OK ? ys_query_run(drop, err) : code;
}

enum ys_code ys_matters_settle(struct ys_model *model, struct ys_fold_turn *turn, size_t *left,
                               struct ys_err *err)
{
    struct settling *const settling = calloc(1, sizeof *settling);
    if (settling == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    settling->model = model;
    settling->turn = turn;
    enum ys_code code =
        turn->parameters_loaded ? YS_OK : ys_parameter_rows_load(model, &turn->parameters, err);
    turn->parameters_loaded = code == YS_OK;
    if (code == YS_OK)
        code = ys_gather_new(model, turn->txn, &settling->gather, err);
    if (code == YS_OK)
        code = settle(settling, left, err);
    ys_gather_free(settling->gather);
    free(settling);
    return code;
}
