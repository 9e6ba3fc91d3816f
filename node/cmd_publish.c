#include "node/author.h"
#include "node/cmd.h"
#include "node/draft_file.h"
#include "node/lang.h"
#include "node/view.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct publication {
    const struct ys_call *call;
    struct ys_node node;
    struct ys_draft draft;
    struct ys_signatories signatories;
    struct ys_written written;
    struct ys_appended appended;
};

static enum ys_code read_as(const struct ys_args *args, struct ys_signatories *out,
                            struct ys_err *err)
{
    size_t place = 0;
    for (const char *body = ys_args_each(args, "as", &place); body != NULL;
         body = ys_args_each(args, "as", &place)) {
        if (!ys_body_name_valid(ys_bytes_of_text(body)) && strcmp(body, "root") != 0)
            return ys_fail(err, YS_USAGE, _("--as \"%s\" is no body"), body);
        if (out->count == YS_SIGNATORIES_MAX)
            return ys_fail(err, YS_USAGE, _("too many options: --%s"), "as");
        memcpy(out->body[out->count++], body, strlen(body) + 1);
    }
    return YS_OK;
}

static enum ys_code choose_signatories(struct publication *publication, struct ys_err *err)
{
    struct ys_signatories as = {.count = 0};
    struct ys_body_names present;
    enum ys_code code = read_as(&publication->call->args, &as, err);
    if (code == YS_OK)
        code = ys_keystore_bodies(&publication->node.home, &present, err);
    return code != YS_OK
               ? code
               : ys_signatories_choose(publication->draft.kind, &publication->node.origin.division,
                                       &as, &present, &publication->signatories, err);
}

/* --key BODY=FILE, else the file in the home. */
static void key_path(const struct publication *publication, const char *body, char out[PATH_MAX])
{
    const size_t length = strlen(body);
    size_t place = 0;
    for (const char *key = ys_args_each(&publication->call->args, "key", &place); key != NULL;
         key = ys_args_each(&publication->call->args, "key", &place)) {
        if (strncmp(key, body, length) == 0 && key[length] == '=') {
            snprintf(out, PATH_MAX, "%s", key + length + 1);
            return;
        }
    }
    ys_keystore_path(&publication->node.home, strcmp(body, "root") == 0 ? "root-1" : body, ".key",
                     out);
}

static enum ys_code check_key_options(const struct ys_args *args, struct ys_err *err)
{
    size_t place = 0;
    for (const char *key = ys_args_each(args, "key", &place); key != NULL;
         key = ys_args_each(args, "key", &place)) {
        const struct ys_bytes body = {.data = (const uint8_t *)key, .size = strcspn(key, "=")};
        if (key[body.size] != '=' || (!ys_body_name_valid(body) && !ys_bytes_is_text(body, "root")))
            return ys_fail(err, YS_USAGE, _("--key \"%s\" is not of the form BODY=FILE"), key);
    }
    return YS_OK;
}

/* All keys are there before the first passphrase is asked for. */
static enum ys_code check_key_files(const struct publication *publication, struct ys_err *err)
{
    for (size_t i = 0; i < publication->signatories.count; i++) {
        char path[PATH_MAX];
        const char *const body = publication->signatories.body[i];
        key_path(publication, body, path);
        if (access(path, F_OK) != 0)
            return ys_fail(err, YS_NOT_FOUND,
                           _("%s must be signed by body %s, and its key is not here: %s"),
                           publication->draft.kind->name, body, path);
    }
    return YS_OK;
}

static enum ys_code load_signers(const struct publication *publication,
                                 struct ys_signer signers[YS_SIGNATORIES_MAX], struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    enum ys_code code = ys_passphrases_of_args(&publication->call->args, &from, err);
    for (size_t i = 0; i < publication->signatories.count && code == YS_OK; i++) {
        char path[PATH_MAX];
        const char *const body = publication->signatories.body[i];
        const struct ys_name name = ys_signatory_name(&publication->node.origin, body);
        key_path(publication, body, path);
        code = ys_keystore_load(path, &name, &from, &signers[i], err);
    }
    return code;
}

static enum ys_code sign(struct publication *publication, struct ys_err *err)
{
    struct ys_signer signers[YS_SIGNATORIES_MAX] = {0};
    const struct ys_signer *list[YS_SIGNATORIES_MAX];
    enum ys_code code = load_signers(publication, signers, err);
    for (size_t i = 0; i < YS_SIGNATORIES_MAX; i++)
        list[i] = &signers[i];
    if (code == YS_OK)
        code = ys_written_sign(&publication->written, list,
                               (unsigned)publication->signatories.count, err);
    for (size_t i = 0; i < YS_SIGNATORIES_MAX; i++)
        ys_signer_clear(&signers[i]);
    return code;
}

static enum ys_code print(const struct publication *publication, bool dry, struct ys_err *err)
{
    const struct ys_written *const written = &publication->written;
    char id[YS_RECORD_ID_TEXT_MAX];
    char text[YS_RECORD_TEXT_MAX + 1];
    struct ys_err why = {0};
    json_t *body = NULL;
    if (dry) {
        const enum ys_code code = ys_json_encode(&publication->draft.body->base, &body, err);
        if (code != YS_OK)
            return code;
    }
    ys_record_id_print(&written->id, id);
    memcpy(text, written->text.data, written->text.size);
    text[written->text.size] = '\0';
    struct ys_view_written view = {.origin = publication->node.origin_text,
                                   .id = id,
                                   .kind = written->record.kind,
                                   .subject = written->record.subject,
                                   .text = text,
                                   .signer_count = publication->signatories.count,
                                   .dry = dry,
                                   .waits = publication->appended.waits,
                                   .index = publication->appended.first_index,
                                   .size = publication->appended.size,
                                   .body = body};
    for (size_t i = 0; i < publication->signatories.count; i++)
        view.signer[i] = publication->signatories.body[i];
    (publication->call->json ? &ys_view_json : &ys_view_text)->written(&view);
    json_decref(body);
    const enum ys_code code = dry ? YS_OK : ys_view_flush(&why);
    if (code != YS_OK)
        return ys_fail(err, code,
                       _("record %s was written at index %llu, but that could not be printed: %s"),
                       id, (unsigned long long)view.index, why.msg);
    if (!dry && publication->appended.standing == YS_STANDING_UNKNOWN)
        fprintf(stderr, "yishi: %s\n",
                _("note: the keys are not known to be registered yet; the record counts once the "
                  "parent has admitted this node (yishi join)"));
    return YS_OK;
}

static enum ys_code write_draft(const struct ys_call *call, const struct ys_written *written,
                                size_t count, const char *path, struct ys_err *err)
{
    const enum ys_code code = ys_draft_file_save(written, count, path, err);
    if (code == YS_OK)
        (call->json ? &ys_view_json : &ys_view_text)->drafted(path, count);
    return code;
}

static enum ys_code publish(struct publication *publication, struct ys_err *err)
{
    const struct ys_call *const call = publication->call;
    const bool dry = ys_args_has(&call->args, "dry-run");
    const char *const out = ys_args_value(&call->args, "out");
    enum ys_code code = check_key_options(&call->args, err);
    if (code == YS_OK)
        code = ys_node_open(call->home, call->lang, &publication->node, err);
    if (code == YS_OK)
        code =
            ys_draft_read(call->args.word[0], &publication->node.origin, &publication->draft, err);
    if (code == YS_OK)
        code = choose_signatories(publication, err);
    if (code == YS_OK)
        code = ys_written_bind(&publication->draft, &publication->node.origin, ys_now_s(),
                               &publication->written, err);
    if (code == YS_OK)
        code = check_key_files(publication, err);
    if (code == YS_OK && !dry)
        code = sign(publication, err);
    if (code == YS_OK && !dry && out != NULL)
        return write_draft(call, &publication->written, 1, out, err);
    if (code == YS_OK && !dry)
        code = ys_author_append(&publication->node,
                                &(struct ys_append){.records = &publication->written, .count = 1},
                                &publication->appended, err);
    return code == YS_OK ? print(publication, dry, err) : code;
}

/* --- drafts that others have signed, too (draft_file.h) --- */

/* Which keys of the own unit, of those that are known, have signed it? */
static void find_own_signers(const struct ys_node *node, struct ys_written *written)
{
    struct ys_note note;
    if (written->note.size == 0 || ys_note_parse(written->note, &note, NULL) != YS_OK)
        return;
    for (size_t i = 0; i < ys_member_key_count(node->member); i++) {
        const struct ys_member_key *const key = ys_member_key_at(node->member, i);
        if (key->name.kind == YS_NAME_BODY && written->signer_count < YS_NOTE_LINES_AUTHORED &&
            ys_division_equal(&key->name.division, &node->origin.division) &&
            ys_note_check(&note, &key->vkey, NULL) == YS_LINE_GOOD)
            written->signer[written->signer_count++] = key->vkey;
    }
}

static enum ys_code read_signed(const struct ys_node *node, struct ys_draft_file *file,
                                struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    if (!ys_name_equal(&file->record[0].record.origin, &node->origin))
        return ys_fail(err, YS_DENIED, _("the request is not of log %s"), node->origin_text);
    const enum ys_code code = ys_node_read(node, &txn, err);
    if (code != YS_OK || node->member == NULL)
        return code;
    for (size_t i = 0; i < file->count; i++) {
        find_own_signers(node, &file->record[i]);
        if (file->record[i].signer_count == 0)
            return ys_fail(err, YS_DENIED, _("record %zu: no body of %s has signed it"), i + 1,
                           node->origin.division.digits);
    }
    return YS_OK;
}

static bool known_now(const struct ys_member *member, const char *text, uint64_t cut)
{
    const struct ys_member_key *const key = ys_member_find_text(member, text);
    return key != NULL && key->cut <= cut;
}

/* Would each key be registered, or cut, as its record says? */
static bool takes_effect(const struct ys_member *member, const void *context, struct ys_err *err)
{
    const struct ys_draft_file *const file = context;
    bool good = true;
    for (size_t i = 0; i < file->count && good; i++) {
        const Yishi__V1__Body *body = NULL;
        struct ys_arena arena;
        ys_arena_init(&arena, YS_BODY_ARENA_MAX);
        if (ys_body_decode(file->record[i].body, &arena, &body, err) != YS_OK)
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
                          i + 1, file->record[i].record.kind);
    }
    return good;
}

static enum ys_code print_signed(const struct ys_call *call, const struct ys_node *node,
                                 const struct ys_draft_file *file,
                                 const struct ys_appended *appended)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct ys_written *const written = &file->record[i];
        char id[YS_RECORD_ID_TEXT_MAX];
        struct ys_view_written view = {.origin = node->origin_text,
                                       .id = id,
                                       .kind = written->record.kind,
                                       .subject = written->record.subject,
                                       .text = "",
                                       .waits = appended->waits,
                                       .index = appended->first_index + i,
                                       .size = appended->size};
        ys_record_id_print(&written->id, id);
        for (unsigned k = 0; k < written->signer_count; k++)
            view.signer[view.signer_count++] = written->signer[k].name;
        (call->json ? &ys_view_json : &ys_view_text)->written(&view);
    }
    return YS_OK;
}

static enum ys_code publish_signed(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_DRAFT_FILE_SCOPED file = {.count = 0};
    struct ys_appended appended;
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_draft_file_load(call->args.word[0], &file, err);
    if (code == YS_OK)
        code = read_signed(&node, &file, err);
    if (code == YS_OK)
        code = ys_author_check_new(&node, file.record, file.count, err);
    if (code == YS_OK)
        code = ys_author_append(&node,
                                &(struct ys_append){.records = file.record,
                                                    .count = file.count,
                                                    .effective = takes_effect,
                                                    .context = &file},
                                &appended, err);
    return code == YS_OK ? print_signed(call, &node, &file, &appended) : code;
}

enum ys_code ys_cmd_publish(const struct ys_call *call, struct ys_err *err)
{
    if (ys_args_has(&call->args, "signed"))
        return publish_signed(call, err);
    struct publication publication = {.call = call};
    const enum ys_code code = publish(&publication, err);
    ys_written_clear(&publication.written);
    ys_draft_clear(&publication.draft);
    ys_node_close(&publication.node);
    return code;
}
