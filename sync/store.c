#include "sync/store.h"

#include "crypto/assert.h"
#include "sync/absent.h"
#include "sync/checked_row.h"
#include "sync/erasure.h"
#include "sync/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ys_store {
    struct ys_kv *kv;
    struct ys_identity identity;
};

void ys_row_key(uint32_t log_id, uint64_t index, uint8_t out[YS_ROW_KEY_LEN])
{
    ys_be32_put(out, log_id);
    ys_be64_put(out + 4, index);
}

static enum ys_code put_meta(struct ys_txn *txn, const char *name, const void *data, size_t size,
                             struct ys_err *err)
{
    return ys_checked_put(txn, YS_DB_META, ys_bytes_of_text(name),
                          (struct ys_bytes){.data = data, .size = size}, err);
}

static enum ys_code get_meta(struct ys_txn *txn, const char *name, size_t size,
                             struct ys_bytes *out, struct ys_err *err)
{
    const enum ys_code code = ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(name), out, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_CORRUPT, "store: meta \"%s\" is missing", name);
    if (code == YS_OK && size != 0 && out->size != size)
        return ys_fail(err, YS_CORRUPT, "store: meta \"%s\" has %zu bytes, not %zu", name,
                       out->size, size);
    return code;
}

static enum ys_code write_identity(struct ys_txn *txn, const struct ys_identity *identity,
                                   struct ys_err *err)
{
    uint8_t schema[4];
    char origin[YS_KEY_NAME_MAX + 1];
    ys_be32_put(schema, YS_STORE_SCHEMA);
    ys_name_print(&identity->origin, origin);
    enum ys_code code = put_meta(txn, "schema", schema, sizeof schema, err);
    if (code == YS_OK)
        code = put_meta(txn, "store_id", identity->store_id, sizeof identity->store_id, err);
    if (code == YS_OK)
        code = put_meta(txn, "origin", origin, strlen(origin), err);
    struct ys_log own;
    if (code == YS_OK)
        code = ys_log_add(txn, &identity->origin, &own, err);
    YS_ASSERT(code != YS_OK || own.id == YS_OWN_LOG);
    return code;
}

enum ys_code ys_store_create(const char *path, const struct ys_identity *identity,
                             struct ys_err *err)
{
    YS_ASSERT(identity->origin.kind == YS_NAME_LOG);
    struct ys_kv *kv = NULL;
    struct ys_txn *txn = NULL;
    struct ys_bytes schema;
    enum ys_code code = ys_kv_open(&(struct ys_kv_options){.path = path, .create = true}, &kv, err);
    if (code == YS_OK)
        code = ys_txn_begin(kv, true, &txn, err);
    if (code != YS_OK)
        goto out;
    code = ys_checked_get(txn, YS_DB_META, ys_bytes_of_text("schema"), &schema, err);
    if (code == YS_OK)
        code = ys_fail(err, YS_EXISTS, "%s: there is a store already", path);
    else if (code == YS_NOT_FOUND)
        code = write_identity(txn, identity, err);
    if (code == YS_OK)
        code = ys_txn_commit(&txn, err);
out:
    ys_txn_abort(&txn);
    ys_kv_close(kv);
    return code;
}

/* A walk over table "body" that makes the indexes of later schemas. */
struct indexing {
    struct ys_txn *txn;
    uint32_t from; /* the schema so far */
    struct ys_log log;
    bool begun, readable; /* `log` was asked for; it is one */
};

/* Does a log that can be read go as far as this row says? */
static enum ys_code belongs(struct indexing *x, uint32_t id, uint64_t index, bool *out,
                            struct ys_err *err)
{
    if (!x->begun || x->log.id != id) {
        const enum ys_code code = ys_log_load(x->txn, id, &x->log, err);
        if (code != YS_OK && code != YS_NOT_FOUND && code != YS_CORRUPT)
            return code;
        x->begun = true;
        x->readable = code == YS_OK;
        x->log.id = id;
    }
    *out = x->readable && index < x->log.frontier.size;
    return YS_OK;
}

/* What is damaged is passed over: it can be looked at and mended only when the store opens. */
static enum ys_code index_body(struct indexing *x, struct ys_bytes key, struct ys_bytes row,
                               struct ys_err *err)
{
    struct ys_entry entry;
    bool sound = false;
    if (key.size != YS_ROW_KEY_LEN || row.size == 0)
        return YS_OK;
    const struct ys_position at = {ys_be32_get(key.data), ys_be64_get(key.data + 4)};
    const uint8_t content = row.data[0];
    enum ys_code code = belongs(x, at.log_id, at.index, &sound, err);
    if (code != YS_OK || !sound)
        return code;
    if (content == YS_CONTENT_ABSENT)
        return ys_absent_put(x->txn, at.log_id, at.index, err);
    if (x->from >= 3 || content != YS_CONTENT_BODY)
        return YS_OK;
    code = ys_log_entry(x->txn, at.log_id, at.index, &entry, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    return code != YS_OK ? code : ys_erasure_came(x->txn, at, &entry, err);
}

/* Schema 3: redactions; schema 4: what is absent. A page that is damaged ends it: no walk comes behind that. */
static enum ys_code index_bodies(struct ys_txn *txn, uint32_t from, struct ys_err *err)
{
    struct indexing x = {.txn = txn, .from = from};
    enum { KEY_MAX = 511 }; /* LMDB's */
    uint8_t behind[KEY_MAX + 1];
    struct ys_bytes key = {0};
    for (;;) {
        struct ys_bytes found;
        struct ys_bytes row;
        enum ys_code code = ys_txn_seek(txn, YS_DB_BODY, key, YS_SEEK_AT_LEAST, &found, &row, err);
        if (code == YS_NOT_FOUND || code == YS_CORRUPT || (code == YS_OK && found.size > KEY_MAX))
            return YS_OK;
        if (code != YS_OK)
            return code;
        memcpy(behind, found.data, found.size);
        behind[found.size] = 0; /* the key next behind it */
        key = (struct ys_bytes){behind, found.size + 1};
        code = index_body(&x, found, row, err);
        if (code != YS_OK)
            return code;
    }
}

/* Later schemas only add tables. */
static enum ys_code upgrade(struct ys_kv *kv, uint32_t from, struct ys_err *err)
{
    uint8_t schema[4];
    YS_TXN_SCOPED txn = NULL;
    ys_be32_put(schema, YS_STORE_SCHEMA);
    enum ys_code code = ys_kv_add_tables(kv, err);
    if (code == YS_OK)
        code = ys_txn_begin(kv, true, &txn, err);
    if (code == YS_OK)
        code = put_meta(txn, "schema", schema, sizeof schema, err);
    if (code == YS_OK && from < 4)
        code = index_bodies(txn, from, err);
    return code != YS_OK ? code : ys_txn_commit(&txn, err);
}

static enum ys_code read_identity(struct ys_txn *txn, struct ys_identity *out, uint32_t *schema_out,
                                  struct ys_err *err)
{
    struct ys_bytes value;
    enum ys_code code = get_meta(txn, "schema", 4, &value, err);
    if (code != YS_OK)
        return code;
    const uint32_t schema = ys_be32_get(value.data);
    if (schema > YS_STORE_SCHEMA)
        return ys_fail(err, YS_VERSION,
                       "store: schema %u was written by a newer version of yishi; this one knows "
                       "up to %d: upgrade the program",
                       schema, YS_STORE_SCHEMA);
    *schema_out = schema;
    code = get_meta(txn, "store_id", YS_STORE_ID_LEN, &value, err);
    if (code != YS_OK)
        return code;
    memcpy(out->store_id, value.data, YS_STORE_ID_LEN);
    code = get_meta(txn, "origin", 0, &value, err);
    if (code != YS_OK)
        return code;
    if (ys_name_parse(value, &out->origin, err) != YS_OK || out->origin.kind != YS_NAME_LOG)
        return ys_fail(err, YS_CORRUPT, "store: meta \"origin\" is no name of a log");
    return YS_OK;
}

enum ys_code ys_store_open(const char *path, size_t map_bytes, struct ys_store **out,
                           struct ys_err *err)
{
    struct ys_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return ys_fail(err, YS_NOMEM, "store: out of memory");
    const struct ys_kv_options options = {.path = path, .create = false, .map_bytes = map_bytes};
    YS_TXN_SCOPED txn = NULL;
    uint32_t schema = 0;
    enum ys_code code = ys_kv_open(&options, &store->kv, err);
    if (code == YS_OK)
        code = ys_txn_begin(store->kv, false, &txn, err);
    if (code == YS_OK)
        code = read_identity(txn, &store->identity, &schema, err);
    ys_txn_abort(&txn);
    if (code == YS_OK && schema < YS_STORE_SCHEMA)
        code = upgrade(store->kv, schema, err);
    else if (code == YS_OK && ys_kv_lacks_tables(store->kv))
        code = ys_fail(err, YS_CORRUPT, "%s: a table is missing", path);
    if (code != YS_OK) {
        ys_store_close(store);
        return code;
    }
    *out = store;
    return YS_OK;
}

void ys_store_close(struct ys_store *store)
{
    if (store == NULL)
        return;
    ys_kv_close(store->kv);
    free(store);
}

const struct ys_identity *ys_store_identity(const struct ys_store *store)
{
    return &store->identity;
}

struct ys_kv *ys_store_kv(const struct ys_store *store)
{
    return store->kv;
}

enum ys_code ys_store_begin(const struct ys_store *store, bool write, struct ys_txn **out,
                            struct ys_err *err)
{
    return ys_txn_begin(store->kv, write, out, err);
}

enum { CURSOR_LEN = YS_STORE_ID_LEN + 8, CURSOR_NAME_MAX = 32 };

enum ys_code ys_cursor_load(struct ys_txn *txn, const struct ys_division *peer,
                            struct ys_cursor *out, struct ys_err *err)
{
    char name[CURSOR_NAME_MAX];
    snprintf(name, sizeof name, "peer/%s", peer->digits);
    struct ys_bytes value;
    const enum ys_code code = ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(name), &value, err);
    if (code == YS_NOT_FOUND) {
        *out = (struct ys_cursor){0};
        return YS_OK;
    }
    if (code != YS_OK)
        return code;
    if (value.size != CURSOR_LEN)
        return ys_fail(err, YS_CORRUPT, "store: meta \"%s\" has %zu bytes", name, value.size);
    memcpy(out->store_id, value.data, YS_STORE_ID_LEN);
    out->changed = ys_be64_get(value.data + YS_STORE_ID_LEN);
    return YS_OK;
}

enum ys_code ys_cursor_save(struct ys_txn *txn, const struct ys_division *peer,
                            const struct ys_cursor *cursor, struct ys_err *err)
{
    char name[CURSOR_NAME_MAX];
    uint8_t value[CURSOR_LEN];
    snprintf(name, sizeof name, "peer/%s", peer->digits);
    memcpy(value, cursor->store_id, YS_STORE_ID_LEN);
    ys_be64_put(value + YS_STORE_ID_LEN, cursor->changed);
    return put_meta(txn, name, value, sizeof value, err);
}

static const char witness_time_name[] = "witness_time";

enum ys_code ys_witness_time_load(struct ys_txn *txn, uint64_t *out, struct ys_err *err)
{
    struct ys_bytes value;
    const enum ys_code code =
        ys_checked_get(txn, YS_DB_META, ys_bytes_of_text(witness_time_name), &value, err);
    if (code == YS_NOT_FOUND) {
        *out = 0;
        return YS_OK;
    }
    if (code != YS_OK)
        return code;
    if (value.size != 8)
        return ys_fail(err, YS_CORRUPT, "store: meta \"witness_time\" has %zu bytes", value.size);
    *out = ys_be64_get(value.data);
    return YS_OK;
}

enum ys_code ys_witness_time_save(struct ys_txn *txn, uint64_t time_s, struct ys_err *err)
{
    uint8_t value[8];
    ys_be64_put(value, time_s);
    return put_meta(txn, witness_time_name, value, sizeof value, err);
}

enum { MATTER_ROW_MAX = 24 };

static struct ys_bytes matter_row(uint32_t year, char room[MATTER_ROW_MAX])
{
    (void)snprintf(room, MATTER_ROW_MAX, "matter/%u", year);
    return ys_bytes_of_text(room);
}

enum ys_code ys_matter_last_load(struct ys_txn *txn, uint32_t year, uint32_t *out,
                                 struct ys_err *err)
{
    char room[MATTER_ROW_MAX];
    struct ys_bytes value;
    const enum ys_code code = ys_checked_get(txn, YS_DB_META, matter_row(year, room), &value, err);
    if (code == YS_NOT_FOUND) {
        *out = 0;
        return YS_OK;
    }
    if (code != YS_OK)
        return code;
    if (value.size != 4)
        return ys_fail(err, YS_CORRUPT, "store: meta \"%s\" has %zu bytes", room, value.size);
    *out = ys_be32_get(value.data);
    return YS_OK;
}

enum ys_code ys_matter_last_save(struct ys_txn *txn, uint32_t year, uint32_t no, struct ys_err *err)
{
    char room[MATTER_ROW_MAX];
    uint8_t value[4];
    (void)matter_row(year, room);
    ys_be32_put(value, no);
    return put_meta(txn, room, value, sizeof value, err);
}
