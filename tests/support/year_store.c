/* A year into a store, as a node of the district would hold it. */
#include "sync/status.h"
#include "tests/support/year_state.h"

#include <stdlib.h>
#include <string.h>

enum { TURN = 8192, LOGS_MAX = 600 }; /* records a transaction */

struct kept {
    struct kept *next;
    struct ys_bytes note;
    struct ys_bytes body;
    uint8_t bytes[];
};
struct waiting {
    struct kept *first;
    struct kept **last;
    size_t count;
};

static void keep(struct waiting *list, const struct year_entry *entry)
{
    struct kept *const kept = malloc(sizeof *kept + entry->note.size + entry->body.size);
    if (kept == NULL)
        abort();
    memcpy(kept->bytes, entry->note.data, entry->note.size);
    memcpy(kept->bytes + entry->note.size, entry->body.data, entry->body.size);
    kept->next = NULL;
    kept->note = (struct ys_bytes){kept->bytes, entry->note.size};
    kept->body = (struct ys_bytes){kept->bytes + entry->note.size, entry->body.size};
    if (list->count++ == 0)
        list->last = &list->first;
    *list->last = kept;
    list->last = &kept->next;
}

static void append_run(struct ys_txn *txn, const struct year_log *log, struct waiting *list)
{
    struct ys_entry *const entries = calloc(list->count, sizeof *entries);
    uint8_t *const verdicts = malloc(list->count);
    struct ys_log row;
    struct ys_err err = {0};
    size_t count = 0;
    if (entries == NULL || verdicts == NULL)
        abort();
    memset(verdicts, YS_VERDICT_OK, list->count);
    enum ys_code code = ys_log_find(txn, log->text, &row, &err);
    if (code == YS_NOT_FOUND)
        code = ys_log_add(txn, &log->origin, &row, &err);
    year_must(code, &err);
    for (const struct kept *kept = list->first; kept != NULL; kept = kept->next)
        entries[count++] =
            (struct ys_entry){.note = kept->note, .content = YS_CONTENT_BODY, .body = kept->body};
    const uint64_t first = row.frontier.size;
    for (size_t at = 0; at < count; at += YS_APPEND_MAX) {
        const size_t part = count - at < YS_APPEND_MAX ? count - at : YS_APPEND_MAX;
        year_must(ys_log_append(txn, &row, entries + at, part, &err), &err);
    }
    year_must(ys_status_set(txn, row.id, first, verdicts, count, &err), &err);
    while (list->first != NULL) {
        struct kept *const next = list->first->next;
        free(list->first);
        list->first = next;
    }
    list->count = 0;
    free(entries);
    free(verdicts);
}

static bool held(const struct year *year, unsigned unit, const struct year_log *log)
{
    return ys_division_related(&year->unit[unit].division, &log->origin.division);
}

static void put_heads(struct ys_txn *txn, const struct year *year, unsigned unit)
{
    for (unsigned i = 0; i < year_log_count(year); i++) {
        const struct year_log *const log = year_log(year, i);
        uint8_t buffer[YEAR_HEAD_MAX];
        struct ys_log row;
        struct ys_err err = {0};
        bool changed = false;
        if (log->frontier.size == 0 || !held(year, unit, log))
            continue;
        year_must(ys_log_find(txn, log->text, &row, &err), &err);
        year_must(ys_head_put(txn, row.id, log->frontier.size, log->frontier.size,
                              year_head(year, i, buffer), &changed, &err),
                  &err);
        if (log->closed)
            year_must(ys_log_set_state(txn, &row, YS_LOG_CLOSED, &err), &err);
    }
}

size_t year_fill(struct year *year, unsigned unit, struct ys_store *store)
{
    static struct waiting waiting[LOGS_MAX];
    struct year_entry entry;
    struct ys_err err = {0};
    size_t total = 0;
    bool more = true;
    while (more) {
        YS_TXN_SCOPED txn = NULL;
        size_t count = 0;
        while (count < TURN && (more = year_next(year, &entry))) {
            if (entry.log >= LOGS_MAX)
                abort();
            if (!held(year, unit, year_log(year, entry.log)))
                continue;
            keep(&waiting[entry.log], &entry);
            count++;
        }
        year_must(ys_store_begin(store, true, &txn, &err), &err);
        for (unsigned i = 0; i < year_log_count(year); i++)
            if (waiting[i].count != 0)
                append_run(txn, year_log(year, i), &waiting[i]);
        if (!more)
            put_heads(txn, year, unit);
        year_must(ys_txn_commit(&txn, &err), &err);
        total += count;
    }
    return total;
}

void year_identity(const struct year *year, unsigned unit, struct ys_identity *out)
{
    struct rng rng = dice_stream(year->options.seed ^ UINT64_C(0x73746f7265), unit);
    *out = (struct ys_identity){.origin = year->log[unit].origin};
    rng_fill(&rng, out->store_id, sizeof out->store_id);
}
