/* What streets and the district say of the heads that they cosigned, and such heads. */
#include "tests/support/year_state.h"

#include <stdlib.h>
#include <string.h>

enum { STREET_AFTER_S = 300, SYNC_S = 5400 };

static void add_receipt(struct year_pen *pen, Yishi__V1__Receipts *b, const struct year_log *log,
                        uint64_t size, uint64_t time_s)
{
    Yishi__V1__Receipt *const receipt = year_make(pen, &yishi__v1__receipt__descriptor);
    uint8_t *const bytes = year_room(pen, YS_HASH_LEN);
    struct ys_hash root;
    ys_frontier_root(&log->frontier, &root);
    memcpy(bytes, root.bytes, YS_HASH_LEN);
    receipt->log = year_say(pen, "%s", log->text);
    YEAR_SET(receipt, size, size);
    YEAR_SET(receipt, root, ((ProtobufCBinaryData){YS_HASH_LEN, bytes}));
    YEAR_SET(receipt, time, time_s);
    b->receipts[b->n_receipts++] = receipt;
}

/* Some time in the last hour and a half, but not before the log's newest record was signed. */
static uint64_t time_of(struct year_pen *pen, const struct year_log *log)
{
    const uint64_t time_s = pen->step->at_s - 60 - rng_below(&pen->rng, SYNC_S);
    return time_s > log->last_at_s ? time_s : log->last_at_s + 1;
}

static Yishi__V1__Receipts *begin(struct year_pen *pen)
{
    Yishi__V1__Receipts *const b = YEAR_BEGIN(pen, receipts, RECEIPTS);
    b->receipts = year_room(pen, YS_BODY_REPEATED_MAX * sizeof(void *));
    return b;
}

/* The street has all that its communities hold; one in forty was not connected that day. */
static bool write_street(struct year_pen *pen)
{
    struct year *const y = pen->year;
    Yishi__V1__Receipts *const b = begin(pen);
    for (unsigned i = year_first_community(y); i < y->log_count; i++) {
        struct year_log *const log = &y->log[i];
        if (y->unit[log->unit].parent != pen->step->unit ||
            log->frontier.size == log->street_said || dice_permille(&pen->rng, 25))
            continue;
        log->street_size = log->frontier.size;
        log->street_time_s = time_of(pen, log);
        log->street_root = log->frontier;
        add_receipt(pen, b, log, log->street_size, log->street_time_s);
        log->street_said = log->street_size;
    }
    return b->n_receipts > 0;
}

/* The district has what the streets had when they said so. Streets first: what they say of keys then is
 * older than what the communities wrote after it. */
static bool write_district(struct year_pen *pen)
{
    struct year *const y = pen->year;
    Yishi__V1__Receipts *const b = begin(pen);
    for (unsigned i = 1; i < y->log_count; i++) {
        struct year_log *const log = &y->log[i];
        const bool street = y->unit[log->unit].level == YS_LEVEL_STREET;
        struct year_log held = *log;
        if (!street)
            held.frontier = log->street_root;
        if (held.frontier.size == log->district_said || b->n_receipts == YS_BODY_REPEATED_MAX)
            continue;
        const uint64_t seen_s = street ? log->last_at_s : log->street_time_s;
        const uint64_t after = street ? STREET_AFTER_S : STREET_AFTER_S * 4;
        add_receipt(pen, b, &held, held.frontier.size, seen_s + after + rng_below(&pen->rng, 240));
        log->district_said = held.frontier.size;
    }
    return b->n_receipts > 0;
}

bool year_write_receipts(struct year_pen *pen)
{
    return pen->step->unit == 0 ? write_district(pen) : write_street(pen);
}

struct ys_bytes year_head(const struct year *y, unsigned number, uint8_t buffer[YEAR_HEAD_MAX])
{
    const struct year_log *const log = &y->log[number];
    const struct year_unit *const unit = &y->unit[log->unit];
    struct ys_writer w = {.data = buffer, .capacity = YEAR_HEAD_MAX};
    struct ys_checkpoint checkpoint = {.size = log->frontier.size};
    struct ys_note note;
    struct ys_err err = {0};
    uint8_t text[YS_CHECKPOINT_TEXT_MAX];
    memcpy(checkpoint.origin, log->text, sizeof checkpoint.origin);
    ys_frontier_root(&log->frontier, &checkpoint.root);
    year_must(ys_checkpoint_sign(&w, &checkpoint, log->key, &err), &err);
    year_must(ys_note_parse((struct ys_bytes){w.data, w.size}, &note, &err), &err);
    memcpy(text, note.text.data, note.text.size);
    const struct ys_bytes signed_text = {text, note.text.size};
    const uint64_t time_s = log->last_at_s + STREET_AFTER_S;
    if (unit->level == YS_LEVEL_COMMUNITY)
        ys_note_sign_line(&w, &y->unit[unit->parent].keys.mirror, signed_text, time_s);
    if (unit->level != YS_LEVEL_DISTRICT)
        ys_note_sign_line(&w, &y->unit[0].keys.mirror, signed_text, time_s + STREET_AFTER_S);
    if (w.overflow)
        abort();
    return (struct ys_bytes){w.data, w.size};
}
