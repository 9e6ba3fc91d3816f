#include "node/audit/scrub_tables.h"

#include "crypto/tile.h"
#include "node/audit/scrub_rows.h"
#include "node/lang.h"
#include "sync/checked_row.h"
#include "sync/dispute.h"
#include "sync/log_index.h"
#include "sync/rewind.h"
#include "sync/tiles.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ys_look_find(struct ys_look *look, enum ys_flaw_kind kind, const char *where,
                  const char *format, ...)
{
    char text[YS_FLAW_TEXT_MAX];
    va_list args;
    if (look->failure.code != YS_OK)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ys_flaw_add(look->flaws, kind, where, "%s", text);
}

/* --- all rows of a table --- */

/* Did a look at another table, with `why` for its reason, find what it looked for? A store that cannot be
 * read is no finding: it ends the scrub. */
static bool found(struct ys_look *look, enum ys_code code)
{
    if (code != YS_CORRUPT && ys_code_fault(code) == YS_FAULT_LOCAL && look->failure.code == YS_OK)
        look->failure = look->why;
    return code == YS_OK;
}

static enum ys_code failure_of(const struct ys_look *look, struct ys_err *err)
{
    return look->failure.code == YS_OK ? YS_OK
                                       : ys_fail(err, look->failure.code, "%s", look->failure.msg);
}

/* A damaged branch can leave a whole page of rows out, which then nobody misses. */
static enum ys_code check_count(struct ys_look *look, struct ys_txn *txn, enum ys_db db,
                                uint64_t rows, struct ys_err *err)
{
    uint64_t written = 0;
    const enum ys_code code = ys_txn_count(txn, db, &written, err);
    if (code == YS_OK && written != rows)
        YS_LOOK_FIND(look, ys_db_name(db), "%" PRIu64 " rows can be reached of %" PRIu64, rows,
                     written);
    return code;
}

enum ys_code ys_look_each(struct ys_look *look, struct ys_txn *txn, enum ys_db db,
                          ys_look_row *check, void *context, struct ys_err *err)
{
    enum { KEY_MAX = 511 };
    uint8_t after[KEY_MAX + 1];
    struct ys_bytes from = {0};
    for (uint64_t rows = 0;; rows++) {
        struct ys_bytes key;
        struct ys_bytes value;
        const enum ys_code code = ys_txn_seek(txn, db, from, YS_SEEK_AT_LEAST, &key, &value, err);
        if (code == YS_NOT_FOUND)
            return check_count(look, txn, db, rows, err);
        /* A damaged page can lead back to where we were. */
        if (code == YS_CORRUPT || (code == YS_OK && key.size > KEY_MAX)) {
            YS_LOOK_FIND(look, ys_db_name(db), "its rows are not in order");
            return YS_OK;
        }
        if (code != YS_OK)
            return code;
        /* The smallest key behind this one is this one with a zero byte. */
        memcpy(after, key.data, key.size);
        after[key.size] = 0;
        from = (struct ys_bytes){after, key.size + 1};
        check(look, txn, key, value, context);
        if (look->failure.code != YS_OK)
            return failure_of(look, err);
    }
}

/* Size of a log, by id; false when there is no such log. */
static bool log_size(struct ys_look *look, struct ys_txn *txn, uint32_t id, uint64_t *size)
{
    struct ys_log log;
    if (!found(look, ys_log_load(txn, id, &log, &look->why)))
        return false;
    *size = log.frontier.size;
    return true;
}

/* Rows keyed by log and index: the log exists, and reaches that far. */
static void entry_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                      struct ys_bytes value, void *context)
{
    const char *const table = context;
    uint64_t size = 0;
    (void)value;
    if (key.size != YS_ROW_KEY_LEN || !log_size(look, txn, ys_be32_get(key.data), &size) ||
        ys_be64_get(key.data + 4) >= size)
        YS_LOOK_FIND(look, table, "a row that belongs to no entry");
}

static void tile_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                     struct ys_bytes value, void *context)
{
    enum { KEY_LEN = 13 };
    uint64_t size = 0;
    (void)context;
    if (key.size != KEY_LEN || key.data[4] >= YS_TILE_LEVELS ||
        !log_size(look, txn, ys_be32_get(key.data), &size) ||
        value.size !=
            ys_tile_width(key.data[4], ys_be64_get(key.data + 5), size) * (size_t)YS_HASH_LEN ||
        value.size == 0)
        YS_LOOK_FIND(look, "tile", "a row that is no tile of any log");
}

static void head_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                     struct ys_bytes value, void *context)
{
    uint64_t size = 0;
    (void)value;
    (void)context;
    if (key.size != YS_ROW_KEY_LEN || !log_size(look, txn, ys_be32_get(key.data), &size))
        YS_LOOK_FIND(look, "head", "a row that belongs to no log");
}

static void status_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                       struct ys_bytes value, void *context)
{
    uint64_t size = 0;
    (void)context;
    struct ys_bytes row = value;
    if (ys_checked_open(YS_DB_STATUS, key, row, &value, NULL) != YS_OK) {
        YS_LOOK_FIND(look, "status", "a row is damaged");
        return;
    }
    if (key.size != YS_ROW_KEY_LEN || value.size != YS_STATUS_CHUNK / 4 ||
        !log_size(look, txn, ys_be32_get(key.data), &size) ||
        ys_be64_get(key.data + 4) > size / YS_STATUS_CHUNK) {
        YS_LOOK_FIND(look, "status", "a row that belongs to no entries");
        return;
    }
    const uint64_t first = ys_be64_get(key.data + 4) * YS_STATUS_CHUNK;
    for (unsigned i = 0; i < YS_STATUS_CHUNK; i++)
        if (first + i >= size && (value.data[i / 4] >> (i % 4 * 2) & 3) != 0) {
            YS_LOOK_FIND(look, "status", "a verdict on entry %" PRIu64 ", which does not exist",
                         first + i);
            return;
        }
}

/* A position must be that of a record with such an id. */
static void check_position(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                           const uint8_t *row)
{
    struct ys_entry entry;
    struct ys_bytes text;
    struct ys_bytes kind;
    struct ys_hash id;
    const uint32_t log_id = ys_be32_get(row);
    const uint64_t index = ys_be64_get(row + 4);
    if (!found(look, ys_log_entry(txn, log_id, index, &entry, &look->why)) ||
        !ys_note_peek(entry.note, &text, &kind)) {
        YS_LOOK_FIND(look, "byid", "a row names log %u entry %" PRIu64 ", which is no record",
                     log_id, index);
        return;
    }
    ys_record_id(text, &id);
    if (memcmp(id.bytes, key.data, key.size) != 0)
        YS_LOOK_FIND(look, "byid", "log %u entry %" PRIu64 " stands under another record's id",
                     log_id, index);
}

static void byid_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                     struct ys_bytes value, void *context)
{
    (void)context;
    if (key.size != 8 || value.size == 0 || value.size % YS_ROW_KEY_LEN != 0) {
        YS_LOOK_FIND(look, "byid", "a row of %zu and %zu bytes", key.size, value.size);
        return;
    }
    for (size_t at = 0; at < value.size; at += YS_ROW_KEY_LEN)
        check_position(look, txn, key, value.data + at);
}

static void member_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                       struct ys_bytes value, void *context)
{
    static char table[] = "member";
    uint64_t *const rows = context;
    (*rows)++;
    entry_row(look, txn, key, value, table);
    if (value.size != 0)
        YS_LOOK_FIND(look, "member", "a row with a value");
}

static void changed_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                        struct ys_bytes value, void *context)
{
    struct ys_log log;
    (void)context;
    if (key.size != 8 || value.size != 4 ||
        !found(look, ys_log_load(txn, ys_be32_get(value.data), &log, &look->why)) ||
        log.changed != ys_be64_get(key.data))
        YS_LOOK_FIND(look, "changed", "a row that its log does not know");
}

/* Runs come in counter order and continue their log. */
struct arrivals {
    uint64_t counter;
    uint64_t *reached; /* by log id */
    uint32_t logs;
};

static void arrival_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                        struct ys_bytes value, void *context)
{
    struct arrivals *const arrivals = context;
    (void)txn;
    if (key.size != 8 || value.size != 16 || ys_be64_get(key.data) != ++arrivals->counter) {
        YS_LOOK_FIND(look, "arrival", "a row is missing or has no such form");
        arrivals->counter = key.size == 8 ? ys_be64_get(key.data) : arrivals->counter;
        return;
    }
    const uint32_t log_id = ys_be32_get(value.data);
    if (log_id >= arrivals->logs || arrivals->reached[log_id] != ys_be64_get(value.data + 4)) {
        YS_LOOK_FIND(look, "arrival", "run %" PRIu64 " does not continue its log",
                     arrivals->counter);
        return;
    }
    arrivals->reached[log_id] += ys_be32_get(value.data + 12);
}

static void origin_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                       struct ys_bytes value, void *context)
{
    struct ys_log log;
    uint64_t *const rows = context;
    (*rows)++;
    if (value.size != 4 ||
        !found(look, ys_log_load(txn, ys_be32_get(value.data), &log, &look->why)) ||
        !ys_bytes_is_text(key, log.origin_text))
        YS_LOOK_FIND(look, "origin", "a row that its log does not know");
}

static void log_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                    struct ys_bytes value, void *context)
{
    struct ys_log log;
    struct ys_log named;
    uint64_t *const rows = context;
    uint64_t counter = 0;
    uint32_t id = 0;
    (void)value;
    (*rows)++;
    if (key.size != 4 || !found(look, ys_log_load(txn, ys_be32_get(key.data), &log, &look->why))) {
        YS_LOOK_FIND(look, "log", "a row that is no log");
        return;
    }
    if (!found(look, ys_log_find(txn, log.origin_text, &named, &look->why)) || named.id != log.id)
        YS_LOOK_FIND(look, "log", "%s is not in \"origin\"", log.origin_text);
    if (log.changed != 0 &&
        (!found(look, ys_changed_next(txn, log.changed - 1, &counter, &id, &look->why)) ||
         counter != log.changed || id != log.id))
        YS_LOOK_FIND(look, "log", "%s is not in \"changed\"", log.origin_text);
}

/* What was kept of a membership must not say anything else than its records. */
static void members_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes code,
                        struct ys_bytes value)
{
    const struct ys_member *const member = look->options->member;
    struct ys_division issuer;
    bool good = true;
    if (ys_division_parse(code, &issuer, NULL) != YS_OK)
        YS_LOOK_FIND(look, "meta", "a membership of a unit that is none");
    else if (member != NULL &&
             found(look, ys_member_kept_check(member, txn, &issuer, value, &good, &look->why)) &&
             !good)
        ys_look_find(look, YS_FLAW_CACHE, "meta",
                     "the membership kept of %s is not what its records say; see: yishi reindex",
                     issuer.digits);
}

static void meta_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                     struct ys_bytes value, void *context)
{
    static const struct {
        const char *name;
        size_t size; /* 0: any */
    } known[] = {
        {"schema", 4},  {"store_id", YS_STORE_ID_LEN}, {"origin", 0},    {"witness_time", 8},
        {"rewinds", 8}, {"changed_floor", 8},          {"receipts", 16}, {"wiped", 8},
        {"restored", 1}};
    const struct ys_bytes row = value;
    (void)txn;
    (void)context;
    if (ys_checked_open(YS_DB_META, key, row, &value, NULL) != YS_OK) {
        YS_LOOK_FIND(look, "meta", "a row is damaged");
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ys_bytes_is_text(key, known[i].name)) {
            if (known[i].size != 0 && value.size != known[i].size)
                YS_LOOK_FIND(look, "meta", "\"%s\" has %zu bytes", known[i].name, value.size);
            return;
        }
    struct ys_division peer;
    if (key.size > 10 && memcmp(key.data, "receipted/", 10) == 0 && value.size == 8)
        return;
    if (key.size > 7 && memcmp(key.data, "matter/", 7) == 0 && value.size == 4)
        return;
    if (key.size > 8 && memcmp(key.data, "members/", 8) == 0) {
        members_row(look, txn, (struct ys_bytes){key.data + 8, key.size - 8}, value);
        return;
    }
    if (key.size < 5 || memcmp(key.data, "peer/", 5) != 0 ||
        ys_division_parse((struct ys_bytes){key.data + 5, key.size - 5}, &peer, NULL) != YS_OK ||
        value.size != YS_STORE_ID_LEN + 8)
        YS_LOOK_FIND(look, "meta", "a row of %zu bytes that nobody wrote", key.size);
}

static void fork_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                     struct ys_bytes value, void *context)
{
    const struct ys_bytes row = value;
    struct ys_fork_proof proof;
    struct ys_log log;
    (void)context;
    if (ys_checked_open(YS_DB_FORK, key, row, &value, NULL) != YS_OK ||
        ys_fork_parse(value, &proof, NULL) != YS_OK)
        YS_LOOK_FIND(look, "fork", "a row is damaged");
    else if (key.size != 4 ||
             !found(look, ys_log_load(txn, ys_be32_get(key.data), &log, &look->why)))
        YS_LOOK_FIND(look, "fork", "a row that belongs to no log");
    else if (log.state != YS_LOG_FORKED)
        ys_look_find(look, YS_FLAW_FORK, log.origin_text,
                     "a fork is proven, and its state is \"%s\"", ys_log_state_name(log.state));
}

/* Reading a row checks it; the records in it are checked when they are appended. */
static void aside_row(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                      struct ys_bytes value, void *context)
{
    uint64_t counter = 0;
    struct ys_entry entry;
    (void)value;
    (void)context;
    if (key.size != 8 || ys_be64_get(key.data) == 0 ||
        !found(look, ys_aside_next(txn, ys_be64_get(key.data) - 1, &counter, &entry, &look->why)))
        YS_LOOK_FIND(look, "aside", "a row is damaged");
}

/* Proofs belong to logs that are forked, and the other way round. */
static enum ys_code scrub_forks(struct ys_look *look, struct ys_txn *txn, struct ys_err *err)
{
    struct ys_log log;
    for (uint32_t id = 0; found(look, ys_log_next(txn, id, &log, &look->why)); id = log.id + 1) {
        struct ys_bytes proof;
        if (log.state != YS_LOG_FORKED)
            continue;
        const enum ys_code code = ys_dispute_load(txn, log.id, &proof, &look->why);
        if (!found(look, code) && code == YS_NOT_FOUND)
            ys_look_find(look, YS_FLAW_FORK, log.origin_text,
                         "it is forked, and no proof of that is kept");
    }
    const enum ys_code code = failure_of(look, err);
    return code != YS_OK ? code : ys_look_each(look, txn, YS_DB_FORK, fork_row, NULL, err);
}

static enum ys_code scrub_arrivals(struct ys_look *look, struct ys_txn *txn, struct ys_err *err)
{
    struct arrivals arrivals = {0};
    struct ys_log log;
    for (uint32_t id = 0; found(look, ys_log_next(txn, id, &log, &look->why)); id = log.id + 1)
        arrivals.logs = log.id + 1;
    if (look->failure.code != YS_OK)
        return failure_of(look, err);
    arrivals.reached = calloc(arrivals.logs == 0 ? 1 : arrivals.logs, sizeof *arrivals.reached);
    if (arrivals.reached == NULL)
        return ys_fail(err, YS_NOMEM, _("scrub: out of memory"));
    enum ys_code code = ys_look_each(look, txn, YS_DB_ARRIVAL, arrival_row, &arrivals, err);
    for (uint32_t id = 0; id < arrivals.logs && code == YS_OK; id++) {
        uint64_t size = 0;
        if (log_size(look, txn, id, &size) && arrivals.reached[id] != size)
            YS_LOOK_FIND(look, "arrival", "its runs of log %u reach %" PRIu64 " of %" PRIu64, id,
                         arrivals.reached[id], size);
    }
    if (code == YS_OK)
        code = failure_of(look, err);
    free(arrivals.reached);
    return code;
}

static enum ys_code scrub_counts(struct ys_look *look, struct ys_txn *txn, uint64_t *members,
                                 struct ys_err *err)
{
    uint64_t origins = 0;
    uint64_t logs = 0;
    *members = 0;
    enum ys_code code = ys_look_each(look, txn, YS_DB_MEMBER, member_row, members, err);
    if (code == YS_OK)
        code = ys_look_each(look, txn, YS_DB_ORIGIN, origin_row, &origins, err);
    if (code == YS_OK)
        code = ys_look_each(look, txn, YS_DB_LOG, log_row, &logs, err);
    if (code == YS_OK && origins != logs)
        YS_LOOK_FIND(look, "origin", "%" PRIu64 " rows for %" PRIu64 " logs", origins, logs);
    return code;
}

enum ys_code ys_scrub_tables(const struct ys_scrub_options *options, struct ys_flaws *flaws,
                             struct ys_scrub_sums *held_out, struct ys_err *err)
{
    struct ys_look look = {.options = options, .flaws = flaws};
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(options->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_look_each(&look, txn, YS_DB_META, meta_row, NULL, err);
    if (code == YS_OK)
        code = ys_look_each(&look, txn, YS_DB_TILE, tile_row, NULL, err);
    if (code == YS_OK)
        code = ys_look_each(&look, txn, YS_DB_HEAD, head_row, NULL, err);
    if (code == YS_OK)
        code = ys_look_each(&look, txn, YS_DB_STATUS, status_row, NULL, err);
    if (code == YS_OK)
        code = ys_look_each(&look, txn, YS_DB_CHANGED, changed_row, NULL, err);
    if (code == YS_OK)
        code = ys_look_each(&look, txn, YS_DB_ASIDE, aside_row, NULL, err);
    if (code == YS_OK)
        code = scrub_forks(&look, txn, err);
    if (code == YS_OK)
        code = ys_scrub_redactions(&look, txn, &held_out->redactions, err);
    if (code == YS_OK)
        code = scrub_arrivals(&look, txn, err);
    return code != YS_OK ? code : scrub_counts(&look, txn, &held_out->membership, err);
}

/* --- counts --- */

void ys_positions_add(struct ys_positions *positions, const uint8_t *key, const uint8_t *id,
                      const uint8_t *row)
{
    uint8_t text[8 + YS_ROW_KEY_LEN];
    uint8_t hash[crypto_shorthash_BYTES];
    _Static_assert(crypto_shorthash_KEYBYTES == YS_POSITIONS_KEY_LEN, "one key for both");
    memcpy(text, id, 8);
    memcpy(text + 8, row, YS_ROW_KEY_LEN);
    crypto_shorthash(hash, text, sizeof text, key);
    positions->count++;
    positions->sum += ys_be64_get(hash);
}

const struct ys_log *ys_begun_find(const struct ys_begun *begun, uint32_t log_id)
{
    size_t low = 0;
    size_t high = begun->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (begun->log[middle].id == log_id)
            return &begun->log[middle];
        if (begun->log[middle].id < log_id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

struct adding {
    const struct ys_begun *begun;
    const uint8_t *key;
    struct ys_positions positions;
};

static void add_positions(struct ys_look *look, struct ys_txn *txn, struct ys_bytes key,
                          struct ys_bytes value, void *context)
{
    struct adding *const adding = context;
    if (key.size != 8 || value.size == 0 || value.size % YS_ROW_KEY_LEN != 0) {
        YS_LOOK_FIND(look, "byid", "a row of %zu and %zu bytes", key.size, value.size);
        return;
    }
    for (size_t at = 0; at < value.size; at += YS_ROW_KEY_LEN) {
        const struct ys_log *const log = ys_begun_find(adding->begun, ys_be32_get(value.data + at));
        if (log != NULL && ys_be64_get(value.data + at + 4) < log->frontier.size)
            ys_positions_add(&adding->positions, adding->key, key.data, value.data + at);
        else
            check_position(look, txn, key, value.data + at);
    }
}

enum ys_code ys_scrub_byid(const struct ys_scrub_options *options, const struct ys_begun *begun,
                           const uint8_t *key, struct ys_flaws *flaws, struct ys_positions *out,
                           struct ys_err *err)
{
    struct ys_look look = {.options = options, .flaws = flaws};
    struct adding adding = {.begun = begun, .key = key};
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(options->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_look_each(&look, txn, YS_DB_BYID, add_positions, &adding, err);
    *out = adding.positions;
    return code;
}

/* Name the entries of one log that are not in "byid". */
static enum ys_code find_unlisted(struct ys_look *look, struct ys_txn *txn,
                                  const struct ys_log *log, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (uint64_t index = 0; index < log->frontier.size && code == YS_OK; index++) {
        struct ys_entry entry;
        struct ys_bytes text;
        struct ys_bytes kind;
        struct ys_hash id;
        bool there = false;
        if (!found(look, ys_log_entry(txn, log->id, index, &entry, &look->why)) ||
            !ys_note_peek(entry.note, &text, &kind))
            continue; /* it was named with its log, or is no record */
        ys_record_id(text, &id);
        code = ys_byid_has(txn, &id, log->id, index, &there, err);
        if (code == YS_OK && !there)
            ys_flaw_add_entry(look->flaws, YS_FLAW_ROW, log->origin_text, index,
                              "it is not in \"byid\"");
    }
    return code;
}

/* Rows of "byid" that nothing explains, and records that it does not hold. */
static enum ys_code compare_positions(struct ys_look *look, struct ys_txn *txn, struct ys_err *err)
{
    struct ys_log log;
    enum ys_code code = ys_look_each(look, txn, YS_DB_BYID, byid_row, NULL, err);
    for (uint32_t id = 0; code == YS_OK && found(look, ys_log_next(txn, id, &log, &look->why));
         id = log.id + 1)
        code = find_unlisted(look, txn, &log, err);
    return code != YS_OK ? code : failure_of(look, err);
}

static enum ys_code entries_of_logs(struct ys_look *look, struct ys_txn *txn, uint64_t *out,
                                    struct ys_err *err)
{
    struct ys_log log;
    *out = 0;
    for (uint32_t id = 0; found(look, ys_log_next(txn, id, &log, &look->why)); id = log.id + 1)
        *out += log.frontier.size;
    return failure_of(look, err);
}

/* Every entry of every log was found by its key. So when there are no more rows of "entry" and "body" than
 * entries, all of them are explained; else each is looked at. */
enum ys_code ys_scrub_strays(const struct ys_scrub_options *options,
                             const struct ys_scrub_sums *wanted, const struct ys_scrub_sums *held,
                             struct ys_flaws *flaws, struct ys_err *err)
{
    static const enum ys_db tables[] = {YS_DB_ENTRY, YS_DB_BODY};
    struct ys_look look = {.options = options, .flaws = flaws};
    YS_TXN_SCOPED txn = NULL;
    uint64_t entries = 0;
    enum ys_code code = ys_store_begin(options->store, false, &txn, err);
    if (code == YS_OK)
        code = entries_of_logs(&look, txn, &entries, err);
    for (size_t i = 0; i < sizeof tables / sizeof *tables && code == YS_OK; i++) {
        char name[16];
        uint64_t rows = 0;
        snprintf(name, sizeof name, "%s", ys_db_name(tables[i]));
        code = ys_txn_count(txn, tables[i], &rows, err);
        if (code == YS_OK && rows != entries)
            code = ys_look_each(&look, txn, tables[i], entry_row, name, err);
    }
    if (code == YS_OK && (held->positions.count != wanted->positions.count ||
                          held->positions.sum != wanted->positions.sum))
        code = compare_positions(&look, txn, err);
    if (code == YS_OK && held->membership < wanted->membership)
        YS_LOOK_FIND(&look, "member",
                     "%" PRIu64 " rows where %" PRIu64 " records change membership",
                     held->membership, wanted->membership);
    if (code == YS_OK && held->redactions < wanted->redactions)
        YS_LOOK_FIND(&look, "redaction",
                     "%" PRIu64 " rows where redactions name %" PRIu64 " records", held->redactions,
                     wanted->redactions);
    return code;
}
