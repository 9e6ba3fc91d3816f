#include "crypto/assert.h"
#include "node/model/model_state.h"
#include "sync/erasure.h"
#include "sync/rewind.h"

#include <stdlib.h>
#include <string.h>

/* What is new when records are tried is folded with them and forgotten with them, up to so many entries: for
 * more, the commit that keeps them is cheaper. */
enum { BATCH = 4096, BATCH_BUILDING = 16384, BATCH_TRIAL = 16 };

/* One transaction's worth of folding. */
struct fold {
    struct ys_model *model;
    struct ys_fold_turn turn;
    size_t left;  /* entries that this transaction may still fold */
    bool rewound; /* a log may have been taken back since the last look */
    bool whole;   /* this transaction looks at all logs */
    bool trial;   /* nothing of it stays: no log is folded again */
    uint64_t total;
};

/* A log as the model has it. */
struct folded {
    int64_t no;
    uint64_t size, changed;
    struct ys_hash root;
    struct ys_hash keys; /* by which its signers were told */
    bool keys_moved;     /* those of now are others */
    bool fresh;          /* it was not there before */
};

static enum ys_code find_log(struct ys_model *model, const char *origin, struct folded *out,
                             bool *found, struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_FIND_LOG];
    ys_query_set_text(query, 1, ys_bytes_of_text(origin));
    const enum ys_code code = ys_query_step(query, found, err);
    if (code != YS_OK || !*found)
        return code;
    const struct ys_bytes root = ys_query_blob(query, 2);
    out->no = ys_query_int(query, 0);
    out->size = (uint64_t)ys_query_int(query, 1);
    out->changed = (uint64_t)ys_query_int(query, 3);
    const struct ys_bytes keys = ys_query_blob(query, 4);
    if (keys.size == sizeof out->keys.bytes)
        memcpy(out->keys.bytes, keys.data, keys.size);
    if (root.size == sizeof out->root.bytes)
        memcpy(out->root.bytes, root.data, root.size);
    ys_query_reset(query);
    return YS_OK;
}

static enum ys_code begin_log(struct ys_model *model, const struct ys_log *log, struct folded *out,
                              struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_BEGIN_LOG];
    bool found = false;
    *out = (struct folded){.size = 0};
    enum ys_code code = find_log(model, log->origin_text, out, &found, err);
    if (code != YS_OK || found)
        return code;
    ys_query_set_text(query, 1, ys_bytes_of_text(log->origin_text));
    ys_query_set_text(query, 2, ys_bytes_of_text(log->origin.division.digits));
    ys_query_set_text(query, 3,
                      ys_bytes_of_text(ys_level_name(ys_division_level(&log->origin.division))));
    ys_query_set_int(query, 4, log->origin.incarnation);
    code = ys_query_run(query, err);
    out->fresh = true;
    return code == YS_OK ? find_log(model, log->origin_text, out, &found, err) : code;
}

static enum ys_code move_log(struct fold *fold, const struct ys_log *log, struct folded *folded,
                             uint64_t size, struct ys_err *err)
{
    struct ys_query *const query = fold->model->query[YS_MODEL_MOVE_LOG];
    enum ys_code code = ys_log_root_at(fold->turn.txn, log, size, &folded->root, err);
    if (code != YS_OK)
        return code;
    folded->size = size;
    folded->changed = log->changed;
    ys_query_set_int(query, 1, folded->no);
    ys_query_set_int(query, 2, (int64_t)size);
    ys_query_set_blob(query, 3, (struct ys_bytes){folded->root.bytes, sizeof folded->root.bytes});
    ys_query_set_int(query, 4, (int64_t)folded->changed);
    ys_query_set_blob(query, 5, (struct ys_bytes){folded->keys.bytes, sizeof folded->keys.bytes});
    return ys_query_run(query, err);
}

/* Remove what was folded of a log, which the store has in another form now. */
static enum ys_code unfold_log(struct fold *fold, const struct ys_log *log, struct folded *folded,
                               struct ys_err *err)
{
    struct ys_query *const query = fold->model->query[YS_MODEL_NEXT_RECORD];
    struct ys_query *const cut = fold->model->query[YS_MODEL_CUT_VERDICTS];
    int64_t number = ys_model_number(folded->no, 0);
    enum ys_code code = ys_building_end_entries(fold->model, &fold->turn, err);
    while (code == YS_OK) {
        bool row = false;
        ys_query_set_int(query, 1, number);
        ys_query_set_int(query, 2, ys_model_number(folded->no + 1, 0));
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        number = ys_query_int(query, 0);
        ys_query_reset(query);
        code = ys_content_drop(fold->model, number++, err);
        if (code != YS_OK)
            break;
    }
    ys_query_set_int(cut, 1, folded->no);
    if (code == YS_OK)
        code = ys_query_run(cut, err);
    return code == YS_OK ? move_log(fold, log, folded, 0, err) : code;
}

/* Is what was folded still the beginning of the log? */
static enum ys_code check_past(struct fold *fold, const struct ys_log *log, struct folded *folded,
                               struct ys_err *err)
{
    struct ys_hash root;
    if (folded->size == 0 || !fold->rewound)
        return YS_OK;
    if (folded->size <= log->frontier.size) {
        const enum ys_code code = ys_log_root_at(fold->turn.txn, log, folded->size, &root, err);
        if (code != YS_OK || ys_hash_equal(&root, &folded->root))
            return code;
    }
    return unfold_log(fold, log, folded, err);
}

static enum ys_code fold_alone(struct fold *fold, const struct ys_log *log,
                               const struct folded *folded, uint64_t index, enum ys_verdict raw,
                               struct ys_err *err)
{
    struct ys_fold_turn *const turn = &fold->turn;
    const struct ys_intake_source source = ys_fold_turn_source(turn, log);
    struct ys_intake intake;
    ys_arena_clear(&turn->arena);
    const enum ys_code code =
        ys_intake_read(&source, turn->txn, index, raw, &turn->arena, &intake, err);
    return code == YS_OK ? ys_content_fold(fold->model, turn, folded->no, index, &intake, err)
                         : code;
}

static enum ys_code refold(struct fold *fold, const struct ys_log *log, const struct folded *folded,
                           uint64_t index, enum ys_verdict raw, struct ys_err *err)
{
    enum ys_code code = ys_building_end_entries(fold->model, &fold->turn, err);
    if (code == YS_OK)
        code = ys_content_drop(fold->model, ys_model_number(folded->no, index), err);
    return code == YS_OK ? fold_alone(fold, log, folded, index, raw, err) : code;
}

/* Of an entry that is ok: have other bodies signed it than was told when it was folded? */
static enum ys_code compare_signers(struct fold *fold, const struct ys_log *log,
                                    const struct folded *folded, uint64_t index, bool *differ_out,
                                    struct ys_err *err)
{
    struct ys_query *const find = fold->model->query[YS_MODEL_FIND_SIGNERS];
    const struct ys_intake_source source = ys_fold_turn_source(&fold->turn, log);
    unsigned signers = 0;
    bool row = false;
    enum ys_code code = ys_intake_signers(&source, fold->turn.txn, index, &signers, err);
    ys_query_set_int(find, 1, ys_model_number(folded->no, index));
    if (code == YS_OK)
        code = ys_query_step(find, &row, err);
    *differ_out = code == YS_OK && (!row || ys_query_int(find, 0) != (int64_t)signers);
    ys_query_reset(find);
    return code;
}

/* Fold again what has another verdict now, what nobody has judged but we can, and what others have signed
 * because the unit has other keys. */
static enum ys_code compare_verdicts(struct fold *fold, const struct ys_log *log,
                                     const struct folded *folded, uint64_t chunk,
                                     struct ys_err *err)
{
    struct ys_query *const find = fold->model->query[YS_MODEL_FIND_VERDICTS];
    struct ys_query *const put = fold->model->query[YS_MODEL_PUT_VERDICTS];
    uint8_t now[YS_STATUS_ROW_LEN];
    uint8_t before[YS_STATUS_ROW_LEN] = {0};
    bool row = false;
    enum ys_code code = ys_status_row(fold->turn.txn, log->id, chunk, now, err);
    ys_query_set_int(find, 1, folded->no);
    ys_query_set_int(find, 2, (int64_t)chunk);
    if (code == YS_OK)
        code = ys_query_step(find, &row, err);
    if (code != YS_OK)
        return code;
    if (row && ys_query_blob(find, 0).size == sizeof before)
        memcpy(before, ys_query_blob(find, 0).data, sizeof before);
    ys_query_reset(find);
    const uint64_t first = chunk * YS_STATUS_CHUNK;
    const uint64_t end =
        folded->size - first < YS_STATUS_CHUNK ? folded->size : first + YS_STATUS_CHUNK;
    const bool same = memcmp(now, before, sizeof now) == 0;
    for (uint64_t i = first; code == YS_OK && i < end; i++) {
        const enum ys_verdict is = ys_status_in_row(now, (unsigned)(i - first));
        bool moved = is != ys_status_in_row(before, (unsigned)(i - first)) ||
                     (is == YS_VERDICT_UNCHECKED && fold->turn.options->member != NULL);
        if (!moved && folded->keys_moved && is == YS_VERDICT_OK)
            code = compare_signers(fold, log, folded, i, &moved, err);
        if (code == YS_OK && moved)
            code = refold(fold, log, folded, i, is, err);
    }
    if (code != YS_OK || same)
        return code;
    ys_query_set_int(put, 1, folded->no);
    ys_query_set_int(put, 2, (int64_t)chunk);
    ys_query_set_blob(put, 3, (struct ys_bytes){now, sizeof now});
    return ys_query_run(put, err);
}

/* Bodies that were missing may have come. */
static enum ys_code fill_bodies(struct fold *fold, const struct ys_log *log,
                                const struct folded *folded, struct ys_err *err)
{
    struct ys_query *const query = fold->model->query[YS_MODEL_NEXT_LACKING];
    enum ys_code code = YS_OK;
    uint64_t from = 0;
    for (;;) {
        enum ys_verdict raw = YS_VERDICT_UNCHECKED;
        struct ys_entry entry;
        bool row = false;
        ys_query_set_int(query, 1, folded->no);
        ys_query_set_int(query, 2, (int64_t)from);
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            return code;
        const uint64_t index = (uint64_t)ys_query_int(query, 0);
        ys_query_reset(query);
        from = index + 1;
        code = ys_log_entry(fold->turn.txn, log->id, index, &entry, err);
        if (code == YS_OK)
            code = ys_status_get(fold->turn.txn, log->id, index, &raw, err);
        if (code == YS_OK && entry.content != YS_CONTENT_ABSENT)
            code = refold(fold, log, folded, index, raw, err);
        if (code != YS_OK)
            return code;
    }
}

static void send_batch(struct fold *fold, const struct ys_log *log,
                       const uint8_t row[YS_STATUS_ROW_LEN], uint64_t first, uint64_t end,
                       struct ys_intake_batch *batch)
{
    batch->source = ys_fold_turn_source(&fold->turn, log);
    batch->first = first;
    batch->count = end - first < YS_INTAKE_BATCH ? (size_t)(end - first) : YS_INTAKE_BATCH;
    for (size_t i = 0; i < batch->count; i++)
        batch->raw[i] = ys_status_in_row(row, (unsigned)((first + i) % YS_STATUS_CHUNK));
    ys_errands_send(fold->turn.errands, &batch->errand);
}

/* Put its entries if `code` is YS_OK; wait for it in any case. */
static enum ys_code take_batch(struct fold *fold, const struct folded *folded,
                               const struct ys_intake_batch *batch, enum ys_code code,
                               struct ys_err *err)
{
    const enum ys_code read =
        ys_errands_wait(fold->turn.errands, &batch->errand, code == YS_OK ? err : NULL);
    if (code == YS_OK)
        code = read;
    for (size_t i = 0; code == YS_OK && i < batch->count; i++) {
        const uint64_t index = batch->first + i;
        code = batch->item[i].later
                   ? fold_alone(fold, batch->source.log, folded, index, batch->raw[i], err)
                   : ys_content_fold(fold->model, &fold->turn, folded->no, index, &batch->item[i],
                                     err);
    }
    return code;
}

/* Entries [first, end), which share a row of verdicts: some are read while others are put. */
static enum ys_code take_range(struct fold *fold, const struct ys_log *log,
                               const struct folded *folded, const uint8_t row[YS_STATUS_ROW_LEN],
                               uint64_t first, uint64_t end, struct ys_err *err)
{
    struct ys_intake_batch *const batch = fold->turn.batch;
    enum ys_code code = YS_OK;
    uint64_t next = first;
    uint64_t sent = 0;
    uint64_t taken = 0;
    while ((code == YS_OK && next < end) || taken < sent) {
        if (code == YS_OK && next < end && sent - taken < YS_FOLD_BATCHES) {
            struct ys_intake_batch *const fresh = &batch[sent++ % YS_FOLD_BATCHES];
            send_batch(fold, log, row, next, end, fresh);
            next += fresh->count;
        } else { /* the log is lent until all are back */
            code = take_batch(fold, folded, &batch[taken++ % YS_FOLD_BATCHES], code, err);
        }
    }
    return code;
}

/* New entries, as many as this transaction may still take. */
static enum ys_code take_new(struct fold *fold, const struct ys_log *log, struct folded *folded,
                             struct ys_err *err)
{
    uint8_t row[YS_STATUS_ROW_LEN];
    struct ys_query *const put = fold->model->query[YS_MODEL_PUT_VERDICTS];
    uint64_t index = folded->size;
    enum ys_code code = YS_OK;
    while (code == YS_OK && index < log->frontier.size && fold->left > 0) {
        const uint64_t chunk = index / YS_STATUS_CHUNK;
        uint64_t end = (chunk + 1) * YS_STATUS_CHUNK;
        end = end < log->frontier.size ? end : log->frontier.size;
        end = end - index < fold->left ? end : index + fold->left;
        code = ys_status_row(fold->turn.txn, log->id, chunk, row, err);
        if (code == YS_OK)
            code = take_range(fold, log, folded, row, index, end, err);
        fold->left -= (size_t)(end - index);
        index = end;
        ys_query_set_int(put, 1, folded->no);
        ys_query_set_int(put, 2, (int64_t)chunk);
        ys_query_set_blob(put, 3, (struct ys_bytes){row, sizeof row});
        if (code == YS_OK)
            code = ys_query_run(put, err);
    }
    return code == YS_OK ? move_log(fold, log, folded, index, err) : code;
}

/* A key that became known, or was cut, changes who is told to have signed, also where the verdict
 * stays. Without a membership nothing can be told, and nothing is changed. */
static void look_at_keys(struct fold *fold, const struct ys_log *log, struct folded *folded)
{
    struct ys_hash now;
    if (fold->turn.options->member == NULL)
        return;
    ys_fold_turn_keys(&fold->turn, log, &now);
    folded->keys_moved = !ys_hash_equal(&now, &folded->keys);
    folded->keys = now;
}

static enum ys_code fold_log(struct fold *fold, const struct ys_log *log, struct ys_err *err)
{
    struct folded folded;
    enum ys_code code = begin_log(fold->model, log, &folded, err);
    if (code == YS_OK)
        code = check_past(fold, log, &folded, err);
    if (code == YS_OK)
        look_at_keys(fold, log, &folded);
    if (fold->trial && folded.keys_moved && folded.size > 0)
        fold->left = 0;
    if (fold->trial && fold->left == 0)
        return code;
    for (uint64_t chunk = 0; code == YS_OK && chunk * YS_STATUS_CHUNK < folded.size; chunk++)
        code = compare_verdicts(fold, log, &folded, chunk, err);
    if (code == YS_OK && (folded.fresh || folded.changed != log->changed))
        code = ys_node_log_keep(fold->model, fold->turn.txn, log, folded.no, err);
    if (code == YS_OK && folded.changed != log->changed)
        code = fill_bodies(fold, log, &folded, err);
    if (code == YS_OK &&
        (folded.changed != log->changed || folded.size < log->frontier.size || folded.keys_moved))
        code = take_new(fold, log, &folded, err);
    fold->total += log->frontier.size;
    return code;
}

static enum ys_code look_for_rewinds(struct fold *fold, struct ys_err *err)
{
    uint64_t now = 0;
    uint64_t before = 0;
    enum ys_code code = ys_rewinds_load(fold->turn.txn, &now, err);
    if (code == YS_OK)
        code = ys_model_load_number(fold->model, "rewinds", &before, err);
    fold->rewound = now != before;
    if (code == YS_OK && fold->rewound)
        code = ys_model_save_number(fold->model, "rewinds", now, err);
    return code;
}

/* Bodies that gave way to a tombstone since, or came to be absent again, of entries that were folded. */
static enum ys_code fold_erased(struct fold *fold, struct ys_err *err)
{
    static const char name[] = "erased";
    uint64_t before = 0;
    enum ys_code code = ys_model_load_number(fold->model, name, &before, err);
    uint64_t counter = before;
    bool refolded = false;
    while (code == YS_OK) {
        enum ys_verdict raw = YS_VERDICT_UNCHECKED;
        struct ys_erased erased;
        struct folded folded;
        struct ys_log log;
        code = ys_erased_next(fold->turn.txn, counter, &erased, err);
        if (code != YS_OK)
            break;
        counter = erased.counter;
        const struct ys_position at = erased.at;
        code = ys_log_load(fold->turn.txn, at.log_id, &log, err);
        if (code == YS_OK)
            code = begin_log(fold->model, &log, &folded, err);
        if (code != YS_OK || at.index >= folded.size || at.index >= log.frontier.size)
            continue;
        code = ys_status_get(fold->turn.txn, log.id, at.index, &raw, err);
        if (code == YS_OK)
            code = refold(fold, &log, &folded, at.index, raw, err);
        refolded = true;
    }
    if (code == YS_NOT_FOUND && counter != before)
        code = ys_model_save_number(fold->model, name, counter, err);
    if (code == YS_OK && refolded)
        code = ys_model_save_number(fold->model, YS_MODEL_UNCLEAN, 1, err);
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* Goes on where the transaction before stopped, so that a long catch-up does not look at all logs
 * again and again; where that was at the end of them, it only counts. */
static enum ys_code fold_all(struct fold *fold, struct ys_err *err)
{
    struct ys_model *const model = fold->model;
    struct ys_log log;
    enum ys_code code = look_for_rewinds(fold, err);
    if (fold->rewound)
        model->resume = 0;
    if (code == YS_OK)
        code = fold_erased(fold, err);
    fold->whole = model->resume == 0;
    for (uint32_t id = 0; code == YS_OK; id = log.id + 1) {
        code = ys_log_next(fold->turn.txn, id, &log, err);
        if (code == YS_NOT_FOUND)
            break;
        if (code != YS_OK)
            return code;
        if (log.id < model->resume || (fold->left == 0 && !fold->rewound)) {
            fold->total += log.frontier.size;
            continue;
        }
        code = fold_log(fold, &log, err);
        if (fold->left == 0 && !fold->rewound)
            model->resume = log.id;
    }
    if (code == YS_NOT_FOUND && fold->left > 0)
        model->resume = UINT32_MAX;
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* Entries that have been folded, of all logs. */
static enum ys_code count_folded(struct ys_model *model, uint64_t *out, struct ys_err *err)
{
    bool row = false;
    const enum ys_code code = ys_query_step(model->query[YS_MODEL_FOLDED], &row, err);
    if (code != YS_OK)
        return code;
    *out = row ? (uint64_t)ys_query_int(model->query[YS_MODEL_FOLDED], 0) : 0;
    ys_query_reset(model->query[YS_MODEL_FOLDED]);
    return YS_OK;
}

enum ys_code ys_model_fold(struct ys_model *model, const struct ys_fold_options *options,
                           bool *more_out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct fold fold = {.model = model,
                        .left = options->batch == 0 ? BATCH : options->batch,
                        .turn = {.options = options}};
    uint64_t folded = 0;
    *more_out = false;
    enum ys_code code = ys_building_enter(model, err);
    if (code == YS_OK) {
        code = ys_store_begin(options->store, false, &txn, err);
        fold.turn.txn = txn;
        if (code == YS_OK)
            code = ys_fold_turn_begin(&fold.turn, err);
        if (options->batch == 0 &&
            (model->building == YS_BUILDING_ENTRIES || model->building == YS_BUILDING_MATTERS))
            fold.left = BATCH_BUILDING;
        if (code == YS_OK)
            code = fold_all(&fold, err);
        if (code == YS_OK)
            code = count_folded(model, &folded, err);
        if (code == YS_OK && fold.left > 0)
            code = ys_building_end_entries(model, &fold.turn, err);
        if (code == YS_OK)
            code = ys_building_refresh_later(model, &fold.turn, err);
        if (code == YS_OK && fold.left > 0)
            code = ys_matters_settle(model, &fold.turn, &fold.left, err);
        if (code == YS_OK && fold.left > 0)
            code = ys_building_end_matters(model, err);
        code = ys_model_end(model, code, err);
    }
    ys_fold_turn_clear(&fold.turn);
    if (code != YS_OK) {
        model->resume = 0;
        return code;
    }
    /* All is shown once a look at all logs has left nothing over. */
    *more_out = !fold.whole || folded < fold.total || fold.left == 0;
    if (fold.left > 0)
        model->resume = 0;
    if (options->progress != NULL)
        options->progress(options->context, folded, fold.total);
    return YS_OK;
}

enum ys_code ys_trial_entry(const struct ys_trial_place *tried, struct ys_txn *txn, uint32_t log_id,
                            uint64_t index, struct ys_entry *out, struct ys_err *err)
{
    if (tried->trial == NULL || log_id != tried->log_id || index < tried->first)
        return ys_log_entry(txn, log_id, index, out, err);
    YS_ASSERT(index - tried->first < tried->trial->count);
    const struct ys_trial_record *const record = &tried->trial->record[index - tried->first];
    *out =
        (struct ys_entry){.note = record->text, .content = YS_CONTENT_BODY, .body = record->body};
    return YS_OK;
}

static enum ys_code fold_tried(struct fold *fold, const struct folded *folded, size_t nth,
                               struct ys_err *err)
{
    struct ys_fold_turn *const turn = &fold->turn;
    const struct ys_trial_record *const record = &turn->tried.trial->record[nth];
    const uint64_t index = turn->tried.first + nth;
    struct ys_entry entry;
    struct ys_intake intake;
    const enum ys_code code =
        ys_trial_entry(&turn->tried, turn->txn, turn->tried.log_id, index, &entry, err);
    if (code != YS_OK)
        return code;
    ys_arena_clear(&turn->arena);
    ys_intake_take(record->text, &entry, record->signers, &turn->arena, &intake);
    return ys_content_fold(fold->model, turn, folded->no, index, &intake, err);
}

/* What is new in the store, then the records that are tried. */
static enum ys_code fold_trial(struct fold *fold, const struct ys_trial *trial, int64_t *first_out,
                               struct ys_err *err)
{
    struct ys_model *const model = fold->model;
    struct folded folded;
    struct ys_log log;
    if (model->building != YS_BUILT && model->building != YS_BUILT_IN_HASTE)
        return ys_fail(err, YS_BUSY, "read model: it is being made anew; try again");
    fold->trial = true;
    enum ys_code code = ys_log_find(fold->turn.txn, trial->origin, &log, err);
    if (code != YS_OK)
        return code;
    model->resume = 0;
    code = fold_all(fold, err);
    if (code == YS_OK && fold->left == 0)
        return ys_fail(err, YS_BUSY, "read model: it is behind the store; try again");
    fold->left = SIZE_MAX;
    if (code == YS_OK)
        code = begin_log(model, &log, &folded, err);
    fold->turn.tried =
        (struct ys_trial_place){.trial = trial, .log_id = log.id, .first = log.frontier.size};
    model->trying = true;
    if (code == YS_OK)
        code = ys_sql_run(model->sql, "DELETE FROM touched", err);
    for (size_t i = 0; code == YS_OK && i < trial->count; i++)
        code = fold_tried(fold, &folded, i, err);
    model->trying = false;
    if (code == YS_OK)
        code = ys_building_refresh_later(model, &fold->turn, err);
    if (code == YS_OK)
        code = ys_matters_settle(model, &fold->turn, &fold->left, err);
    model->resume = 0;
    if (code == YS_OK)
        *first_out = ys_model_number(folded.no, log.frontier.size);
    return code;
}

enum ys_code ys_trial_begin(struct ys_model *model, const struct ys_fold_options *options,
                            const struct ys_trial *trial, int64_t *first_out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct fold fold = {.model = model, .left = BATCH_TRIAL, .turn = {.options = options}};
    enum ys_code code = ys_building_enter(model, err);
    if (code != YS_OK)
        return code;
    code = ys_store_begin(options->store, false, &txn, err);
    fold.turn.txn = txn;
    if (code == YS_OK)
        code = ys_fold_turn_begin(&fold.turn, err);
    if (code == YS_OK)
        code = fold_trial(&fold, trial, first_out, err);
    if (code != YS_OK)
        ys_trial_end(model);
    ys_fold_turn_clear(&fold.turn);
    return code;
}

void ys_trial_end(struct ys_model *model)
{
    if (ys_sql_in_transaction(model->sql) && ys_sql_run(model->sql, "ROLLBACK", NULL) != YS_OK)
        return; /* closing undoes it, too */
}

enum ys_code ys_model_catch_up(struct ys_model *model, const struct ys_fold_options *options,
                               struct ys_err *err)
{
    bool more = true;
    enum ys_code code = YS_OK;
    while (code == YS_OK && more)
        code = ys_model_fold(model, options, &more, err);
    return code;
}
