#include "node/vault/sealed_find.h"

#include "node/exhibit.h"
#include "node/lang.h"

#include <stdio.h>
#include <string.h>

/* Numbers of drafts have at most six digits, names of records at least eight characters. */
static bool is_draft_number(const char *word)
{
    const size_t length = strlen(word);
    return length != 0 && length <= 6 && strspn(word, "0123456789") == length;
}

static enum ys_code read_draft(const struct ys_node *node, const char *word,
                               struct ys_sealed_place *out, struct ys_err *err)
{
    struct ys_sheet sheet;
    enum ys_code code = ys_sheet_find(&node->home, word, &sheet, err);
    if (code == YS_OK)
        code = ys_sealed_list_add_draft(&out->list, sheet.path, err);
    out->is_draft = true;
    (void)snprintf(out->name, sizeof out->name, "%s", word);
    return code;
}

static enum ys_code read_record(const struct ys_node *node, const char *word,
                                struct ys_sealed_place *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log;
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    uint64_t index = 0;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_exhibit_find(txn, word, &log, &index, err);
    if (code == YS_OK)
        code = ys_log_entry(txn, log.id, index, &entry, err);
    if (code == YS_OK)
        code = ys_note_parse(entry.note, &note, err);
    if (code == YS_OK)
        code = ys_record_parse(note.text, &record, err);
    if (code != YS_OK)
        return code;
    if (entry.content != YS_CONTENT_BODY)
        return ys_fail(err, YS_NOT_FOUND, _("%s: its content is not here"), word);
    ys_record_id(note.text, &out->record);
    ys_record_id_print(&out->record, out->name);
    memcpy(out->subject, record.subject, sizeof out->subject);
    return ys_sealed_list_add_bytes(&out->list, entry.body, err);
}

static enum ys_code fail_slot(const struct ys_sealed_place *place, const char *slot,
                              struct ys_err *err)
{
    char all[120] = "";
    size_t used = 0;
    for (size_t i = 0; i < place->list.count && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i == 0 ? "" : ", ",
                                 place->list.item[i].slot);
    if (place->list.count == 0)
        return ys_fail(err, YS_NOT_FOUND, _("%.12s: nothing is sealed in it"), place->name);
    return ys_fail(err, YS_NOT_FOUND, _("%.12s: \"%s\" is not sealed in it; there is: %s"),
                   place->name, slot, all);
}

enum ys_code ys_sealed_find(const struct ys_node *node, const char *word, const char *slot,
                            struct ys_sealed_place *out, struct ys_err *err)
{
    *out = (struct ys_sealed_place){.subject = "-"};
    const enum ys_code code = is_draft_number(word) ? read_draft(node, word, out, err)
                                                    : read_record(node, word, out, err);
    if (code != YS_OK || slot == NULL)
        return code;
    size_t kept = 0;
    for (size_t i = 0; i < out->list.count; i++)
        if (strcmp(out->list.item[i].slot, slot) == 0)
            kept++;
    if (kept == 0)
        return fail_slot(out, slot, err);
    kept = 0;
    for (size_t i = 0; i < out->list.count; i++)
        if (strcmp(out->list.item[i].slot, slot) == 0)
            out->list.item[kept++] = out->list.item[i];
    out->list.count = kept;
    return YS_OK;
}

enum ys_code ys_sealed_pick(const struct ys_sealed_place *place, uint64_t nth,
                            const struct ys_sealed_item **out, struct ys_err *err)
{
    if (nth > place->list.count || (nth == 0 && place->list.count != 1))
        return ys_fail(err, YS_USAGE,
                       _("%.12s: %zu values are sealed there; say which with --nth, from 1"),
                       place->name, place->list.count);
    *out = &place->list.item[nth == 0 ? 0 : nth - 1];
    return YS_OK;
}
