#include "node/attachment/attach.h"
#include "node/author.h"
#include "node/cmd.h"
#include "node/confirm.h"
#include "node/erase/carry.h"
#include "node/lang.h"
#include "node/matter_number.h"
#include "node/preview/preview.h"
#include "node/reference.h"
#include "node/ruling.h"
#include "node/sheet.h"
#include "node/signing.h"
#include "node/vault/collect.h"
#include "node/view.h"
#include "node/view_rule.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One publication: its drafts, and all records of them in order. */
struct publication {
    const struct ys_call *call;
    struct ys_node node;
    struct ys_signing signing;
    bool dry;
    size_t sheet_count;
    struct ys_sheet *sheet[YS_SHEETS_MAX];
    size_t record_count;
    struct ys_written *record;      /* of YS_SHEETS_MAX */
    struct ys_signatories *to_sign; /* who signs record i now; nobody for one that came signed */
    bool begins[YS_SHEETS_MAX];     /* a matter whose number nobody gave: record i */
    struct ys_appended appended;
    size_t twin_count; /* drafts of the home whose records came in other files: they go, too */
    unsigned twin[YS_SHEETS_MAX];
};

/* --- what is to be published --- */

static enum ys_code add_sheet(struct publication *p, const char *word, struct ys_err *err)
{
    if (p->sheet_count == YS_SHEETS_MAX)
        return ys_fail(err, YS_LIMIT, _("more than %d drafts at once"), YS_SHEETS_MAX);
    struct ys_sheet *const sheet = calloc(1, sizeof *sheet);
    if (sheet == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    p->sheet[p->sheet_count++] = sheet;
    return ys_sheet_find(&p->node.home, word, sheet, err);
}

static int is_json(const struct dirent *entry)
{
    const char *const dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".json") == 0;
}

/* All *.json of a folder, by name. */
static enum ys_code add_folder(struct publication *p, const char *folder, struct ys_err *err)
{
    struct dirent **list = NULL;
    enum ys_code code = YS_OK;
    const int count = scandir(folder, &list, is_json, alphasort);
    if (count < 0)
        return ys_fail(err, YS_IO, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        if (code == YS_OK &&
            snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name) >= (int)sizeof path)
            code = ys_fail(err, YS_USAGE, _("%s: the path is too long"), folder);
        if (code == YS_OK)
            code = add_sheet(p, path, err);
        free(list[i]);
    }
    free(list);
    return code;
}

static enum ys_code add_own(struct publication *p, struct ys_err *err)
{
    unsigned numbers[YS_SHEETS_MAX];
    size_t count = 0;
    enum ys_code code = ys_sheet_list(&p->node.home, numbers, &count, err);
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        char word[16];
        (void)snprintf(word, sizeof word, "%u", numbers[i]);
        code = add_sheet(p, word, err);
    }
    return code;
}

static enum ys_code find_sheets(struct publication *p, struct ys_err *err)
{
    const struct ys_args *const args = &p->call->args;
    enum ys_code code = YS_OK;
    if (args->word_count == 0)
        code = add_own(p, err);
    for (size_t i = 0; i < args->word_count && code == YS_OK; i++) {
        struct stat status;
        const bool folder = ys_args_has(args, "batch") && stat(args->word[i], &status) == 0 &&
                            S_ISDIR(status.st_mode);
        code = folder ? add_folder(p, args->word[i], err) : add_sheet(p, args->word[i], err);
    }
    if (code == YS_OK && p->sheet_count == 0)
        code = ys_fail(err, YS_NOT_FOUND, _("there is no draft; see: yishi help new"));
    return code;
}

/* --- one that is being written: it is bound, and signed here --- */

static struct ys_written *next_record(struct publication *p, struct ys_err *err)
{
    if (p->record_count < YS_SHEETS_MAX)
        return &p->record[p->record_count++];
    (void)ys_fail(err, YS_LIMIT, _("more than %d records at once"), YS_SHEETS_MAX);
    return NULL;
}

static enum ys_code check_refs(const struct publication *p, const struct ys_written *written,
                               unsigned signed_by, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const enum ys_code code = ys_store_begin(p->node.store, false, &txn, err);
    return code == YS_OK ? ys_reference_check(&p->node, txn, written, signed_by, err) : code;
}

static enum ys_code prepare_unbound(struct publication *p, struct ys_sheet *sheet,
                                    struct ys_err *err)
{
    struct ys_signatories signatories = {.count = 0};
    enum ys_code code = ys_signing_choose(&p->signing, sheet->draft.kind, &signatories, err);
    if (code != YS_OK)
        return code;
    struct ys_written *const written = next_record(p, err);
    const bool asked = strcmp(sheet->draft.subject, YS_MATTER_NEW) == 0;
    bool known = true;
    if (written == NULL)
        return YS_LIMIT;
    /* With a number that is only looked at: nothing is given out for what is refused. */
    code = ys_sheet_bind(&p->node, sheet, true, written, err);
    if (code == YS_OK)
        code = ys_signing_check_files(&p->signing, sheet->draft.kind, &signatories, err);
    if (code == YS_OK)
        code = check_refs(p, written, ys_signatories_classes(&signatories), err);
    if (code == YS_OK && !asked && strcmp(written->record.kind, "topic_proposal") == 0)
        code = ys_matter_number_known(&p->node, written->record.subject, &known, err);
    p->begins[written - p->record] = !known;
    p->to_sign[written - p->record] = signatories;
    return code;
}

/* --- one that came signed --- */

static void add_signer(struct ys_written *written, const struct ys_note *note,
                       const struct ys_vkey *key)
{
    for (unsigned i = 0; i < written->signer_count; i++)
        if (ys_vkey_equal(&written->signer[i], key))
            return;
    if (written->signer_count < YS_NOTE_LINES_AUTHORED &&
        ys_note_check(note, key, NULL) == YS_LINE_GOOD)
        written->signer[written->signer_count++] = *key;
}

/* Which keys of the own unit have signed it: those that are registered, and those that lie here, since a
 * unit that is not enrolled yet may write? */
static void find_own_signers(const struct ys_node *node, const struct ys_body_names *present,
                             struct ys_written *written)
{
    struct ys_note note;
    if (written->note.size == 0 || ys_note_parse(written->note, &note, NULL) != YS_OK)
        return;
    for (size_t i = 0; i < ys_member_key_count(node->member); i++) {
        const struct ys_member_key *const key = ys_member_key_at(node->member, i);
        if (key->name.kind == YS_NAME_BODY &&
            ys_division_equal(&key->name.division, &node->origin.division))
            add_signer(written, &note, &key->vkey);
    }
    for (size_t i = 0; i < present->count; i++) {
        char path[PATH_MAX];
        struct ys_public public;
        ys_keystore_path(&node->home, present->name[i], ".pub", path);
        if (ys_public_load(path, &public, NULL) == YS_OK)
            add_signer(written, &note, &public.vkey);
    }
}

static enum ys_code check_complete(const struct ys_node *node, size_t at,
                                   const struct ys_written *written, struct ys_err *err)
{
    const struct ys_kind *const kind = ys_kind_by_name(ys_bytes_of_text(written->record.kind));
    unsigned classes = 0;
    for (unsigned i = 0; i < written->signer_count; i++) {
        struct ys_name name;
        if (ys_name_parse(ys_bytes_of_text(written->signer[i].name), &name, NULL) == YS_OK)
            classes |= ys_body_class(name.body);
    }
    if (written->signer_count == 0)
        return ys_fail(err, YS_DENIED, _("record %zu: no body of %s has signed it"), at + 1,
                       node->origin.division.digits);
    unsigned lacking = kind->also & ~classes;
    if ((classes & kind->authors) == 0)
        lacking |= kind->authors;
    for (unsigned class = 1; class <= YS_BODY_ROOT; class <<= 1)
        if ((lacking & class) != 0 &&
            ys_body_class_at(class, ys_division_level(&node->origin.division)))
            return ys_fail(err, YS_REFUSED,
                           _("record %zu, %s: it is not signed yet by: %s; see: yishi sign"),
                           at + 1, kind->name, ys_body_class_text(class, ys_lang_is_chinese()));
    return YS_OK;
}

/* The draft that this file was carried from lies in the home, perhaps. */
static enum ys_code find_twin(struct publication *p, const struct ys_sheet *sheet,
                              struct ys_err *err)
{
    YS_SHEET_SCOPED twin = {.no = 0};
    if (sheet->no != 0)
        return YS_OK;
    const enum ys_code code = ys_sheet_twin(&p->node, &sheet->file, &twin, err);
    if (code == YS_OK && p->twin_count < YS_SHEETS_MAX)
        p->twin[p->twin_count++] = twin.no;
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static enum ys_code prepare_bound(struct publication *p, struct ys_sheet *sheet, struct ys_err *err)
{
    struct ys_draft_file *const file = &sheet->file;
    YS_TXN_SCOPED txn = NULL;
    if (!ys_name_equal(&file->record[0].record.origin, &p->node.origin))
        return ys_fail(err, YS_DENIED, _("the request is not of log %s"), p->node.origin_text);
    enum ys_code code = find_twin(p, sheet, err);
    if (code == YS_OK)
        code = ys_node_read(&p->node, &txn, err);
    for (size_t i = 0; i < file->count && code == YS_OK; i++) {
        struct ys_written *const written = next_record(p, err);
        if (written == NULL)
            return YS_LIMIT;
        *written = file->record[i]; /* which is moved */
        file->record[i] = (struct ys_written){.signer_count = 0};
        if (p->node.member == NULL)
            continue; /* appending says so */
        find_own_signers(&p->node, &p->signing.present, written);
        code = check_complete(&p->node, i, written, err);
    }
    ys_txn_abort(&txn);
    const size_t first = p->record_count - file->count;
    return code == YS_OK ? ys_author_check_new(&p->node, &p->record[first], file->count, err)
                         : code;
}

static enum ys_code prepare(struct publication *p, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < p->sheet_count && code == YS_OK; i++) {
        struct ys_err why = {0};
        struct ys_sheet *const sheet = p->sheet[i];
        const size_t first = p->record_count;
        code = ys_sheet_read(&p->node, sheet, err);
        if (code != YS_OK)
            break;
        code = sheet->bound ? prepare_bound(p, sheet, &why) : prepare_unbound(p, sheet, &why);
        for (size_t k = first; k < p->record_count && code == YS_OK; k++)
            code = ys_attach_check(&p->node, &p->record[k], &why);
        if (code != YS_OK)
            code = p->sheet_count == 1 ? ys_fail(err, code, "%s", why.msg)
                                       : ys_fail(err, code, "%s: %s", sheet->path, why.msg);
    }
    return code;
}

/* --- what the rules say --- */

static void tell(void *context, const struct ys_finding *finding)
{
    (void)context;
    ys_text_ruling(finding);
}

static unsigned classes_of(const struct publication *p, size_t at)
{
    const struct ys_written *const written = &p->record[at];
    unsigned classes = ys_signatories_classes(&p->to_sign[at]);
    for (unsigned i = 0; i < written->signer_count; i++) {
        struct ys_name name;
        if (ys_name_parse(ys_bytes_of_text(written->signer[i].name), &name, NULL) == YS_OK)
            classes |=
                name.kind == YS_NAME_ROOT ? (unsigned)YS_BODY_ROOT : ys_body_class(name.body);
    }
    return classes;
}

/* Before anything is signed. */
static enum ys_code ask_rules(const struct publication *p, struct ys_err *err)
{
    struct ys_ruling_record *const records = calloc(p->record_count + 1, sizeof *records);
    if (records == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    for (size_t i = 0; i < p->record_count; i++)
        records[i] = (struct ys_ruling_record){&p->record[i], classes_of(p, i)};
    const enum ys_code code = ys_ruling_ask(&p->node, records, p->record_count, tell, NULL, err);
    free(records);
    return code;
}

/* --- signing and appending --- */

/* The two steps of DOMAIN.md 5.3: whoever sits at a terminal sees first what will leave. */
static enum ys_code confirm(const struct publication *p, struct ys_err *err)
{
    if (ys_args_has(&p->call->args, "yes") || !ys_confirm_possible())
        return YS_OK;
    for (size_t i = 0; i < p->record_count; i++) {
        json_t *preview = NULL;
        const enum ys_code code = ys_preview_written(&p->node, &p->record[i], &preview, err);
        if (code != YS_OK)
            return code;
        ys_preview_print(stderr, preview);
        json_decref(preview);
    }
    return ys_confirm(p->record_count == 1 ? _("Publish it?") : _("Publish all of them?"), err);
}

/* All keys first: a passphrase that is wrong must cost no number. */
static enum ys_code unlock_all(struct publication *p, struct ys_err *err)
{
    const struct ys_signer *signer = NULL;
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < p->record_count; i++)
        for (size_t k = 0; k < p->to_sign[i].count && code == YS_OK; k++)
            code = ys_signing_unlock(&p->signing, p->to_sign[i].body[k], &signer, err);
    return code;
}

static enum ys_code sign_all(struct publication *p, struct ys_err *err)
{
    size_t at = 0;
    enum ys_code code = unlock_all(p, err);
    for (size_t i = 0; i < p->sheet_count && code == YS_OK; i++) {
        struct ys_sheet *const sheet = p->sheet[i];
        if (sheet->bound) {
            at += sheet->file.count;
            continue;
        }
        ys_written_clear(&p->record[at]);
        code = ys_sheet_bind(&p->node, sheet, false, &p->record[at], err);
        if (code == YS_OK)
            code = ys_signing_sign(&p->signing, &p->to_sign[at], &p->record[at], err);
        at++;
    }
    return code;
}

static bool known_now(const struct ys_member *member, const char *text, uint64_t cut)
{
    const struct ys_member_key *const key = ys_member_find_text(member, text);
    return key != NULL && key->cut <= cut;
}

/* Would each key of a draft that went round be registered, or cut, as its record says? */
static bool takes_effect(const struct ys_member *member, const void *context, struct ys_err *err)
{
    const struct publication *const p = context;
    bool good = true;
    for (size_t i = 0; i < p->record_count && good; i++) {
        const Yishi__V1__Body *body = NULL;
        struct ys_arena arena;
        if (p->to_sign[i].count != 0)
            continue; /* made and signed here: its author knows */
        ys_arena_init(&arena, YS_BODY_ARENA_MAX);
        if (ys_body_decode(p->record[i].body, &arena, &body, err) != YS_OK)
            good = false;
        else if (body->kind_case == YISHI__V1__BODY__KIND_BODY_REGISTER)
            good = known_now(member, body->body_register->key, UINT64_MAX);
        else if (body->kind_case == YISHI__V1__BODY__KIND_KEY_REVOKE)
            good = known_now(member, body->key_revoke->key, body->key_revoke->cut_size);
        ys_arena_clear(&arena);
        if (!good)
            (void)ys_fail(err, YS_REFUSED,
                          _("record %zu, %s, would have no effect: a further key needs a line of "
                            "the old one or of the district (da), a low cut one of the district; "
                            "have them sign with: yishi sign"),
                          i + 1, p->record[i].record.kind);
    }
    return good;
}

/* Does a draft that went round change the membership? Only then does its effect matter. */
static bool changes_membership(const struct publication *p)
{
    for (size_t i = 0; i < p->record_count; i++) {
        const struct ys_kind *const kind =
            ys_kind_by_name(ys_bytes_of_text(p->record[i].record.kind));
        if (p->to_sign[i].count == 0 && kind != NULL && kind->membership)
            return true;
    }
    return false;
}

static enum ys_code append(struct publication *p, struct ys_err *err)
{
    const struct ys_append append = {.records = p->record,
                                     .count = p->record_count,
                                     .effective = changes_membership(p) ? takes_effect : NULL,
                                     .context = p};
    enum ys_code code = ys_author_append(&p->node, &append, &p->appended, err);
    for (size_t i = 0; i < p->twin_count && code == YS_OK; i++)
        code = ys_sheet_remove_no(&p->node.home, p->twin[i], err);
    for (size_t i = 0; i < p->sheet_count && code == YS_OK; i++)
        code = ys_sheet_remove(p->sheet[i], err);
    return code;
}

/* The vault is told where its values stand now. Not telling it would lose nothing: whoever collects looks
 * into the log first. */
static void tell_vault(const struct publication *p)
{
    YS_VAULT_SCOPED vault = {.lock_fd = -1};
    struct ys_err why = {.code = YS_OK};
    struct ys_sealed_list *const list = malloc(sizeof *list);
    enum ys_code code = ys_vault_open(&p->node.home, &vault, &why);
    for (size_t i = 0; i < p->record_count && code == YS_OK && list != NULL; i++) {
        list->count = 0;
        code = ys_sealed_list_add_bytes(list, p->record[i].body, &why);
        if (code == YS_OK)
            code = ys_vault_keep(&vault, &p->record[i].id, list, &why);
    }
    free(list);
    if (code == YS_OK || code == YS_NOT_FOUND)
        return;
    fputs("yishi: ", stderr);
    fprintf(
        stderr,
        _("note: published, but the sealed values were not told where they stand now: %s; nothing "
          "is lost by that"),
        why.msg);
    fputc('\n', stderr);
}

/* --- printing --- */

static enum ys_code print_record(const struct publication *p, size_t at, struct ys_err *err)
{
    const struct ys_written *const written = &p->record[at];
    char id[YS_RECORD_ID_TEXT_MAX];
    char text[YS_RECORD_TEXT_MAX + 1];
    json_t *body = NULL;
    json_t *preview = NULL;
    enum ys_code code = p->dry ? ys_draft_body_json(written, &body, err) : YS_OK;
    if (code == YS_OK && p->dry)
        code = ys_preview_written(&p->node, written, &preview, err);
    if (code != YS_OK) {
        json_decref(body);
        return code;
    }
    ys_record_id_print(&written->id, id);
    memcpy(text, written->text.data, written->text.size);
    text[written->text.size] = '\0';
    struct ys_view_written view = {.origin = p->node.origin_text,
                                   .id = id,
                                   .kind = written->record.kind,
                                   .subject = written->record.subject,
                                   .text = text,
                                   .dry = p->dry,
                                   .waits = p->appended.waits,
                                   .index = p->appended.first_index + at,
                                   .size = p->appended.size,
                                   .body = body,
                                   .preview = preview};
    for (size_t i = 0; i < p->to_sign[at].count; i++)
        view.signer[view.signer_count++] = p->to_sign[at].body[i];
    for (unsigned i = 0; i < written->signer_count && p->to_sign[at].count == 0; i++)
        view.signer[view.signer_count++] = strrchr(written->signer[i].name, '/') + 1;
    (p->call->json ? &ys_view_json : &ys_view_text)->written(&view);
    if (preview != NULL && !p->call->json)
        ys_preview_print(stdout, preview);
    json_decref(preview);
    json_decref(body);
    return YS_OK;
}

/* What was written is told also when it could not be printed. */
static enum ys_code flush(const struct publication *p, struct ys_err *err)
{
    struct ys_err why = {0};
    char id[YS_RECORD_ID_TEXT_MAX];
    const enum ys_code code = ys_view_flush(&why);
    if (code == YS_OK || p->record_count == 0)
        return code;
    ys_record_id_print(&p->record[0].id, id);
    return ys_fail(err, code,
                   _("record %s was written at index %llu, but that could not be printed: %s"), id,
                   (unsigned long long)p->appended.first_index, why.msg);
}

/* What the author may not have meant. */
static void tell_notes(const struct publication *p, size_t at)
{
    const struct ys_record *const record = &p->record[at].record;
    if (p->begins[at]) {
        fputs("yishi: ", stderr);
        fprintf(stderr, _("note: this begins matter %s, whose number this node did not give out"),
                record->subject);
        fputc('\n', stderr);
    }
    if (strcmp(record->kind, "rule_parameter") == 0 &&
        ys_division_level(&record->origin.division) == YS_LEVEL_STREET)
        fprintf(stderr, "yishi: %s\n",
                _("note: a street's parameter changes no deadline and no indicator; those of its "
                  "district count"));
}

static enum ys_code print_all(const struct publication *p, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < p->record_count && code == YS_OK; i++)
        code = print_record(p, i, err);
    if (code == YS_OK && !p->dry)
        code = flush(p, err);
    for (size_t i = 0; i < p->record_count && code == YS_OK; i++)
        tell_notes(p, i);
    if (code == YS_OK && !p->dry && p->appended.standing == YS_STANDING_UNKNOWN)
        fprintf(stderr, "yishi: %s\n",
                _("note: the keys are not known to be registered yet; the record counts once the "
                  "parent has admitted this node (yishi join)"));
    return code;
}

/* What is erased by law goes at once. The record stands in any case, and the daemon goes on. */
static void carry_out(const struct publication *p)
{
    struct ys_carried done = {.out_of_reach = NULL};
    struct ys_err why = {0};
    bool due = false;
    enum ys_code code = ys_carry_due(&p->node, &due, &why);
    if (code == YS_OK && due)
        code = ys_carry_out(&p->node, false, &done, &why);
    if (code != YS_OK) {
        fputs("yishi: ", stderr);
        fprintf(stderr, _("note: published, but not all is erased yet: %s; 'yishi erase' goes on"),
                why.msg);
        fputc('\n', stderr);
    }
}

static enum ys_code publish(struct publication *p, struct ys_err *err)
{
    enum ys_code code = ys_node_open(p->call->home, p->call->lang, &p->node, err);
    if (code == YS_OK)
        code = ys_node_check_signs(&p->node, err);
    if (code == YS_OK)
        code = ys_signing_begin(p->call, &p->node, &p->signing, err);
    if (code == YS_OK)
        code = find_sheets(p, err);
    if (code == YS_OK)
        code = prepare(p, err);
    if (code == YS_OK)
        code = ask_rules(p, err);
    if (code == YS_OK && !p->dry)
        code = confirm(p, err);
    if (code == YS_OK && !p->dry)
        code = sign_all(p, err);
    if (code == YS_OK && !p->dry)
        code = append(p, err);
    if (code == YS_OK && !p->dry)
        tell_vault(p);
    if (code == YS_OK)
        code = print_all(p, err);
    if (code == YS_OK && !p->dry)
        carry_out(p);
    return code;
}

enum ys_code ys_cmd_publish(const struct ys_call *call, struct ys_err *err)
{
    if (!ys_args_has(&call->args, "batch") && call->args.word_count != 1)
        return ys_fail(err, YS_USAGE, _("publish needs one draft; several with --batch"));
    struct publication p = {.call = call, .dry = ys_args_has(&call->args, "dry-run")};
    p.record = calloc(YS_SHEETS_MAX, sizeof *p.record);
    p.to_sign = calloc(YS_SHEETS_MAX, sizeof *p.to_sign);
    const enum ys_code code = p.record == NULL || p.to_sign == NULL
                                  ? ys_fail(err, YS_NOMEM, _("out of memory"))
                                  : publish(&p, err);
    for (size_t i = 0; i < p.record_count; i++)
        ys_written_clear(&p.record[i]);
    for (size_t i = 0; i < p.sheet_count; i++) {
        ys_sheet_clear(p.sheet[i]);
        free(p.sheet[i]);
    }
    free(p.record);
    free(p.to_sign);
    ys_signing_clear(&p.signing);
    ys_node_close(&p.node);
    return code;
}
