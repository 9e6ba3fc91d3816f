/* What the logs of an issuer came to, kept in a row of `meta` (FORMATS.md, "Store": `members/<code>`), so
 * that nobody verifies the same signatures again who only wants to write one record.
 *
 * A row says what it was read from: logs with sizes and roots, and a hash of the keys that it follows
 * from. It holds while these logs have grown by nothing that matters; so it may come from any
 * transaction, may be missing, and is never out of date. */
#include "crypto/assert.h"
#include "proto/limits.h"
#include "sync/checked_row.h"
#include "sync/member_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW_VERSION = 2,
    ROW_NAME_MAX = 32, /* of a row */
    LOG_LEN = 4 + 8 + YS_HASH_LEN + 1,
    HEADER_MAX = 3 + YS_HASH_LEN + YS_ROOT_CHAIN_MAX * YS_ROW_KEY_LEN + 8,
    KEY_MAX =
        2 + YS_KEY_NAME_MAX + 1 + YS_PUBKEY_LEN + 4 + 8 + 8 + YS_ROW_KEY_LEN + 1 + YS_ROW_KEY_LEN,
    NODE_MAX = sizeof(struct ys_member_node) + 16,
};

/* --- writing --- */

static void put_u8(struct ys_writer *w, unsigned value)
{
    const uint8_t byte = (uint8_t)value;
    YS_ASSERT(value <= UINT8_MAX);
    ys_writer_bytes(w, (struct ys_bytes){&byte, 1});
}

static void put_u32(struct ys_writer *w, uint32_t value)
{
    uint8_t bytes[4];
    ys_be32_put(bytes, value);
    ys_writer_bytes(w, (struct ys_bytes){bytes, sizeof bytes});
}

static void put_u64(struct ys_writer *w, uint64_t value)
{
    uint8_t bytes[8];
    ys_be64_put(bytes, value);
    ys_writer_bytes(w, (struct ys_bytes){bytes, sizeof bytes});
}

static void put_fixed(struct ys_writer *w, const uint8_t *data, size_t size)
{
    ys_writer_bytes(w, (struct ys_bytes){data, size});
}

/* u16 size, bytes. */
static void put_text(struct ys_writer *w, const char *text)
{
    const size_t size = strlen(text);
    YS_ASSERT(size <= UINT16_MAX);
    put_u8(w, (unsigned)size >> 8);
    put_u8(w, (unsigned)size & UINT8_MAX);
    ys_writer_text(w, text);
}

static void put_position(struct ys_writer *w, const struct ys_position *at)
{
    put_u32(w, at->log_id);
    put_u64(w, at->index);
}

static void put_key(struct ys_writer *w, const struct ys_member_key *key)
{
    put_text(w, key->vkey.name);
    put_u8(w, key->vkey.type);
    put_u32(w, key->vkey.id);
    put_fixed(w, key->vkey.key, sizeof key->vkey.key);
    put_u64(w, key->from);
    put_u64(w, key->cut);
    put_position(w, &key->source);
    put_u8(w, key->has_revocation);
    put_position(w, &key->revocation);
}

static void put_node(struct ys_writer *w, const struct ys_member_node *node)
{
    char log[YS_KEY_NAME_MAX + 1];
    ys_name_print(&node->log, log);
    put_text(w, node->division.digits);
    put_u8(w, node->observer);
    put_text(w, node->name);
    put_text(w, node->address);
    put_fixed(w, node->transport, sizeof node->transport);
    put_text(w, log);
    put_position(w, &node->source);
    put_text(w, node->issuer.digits);
}

static void put_basis(struct ys_writer *w, const struct member_part *part)
{
    put_u8(w, ROW_VERSION);
    put_fixed(w, part->given.bytes, sizeof part->given.bytes);
    put_u8(w, (unsigned)part->log_count);
    for (size_t i = 0; i < part->log_count; i++) {
        put_u32(w, part->log[i].id);
        put_u64(w, part->log[i].size);
        put_fixed(w, part->log[i].root.bytes, sizeof part->log[i].root.bytes);
        put_u8(w, part->log[i].watch);
    }
}

static bool is_district(const struct ys_member *member, const struct member_part *part)
{
    return ys_division_equal(&part->issuer, &member->root.division);
}

static void put_content(struct ys_writer *w, const struct ys_member *member,
                        const struct member_part *part)
{
    for (unsigned i = 0; is_district(member, part) && i < YS_ROOT_CHAIN_MAX; i++)
        put_position(w, &member->root_since[i]);
    put_u32(w, (uint32_t)part->key_count);
    for (size_t i = 0; i < part->key_count; i++)
        put_key(w, &member->keys.item[part->key_first + i]);
    put_u32(w, (uint32_t)part->node_count);
    for (size_t i = 0; i < part->node_count; i++)
        put_node(w, &member->nodes.item[part->node_first + i]);
}

/* --- reading --- */

/* What is left of a row; `bad` once something did not fit. */
struct reader {
    struct ys_bytes rest;
    bool bad;
};

static const uint8_t *take(struct reader *r, size_t size)
{
    static const uint8_t nothing[YS_HASH_LEN];
    YS_ASSERT(size <= sizeof nothing);
    if (r->bad || r->rest.size < size) {
        r->bad = true;
        return nothing;
    }
    const uint8_t *const data = r->rest.data;
    r->rest = ys_bytes_skip(r->rest, size);
    return data;
}

static unsigned take_u8(struct reader *r)
{
    return *take(r, 1);
}

static uint32_t take_u32(struct reader *r)
{
    return ys_be32_get(take(r, 4));
}

static uint64_t take_u64(struct reader *r)
{
    return ys_be64_get(take(r, 8));
}

static struct ys_bytes take_text(struct reader *r, char *out, size_t size)
{
    const size_t high = take_u8(r);
    const size_t length = high << 8 | take_u8(r);
    out[0] = '\0';
    if (r->bad || length >= size || length > r->rest.size) {
        r->bad = true;
        return (struct ys_bytes){0};
    }
    memcpy(out, r->rest.data, length);
    out[length] = '\0';
    r->bad = strlen(out) != length;
    r->rest = ys_bytes_skip(r->rest, length);
    return ys_bytes_of_text(out);
}

static struct ys_position take_position(struct reader *r)
{
    const uint32_t log_id = take_u32(r);
    return (struct ys_position){.log_id = log_id, .index = take_u64(r)};
}

static void take_key(struct reader *r, struct ys_member_key *key)
{
    const struct ys_bytes name = take_text(r, key->vkey.name, sizeof key->vkey.name);
    key->vkey.type = (uint8_t)take_u8(r);
    key->vkey.id = take_u32(r);
    memcpy(key->vkey.key, take(r, sizeof key->vkey.key), sizeof key->vkey.key);
    key->from = take_u64(r);
    key->cut = take_u64(r);
    key->source = take_position(r);
    key->has_revocation = take_u8(r) != 0;
    key->revocation = take_position(r);
    r->bad = r->bad || ys_name_parse(name, &key->name, NULL) != YS_OK;
}

static void take_node(struct reader *r, struct ys_member_node *node)
{
    char text[YS_KEY_NAME_MAX + 1];
    r->bad = r->bad ||
             ys_division_parse(take_text(r, text, sizeof text), &node->division, NULL) != YS_OK;
    node->observer = take_u8(r) != 0;
    (void)take_text(r, node->name, sizeof node->name);
    (void)take_text(r, node->address, sizeof node->address);
    memcpy(node->transport, take(r, sizeof node->transport), sizeof node->transport);
    r->bad = r->bad || ys_name_parse(take_text(r, text, sizeof text), &node->log, NULL) != YS_OK;
    node->source = take_position(r);
    r->bad =
        r->bad || ys_division_parse(take_text(r, text, sizeof text), &node->issuer, NULL) != YS_OK;
}

/* Add all that a row holds. A row that its own check has passed, and that is no such row, was written by
 * another version: it is as if there were none. */
static enum ys_code take_content(struct reader *r, struct ys_member *member,
                                 const struct member_part *part, struct ys_err *err)
{
    struct ys_position since[YS_ROOT_CHAIN_MAX];
    for (unsigned i = 0; is_district(member, part) && i < YS_ROOT_CHAIN_MAX; i++)
        since[i] = take_position(r);
    for (uint32_t left = take_u32(r); !r->bad && left > 0; left--) {
        struct ys_member_key key = {.from = 0};
        take_key(r, &key);
        if (!r->bad && !ys_member_add_key(member, &key))
            return ys_fail(err, YS_NOMEM, "membership: out of memory");
    }
    for (uint32_t left = take_u32(r); !r->bad && left > 0; left--) {
        struct ys_member_node *const node = ys_member_add_node(member);
        if (node == NULL)
            return ys_fail(err, YS_NOMEM, "membership: out of memory");
        *node = (struct ys_member_node){.observer = false};
        take_node(r, node);
    }
    if (r->bad || r->rest.size != 0)
        return YS_NOT_FOUND;
    if (is_district(member, part))
        memcpy(member->root_since, since, sizeof since);
    return YS_OK;
}

/* --- what a part follows from --- */

/* Which of the district's part decide what a street's records come to: st's keys and da's, whose lines
 * member_rules.c asks for, and those of the district's log, which sign the receipts. */
static bool is_given(const struct ys_member *member, const struct ys_division *issuer,
                     const struct ys_member_key *key)
{
    const bool district = ys_division_equal(&key->name.division, &member->root.division);
    if (key->name.kind == YS_NAME_LOG)
        return district;
    return key->name.kind == YS_NAME_BODY &&
           (district ? strcmp(key->name.body, "da") == 0
                     : strcmp(key->name.body, "st") == 0 &&
                           ys_division_equal(&key->name.division, issuer));
}

/* The root's policies, and those keys with all that is known of them. */
static void hash_given(const struct ys_member *member, const struct ys_division *issuer,
                       struct ys_hash *out)
{
    struct ys_sha256 state;
    ys_sha256_init(&state);
    for (unsigned i = 0; i < member->roots.count; i++) {
        struct ys_hash policy;
        ys_root_fingerprint(&member->roots.policy[i], &policy);
        ys_sha256_update(&state, (struct ys_bytes){policy.bytes, sizeof policy.bytes});
    }
    const size_t keys = member->parts.count == 0 ? 0 : member->parts.item[0].key_count;
    for (size_t i = 0; i < keys; i++) {
        const struct ys_member_key *const key = &member->keys.item[i];
        uint8_t room[KEY_MAX];
        struct ys_writer w = {.data = room, .capacity = sizeof room};
        if (!is_given(member, issuer, key))
            continue;
        put_key(&w, key);
        YS_ASSERT(!w.overflow);
        ys_sha256_update(&state, (struct ys_bytes){room, w.size});
    }
    ys_sha256_final(&state, out);
}

void ys_part_begin(const struct ys_member *member, const struct ys_division *issuer,
                   struct member_part *out)
{
    *out = (struct member_part){.issuer = *issuer,
                                .whole = true,
                                .key_first = member->keys.count,
                                .node_first = member->nodes.count};
    hash_given(member, issuer, &out->given);
}

enum ys_code ys_part_add_log(struct member_part *part, struct ys_txn *txn, const struct ys_log *log,
                             uint64_t size, uint8_t watch, struct ys_err *err)
{
    if (part->log_count == YS_PART_LOGS_MAX) {
        part->whole = false;
        return YS_OK;
    }
    struct part_log *const item = &part->log[part->log_count++];
    *item = (struct part_log){.id = log->id, .size = size, .watch = watch};
    const enum ys_code code = ys_log_root_at(txn, log, size, &item->root, err);
    if (code != YS_CORRUPT)
        return code;
    part->whole = false; /* a damaged tile is no reason not to read the records */
    return YS_OK;
}

/* Is there nothing in [from, to) of this log that is watched for? */
static enum ys_code is_quiet(struct ys_txn *txn, const struct part_log *log, uint64_t to,
                             bool *quiet_out, struct ys_err *err)
{
    *quiet_out = true;
    for (uint64_t index = log->size; *quiet_out && index < to;) {
        struct ys_position at;
        struct ys_entry entry;
        enum ys_code code = ys_membership_next(txn, log->id, index, &at, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && (at.log_id != log->id || at.index >= to)))
            return YS_OK;
        if (code == YS_OK)
            code = ys_log_entry(txn, at.log_id, at.index, &entry, err);
        if (code != YS_OK)
            return code;
        const uint8_t is = ys_member_is_receipts(entry.note) ? YS_WATCH_RECEIPTS : YS_WATCH_MEMBERS;
        *quiet_out = (log->watch & is) == 0;
        index = at.index + 1;
    }
    return YS_OK;
}

/* Does one log still begin with what was read, and has nothing that matters come behind it? */
static enum ys_code log_holds(const struct ys_member *member, struct ys_txn *txn,
                              const struct ys_log *log, const struct part_log *was, bool *holds_out,
                              struct ys_err *err)
{
    uint64_t counted = 0;
    struct ys_hash root;
    *holds_out = false;
    enum ys_code code = ys_member_counted_size(member, txn, log, &counted, err);
    if (code != YS_OK || was->id != log->id || was->size > counted)
        return code;
    code = ys_log_root_at(txn, log, was->size, &root, err);
    if (code == YS_CORRUPT) /* reading the records is the way to find out */
        return YS_OK;
    if (code != YS_OK || !ys_hash_equal(&root, &was->root))
        return code;
    return is_quiet(txn, was, counted, holds_out, err);
}

static bool take_basis(struct reader *r, struct member_part *out)
{
    const unsigned version = take_u8(r);
    memcpy(out->given.bytes, take(r, sizeof out->given.bytes), sizeof out->given.bytes);
    out->log_count = take_u8(r);
    if (r->bad || version != ROW_VERSION || out->log_count > YS_PART_LOGS_MAX)
        return false;
    for (size_t i = 0; i < out->log_count; i++) {
        struct part_log *const log = &out->log[i];
        log->id = take_u32(r);
        log->size = take_u64(r);
        memcpy(log->root.bytes, take(r, sizeof log->root.bytes), sizeof log->root.bytes);
        log->watch = (uint8_t)take_u8(r);
    }
    return !r->bad;
}

/* The logs of the issuer, and behind them those of the district if it asked for receipts: each must hold,
 * and there may be no other. */
static enum ys_code logs_hold(const struct ys_member *member, struct ys_txn *txn,
                              const struct member_part *was, bool *holds_out, struct ys_err *err)
{
    const struct ys_division *unit = &was->issuer;
    struct ys_log log = {.origin_text = ""};
    *holds_out = true;
    for (size_t i = 0;;) {
        enum ys_code code = ys_member_next_log(member, txn, unit, &log, err);
        if (code == YS_NOT_FOUND && i < was->log_count && unit == &was->issuer &&
            !is_district(member, was)) {
            unit = &member->root.division;
            log.origin_text[0] = '\0';
            continue;
        }
        if (code == YS_NOT_FOUND) {
            *holds_out = i == was->log_count;
            return YS_OK;
        }
        if (code == YS_OK && i == was->log_count) {
            *holds_out = false;
            return YS_OK;
        }
        if (code == YS_OK)
            code = log_holds(member, txn, &log, &was->log[i++], holds_out, err);
        if (code != YS_OK || !*holds_out)
            return code;
    }
}

/* --- rows --- */

static const char row_prefix[] = "members/";

static struct ys_bytes row_name(const struct ys_division *issuer, char room[ROW_NAME_MAX])
{
    (void)snprintf(room, ROW_NAME_MAX, "%s%s", row_prefix, issuer->digits);
    return ys_bytes_of_text(room);
}

/* The part as it is in the row, if it holds; `rest_out` is its content. */
static enum ys_code open_row(const struct ys_member *member, struct ys_txn *txn,
                             struct ys_bytes row, const struct member_part *now,
                             struct member_part *was_out, struct reader *rest_out,
                             struct ys_err *err)
{
    bool holds = false;
    *was_out = (struct member_part){.issuer = now->issuer};
    *rest_out = (struct reader){.rest = row};
    if (!take_basis(rest_out, was_out) || !ys_hash_equal(&was_out->given, &now->given))
        return YS_NOT_FOUND;
    const enum ys_code code = logs_hold(member, txn, was_out, &holds, err);
    return code == YS_OK && !holds ? YS_NOT_FOUND : code;
}

enum ys_code ys_part_load(struct ys_member *member, struct ys_txn *txn, struct member_part *part,
                          struct ys_err *err)
{
    char name[ROW_NAME_MAX];
    struct ys_bytes row;
    struct member_part was;
    struct reader rest;
    struct ys_err why = {0};
    enum ys_code code = ys_checked_get(txn, YS_DB_META, row_name(&part->issuer, name), &row, &why);
    if (code == YS_NOT_FOUND || code == YS_CORRUPT)
        return YS_NOT_FOUND; /* verify tells of damage; the records are there */
    if (code != YS_OK)
        return ys_fail(err, code, "%s", why.msg);
    if (code == YS_OK)
        code = open_row(member, txn, row, part, &was, &rest, err);
    if (code == YS_OK)
        code = take_content(&rest, member, part, err);
    if (code != YS_OK) {
        ys_member_cut_keys(member, part->key_first);
        member->nodes.count = part->node_first;
        return code;
    }
    memcpy(part->log, was.log, sizeof part->log);
    part->log_count = was.log_count;
    part->kept = true;
    return YS_OK;
}

enum ys_code ys_member_kept_next(const struct ys_member *member, size_t *at,
                                 struct ys_division *issuer_out, struct ys_writer *row_out,
                                 struct ys_err *err)
{
    while (*at < member->parts.count &&
           (member->parts.item[*at].kept || !member->parts.item[*at].whole))
        (*at)++;
    if (*at == member->parts.count)
        return YS_NOT_FOUND;
    const struct member_part *const part = &member->parts.item[(*at)++];
    const size_t room = HEADER_MAX + part->log_count * LOG_LEN + part->key_count * KEY_MAX +
                        part->node_count * NODE_MAX;
    struct ys_writer w = {.data = malloc(room), .capacity = room};
    if (w.data == NULL)
        return ys_fail(err, YS_NOMEM, "membership: out of memory");
    put_basis(&w, part);
    put_content(&w, member, part);
    YS_ASSERT(!w.overflow);
    *issuer_out = part->issuer;
    *row_out = w;
    return YS_OK;
}

enum ys_code ys_member_kept_put(struct ys_txn *txn, const struct ys_division *issuer,
                                struct ys_bytes row, struct ys_err *err)
{
    char name[ROW_NAME_MAX];
    return ys_checked_put(txn, YS_DB_META, row_name(issuer, name), row, err);
}

enum ys_code ys_member_keep(const struct ys_member *member, struct ys_txn *txn, struct ys_err *err)
{
    for (size_t at = 0;;) {
        struct ys_division issuer;
        struct ys_writer row;
        enum ys_code code = ys_member_kept_next(member, &at, &issuer, &row, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK) {
            code = ys_member_kept_put(txn, &issuer, (struct ys_bytes){row.data, row.size}, err);
            free(row.data);
        }
        if (code != YS_OK)
            return code;
    }
}

enum ys_code ys_member_forget(struct ys_txn *txn, struct ys_err *err)
{
    const struct ys_bytes from = ys_bytes_of_text(row_prefix);
    for (;;) {
        uint8_t key[ROW_NAME_MAX];
        struct ys_bytes found;
        struct ys_bytes row;
        enum ys_code code = ys_txn_seek(txn, YS_DB_META, from, YS_SEEK_AT_LEAST, &found, &row, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && !ys_bytes_starts_with(found, row_prefix)))
            return YS_OK;
        if (code == YS_OK && found.size > sizeof key)
            return ys_fail(err, YS_CORRUPT, "store: a key of \"meta\" has %zu bytes", found.size);
        if (code == YS_OK) {
            memcpy(key, found.data, found.size);
            code = ys_txn_delete(txn, YS_DB_META, (struct ys_bytes){key, found.size}, err);
        }
        if (code != YS_OK)
            return code;
    }
}

enum ys_code ys_member_kept_check(const struct ys_member *member, struct ys_txn *txn,
                                  const struct ys_division *issuer, struct ys_bytes row,
                                  bool *good_out, struct ys_err *err)
{
    struct member_part was;
    struct reader rest;
    *good_out = true;
    for (size_t i = 0; i < member->parts.count; i++) {
        const struct member_part *const part = &member->parts.item[i];
        if (!ys_division_equal(&part->issuer, issuer))
            continue;
        enum ys_code code = open_row(member, txn, row, part, &was, &rest, err);
        for (size_t k = 0; k < was.log_count && code == YS_OK; k++)
            if (k < part->log_count && was.log[k].size > part->log[k].size)
                code = YS_NOT_FOUND; /* it was written since the membership was read */
        if (code != YS_OK)
            return code == YS_NOT_FOUND ? YS_OK : code;
        const size_t room = HEADER_MAX + part->key_count * KEY_MAX + part->node_count * NODE_MAX;
        struct ys_writer w = {.data = malloc(room), .capacity = room};
        if (w.data == NULL)
            return ys_fail(err, YS_NOMEM, "membership: out of memory");
        put_content(&w, member, part);
        *good_out = ys_bytes_equal((struct ys_bytes){w.data, w.size}, rest.rest);
        free(w.data);
        return YS_OK;
    }
    return YS_OK;
}
