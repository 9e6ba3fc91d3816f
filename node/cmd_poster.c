#include "node/paper/poster.h"

#include "node/ballot/round.h"
#include "node/cmd.h"
#include "node/exhibit.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/paper/page.h"
#include "node/vault/logbook.h"
#include "node/vault/vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_MAX = 2 * YS_HASH_LEN + 1 };
static const char notice_kind[] = "public_notice";
static const char publication_kind[] = "feedback_publication";
static const char names_slot[] = "participants";

struct poster {
    const struct ys_call *call;
    struct ys_node node;
    struct ys_read_record record, topic, evaluation;
    char id[HEX_MAX];
    struct ys_name_list names;
};

static void poster_clear(struct poster *poster)
{
    ys_name_list_clear(&poster->names);
    ys_read_record_clear(&poster->evaluation);
    ys_read_record_clear(&poster->topic);
    ys_read_record_clear(&poster->record);
    ys_node_close(&poster->node);
}
#define POSTER_SCOPED __attribute__((cleanup(poster_clear))) struct poster

/* --- what it refers to --- */

/* The record of that kind which `from` rests on; what is not held here is left out of the page. */
static void find_basis(const struct ys_node *node, const struct ys_read_record *from,
                       const char *kind, struct ys_read_record *out)
{
    const Yishi__V1__Body *const body = from->body;
    for (size_t i = 0; i < body->n_refs && out->body == NULL; i++) {
        char id[HEX_MAX];
        if (body->refs[i]->record.len != YS_HASH_LEN)
            continue;
        sodium_bin2hex(id, sizeof id, body->refs[i]->record.data, YS_HASH_LEN);
        if (ys_read_record_find(node, id, kind, out, NULL) != YS_OK)
            out->body = NULL;
    }
}

/* The title of the matter, from what determined it: named here, or by what is named here. */
static const char *title_of(struct poster *poster)
{
    find_basis(&poster->node, &poster->record, "topic_determination", &poster->topic);
    const Yishi__V1__Body *const body = poster->topic.body;
    return body != NULL && body->topic_determination->title != NULL
               ? body->topic_determination->title
               : "";
}

/* --- names --- */

static enum ys_code read_names(struct poster *poster, struct ys_bytes text, struct ys_err *err)
{
    struct ys_err why = {0};
    const enum ys_code code = ys_name_list_read(text, &poster->names, &why);
    return code == YS_OK ? YS_OK : ys_fail(err, code, _("names: %s"), why.msg);
}

/* Into the vault, for the next time. */
static enum ys_code keep_names(const struct poster *poster, struct ys_bytes text,
                               struct ys_err *err)
{
    struct ys_vault vault;
    struct ys_hash commitment;
    struct ys_vault_tag tag = {
        .content = YS_VAULT_VALUE, .basis = YS_BASIS_CONSENT, .retention = YS_RETAIN_PURPOSE};
    memcpy(tag.kind, notice_kind, sizeof notice_kind);
    memcpy(tag.slot, names_slot, sizeof names_slot);
    memcpy(tag.purpose, poster->id, sizeof poster->id);
    enum ys_code code = ys_vault_open(&poster->node.home, &vault, err);
    if (code == YS_OK)
        code = ys_vault_put(&vault, &tag, text, &commitment, err);
    return code == YS_OK ? ys_vault_recorded(&vault, &commitment, &poster->record.id, err) : code;
}

static enum ys_code take_file(struct poster *poster, const char *path, struct ys_err *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    enum ys_code code = ys_file_read_all(path, YS_VAULT_VALUE_MAX, &bytes, &size, err);
    if (code != YS_OK)
        return code;
    code = read_names(poster, (struct ys_bytes){bytes, size}, err);
    if (code == YS_OK && ys_args_has(&poster->call->args, "keep-names"))
        code = keep_names(poster, (struct ys_bytes){bytes, size}, err);
    sodium_memzero(bytes, size);
    free(bytes);
    return code;
}

struct kept {
    const char *id;
    bool found;
    struct ys_vault_tag newest;
};

static enum ys_code see(void *context, const struct ys_vault_tag *tag, struct ys_err *err)
{
    struct kept *const kept = context;
    (void)err;
    if (strcmp(tag->kind, notice_kind) == 0 && strcmp(tag->slot, names_slot) == 0 &&
        strcmp(tag->purpose, kept->id) == 0 &&
        (!kept->found || tag->sealed_at_s >= kept->newest.sealed_at_s)) {
        kept->newest = *tag;
        kept->found = true;
    }
    return YS_OK;
}

static enum ys_code take_kept(struct poster *poster, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    YS_VAULT_KEY_SCOPED key = {.public = {0}};
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    struct ys_vault vault;
    struct kept kept = {.id = poster->id};
    const struct ys_vault_seer seer = {.see = see, .context = &kept};
    enum ys_code code = ys_vault_open(&poster->node.home, &vault, err);
    if (code == YS_OK)
        code = ys_vault_each(&vault, &seer, err);
    if (code == YS_OK && !kept.found)
        code = ys_fail(err, YS_NOT_FOUND,
                       _("no names are kept for this notice; give them once with: --names FILE "
                         "--keep-names"));
    if (code == YS_OK)
        code = ys_passphrases_of_args(&poster->call->args, &from, err);
    if (code == YS_OK)
        code = ys_vault_key_load(&poster->node.home, &poster->node.origin, &from, &key, err);
    if (code == YS_OK)
        code = ys_vault_get(&vault, &key, &kept.newest.commitment, &opened, err);
    const struct ys_logbook_entry entry = {.action = "poster",
                                           .record = poster->id,
                                           .slot = names_slot,
                                           .commitment = &kept.newest.commitment,
                                           .purpose = "poster"};
    if (code == YS_OK)
        code = ys_logbook_add(&poster->node.home, &entry, err);
    return code == YS_OK ? read_names(poster, (struct ys_bytes){opened.bytes, opened.size}, err)
                         : code;
}

/* Who has not agreed is told by number alone, to the clerk. */
static void tell_consent(const struct poster *poster)
{
    size_t without = 0;
    for (size_t i = 0; i < poster->names.count; i++)
        without += !poster->names.person[i].consent;
    if (without > 0)
        fprintf(stderr,
                _("yishi: note: %zu of %zu persons have not agreed apart that their names are "
                  "made public (PIPL 25): they are not printed\n"),
                without, poster->names.count);
}

/* --- the page --- */

static enum ys_code print(struct poster *poster, struct ys_err *err)
{
    struct ys_page_file file;
    const Yishi__V1__Body *const body = poster->record.body;
    const bool notice = body->kind_case == YISHI__V1__BODY__KIND_PUBLIC_NOTICE;
    const char *const title = title_of(poster);
    const char *const out = ys_args_value(&poster->call->args, "out");
    if (!notice)
        find_basis(&poster->node, &poster->record, "evaluation_result", &poster->evaluation);
    const struct ys_poster view = {
        .unit = ys_node_unit_name(&poster->node, &poster->record.record.origin.division),
        .title = title,
        .matter = poster->record.record.subject,
        .record = poster->id,
        .evaluation =
            poster->evaluation.body == NULL ? NULL : poster->evaluation.body->evaluation_result};
    const enum ys_code code = ys_page_open(out, &file, err);
    if (code != YS_OK)
        return code;
    if (notice)
        ys_poster_notice(file.stream, &view, body->public_notice, &poster->names);
    else
        ys_poster_publication(file.stream, &view, body->feedback_publication);
    return ys_page_finish(&file, err);
}

static enum ys_code begin(struct poster *poster, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_node_open(poster->call->home, poster->call->lang, &poster->node, err);
    if (code == YS_OK)
        code = ys_node_read(&poster->node, &txn, err); /* for the unit's name */
    ys_txn_abort(&txn);
    if (code == YS_OK)
        code = ys_read_record_find(&poster->node, poster->call->args.word[0], NULL, &poster->record,
                                   err);
    if (code == YS_OK && strcmp(poster->record.record.kind, notice_kind) != 0 &&
        strcmp(poster->record.record.kind, publication_kind) != 0)
        code = ys_fail(err, YS_USAGE,
                       _("%s is of kind %s; a poster is made of a public_notice or a "
                         "feedback_publication"),
                       poster->call->args.word[0], poster->record.record.kind);
    if (code == YS_OK)
        sodium_bin2hex(poster->id, sizeof poster->id, poster->record.id.bytes, YS_HASH_LEN);
    return code;
}

enum ys_code ys_cmd_poster(const struct ys_call *call, struct ys_err *err)
{
    POSTER_SCOPED poster = {.call = call, .record = {.body = NULL}};
    const char *const names = ys_args_value(&call->args, "names");
    const bool kept = ys_args_has(&call->args, "kept-names");
    if (ys_args_value(&call->args, "out") == NULL)
        return ys_fail(err, YS_USAGE, _("where to? --out FILE.html, or - for standard output"));
    if ((names != NULL && kept) || (names == NULL && ys_args_has(&call->args, "keep-names")))
        return ys_fail(err, YS_USAGE,
                       _("--names FILE, with --keep-names or without; or --kept-names"));
    enum ys_code code = begin(&poster, err);
    if (code == YS_OK && (names != NULL || kept) &&
        strcmp(poster.record.record.kind, notice_kind) != 0)
        code = ys_fail(err, YS_USAGE, _("names are printed on a public_notice alone"));
    if (code == YS_OK && names != NULL)
        code = take_file(&poster, names, err);
    if (code == YS_OK && kept)
        code = take_kept(&poster, err);
    if (code == YS_OK)
        tell_consent(&poster);
    return code == YS_OK ? print(&poster, err) : code;
}
