#include "tests/sim/disk.h"

#include "sync/heads.h"
#include "tests/sim/content.h"

#include <stdlib.h>
#include <string.h>

/* What is looked at: one log at one node, in a read transaction. */
struct view {
    struct run *run;
    int node, owner;
    const char *node_text, *owner_text;
    struct ys_txn *txn;
    struct ys_log log;
};

static void must(struct run *run, enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK)
        run_fail(run, "a store can be read", "%s: %s", ys_code_name(code), err->msg);
}

/* False when the node has no such log. */
static bool open_view(struct view *view, struct run *run, int node, int owner)
{
    struct ys_err err = {0};
    *view = (struct view){.run = run,
                          .node = node,
                          .owner = owner,
                          .node_text = run->world->node[node].origin_text,
                          .owner_text = run->world->node[owner].origin_text};
    must(run, ys_store_begin(run->world->node[node].store, false, &view->txn, &err), &err);
    const enum ys_code code = ys_log_find(view->txn, view->owner_text, &view->log, &err);
    if (code == YS_NOT_FOUND) {
        ys_txn_abort(&view->txn);
        return false;
    }
    must(run, code, &err);
    return true;
}

static void close_view(struct view *view)
{
    ys_txn_abort(&view->txn);
}

/* --- the owner's own log --- */

static void load_own(struct view *view, struct chain *chain)
{
    chain_clear(chain);
    for (uint64_t index = 0; index < view->log.frontier.size; index++) {
        struct ys_entry entry;
        struct ys_err err = {0};
        struct ys_hash leaf;
        must(view->run, ys_log_entry(view->txn, view->log.id, index, &entry, &err), &err);
        ys_leaf_hash(entry.note, &leaf);
        chain_push(chain, &leaf);
    }
}

static void add_published(struct book *book, const struct ys_hash *leaf)
{
    if (book->published_count == book->published_capacity) {
        book->published_capacity =
            book->published_capacity == 0 ? 64 : book->published_capacity * 2;
        book->published =
            reallocarray(book->published, book->published_capacity, sizeof *book->published);
        if (book->published == NULL)
            abort();
    }
    book->published[book->published_count++] = (struct published){.leaf = *leaf};
}

void disk_published(struct run *run, int owner, const struct scribe_record *record, bool waits)
{
    struct book *const book = &run->book[owner];
    struct ys_hash leaf;
    ys_leaf_hash((struct ys_bytes){record->note, record->note_size}, &leaf);
    run->report->count[COUNT_RECORDS]++;
    if (run_is_rogue(run, owner) && run->forked) {
        chain_push(&book->other, &leaf);
        return;
    }
    if (!waits) /* or else it comes with the end of the recovery */
        chain_push(&book->own, &leaf);
    add_published(book, &leaf);
}

void disk_forked(struct run *run, int rogue)
{
    struct view view;
    if (!open_view(&view, run, rogue, rogue))
        return;
    load_own(&view, &run->book[rogue].other);
    close_view(&view);
}

/* A head that the owner signed: it must go on from those signed before. */
static void check_signed(struct view *view, uint64_t size)
{
    struct run *const run = view->run;
    struct book *const book = &run->book[view->owner];
    const uint64_t before = chain_size(&book->said);
    const uint64_t common = before < size ? before : size;
    if (common != 0 && !chain_has_root(&book->own, common, &book->said.root[common - 1]))
        run_fail(run, "signed heads never contradict each other",
                 "%s signs a head of size %llu beside another history of size %llu",
                 view->owner_text, (unsigned long long)size, (unsigned long long)before);
    for (uint64_t i = before; i < size; i++)
        chain_push(&book->said, &book->own.leaf[i]);
}

static void check_own(struct view *view)
{
    struct run *const run = view->run;
    struct book *const book = &run->book[view->owner];
    const uint64_t size = view->log.frontier.size;
    if (chain_size(&book->own) != size ||
        (size != 0 && !chain_has_root(&book->own, size, &view->log.root))) {
        if (!book->restored)
            run_fail(run, "an owner's log is what it wrote", "%s holds %llu entries, %llu written",
                     view->owner_text, (unsigned long long)size,
                     (unsigned long long)chain_size(&book->own));
        load_own(view, &book->own);
    }
}

/* --- entries that came from elsewhere --- */

static bool was_published(const struct book *book, const struct ys_hash *leaf)
{
    for (size_t i = 0; i < book->published_count; i++)
        if (ys_hash_equal(&book->published[i].leaf, leaf))
            return true;
    return false;
}

static void check_entry(struct view *view, uint64_t index)
{
    struct run *const run = view->run;
    const struct book *const book = &run->book[view->owner];
    const bool rogue = run_is_rogue(run, view->owner);
    struct ys_entry entry;
    struct ys_note note;
    struct ys_record record;
    struct ys_err err = {0};
    struct ys_hash leaf;
    must(run, ys_log_entry(view->txn, view->log.id, index, &entry, &err), &err);
    ys_leaf_hash(entry.note, &leaf);
    if (!chain_has_leaf(&book->own, index, &leaf) && !chain_has_leaf(&book->said, index, &leaf) &&
        !(rogue && chain_has_leaf(&book->other, index, &leaf)) &&
        !(book->restored && was_published(book, &leaf)))
        run_fail(run, "every entry held is one that its owner wrote there",
                 "%s holds another entry %llu of %s", view->node_text, (unsigned long long)index,
                 view->owner_text);
    /* A street may lie, and have told others so; or it was erased there, and the redaction is not here yet.
     * What it must come to is asked in the end. */
    if (entry.content == YS_CONTENT_ABSENT &&
        (rogue || run->withheld || run->book[view->owner].proposals != 0))
        return;
    if (entry.content == YS_CONTENT_TOMBSTONE)
        return; /* content.c */
    if (entry.content != YS_CONTENT_BODY || ys_note_parse(entry.note, &note, NULL) != YS_OK ||
        ys_record_parse(note.text, &record, NULL) != YS_OK ||
        ys_record_check_body(&record, entry.body, NULL) != YS_OK)
        run_fail(run, "every entry held has the body that its note names",
                 "%s holds entry %llu of %s without it", view->node_text, (unsigned long long)index,
                 view->owner_text);
}

/* --- heads and receipts --- */

static void check_back(const struct view *view, const char *what, uint64_t before, uint64_t now)
{
    if (now < before)
        run_fail(view->run, "logs, heads and receipts never go back",
                 "%s of %s at %s goes back from %llu to %llu", what, view->owner_text,
                 view->node_text, (unsigned long long)before, (unsigned long long)now);
}

static void check_newest_head(struct view *view, bool replaced)
{
    struct holding *const held = &view->run->holding[view->node][view->owner];
    struct ys_bytes bytes;
    struct ys_err err = {0};
    struct ys_note note;
    struct ys_checkpoint head;
    uint64_t size = 0;
    const enum ys_code code =
        ys_head_at_most(view->txn, view->log.id, view->log.frontier.size, &size, &bytes, &err);
    if (code == YS_NOT_FOUND)
        size = 0;
    else
        must(view->run, code, &err);
    if (!replaced)
        check_back(view, "the head", held->head, size);
    held->head = size;
    if (size == 0)
        return;
    if (view->node == view->owner)
        check_signed(view, size);
    if (ys_note_parse(bytes, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &head, NULL) != YS_OK ||
        !run_was_signed(view->run, view->owner, head.size, &head.root))
        run_fail(view->run, "signed heads never contradict each other",
                 "%s holds a head of %s of size %llu over another tree than was signed",
                 view->node_text, view->owner_text, (unsigned long long)size);
}

/* Of a rogue's histories a witness signs one. */
static void check_history(struct view *view, const struct ys_checkpoint *head)
{
    struct holding *const held = &view->run->holding[view->node][view->owner];
    const struct book *const book = &view->run->book[view->owner];
    const bool first = chain_has_root(&book->said, head->size, &head->root);
    const bool other = chain_has_root(&book->other, head->size, &head->root);
    if (first == other)
        return;
    const enum history history = first ? HISTORY_FIRST : HISTORY_OTHER;
    if (held->history != HISTORY_OPEN && held->history != history)
        run_fail(view->run, "a witness cosigns one history",
                 "%s cosigns two of %s, the second at size %llu", view->node_text, view->owner_text,
                 (unsigned long long)head->size);
    held->history = history;
}

/* The node's own cosignature under the head stored at this size, if there is one. */
static void check_own_cosignature(struct view *view, uint64_t size)
{
    struct run *const run = view->run;
    const struct ys_vkey *const mirror = &run->world->node[view->node].keys.mirror.vkey;
    struct ys_bytes bytes;
    struct ys_err err = {0};
    struct ys_note note;
    struct ys_checkpoint head;
    uint64_t found = 0;
    uint64_t time_s = 0;
    const enum ys_code code = ys_head_at_least(view->txn, view->log.id, size, &found, &bytes, &err);
    if (code == YS_NOT_FOUND || (code == YS_OK && found != size))
        return;
    must(run, code, &err);
    if (ys_note_parse(bytes, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &head, NULL) != YS_OK ||
        ys_note_check(&note, mirror, &time_s) != YS_LINE_GOOD)
        return;
    /* A disk that went back may be told of what it cosigned: check_receipt. */
    if (size > view->log.frontier.size && !run->world->node[view->node].went_back)
        run_fail(run, "no receipt is given before it is durable",
                 "%s cosigns size %llu of %s; durable is %llu", view->node_text,
                 (unsigned long long)size, view->owner_text,
                 (unsigned long long)view->log.frontier.size);
    check_history(view, &head);
}

static void check_receipt(struct view *view, int witness, bool replaced)
{
    struct run *const run = view->run;
    struct holding *const held = &run->holding[view->node][view->owner];
    struct holding *const given = &run->holding[witness][view->owner];
    uint64_t *const newest = &held->receipt[run_level(run, witness)];
    struct ys_receipt receipt = {0};
    struct ys_bytes note;
    struct ys_err err = {0};
    const enum ys_code code =
        ys_receipt_newest(view->txn, view->log.id, &run->world->node[witness].keys.mirror.vkey,
                          &receipt, &note, &err);
    if (code != YS_NOT_FOUND)
        must(run, code, &err);
    if (!replaced)
        check_back(view, "a receipt", *newest, receipt.size);
    *newest = receipt.size;
    if (witness == view->node) {
        if (receipt.size > view->log.frontier.size && receipt.size > given->cosigned_ever)
            run_fail(run, "no receipt is given before it is durable",
                     "%s has a receipt of its own at size %llu of %s; durable is %llu",
                     view->node_text, (unsigned long long)receipt.size, view->owner_text,
                     (unsigned long long)view->log.frontier.size);
        given->cosigned = receipt.size;
        if (receipt.size > given->cosigned_ever)
            given->cosigned_ever = receipt.size;
    } else if (receipt.size > given->cosigned_ever && !run_is_rogue(run, witness)) {
        run_fail(run, "no receipt is given before it is durable",
                 "%s holds a receipt of %s at size %llu of %s; it covers %llu", view->node_text,
                 run->world->node[witness].origin_text, (unsigned long long)receipt.size,
                 view->owner_text, (unsigned long long)given->cosigned_ever);
    }
}

/* --- one log --- */

static void check_log(struct view *view, uint64_t from, bool replaced)
{
    struct run *const run = view->run;
    struct holding *const held = &run->holding[view->node][view->owner];
    if (view->log.state == YS_LOG_FORKED && !run_is_rogue(run, view->owner))
        run_fail(run, "no honest node is accused", "%s takes %s for forked", view->node_text,
                 view->owner_text);
    if (view->node == view->owner) {
        check_own(view);
    } else {
        /* A rogue may sign something else than it gave unsigned; what it signed stays. */
        if (!replaced)
            check_back(view, "the log", run_is_rogue(run, view->owner) ? held->head : held->durable,
                       view->log.frontier.size);
        for (uint64_t index = from; index < view->log.frontier.size; index++)
            check_entry(view, index);
    }
    held->durable = view->log.frontier.size;
    check_newest_head(view, replaced);
    for (int witness = world_parent(run->world, view->owner); witness >= 0;
         witness = world_parent(run->world, witness))
        check_receipt(view, witness, replaced);
}

void disk_check_log(struct run *run, int node, int owner)
{
    struct view view;
    if (!open_view(&view, run, node, owner))
        return;
    check_log(&view, 0, false);
    close_view(&view);
}

/* --- one commit --- */

static void check_result(struct run *run, int node, const struct ys_change_result *result)
{
    run->report->count[COUNT_BUSY] += result->code == YS_BUSY;
    const bool filled = result->kind == YS_CHANGE_CONTENT && result->code == YS_OK;
    run->report->count[COUNT_FILLED] += filled;
    run->report->count[COUNT_OBSERVED] += filled && run->world->node[node].observer;
    if (result->code != YS_FORK)
        return;
    const int owner = run_owner(run, result->origin);
    if (owner < 0 || !run_is_rogue(run, owner))
        run_fail(run, "no honest node is accused", "%s: %s", run->world->node[node].origin_text,
                 result->err.msg);
}

static int owner_of_change(const struct run *run, int node, const struct ys_change *change)
{
    return change->kind == YS_CHANGE_SIGN_OWN ? node : run_owner(run, change->origin);
}

/* A witness's times go forward, whatever its clock does. */
static void check_time(struct run *run, int node)
{
    struct ys_txn *txn = NULL;
    struct ys_err err = {0};
    uint64_t time_s = 0;
    must(run, ys_store_begin(run->world->node[node].store, false, &txn, &err), &err);
    must(run, ys_witness_time_load(txn, &time_s, &err), &err);
    ys_txn_abort(&txn);
    if (time_s < run->cosigned_at_s[node])
        run_fail(run, "a witness never signs a time below its last", "%s: %llu after %llu",
                 run->world->node[node].origin_text, (unsigned long long)time_s,
                 (unsigned long long)run->cosigned_at_s[node]);
    run->cosigned_at_s[node] = time_s;
}

void disk_committed(void *context, int node, struct ys_change *const *changes,
                    const struct ys_change_result *results, size_t count)
{
    struct run *const run = context;
    bool touched[WORLD_NODES_MAX] = {false};
    run->report->count[COUNT_COMMITS]++;
    if (run_is_rogue(run, node) && run->forked)
        return;
    for (size_t i = 0; i < count; i++) {
        const int owner = owner_of_change(run, node, changes[i]);
        check_result(run, node, &results[i]);
        if (owner >= 0)
            touched[owner] = touched[owner] || results[i].code == YS_OK;
    }
    for (int owner = 0; owner < (int)run->world->node_count; owner++) {
        struct view view;
        if (!touched[owner] || !open_view(&view, run, node, owner))
            continue;
        check_log(&view, run->holding[node][owner].durable, false);
        for (size_t i = 0; i < count; i++)
            if (owner_of_change(run, node, changes[i]) == owner && changes[i]->cosign &&
                results[i].code == YS_OK)
                check_own_cosignature(&view, changes[i]->checkpoint_size);
        close_view(&view);
    }
    content_check_erased(run, node);
    check_time(run, node);
}

/* --- a new disk --- */

/* What the owner alone had beyond `size` is gone; what others hold comes back. */
static void mark_lost(struct run *run, int owner, uint64_t size)
{
    struct book *const book = &run->book[owner];
    const int parent = world_parent(run->world, owner);
    uint64_t kept = parent < 0 ? 0 : run->holding[parent][owner].durable;
    kept = kept > size ? kept : size;
    for (uint64_t i = kept; i < chain_size(&book->own); i++)
        for (size_t k = 0; k < book->published_count; k++)
            if (ys_hash_equal(&book->published[k].leaf, &book->own.leaf[i]))
                book->published[k].lost = true;
}

void disk_replaced(struct run *run, int node)
{
    const bool first = chain_size(&run->book[node].own) == 0;
    run->cosigned_at_s[node] = 0;
    for (int owner = 0; owner < (int)run->world->node_count; owner++) {
        struct view view;
        struct holding *const held = &run->holding[node][owner];
        *held = (struct holding){.cosigned_ever = held->cosigned_ever};
        if (!open_view(&view, run, node, owner))
            continue;
        if (owner == node) {
            struct book *const book = &run->book[node];
            mark_lost(run, node, view.log.frontier.size);
            load_own(&view, &book->own);
            for (uint64_t i = 0; first && i < chain_size(&book->own); i++)
                add_published(book, &book->own.leaf[i]);
            book->restored = !first;
        }
        check_log(&view, 0, true);
        close_view(&view);
    }
    check_time(run, node);
}
