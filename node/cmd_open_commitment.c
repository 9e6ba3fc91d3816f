#include "node/cmd.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/node.h"
#include "node/vault/logbook.h"
#include "node/vault/opening.h"
#include "node/vault/seal_view.h"
#include "node/vault/sealed_find.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The record that says so: whom it was opened for, and why (DOMAIN.md 5.3). */
static enum ys_code draft_acknowledgement(const struct ys_call *call, const struct ys_node *node,
                                          const struct ys_sealed_place *place, unsigned *no_out,
                                          struct ys_err *err)
{
    char purpose[2048];
    struct ys_sheet sheet = {.no = 0};
    (void)snprintf(purpose, sizeof purpose, _("Sealed value \"%s\" opened for %s: %s"),
                   call->args.word[1], ys_args_value(&call->args, "for"),
                   ys_args_value(&call->args, "purpose"));
    json_t *const json =
        json_pack("{s:s,s:[{s:s,s:s}],s:{s:s}}", "kind", "acknowledgement", "refs", "rel",
                  "acknowledges", "record", place->name, "acknowledgement", "purpose", purpose);
    if (json != NULL && strcmp(place->subject, "-") != 0)
        json_object_set_new(json, "subject", json_string(place->subject));
    char *const text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(2));
    json_decref(json);
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    const enum ys_code code = ys_sheet_add(&node->home, ys_bytes_of_text(text), &sheet, err);
    free(text);
    *no_out = sheet.no;
    return code;
}

static void choose_file(const struct ys_call *call, const struct ys_sealed_place *place,
                        char out[PATH_MAX])
{
    const char *const given = ys_args_value(&call->args, "out");
    if (given != NULL)
        (void)snprintf(out, PATH_MAX, "%s", given);
    else
        (void)snprintf(out, PATH_MAX, "%.12s-%s.opening.json", place->name, call->args.word[1]);
}

/* For one person's eyes, unlike other files that are handed on. */
static enum ys_code save_opening(const char *file, json_t *opening, struct ys_err *err)
{
    char *const text = opening == NULL ? NULL : json_dumps(opening, JSON_INDENT(2));
    json_decref(opening);
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    const size_t size = strlen(text) + 1;
    text[size - 1] = '\n'; /* in the place of the terminator */
    const struct ys_bytes bytes = {.data = (const uint8_t *)text, .size = size};
    enum ys_code code = YS_OK;
    if (strcmp(file, "-") != 0)
        code = ys_file_write(file, 0600, bytes, err);
    else if (fwrite(text, 1, size, stdout) != size)
        code = ys_fail(err, YS_IO, _("standard output: cannot be written"));
    sodium_memzero(text, size);
    free(text);
    return code;
}

/* What one call opens, and for whom. */
struct handing {
    const struct ys_call *call;
    const struct ys_node *node;
    const struct ys_sealed_place *place;
    const struct ys_vault *vault;
    const struct ys_vault_key *key;
    const struct ys_sealed_item *item;
    struct ys_vault_tag tag;
    char file[PATH_MAX];    /* the opening */
    char content[PATH_MAX]; /* beside it, of a sealed file */
};

static enum ys_code choose_files(struct handing *h, struct ys_err *err)
{
    const bool standard = strcmp(h->file, "-") == 0;
    if (!standard && access(h->file, F_OK) == 0)
        return ys_fail(err, YS_EXISTS, _("%s: there is such a file already"), h->file);
    if (h->tag.content != YS_VAULT_FILE)
        return YS_OK;
    if (standard)
        return ys_fail(err, YS_USAGE, _("a file is sealed there; where is it to go? --out FILE"));
    if (snprintf(h->content, sizeof h->content, "%s.content", h->file) >= (int)sizeof h->content)
        return ys_fail(err, YS_USAGE, _("%s: the path is too long"), h->file);
    return access(h->content, F_OK) == 0
               ? ys_fail(err, YS_EXISTS, _("%s: there is such a file already"), h->content)
               : YS_OK;
}

/* The value; of a file its salt, and the content goes beside the opening. */
static enum ys_code open_value(const struct handing *h, struct ys_vault_opened *out,
                               struct ys_err *err)
{
    if (h->tag.content != YS_VAULT_FILE)
        return ys_vault_get(h->vault, h->key, &h->item->commitment, out, err);
    const int fd = open(h->content, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return ys_fail(err, YS_IO, "%s: %s", h->content, strerror(errno));
    enum ys_code code = ys_vault_get_file(h->vault, h->key, &h->item->commitment, fd, out, err);
    if (code == YS_OK && fsync(fd) != 0)
        code = ys_fail(err, YS_IO, "%s: %s", h->content, strerror(errno));
    close(fd);
    if (code != YS_OK)
        unlink(h->content);
    return code;
}

/* What is opened is written down first, then handed out; the draft of the record comes before the opening, so
 * that nobody holds one of which no record was begun. */
static enum ys_code hand_out(const struct handing *h, struct ys_err *err)
{
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    const char *const slash = strrchr(h->content, '/');
    const char *const content = slash == NULL ? h->content : slash + 1;
    struct ys_seal_view_opening view = {
        .file = h->file, .record = h->place->name, .kind = h->tag.kind, .slot = h->tag.slot};
    const struct ys_logbook_entry entry = {.action = "open_commitment",
                                           .record = h->place->name,
                                           .slot = h->tag.slot,
                                           .commitment = &h->item->commitment,
                                           .purpose = ys_args_value(&h->call->args, "purpose"),
                                           .recipient = ys_args_value(&h->call->args, "for")};
    enum ys_code code = ys_logbook_add(&h->node->home, &entry, err);
    if (code == YS_OK)
        code = open_value(h, &opened, err);
    if (code == YS_OK)
        code = draft_acknowledgement(h->call, h->node, h->place, &view.draft, err);
    if (code == YS_OK)
        code = save_opening(h->file,
                            ys_opening_json(&opened, &h->place->record,
                                            h->content[0] == '\0' ? NULL : content, entry.recipient,
                                            entry.purpose),
                            err);
    if (code == YS_OK && strcmp(h->file, "-") != 0)
        (h->call->json ? &ys_seal_view_json : &ys_seal_view_text)->opened(&view);
    return code;
}

/* Which value is meant, and where it goes; nothing is opened yet. */
static enum ys_code prepare(struct handing *h, struct ys_sealed_place *place, struct ys_err *err)
{
    const struct ys_args *const args = &h->call->args;
    uint64_t nth = 0;
    enum ys_code code = ys_args_number(args, "nth", YS_SEALED_MAX, 0, &nth, err);
    if (code == YS_OK)
        code = ys_sealed_find(h->node, args->word[0], args->word[1], place, err);
    if (code == YS_OK && place->is_draft)
        code = ys_fail(err, YS_REFUSED,
                       _("draft %s is no record yet: there is nothing to check it against"),
                       place->name);
    if (code == YS_OK)
        code = ys_sealed_pick(place, nth, &h->item, err);
    if (code == YS_OK)
        code = ys_vault_look(h->vault, &h->item->commitment, &h->tag, err);
    if (code != YS_OK)
        return code;
    choose_file(h->call, place, h->file);
    return choose_files(h, err);
}

static enum ys_code open_commitment(const struct ys_call *call, const struct ys_node *node,
                                    struct ys_sealed_place *place, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    YS_VAULT_KEY_SCOPED key = {.public = {0}};
    struct ys_vault vault;
    struct handing h = {
        .call = call, .node = node, .place = place, .vault = &vault, .key = &key, .content = ""};
    enum ys_code code = ys_vault_open(&node->home, &vault, err);
    if (code == YS_OK)
        code = prepare(&h, place, err);
    if (code == YS_OK)
        code = ys_passphrases_of_args(&call->args, &from, err);
    if (code == YS_OK)
        code = ys_vault_key_load(&node->home, &node->origin, &from, &key, err);
    return code == YS_OK ? hand_out(&h, err) : code;
}

enum ys_code ys_cmd_open_commitment(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    if (ys_args_value(&call->args, "for") == NULL || ys_args_value(&call->args, "purpose") == NULL)
        return ys_fail(err, YS_USAGE,
                       _("for whom, and why? --for AUDITOR --purpose TEXT, which the logbook and "
                         "the acknowledgement keep"));
    struct ys_sealed_place *const place = calloc(1, sizeof *place);
    if (place == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = open_commitment(call, &node, place, err);
    free(place);
    return code;
}
