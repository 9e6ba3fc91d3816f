#include "node/attachment/collect.h"

#include "node/lang.h"
#include "node/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES_A_LOOK = 1000 }; /* then the store may forget old pages again */

/* A sorted set of hashes. */
struct named {
    struct ys_hash *hash;
    size_t count, capacity;
};

static enum ys_code add(struct named *named, const uint8_t hash[YS_HASH_LEN], struct ys_err *err)
{
    if (named->count == named->capacity) {
        const size_t capacity = named->capacity == 0 ? 256 : named->capacity * 2;
        struct ys_hash *const more = reallocarray(named->hash, capacity, sizeof *more);
        if (more == NULL)
            return ys_fail(err, YS_NOMEM, _("out of memory"));
        named->hash = more;
        named->capacity = capacity;
    }
    memcpy(named->hash[named->count++].bytes, hash, YS_HASH_LEN);
    return YS_OK;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, YS_HASH_LEN);
}

static enum ys_code add_body(struct named *named, const Yishi__V1__Body *body, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < body->n_attachments && code == YS_OK; i++)
        if (body->attachments[i]->hash.len == YS_HASH_LEN)
            code = add(named, body->attachments[i]->hash.data, err);
    return code;
}

/* What cannot be read names nothing: its author's node made sure that it can. */
static enum ys_code add_bytes(struct named *named, struct ys_bytes bytes, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(bytes, &arena, &body, err);
    if (code == YS_OK)
        code = add_body(named, body, err);
    else if (code != YS_NOMEM)
        code = YS_OK;
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code add_entries(const struct ys_node *node, uint32_t id, uint64_t first,
                                struct named *named, bool *more, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    *more = code == YS_OK;
    for (uint64_t i = first; i < first + ENTRIES_A_LOOK && code == YS_OK; i++) {
        struct ys_entry entry;
        code = ys_log_entry(txn, id, i, &entry, err);
        if (code == YS_NOT_FOUND) {
            *more = false;
            return YS_OK;
        }
        if (code == YS_OK && entry.content == YS_CONTENT_BODY)
            code = add_bytes(named, entry.body, err);
    }
    return code;
}

static enum ys_code add_logs(const struct ys_node *node, struct named *named, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (uint32_t id = 0; code == YS_OK; id++) {
        YS_TXN_SCOPED txn = NULL;
        struct ys_log log;
        bool more = true;
        code = ys_store_begin(node->store, false, &txn, err);
        if (code == YS_OK)
            code = ys_log_next(txn, id, &log, err);
        ys_txn_abort(&txn);
        if (code != YS_OK)
            break;
        id = log.id;
        for (uint64_t first = 0; more && code == YS_OK; first += ENTRIES_A_LOOK)
            code = add_entries(node, id, first, named, &more, err);
    }
    return code == YS_NOT_FOUND ? YS_OK : code;
}

static enum ys_code add_draft(const struct ys_node *node, unsigned no, struct named *named,
                              struct ys_err *err)
{
    YS_SHEET_SCOPED sheet = {.no = 0};
    struct ys_err why = {0};
    char word[16];
    (void)snprintf(word, sizeof word, "%u", no);
    enum ys_code code = ys_sheet_find(&node->home, word, &sheet, &why);
    if (code == YS_NOT_FOUND)
        return YS_OK; /* published meanwhile */
    if (code == YS_OK)
        code = ys_sheet_read(node, &sheet, &why);
    if (code != YS_OK)
        return ys_fail(err, YS_REFUSED,
                       _("draft %u cannot be read, so what it names is not known, and nothing is "
                         "removed: %s"),
                       no, why.msg);
    if (!sheet.bound)
        return add_body(named, sheet.draft.body, err);
    for (size_t i = 0; i < sheet.file.count && code == YS_OK; i++)
        code = add_bytes(named, sheet.file.record[i].body, err);
    return code;
}

static enum ys_code add_drafts(const struct ys_node *node, struct named *named, struct ys_err *err)
{
    unsigned numbers[YS_SHEETS_MAX];
    size_t count = 0;
    enum ys_code code = ys_sheet_list(&node->home, numbers, &count, err);
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = add_draft(node, numbers[i], named, err);
    return code;
}

struct sweep {
    struct ys_blobs *blobs;
    const struct ys_collect_options *options;
    const struct named *named;
    struct ys_collected collected;
    struct ys_err *err;
    enum ys_code code;
};

static bool sweep_one(void *context, const struct ys_blob_info *info)
{
    struct sweep *const sweep = context;
    const struct named *const named = sweep->named;
    /* One that is on its way and named will be gone on with. */
    if (info->changed_s > sweep->options->now_s - sweep->options->age_s ||
        (named->count != 0 &&
         bsearch(&info->hash, named->hash, named->count, sizeof *named->hash, compare) != NULL))
        return true;
    if (!sweep->options->dry)
        sweep->code = ys_blobs_remove(sweep->blobs, &info->hash, sweep->err);
    if (sweep->code != YS_OK)
        return false;
    sweep->collected.files++;
    sweep->collected.bytes += info->size;
    if (sweep->options->told != NULL)
        sweep->options->told(sweep->options->context, &info->hash, info->size, info->partial);
    return true;
}

enum ys_code ys_attachment_collect(const struct ys_node *node, struct ys_blobs *blobs,
                                   const struct ys_collect_options *options,
                                   struct ys_collected *out, struct ys_err *err)
{
    struct named named = {0};
    /* Drafts first: one that is published meanwhile is found in the log then. */
    enum ys_code code = add_drafts(node, &named, err);
    if (code == YS_OK)
        code = add_logs(node, &named, err);
    if (code == YS_OK) {
        struct sweep sweep = {
            .blobs = blobs, .options = options, .named = &named, .err = err, .code = YS_OK};
        if (named.count != 0)
            qsort(named.hash, named.count, sizeof *named.hash, compare);
        code = ys_blobs_each(blobs, sweep_one, &sweep, err);
        if (code == YS_OK)
            code = sweep.code;
        if (code == YS_OK)
            *out = sweep.collected;
    }
    free(named.hash);
    return code;
}
