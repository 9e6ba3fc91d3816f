#include "node/audit/sample.h"

#include "node/lang.h"
#include "proto/body.h"
#include "sync/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char domain[] = "yishi/audit-sample/v1\n";
static const char commits[] = "audit-sample sha256:";

void ys_commitment_print(const uint8_t nonce[YS_NONCE_LEN], char out[YS_COMMITMENT_TEXT_MAX])
{
    struct ys_hash hash;
    ys_sha256((struct ys_bytes){nonce, YS_NONCE_LEN}, &hash);
    int at = snprintf(out, YS_COMMITMENT_TEXT_MAX, "%s", commits);
    for (unsigned i = 0; i < YS_HASH_LEN; i++)
        at += snprintf(out + at, YS_COMMITMENT_TEXT_MAX - (size_t)at, "%02x", hash.bytes[i]);
}

void ys_sample_clear(struct ys_sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
        ys_flaws_clear(&sample->drawn[i].flaws);
    free(sample->drawn);
    ys_claims_clear(&sample->logs);
    *sample = (struct ys_sample){0};
}

/* --- the district's log: commitment, beacon, and what was cosigned up to there --- */

struct reading {
    const struct ys_member *member;
    struct ys_txn *txn;
    struct ys_log district;
    char commitment[YS_COMMITMENT_TEXT_MAX];
    struct ys_sample *sample;
    bool committed, found; /* the beacon, too */
};

static enum ys_code find_district(struct reading *reading, const struct ys_store *store,
                                  struct ys_err *err)
{
    const struct ys_division *const self = &ys_store_identity(store)->origin.division;
    for (uint32_t id = 0;; id = reading->district.id + 1) {
        const enum ys_code code = ys_log_next(reading->txn, id, &reading->district, err);
        if (code == YS_NOT_FOUND)
            return ys_fail(err, code, _("the log of the district is not here"));
        if (code != YS_OK)
            return code;
        const struct ys_division *const found = &reading->district.origin.division;
        if (ys_division_level(found) == YS_LEVEL_DISTRICT && ys_division_related(found, self) &&
            reading->district.state != YS_LOG_CLOSED)
            return YS_OK;
    }
}

static enum ys_code add_receipts(struct ys_claims *logs, const Yishi__V1__Receipts *receipts,
                                 struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < receipts->n_receipts && code == YS_OK; i++) {
        const Yishi__V1__Receipt *const receipt = receipts->receipts[i];
        struct ys_claim claim = {.size = receipt->size, .time_s = receipt->time};
        const size_t length = strlen(receipt->log);
        if (length > YS_KEY_NAME_MAX || receipt->root.len != YS_HASH_LEN)
            continue;
        memcpy(claim.origin, receipt->log, length + 1);
        memcpy(claim.root.bytes, receipt->root.data, YS_HASH_LEN);
        code = ys_claims_add(logs, &claim, err);
    }
    return code;
}

static enum ys_code read_body(struct reading *reading, uint64_t index, const struct ys_hash *id,
                              const Yishi__V1__Body *body, struct ys_err *err)
{
    struct ys_sample *const sample = reading->sample;
    if (body->kind_case == YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT) {
        const char *const purpose = body->acknowledgement->purpose;
        if (reading->committed || purpose == NULL ||
            strncmp(purpose, commits, sizeof commits - 1) != 0)
            return YS_OK;
        reading->committed = strcmp(purpose, reading->commitment) == 0;
        sample->commitments_before += !reading->committed;
        sample->commitment = *id;
        sample->commitment_index = index;
        return YS_OK;
    }
    if (body->kind_case != YISHI__V1__BODY__KIND_RECEIPTS)
        return YS_OK;
    if (reading->committed) {
        reading->found = true;
        sample->beacon = *id;
        sample->beacon_index = index;
    }
    return add_receipts(&sample->logs, body->receipts, err);
}

static enum ys_code read_entry(struct reading *reading, uint64_t index, struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_hash id;
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    enum ys_code code = ys_log_entry(reading->txn, reading->district.id, index, &entry, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND
                   ? ys_fail(err, YS_CORRUPT, _("%s: entry %llu is missing; see: yishi audit"),
                             reading->district.origin_text, (unsigned long long)index)
                   : code;
    if (!ys_note_peek(entry.note, &text, &kind) || entry.content != YS_CONTENT_BODY ||
        (!ys_bytes_is_text(kind, "receipts") && !ys_bytes_is_text(kind, "acknowledgement")) ||
        ys_judge(reading->member, &reading->district.origin, index, &entry, NULL) != YS_VERDICT_OK)
        return YS_OK;
    ys_record_id(text, &id);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    code = ys_body_unpack(entry.body, &arena, &body, err);
    if (code == YS_OK)
        code = read_body(reading, index, &id, body, err);
    ys_arena_clear(&arena);
    return code;
}

/* The district's own log up to the beacon is drawn from as well. */
static enum ys_code add_district(struct reading *reading, struct ys_err *err)
{
    struct ys_claim claim = {.size = reading->sample->beacon_index + 1};
    memcpy(claim.origin, reading->district.origin_text, sizeof claim.origin);
    const enum ys_code code =
        ys_log_root_at(reading->txn, &reading->district, claim.size, &claim.root, err);
    return code != YS_OK ? code : ys_claims_add(&reading->sample->logs, &claim, err);
}

static enum ys_code read_district(struct reading *reading, struct ys_err *err)
{
    struct ys_sample *const sample = reading->sample;
    enum ys_code code = YS_OK;
    for (uint64_t i = 0; i < reading->district.frontier.size && !reading->found && code == YS_OK;
         i++)
        code = read_entry(reading, i, err);
    if (code != YS_OK)
        return code;
    if (!reading->committed)
        return ys_fail(err, YS_NOT_FOUND,
                       _("%s: no record says \"%s\": publish the commitment to this nonce first"),
                       reading->district.origin_text, reading->commitment);
    if (!reading->found)
        return ys_fail(err, YS_NOT_FOUND,
                       _("%s: no receipts record stands behind the commitment yet (entry %llu): "
                         "the district writes one a day; draw again then"),
                       reading->district.origin_text, (unsigned long long)sample->commitment_index);
    code = add_district(reading, err);
    for (size_t i = 0; i < sample->logs.count; i++)
        sample->population += sample->logs.item[i].size;
    return code;
}

/* --- drawing --- */

static void make_seed(struct ys_sample *sample, const uint8_t nonce[YS_NONCE_LEN])
{
    uint8_t bytes[sizeof domain - 1 + YS_NONCE_LEN + YS_HASH_LEN];
    memcpy(bytes, domain, sizeof domain - 1);
    memcpy(bytes + sizeof domain - 1, nonce, YS_NONCE_LEN);
    memcpy(bytes + sizeof domain - 1 + YS_NONCE_LEN, sample->beacon.bytes, YS_HASH_LEN);
    ys_sha256((struct ys_bytes){bytes, sizeof bytes}, &sample->seed);
}

/* The n-th number below `population`; false: it would favour small ones, and is passed over. */
static bool number_at(const struct ys_sample *sample, uint64_t n, uint64_t *out)
{
    uint8_t bytes[YS_HASH_LEN + 8];
    struct ys_hash hash;
    memcpy(bytes, sample->seed.bytes, YS_HASH_LEN);
    ys_be64_put(bytes + YS_HASH_LEN, n);
    ys_sha256((struct ys_bytes){bytes, sizeof bytes}, &hash);
    const uint64_t drawn = ys_be64_get(hash.bytes);
    *out = drawn % sample->population;
    return drawn - *out <= UINT64_MAX - (sample->population - 1);
}

static const struct ys_claim *place_of(const struct ys_sample *sample, uint64_t number,
                                       uint64_t *index_out)
{
    for (size_t i = 0; i < sample->logs.count; i++) {
        if (number < sample->logs.item[i].size) {
            *index_out = number;
            return &sample->logs.item[i];
        }
        number -= sample->logs.item[i].size;
    }
    return NULL;
}

static bool was_drawn(const struct ys_sample *sample, const char *origin, uint64_t index)
{
    for (size_t i = 0; i < sample->count; i++)
        if (sample->drawn[i].origin == origin && sample->drawn[i].index == index)
            return true;
    return false;
}

/* --- checking --- */

static enum ys_code check_place(struct reading *reading, const struct ys_log *log,
                                const struct ys_claim *claim, struct ys_drawn *drawn,
                                struct ys_bytes note, struct ys_err *err)
{
    struct ys_log_place place = {.txn = reading->txn, .id = log->id};
    const struct ys_tree tree = ys_log_tree(&place);
    struct ys_proof proof;
    struct ys_hash leaf;
    ys_leaf_hash(note, &leaf);
    const enum ys_code code = ys_tree_inclusion(&tree, drawn->index, claim->size, &proof, err);
    if (code != YS_OK && code != YS_CORRUPT && code != YS_NOT_FOUND)
        return code;
    if (code != YS_OK ||
        ys_inclusion_verify(&leaf, drawn->index, claim->size, &proof, &claim->root) != YS_OK)
        ys_flaw_add_entry(&drawn->flaws, YS_FLAW_TREE, claim->origin, drawn->index,
                          _("it is not under the root that the district cosigned at size %llu"),
                          (unsigned long long)claim->size);
    return YS_OK;
}

static void check_record(const struct reading *reading, const struct ys_log *log,
                         const struct ys_entry *entry, struct ys_drawn *drawn)
{
    struct ys_err why = {0};
    struct ys_note note;
    struct ys_record record;
    if (ys_note_parse(entry->note, &note, NULL) == YS_OK &&
        ys_record_parse(note.text, &record, NULL) == YS_OK) {
        ys_record_id(note.text, &drawn->id);
        snprintf(drawn->kind, sizeof drawn->kind, "%s", record.kind);
        snprintf(drawn->subject, sizeof drawn->subject, "%s", record.subject);
    }
    const enum ys_verdict verdict =
        ys_judge(reading->member, &log->origin, drawn->index, entry, &why);
    if (verdict != YS_VERDICT_OK)
        ys_flaw_add_entry(&drawn->flaws,
                          verdict == YS_VERDICT_BAD ? YS_FLAW_SIGNATURE : YS_FLAW_UNKNOWN,
                          log->origin_text, drawn->index, "%s", why.msg);
    if (entry->content == YS_CONTENT_ABSENT)
        ys_flaw_add_entry(&drawn->flaws, YS_FLAW_CONTENT, log->origin_text, drawn->index, "%s",
                          _("its content is not here"));
}

static enum ys_code check(struct reading *reading, const struct ys_claim *claim,
                          struct ys_drawn *drawn, struct ys_err *err)
{
    struct ys_log log;
    struct ys_entry entry;
    enum ys_code code = ys_log_find(reading->txn, claim->origin, &log, err);
    if (code == YS_OK)
        code = ys_log_entry(reading->txn, log.id, drawn->index, &entry, err);
    if (code == YS_NOT_FOUND || code == YS_CORRUPT) {
        ys_flaw_add_entry(&drawn->flaws, YS_FLAW_MISSING, claim->origin, drawn->index, "%s",
                          _("the district cosigned it, and it is not here"));
        return YS_OK;
    }
    if (code != YS_OK)
        return code;
    drawn->here = true;
    check_record(reading, &log, &entry, drawn);
    return check_place(reading, &log, claim, drawn, entry.note, err);
}

static enum ys_code draw(struct reading *reading, size_t count, struct ys_err *err)
{
    struct ys_sample *const sample = reading->sample;
    enum ys_code code = YS_OK;
    if (count > sample->population)
        count = (size_t)sample->population;
    sample->drawn = calloc(count == 0 ? 1 : count, sizeof *sample->drawn);
    if (sample->drawn == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    for (uint64_t n = 0; sample->count < count && code == YS_OK; n++) {
        uint64_t number = 0;
        uint64_t index = 0;
        if (!number_at(sample, n, &number))
            continue;
        const struct ys_claim *const claim = place_of(sample, number, &index);
        if (claim == NULL || was_drawn(sample, claim->origin, index))
            continue;
        struct ys_drawn *const drawn = &sample->drawn[sample->count++];
        drawn->origin = claim->origin;
        drawn->index = index;
        code = check(reading, claim, drawn, err);
    }
    return code;
}

enum ys_code ys_sample_draw(const struct ys_store *store, const struct ys_member *member,
                            const uint8_t nonce[YS_NONCE_LEN], size_t count, struct ys_sample *out,
                            struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct reading reading = {.member = member, .sample = out};
    *out = (struct ys_sample){0};
    if (count > YS_SAMPLE_MAX)
        return ys_fail(err, YS_LIMIT, _("at most %d records are drawn at once"), YS_SAMPLE_MAX);
    ys_commitment_print(nonce, reading.commitment);
    enum ys_code code = ys_store_begin(store, false, &txn, err);
    reading.txn = txn;
    if (code == YS_OK)
        code = find_district(&reading, store, err);
    if (code == YS_OK)
        code = read_district(&reading, err);
    if (code == YS_OK) {
        make_seed(out, nonce);
        code = draw(&reading, count, err);
    }
    return code;
}
