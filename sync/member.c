#include "sync/member.h"

#include "crypto/assert.h"
#include "sync/heads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key_list {
    struct ys_member_key *item;
    size_t count, capacity;
};
struct node_list {
    struct ys_member_node *item;
    size_t count, capacity;
};

struct ys_member {
    struct ys_root root; /* the anchor: roots.policy[0] */
    struct ys_root_chain roots;
    struct ys_position root_since[YS_ROOT_CHAIN_MAX]; /* index UINT64_MAX: not yet in force */
    struct ys_division self;
    struct key_list keys;
    struct node_list nodes;
    const struct ys_member *foreseen; /* while rebuilding: what the whole district's log comes to */
};

/* One membership record on its way in. */
struct step {
    const struct ys_name *origin; /* of the log in which it stands */
    struct ys_position at;
    const struct ys_note *note;
    const Yishi__V1__Body *body;
};

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
    if (member == NULL)
        return ys_fail(err, YS_NOMEM, "membership: out of memory");
    member->root = *root;
    member->roots = (struct ys_root_chain){.count = 1, .policy = {*root}};
    member->self = *self;
    forget_successions(member);
    *out = member;
    return YS_OK;
}

void ys_member_free(struct ys_member *member)
{
    if (member == NULL)
        return;
    free(member->keys.item);
    free(member->nodes.item);
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

static bool grow(void **items, size_t *capacity, size_t count, size_t item_size)
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

static struct ys_member_key *add_key(struct key_list *list)
{
    void *items = list->item;
    if (!grow(&items, &list->capacity, list->count, sizeof *list->item))
        return NULL;
    list->item = items;
    return &list->item[list->count++];
}

static struct ys_member_node *add_node(struct node_list *list)
{
    void *items = list->item;
    if (!grow(&items, &list->capacity, list->count, sizeof *list->item))
        return NULL;
    list->item = items;
    return &list->item[list->count++];
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

const struct ys_vkey *ys_member_mirror(const struct ys_member *member,
                                       const struct ys_division *division)
{
    const struct ys_name name = ys_name_mirror(member->root.deployment, division);
    char text[YS_KEY_NAME_MAX + 1];
    ys_name_print(&name, text);
    return newest_key(member, text, YS_NAME_MIRROR);
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

/* --- who signed --- */

bool ys_root_signed(const struct ys_root *root, const struct ys_note *note)
{
    unsigned good = 0;
    for (unsigned i = 0; i < root->count; i++) {
        switch (ys_note_check(note, &root->key[i], NULL)) {
        case YS_LINE_GOOD:
            good++;
            break;
        case YS_LINE_BAD:
            return false;
        case YS_LINE_ABSENT:
            break;
        }
    }
    return good >= root->threshold;
}

/* "Not in the signer's own log": an index that no entry has. */
static const uint64_t elsewhere = UINT64_MAX;

static bool key_valid_at(const struct ys_member_key *key, uint64_t index)
{
    return index == elsewhere ? key->cut == UINT64_MAX : key->from <= index && index < key->cut;
}

/* The district's keys are cut in its own log: a cut further on holds for what stands before it too. */
static bool cut_is_foreseen(const struct ys_member *member, const struct ys_vkey *vkey,
                            uint64_t index)
{
    for (size_t i = 0; member->foreseen != NULL && i < member->foreseen->keys.count; i++) {
        const struct ys_member_key *const key = &member->foreseen->keys.item[i];
        if (ys_vkey_equal(&key->vkey, vkey))
            return index >= key->cut;
    }
    return false;
}

/* Did a body of `division` named `body`, with a key valid at `index` of its unit's log, sign? Outside
 * that log there is no position: `index` is elsewhere and the key must not be cut at all. */
static bool body_signed(const struct ys_member *member, const struct ys_division *division,
                        const char *body, uint64_t index, const struct ys_note *note)
{
    for (size_t i = 0; i < member->keys.count; i++) {
        const struct ys_member_key *const key = &member->keys.item[i];
        if (key->name.kind == YS_NAME_BODY && strcmp(key->name.body, body) == 0 &&
            ys_division_equal(&key->name.division, division) && key_valid_at(key, index) &&
            !cut_is_foreseen(member, &key->vkey, index) &&
            ys_note_check(note, &key->vkey, NULL) == YS_LINE_GOOD)
            return true;
    }
    return false;
}

/* Is this record, which is about the district itself, signed by the root? A successor that signs is in
 * force from here on. */
static bool root_says(struct ys_member *member, const struct step *step)
{
    for (unsigned i = member->roots.count - 1; i > 0; i--) {
        if (member->root_since[i].index != UINT64_MAX)
            break;
        if (!ys_root_signed(&member->roots.policy[i], step->note))
            continue;
        member->root_since[i] = step->at;
        return true;
    }
    return ys_root_signed(ys_member_root_at(member, step->at.index), step->note);
}

/* May the signers of this step say something about `subject`? The district's own keys are the
 * root's to name; a street's the district's; a community's the street's. */
static bool may_enrol(struct ys_member *member, const struct step *step,
                      const struct ys_division *subject)
{
    const struct ys_division *const issuer = &step->origin->division;
    struct ys_division parent;
    if (ys_division_equal(subject, issuer))
        return ys_division_level(issuer) == YS_LEVEL_DISTRICT && root_says(member, step);
    if (!ys_division_parent(subject, &parent) || !ys_division_equal(&parent, issuer))
        return false;
    const char *const body = ys_division_level(issuer) == YS_LEVEL_DISTRICT ? "da" : "st";
    return body_signed(member, issuer, body, step->at.index, step->note);
}

/* --- taking effect --- */

/* A verifier key of the deployment whose name has this kind and division. */
static bool parse_key(const struct ys_member *member, const char *text, enum ys_name_kind kind,
                      const struct ys_division *division, struct ys_vkey *vkey,
                      struct ys_name *name)
{
    return text != NULL && ys_vkey_parse(ys_bytes_of_text(text), vkey) == YS_OK &&
           vkey->type == (kind == YS_NAME_MIRROR ? YS_SIG_COSIGNATURE_V1 : YS_SIG_ED25519) &&
           ys_name_parse(ys_bytes_of_text(vkey->name), name, NULL) == YS_OK && name->kind == kind &&
           strcmp(name->deployment, member->root.deployment) == 0 &&
           ys_division_equal(&name->division, division);
}

static struct ys_member_key *find_key(struct ys_member *member, const struct ys_vkey *vkey)
{
    for (size_t i = 0; i < member->keys.count; i++)
        if (ys_vkey_equal(&member->keys.item[i].vkey, vkey))
            return &member->keys.item[i];
    return NULL;
}

/* Another key of the same name that is still in force: a replacement needs its signature too. */
static bool replacement_allowed(struct ys_member *member, const struct step *step,
                                const struct ys_vkey *vkey)
{
    bool others = false;
    for (size_t i = 0; i < member->keys.count; i++) {
        const struct ys_member_key *const key = &member->keys.item[i];
        if (strcmp(key->vkey.name, vkey->name) != 0 || ys_vkey_equal(&key->vkey, vkey) ||
            key->cut != UINT64_MAX)
            continue;
        others = true;
        if (ys_note_check(step->note, &key->vkey, NULL) == YS_LINE_GOOD)
            return true;
    }
    struct ys_division district = step->origin->division;
    if (!others || ys_division_level(&district) == YS_LEVEL_DISTRICT)
        return true;
    return ys_division_parent(&district, &district) &&
           body_signed(member, &district, "da", elsewhere, step->note);
}

static enum ys_code register_key(struct ys_member *member, const struct step *step,
                                 const struct ys_vkey *vkey, const struct ys_name *name,
                                 uint64_t from, struct ys_err *err)
{
    if (find_key(member, vkey) != NULL || !replacement_allowed(member, step, vkey))
        return YS_OK;
    struct ys_member_key *const key = add_key(&member->keys);
    if (key == NULL)
        return ys_fail(err, YS_NOMEM, "membership: out of memory");
    *key = (struct ys_member_key){
        .vkey = *vkey, .name = *name, .from = from, .cut = UINT64_MAX, .source = step->at};
    return YS_OK;
}

static bool in_force(struct ys_member *member, const struct ys_vkey *vkey)
{
    const struct ys_member_key *const key = find_key(member, vkey);
    return key != NULL && key->cut == UINT64_MAX;
}

static bool parse_division(const char *text, struct ys_division *out)
{
    return text != NULL && ys_division_parse(ys_bytes_of_text(text), out, NULL) == YS_OK;
}

static enum ys_code take_body_register(struct ys_member *member, const struct step *step,
                                       struct ys_err *err)
{
    const Yishi__V1__BodyRegister *const record = step->body->body_register;
    struct ys_division division;
    struct ys_vkey vkey;
    struct ys_name name;
    if (!parse_division(record->division, &division) || !may_enrol(member, step, &division) ||
        !parse_key(member, record->key, YS_NAME_BODY, &division, &vkey, &name) ||
        record->body == NULL || strcmp(record->body, name.body) != 0 ||
        !ys_body_class_at(ys_body_class(name.body), ys_division_level(&division)))
        return YS_OK;
    return register_key(member, step, &vkey, &name, record->has_from_index ? record->from_index : 0,
                        err);
}

static void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

static enum ys_code put_node(struct ys_member *member, const struct step *step,
                             const struct ys_division *division, const struct ys_name *log,
                             struct ys_err *err)
{
    const Yishi__V1__NodeCertificate *const record = step->body->node_certificate;
    const bool observer = record->role == YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    struct ys_member_node *node = NULL;
    for (size_t i = 0; i < member->nodes.count && !observer; i++)
        if (!member->nodes.item[i].observer &&
            ys_division_equal(&member->nodes.item[i].division, division))
            node = &member->nodes.item[i];
    if (node == NULL)
        node = add_node(&member->nodes);
    if (node == NULL)
        return ys_fail(err, YS_NOMEM, "membership: out of memory");
    *node = (struct ys_member_node){
        .division = *division, .observer = observer, .log = *log, .source = step->at};
    copy_text(node->name, sizeof node->name, record->name);
    copy_text(node->address, sizeof node->address, record->address);
    memcpy(node->transport, record->transport.data, YS_PUBKEY_LEN);
    return YS_OK;
}

static enum ys_code take_node_certificate(struct ys_member *member, const struct step *step,
                                          struct ys_err *err)
{
    const Yishi__V1__NodeCertificate *const record = step->body->node_certificate;
    struct ys_division division;
    struct ys_vkey log_key;
    struct ys_vkey mirror_key;
    struct ys_name log_name;
    struct ys_name mirror_name;
    if (!parse_division(record->division, &division) || !may_enrol(member, step, &division) ||
        !parse_key(member, record->log, YS_NAME_LOG, &division, &log_key, &log_name) ||
        !parse_key(member, record->mirror, YS_NAME_MIRROR, &division, &mirror_key, &mirror_name) ||
        record->transport.len != YS_PUBKEY_LEN)
        return YS_OK;
    enum ys_code code = register_key(member, step, &log_key, &log_name, 0, err);
    if (code == YS_OK)
        code = register_key(member, step, &mirror_key, &mirror_name, 0, err);
    /* A key that was revoked or not let in brings nothing else with it. */
    if (code != YS_OK || !in_force(member, &log_key) || !in_force(member, &mirror_key))
        return code;
    return put_node(member, step, &division, &log_name, err);
}

static void drop_node_of(struct ys_member *member, const struct ys_name *log)
{
    for (size_t i = 0; i < member->nodes.count; i++)
        if (ys_name_equal(&member->nodes.item[i].log, log))
            member->nodes.item[i--] = member->nodes.item[--member->nodes.count];
}

static enum ys_code take_key_revoke(struct ys_member *member, const struct step *step)
{
    const Yishi__V1__KeyRevoke *const record = step->body->key_revoke;
    struct ys_vkey vkey;
    if (record->key == NULL || !record->has_cut_size ||
        ys_vkey_parse(ys_bytes_of_text(record->key), &vkey) != YS_OK)
        return YS_OK;
    struct ys_member_key *const key = find_key(member, &vkey);
    if (key == NULL || !may_enrol(member, step, &key->name.division) ||
        record->cut_size >= key->cut)
        return YS_OK;
    key->cut = record->cut_size;
    key->has_revocation = true;
    key->revocation = step->at;
    if (key->name.kind == YS_NAME_LOG)
        drop_node_of(member, &key->name);
    return YS_OK;
}

static enum ys_code take_step(struct ys_member *member, const struct step *step, struct ys_err *err)
{
    if (step->body->kind_case == YISHI__V1__BODY__KIND_BODY_REGISTER)
        return take_body_register(member, step, err);
    if (step->body->kind_case == YISHI__V1__BODY__KIND_NODE_CERTIFICATE)
        return take_node_certificate(member, step, err);
    if (step->body->kind_case == YISHI__V1__BODY__KIND_KEY_REVOKE)
        return take_key_revoke(member, step);
    return YS_OK;
}

/* --- replay --- */

enum ys_code ys_member_take(struct ys_member *member, const struct ys_name *origin,
                            struct ys_position at, const struct ys_entry *entry, struct ys_err *err)
{
    struct ys_note note;
    struct ys_record record;
    const Yishi__V1__Body *body = NULL;
    struct ys_arena arena;
    if (entry->content != YS_CONTENT_BODY || ys_note_parse(entry->note, &note, NULL) != YS_OK ||
        ys_record_parse(note.text, &record, NULL) != YS_OK ||
        !ys_name_equal(&record.origin, origin) ||
        ys_record_check_body(&record, entry->body, NULL) != YS_OK)
        return YS_OK;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(entry->body, &arena, &body, err);
    if (code == YS_OK)
        code = ys_body_check_note(body, &record, err);
    if (code == YS_OK)
        code = take_step(
            member, &(struct step){.origin = origin, .at = at, .note = &note, .body = body}, err);
    else if (code != YS_NOMEM)
        code = YS_OK; /* a body that says nothing has no effect */
    ys_arena_clear(&arena);
    return code;
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
        if (code == YS_OK)
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

static void free_lists(struct ys_member *member)
{
    free(member->keys.item);
    free(member->nodes.item);
}

/* The district's level. The root alone cuts the district's keys, whatever else is valid: so a first
 * pass finds these cuts and a second one, if there are any, heeds them from the beginning. */
static enum ys_code replay_district(struct ys_member *next, struct ys_txn *txn, struct ys_err *err)
{
    struct ys_member first = {.root = next->root, .roots = next->roots, .self = next->self};
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

static bool same_lists(const struct ys_member *a, const struct ys_member *b)
{
    if (a->keys.count != b->keys.count || a->nodes.count != b->nodes.count)
        return false;
    for (unsigned i = 0; i < YS_ROOT_CHAIN_MAX; i++)
        if (a->root_since[i].index != b->root_since[i].index)
            return false;
    for (size_t i = 0; i < a->keys.count; i++)
        if (!ys_vkey_equal(&a->keys.item[i].vkey, &b->keys.item[i].vkey) ||
            a->keys.item[i].from != b->keys.item[i].from ||
            a->keys.item[i].cut != b->keys.item[i].cut)
            return false;
    for (size_t i = 0; i < a->nodes.count; i++)
        if (memcmp(a->nodes.item[i].transport, b->nodes.item[i].transport, YS_PUBKEY_LEN) != 0 ||
            !ys_name_equal(&a->nodes.item[i].log, &b->nodes.item[i].log) ||
            strcmp(a->nodes.item[i].name, b->nodes.item[i].name) != 0)
            return false;
    return true;
}

enum ys_code ys_member_rebuild(struct ys_member *member, struct ys_txn *txn, bool *changed_out,
                               struct ys_err *err)
{
    struct ys_member next = {.root = member->root, .roots = member->roots, .self = member->self};
    forget_successions(&next);
    enum ys_code code = replay_district(&next, txn, err);
    if (code == YS_OK)
        code = replay_level(&next, txn, YS_LEVEL_STREET, err);
    if (code != YS_OK) {
        free_lists(&next);
        return code;
    }
    if (changed_out != NULL)
        *changed_out = !same_lists(member, &next);
    free_lists(member);
    *member = next;
    return YS_OK;
}

static bool any_root_signed(const struct ys_member *member, const struct ys_note *note)
{
    for (unsigned i = 0; i < member->roots.count; i++)
        if (ys_root_signed(&member->roots.policy[i], note))
            return true;
    return false;
}

enum ys_code ys_member_introduce(const struct ys_member *member, struct ys_bytes note_bytes,
                                 struct ys_bytes body_bytes, struct ys_vkey *log_key_out,
                                 struct ys_err *err)
{
    struct ys_note note;
    struct ys_record record;
    struct ys_arena arena;
    struct ys_name name;
    const Yishi__V1__Body *body = NULL;
    enum ys_code code = ys_note_parse(note_bytes, &note, err);
    if (code == YS_OK)
        code = ys_record_parse(note.text, &record, err);
    if (code == YS_OK)
        code = ys_record_check_body(&record, body_bytes, err);
    if (code != YS_OK)
        return code;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    code = ys_body_decode(body_bytes, &arena, &body, err);
    if (code == YS_OK && body->kind_case != YISHI__V1__BODY__KIND_NODE_CERTIFICATE)
        code = ys_fail(err, YS_DENIED, "log of %s: its first record is no node_certificate",
                       member->root.division.digits);
    else if (code == YS_OK && !any_root_signed(member, &note))
        code =
            ys_fail(err, YS_DENIED, "log of %s: its first record is not signed by the pinned root",
                    member->root.division.digits);
    else if (code == YS_OK && !parse_key(member, body->node_certificate->log, YS_NAME_LOG,
                                         &member->root.division, log_key_out, &name))
        code = ys_fail(err, YS_MALFORMED, "log of %s: its certificate names no log key",
                       member->root.division.digits);
    ys_arena_clear(&arena);
    return code;
}
