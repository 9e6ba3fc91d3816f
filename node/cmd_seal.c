#include "node/cmd.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/today.h"
#include "node/vault/collect.h"
#include "node/vault/draft_seal.h"
#include "node/vault/logbook.h"
#include "node/vault/retention.h"
#include "node/vault/seal_view.h"
#include "node/view.h"
#include "proto/moment.h"
#include "proto/text.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct ys_seal_view *view_of(const struct ys_call *call)
{
    return call->json ? &ys_seal_view_json : &ys_seal_view_text;
}

/* --- the value --- */

struct value {
    size_t size;
    uint8_t bytes[YS_VAULT_VALUE_MAX + 2];
};

/* To the end; of a terminal to the end of the line. */
static enum ys_code read_fd(int fd, const char *where, bool one_line, struct value *out,
                            struct ys_err *err)
{
    while (out->size < sizeof out->bytes) {
        const size_t room = one_line ? 1 : sizeof out->bytes - out->size;
        const ssize_t got = read(fd, out->bytes + out->size, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ys_fail(err, YS_IO, "%s: %s", where, strerror(errno));
        if (got == 0)
            break;
        out->size += (size_t)got;
        if (one_line && out->bytes[out->size - 1] == '\n')
            break;
    }
    return YS_OK;
}

static enum ys_code read_file(const char *path, struct value *out, struct ys_err *err)
{
    uint8_t *bytes = NULL;
    const enum ys_code code = ys_file_read_all(path, sizeof out->bytes, &bytes, &out->size, err);
    if (code == YS_LIMIT)
        return ys_fail(err, YS_LIMIT, _("a value has at most %d bytes; attach what is longer"),
                       YS_VAULT_VALUE_MAX);
    if (code != YS_OK)
        return code;
    memcpy(out->bytes, bytes, out->size);
    sodium_memzero(bytes, out->size);
    free(bytes);
    return YS_OK;
}

static enum ys_code read_somewhere(const struct ys_args *args, const char *slot, struct value *out,
                                   struct ys_err *err)
{
    const char *const file = ys_args_value(args, "file");
    uint64_t fd = 0;
    char where[48];
    if (file != NULL && ys_args_has(args, "fd"))
        return ys_fail(err, YS_USAGE, _("one of --file and --fd"));
    if (file != NULL)
        return read_file(file, out, err);
    enum ys_code code = ys_args_number(args, "fd", 1 << 20, 0, &fd, err);
    if (code != YS_OK)
        return code;
    if (ys_args_has(args, "fd")) {
        (void)snprintf(where, sizeof where, _("descriptor %d"), (int)fd);
        return read_fd((int)fd, where, false, out, err);
    }
    if (isatty(STDIN_FILENO) == 0)
        return ys_fail(err, YS_USAGE,
                       _("standard input is no terminal; give --file FILE (- is standard input) "
                         "or --fd N"));
    fprintf(stderr, _("What is to be sealed as %s (one line): "), slot);
    return read_fd(STDIN_FILENO, _("terminal"), true, out, err);
}

/* A text, without the line feed that an editor puts behind it. */
static enum ys_code read_value(const struct ys_args *args, const char *slot, struct value *out,
                               struct ys_err *err)
{
    const enum ys_code code = read_somewhere(args, slot, out, err);
    if (code != YS_OK)
        return code;
    if (out->size != 0 && out->bytes[out->size - 1] == '\n')
        out->size--;
    if (out->size != 0 && out->bytes[out->size - 1] == '\r')
        out->size--;
    if (out->size == 0)
        return ys_fail(err, YS_MALFORMED, _("%s: there is nothing to seal"), slot);
    if (out->size > YS_VAULT_VALUE_MAX)
        return ys_fail(err, YS_LIMIT, _("a value has at most %d bytes; attach what is longer"),
                       YS_VAULT_VALUE_MAX);
    if (ys_text_check((struct ys_bytes){out->bytes, out->size}, NULL) != YS_TEXT_GOOD)
        return ys_fail(err, YS_MALFORMED,
                       _("%s: is no text in UTF-8; a file of another kind is an attachment: yishi "
                         "attach --scope local_only"),
                       slot);
    return YS_OK;
}

/* --- sealing --- */

static enum ys_code make_tag(const struct ys_args *args, const struct ys_sheet *sheet,
                             const struct ys_kind *kind, const char *slot, struct ys_vault_tag *out,
                             struct ys_err *err)
{
    const struct ys_vault_words words = {.basis = ys_args_value(args, "basis"),
                                         .retention = ys_args_value(args, "retention"),
                                         .keep_until = ys_args_value(args, "keep-until"),
                                         .purpose = ys_args_value(args, "purpose")};
    *out = (struct ys_vault_tag){.retention = YS_RETAIN_PURPOSE, .draft = sheet->no};
    (void)snprintf(out->kind, sizeof out->kind, "%s", kind->name);
    (void)snprintf(out->slot, sizeof out->slot, "%s", slot);
    return ys_vault_words_read(&words, out, err);
}

/* What stood there before, of a slot that is sealed anew. */
static enum ys_code erase_replaced(const struct ys_vault *vault, const struct ys_sealed_list *list,
                                   const char *draft, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < list->count && code == YS_OK; i++) {
        struct ys_vault_tag tag;
        const struct ys_hash *const commitment = &list->item[i].commitment;
        if (ys_vault_look(vault, commitment, &tag, NULL) != YS_OK || tag.recorded)
            continue;
        const struct ys_logbook_entry entry = {
            .action = "replace", .record = draft, .slot = tag.slot, .commitment = commitment};
        code = ys_logbook_add(&vault->home, &entry, err);
        if (code == YS_OK)
            code = ys_vault_erase(vault, commitment, err);
    }
    return code;
}

/* What the logbook calls the draft: its number, or its file without folders. */
static void name_of(const struct ys_sheet *sheet, char out[NAME_MAX + 1])
{
    const char *const slash = strrchr(sheet->path, '/');
    if (sheet->no != 0)
        (void)snprintf(out, NAME_MAX + 1, "%u", sheet->no);
    else
        (void)snprintf(out, NAME_MAX + 1, "%.*s", NAME_MAX,
                       slash == NULL ? sheet->path : slash + 1);
}

/* The value, then the draft that says so; nobody collects in between. */
static enum ys_code seal_held(const struct ys_call *call, const struct ys_vault *vault,
                              const struct ys_sheet *sheet, const struct value *value,
                              struct ys_vault_tag *tag, struct ys_err *err)
{
    YS_DRAFT_TEXT_SCOPED text = {.bytes = NULL};
    char draft[NAME_MAX + 1];
    struct ys_sealed_list *const replaced = calloc(1, sizeof *replaced);
    if (replaced == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    name_of(sheet, draft);
    /* As it is now: the value may have taken its time to be typed. */
    enum ys_code code = ys_draft_text_load(sheet, &text, err);
    if (code == YS_OK && ys_args_has(&call->args, "replace"))
        code = ys_draft_unseal(&text, tag->slot, replaced, err);
    if (code == YS_OK)
        code = ys_vault_put(vault, tag, (struct ys_bytes){value->bytes, value->size},
                            &tag->commitment, err);
    if (code == YS_OK) {
        const struct ys_logbook_entry entry = {
            .action = "seal", .record = draft, .slot = tag->slot, .commitment = &tag->commitment};
        code = ys_logbook_add(&vault->home, &entry, err);
        if (code == YS_OK)
            code = ys_draft_seal(sheet, &text, tag->slot, &tag->commitment, err);
        if (code == YS_OK)
            code = erase_replaced(vault, replaced, draft, err);
    }
    free(replaced);
    return code;
}

/* What is checked before anybody types a value. */
static enum ys_code prepare(const struct ys_call *call, const struct ys_node *node,
                            struct ys_sheet *sheet, struct ys_vault_tag *tag, struct ys_err *err)
{
    YS_DRAFT_TEXT_SCOPED text = {.bytes = NULL};
    const char *const slot = call->args.word[1];
    enum ys_code code = ys_sheet_find(&node->home, call->args.word[0], sheet, err);
    if (code == YS_OK && strcmp(sheet->path, "-") == 0)
        return ys_fail(err, YS_USAGE, _("a draft that is sealed into lies in a file"));
    if (code == YS_OK)
        code = ys_draft_text_load(sheet, &text, err);
    if (code == YS_OK)
        code = ys_draft_seal_check(text.kind, slot, err);
    return code == YS_OK ? make_tag(&call->args, sheet, text.kind, slot, tag, err) : code;
}

static enum ys_code seal(const struct ys_call *call, const struct ys_node *node,
                         struct ys_vault *vault, struct ys_err *err)
{
    struct ys_vault_tag tag;
    struct ys_sheet sheet;
    size_t erased = 0;
    enum ys_code code = prepare(call, node, &sheet, &tag, err);
    if (code != YS_OK)
        return code;
    struct value *const value = calloc(1, sizeof *value);
    if (value == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    code = read_value(&call->args, call->args.word[1], value, err);
    if (code == YS_OK)
        code = ys_vault_collect(node, vault, &erased, err);
    if (code == YS_OK)
        code = ys_vault_hold(vault, err);
    if (code == YS_OK)
        code = seal_held(call, vault, &sheet, value, &tag, err);
    if (code == YS_OK)
        view_of(call)->sealed(sheet.no, sheet.path, &tag);
    sodium_memzero(value, sizeof *value);
    free(value);
    return code;
}

/* --- list --- */

struct listing {
    const struct ys_call *call;
    struct ys_retention retention;
    uint32_t today;
    size_t count;
};

static enum ys_code list_one(void *context, const struct ys_vault_tag *tag, struct ys_err *err)
{
    struct listing *const listing = context;
    uint32_t until = 0;
    const enum ys_code code = ys_retention_until(&listing->retention, tag, &until, err);
    if (code != YS_OK)
        return code;
    const bool expired = until != 0 && until < listing->today;
    if (!expired && ys_args_has(&listing->call->args, "expired"))
        return YS_OK;
    view_of(listing->call)->tag(tag, until, expired);
    listing->count++;
    return YS_OK;
}

static enum ys_code list_damaged(void *context, const char *name, struct ys_err *err)
{
    (void)context;
    fprintf(stderr, "yishi: %s: %s\n", name, err->msg);
    return YS_OK;
}

static enum ys_code list(const struct ys_call *call, const struct ys_node *node,
                         struct ys_vault *vault, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct listing listing = {.call = call, .today = ys_today()};
    const struct ys_vault_seer seer = {
        .see = list_one, .damaged = list_damaged, .context = &listing};
    size_t erased = 0;
    enum ys_code code = ys_vault_collect(node, vault, &erased, err);
    if (code == YS_OK)
        code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_retention_init(&listing.retention, txn, err);
    if (code == YS_OK)
        code = ys_vault_each(vault, &seer, err);
    ys_retention_clear(&listing.retention);
    if (code == YS_OK && listing.count == 0 && !call->json)
        puts(ys_args_has(&call->args, "expired") ? _("Nothing sealed has expired.")
                                                 : _("Nothing is sealed here."));
    return code;
}

/* --- find --- */

struct search {
    const struct ys_call *call;
    const struct ys_vault *vault;
    struct ys_vault_key key;
    const char *text;
    size_t found, passed;
};

static enum ys_code search_one(void *context, const struct ys_vault_tag *tag, struct ys_err *err)
{
    struct search *const search = context;
    YS_VAULT_OPENED_SCOPED opened = {.bytes = NULL};
    char id[YS_RECORD_ID_TEXT_MAX];
    if (tag->content != YS_VAULT_VALUE) {
        search->passed++;
        return YS_OK;
    }
    const enum ys_code code =
        ys_vault_get(search->vault, &search->key, &tag->commitment, &opened, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    if (memmem(opened.bytes, opened.size, search->text, strlen(search->text)) == NULL)
        return YS_OK;
    if (tag->recorded)
        ys_record_id_print(&tag->record, id);
    else
        (void)snprintf(id, sizeof id, "%u", tag->draft);
    const struct ys_seal_view_value view = {.record = id, .opened = &opened, .with_place = true};
    view_of(search->call)->value(&view);
    search->found++;
    return YS_OK;
}

static enum ys_code find(const struct ys_call *call, const struct ys_node *node,
                         const struct ys_vault *vault, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    struct search search = {.call = call, .vault = vault, .text = call->args.word[1]};
    const struct ys_vault_seer seer = {
        .see = search_one, .damaged = list_damaged, .context = &search};
    const char *const purpose = ys_args_value(&call->args, "purpose");
    /* What was looked for is somebody's name: the logbook does not say it. */
    const struct ys_logbook_entry entry = {.action = "find", .purpose = purpose};
    if (purpose == NULL)
        return ys_fail(err, YS_USAGE, _("why? --purpose TEXT, which the logbook keeps"));
    if (search.text[0] == '\0')
        return ys_fail(err, YS_USAGE, _("what is looked for?"));
    enum ys_code code = ys_passphrases_of_args(&call->args, &from, err);
    if (code == YS_OK)
        code = ys_vault_key_load(&node->home, &node->origin, &from, &search.key, err);
    if (code == YS_OK)
        code = ys_logbook_add(&node->home, &entry, err);
    if (code == YS_OK)
        code = ys_vault_each(vault, &seer, err);
    ys_vault_key_clear(&search.key);
    if (code != YS_OK)
        return code;
    if (search.passed != 0)
        fprintf(stderr, _("yishi: note: %zu sealed files were not looked into\n"), search.passed);
    return search.found != 0 ? YS_OK
                             : ys_fail(err, YS_NOT_FOUND, _("no sealed value holds that text"));
}

enum ys_code ys_cmd_seal(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    YS_VAULT_SCOPED vault = {.lock_fd = -1};
    const bool lists = strcmp(call->args.word[0], "list") == 0;
    const bool finds = strcmp(call->args.word[0], "find") == 0;
    if (call->args.word_count != (lists ? 1U : 2U))
        return ys_fail(err, YS_USAGE, _("seal needs DRAFT SLOT; or: list; or: find TEXT"));
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_vault_open(&node.home, &vault, err);
    if (code != YS_OK)
        return code;
    if (lists)
        return list(call, &node, &vault, err);
    return finds ? find(call, &node, &vault, err) : seal(call, &node, &vault, err);
}
