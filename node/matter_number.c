#include "node/matter_number.h"

#include "node/lang.h"
#include "proto/moment.h"
#include "sync/rewind.h"

#include <string.h>

/* Raise `last` to the number in the note's subject, if it is one of this unit and year. */
static void look(struct ys_bytes bytes, const struct ys_matter *of, uint32_t *last)
{
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_record record;
    struct ys_matter matter;
    if (ys_note_peek(bytes, &text, &kind) && ys_record_parse(text, &record, NULL) == YS_OK &&
        ys_matter_parse(ys_bytes_of_text(record.subject), &matter, NULL) == YS_OK &&
        ys_division_equal(&matter.division, &of->division) && matter.year == of->year &&
        matter.no > *last)
        *last = matter.no;
}

static enum ys_code look_at_log(struct ys_txn *txn, const struct ys_matter *of, uint32_t *last,
                                struct ys_err *err)
{
    struct ys_log own;
    struct ys_entry entry;
    enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    for (uint64_t i = 0; code == YS_OK && i < own.frontier.size; i++) {
        code = ys_log_entry(txn, YS_OWN_LOG, i, &entry, err);
        if (code == YS_OK)
            look(entry.note, of, last);
    }
    uint64_t counter = 0;
    while (code == YS_OK) {
        code = ys_aside_next(txn, counter, &counter, &entry, err);
        if (code == YS_OK)
            look(entry.note, of, last);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

enum ys_code ys_matter_number_give(const struct ys_node *node, uint64_t now_s, bool given,
                                   char out[YS_MATTER_TEXT_MAX], struct ys_err *err)
{
    enum { MS = 1000, DAYS = 10000 };
    YS_TXN_SCOPED txn = NULL;
    struct ys_matter matter = {.division = node->origin.division,
                               .year = ys_date_of_time((int64_t)now_s * MS) / DAYS};
    if (ys_division_level(&matter.division) != YS_LEVEL_COMMUNITY)
        return ys_fail(err, YS_DENIED,
                       _("subject: only a community gives numbers to matters, and %s is none"),
                       matter.division.digits);
    enum ys_code code = ys_store_begin(node->store, given, &txn, err);
    if (code == YS_OK)
        code = ys_matter_last_load(txn, matter.year, &matter.no, err);
    if (code == YS_OK)
        code = look_at_log(txn, &matter, &matter.no, err);
    if (code == YS_OK && matter.no++ >= YS_MATTER_NO_MAX)
        code = ys_fail(err, YS_LIMIT, _("subject: %s has no further number in the year %u"),
                       matter.division.digits, matter.year);
    if (code == YS_OK && given)
        code = ys_matter_last_save(txn, matter.year, matter.no, err);
    if (code == YS_OK && given)
        code = ys_txn_commit(&txn, err);
    if (code == YS_OK)
        ys_matter_print(&matter, out);
    return code;
}

enum ys_code ys_matter_number_known(const struct ys_node *node, const char *subject, bool *out,
                                    struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_matter matter;
    uint32_t last = 0;
    *out = true;
    if (ys_matter_parse(ys_bytes_of_text(subject), &matter, NULL) != YS_OK ||
        !ys_division_equal(&matter.division, &node->origin.division))
        return YS_OK;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_matter_last_load(txn, matter.year, &last, err);
    if (code == YS_OK)
        code = look_at_log(txn, &matter, &last, err);
    *out = matter.no <= last;
    return code;
}
