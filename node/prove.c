#include "node/prove.h"

#include "crypto/assert.h"
#include "crypto/bundle.h"
#include "node/lang.h"
#include "proto/evidence.h"
#include "proto/wire.h"
#include "sync/heads.h"

#include <stdlib.h>
#include <string.h>

/* The membership records a bundle rests on, in the order in which they take effect. */
struct chain {
    struct ys_position at[YS_EVIDENCE_COUNT_MAX];
    enum ys_level level[YS_EVIDENCE_COUNT_MAX]; /* of the log in which each stands */
    size_t count;
};

static bool same_place(struct ys_position a, struct ys_position b)
{
    return a.log_id == b.log_id && a.index == b.index;
}

static enum ys_code add_to_chain(struct chain *chain, struct ys_position at, enum ys_level level,
                                 struct ys_err *err)
{
    for (size_t i = 0; i < chain->count; i++)
        if (same_place(chain->at[i], at))
            return YS_OK;
    if (chain->count == YS_EVIDENCE_COUNT_MAX)
        return ys_fail(err, YS_LIMIT, _("the record rests on more than %d membership records"),
                       YS_EVIDENCE_COUNT_MAX);
    chain->at[chain->count] = at;
    chain->level[chain->count++] = level;
    return YS_OK;
}

/* The log that enrols a unit: its parent's, or its own for a district. */
static enum ys_level issuer_level(const struct ys_division *division)
{
    return ys_division_level(division) == YS_LEVEL_COMMUNITY ? YS_LEVEL_STREET : YS_LEVEL_DISTRICT;
}

/* Registration, and revocation if there is one, of every key of a unit that `wanted` accepts. */
static enum ys_code add_keys(const struct ys_member *member, const struct ys_division *division,
                             bool (*wanted)(const struct ys_member_key *key, const void *context),
                             const void *context, struct chain *chain, struct ys_err *err)
{
    const enum ys_level level = issuer_level(division);
    for (size_t i = 0; i < ys_member_key_count(member); i++) {
        const struct ys_member_key *const key = ys_member_key_at(member, i);
        if (!ys_division_equal(&key->name.division, division) || !wanted(key, context))
            continue;
        enum ys_code code = add_to_chain(chain, key->source, level, err);
        if (code == YS_OK && key->has_revocation)
            code = add_to_chain(chain, key->revocation, level, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

static bool is_node_key(const struct ys_member_key *key, const void *context)
{
    (void)context;
    return key->name.kind == YS_NAME_LOG || key->name.kind == YS_NAME_MIRROR;
}

/* Keys of the body that enrols others: da, st. */
static bool is_officer_key(const struct ys_member_key *key, const void *context)
{
    (void)context;
    return key->name.kind == YS_NAME_BODY &&
           (ys_body_class(key->name.body) & (YS_BODY_DA | YS_BODY_ST)) != 0;
}

/* Keys that have a line on this note. */
static bool is_on_note(const struct ys_member_key *key, const void *context)
{
    return key->name.kind == YS_NAME_BODY &&
           ys_note_check(context, &key->vkey, NULL) != YS_LINE_ABSENT;
}

static int before(const void *left, const void *right)
{
    const struct ys_position *const a = left;
    const struct ys_position *const b = right;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* District's records first, then the street's; inside a log by index. */
static void sort_chain(struct chain *chain)
{
    struct ys_position sorted[YS_EVIDENCE_COUNT_MAX];
    enum ys_level level[YS_EVIDENCE_COUNT_MAX];
    size_t count = 0;
    for (int at = YS_LEVEL_DISTRICT; at <= YS_LEVEL_COMMUNITY; at++) {
        const size_t first = count;
        for (size_t i = 0; i < chain->count; i++) {
            if ((int)chain->level[i] != at)
                continue;
            level[count] = chain->level[i];
            sorted[count++] = chain->at[i];
        }
        qsort(sorted + first, count - first, sizeof *sorted, before);
    }
    memcpy(chain->at, sorted, count * sizeof *sorted);
    memcpy(chain->level, level, count * sizeof *level);
}

/* The records with which successors of the root came into force. */
static enum ys_code add_roots(const struct ys_member *member, struct chain *chain,
                              struct ys_err *err)
{
    enum ys_code code = YS_OK;
    struct ys_position at;
    for (unsigned i = 1; i < ys_member_roots(member)->count && code == YS_OK; i++)
        if (ys_member_root_source(member, i, &at))
            code = add_to_chain(chain, at, YS_LEVEL_DISTRICT, err);
    return code;
}

static enum ys_code collect(const struct ys_member *member, const struct ys_division *division,
                            const struct ys_note *note, struct chain *chain, struct ys_err *err)
{
    struct ys_division unit[3];
    size_t units = 0;
    unit[units++] = *division;
    while (units < 3 && ys_division_parent(&unit[units - 1], &unit[units]))
        units++;
    enum ys_code code = add_keys(member, division, is_on_note, note, chain, err);
    if (code == YS_OK)
        code = add_roots(member, chain, err);
    for (size_t i = 0; i < units && code == YS_OK; i++) {
        code = add_keys(member, &unit[i], is_node_key, NULL, chain, err);
        if (code == YS_OK && i != 0)
            code = add_keys(member, &unit[i], is_officer_key, NULL, chain, err);
    }
    sort_chain(chain);
    return code;
}

/* --- choosing a checkpoint --- */

static unsigned cosignatures(const struct ys_member *member, const struct ys_division *division,
                             struct ys_bytes bytes, unsigned *wanted_out)
{
    struct ys_division witness = *division;
    struct ys_note note;
    unsigned found = 0;
    *wanted_out = 0;
    if (ys_note_parse(bytes, &note, NULL) != YS_OK)
        return 0;
    while (ys_division_parent(&witness, &witness)) {
        const struct ys_vkey *const mirror = ys_member_mirror(member, &witness);
        (*wanted_out)++;
        if (mirror != NULL && ys_note_check(&note, mirror, NULL) == YS_LINE_GOOD)
            found++;
    }
    return found;
}

/* Of the heads over `index` with most cosignatures the earliest, which proves the earliest time, or the
 * `newest`, which says most about revocations. */
static enum ys_code choose_head(const struct ys_member *member, struct ys_txn *txn,
                                const struct ys_log *log, uint64_t index, bool newest,
                                uint64_t *size_out, uint8_t note_out[YS_HEAD_MAX],
                                size_t *note_size_out, struct ys_err *err)
{
    unsigned best = 0;
    bool any = false;
    for (uint64_t at_least = index + 1;;) {
        uint64_t size = 0;
        struct ys_bytes note;
        unsigned wanted = 0;
        const enum ys_code code = ys_head_at_least(txn, log->id, at_least, &size, &note, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && size > log->frontier.size))
            break;
        if (code != YS_OK)
            return code;
        const unsigned found = cosignatures(member, &log->origin.division, note, &wanted);
        if (!any || found > best || (newest && found == best)) {
            YS_ASSERT(note.size <= YS_HEAD_MAX);
            memcpy(note_out, note.data, note.size);
            *note_size_out = note.size;
            *size_out = size;
            any = true;
            best = found;
        }
        if (!newest && found == wanted)
            break;
        at_least = size + 1;
    }
    if (!any)
        return ys_fail(
            err, YS_NOT_FOUND,
            _("log %s: no signed head covers entry %llu yet; wait for the next session with "
              "the parent"),
            log->origin_text, (unsigned long long)index);
    return YS_OK;
}

/* --- writing --- */

/* One bundle: `extra` holds note and body already. */
static enum ys_code print_bundle(const struct ys_member *member, struct ys_txn *txn,
                                 const struct ys_log *log, uint64_t index, bool newest,
                                 struct ys_bytes extra, struct ys_writer *out, struct ys_err *err)
{
    struct ys_log_place place = {.txn = txn, .id = log->id};
    const struct ys_tree tree = ys_log_tree(&place);
    struct ys_proof proof;
    uint8_t head[YS_HEAD_MAX];
    size_t head_size = 0;
    uint64_t size = 0;
    enum ys_code code = choose_head(member, txn, log, index, newest, &size, head, &head_size, err);
    if (code == YS_OK)
        code = ys_tree_inclusion(&tree, index, size, &proof, err);
    return code != YS_OK ? code
                         : ys_bundle_print(out, extra, index, &proof,
                                           (struct ys_bytes){head, head_size}, err);
}

static enum ys_code encode_extra(const struct ys_entry *entry, ProtobufCBinaryData *evidence,
                                 size_t evidence_count, struct ys_writer *out, struct ys_err *err)
{
    Yishi__V1__ProofExtra extra = YISHI__V1__PROOF_EXTRA__INIT;
    extra.has_note = 1;
    extra.note = ys_wire_lend(entry->note);
    if (entry->content == YS_CONTENT_BODY) {
        extra.has_body = 1;
        extra.body = ys_wire_lend(entry->body);
    }
    extra.n_evidence = evidence_count;
    extra.evidence = evidence;
    return ys_evidence_encode(&extra, out, err);
}

/* A membership record's own bundle, appended to `out`. */
static enum ys_code print_evidence(const struct ys_member *member, struct ys_txn *txn,
                                   struct ys_position at, struct ys_writer *out, struct ys_err *err)
{
    struct ys_log log;
    struct ys_entry entry;
    struct ys_writer extra = {.capacity = YS_RECORD_NOTE_MAX + YS_RECORD_BODY_MAX + 64};
    enum ys_code code = ys_log_load(txn, at.log_id, &log, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, at.log_id, at.index, &entry, err);
    if (code != YS_OK)
        return code;
    if ((extra.data = malloc(extra.capacity)) == NULL)
        return ys_fail(err, YS_NOMEM, _("bundle: out of memory"));
    code = encode_extra(&entry, NULL, 0, &extra, err);
    if (code == YS_OK)
        code = print_bundle(member, txn, &log, at.index, true,
                            (struct ys_bytes){extra.data, extra.size}, out, err);
    free(extra.data);
    return code;
}

/* Room for the whole `extra` and for the evidence in it. */
struct work {
    struct chain chain;
    ProtobufCBinaryData evidence[YS_EVIDENCE_COUNT_MAX];
    uint8_t bundles[YS_EVIDENCE_MAX];
    uint8_t extra[YS_EVIDENCE_MAX];
};

static enum ys_code prove(struct work *work, const struct ys_member *member, struct ys_txn *txn,
                          struct ys_position position, struct ys_writer *out, struct ys_err *err)
{
    struct ys_log log;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_writer bundles = {.data = work->bundles, .capacity = sizeof work->bundles};
    struct ys_writer extra = {.data = work->extra, .capacity = sizeof work->extra};
    enum ys_code code = ys_log_load(txn, position.log_id, &log, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, position.log_id, position.index, &entry, err);
    if (code == YS_OK && ys_note_parse(entry.note, &note, err) != YS_OK)
        code =
            ys_fail(err, YS_NOT_FOUND, _("log %s entry %llu is no signed record: nothing to prove"),
                    log.origin_text, (unsigned long long)position.index);
    if (code == YS_OK)
        code = collect(member, &log.origin.division, &note, &work->chain, err);
    for (size_t i = 0; i < work->chain.count && code == YS_OK; i++) {
        const size_t first = bundles.size;
        code = print_evidence(member, txn, work->chain.at[i], &bundles, err);
        work->evidence[i] =
            ys_wire_lend((struct ys_bytes){work->bundles + first, bundles.size - first});
    }
    if (code == YS_OK)
        code = encode_extra(&entry, work->evidence, work->chain.count, &extra, err);
    return code != YS_OK ? code
                         : print_bundle(member, txn, &log, position.index, false,
                                        (struct ys_bytes){extra.data, extra.size}, out, err);
}

enum ys_code ys_prove(const struct ys_member *member, struct ys_txn *txn,
                      struct ys_position position, struct ys_writer *out, struct ys_err *err)
{
    struct work *const work = malloc(sizeof *work);
    if (work == NULL)
        return ys_fail(err, YS_NOMEM, _("bundle: out of memory"));
    work->chain.count = 0;
    const enum ys_code code = prove(work, member, txn, position, out, err);
    free(work);
    return code;
}
