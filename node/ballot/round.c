#include "node/ballot/round.h"

#include "node/check.h"
#include "node/exhibit.h"
#include "node/file.h"
#include "node/lang.h"
#include "proto/body.h"

#include <stdlib.h>
#include <string.h>

static const char result_kind[] = "evaluation_result";

void ys_read_record_clear(struct ys_read_record *record)
{
    ys_arena_clear(&record->arena);
    record->body = NULL;
}

/* `entry` is valid until its transaction ends; what comes out of it is not. */
static enum ys_code take(const struct ys_entry *entry, struct ys_read_record *out,
                         struct ys_err *err)
{
    struct ys_note note;
    enum ys_code code = ys_note_parse(entry->note, &note, err);
    if (code == YS_OK)
        code = ys_record_parse(note.text, &out->record, err);
    if (code != YS_OK)
        return code;
    ys_record_id(note.text, &out->id);
    if (entry->content != YS_CONTENT_BODY)
        return ys_fail(err, YS_NOT_FOUND, _("the content of this record is not here"));
    return ys_body_decode(entry->body, &out->arena, &out->body, err);
}

enum ys_code ys_read_record_find(const struct ys_node *node, const char *name, const char *kind,
                                 struct ys_read_record *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    YS_READ_RECORD_SCOPED read = {.body = NULL};
    struct ys_log log;
    struct ys_entry entry;
    ys_arena_init(&read.arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_exhibit_find(txn, name, &log, &read.index, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, log.id, read.index, &entry, err);
    if (code == YS_OK)
        code = take(&entry, &read, err);
    if (code == YS_OK && kind != NULL && strcmp(read.record.kind, kind) != 0)
        code = ys_fail(err, YS_USAGE, _("%s is of kind %s, not of kind %s"), name, read.record.kind,
                       kind);
    if (code != YS_OK)
        return code;
    *out = read;
    read = (struct ys_read_record){.body = NULL};
    ys_arena_init(&read.arena, YS_BODY_ARENA_MAX);
    return YS_OK;
}

enum ys_code ys_read_record_prove(const char *bundle_path, const char *root_path,
                                  struct ys_read_record *out, struct ys_err *err)
{
    YS_READ_RECORD_SCOPED read = {.body = NULL};
    struct ys_root_chain roots;
    struct ys_check_result result;
    struct ys_arena extra;
    struct ys_entry entry;
    struct ys_bytes bytes = {0};
    uint8_t *block = NULL;
    ys_arena_init(&read.arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_roots_load(root_path, NULL, &roots, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_IO, _("%s: there is no such file"), root_path);
    if (code == YS_OK)
        code = ys_file_read_all(bundle_path, (size_t)2 * YS_EVIDENCE_MAX, &block, &bytes.size, err);
    if (code != YS_OK)
        return code;
    bytes.data = block;
    ys_arena_init(&extra, YS_EVIDENCE_ARENA_MAX);
    code = ys_check(&(struct ys_check_options){.roots = &roots}, bytes, &result, err);
    if (code == YS_OK)
        code = ys_check_record(bytes, &extra, &entry, err);
    if (code == YS_OK)
        code = take(&entry, &read, err);
    ys_arena_clear(&extra);
    free(block);
    if (code != YS_OK)
        return code;
    read.index = result.index;
    *out = read;
    ys_arena_init(&read.arena, YS_BODY_ARENA_MAX);
    return YS_OK;
}

enum ys_code ys_round_find(const struct ys_node *node, const char *name, struct ys_read_record *out,
                           struct ys_ballot_round *round_out, struct ys_err *err)
{
    const enum ys_code code = ys_read_record_find(node, name, "evaluation_round", out, err);
    if (code != YS_OK)
        return code;
    if (!ys_name_equal(&out->record.origin, &node->origin)) {
        ys_read_record_clear(out);
        return ys_fail(err, YS_DENIED,
                       _("%s: the round is of another unit, which keeps its ballots"), name);
    }
    *round_out = (struct ys_ballot_round){.id = out->id};
    memcpy(round_out->deployment, node->origin.deployment, strlen(node->origin.deployment) + 1);
    return YS_OK;
}

static bool rests_on(const Yishi__V1__Body *body, const struct ys_hash *round)
{
    for (size_t i = 0; i < body->n_refs; i++)
        if (body->refs[i]->rel == YISHI__V1__RELATION__RELATION_BASED_ON &&
            body->refs[i]->record.len == YS_HASH_LEN &&
            memcmp(body->refs[i]->record.data, round->bytes, YS_HASH_LEN) == 0)
            return true;
    return false;
}

static bool names_root(const Yishi__V1__Body *body, const struct ys_hash *root)
{
    return body->kind_case == YISHI__V1__BODY__KIND_EVALUATION_RESULT &&
           body->evaluation_result->ballot_root.len == YS_HASH_LEN &&
           memcmp(body->evaluation_result->ballot_root.data, root->bytes, YS_HASH_LEN) == 0;
}

/* Looks at one entry of the own log; what is no result of the round is passed by. */
static bool is_result(struct ys_txn *txn, const struct ys_log *log, uint64_t index,
                      const struct ys_hash *round, const struct ys_hash *root,
                      struct ys_read_record *out)
{
    struct ys_entry entry;
    *out = (struct ys_read_record){.index = index};
    ys_arena_init(&out->arena, YS_BODY_ARENA_MAX);
    if (ys_log_entry(txn, log->id, index, &entry, NULL) == YS_OK &&
        take(&entry, out, NULL) == YS_OK && strcmp(out->record.kind, result_kind) == 0 &&
        rests_on(out->body, round) && names_root(out->body, root))
        return true;
    ys_read_record_clear(out);
    return false;
}

enum ys_code ys_round_result(const struct ys_node *node, const struct ys_read_record *round,
                             const struct ys_hash *root, struct ys_read_record *out,
                             struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_log_load(txn, 0, &log, err);
    if (code != YS_OK)
        return code;
    for (uint64_t index = log.frontier.size; index-- > round->index + 1;)
        if (is_result(txn, &log, index, &round->id, root, out))
            return YS_OK;
    return ys_fail(err, YS_NOT_FOUND, _("the result of this round is not published yet"));
}

enum ys_code ys_round_owns(const struct ys_ballot_round *round, const struct ys_read_record *result,
                           struct ys_err *err)
{
    if (strcmp(result->record.kind, result_kind) != 0)
        return ys_fail(err, YS_MALFORMED, _("the record is a %s, not the result of an evaluation"),
                       result->record.kind);
    if (strcmp(result->record.origin.deployment, round->deployment) != 0 ||
        !rests_on(result->body, &round->id))
        return ys_fail(err, YS_MALFORMED, _("the result is of another round"));
    return YS_OK;
}
