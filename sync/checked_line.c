#include "sync/checked_line.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 64 };

struct ys_checked_line {
    struct ys_hash hash;
    bool used;
    uint32_t round; /* in which it was last met */
};

void ys_checked_lines_clear(struct ys_checked_lines *lines)
{
    free(lines->place);
    *lines = (struct ys_checked_lines){0};
}

/* The place of this hash, or the free one where it belongs. There is always a free one. */
static struct ys_checked_line *place_of(const struct ys_checked_lines *lines,
                                        const struct ys_hash *hash)
{
    size_t at = (size_t)ys_be64_get(hash->bytes) & (lines->capacity - 1);
    while (lines->place[at].used && !ys_hash_equal(&lines->place[at].hash, hash))
        at = (at + 1) & (lines->capacity - 1);
    return &lines->place[at];
}

/* Move what was met in this round, or all, to a table of this capacity. */
static bool move_to(struct ys_checked_lines *lines, size_t capacity, bool all)
{
    struct ys_checked_lines next = {.capacity = capacity, .round = lines->round};
    next.place = calloc(capacity, sizeof *next.place);
    if (next.place == NULL)
        return false;
    for (size_t i = 0; i < lines->capacity; i++) {
        const struct ys_checked_line *const line = &lines->place[i];
        if (!line->used || (!all && line->round != lines->round))
            continue;
        *place_of(&next, &line->hash) = *line;
        next.count++;
    }
    free(lines->place);
    *lines = next;
    return true;
}

static void remember(struct ys_checked_lines *lines, const struct ys_hash *hash)
{
    if (lines->count >= lines->capacity / 2 &&
        !move_to(lines, lines->capacity == 0 ? LEAST : lines->capacity * 2, true))
        return;
    *place_of(lines, hash) =
        (struct ys_checked_line){.hash = *hash, .used = true, .round = lines->round};
    lines->count++;
}

/* Everything that ys_note_check looks at once it has found the line. */
static void hash_line(const struct ys_note *note, const struct ys_note_line *line,
                      const struct ys_vkey *key, struct ys_hash *out)
{
    struct ys_sha256 state;
    uint8_t head[8 + 1 + YS_PUBKEY_LEN];
    ys_be64_put(head, note->text.size);
    head[8] = (uint8_t)key->type;
    memcpy(head + 9, key->key, YS_PUBKEY_LEN);
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

enum ys_line_verdict ys_checked_line(struct ys_checked_lines *lines, const struct ys_note *note,
                                     const struct ys_vkey *key)
{
    struct ys_hash hash;
    const struct ys_note_line *const line = line_of(note, key);
    if (line == NULL)
        return YS_LINE_ABSENT;
    hash_line(note, line, key, &hash);
    if (lines->capacity != 0) {
        struct ys_checked_line *const known = place_of(lines, &hash);
        if (known->used) {
            known->round = lines->round;
            return YS_LINE_GOOD;
        }
    }
    const enum ys_line_verdict verdict = ys_note_check(note, key, NULL);
    if (verdict == YS_LINE_GOOD)
        remember(lines, &hash);
    return verdict;
}

void ys_checked_lines_end_round(struct ys_checked_lines *lines)
{
    size_t met = 0;
    for (size_t i = 0; i < lines->capacity; i++)
        met += lines->place[i].used && lines->place[i].round == lines->round;
    size_t capacity = LEAST;
    while (met >= capacity / 2)
        capacity *= 2;
    if (met < lines->count && !move_to(lines, capacity, false))
        return; /* they are forgotten after another round */
    lines->round++;
}
