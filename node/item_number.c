#include "node/item_number.h"

#include "node/lang.h"
#include "node/model/track.h"
#include "proto/kind.h"

#include <string.h>

/* Tried records are given as first and count: what they agree on takes no number yet. */
static enum ys_code next_free(struct ys_model *model, struct ys_bytes matter, int64_t first_record,
                              int64_t record_count, int64_t *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(
        ys_model_sql(model),
        "SELECT coalesce(max(item), 0) + 1 FROM track WHERE subject = ?1 AND replaced = 0"
        " AND (consensus IS NULL OR consensus < ?2 OR consensus >= ?2 + ?3)",
        &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_text(query, 1, matter);
    ys_query_set_int(query, 2, first_record);
    ys_query_set_int(query, 3, record_count);
    code = ys_query_step(query, &row, err);
    *out = code == YS_OK && row ? ys_query_int(query, 0) : 1;
    return code;
}

enum ys_code ys_item_number_next(struct ys_model *model, struct ys_bytes matter, uint32_t *out,
                                 struct ys_err *err)
{
    int64_t next = 1;
    const enum ys_code code = next_free(model, matter, 0, 0, &next, err);
    if (code == YS_OK)
        *out = next > UINT32_MAX ? UINT32_MAX : (uint32_t)next;
    return code;
}

enum ys_code ys_item_number_fill(struct ys_model *model, struct ys_bytes matter, json_t *consensus,
                                 struct ys_err *err)
{
    uint32_t next = 1;
    const enum ys_code code = ys_item_number_next(model, matter, &next, err);
    json_t *items = json_object_get(consensus, "items");
    if (code != YS_OK)
        return code;
    if (items == NULL) {
        json_object_set_new(consensus, "items", json_array());
        items = json_object_get(consensus, "items");
    }
    if (json_array_size(items) == 0)
        json_array_append_new(items, json_object());
    json_int_t number = (json_int_t)next;
    for (size_t i = 0; i < json_array_size(items); i++, number++) {
        json_t *const item = json_array_get(items, i);
        const json_t *const said = json_object_get(item, "no");
        if (said == NULL)
            json_object_set_new(item, "no", json_integer(number));
        else if (json_is_integer(said))
            number = json_integer_value(said);
    }
    return YS_OK;
}

/* --- what is tried --- */

/* One row: the matter, and the number that does not go. */
struct wrong {
    bool found;
    char matter[YS_KIND_NAME_MAX + 1];
    int64_t number;
};

static enum ys_code ask(struct ys_model *model, const char *text, int64_t first_record,
                        int64_t record_count, struct wrong *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    enum ys_code code = ys_query_open(ys_model_sql(model), text, &query, err);
    if (code != YS_OK)
        return code;
    ys_query_set_int(query, 1, first_record);
    ys_query_set_int(query, 2, record_count);
    ys_query_set_int(query, 3, YS_IRREGULAR_ITEM_AGAIN);
    code = ys_query_step(query, &out->found, err);
    if (code != YS_OK || !out->found)
        return code;
    (void)ys_query_copy(query, 0, out->matter, sizeof out->matter);
    out->number = ys_query_int(query, 1);
    return YS_OK;
}

/* Items of a tried consensus, and of one that a tried record corrects, which the procedure has passed over. */
static const char taken_text[] =
    "WITH said(record) AS"
    " (SELECT no FROM record WHERE no >= ?1 AND no < ?1 + ?2 AND kind = 'consensus'"
    " UNION SELECT t.no FROM ref f CROSS JOIN record t ON t.id = f.target"
    " WHERE f.rec >= ?1 AND f.rec < ?1 + ?2 AND f.rel = 'supersedes' AND t.kind = 'consensus')"
    " SELECT s.subject, i.no FROM said CROSS JOIN step s ON s.record = said.record"
    " CROSS JOIN consensus_items i ON i.rec = said.record"
    " WHERE (s.irregular & ?3) <> 0 AND NOT EXISTS"
    " (SELECT t.item FROM track t WHERE t.subject = s.subject AND t.consensus = said.record"
    " AND t.item = i.no) ORDER BY said.record, i.nth LIMIT 1";

static const char begins_text[] =
    "SELECT t.subject, t.item FROM record r CROSS JOIN track t ON t.subject = r.subject"
    " WHERE r.no >= ?1 AND r.no < ?1 + ?2 AND r.kind = 'consensus' AND r.backfill_reason IS NULL"
    " AND t.nth = 1 AND t.consensus = r.no AND t.item > 1 AND ?3 <> 0 LIMIT 1";

enum ys_code ys_item_number_check(struct ys_model *model, int64_t first_record,
                                  int64_t record_count, struct ys_err *err)
{
    struct wrong wrong = {.found = false};
    int64_t next = 1;
    enum ys_code code = ask(model, taken_text, first_record, record_count, &wrong, err);
    if (code == YS_OK && wrong.found) {
        code = next_free(model, ys_bytes_of_text(wrong.matter), first_record, record_count, &next,
                         err);
        return code != YS_OK
                   ? code
                   : ys_fail(err, YS_REFUSED,
                             _("consensus.items: number %lld of matter %s is taken by an item that "
                               "counts; the next free one is %lld"),
                             (long long)wrong.number, wrong.matter, (long long)next);
    }
    if (code == YS_OK)
        code = ask(model, begins_text, first_record, record_count, &wrong, err);
    if (code != YS_OK || !wrong.found)
        return code;
    return ys_fail(err, YS_REFUSED,
                   _("consensus.items: this is the first consensus of matter %s, so its items are "
                     "numbered from 1, not from %lld"),
                   wrong.matter, (long long)wrong.number);
}
