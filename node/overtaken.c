#include "node/overtaken.h"

#include "node/lang.h"
#include "proto/body.h"
#include "sync/status.h"

#include <stdlib.h>
#include <string.h>

/* The record, and the ids of what has been withdrawn behind the place where the walk is. */
struct walk {
    struct ys_txn *txn;
    struct ys_log own;
    struct ys_hash id; /* of the record */
    unsigned bodies;   /* that signed it */
    struct ys_hash *withdrawn;
    size_t count, capacity;
    struct ys_overtaken found;
    struct ys_err *err;
};

unsigned ys_note_bodies(const struct ys_note *note, const struct ys_division *unit)
{
    unsigned classes = 0;
    for (unsigned i = 0; i < note->line_count; i++) {
        struct ys_name name;
        if (ys_name_parse(note->line[i].name, &name, NULL) == YS_OK && name.kind == YS_NAME_BODY &&
            ys_division_equal(&name.division, unit))
            classes |= ys_body_class(name.body);
    }
    return classes;
}

static bool is_withdrawn(const struct walk *walk, const struct ys_hash *id)
{
    for (size_t i = 0; i < walk->count; i++)
        if (ys_hash_equal(&walk->withdrawn[i], id))
            return true;
    return false;
}

static enum ys_code withdraw(struct walk *walk, const struct ys_hash *id)
{
    if (walk->count == walk->capacity) {
        const size_t next = walk->capacity == 0 ? 16 : walk->capacity * 2;
        struct ys_hash *const bigger = reallocarray(walk->withdrawn, next, sizeof *bigger);
        if (bigger == NULL)
            return ys_fail(walk->err, YS_NOMEM, _("out of memory"));
        walk->withdrawn = bigger;
        walk->capacity = next;
    }
    walk->withdrawn[walk->count++] = *id;
    return YS_OK;
}

/* How many bodies must have signed what changes this record? */
static enum ys_code bodies_of(struct walk *walk, const struct ys_hash *id, unsigned *out)
{
    struct ys_position at;
    struct ys_entry entry;
    struct ys_note note;
    size_t found = 0;
    *out = 0;
    if (ys_hash_equal(id, &walk->id)) {
        *out = walk->bodies;
        return YS_OK;
    }
    enum ys_code code = ys_log_by_id(walk->txn, id, &at, 1, &found, walk->err);
    if (code != YS_OK || found == 0)
        return code;
    code = ys_log_entry(walk->txn, at.log_id, at.index, &entry, walk->err);
    if (code == YS_OK && ys_note_parse(entry.note, &note, NULL) == YS_OK)
        *out = ys_note_bodies(&note, &walk->own.origin.division);
    return code;
}

/* One reference of a record that is in force, at `index`. */
static enum ys_code follow(struct walk *walk, uint64_t index, const Yishi__V1__Body *body,
                           const Yishi__V1__Reference *ref, unsigned signed_by)
{
    const bool withdraws = body->kind_case == YISHI__V1__BODY__KIND_WITHDRAWAL &&
                           ref->rel == YISHI__V1__RELATION__RELATION_WITHDRAWS;
    struct ys_hash id;
    unsigned needed = 0;
    if (ref->record.len != sizeof id.bytes ||
        (!withdraws && ref->rel != YISHI__V1__RELATION__RELATION_SUPERSEDES))
        return YS_OK;
    memcpy(id.bytes, ref->record.data, sizeof id.bytes);
    enum ys_code code = bodies_of(walk, &id, &needed);
    if (code != YS_OK || (needed & ~signed_by) != 0)
        return code;
    if (ys_hash_equal(&id, &walk->id) && (withdraws || walk->found.how != YS_OVERTAKEN_WITHDRAWN))
        walk->found = (struct ys_overtaken){
            .how = withdraws                                             ? YS_OVERTAKEN_WITHDRAWN
                   : body->kind_case == YISHI__V1__BODY__KIND_CORRECTION ? YS_OVERTAKEN_CORRECTED
                                                                         : YS_OVERTAKEN_SUPERSEDED,
            .index = index};
    return withdraws ? withdraw(walk, &id) : YS_OK;
}

static enum ys_code look_at_body(struct walk *walk, uint64_t index, const struct ys_note *note,
                                 struct ys_bytes bytes)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    const unsigned signed_by = ys_note_bodies(note, &walk->own.origin.division);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(bytes, &arena, &body, walk->err);
    if (code != YS_OK && code != YS_NOMEM) {
        ys_arena_clear(&arena);
        return YS_OK; /* of a later version, or nothing */
    }
    for (size_t i = 0; code == YS_OK && i < body->n_refs; i++)
        code = follow(walk, index, body, body->refs[i], signed_by);
    ys_arena_clear(&arena);
    return code;
}

/* Can records of this kind change one of the own log? */
static bool changes_others(struct ys_bytes name)
{
    const struct ys_kind *const kind = ys_kind_by_name(name);
    for (size_t i = 0; kind != NULL && i < YS_KIND_REFS_MAX; i++)
        if (kind->ref[i].relation == YISHI__V1__RELATION__RELATION_WITHDRAWS ||
            kind->ref[i].relation == YISHI__V1__RELATION__RELATION_SUPERSEDES)
            return true;
    return false;
}

static enum ys_code look(struct walk *walk, uint64_t index)
{
    struct ys_entry entry;
    struct ys_note note;
    struct ys_hash id;
    struct ys_bytes text;
    struct ys_bytes kind;
    enum ys_verdict verdict = YS_VERDICT_UNCHECKED;
    enum ys_code code = ys_log_entry(walk->txn, YS_OWN_LOG, index, &entry, walk->err);
    if (code != YS_OK || !ys_note_peek(entry.note, &text, &kind) || !changes_others(kind) ||
        entry.content != YS_CONTENT_BODY || ys_note_parse(entry.note, &note, NULL) != YS_OK)
        return code;
    ys_record_id(text, &id);
    code = ys_status_get(walk->txn, YS_OWN_LOG, index, &verdict, walk->err);
    if (code != YS_OK || verdict == YS_VERDICT_BAD || is_withdrawn(walk, &id))
        return code;
    return look_at_body(walk, index, &note, entry.body);
}

enum ys_code ys_overtaken_find(struct ys_txn *txn, uint64_t index, struct ys_overtaken *out,
                               struct ys_err *err)
{
    struct walk walk = {.txn = txn, .err = err};
    struct ys_entry entry;
    struct ys_note note;
    enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &walk.own, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, YS_OWN_LOG, index, &entry, err);
    if (code == YS_OK)
        code = ys_note_parse(entry.note, &note, err);
    if (code != YS_OK)
        return code;
    ys_record_id(note.text, &walk.id);
    walk.bodies = ys_note_bodies(&note, &walk.own.origin.division);
    for (uint64_t at = walk.own.frontier.size; code == YS_OK && at-- > index + 1;)
        code = look(&walk, at);
    free(walk.withdrawn);
    if (code == YS_OK)
        *out = walk.found;
    return code;
}
