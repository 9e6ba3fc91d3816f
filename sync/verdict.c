#include "sync/verdict.h"

#include <stdio.h>
#include <string.h>

/* What the lines of a note say about the bodies of one unit. */
struct signers {
    unsigned good;    /* classes with a good line of a key valid here */
    unsigned bad;     /* classes with a line that does not verify */
    unsigned outside; /* classes whose known key signed outside its validity */
    unsigned few;     /* the root, when fewer of its keys signed than its threshold asks */
};

/* The keys of a note's lines, one after the other. Looked up by key id: a unit has few keys, and a
 * district's store knows thousands. */
struct line_keys {
    unsigned line;
    size_t at;
};

static bool id_stood_before(const struct ys_note *note, unsigned line)
{
    for (unsigned i = 0; i < line; i++)
        if (note->line[i].key_id == note->line[line].key_id)
            return true;
    return false;
}

static const struct ys_member_key *next_key(const struct ys_member *member,
                                            const struct ys_note *note, struct line_keys *walk)
{
    for (; walk->line < note->line_count; walk->line++, walk->at = 0) {
        if (id_stood_before(note, walk->line))
            continue;
        const struct ys_member_key *const key =
            ys_member_key_of_id(member, note->line[walk->line].key_id, &walk->at);
        if (key != NULL)
            return key;
    }
    return NULL;
}

/* What this key's line says of the class. */
static void look_at_key(const struct ys_member_key *key, unsigned class, uint64_t index,
                        const struct ys_note *note, struct signers *out)
{
    switch (ys_note_check(note, &key->vkey, NULL)) {
    case YS_LINE_GOOD:
        if (key->from <= index && index < key->cut)
            out->good |= class;
        else
            out->outside |= class;
        break;
    case YS_LINE_BAD:
        out->bad |= class;
        break;
    case YS_LINE_ABSENT:
        break;
    }
}

/* Bodies of the unit sign; the log's own key signs the kinds that the node writes, and helps no other. */
static void look_at_keys(const struct ys_member *member, const struct ys_name *origin,
                         uint64_t index, const struct ys_note *note, struct signers *out)
{
    const struct ys_member_key *key = NULL;
    for (struct line_keys walk = {0}; (key = next_key(member, note, &walk)) != NULL;) {
        if (key->name.kind == YS_NAME_BODY &&
            ys_division_equal(&key->name.division, &origin->division))
            look_at_key(key, ys_body_class(key->name.body), index, note, out);
        else if (key->name.kind == YS_NAME_LOG && ys_name_equal(&key->name, origin))
            look_at_key(key, YS_BODY_NODE, index, note, out);
    }
}

static void look_at_root(const struct ys_member *member, const struct ys_name *origin,
                         uint64_t index, const struct ys_note *note, struct signers *out)
{
    const struct ys_root_chain *const roots = ys_member_roots(member);
    const struct ys_root *const root = ys_member_root_at(member, index);
    if (!ys_division_equal(&origin->division, &root->division))
        return;
    if (ys_root_signed(root, note))
        out->good |= YS_BODY_ROOT;
    for (unsigned i = 0; i < root->count; i++) {
        const enum ys_line_verdict line = ys_note_check(note, &root->key[i], NULL);
        if (line == YS_LINE_BAD)
            out->bad |= YS_BODY_ROOT;
        else if (line == YS_LINE_GOOD)
            out->few |= YS_BODY_ROOT;
    }
    for (unsigned i = 0; i < roots->count; i++)
        for (unsigned k = 0; &roots->policy[i] != root && k < roots->policy[i].count; k++)
            if (ys_note_check(note, &roots->policy[i].key[k], NULL) == YS_LINE_GOOD)
                out->outside |= YS_BODY_ROOT;
}

/* Does the note carry a line under the name of a body of this unit and class? */
static bool names_class(const struct ys_note *note, const struct ys_name *origin, unsigned classes)
{
    for (unsigned i = 0; i < note->line_count; i++) {
        struct ys_name name;
        if (ys_name_parse(note->line[i].name, &name, NULL) != YS_OK ||
            strcmp(name.deployment, origin->deployment) != 0 ||
            !ys_division_equal(&name.division, &origin->division))
            continue;
        if ((name.kind == YS_NAME_BODY && (ys_body_class(name.body) & classes) != 0) ||
            (name.kind == YS_NAME_ROOT && (classes & YS_BODY_ROOT) != 0) ||
            ((classes & YS_BODY_NODE) != 0 && ys_name_equal(&name, origin)))
            return true;
    }
    return false;
}

/* "residents' committee, party organisation" */
static void class_list(unsigned classes, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (unsigned class = 1; class <= YS_BODY_NODE; class <<= 1) {
        if ((classes & class) == 0)
            continue;
        const int more = snprintf(out + at, size - at, "%s%s", at == 0 ? "" : ", ",
                                  ys_body_class_text(class, false));
        if (more < 0 || (size_t)more >= size - at)
            return;
        at += (size_t)more;
    }
}

static enum ys_verdict missing(const struct ys_note *note, const struct ys_name *origin,
                               unsigned classes, const struct signers *signers, struct ys_err *why)
{
    char list[160];
    class_list(classes, list, sizeof list);
    if ((signers->outside & classes) != 0) {
        (void)ys_fail(why, YS_DENIED, "signed with a key that is not valid at this place: %s",
                      list);
        return YS_VERDICT_BAD;
    }
    if ((signers->few & classes) != 0) {
        (void)ys_fail(why, YS_BAD_SIG, "signed by fewer keys than the threshold asks: %s", list);
        return YS_VERDICT_BAD;
    }
    if (names_class(note, origin, classes)) {
        (void)ys_fail(why, YS_NOT_FOUND, "signed with a key that is not registered: %s", list);
        return YS_VERDICT_UNKNOWN_KEY;
    }
    (void)ys_fail(why, YS_BAD_SIG, "a required signature is missing: %s", list);
    return YS_VERDICT_BAD;
}

static enum ys_verdict judge_known(const struct ys_kind *kind, const struct ys_note *note,
                                   const struct ys_name *origin, const struct signers *signers,
                                   struct ys_err *why)
{
    if ((signers->good & kind->authors) == 0)
        return missing(note, origin, kind->authors, signers, why);
    const unsigned lacking = kind->also & ~signers->good;
    if (lacking != 0)
        return missing(note, origin, lacking, signers, why);
    return YS_VERDICT_OK;
}

enum ys_verdict ys_judge_note(const struct ys_member *member, const struct ys_name *origin,
                              uint64_t index, const struct ys_note *note,
                              const struct ys_record *record, unsigned *signed_out,
                              struct ys_err *why)
{
    struct signers signers = {0};
    if (!ys_name_equal(&record->origin, origin)) {
        (void)ys_fail(why, YS_MALFORMED, "the record belongs to another log");
        return YS_VERDICT_BAD;
    }
    look_at_keys(member, origin, index, note, &signers);
    look_at_root(member, origin, index, note, &signers);
    if (signed_out != NULL)
        *signed_out = signers.good;
    if (signers.bad != 0) {
        char list[160];
        class_list(signers.bad, list, sizeof list);
        (void)ys_fail(why, YS_BAD_SIG, "a signature does not verify: %s", list);
        return YS_VERDICT_BAD;
    }
    const struct ys_kind *const kind = ys_kind_by_name(ys_bytes_of_text(record->kind));
    if (kind != NULL)
        return judge_known(kind, note, origin, &signers, why);
    if ((signers.good & (YS_BODY_NODE - 1)) != 0)
        return YS_VERDICT_OK;
    return missing(note, origin, ~0u & (YS_BODY_NODE - 1), &signers, why);
}

/* A body that is here must say what its note says it is. */
static enum ys_verdict judge_body(const struct ys_record *record, struct ys_bytes bytes,
                                  struct ys_arena *arena, const Yishi__V1__Body **body_out,
                                  struct ys_err *why)
{
    const Yishi__V1__Body *body = NULL;
    enum ys_code code = ys_body_decode(bytes, arena, &body, why);
    if (code == YS_OK)
        code = ys_body_check_note(body, record, why);
    else if (code == YS_NOT_FOUND && ys_kind_by_name(ys_bytes_of_text(record->kind)) == NULL)
        code = YS_OK; /* one kind of a later version, as the note says */
    *body_out = code == YS_OK ? body : NULL;
    if (code == YS_NOMEM)
        return YS_VERDICT_UNCHECKED; /* nothing was found out */
    return code == YS_OK ? YS_VERDICT_OK : YS_VERDICT_BAD;
}

enum ys_verdict ys_judge(const struct ys_member *member, const struct ys_name *origin,
                         uint64_t index, const struct ys_entry *entry, struct ys_err *why)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    const enum ys_verdict verdict = ys_judge_body(member, origin, index, entry, &arena, &body, why);
    ys_arena_clear(&arena);
    return verdict;
}

enum ys_verdict ys_judge_body(const struct ys_member *member, const struct ys_name *origin,
                              uint64_t index, const struct ys_entry *entry, struct ys_arena *arena,
                              const Yishi__V1__Body **body_out, struct ys_err *why)
{
    struct ys_note note;
    struct ys_record record;
    *body_out = NULL;
    if (ys_note_parse(entry->note, &note, why) != YS_OK ||
        ys_record_parse(note.text, &record, why) != YS_OK)
        return YS_VERDICT_BAD;
    const enum ys_verdict verdict = ys_judge_note(member, origin, index, &note, &record, NULL, why);
    if (verdict != YS_VERDICT_OK || entry->content != YS_CONTENT_BODY)
        return verdict;
    if (ys_record_check_body(&record, entry->body, why) != YS_OK)
        return YS_VERDICT_BAD;
    return judge_body(&record, entry->body, arena, body_out, why);
}
