/* Reading the logs of the issuers, the district's first, and what is said in them of receipts. */
#include "sync/heads.h"
#include "sync/member_state.h"

#include <stdio.h>
#include <string.h>

/* Room for an origin and a byte behind it. */
enum { PLACE_MAX = YS_KEY_NAME_MAX + 2 };

/* --- which logs there are --- */

/* Does the log belong to this federation and district? */
static bool is_ours(const struct ys_member *member, const struct ys_log *log)
{
    return strcmp(log->origin.deployment, member->root.deployment) == 0 &&
           ys_division_within(&log->origin.division, &member->root.division);
}

enum ys_code ys_member_next_log(const struct ys_member *member, struct ys_txn *txn,
                                const struct ys_division *unit, struct ys_log *log,
                                struct ys_err *err)
{
    char after[PLACE_MAX];
    if (log->origin_text[0] ==
        '\0') /* all origins of a unit begin with this, and none is shorter */
        (void)snprintf(after, sizeof after, "%s/%s", member->root.deployment, unit->digits);
    else
        memcpy(after, log->origin_text, sizeof log->origin_text);
    const enum ys_code code = ys_log_next_origin(txn, after, log, err);
    if (code == YS_OK && (!is_ours(member, log) || !ys_division_equal(&log->origin.division, unit)))
        return YS_NOT_FOUND;
    return code;
}

/* The next street of which a log is held; `street` is the one before, or the district. Its communities'
 * logs stand between, and are passed over at once: '~' is larger than any digit. */
static enum ys_code next_street(const struct ys_member *member, struct ys_txn *txn,
                                struct ys_division *street, struct ys_err *err)
{
    char after[PLACE_MAX];
    struct ys_log log;
    (void)snprintf(after, sizeof after,
                   ys_division_level(street) == YS_LEVEL_DISTRICT ? "%s/%s/~" : "%s/%s~",
                   member->root.deployment, street->digits);
    for (;;) {
        const enum ys_code code = ys_log_next_origin(txn, after, &log, err);
        if (code != YS_OK || !is_ours(member, &log))
            return code != YS_OK ? code : YS_NOT_FOUND;
        if (ys_division_level(&log.origin.division) == YS_LEVEL_STREET) {
            *street = log.origin.division;
            return YS_OK;
        }
        struct ys_division parent;
        if (!ys_division_parent(&log.origin.division, &parent)) /* no unit is without, here */
            return YS_NOT_FOUND;
        (void)snprintf(after, sizeof after, "%s/%s~", member->root.deployment, parent.digits);
    }
}

enum ys_code ys_member_counted_size(const struct ys_member *member, struct ys_txn *txn,
                                    const struct ys_log *log, uint64_t *out, struct ys_err *err)
{
    uint64_t largest = 0;
    if (member->counted != NULL) {
        const uint64_t counted = member->counted(member->counted_context, log->origin_text);
        *out = counted < log->frontier.size ? counted : log->frontier.size;
        return YS_OK;
    }
    if (ys_division_equal(&log->origin.division, &member->self) ||
        ys_division_level(&log->origin.division) == YS_LEVEL_DISTRICT) {
        *out = log->frontier.size;
        return YS_OK;
    }
    for (size_t i = 0; i < member->keys.count; i++) {
        const struct ys_member_key *const key = &member->keys.item[i];
        struct ys_receipt receipt;
        struct ys_bytes note;
        if (key->name.kind != YS_NAME_MIRROR || key->cut != UINT64_MAX ||
            !ys_division_equal(&key->name.division, &member->root.division))
            continue;
        const enum ys_code code = ys_receipt_newest(txn, log->id, &key->vkey, &receipt, &note, err);
        if (code != YS_OK && code != YS_NOT_FOUND)
            return code;
        if (code == YS_OK && receipt.size > largest)
            largest = receipt.size;
    }
    *out = largest < log->frontier.size ? largest : log->frontier.size;
    return YS_OK;
}

/* --- one log --- */

bool ys_member_is_receipts(struct ys_bytes note)
{
    struct ys_bytes text;
    struct ys_bytes kind;
    return ys_note_peek(note, &text, &kind) && ys_bytes_is_text(kind, "receipts");
}

static enum ys_code replay_log(struct ys_member *member, struct ys_txn *txn,
                               const struct ys_log *log, uint64_t limit, struct ys_err *err)
{
    for (uint64_t index = 0;;) {
        struct ys_position at;
        struct ys_entry entry;
        enum ys_code code = ys_membership_next(txn, log->id, index, &at, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && (at.log_id != log->id || at.index >= limit)))
            return YS_OK;
        if (code == YS_OK)
            code = ys_log_entry(txn, at.log_id, at.index, &entry, err);
        if (code == YS_OK && !ys_member_is_receipts(entry.note)) {
            member->content_absent = member->content_absent || entry.content == YS_CONTENT_ABSENT;
            code = ys_member_take(member, &log->origin, at, &entry, err);
        }
        if (code != YS_OK)
            return code;
        index = at.index + 1;
    }
}

/* All logs of one issuer. `part` (may be NULL) learns of them. */
static enum ys_code replay_issuer(struct ys_member *member, struct ys_txn *txn,
                                  const struct ys_division *issuer, struct member_part *part,
                                  struct ys_err *err)
{
    struct ys_log log = {.origin_text = ""};
    for (;;) {
        uint64_t limit = 0;
        enum ys_code code = ys_member_next_log(member, txn, issuer, &log, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK)
            code = ys_member_counted_size(member, txn, &log, &limit, err);
        if (code == YS_OK && part != NULL)
            code = ys_part_add_log(part, txn, &log, limit, YS_WATCH_MEMBERS, err);
        if (code == YS_OK)
            code = replay_log(member, txn, &log, limit, err);
        if (code != YS_OK)
            return code;
    }
}

/* --- the district's receipts --- */

static enum ys_code add_receipts(struct ys_member *member, const Yishi__V1__Receipts *receipts,
                                 uint64_t order, uint64_t index, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < receipts->n_receipts && code == YS_OK; i++) {
        const Yishi__V1__Receipt *const receipt = receipts->receipts[i];
        struct ys_name log;
        if (receipt->log == NULL || !receipt->has_size || !receipt->has_time ||
            ys_name_parse(ys_bytes_of_text(receipt->log), &log, NULL) != YS_OK ||
            log.kind != YS_NAME_LOG || strcmp(log.deployment, member->root.deployment) != 0)
            continue;
        code = ys_coverage_add(&member->coverage,
                               &(struct ys_covered){.division = log.division,
                                                    .incarnation = log.incarnation,
                                                    .size = receipt->size,
                                                    .time_s = receipt->time,
                                                    .order = order,
                                                    .index = index},
                               err);
    }
    return code;
}

/* One record of the district, if it is what it says and the log's key signed it. */
static enum ys_code read_receipts(struct ys_member *member, const struct ys_name *origin,
                                  uint64_t order, uint64_t index, const struct ys_entry *entry,
                                  struct ys_err *err)
{
    struct ys_note note;
    struct ys_record record;
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    if (entry->content != YS_CONTENT_BODY || ys_note_parse(entry->note, &note, NULL) != YS_OK ||
        ys_record_parse(note.text, &record, NULL) != YS_OK ||
        !ys_name_equal(&record.origin, origin) ||
        ys_record_check_body(&record, entry->body, NULL) != YS_OK ||
        !ys_member_log_signed(member, origin, index, &note))
        return YS_OK;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(entry->body, &arena, &body, err);
    if (code == YS_OK && body->kind_case == YISHI__V1__BODY__KIND_RECEIPTS)
        code = add_receipts(member, body->receipts, order, index, err);
    else if (code != YS_NOMEM)
        code = YS_OK; /* a body that says nothing has no effect */
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code read_coverage_of(struct ys_member *member, const struct ys_log *log,
                                     uint64_t *order, struct ys_err *err)
{
    for (uint64_t index = 0;;) {
        struct ys_position at;
        struct ys_entry entry;
        enum ys_code code = ys_membership_next(member->txn, log->id, index, &at, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && at.log_id != log->id))
            return YS_OK;
        if (code == YS_OK)
            code = ys_log_entry(member->txn, at.log_id, at.index, &entry, err);
        if (code == YS_OK && ys_member_is_receipts(entry.note)) {
            member->coverage_absent = member->coverage_absent || entry.content == YS_CONTENT_ABSENT;
            code = read_receipts(member, &log->origin, (*order)++, at.index, &entry, err);
        }
        if (code != YS_OK)
            return code;
        index = at.index + 1;
    }
}

/* Few parts need them: those with cuts by a street, and with lines of a da that was cut. */
enum ys_code ys_member_coverage(struct ys_member *member, const struct ys_coverage **out,
                                struct ys_err *err)
{
    struct ys_log log = {.origin_text = ""};
    uint64_t order = 0;
    *out = member->txn == NULL ? NULL : &member->coverage;
    member->coverage_asked = member->txn != NULL;
    while (member->txn != NULL && !member->coverage_read) {
        enum ys_code code =
            ys_member_next_log(member, member->txn, &member->root.division, &log, err);
        if (code == YS_NOT_FOUND) {
            ys_coverage_sort(&member->coverage);
            member->coverage_read = true;
            break;
        }
        if (code == YS_OK)
            code = read_coverage_of(member, &log, &order, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

/* A part that has asked follows from the district's logs, too. An answer that a receipt has settled stays
 * whatever comes behind it, if all stand in one log. */
static enum ys_code watch_receipts(struct ys_member *member, struct member_part *part,
                                   struct ys_err *err)
{
    const bool one_log = member->parts.item[0].log_count == 1;
    const uint8_t watch = one_log && !member->coverage_open ? 0 : YS_WATCH_RECEIPTS;
    struct ys_log log = {.origin_text = ""};
    part->whole = part->whole && !member->coverage_absent;
    for (;;) {
        enum ys_code code =
            ys_member_next_log(member, member->txn, &member->root.division, &log, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK)
            code = ys_part_add_log(part, member->txn, &log, log.frontier.size, watch, err);
        if (code != YS_OK)
            return code;
    }
}

/* --- parts --- */

/* The district's level. The root alone cuts the district's keys, whatever else is valid: so a first
 * pass finds these cuts and a second one, if there are any, heeds them from the beginning. */
static enum ys_code replay_district(struct ys_member *member, struct ys_txn *txn,
                                    struct member_part *part, struct ys_err *err)
{
    struct ys_member first = {.root = member->root,
                              .roots = member->roots,
                              .self = member->self,
                              .counted = member->counted,
                              .counted_context = member->counted_context,
                              .recheck = member->recheck};
    bool cut = false;
    ys_member_forget_successions(&first);
    enum ys_code code = replay_issuer(&first, txn, &part->issuer, part, err);
    for (size_t i = 0; i < first.keys.count; i++)
        cut = cut || (first.keys.item[i].has_revocation &&
                      ys_division_equal(&first.keys.item[i].name.division, &part->issuer));
    if (code == YS_OK && !cut) {
        *member = first;
        return YS_OK;
    }
    member->foreseen = &first;
    if (code == YS_OK)
        code = replay_issuer(member, txn, &part->issuer, NULL, err);
    member->foreseen = NULL;
    ys_member_free_lists(&first);
    return code;
}

static enum ys_code replay_street(struct ys_member *member, struct ys_txn *txn,
                                  struct member_part *part, struct ys_err *err)
{
    member->txn = txn;
    member->coverage_asked = member->coverage_open = false;
    enum ys_code code = replay_issuer(member, txn, &part->issuer, part, err);
    if (code == YS_OK && member->coverage_asked)
        code = watch_receipts(member, part, err);
    member->txn = NULL;
    return code;
}

static enum ys_code add_part(struct ys_member *member, const struct member_part *part,
                             struct ys_err *err)
{
    struct part_list *const list = &member->parts;
    void *items = list->item;
    if (!ys_member_grow(&items, &list->capacity, list->count, sizeof *list->item))
        return ys_fail(err, YS_NOMEM, "membership: out of memory");
    list->item = items;
    list->item[list->count++] = *part;
    return YS_OK;
}

static enum ys_code read_part(struct ys_member *member, struct ys_txn *txn,
                              const struct ys_division *issuer, bool kept, struct ys_err *err)
{
    struct member_part part;
    const bool district = ys_division_equal(issuer, &member->root.division);
    ys_part_begin(member, issuer, &part);
    enum ys_code code = kept ? ys_part_load(member, txn, &part, err) : YS_NOT_FOUND;
    if (code == YS_NOT_FOUND) {
        member->content_absent = false;
        code = district ? replay_district(member, txn, &part, err)
                        : replay_street(member, txn, &part, err);
        part.whole = part.whole && !member->content_absent;
    }
    part.key_count = member->keys.count - part.key_first;
    part.node_count = member->nodes.count - part.node_first;
    return code == YS_OK ? add_part(member, &part, err) : code;
}

enum ys_code ys_member_replay(struct ys_member *member, struct ys_txn *txn, bool kept,
                              struct ys_err *err)
{
    struct ys_division issuer = member->root.division;
    ys_member_forget_successions(member);
    enum ys_code code = read_part(member, txn, &issuer, kept, err);
    for (bool more = true; code == YS_OK && more;) {
        code = next_street(member, txn, &issuer, err);
        more = code != YS_NOT_FOUND;
        if (!more)
            code = YS_OK;
        else if (code == YS_OK)
            code = read_part(member, txn, &issuer, kept, err);
    }
    ys_coverage_clear(&member->coverage);
    member->coverage_read = member->coverage_absent = false;
    return code;
}
