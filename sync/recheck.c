#include "sync/recheck.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 64 };

struct ys_rechecked {
    struct ys_hash hash;
    bool used;
    uint32_t round; /* in which it was last met */
};

void ys_recheck_clear(struct ys_recheck *recheck)
{
    free(recheck->place);
    *recheck = (struct ys_recheck){0};
}

/* The place of this hash, or the free one where it belongs. There is always a free one. */
static struct ys_rechecked *place_of(const struct ys_recheck *recheck, const struct ys_hash *hash)
{
    size_t at = (size_t)ys_be64_get(hash->bytes) & (recheck->capacity - 1);
    while (recheck->place[at].used && !ys_hash_equal(&recheck->place[at].hash, hash))
        at = (at + 1) & (recheck->capacity - 1);
    return &recheck->place[at];
}

/* Move what was met in this round, or all, to a table of this capacity. */
static bool move_to(struct ys_recheck *recheck, size_t capacity, bool all)
{
    struct ys_recheck next = {.capacity = capacity, .round = recheck->round};
    next.place = calloc(capacity, sizeof *next.place);
    if (next.place == NULL)
        return false;
    for (size_t i = 0; i < recheck->capacity; i++) {
        const struct ys_rechecked *const one = &recheck->place[i];
        if (!one->used || (!all && one->round != recheck->round))
            continue;
        *place_of(&next, &one->hash) = *one;
        next.count++;
    }
    free(recheck->place);
    *recheck = next;
    return true;
}

static bool is_known(struct ys_recheck *recheck, const struct ys_hash *hash)
{
    struct ys_rechecked *const known = recheck->capacity == 0 ? NULL : place_of(recheck, hash);
    if (known == NULL || !known->used)
        return false;
    known->round = recheck->round;
    return true;
}

static void remember(struct ys_recheck *recheck, const struct ys_hash *hash)
{
    if (recheck->count >= recheck->capacity / 2 &&
        !move_to(recheck, recheck->capacity == 0 ? LEAST : recheck->capacity * 2, true))
        return;
    *place_of(recheck, hash) =
        (struct ys_rechecked){.hash = *hash, .used = true, .round = recheck->round};
    recheck->count++;
}

/* The first byte of what is hashed says what it is. */
enum { A_LINE, A_KEY };

/* Everything that ys_note_check looks at once it has found the line. */
static void hash_line(const struct ys_note *note, const struct ys_note_line *line,
                      const struct ys_vkey *key, struct ys_hash *out)
{
    struct ys_sha256 state;
    uint8_t head[1 + 8 + 1 + YS_PUBKEY_LEN] = {A_LINE};
    ys_be64_put(head + 1, note->text.size);
    head[9] = key->type;
    memcpy(head + 10, key->key, YS_PUBKEY_LEN);
    ys_sha256_init(&state);
    ys_sha256_update(&state, (struct ys_bytes){head, sizeof head});
    ys_sha256_update(&state, note->text);
    ys_sha256_update(&state, line->base64);
    ys_sha256_final(&state, out);
}

static const struct ys_note_line *line_of(const struct ys_note *note, const struct ys_vkey *key)
{
    for (unsigned i = 0; i < note->line_count; i++)
        if (note->line[i].key_id == key->id && ys_bytes_is_text(note->line[i].name, key->name))
            return &note->line[i];
    return NULL;
}

enum ys_line_verdict ys_recheck_line(struct ys_recheck *recheck, const struct ys_note *note,
                                     const struct ys_vkey *key)
{
    struct ys_hash hash;
    const struct ys_note_line *const line = line_of(note, key);
    if (line == NULL)
        return YS_LINE_ABSENT;
    hash_line(note, line, key, &hash);
    if (is_known(recheck, &hash))
        return YS_LINE_GOOD;
    const enum ys_line_verdict verdict = ys_note_check(note, key, NULL);
    if (verdict == YS_LINE_GOOD)
        remember(recheck, &hash);
    return verdict;
}

enum ys_code ys_recheck_key(struct ys_recheck *recheck, struct ys_bytes text, struct ys_vkey *out)
{
    static const uint8_t head = A_KEY;
    struct ys_sha256 state;
    struct ys_hash hash;
    ys_sha256_init(&state);
    ys_sha256_update(&state, (struct ys_bytes){&head, 1});
    ys_sha256_update(&state, text);
    ys_sha256_final(&state, &hash);
    if (is_known(recheck, &hash))
        return ys_vkey_parse_again(text, out);
    const enum ys_code code = ys_vkey_parse(text, out);
    if (code == YS_OK)
        remember(recheck, &hash);
    return code;
}

void ys_recheck_end_round(struct ys_recheck *recheck)
{
    size_t met = 0;
    for (size_t i = 0; i < recheck->capacity; i++)
        met += recheck->place[i].used && recheck->place[i].round == recheck->round;
    size_t capacity = LEAST;
    while (met >= capacity / 2)
        capacity *= 2;
    if (met < recheck->count && !move_to(recheck, capacity, false))
        return; /* they are forgotten after another round */
    recheck->round++;
}
