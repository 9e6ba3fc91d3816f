#include "node/vault/collect.h"

#include "node/lang.h"
#include "node/vault/logbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Those that are in no record yet, as far as the vault knows. */
struct waiting {
    size_t count, room;
    struct ys_vault_tag *tag;
};

static enum ys_code see(void *context, const struct ys_vault_tag *tag, struct ys_err *err)
{
    struct waiting *const waiting = context;
    if (tag->recorded)
        return YS_OK;
    if (waiting->count == waiting->room) {
        const size_t room = waiting->room == 0 ? 16 : 2 * waiting->room;
        struct ys_vault_tag *const more = reallocarray(waiting->tag, room, sizeof *more);
        if (more == NULL)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
        waiting->tag = more;
        waiting->room = room;
    }
    waiting->tag[waiting->count++] = *tag;
    return YS_OK;
}

static void waiting_clear(struct waiting *waiting)
{
    free(waiting->tag);
}
#define WAITING_SCOPED __attribute__((cleanup(waiting_clear))) struct waiting

enum ys_code ys_vault_keep(const struct ys_vault *vault, const struct ys_hash *record,
                           const struct ys_sealed_list *list, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < list->count && code == YS_OK; i++) {
        code = ys_vault_recorded(vault, &list->item[i].commitment, record, err);
        if (code == YS_NOT_FOUND)
            code = YS_OK;
    }
    return code;
}

/* --- records --- */

static bool any_holds(const struct waiting *waiting, const struct ys_sealed_list *list)
{
    for (size_t i = 0; i < waiting->count; i++)
        if (ys_sealed_list_holds(list, &waiting->tag[i].commitment))
            return true;
    return false;
}

static enum ys_code keep_entry(const struct ys_vault *vault, const struct ys_entry *entry,
                               const struct waiting *waiting, struct ys_sealed_list *list,
                               struct ys_err *err)
{
    struct ys_note note;
    struct ys_hash id;
    list->count = 0;
    if (entry->content != YS_CONTENT_BODY ||
        ys_sealed_list_add_bytes(list, entry->body, err) != YS_OK || !any_holds(waiting, list) ||
        ys_note_parse(entry->note, &note, err) != YS_OK)
        return YS_OK;
    ys_record_id(note.text, &id);
    return ys_vault_keep(vault, &id, list, err);
}

/* `settled_out`: is this log all that there is of it? */
static enum ys_code keep_own(const struct ys_node *node, const struct ys_vault *vault,
                             const struct waiting *waiting, bool *settled_out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log own;
    uint64_t aside = 0;
    struct ys_sealed_list *const list = malloc(sizeof *list);
    if (list == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code == YS_OK)
        code = ys_txn_count(txn, YS_DB_ASIDE, &aside, err);
    for (uint64_t i = 0; code == YS_OK && i < own.frontier.size; i++) {
        struct ys_entry entry;
        code = ys_log_entry(txn, own.id, i, &entry, err);
        if (code == YS_OK)
            code = keep_entry(vault, &entry, waiting, list, err);
    }
    if (code == YS_OK)
        *settled_out = own.state == YS_LOG_FOLLOWING && aside == 0;
    free(list);
    return code;
}

/* --- drafts --- */

/* What a draft holds is not collected: its number is forgotten. `all_read`: false when one of them cannot be
 * read, since it is not known then what it holds. */
static enum ys_code spare_drafts(const struct ys_node *node, struct waiting *waiting,
                                 struct ys_sealed_list *list, bool *all_read, struct ys_err *err)
{
    unsigned numbers[YS_SHEETS_MAX];
    size_t count = 0;
    const enum ys_code code = ys_sheet_list(&node->home, numbers, &count, err);
    *all_read = code == YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        struct ys_sheet sheet;
        char word[16];
        (void)snprintf(word, sizeof word, "%u", numbers[i]);
        if (ys_sheet_find(&node->home, word, &sheet, NULL) != YS_OK)
            continue; /* published or deleted meanwhile */
        list->count = 0;
        if (ys_sealed_list_add_draft(list, sheet.path, NULL) != YS_OK)
            *all_read = access(sheet.path, F_OK) != 0 && *all_read;
        for (size_t k = 0; k < waiting->count; k++)
            if (ys_sealed_list_holds(list, &waiting->tag[k].commitment))
                waiting->tag[k].draft = 0;
    }
    return code;
}

static enum ys_code erase_one(const struct ys_vault *vault, const struct ys_vault_tag *tag,
                              struct ys_err *err)
{
    char draft[16];
    (void)snprintf(draft, sizeof draft, "%u", tag->draft);
    const struct ys_logbook_entry entry = {
        .action = "collect", .record = draft, .slot = tag->slot, .commitment = &tag->commitment};
    const enum ys_code code = ys_logbook_add(&vault->home, &entry, err);
    return code == YS_OK ? ys_vault_erase(vault, &tag->commitment, err) : code;
}

enum ys_code ys_vault_collect(const struct ys_node *node, struct ys_vault *vault,
                              size_t *erased_out, struct ys_err *err)
{
    WAITING_SCOPED waiting = {.count = 0};
    const struct ys_vault_seer seer = {.see = see, .context = &waiting};
    bool settled = false;
    bool all_read = false;
    const bool was_held = vault->held;
    struct ys_sealed_list *const list = calloc(1, sizeof *list);
    *erased_out = 0;
    if (list == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    enum ys_code code = ys_vault_hold(vault, err);
    if (code == YS_OK)
        code = ys_vault_each(vault, &seer, err);
    if (code == YS_OK && waiting.count != 0)
        code = spare_drafts(node, &waiting, list, &all_read, err);
    /* After the drafts: one that is published meanwhile stands in the log then. */
    if (code == YS_OK && waiting.count != 0)
        code = keep_own(node, vault, &waiting, &settled, err);
    for (size_t i = 0; i < waiting.count && settled && all_read && code == YS_OK; i++) {
        struct ys_vault_tag now;
        const struct ys_vault_tag *const tag = &waiting.tag[i];
        if (tag->draft == 0)
            continue;
        code = ys_vault_look(vault, &tag->commitment, &now, err);
        if (code == YS_OK && !now.recorded) {
            code = erase_one(vault, tag, err);
            *erased_out += code == YS_OK ? 1 : 0;
        }
    }
    if (!was_held)
        ys_vault_release(vault);
    free(list);
    return code;
}
