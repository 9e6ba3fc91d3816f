#include "node/audit/scrub.h"

#include "crypto/assert.h"
#include "crypto/tile.h"
#include "node/audit/crew.h"
#include "node/audit/piece.h"
#include "node/audit/scrub_tables.h"
#include "node/lang.h"
#include "sync/tiles.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* A log whose pieces are being taken up: its tree is made of their leaves, in order. */
struct walk {
    struct ys_log log;
    bool open, whole; /* whole: no hole so far */
    struct ys_frontier tree;
    struct ys_scrub_log done;
    struct ys_flaws flaws;
    struct ys_hash tile[YS_TILE_LEVELS][256]; /* hashes of the open tile of each level */
    unsigned width[YS_TILE_LEVELS];
    uint64_t tiles[YS_TILE_LEVELS]; /* complete tiles of each level */
    struct ys_witnesses witnesses;
};

struct scrub {
    const struct ys_scrub_options *options;
    /* where `next` stands */
    struct ys_log log;
    bool in_log;
    uint64_t at;
    uint32_t next_id;
    bool logs_given;
    unsigned tables_given;
    /* what `take` has */
    struct walk *walk;
    struct ys_flaws flaws; /* of the tables */
    struct ys_begun begun;
    struct ys_scrub_sums wanted, held;
    uint8_t positions_key[YS_POSITIONS_KEY_LEN];
    uint64_t entries_done, entries_all;
};

#define FLAW(walk, kind, ...) \
    ys_flaw_add(&(walk)->flaws, YS_FLAW_##kind, (walk)->log.origin_text, __VA_ARGS__)

/* --- the tree of a log --- */

static enum ys_code compare_tile(struct walk *walk, struct ys_txn *txn, unsigned level,
                                 struct ys_err *err)
{
    struct ys_bytes stored;
    const uint64_t index = walk->tiles[level];
    const size_t size = walk->width[level] * (size_t)YS_HASH_LEN;
    const enum ys_code code = ys_tile_load(txn, walk->log.id, level, index, &stored, err);
    if (code == YS_NOT_FOUND) {
        FLAW(walk, TREE, "tile %u/%" PRIu64 " is missing", level, index);
        return YS_OK;
    }
    if (code == YS_CORRUPT) {
        FLAW(walk, TREE, "tile %u/%" PRIu64 " has no such form", level, index);
        return YS_OK;
    }
    /* A tile may have grown since the walk began; what it began with stays. */
    if (code == YS_OK && (stored.size < size || memcmp(stored.data, walk->tile[level], size) != 0))
        FLAW(walk, TREE, "tile %u/%" PRIu64 " is not made of the entries", level, index);
    return code;
}

/* Add a leaf hash to the open tiles; compare each with its row as soon as it is full. */
static enum ys_code add_to_tiles(struct walk *walk, struct ys_txn *txn, const struct ys_hash *leaf,
                                 struct ys_err *err)
{
    struct ys_hash carry = *leaf;
    for (unsigned level = 0;; level++) {
        YS_ASSERT(level < YS_TILE_LEVELS);
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

static enum ys_code add_leaves(struct walk *walk, struct ys_txn *txn, const struct ys_piece *piece,
                               struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (unsigned i = 0; i < piece->whole && walk->whole && code == YS_OK; i++) {
        code = ys_frontier_append(&walk->tree, &piece->leaf[i]);
        if (code == YS_OK)
            code = add_to_tiles(walk, txn, &piece->leaf[i], err);
    }
    /* What lies behind a hole cannot be placed in the tree. */
    walk->whole = walk->whole && piece->whole == piece->count;
    return code;
}

static enum ys_code check_tree(struct walk *walk, struct ys_txn *txn, struct ys_err *err)
{
    struct ys_hash root;
    for (unsigned level = 0; level < YS_TILE_LEVELS; level++) {
        if (walk->width[level] == 0)
            continue;
        const enum ys_code code = compare_tile(walk, txn, level, err);
        if (code != YS_OK)
            return code;
    }
    ys_frontier_root(&walk->tree, &root);
    if (!ys_hash_equal(&root, &walk->log.root))
        FLAW(walk, TREE, "its entries do not give the root of its row, size %" PRIu64,
             walk->log.frontier.size);
    ys_frontier_root(&walk->log.frontier, &root);
    if (!ys_hash_equal(&root, &walk->log.root))
        FLAW(walk, TREE, "the frontier of its row does not give the root");
    return YS_OK;
}

/* --- the witnesses of a log, from piece to piece --- */

static enum ys_code follow_witness(struct walk *walk, const struct ys_witness *next,
                                   struct ys_err *err)
{
    struct ys_witness *const before = ys_witnesses_find(&walk->witnesses, next->key);
    if (before == NULL)
        return ys_witnesses_add(&walk->witnesses, next, err);
    if (next->first_s < before->last_s)
        FLAW(walk, COSIGNATURE,
             "head of size %" PRIu64 ": %s signed at %" PRIu64 ", and the smaller size %" PRIu64
             " later, at %" PRIu64,
             next->first_size, next->key->name, next->first_s, before->last_size, before->last_s);
    *before = *next;
    return YS_OK;
}

/* --- taking up --- */

static void add_up(struct walk *walk, const struct ys_piece *piece)
{
    struct ys_scrub_log *const done = &walk->done;
    done->heads += piece->done.heads;
    done->cosignatures += piece->done.cosignatures;
    done->unknown_cosignatures += piece->done.unknown_cosignatures;
    for (unsigned i = 0; i < YS_VERDICTS; i++)
        done->verdicts[i] += piece->done.verdicts[i];
    done->absent_bodies += piece->done.absent_bodies;
    done->tombstones += piece->done.tombstones;
    done->references += piece->done.references;
    done->receipts += piece->done.receipts;
    done->files += piece->done.files;
    if (piece->last) { /* which alone looks above the entries */
        done->beyond_size = piece->done.beyond_size;
        done->beyond_s = piece->done.beyond_s;
        done->beyond_witness = piece->done.beyond_witness;
    }
    if (piece->done.last_cosigned_s > done->last_cosigned_s)
        done->last_cosigned_s = piece->done.last_cosigned_s;
}

static void add_sums(struct ys_scrub_sums *sums, const struct ys_scrub_sums *more)
{
    sums->positions.count += more->positions.count;
    sums->positions.sum += more->positions.sum;
    sums->membership += more->membership;
    sums->redactions += more->redactions;
}

static enum ys_code hear_receipts(const struct scrub *scrub, const struct ys_piece *piece,
                                  const Yishi__V1__Receipts *receipts)
{
    for (size_t i = 0; i < receipts->n_receipts; i++) {
        const Yishi__V1__Receipt *const receipt = receipts->receipts[i];
        if (receipt->log != NULL && scrub->options->hearing.receipt != NULL)
            scrub->options->hearing.receipt(scrub->options->context, &piece->log.origin.division,
                                            receipt->log, receipt->size, receipt->time);
    }
    return YS_OK;
}

static enum ys_code hear_one(const struct scrub *scrub, const struct ys_piece *piece,
                             const struct ys_piece_heard *heard, struct ys_err *err)
{
    const struct ys_bytes note = {heard->bytes, heard->note_size};
    const struct ys_bytes bytes = {heard->bytes + heard->note_size, heard->body_size};
    const Yishi__V1__Body *body = NULL;
    struct ys_arena arena;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_unpack(bytes, &arena, &body, err);
    if (code == YS_OK && body->kind_case == YISHI__V1__BODY__KIND_RECEIPTS)
        code = hear_receipts(scrub, piece, body->receipts);
    else if (code == YS_OK && body->kind_case == YISHI__V1__BODY__KIND_REPORT_SNAPSHOT) {
        if (body->report_snapshot->n_figures > 0 && scrub->options->hearing.figures != NULL)
            scrub->options->hearing.figures(scrub->options->context);
    } else if (code == YS_OK && scrub->options->hearing.parameter != NULL)
        scrub->options->hearing.parameter(scrub->options->context, &piece->log.origin, note, bytes);
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code hear(const struct scrub *scrub, const struct ys_piece *piece,
                         struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (const struct ys_piece_heard *heard = piece->heard; heard != NULL && code == YS_OK;
         heard = heard->next)
        code = hear_one(scrub, piece, heard, err);
    return code;
}

static void end_log(struct scrub *scrub)
{
    struct walk *const walk = scrub->walk;
    walk->done.log = &walk->log;
    walk->done.flaws = &walk->flaws;
    scrub->options->log_done(scrub->options->context, &walk->done);
    ys_flaws_clear(&walk->flaws);
    ys_witnesses_clear(&walk->witnesses);
    walk->open = false;
}

static enum ys_code take_entries(struct scrub *scrub, struct ys_piece *piece, struct ys_err *err)
{
    struct walk *const walk = scrub->walk;
    YS_TXN_SCOPED txn = NULL;
    if (!walk->open) {
        *walk = (struct walk){.log = piece->log, .open = true, .whole = true};
    }
    enum ys_code code = ys_store_begin(scrub->options->store, false, &txn, err);
    if (code == YS_OK)
        code = add_leaves(walk, txn, piece, err);
    ys_flaws_move(&piece->flaws, &walk->flaws);
    add_up(walk, piece);
    for (size_t i = 0; i < piece->witnesses.count && code == YS_OK; i++)
        code = follow_witness(walk, &piece->witnesses.row[i], err);
    add_sums(&scrub->wanted, &piece->sums);
    if (code == YS_OK && piece->last && walk->whole)
        code = check_tree(walk, txn, err);
    ys_txn_abort(&txn); /* what is found is printed now, and a pager may take its time */
    if (code == YS_OK)
        code = hear(scrub, piece, err);
    if (code == YS_OK && piece->last)
        end_log(scrub);
    scrub->entries_done += piece->count;
    if (scrub->options->progress != NULL)
        scrub->options->progress(scrub->options->context, scrub->entries_done, scrub->entries_all);
    return code;
}

static void free_piece(struct ys_piece *piece)
{
    ys_flaws_clear(&piece->flaws);
    ys_witnesses_clear(&piece->witnesses);
    while (piece->heard != NULL) {
        struct ys_piece_heard *const next = piece->heard->next;
        free(piece->heard);
        piece->heard = next;
    }
}

static enum ys_code take(void *context, void *pointer, bool failed, struct ys_err *err)
{
    struct scrub *const scrub = context;
    struct ys_piece *const piece = pointer;
    enum ys_code code = YS_OK;
    if (failed)
        code = YS_OK;
    else if (piece->code != YS_OK)
        code = ys_fail(err, piece->code, "%s", piece->why.msg);
    else if (piece->table == YS_TABLE_NONE)
        code = take_entries(scrub, piece, err);
    else
        add_sums(&scrub->held, &piece->sums);
    if (!failed && piece->table != YS_TABLE_NONE)
        ys_flaws_move(&piece->flaws, &scrub->flaws);
    free_piece(piece);
    return code;
}

/* --- giving out --- */

static enum ys_code load_next_log(const struct scrub *scrub, uint32_t id, struct ys_log *log,
                                  struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    const enum ys_code code = ys_store_begin(scrub->options->store, false, &txn, err);
    return code != YS_OK ? code : ys_log_next(txn, id, log, err);
}

/* Is there a row of this id, whatever its form? */
static bool has_log(const struct scrub *scrub, uint32_t id)
{
    struct ys_log log;
    YS_TXN_SCOPED txn = NULL;
    if (ys_store_begin(scrub->options->store, false, &txn, NULL) != YS_OK)
        return false;
    const enum ys_code code = ys_log_load(txn, id, &log, NULL);
    return code == YS_OK || code == YS_CORRUPT;
}

/* The next log into scrub->log; YS_NOT_FOUND behind the last. */
static enum ys_code begin_log(struct scrub *scrub, struct ys_err *err)
{
    for (;;) {
        struct ys_err why = {0};
        const enum ys_code code = load_next_log(scrub, scrub->next_id, &scrub->log, &why);
        if (code == YS_CORRUPT) {
            ys_flaw_add(&scrub->flaws, YS_FLAW_ROW, "log", "%s", why.msg);
            /* Ids are handed out one by one: without this one there is nothing to go on from. */
            if (!has_log(scrub, scrub->next_id))
                return YS_NOT_FOUND;
            scrub->next_id++;
            continue;
        }
        if (code != YS_OK)
            return code == YS_NOT_FOUND ? code : ys_fail(err, code, "%s", why.msg);
        if (scrub->options->one && scrub->log.id != scrub->options->only_log)
            return YS_NOT_FOUND;
        scrub->next_id = scrub->log.id + 1;
        const struct ys_log *const begun = ys_begun_find(&scrub->begun, scrub->log.id);
        if (begun == NULL)
            continue; /* it has come since */
        /* What is shorter now was taken back. */
        if (begun->frontier.size <= scrub->log.frontier.size)
            scrub->log = *begun;
        scrub->in_log = true;
        scrub->at = 0;
        return YS_OK;
    }
}

static enum ys_code next(void *context, void *pointer, struct ys_err *err)
{
    struct scrub *const scrub = context;
    struct ys_piece *const piece = pointer;
    piece->options = scrub->options;
    piece->begun = &scrub->begun;
    piece->positions_key = scrub->options->one ? NULL : scrub->positions_key;
    piece->heard_last = &piece->heard;
    /* The tables first: they are long, and nothing has to wait for them. */
    if (!scrub->options->one && scrub->tables_given < 2) {
        piece->table = scrub->tables_given++ == 0 ? YS_TABLE_BYID : YS_TABLE_REST;
        return YS_OK;
    }
    if (!scrub->in_log) {
        const enum ys_code code = scrub->logs_given ? YS_NOT_FOUND : begin_log(scrub, err);
        if (code != YS_OK)
            return code;
        scrub->logs_given = scrub->options->one;
    }
    const uint64_t rest = scrub->log.frontier.size - scrub->at;
    piece->log = scrub->log;
    piece->first = scrub->at;
    piece->count = rest < YS_PIECE_ENTRIES ? (unsigned)rest : YS_PIECE_ENTRIES;
    piece->last = piece->count == rest;
    scrub->at += piece->count;
    scrub->in_log = !piece->last;
    return YS_OK;
}

static void work(void *context, void *pointer)
{
    struct ys_piece *const piece = pointer;
    struct ys_err *const err = &piece->why;
    YS_TXN_SCOPED txn = NULL;
    (void)context;
    if (piece->table == YS_TABLE_BYID) {
        piece->code = ys_scrub_byid(piece->options, piece->begun, piece->positions_key,
                                    &piece->flaws, &piece->sums.positions, err);
        return;
    }
    if (piece->table == YS_TABLE_REST) {
        piece->code = ys_scrub_tables(piece->options, &piece->flaws, &piece->sums, err);
        return;
    }
    piece->code = ys_store_begin(piece->options->store, false, &txn, err);
    if (piece->code == YS_OK)
        piece->code = ys_piece_entries(piece, txn, err);
    if (piece->code == YS_OK)
        piece->code = ys_piece_heads(piece, txn, err);
}

/* --- all of it --- */

static enum ys_code keep_log(struct ys_begun *begun, const struct ys_log *log, struct ys_err *err)
{
    if ((begun->count & (begun->count - 1)) == 0) { /* at 0 and each power of two */
        struct ys_log *const room =
            realloc(begun->log, (begun->count == 0 ? 1 : 2 * begun->count) * sizeof *room);
        if (room == NULL)
            return ys_fail(err, YS_NOMEM, _("scrub: out of memory"));
        begun->log = room;
    }
    begun->log[begun->count++] = *log;
    return YS_OK;
}

/* All logs at one moment, so that what one says of another holds however long the scrub takes. */
static enum ys_code begin(struct scrub *scrub, struct ys_err *err)
{
    struct ys_log log;
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(scrub->options->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_txn_count(txn, YS_DB_MEMBER, &scrub->begun.members, err);
    for (uint32_t id = 0; code == YS_OK; id++) {
        struct ys_err why = {0};
        const enum ys_code read = ys_log_next(txn, id, &log, &why);
        if (read == YS_CORRUPT && ys_log_load(txn, id, &log, NULL) == YS_CORRUPT)
            continue; /* said when it is its turn */
        if (read == YS_NOT_FOUND || read == YS_CORRUPT)
            break;
        if (read != YS_OK)
            return ys_fail(err, read, "%s", why.msg);
        id = log.id;
        if (!scrub->options->one || log.id == scrub->options->only_log)
            scrub->entries_all += log.frontier.size;
        code = keep_log(&scrub->begun, &log, err);
    }
    return code;
}

enum ys_code ys_scrub(const struct ys_scrub_options *options, struct ys_err *err)
{
    struct scrub scrub = {.options = options, .next_id = options->one ? options->only_log : 0};
    const struct ys_crew_options crew = {.threads = options->threads,
                                         .piece_size = sizeof(struct ys_piece),
                                         .context = &scrub,
                                         .next = next,
                                         .work = work,
                                         .take = take};
    randombytes_buf(scrub.positions_key, sizeof scrub.positions_key);
    if ((scrub.walk = calloc(1, sizeof *scrub.walk)) == NULL)
        return ys_fail(err, YS_NOMEM, _("scrub: out of memory"));
    enum ys_code code = begin(&scrub, err);
    if (code == YS_OK)
        code = ys_crew_run(&crew, err);
    if (code == YS_OK && !options->one)
        code = ys_scrub_strays(options, &scrub.wanted, &scrub.held, &scrub.flaws, err);
    if (code == YS_OK && !options->one)
        options->tables_done(options->context, &scrub.flaws);
    ys_flaws_clear(&scrub.flaws);
    ys_flaws_clear(&scrub.walk->flaws);
    ys_witnesses_clear(&scrub.walk->witnesses);
    free(scrub.begun.log);
    free(scrub.walk);
    return code;
}
