#include "sync/member.h"

#include "crypto/assert.h"
#include "sync/heads.h"
#include "sync/member_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Only the anchor is in force. */
static void forget_successions(struct ys_member *member)
{
    for (unsigned i = 0; i < YS_ROOT_CHAIN_MAX; i++)
        member->root_since[i] = (struct ys_position){.index = i == 0 ? 0 : UINT64_MAX};
}

enum ys_code ys_member_new(const struct ys_root *root, const struct ys_division *self,
                           struct ys_member **out, struct ys_err *err)
{
    struct ys_member *const member = calloc(1, sizeof *member);
    struct ys_recheck *const recheck = calloc(1, sizeof *recheck);
    if (member == NULL || recheck == NULL) {
        free(member);
        free(recheck);
        return ys_fail(err, YS_NOMEM, "membership: out of memory");
    }
    member->recheck = recheck;
    member->root = *root;
    member->roots = (struct ys_root_chain){.count = 1, .policy = {*root}};
    member->self = *self;
    forget_successions(member);
    *out = member;
    return YS_OK;
}

static void free_lists(struct ys_member *member)
{
    free(member->keys.item);
    free(member->order.item);
    free(member->nodes.item);
    free(member->touched.item);
    ys_coverage_clear(&member->coverage);
}

void ys_member_free(struct ys_member *member)
{
    if (member == NULL)
        return;
    free_lists(member);
    ys_recheck_clear(member->recheck);
    free(member->recheck);
    free(member);
}

const struct ys_root *ys_member_root(const struct ys_member *member)
{
    return &member->root;
}

const struct ys_root_chain *ys_member_roots(const struct ys_member *member)
{
    return &member->roots;
}

enum ys_code ys_member_succeed(struct ys_member *member, const struct ys_root *next,
                               struct ys_err *err)
{
    return ys_root_chain_extend(&member->roots, next, err);
}

enum ys_code ys_member_follow(struct ys_member *member, const struct ys_root_chain *roots,
                              struct ys_err *err)
{
    struct ys_hash ours;
    struct ys_hash theirs;
    ys_root_chain_fingerprint(&member->roots, &ours);
    ys_root_chain_fingerprint(roots, &theirs);
    if (!ys_hash_equal(&ours, &theirs))
        return ys_fail(err, YS_DENIED, "membership: the first root policy is another one");
    enum ys_code code = YS_OK;
    for (unsigned i = member->roots.count; i < roots->count && code == YS_OK; i++)
        code = ys_member_succeed(member, &roots->policy[i], err);
    return code;
}

unsigned ys_member_root_number(const struct ys_member *member, uint64_t index)
{
    unsigned at = member->roots.count - 1;
    while (at > 0 &&
           (member->root_since[at].index == UINT64_MAX || member->root_since[at].index > index))
        at--;
    return at;
}

const struct ys_root *ys_member_root_at(const struct ys_member *member, uint64_t index)
{
    return &member->roots.policy[ys_member_root_number(member, index)];
}

bool ys_member_root_source(const struct ys_member *member, unsigned number, struct ys_position *out)
{
    YS_ASSERT(number >= 1);
    if (number >= member->roots.count || member->root_since[number].index == UINT64_MAX)
        return false;
    *out = member->root_since[number];
    return true;
}

/* --- looking things up --- */

const struct ys_member_node *ys_member_by_transport(const struct ys_member *member,
                                                    const uint8_t key[YS_PUBKEY_LEN])
{
    for (size_t i = 0; i < member->nodes.count; i++)
        if (memcmp(member->nodes.item[i].transport, key, YS_PUBKEY_LEN) == 0)
            return &member->nodes.item[i];
    return NULL;
}

const struct ys_member_node *ys_member_node(const struct ys_member *member,
                                            const struct ys_division *division)
{
    for (size_t i = 0; i < member->nodes.count; i++)
        if (!member->nodes.item[i].observer &&
            ys_division_equal(&member->nodes.item[i].division, division))
            return &member->nodes.item[i];
    return NULL;
}

/* The newest key in force, or, when all are cut, the newest. */
static const struct ys_vkey *newest_key(const struct ys_member *member, const char *name,
                                        enum ys_name_kind kind)
{
    const struct ys_vkey *cut = NULL;
    for (size_t i = member->keys.count; i-- > 0;) {
        const struct ys_member_key *const key = &member->keys.item[i];
        if (key->name.kind != kind || strcmp(key->vkey.name, name) != 0)
            continue;
        if (key->cut == UINT64_MAX)
            return &key->vkey;
        if (cut == NULL)
            cut = &key->vkey;
    }
    return cut;
}

const struct ys_vkey *ys_member_log_key(const struct ys_member *member, const char *origin)
{
    return newest_key(member, origin, YS_NAME_LOG);
}

const struct ys_vkey *ys_member_log_key_at(const struct ys_member *member, const char *origin,
                                           uint64_t size)
{
    for (size_t i = member->keys.count; i-- > 0;) {
        const struct ys_member_key *const key = &member->keys.item[i];
        if (key->name.kind == YS_NAME_LOG && strcmp(key->vkey.name, origin) == 0 &&
            (key->from == 0 || key->from < size) && size <= key->cut)
            return &key->vkey;
    }
    return NULL;
}

bool ys_member_may_read(const struct ys_member *member, const uint8_t key[YS_PUBKEY_LEN],
                        const struct ys_division *host)
{
    for (size_t i = 0; i < member->nodes.count; i++) {
        const struct ys_member_node *const node = &member->nodes.item[i];
        struct ys_division parent;
        if (memcmp(node->transport, key, YS_PUBKEY_LEN) != 0)
            continue;
        if (ys_division_parent(&node->division, &parent) && ys_division_equal(&parent, host))
            return true;
        if (node->observer && ys_division_equal(&node->division, host))
            return true;
    }
    return false;
}

const struct ys_vkey *ys_member_mirror(const struct ys_member *member,
                                       const struct ys_division *division)
{
    const struct ys_name name = ys_name_mirror(member->root.deployment, division);
    char text[YS_KEY_NAME_MAX + 1];
    ys_name_print(&name, text);
    return newest_key(member, text, YS_NAME_MIRROR);
}

/* The first place at or above `id`. */
static size_t first_of_id(const struct key_order *order, uint32_t id)
{
    size_t low = 0;
    for (size_t high = order->count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (order->item[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct ys_member_key *ys_member_key_of_id(const struct ys_member *member, uint32_t id,
                                                size_t *at)
{
    const struct key_order *const order = &member->order;
    const size_t place = first_of_id(order, id) + *at;
    if (place >= order->count || order->item[place].id != id)
        return NULL;
    ++*at;
    return &member->keys.item[order->item[place].place];
}

const struct ys_member_key *ys_member_find(const struct ys_member *member,
                                           const struct ys_vkey *vkey)
{
    size_t at = 0;
    const struct ys_member_key *key = ys_member_key_of_id(member, vkey->id, &at);
    while (key != NULL && !ys_vkey_equal(&key->vkey, vkey))
        key = ys_member_key_of_id(member, vkey->id, &at);
    return key;
}

const struct ys_member_key *ys_member_find_text(const struct ys_member *member, const char *text)
{
    struct ys_vkey vkey;
    return text != NULL && ys_vkey_parse(ys_bytes_of_text(text), &vkey) == YS_OK
               ? ys_member_find(member, &vkey)
               : NULL;
}

size_t ys_member_key_count(const struct ys_member *member)
{
    return member->keys.count;
}

const struct ys_member_key *ys_member_key_at(const struct ys_member *member, size_t i)
{
    YS_ASSERT(i < member->keys.count);
    return &member->keys.item[i];
}

size_t ys_member_node_count(const struct ys_member *member)
{
    return member->nodes.count;
}

const struct ys_member_node *ys_member_node_at(const struct ys_member *member, size_t i)
{
    YS_ASSERT(i < member->nodes.count);
    return &member->nodes.item[i];
}

/* --- replay --- */

/* Does the note say that it is of the kind `receipts`? */
static bool is_receipts(struct ys_bytes note)
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
        if (code == YS_OK && !is_receipts(entry.note))
            code = ys_member_take(member, &log->origin, at, &entry, err);
        if (code != YS_OK)
            return code;
        index = at.index + 1;
    }
}

/* How much of an issuer's log counts here: up to the largest head that a key of the district in force
 * cosigned. */
static enum ys_code effective_size(const struct ys_member *member, struct ys_txn *txn,
                                   const struct ys_log *log, uint64_t *out, struct ys_err *err)
{
    uint64_t largest = 0;
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

static enum ys_code replay_level(struct ys_member *member, struct ys_txn *txn, enum ys_level level,
                                 struct ys_err *err)
{
    struct ys_log log = {.origin_text = ""};
    for (;;) {
        uint64_t limit = 0;
        enum ys_code code = ys_log_next_origin(txn, log.origin_text, &log, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code != YS_OK)
            return code;
        if (ys_division_level(&log.origin.division) != level ||
            strcmp(log.origin.deployment, member->root.deployment) != 0 ||
            !ys_division_within(&log.origin.division, &member->root.division))
            continue;
        code = effective_size(member, txn, &log, &limit, err);
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
        if (code == YS_OK && is_receipts(entry.note))
            code = read_receipts(member, &log->origin, (*order)++, at.index, &entry, err);
        if (code != YS_OK)
            return code;
        index = at.index + 1;
    }
}

/* Few rebuilds need them: only cuts below what is held, and lines of a da that was cut. */
enum ys_code ys_member_coverage(struct ys_member *member, const struct ys_coverage **out,
                                struct ys_err *err)
{
    struct ys_log log = {.origin_text = ""};
    uint64_t order = 0;
    *out = member->txn == NULL ? NULL : &member->coverage;
    while (member->txn != NULL && !member->coverage_read) {
        enum ys_code code = ys_log_next_origin(member->txn, log.origin_text, &log, err);
        if (code == YS_NOT_FOUND) {
            ys_coverage_sort(&member->coverage);
            member->coverage_read = true;
            break;
        }
        if (code == YS_OK && strcmp(log.origin.deployment, member->root.deployment) == 0 &&
            ys_division_equal(&log.origin.division, &member->root.division))
            code = read_coverage_of(member, &log, &order, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

/* --- a rebuild --- */

/* The district's level. The root alone cuts the district's keys, whatever else is valid: so a first
 * pass finds these cuts and a second one, if there are any, heeds them from the beginning. */
static enum ys_code replay_district(struct ys_member *next, struct ys_txn *txn, struct ys_err *err)
{
    struct ys_member first = {
        .root = next->root, .roots = next->roots, .self = next->self, .recheck = next->recheck};
    bool cut = false;
    forget_successions(&first);
    enum ys_code code = replay_level(&first, txn, YS_LEVEL_DISTRICT, err);
    for (size_t i = 0; i < first.keys.count; i++)
        cut = cut || (first.keys.item[i].has_revocation &&
                      ys_division_equal(&first.keys.item[i].name.division, &next->root.division));
    if (code == YS_OK && !cut) {
        *next = first;
        return YS_OK;
    }
    next->foreseen = &first;
    if (code == YS_OK)
        code = replay_level(next, txn, YS_LEVEL_DISTRICT, err);
    next->foreseen = NULL;
    free_lists(&first);
    return code;
}

static bool same_nodes(const struct ys_member *a, const struct ys_member *b)
{
    if (a->nodes.count != b->nodes.count)
        return false;
    for (size_t i = 0; i < a->nodes.count; i++)
        if (memcmp(a->nodes.item[i].transport, b->nodes.item[i].transport, YS_PUBKEY_LEN) != 0 ||
            !ys_name_equal(&a->nodes.item[i].log, &b->nodes.item[i].log) ||
            strcmp(a->nodes.item[i].name, b->nodes.item[i].name) != 0)
            return false;
    return true;
}

static bool touch(struct unit_list *list, const struct ys_division *unit)
{
    if (list->count == list->capacity) {
        const size_t next = list->capacity == 0 ? 16 : list->capacity * 2;
        struct ys_division *const bigger = reallocarray(list->item, next, sizeof *bigger);
        if (bigger == NULL)
            return false;
        list->item = bigger;
        list->capacity = next;
    }
    list->item[list->count++] = *unit;
    return true;
}

/* The units of the keys in `a` that are not the same in `b`. Most stand at the same place. */
static bool touch_different(const struct ys_member *a, const struct ys_member *b,
                            struct unit_list *out)
{
    for (size_t i = 0; i < a->keys.count; i++) {
        const struct ys_member_key *const key = &a->keys.item[i];
        const struct ys_member_key *other = i < b->keys.count ? &b->keys.item[i] : NULL;
        for (size_t j = 0; j < b->keys.count; j++) {
            if (other != NULL && ys_vkey_equal(&other->vkey, &key->vkey))
                break;
            other = &b->keys.item[j];
        }
        const bool same = other != NULL && ys_vkey_equal(&other->vkey, &key->vkey) &&
                          other->from == key->from && other->cut == key->cut;
        if (!same && !touch(out, &key->name.division))
            return false;
    }
    return true;
}

static enum ys_code compare(const struct ys_member *before, struct ys_member *next,
                            struct ys_err *err)
{
    bool root = false;
    for (unsigned i = 0; i < YS_ROOT_CHAIN_MAX; i++)
        root = root || before->root_since[i].index != next->root_since[i].index;
    if (!touch_different(before, next, &next->touched) ||
        !touch_different(next, before, &next->touched) ||
        (root && !touch(&next->touched, &next->root.division)))
        return ys_fail(err, YS_NOMEM, "membership: out of memory");
    return YS_OK;
}

bool ys_member_touched(const struct ys_member *member, const struct ys_division *unit)
{
    for (size_t i = 0; i < member->touched.count; i++)
        if (ys_division_equal(&member->touched.item[i], unit))
            return true;
    return false;
}

enum ys_code ys_member_rebuild(struct ys_member *member, struct ys_txn *txn, bool *changed_out,
                               struct ys_err *err)
{
    struct ys_member next = {.root = member->root,
                             .roots = member->roots,
                             .self = member->self,
                             .recheck = member->recheck};
    forget_successions(&next);
    enum ys_code code = replay_district(&next, txn, err);
    next.txn = txn;
    if (code == YS_OK)
        code = replay_level(&next, txn, YS_LEVEL_STREET, err);
    ys_coverage_clear(&next.coverage);
    next.txn = NULL;
    next.coverage_read = false;
    if (code == YS_OK)
        code = compare(member, &next, err);
    if (code != YS_OK) {
        free_lists(&next);
        return code;
    }
    if (changed_out != NULL)
        *changed_out = next.touched.count != 0 || !same_nodes(member, &next);
    ys_recheck_end_round(next.recheck);
    free_lists(member);
    *member = next;
    return YS_OK;
}
