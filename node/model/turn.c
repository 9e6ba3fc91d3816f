/* What one transaction of the fold works with. */
#include "node/model/model_state.h"

#include <stdlib.h>
#include <string.h>

enum { TURN_BYTES_MAX = 512 << 20 };

/* By unit; those of one unit in the order in which they were registered. */
static int by_unit(const void *a, const void *b)
{
    const struct ys_member_key *const x = *(const struct ys_member_key *const *)a;
    const struct ys_member_key *const y = *(const struct ys_member_key *const *)b;
    const int order = strcmp(x->name.division.digits, y->name.division.digits);
    return order != 0 ? order : x < y ? -1 : x > y; /* they lie in one array */
}

static enum ys_code load_members(struct ys_fold_turn *turn, struct ys_err *err)
{
    const struct ys_member *const member = turn->options->member;
    if (member == NULL)
        return YS_OK;
    const size_t count = ys_member_key_count(member);
    turn->body_key = calloc(count + 1, sizeof(const struct ys_member_key *));
    if (turn->body_key == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    for (size_t i = 0; i < count; i++) {
        const struct ys_member_key *const key = ys_member_key_at(member, i);
        if (key->name.kind == YS_NAME_BODY)
            turn->body_key[turn->body_key_count++] = key;
    }
    qsort(turn->body_key, turn->body_key_count, sizeof(const struct ys_member_key *), by_unit);
    return YS_OK;
}

/* Keys of the bodies of one unit; a log's records come in runs. */
static void gather_keys(struct ys_fold_turn *turn, const struct ys_log *log)
{
    const char *const unit = log->origin.division.digits;
    size_t low = 0;
    size_t high = turn->body_key_count;
    if (turn->keys_of == log->id + UINT64_C(1) || turn->options->member == NULL)
        return;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(turn->body_key[middle]->name.division.digits, unit) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    turn->keys_of = log->id + UINT64_C(1);
    turn->key = turn->body_key + low;
    turn->key_count = 0;
    while (low + turn->key_count < turn->body_key_count &&
           strcmp(turn->key[turn->key_count]->name.division.digits, unit) == 0)
        turn->key_count++;
}

void ys_fold_turn_keys(struct ys_fold_turn *turn, const struct ys_log *log, struct ys_hash *out)
{
    struct ys_sha256 state;
    ys_sha256_init(&state);
    gather_keys(turn, log);
    for (size_t i = 0; i < turn->key_count; i++) {
        const struct ys_member_key *const key = turn->key[i];
        uint8_t range[16];
        ys_be64_put(range, key->from);
        ys_be64_put(range + 8, key->cut);
        ys_sha256_update(&state, ys_bytes_of_text(key->vkey.name));
        ys_sha256_update(&state, (struct ys_bytes){key->vkey.key, sizeof key->vkey.key});
        ys_sha256_update(&state, (struct ys_bytes){range, sizeof range});
    }
    ys_sha256_final(&state, out);
}

struct ys_intake_source ys_fold_turn_source(struct ys_fold_turn *turn, const struct ys_log *log)
{
    gather_keys(turn, log);
    return (struct ys_intake_source){.log = log,
                                     .member = turn->options->member,
                                     .key_count = turn->key_count,
                                     .key = turn->key};
}

enum ys_code ys_fold_turn_begin(struct ys_fold_turn *turn, struct ys_err *err)
{
    ys_arena_init(&turn->arena, TURN_BYTES_MAX);
    enum ys_code code = load_members(turn, err);
    if (code == YS_OK)
        code = ys_errands_new(turn->options->store, turn->txn, &turn->errands, err);
    if (code != YS_OK)
        return code;
    turn->batch = calloc(YS_FOLD_BATCHES, sizeof *turn->batch);
    if (turn->batch == NULL)
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    for (size_t i = 0; i < YS_FOLD_BATCHES; i++)
        ys_intake_batch_init(&turn->batch[i]);
    return YS_OK;
}

void ys_fold_turn_clear(struct ys_fold_turn *turn)
{
    ys_errands_free(turn->errands);
    for (size_t i = 0; turn->batch != NULL && i < YS_FOLD_BATCHES; i++)
        ys_intake_batch_clear(&turn->batch[i]);
    free(turn->batch);
    ys_parameter_rows_clear(&turn->parameters);
    free(turn->body_key);
    ys_arena_clear(&turn->arena);
}

enum ys_code ys_fold_turn_body(struct ys_fold_turn *turn, const char *origin, uint64_t index,
                               const Yishi__V1__Body **out, struct ys_err *err)
{
    struct ys_entry entry;
    *out = NULL;
    if (strcmp(turn->log.origin_text, origin) != 0) {
        const enum ys_code code = ys_log_find(turn->txn, origin, &turn->log, err);
        if (code != YS_OK)
            return code;
    }
    const enum ys_code code =
        ys_trial_entry(&turn->tried, turn->txn, turn->log.id, index, &entry, err);
    if (code == YS_OK && entry.content == YS_CONTENT_BODY &&
        ys_body_unpack(entry.body, &turn->arena, out, NULL) != YS_OK)
        *out = NULL;
    return code;
}
