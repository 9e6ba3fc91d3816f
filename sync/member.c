#include "sync/member.h"

#include "crypto/assert.h"
#include "sync/member_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ys_member_forget_successions(struct ys_member *member)
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
    ys_member_forget_successions(member);
    *out = member;
    return YS_OK;
}

void ys_member_prescribe(struct ys_member *member,
                         uint64_t (*counted)(const void *context, const char *origin),
                         const void *context)
{
    member->counted = counted;
    member->counted_context = context;
}

void ys_member_free_lists(struct ys_member *member)
{
    free(member->keys.item);
    free(member->order.item);
    free(member->nodes.item);
    free(member->parts.item);
    free(member->touched.item);
    ys_coverage_clear(&member->coverage);
}

void ys_member_free(struct ys_member *member)
{
    if (member == NULL)
        return;
    ys_member_free_lists(member);
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

/* --- growing lists --- */

bool ys_member_grow(void **items, size_t *capacity, size_t count, size_t item_size)
{
    if (count < *capacity)
        return true;
    const size_t next = *capacity == 0 ? 16 : *capacity * 2;
    void *const bigger = reallocarray(*items, next, item_size);
    if (bigger == NULL)
        return false;
    *items = bigger;
    *capacity = next;
    return true;
}

/* Behind those of the same id: they are met in the order in which they were registered. */
static void put_in_order(struct key_order *order, uint32_t id, size_t place)
{
    size_t at = order->count++;
    for (; at > 0 && order->item[at - 1].id > id; at--)
        order->item[at] = order->item[at - 1];
    order->item[at] = (struct key_place){.id = id, .place = place};
}

bool ys_member_add_key(struct ys_member *member, const struct ys_member_key *key)
{
    struct key_list *const list = &member->keys;
    struct key_order *const order = &member->order;
    void *items = list->item;
    if (!ys_member_grow(&items, &list->capacity, list->count, sizeof *list->item))
        return false;
    list->item = items;
    items = order->item;
    if (!ys_member_grow(&items, &order->capacity, order->count, sizeof *order->item))
        return false;
    order->item = items;
    put_in_order(order, key->vkey.id, list->count);
    list->item[list->count++] = *key;
    return true;
}

void ys_member_cut_keys(struct ys_member *member, size_t count)
{
    struct key_order *const order = &member->order;
    size_t left = 0;
    for (size_t i = 0; i < order->count; i++)
        if (order->item[i].place < count)
            order->item[left++] = order->item[i];
    order->count = left;
    member->keys.count = count;
}

struct ys_member_node *ys_member_add_node(struct ys_member *member)
{
    struct node_list *const list = &member->nodes;
    void *items = list->item;
    if (!ys_member_grow(&items, &list->capacity, list->count, sizeof *list->item))
        return NULL;
    list->item = items;
    return &list->item[list->count++];
}

/* --- looking things up --- */

const struct ys_member_node *ys_member_by_transport(const struct ys_member *member,
                                                    const uint8_t key[YS_PUBKEY_LEN])
{
    const struct ys_member_node *observer = NULL;
    for (size_t i = 0; i < member->nodes.count; i++) {
        const struct ys_member_node *const node = &member->nodes.item[i];
        if (memcmp(node->transport, key, YS_PUBKEY_LEN) != 0)
            continue;
        if (!node->observer)
            return node;
        observer = node;
    }
    return observer;
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

const struct ys_member_node *ys_member_observer(const struct ys_member *member,
                                                const uint8_t key[YS_PUBKEY_LEN],
                                                const struct ys_division *host, size_t *at)
{
    while (*at < member->nodes.count) {
        const struct ys_member_node *const node = &member->nodes.item[(*at)++];
        if (node->observer && memcmp(node->transport, key, YS_PUBKEY_LEN) == 0 &&
            (ys_division_equal(&node->issuer, host) || ys_division_equal(&node->division, host)))
            return node;
    }
    return NULL;
}

bool ys_member_may_read(const struct ys_member *member, const uint8_t key[YS_PUBKEY_LEN],
                        const struct ys_division *host)
{
    size_t at = 0;
    if (ys_member_observer(member, key, host, &at) != NULL)
        return true;
    for (size_t i = 0; i < member->nodes.count; i++) {
        const struct ys_member_node *const node = &member->nodes.item[i];
        struct ys_division parent;
        if (!node->observer && memcmp(node->transport, key, YS_PUBKEY_LEN) == 0 &&
            ys_division_parent(&node->division, &parent) && ys_division_equal(&parent, host))
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

/* --- a rebuild --- */

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
    void *items = list->item;
    if (!ys_member_grow(&items, &list->capacity, list->count, sizeof *list->item))
        return false;
    list->item = items;
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

static enum ys_code refresh(struct ys_member *member, struct ys_txn *txn, bool kept,
                            bool *changed_out, struct ys_err *err)
{
    struct ys_member next = {.root = member->root,
                             .roots = member->roots,
                             .self = member->self,
                             .counted = member->counted,
                             .counted_context = member->counted_context,
                             .recheck = member->recheck};
    enum ys_code code = ys_member_replay(&next, txn, kept, err);
    if (code == YS_OK)
        code = compare(member, &next, err);
    if (code != YS_OK) {
        ys_member_free_lists(&next);
        return code;
    }
    if (changed_out != NULL)
        *changed_out = next.touched.count != 0 || !same_nodes(member, &next);
    ys_recheck_end_round(next.recheck);
    ys_member_free_lists(member);
    *member = next;
    return YS_OK;
}

enum ys_code ys_member_rebuild(struct ys_member *member, struct ys_txn *txn, bool *changed_out,
                               struct ys_err *err)
{
    return refresh(member, txn, false, changed_out, err);
}

enum ys_code ys_member_recall(struct ys_member *member, struct ys_txn *txn, bool *changed_out,
                              struct ys_err *err)
{
    return refresh(member, txn, true, changed_out, err);
}
