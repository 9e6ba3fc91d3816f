#include "sync/member_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One membership record on its way in. */
struct step {
    const struct ys_name *origin; /* of the log in which it stands */
    struct ys_position at;
    const struct ys_note *note;
    const Yishi__V1__Body *body;
};

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

static bool key_valid_at(const struct ys_member_key *key, uint64_t index)
{
    return key->from <= index && index < key->cut;
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

/* Did a body of `division` named `body`, with a key valid at `index` of its unit's log, sign? */
static bool body_signed(const struct ys_member *member, const struct ys_division *division,
                        const char *body, uint64_t index, const struct ys_note *note)
{
    for (size_t i = 0; i < member->keys.count; i++) {
        const struct ys_member_key *const key = &member->keys.item[i];
        if (key->name.kind == YS_NAME_BODY && strcmp(key->name.body, body) == 0 &&
            ys_division_equal(&key->name.division, division) && key_valid_at(key, index) &&
            !cut_is_foreseen(member, &key->vkey, index) &&
            ys_recheck_line(member->recheck, note, &key->vkey) == YS_LINE_GOOD)
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

bool ys_member_log_signed(const struct ys_member *member, const struct ys_name *origin,
                          uint64_t index, const struct ys_note *note)
{
    for (size_t i = 0; i < member->keys.count; i++) {
        const struct ys_member_key *const key = &member->keys.item[i];
        if (key->name.kind == YS_NAME_LOG && ys_name_equal(&key->name, origin) &&
            key_valid_at(key, index) &&
            ys_recheck_line(member->recheck, note, &key->vkey) == YS_LINE_GOOD)
            return true;
    }
    return false;
}

/* Did `da` sign this record of a street's log? In another log its keys have no position of their own:
 * what counts is where the district's log first says that it had the record. A key that is cut counts
 * for what stands there before the cut. */
static enum ys_code district_signed(struct ys_member *member, const struct step *step,
                                    bool *signed_out, struct ys_err *err)
{
    *signed_out = false;
    for (size_t i = 0; i < member->keys.count && !*signed_out; i++) {
        const struct ys_member_key *const key = &member->keys.item[i];
        const struct ys_coverage *coverage = NULL;
        if (key->name.kind != YS_NAME_BODY || strcmp(key->name.body, "da") != 0 ||
            !ys_division_equal(&key->name.division, &member->root.division) ||
            ys_recheck_line(member->recheck, step->note, &key->vkey) != YS_LINE_GOOD)
            continue;
        if (key->cut == UINT64_MAX) {
            *signed_out = true;
            continue;
        }
        const enum ys_code code = ys_member_coverage(member, &coverage, err);
        if (code != YS_OK)
            return code;
        const struct ys_covered *const first =
            coverage == NULL ? NULL : ys_coverage_first(coverage, step->origin, step->at.index);
        *signed_out = first != NULL && key_valid_at(key, first->index);
        member->coverage_open = member->coverage_open || first == NULL;
    }
    return YS_OK;
}

/* May the signers of this step say something about `subject`? The district's own keys are the
 * root's to name; a street's the district's; a community's the street's. Asked last, of a record that
 * says something: with it a successor of the root may come into force. */
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

/* Who may read with a unit's scope is said where the unit's own keys are; and a unit may always let
 * somebody read what itself holds, at its own node. */
static bool may_let_observe(struct ys_member *member, const struct step *step,
                            const struct ys_division *subject)
{
    const struct ys_division *const issuer = &step->origin->division;
    const char *const body = ys_division_level(issuer) == YS_LEVEL_DISTRICT ? "da" : "st";
    return (ys_division_equal(subject, issuer) &&
            body_signed(member, issuer, body, step->at.index, step->note)) ||
           may_enrol(member, step, subject);
}

/* --- taking effect --- */

/* A verifier key of the deployment whose name has this kind and division. */
static bool parse_key(const struct ys_member *member, const char *text, enum ys_name_kind kind,
                      const struct ys_division *division, struct ys_vkey *vkey,
                      struct ys_name *name)
{
    return text != NULL && ys_recheck_key(member->recheck, ys_bytes_of_text(text), vkey) == YS_OK &&
           vkey->type == (kind == YS_NAME_MIRROR ? YS_SIG_COSIGNATURE_V1 : YS_SIG_ED25519) &&
           ys_name_parse(ys_bytes_of_text(vkey->name), name, NULL) == YS_OK && name->kind == kind &&
           strcmp(name->deployment, member->root.deployment) == 0 &&
           ys_division_equal(&name->division, division);
}

/* Are both the key of one body, of one unit's mirror, or of one unit's log, in whatever incarnation? */
static bool same_holder(const struct ys_name *a, const struct ys_name *b)
{
    return a->kind == b->kind && ys_division_equal(&a->division, &b->division) &&
           (a->kind != YS_NAME_BODY || strcmp(a->body, b->body) == 0);
}

/* A street alone may name a first key. Where there was one before, one that is in force still must
 * sign too, or da. What the district's log says of streets is signed by da anyway, and what it says of
 * the district by the root. */
static enum ys_code replacement_allowed(struct ys_member *member, const struct step *step,
                                        const struct ys_name *name, bool *allowed_out,
                                        struct ys_err *err)
{
    *allowed_out = true;
    bool first = true;
    if (ys_division_level(&step->origin->division) == YS_LEVEL_DISTRICT)
        return YS_OK;
    for (size_t i = 0; i < member->keys.count; i++) {
        const struct ys_member_key *const key = &member->keys.item[i];
        if (!same_holder(&key->name, name))
            continue;
        first = false;
        if (key->cut == UINT64_MAX &&
            ys_recheck_line(member->recheck, step->note, &key->vkey) == YS_LINE_GOOD)
            return YS_OK;
    }
    return first ? YS_OK : district_signed(member, step, allowed_out, err);
}

static enum ys_code register_key(struct ys_member *member, const struct step *step,
                                 const struct ys_vkey *vkey, const struct ys_name *name,
                                 uint64_t from, struct ys_err *err)
{
    bool allowed = false;
    if (ys_member_find(member, vkey) != NULL)
        return YS_OK;
    const enum ys_code code = replacement_allowed(member, step, name, &allowed, err);
    if (code != YS_OK || !allowed)
        return code;
    const struct ys_member_key key = {
        .vkey = *vkey, .name = *name, .from = from, .cut = UINT64_MAX, .source = step->at};
    return ys_member_add_key(member, &key) ? YS_OK
                                           : ys_fail(err, YS_NOMEM, "membership: out of memory");
}

static bool in_force(struct ys_member *member, const struct ys_vkey *vkey)
{
    const struct ys_member_key *const key = ys_member_find(member, vkey);
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
    if (!parse_division(record->division, &division) ||
        !parse_key(member, record->key, YS_NAME_BODY, &division, &vkey, &name) ||
        record->body == NULL || strcmp(record->body, name.body) != 0 ||
        !ys_body_class_at(ys_body_class(name.body), ys_division_level(&division)) ||
        !may_enrol(member, step, &division))
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
    for (size_t i = 0; i < member->nodes.count; i++)
        if (member->nodes.item[i].observer == observer &&
            ys_division_equal(&member->nodes.item[i].division, division) &&
            (!observer ||
             (ys_division_equal(&member->nodes.item[i].issuer, &step->origin->division) &&
              memcmp(member->nodes.item[i].transport, record->transport.data, YS_PUBKEY_LEN) == 0)))
            node = &member->nodes.item[i];
    if (node == NULL)
        node = ys_member_add_node(member);
    if (node == NULL)
        return ys_fail(err, YS_NOMEM, "membership: out of memory");
    *node = (struct ys_member_node){.division = *division,
                                    .observer = observer,
                                    .log = *log,
                                    .source = step->at,
                                    .issuer = step->origin->division};
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
    if (!parse_division(record->division, &division) ||
        !parse_key(member, record->log, YS_NAME_LOG, &division, &log_key, &log_name) ||
        !parse_key(member, record->mirror, YS_NAME_MIRROR, &division, &mirror_key, &mirror_name) ||
        record->transport.len != YS_PUBKEY_LEN)
        return YS_OK;
    const bool observer = record->role == YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    if (!(observer ? may_let_observe : may_enrol)(member, step, &division))
        return YS_OK;
    enum ys_code code = YS_OK;
    if (!observer) { /* which brings no keys */
        code = register_key(member, step, &log_key, &log_name,
                            record->has_from_index ? record->from_index : 0, err);
        if (code == YS_OK)
            code = register_key(member, step, &mirror_key, &mirror_name, 0, err);
    }
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

/* A log in which this key signs. */
static bool parse_signed_log(const char *text, const struct ys_member_key *key)
{
    struct ys_name log;
    return text != NULL && ys_name_parse(ys_bytes_of_text(text), &log, NULL) == YS_OK &&
           log.kind == YS_NAME_LOG && strcmp(log.deployment, key->name.deployment) == 0 &&
           ys_division_equal(&log.division, &key->name.division) &&
           (key->name.kind != YS_NAME_LOG || ys_name_equal(&log, &key->name));
}

/* A street alone cuts at or above what the district had of the unit's log before it had the cut
 * itself: what was said and received cannot be unsaid. While the district's log does not say that it
 * has the cut, all that it has counts. Lower: with da. */
static enum ys_code cut_allowed(struct ys_member *member, const struct step *step,
                                const struct ys_member_key *key, uint64_t cut, bool *allowed_out,
                                struct ys_err *err)
{
    const struct ys_coverage *coverage = NULL;
    *allowed_out = true;
    if (ys_division_level(&step->origin->division) == YS_LEVEL_DISTRICT)
        return YS_OK;
    const enum ys_code code = ys_member_coverage(member, &coverage, err);
    if (code != YS_OK || coverage == NULL)
        return code;
    const struct ys_covered *const first =
        ys_coverage_first(coverage, step->origin, step->at.index);
    member->coverage_open = member->coverage_open || first == NULL;
    if (cut >= ys_coverage_size(coverage, &key->name.division, first))
        return YS_OK;
    return district_signed(member, step, allowed_out, err);
}

/* An observer has nothing but a transport key, and no log in which it could be cut at a position: it is
 * gone at once. Only who let it in takes it off the list again. */
static void drop_observer(struct ys_member *member, const struct step *step,
                          const uint8_t transport[YS_PUBKEY_LEN], const char *log)
{
    const struct ys_division *const issuer = &step->origin->division;
    struct ys_name name;
    if (ys_name_parse(ys_bytes_of_text(log), &name, NULL) != YS_OK || name.kind != YS_NAME_LOG ||
        !may_let_observe(member, step, &name.division))
        return;
    for (size_t i = 0; i < member->nodes.count; i++) {
        const struct ys_member_node *const node = &member->nodes.item[i];
        if (node->observer && ys_division_equal(&node->issuer, issuer) &&
            ys_division_equal(&node->division, &name.division) &&
            memcmp(node->transport, transport, YS_PUBKEY_LEN) == 0)
            member->nodes.item[i--] = member->nodes.item[--member->nodes.count];
    }
}

static enum ys_code take_key_revoke(struct ys_member *member, const struct step *step,
                                    struct ys_err *err)
{
    const Yishi__V1__KeyRevoke *const record = step->body->key_revoke;
    struct ys_vkey vkey;
    uint8_t transport[YS_PUBKEY_LEN];
    bool allowed = false;
    if (record->key != NULL && record->log != NULL &&
        ys_transport_parse(ys_bytes_of_text(record->key), transport)) {
        drop_observer(member, step, transport, record->log);
        return YS_OK;
    }
    if (record->key == NULL || !record->has_cut_size ||
        ys_recheck_key(member->recheck, ys_bytes_of_text(record->key), &vkey) != YS_OK)
        return YS_OK;
    const struct ys_member_key *const found = ys_member_find(member, &vkey);
    if (found == NULL)
        return YS_OK;
    struct ys_member_key *const key = &member->keys.item[found - member->keys.item];
    if (!parse_signed_log(record->log, key) || !may_enrol(member, step, &key->name.division) ||
        record->cut_size >= key->cut)
        return YS_OK;
    const enum ys_code code = cut_allowed(member, step, key, record->cut_size, &allowed, err);
    if (code != YS_OK || !allowed)
        return code;
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
        return take_key_revoke(member, step, err);
    return YS_OK;
}

/* --- one record --- */

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
