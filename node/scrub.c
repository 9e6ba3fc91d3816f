#include "node/scrub.h"

#include "crypto/assert.h"
#include "crypto/checkpoint.h"
#include "node/lang.h"
#include "node/scrub_tables.h"
#include "sync/heads.h"
#include "sync/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 1024 }; /* entries a read transaction */

void ys_scrub_find(struct ys_scrub *scrub, const char *where, const char *format, ...)
{
    char text[300];
    va_list args;
    if (scrub->failure.code != YS_OK)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    scrub->problems++;
    scrub->options->problem(scrub->options->context, where, text);
}

/* --- one log --- */

/* A log while it is walked. */
struct walk {
    struct ys_scrub *scrub;
    struct ys_log log; /* as it was when the walk began */
    struct ys_frontier tree;
    struct ys_scrub_log done;
    struct ys_hash tile[YS_TILES_DEEP][256]; /* hashes of the open tile of each level */
    unsigned width[YS_TILES_DEEP];
    uint64_t tiles[YS_TILES_DEEP]; /* complete tiles of each level */
};

#define FIND(walk, ...) ys_scrub_find((walk)->scrub, (walk)->log.origin_text, __VA_ARGS__)

static enum ys_code compare_tile(struct walk *walk, struct ys_txn *txn, unsigned level,
                                 struct ys_err *err)
{
    struct ys_bytes stored;
    const uint64_t index = walk->tiles[level];
    const size_t size = walk->width[level] * (size_t)YS_HASH_LEN;
    const enum ys_code code = ys_tile_load(txn, walk->log.id, level, index, &stored, err);
    if (code == YS_NOT_FOUND) {
        FIND(walk, "tile %u/%" PRIu64 " is missing", level, index);
        return YS_OK;
    }
    if (code == YS_CORRUPT) {
        FIND(walk, "tile %u/%" PRIu64 " has no such form", level, index);
        return YS_OK;
    }
    /* A tile may have grown since the walk began; what it began with stays. */
    if (code == YS_OK && (stored.size < size || memcmp(stored.data, walk->tile[level], size) != 0))
        FIND(walk, "tile %u/%" PRIu64 " is not made of the entries", level, index);
    return code;
}

/* Add a leaf hash to the open tiles; compare each with its row as soon as it is full. */
static enum ys_code add_to_tiles(struct walk *walk, struct ys_txn *txn, const struct ys_hash *leaf,
                                 struct ys_err *err)
{
    struct ys_hash carry = *leaf;
    for (unsigned level = 0;; level++) {
        YS_ASSERT(level < YS_TILES_DEEP);
        walk->tile[level][walk->width[level]++] = carry;
        if (walk->width[level] < YS_TILE_WIDTH)
            return YS_OK;
        const enum ys_code code = compare_tile(walk, txn, level, err);
        if (code != YS_OK)
            return code;
        ys_tile_fold(walk->tile[level], YS_TILE_HEIGHT, &carry);
        walk->width[level] = 0;
        walk->tiles[level]++;
    }
}

/* The body beside a note, and what the note says of it. */
static void check_body(struct walk *walk, uint64_t index, const struct ys_entry *entry)
{
    struct ys_note note;
    struct ys_record record;
    struct ys_err why = {0};
    switch (entry->content) {
    case YS_CONTENT_ABSENT:
        walk->done.absent_bodies++;
        if (entry->body.size != 0 && entry->body.size != YS_HASH_LEN)
            FIND(walk, "entry %" PRIu64 ": an absent body of %zu bytes", index, entry->body.size);
        return;
    case YS_CONTENT_TOMBSTONE:
        walk->done.tombstones++;
        if (entry->body.size != YS_HASH_LEN)
            FIND(walk, "entry %" PRIu64 ": its tombstone names no record", index);
        return;
    case YS_CONTENT_BODY:
        break;
    }
    if (ys_note_parse(entry->note, &note, &why) != YS_OK ||
        ys_record_parse(note.text, &record, &why) != YS_OK)
        FIND(walk, "entry %" PRIu64 ": a body beside a note that is no record", index);
    else if (ys_record_check_body(&record, entry->body, &why) != YS_OK)
        FIND(walk, "entry %" PRIu64 ": %s", index, why.msg);
}

static enum ys_code check_verdict(struct walk *walk, struct ys_txn *txn, uint64_t index,
                                  const struct ys_entry *entry, struct ys_err *err)
{
    enum ys_verdict stored = YS_VERDICT_UNCHECKED;
    struct ys_err why = {0};
    if (walk->scrub->options->member == NULL) {
        walk->done.verdicts[YS_VERDICT_UNCHECKED]++;
        return YS_OK;
    }
    const enum ys_verdict found =
        ys_judge(walk->scrub->options->member, &walk->log.origin, index, entry, &why);
    if (found == YS_VERDICT_UNCHECKED)
        return ys_fail(err, why.code, "%s", why.msg);
    walk->done.verdicts[found]++;
    if (found == YS_VERDICT_BAD)
        FIND(walk, "entry %" PRIu64 ": %s", index, why.msg);
    const enum ys_code code = ys_status_get(txn, walk->log.id, index, &stored, err);
    if (code == YS_CORRUPT)
        return YS_OK; /* named once, with its table */
    if (code == YS_OK && stored != YS_VERDICT_UNCHECKED && stored != found)
        FIND(walk, "entry %" PRIu64 ": status says %s, it is %s", index, ys_verdict_name(stored),
             ys_verdict_name(found));
    return code;
}

static enum ys_code check_indexes(struct walk *walk, struct ys_txn *txn, uint64_t index,
                                  const struct ys_entry *entry, struct ys_err *err)
{
    struct ys_bytes text;
    struct ys_bytes kind_name;
    if (!ys_note_peek(entry->note, &text, &kind_name))
        return YS_OK;
    const struct ys_kind *const kind = ys_kind_by_name(kind_name);
    return ys_scrub_indexes(walk->scrub, txn, &walk->log, index, text,
                            kind != NULL && kind->membership, err);
}

static enum ys_code check_entry(struct walk *walk, struct ys_txn *txn, uint64_t index,
                                struct ys_err *err)
{
    struct ys_entry entry;
    struct ys_hash leaf;
    enum ys_code code = ys_log_entry(txn, walk->log.id, index, &entry, err);
    if (code == YS_NOT_FOUND || code == YS_CORRUPT) {
        FIND(walk, "entry %" PRIu64 " is missing%s", index,
             code == YS_CORRUPT ? " its row in \"body\"" : "");
        return code == YS_CORRUPT ? YS_OK : YS_NOT_FOUND;
    }
    if (code != YS_OK)
        return code;
    ys_leaf_hash(entry.note, &leaf);
    code = ys_frontier_append(&walk->tree, &leaf);
    if (code == YS_OK)
        code = add_to_tiles(walk, txn, &leaf, err);
    if (code != YS_OK)
        return code;
    check_body(walk, index, &entry);
    code = check_verdict(walk, txn, index, &entry, err);
    if (code == YS_OK)
        code = ys_scrub_erasure(walk->scrub, txn, &walk->log, index, &entry, err);
    return code != YS_OK ? code : check_indexes(walk, txn, index, &entry, err);
}

static enum ys_code walk_entries(struct walk *walk, struct ys_err *err)
{
    for (uint64_t index = 0; index < walk->log.frontier.size;) {
        YS_TXN_SCOPED txn = NULL;
        enum ys_code code = ys_store_begin(walk->scrub->options->store, false, &txn, err);
        for (unsigned i = 0; i < SLICE && index < walk->log.frontier.size && code == YS_OK;
             i++, index++)
            code = check_entry(walk, txn, index, err);
        if (code != YS_OK)
            return code;
        walk->scrub->entries += SLICE;
        if (walk->scrub->options->progress != NULL)
            walk->scrub->options->progress(walk->scrub->options->context, index,
                                           walk->log.frontier.size);
    }
    return YS_OK;
}

static enum ys_code check_tree(struct walk *walk, struct ys_txn *txn, struct ys_err *err)
{
    struct ys_hash root;
    for (unsigned level = 0; level < YS_TILES_DEEP; level++) {
        if (walk->width[level] == 0)
            continue;
        const enum ys_code code = compare_tile(walk, txn, level, err);
        if (code != YS_OK)
            return code;
    }
    ys_frontier_root(&walk->tree, &root);
    if (!ys_hash_equal(&root, &walk->log.root))
        FIND(walk, "its entries do not give the root of its row, size %" PRIu64,
             walk->log.frontier.size);
    ys_frontier_root(&walk->log.frontier, &root);
    if (!ys_hash_equal(&root, &walk->log.root))
        FIND(walk, "the frontier of its row does not give the root");
    return YS_OK;
}

/* --- heads --- */

static void check_lines(struct walk *walk, const struct ys_note *note, uint64_t size)
{
    const struct ys_member *const member = walk->scrub->options->member;
    const struct ys_vkey *const log_key =
        member == NULL ? NULL : ys_member_log_key_at(member, walk->log.origin_text, size);
    bool signed_by_log = false;
    for (unsigned i = 0; i < note->line_count; i++) {
        struct ys_name name;
        const struct ys_vkey *key = NULL;
        if (ys_name_parse(note->line[i].name, &name, NULL) != YS_OK) {
            FIND(walk, "head of size %" PRIu64 ": a line under a name that is none", size);
            continue;
        }
        if (name.kind == YS_NAME_LOG)
            key = log_key;
        else if (name.kind == YS_NAME_MIRROR && member != NULL)
            key = ys_member_mirror(member, &name.division);
        if (key == NULL || key->id != note->line[i].key_id) {
            walk->done.unknown_cosignatures++;
            continue;
        }
        if (ys_note_check(note, key, NULL) != YS_LINE_GOOD)
            FIND(walk, "head of size %" PRIu64 ": the line of %s does not verify", size, key->name);
        else if (name.kind == YS_NAME_LOG)
            signed_by_log = true;
        else
            walk->done.cosignatures++;
    }
    if (log_key != NULL && !signed_by_log)
        FIND(walk, "head of size %" PRIu64 ": it is not signed by the log's key", size);
}

static enum ys_code check_head(struct walk *walk, struct ys_txn *txn, uint64_t size,
                               struct ys_bytes bytes, struct ys_err *err)
{
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    struct ys_hash root;
    if (ys_note_parse(bytes, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &checkpoint, NULL) != YS_OK || checkpoint.size != size ||
        strcmp(checkpoint.origin, walk->log.origin_text) != 0) {
        FIND(walk, "head of size %" PRIu64 ": it is no checkpoint of that size and log", size);
        return YS_OK;
    }
    walk->done.heads++;
    check_lines(walk, &note, size);
    if (size > walk->log.frontier.size) /* a catch-up is on its way there */
        return YS_OK;
    const enum ys_code code = ys_log_root_at(txn, &walk->log, size, &root, err);
    if (code == YS_CORRUPT)
        return YS_OK; /* the tile was found already */
    if (code == YS_OK && !ys_hash_equal(&root, &checkpoint.root))
        FIND(walk, "head of size %" PRIu64 ": its root is not that of the entries", size);
    return code;
}

static enum ys_code check_heads(struct walk *walk, struct ys_txn *txn, struct ys_err *err)
{
    for (uint64_t at_least = 0;;) {
        uint64_t size = 0;
        struct ys_bytes bytes;
        uint8_t copy[YS_HEAD_MAX];
        enum ys_code code = ys_head_at_least(txn, walk->log.id, at_least, &size, &bytes, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK && bytes.size > sizeof copy) {
            FIND(walk, "head of size %" PRIu64 ": %zu bytes", size, bytes.size);
        } else if (code == YS_OK) {
            memcpy(copy, bytes.data, bytes.size);
            code = check_head(walk, txn, size, (struct ys_bytes){copy, bytes.size}, err);
        }
        if (code != YS_OK || size == UINT64_MAX)
            return code;
        at_least = size + 1;
    }
}

static enum ys_code scrub_log(struct ys_scrub *scrub, const struct ys_log *log, struct ys_err *err)
{
    struct walk *const walk = calloc(1, sizeof *walk);
    YS_TXN_SCOPED txn = NULL;
    if (walk == NULL)
        return ys_fail(err, YS_NOMEM, _("scrub: out of memory"));
    const uint64_t before = scrub->problems;
    walk->scrub = scrub;
    walk->log = *log;
    walk->done.log = &walk->log;
    enum ys_code code = walk_entries(walk, err);
    /* A hole ends the walk of this log: what lies behind it cannot be placed in the tree. */
    if (code == YS_OK || code == YS_NOT_FOUND) {
        const bool whole = code == YS_OK;
        code = ys_store_begin(scrub->options->store, false, &txn, err);
        if (code == YS_OK && whole)
            code = check_tree(walk, txn, err);
        if (code == YS_OK)
            code = check_heads(walk, txn, err);
    }
    ys_txn_abort(&txn); /* what is found is printed now, and a pager may take its time */
    walk->done.problems = scrub->problems - before;
    if (code == YS_OK)
        scrub->options->log_done(scrub->options->context, &walk->done);
    free(walk);
    return code;
}

/* --- all logs --- */

static enum ys_code next_log(const struct ys_scrub *scrub, uint32_t id, struct ys_log *log,
                             struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const enum ys_code code = ys_store_begin(scrub->options->store, false, &txn, err);
    return code != YS_OK ? code : ys_log_next(txn, id, log, err);
}

/* Is there a row of this id, whatever its form? */
static bool has_log(const struct ys_scrub *scrub, uint32_t id)
{
    struct ys_log log;
    YS_TXN_SCOPED txn = NULL;
    if (ys_store_begin(scrub->options->store, false, &txn, NULL) != YS_OK)
        return false;
    const enum ys_code code = ys_log_load(txn, id, &log, NULL);
    return code == YS_OK || code == YS_CORRUPT;
}

static enum ys_code scrub_logs(struct ys_scrub *scrub, struct ys_err *err)
{
    const struct ys_scrub_options *const options = scrub->options;
    for (uint32_t id = options->one ? options->only_log : 0;; id++) {
        struct ys_log log;
        enum ys_code code = next_log(scrub, id, &log, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_CORRUPT) {
            ys_scrub_find(scrub, "log", "%s", err == NULL ? "a row has no such form" : err->msg);
            /* Ids are handed out one by one: without this one there is nothing to go on from. */
            if (!has_log(scrub, id))
                return YS_OK;
            continue;
        }
        if (code == YS_OK && !(options->one && log.id != id))
            code = scrub_log(scrub, &log, err);
        if (code != YS_OK || options->one)
            return code;
        id = log.id;
    }
}

enum ys_code ys_scrub(const struct ys_scrub_options *options, uint64_t *problems_out,
                      struct ys_err *err)
{
    struct ys_scrub scrub = {.options = options};
    enum ys_code code = scrub_logs(&scrub, err);
    if (code == YS_OK && !options->one)
        code = ys_scrub_tables(&scrub, err);
    *problems_out = scrub.problems;
    return code;
}
