#include "node/check.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "node/lang.h"
#include "proto/moment.h"
#include "sync/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where one tree is known: a head, and a leaf under it. */
struct sight {
    char origin[YS_KEY_NAME_MAX + 1];
    uint64_t size, index;
    struct ys_hash root, leaf;
};

/* One check under way. */
struct check {
    const struct ys_check_options *options;
    struct ys_member *member;
    struct ys_arena arena;
    struct ys_check_result result;
    struct ys_hash taken[YS_EVIDENCE_COUNT_MAX]; /* record ids of the evidence so far */
    size_t taken_count;
    struct sight seen[YS_EVIDENCE_COUNT_MAX + 1]; /* of the evidence so far, and of the record */
    size_t seen_count;
};

/* One bundle, opened: its parts, and the record in it. */
struct opened {
    struct ys_bundle bundle;
    const Yishi__V1__ProofExtra *extra;
    struct ys_bytes note_bytes, body;
    struct ys_note note;
    struct ys_record record;
    char origin[YS_KEY_NAME_MAX + 1];
};

const char *ys_check_step_name(enum ys_check_step step)
{
    switch (step) {
    case YS_CHECK_FORM:
        return "form";
    case YS_CHECK_ROOT:
        return "root";
    case YS_CHECK_EVIDENCE:
        return "evidence";
    case YS_CHECK_CHECKPOINT:
        return "checkpoint";
    case YS_CHECK_COSIGNATURE:
        return "cosignature";
    case YS_CHECK_INCLUSION:
        return "inclusion";
    case YS_CHECK_BODY:
        return "body";
    case YS_CHECK_SIGNATURES:
        return "signatures";
    case YS_CHECK_FORK:
        return "fork";
    }
    return "?";
}

static void say(const struct check *check, enum ys_check_step step, const char *format, ...)
    YS_PRINTF(3, 4);
static void say(const struct check *check, enum ys_check_step step, const char *format, ...)
{
    char text[400];
    va_list args;
    if (check->options->step == NULL)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check->options->step(check->options->context, step, text);
}

static const struct ys_root *anchor(const struct check *check)
{
    return &check->options->roots->policy[0];
}

/* --- opening --- */

enum ys_code ys_check_extra(const struct ys_bundle *bundle, struct ys_arena *arena,
                            const Yishi__V1__ProofExtra **out, struct ys_err *err)
{
    const struct ys_bytes base64 = bundle->extra_base64;
    const size_t capacity = base64.size / 4 * 3 + 3;
    uint8_t *const bytes = ys_arena_alloc(arena, capacity);
    size_t size = 0;
    if (base64.size == 0)
        return ys_fail(err, YS_MALFORMED, _("bundle: it has no extra line"));
    if (bytes == NULL && arena->starved)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    if (bytes == NULL)
        return ys_fail(err, YS_LIMIT, _("bundle: too large"));
    if (ys_base64_decode(base64, bytes, capacity, &size) != YS_OK)
        return ys_fail(err, YS_MALFORMED, _("bundle: the extra line is no base64"));
    const enum ys_code code = ys_evidence_decode((struct ys_bytes){bytes, size}, arena, out, err);
    /* Passing over what we do not know would let a changed field name hide a body. */
    if (code == YS_OK && (*out)->base.n_unknown_fields != 0)
        return ys_fail(err, YS_MALFORMED,
                       _("bundle: the extra line has fields that this version does not know"));
    return code;
}

static enum ys_code open_bundle(struct check *check, struct ys_bytes bytes, struct opened *out,
                                struct ys_err *err)
{
    const struct ys_root *const root = anchor(check);
    enum ys_code code = ys_bundle_parse(bytes, &out->bundle, err);
    if (code == YS_OK)
        code = ys_check_extra(&out->bundle, &check->arena, &out->extra, err);
    if (code != YS_OK)
        return code;
    out->note_bytes = (struct ys_bytes){out->extra->note.data, out->extra->note.len};
    out->body = (struct ys_bytes){out->extra->body.data, out->extra->body.len};
    code = ys_note_parse(out->note_bytes, &out->note, err);
    if (code == YS_OK)
        code = ys_record_parse(out->note.text, &out->record, err);
    if (code != YS_OK)
        return code;
    ys_name_print(&out->record.origin, out->origin);
    if (strcmp(out->record.origin.deployment, root->deployment) != 0)
        return ys_fail(err, YS_DENIED, _("record: deployment %s is another than %s of the root"),
                       out->record.origin.deployment, root->deployment);
    if (!ys_division_within(&out->record.origin.division, &root->division))
        return ys_fail(err, YS_DENIED, _("record: %s is not in district %s of the root"),
                       out->record.origin.division.digits, root->division.digits);
    return YS_OK;
}

enum ys_code ys_check_record(struct ys_bytes bytes, struct ys_arena *arena, struct ys_entry *out,
                             struct ys_err *err)
{
    struct ys_bundle bundle;
    const Yishi__V1__ProofExtra *extra = NULL;
    enum ys_code code = ys_bundle_parse(bytes, &bundle, err);
    if (code == YS_OK)
        code = ys_check_extra(&bundle, arena, &extra, err);
    if (code == YS_OK)
        *out = (struct ys_entry){.note = {extra->note.data, extra->note.len},
                                 .content = extra->has_body ? YS_CONTENT_BODY : YS_CONTENT_ABSENT,
                                 .body = {extra->body.data, extra->body.len}};
    return code;
}

/* --- steps on one bundle --- */

/* Lines under a name that we know must be made by the key that we know. */
static enum ys_code check_known_names(const struct ys_note *note, const struct ys_vkey *key,
                                      const char *what, struct ys_err *err)
{
    for (unsigned i = 0; i < note->line_count; i++)
        if (ys_bytes_is_text(note->line[i].name, key->name) && note->line[i].key_id != key->id)
            return ys_fail(err, YS_BAD_SIG, _("%s: a line names %s, but is not of its key"), what,
                           key->name);
    return YS_OK;
}

static enum ys_code check_witness(struct check *check, const struct ys_note *note,
                                  const struct ys_division *witness, bool *found, uint64_t *time_s,
                                  struct ys_err *err)
{
    const struct ys_vkey *const mirror = ys_member_mirror(check->member, witness);
    *found = false;
    if (mirror == NULL)
        return ys_fail(err, YS_DENIED, _("cosignature: the evidence names no key of %s"),
                       witness->digits);
    const enum ys_code code = check_known_names(note, mirror, "checkpoint", err);
    if (code != YS_OK)
        return code;
    switch (ys_note_check(note, mirror, time_s)) {
    case YS_LINE_GOOD:
        *found = true;
        return YS_OK;
    case YS_LINE_BAD:
        return ys_fail(err, YS_BAD_SIG, _("cosignature: the line of %s does not verify"),
                       mirror->name);
    case YS_LINE_ABSENT:
        return YS_OK;
    }
    return YS_OK;
}

/* Two heads of one size with two roots, or two records at one index: two histories of the log. */
static enum ys_code check_one_history(struct check *check, const struct sight *sight,
                                      struct ys_err *err)
{
    for (size_t i = 0; i < check->seen_count; i++) {
        const struct sight *const other = &check->seen[i];
        if (strcmp(other->origin, sight->origin) != 0)
            continue;
        if (other->size == sight->size && !ys_hash_equal(&other->root, &sight->root))
            return ys_fail(err, YS_FORK, _("checkpoint: two histories of %s, both of size %llu"),
                           sight->origin, (unsigned long long)sight->size);
        if (other->index == sight->index && !ys_hash_equal(&other->leaf, &sight->leaf))
            return ys_fail(err, YS_FORK,
                           _("inclusion: two histories of %s, with two records at entry %llu"),
                           sight->origin, (unsigned long long)sight->index);
    }
    YS_ASSERT(check->seen_count <= YS_EVIDENCE_COUNT_MAX);
    check->seen[check->seen_count++] = *sight;
    return YS_OK;
}

/* The key for a head of the size that this one says it has. */
static enum ys_code find_log_key(const struct check *check, const struct opened *opened,
                                 const struct ys_vkey **out, struct ys_err *err)
{
    struct ys_checkpoint claim;
    struct ys_note head;
    if (ys_member_log_key(check->member, opened->origin) == NULL)
        return ys_fail(err, YS_DENIED, _("checkpoint: the evidence names no key of log %s"),
                       opened->origin);
    enum ys_code code = ys_note_parse(opened->bundle.checkpoint, &head, err);
    if (code == YS_OK)
        code = ys_checkpoint_parse(head.text, &claim, err);
    if (code != YS_OK)
        return code;
    *out = ys_member_log_key_at(check->member, opened->origin, claim.size);
    if (*out == NULL)
        return ys_fail(err, YS_DENIED,
                       _("checkpoint: the evidence names no key of log %s that may sign a head of "
                         "size %llu: too late for a revoked key, or too early for a new one"),
                       opened->origin, (unsigned long long)claim.size);
    return YS_OK;
}

/* Signed by the log's key, and the record in its tree. */
static enum ys_code check_in_log(struct check *check, const struct opened *opened,
                                 struct ys_checkpoint *checkpoint, struct ys_note *head,
                                 struct ys_err *err)
{
    const struct ys_vkey *key = NULL;
    struct sight sight = {.index = opened->bundle.index};
    enum ys_code code = find_log_key(check, opened, &key, err);
    if (code == YS_OK)
        code = ys_checkpoint_open(opened->bundle.checkpoint, key, checkpoint, head, err);
    if (code == YS_OK)
        code = check_known_names(head, key, "checkpoint", err);
    if (code != YS_OK)
        return code;
    ys_leaf_hash(opened->note_bytes, &sight.leaf);
    if (ys_inclusion_verify(&sight.leaf, opened->bundle.index, checkpoint->size,
                            &opened->bundle.proof, &checkpoint->root) != YS_OK)
        return ys_fail(err, YS_MALFORMED,
                       _("inclusion: the record is not entry %llu of %s at size %llu"),
                       (unsigned long long)opened->bundle.index, opened->origin,
                       (unsigned long long)checkpoint->size);
    memcpy(sight.origin, opened->origin, sizeof sight.origin);
    sight.size = checkpoint->size;
    sight.root = checkpoint->root;
    return check_one_history(check, &sight, err);
}

/* --- evidence --- */

/* What membership records come to for signatures; who may read is no matter of evidence. One record
 * registers keys, lowers the cut of one or brings a successor of the root into force. */
struct effect {
    size_t keys;
    uint64_t cuts; /* their sum */
    unsigned root;
};

static struct effect effect_of(const struct ys_member *member)
{
    struct effect effect = {.keys = ys_member_key_count(member),
                            .root = ys_member_root_number(member, UINT64_MAX)};
    for (size_t i = 0; i < effect.keys; i++)
        effect.cuts += ys_member_key_at(member, i)->cut;
    return effect;
}

static bool has_effect(const struct ys_member *member, struct effect before)
{
    const struct effect now = effect_of(member);
    return now.keys != before.keys || now.cuts != before.cuts || now.root != before.root;
}

/* The district's own certificate introduces the key under which it is proven. */
static enum ys_code introduce(struct check *check, const struct opened *opened, struct ys_err *err)
{
    struct ys_vkey key;
    if (ys_member_log_key(check->member, opened->origin) != NULL ||
        !ys_division_equal(&opened->record.origin.division, &anchor(check)->division))
        return YS_OK;
    enum ys_code code =
        ys_member_introduce(check->member, opened->note_bytes, opened->body, &key, err);
    if (code == YS_OK && opened->bundle.index != 0)
        code = ys_fail(err, YS_DENIED,
                       _("evidence: the certificate of %s is entry %llu of its log, not the first"),
                       key.name, (unsigned long long)opened->bundle.index);
    if (code == YS_OK && strcmp(key.name, opened->origin) != 0)
        code = ys_fail(err, YS_DENIED, _("evidence: the certificate is of %s, not of %s"), key.name,
                       opened->origin);
    if (code == YS_OK)
        code = ys_member_take(
            check->member, &opened->record.origin, (struct ys_position){0, opened->bundle.index},
            &(struct ys_entry){
                .note = opened->note_bytes, .content = YS_CONTENT_BODY, .body = opened->body},
            err);
    return code;
}

/* Away from the issuer a street's records count below a head that the district cosigned. */
static enum ys_code check_counts(struct check *check, const struct opened *opened,
                                 const struct ys_note *head, struct ys_err *err)
{
    const struct ys_division *const district = &anchor(check)->division;
    bool found = false;
    uint64_t time_s = 0;
    if (ys_division_equal(&opened->record.origin.division, district))
        return YS_OK;
    const enum ys_code code = check_witness(check, head, district, &found, &time_s, err);
    if (code == YS_OK && !found)
        return ys_fail(
            err, YS_DENIED,
            _("evidence: entry %llu of %s is not under a head that the district cosigned"),
            (unsigned long long)opened->bundle.index, opened->origin);
    return code;
}

/* Evidence that changes nothing is refused. The same record once more changes nothing either. */
static enum ys_code no_effect(const struct check *check, const struct opened *opened, size_t number,
                              struct ys_err *err)
{
    struct ys_hash id;
    ys_record_id(opened->note.text, &id);
    for (size_t i = 0; i < check->taken_count; i++)
        if (ys_hash_equal(&check->taken[i], &id))
            return ys_fail(
                err, YS_DENIED,
                _("evidence %zu: the %s at entry %llu of %s is the same record as evidence "
                  "%zu; each may stand only once"),
                number, opened->record.kind, (unsigned long long)opened->bundle.index,
                opened->origin, i + 1);
    return ys_fail(err, YS_DENIED,
                   _("evidence %zu: the %s at entry %llu of %s has no effect: its signers may not "
                     "say so"),
                   number, opened->record.kind, (unsigned long long)opened->bundle.index,
                   opened->origin);
}

static enum ys_code take_evidence(struct check *check, struct ys_bytes bytes, size_t number,
                                  struct ys_err *err)
{
    struct opened opened;
    struct ys_checkpoint checkpoint;
    struct ys_note head;
    const struct effect before = effect_of(check->member);
    enum ys_code code = open_bundle(check, bytes, &opened, err);
    if (code == YS_OK && opened.extra->n_evidence != 0)
        code = ys_fail(err, YS_MALFORMED, _("evidence %zu: it has evidence of its own"), number);
    if (code == YS_OK)
        code = ys_record_check_body(&opened.record, opened.body, err);
    if (code == YS_OK)
        code = introduce(check, &opened, err);
    if (code == YS_OK)
        code = check_in_log(check, &opened, &checkpoint, &head, err);
    if (code == YS_OK)
        code = check_counts(check, &opened, &head, err);
    if (code == YS_OK && !has_effect(check->member, before))
        code = ys_member_take(
            check->member, &opened.record.origin, (struct ys_position){0, opened.bundle.index},
            &(struct ys_entry){
                .note = opened.note_bytes, .content = YS_CONTENT_BODY, .body = opened.body},
            err);
    if (code == YS_OK && !has_effect(check->member, before))
        code = no_effect(check, &opened, number, err);
    if (code != YS_OK)
        return code;
    YS_ASSERT(check->taken_count < YS_EVIDENCE_COUNT_MAX);
    ys_record_id(opened.note.text, &check->taken[check->taken_count++]);
    if (ys_division_equal(&opened.record.origin.division, &anchor(check)->division) &&
        checkpoint.size > check->result.district_size)
        check->result.district_size = checkpoint.size;
    say(check, YS_CHECK_EVIDENCE, _("%s, entry %llu of %s, under its head of size %llu"),
        opened.record.kind, (unsigned long long)opened.bundle.index, opened.origin,
        (unsigned long long)checkpoint.size);
    return YS_OK;
}

/* --- the record itself --- */

/* RFC 3339, or the bare number of a time that no calendar has. */
static void print_time(uint64_t time_s, char out[YS_TIME_TEXT_MAX])
{
    if (time_s <= (uint64_t)(YS_TIME_LAST_MS / 1000))
        ys_time_print((int64_t)time_s * 1000, out);
    else
        snprintf(out, YS_TIME_TEXT_MAX, "%llu", (unsigned long long)time_s);
}

static enum ys_code check_witnesses(struct check *check, const struct opened *opened,
                                    const struct ys_note *head, struct ys_err *err)
{
    struct ys_check_result *const result = &check->result;
    struct ys_division witness = opened->record.origin.division;
    char time[YS_TIME_TEXT_MAX];
    while (ys_division_parent(&witness, &witness)) {
        const unsigned i = result->witnesses_wanted++;
        YS_ASSERT(i < 2);
        result->witness[i].division = witness;
        const enum ys_code code = check_witness(check, head, &witness, &result->witness[i].found,
                                                &result->witness[i].time_s, err);
        if (code != YS_OK)
            return code;
        if (!result->witness[i].found) {
            say(check, YS_CHECK_COSIGNATURE, _("none of %s in this bundle"), witness.digits);
            continue;
        }
        result->witnesses_found++;
        if (result->witness[i].time_s > result->latest_s)
            result->latest_s = result->witness[i].time_s;
        print_time(result->witness[i].time_s, time);
        say(check, YS_CHECK_COSIGNATURE, _("%s held everything below the head at %s"),
            witness.digits, time);
    }
    return YS_OK;
}

static enum ys_code check_body(struct check *check, const struct opened *opened, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    check->result.known_kind = ys_kind_by_name(ys_bytes_of_text(opened->record.kind)) != NULL;
    check->result.has_body = opened->extra->has_body != 0;
    if (!check->result.has_body) {
        say(check, YS_CHECK_BODY, _("not in this bundle: what it says is not proven"));
        return YS_OK;
    }
    enum ys_code code = ys_record_check_body(&opened->record, opened->body, err);
    if (code == YS_OK) {
        ys_arena_init(&arena, YS_BODY_ARENA_MAX);
        code = ys_body_decode(opened->body, &arena, &body, err);
        if (code == YS_OK)
            code = ys_body_check_note(body, &opened->record, err);
        else if (code == YS_NOT_FOUND && !check->result.known_kind)
            code = YS_OK; /* one kind of a later version, as the note says */
        ys_arena_clear(&arena);
    }
    if (code == YS_OK)
        say(check, YS_CHECK_BODY, _("its %zu bytes have the SHA-256 that was signed"),
            opened->body.size);
    return code;
}

static enum ys_code check_signatures(struct check *check, const struct opened *opened,
                                     struct ys_err *err)
{
    struct ys_err why = {0};
    const enum ys_verdict verdict =
        ys_judge_note(check->member, &opened->record.origin, opened->bundle.index, &opened->note,
                      &opened->record, &check->result.signed_by, &why);
    if (verdict != YS_VERDICT_OK)
        return ys_fail(err, why.code == YS_OK ? YS_BAD_SIG : why.code, "signatures: %s", why.msg);
    say(check, YS_CHECK_SIGNATURES, _("every body that a %s needs has signed"),
        opened->record.kind);
    return YS_OK;
}

static enum ys_code check_record(struct check *check, const struct opened *opened,
                                 struct ys_err *err)
{
    struct ys_checkpoint checkpoint;
    struct ys_note head;
    enum ys_code code = check_in_log(check, opened, &checkpoint, &head, err);
    if (code != YS_OK)
        return code;
    check->result.head_size = checkpoint.size;
    say(check, YS_CHECK_CHECKPOINT, _("%s, size %llu, signed by its log key"), opened->origin,
        (unsigned long long)checkpoint.size);
    say(check, YS_CHECK_INCLUSION, _("the record is entry %llu of that log"),
        (unsigned long long)opened->bundle.index);
    code = check_witnesses(check, opened, &head, err);
    check->result.unknown_lines = head.line_count - 1 - check->result.witnesses_found;
    if (code == YS_OK && check->result.unknown_lines != 0)
        say(check, YS_CHECK_COSIGNATURE,
            _("%u lines of keys that the evidence does not name: ignored"),
            check->result.unknown_lines);
    if (code == YS_OK)
        code = check_body(check, opened, err);
    return code != YS_OK ? code : check_signatures(check, opened, err);
}

static void say_revoked(struct check *check)
{
    for (size_t i = 0; i < ys_member_key_count(check->member); i++) {
        const struct ys_member_key *const key = ys_member_key_at(check->member, i);
        if (!key->has_revocation)
            continue;
        check->result.revoked++;
        say(check, YS_CHECK_EVIDENCE, _("key %s+%08x is revoked from entry %llu of its log on"),
            key->vkey.name, (unsigned)key->vkey.id, (unsigned long long)key->cut);
    }
}

static enum ys_code run(struct check *check, struct ys_bytes bytes, struct ys_err *err)
{
    struct opened opened;
    enum ys_code code = open_bundle(check, bytes, &opened, err);
    if (code != YS_OK)
        return code;
    check->result.record = opened.record;
    check->result.index = opened.bundle.index;
    ys_record_id(opened.note.text, &check->result.id);
    say(check, YS_CHECK_FORM, _("a %s of log %s"), opened.record.kind, opened.origin);
    say(check, YS_CHECK_ROOT, _("deployment %s, district %s"), anchor(check)->deployment,
        anchor(check)->division.digits);
    for (size_t i = 0; i < opened.extra->n_evidence && code == YS_OK; i++) {
        const ProtobufCBinaryData *const evidence = &opened.extra->evidence[i];
        code = take_evidence(check, (struct ys_bytes){evidence->data, evidence->len}, i + 1, err);
    }
    if (code == YS_OK)
        say_revoked(check);
    if (code == YS_OK && check->options->roots->count > 1)
        say(check, YS_CHECK_ROOT,
            _("policy %u of %u in the root file, as far as the evidence goes"),
            ys_member_root_number(check->member, UINT64_MAX) + 1, check->options->roots->count);
    return code != YS_OK ? code : check_record(check, &opened, err);
}

enum ys_code ys_check(const struct ys_check_options *options, struct ys_bytes bundle,
                      struct ys_check_result *out, struct ys_err *err)
{
    struct check *const check = calloc(1, sizeof *check);
    if (check == NULL)
        return ys_fail(err, YS_NOMEM, _("check: out of memory"));
    check->options = options;
    ys_arena_init(&check->arena, YS_EVIDENCE_ARENA_MAX);
    /* A stranger is no unit of the tree: for him no log counts beyond what was cosigned. */
    enum ys_code code = ys_member_new(&options->roots->policy[0],
                                      &options->roots->policy[0].division, &check->member, err);
    if (code == YS_OK)
        code = ys_member_follow(check->member, options->roots, err);
    if (code == YS_OK)
        code = run(check, bundle, err);
    if (code == YS_OK)
        *out = check->result;
    ys_member_free(check->member);
    ys_arena_clear(&check->arena);
    free(check);
    return code;
}
