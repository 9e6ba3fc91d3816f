/* Does to a node's store what yishi itself refuses to do, for the end to end tests.
 *
 *     store_tool newer HOME
 *         mark the store as written by a newer version
 *     store_tool meta HOME NAME FILE
 *         put a row of that table, with its check
 *     store_tool dump HOME [TABLE]...
 *         print every row of these tables, or of all: table, key and value in hex
 *     store_tool delete HOME ORIGIN INDEX
 *         remove one record, entry and body, as if it had never been there
 *     store_tool append HOME KIND ORIGIN|- KEYFILE PASSPHRASE-FILE
 *         append a record of any kind, bound to any origin (-: the own log), signed by one key
 *     store_tool sign HOME
 *         sign all of the own log, whatever a parent holds: what a thief of node.key would do
 *     store_tool tombstone HOME ORIGIN INDEX
 *         say of that entry that it was erased by law, by a record that is none
 *     store_tool absent HOME ORIGIN INDEX
 *         forget the content of that entry
 *     store_tool put HOME NOTE-FILE BODY-FILE
 *         append a record exactly as it lies in the files, whoever signed it
 *
 * The body of an appended record is of a field that this version does not know, so the record is of
 * an unknown kind, or its body contradicts its note. */
#include "crypto/keyfile.h"
#include "crypto/note.h"
#include "proto/record.h"
#include "sync/checked_row.h"
#include "sync/log.h"
#include "sync/witness.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(const char *what, const struct ys_err *err)
{
    fprintf(stderr, "%s: %s\n", what, err == NULL ? "" : err->msg);
    exit(1);
}

static struct ys_bytes load(const char *path, uint8_t *room, size_t capacity)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        stop(path, NULL);
    const size_t size = fread(room, 1, capacity, file);
    fclose(file);
    return (struct ys_bytes){.data = room, .size = size};
}

static struct ys_store *open_store(const char *home)
{
    char path[4096];
    struct ys_err err = {0};
    struct ys_store *store = NULL;
    if (snprintf(path, sizeof path, "%s/store", home) >= (int)sizeof path ||
        ys_store_open(path, 0, &store, &err) != YS_OK)
        stop(home, &err);
    return store;
}

static void mark_newer(const char *home)
{
    struct ys_err err = {0};
    struct ys_store *const store = open_store(home);
    struct ys_txn *txn = NULL;
    uint8_t schema[4];
    ys_be32_put(schema, YS_STORE_SCHEMA + 1);
    if (ys_store_begin(store, true, &txn, &err) != YS_OK ||
        ys_checked_put(txn, YS_DB_META, ys_bytes_of_text("schema"),
                       (struct ys_bytes){.data = schema, .size = sizeof schema}, &err) != YS_OK ||
        ys_txn_commit(&txn, &err) != YS_OK)
        stop(home, &err);
    ys_store_close(store);
}

static void delete_entry(const char *home, const char *origin, const char *index)
{
    struct ys_err err = {0};
    struct ys_store *const store = open_store(home);
    struct ys_txn *txn = NULL;
    struct ys_log log;
    uint8_t key[YS_ROW_KEY_LEN];
    const struct ys_bytes row = {.data = key, .size = sizeof key};
    if (ys_store_begin(store, true, &txn, &err) != YS_OK ||
        ys_log_find(txn, origin, &log, &err) != YS_OK)
        stop(origin, &err);
    ys_row_key(log.id, strtoull(index, NULL, 10), key);
    if (ys_txn_delete(txn, YS_DB_ENTRY, row, &err) != YS_OK ||
        ys_txn_delete(txn, YS_DB_BODY, row, &err) != YS_OK || ys_txn_commit(&txn, &err) != YS_OK)
        stop(index, &err);
    ys_store_close(store);
}

static void put_meta(const char *home, const char *name, const char *path)
{
    static uint8_t room[1 << 20];
    struct ys_err err = {0};
    struct ys_store *const store = open_store(home);
    struct ys_txn *txn = NULL;
    if (ys_store_begin(store, true, &txn, &err) != YS_OK ||
        ys_checked_put(txn, YS_DB_META, ys_bytes_of_text(name), load(path, room, sizeof room),
                       &err) != YS_OK ||
        ys_txn_commit(&txn, &err) != YS_OK)
        stop(home, &err);
    ys_store_close(store);
}

static struct ys_signer signer_of(const char *key_path, const char *passphrase_path)
{
    uint8_t text[YS_KEYFILE_TEXT_MAX];
    uint8_t passphrase_room[1024];
    struct ys_err err = {0};
    struct ys_keyfile keys;
    struct ys_signer signer;
    struct ys_bytes passphrase = load(passphrase_path, passphrase_room, sizeof passphrase_room);
    while (passphrase.size > 0 && passphrase.data[passphrase.size - 1] == '\n')
        passphrase.size--;
    if (ys_keyfile_parse(load(key_path, text, sizeof text), passphrase, &keys, &err) != YS_OK)
        stop(key_path, &err);
    if (ys_signer_init(&signer, keys.comment, YS_SIG_ED25519, keys.seed[0].seed) != YS_OK)
        stop(keys.comment, NULL);
    ys_keyfile_clear(&keys);
    return signer;
}

/* 16 bytes of salt, and a message in field 199, which no version has had so far. */
static struct ys_bytes unknown_body(uint8_t room[64])
{
    static const uint8_t field[] = {0xBA, 0x0C, 0x05, 0x0A, 0x03, 'n', 'e', 'w'};
    room[0] = 0x0A;
    room[1] = YS_BODY_SALT_LEN;
    randombytes_buf(room + 2, YS_BODY_SALT_LEN);
    memcpy(room + 2 + YS_BODY_SALT_LEN, field, sizeof field);
    return (struct ys_bytes){.data = room, .size = 2 + YS_BODY_SALT_LEN + sizeof field};
}

static struct ys_bytes make_note(const struct ys_store *store, char *const argv[],
                                 struct ys_bytes body, uint8_t *room, size_t capacity)
{
    struct ys_err err = {0};
    struct ys_record record = {.subject = "-", .signed_at_s = 1795600000};
    record.origin = ys_store_identity(store)->origin;
    if (strcmp(argv[1], "-") != 0 &&
        ys_name_parse(ys_bytes_of_text(argv[1]), &record.origin, &err) != YS_OK)
        stop(argv[1], &err);
    if (strlen(argv[0]) > YS_KIND_NAME_MAX)
        stop(argv[0], NULL);
    memcpy(record.kind, argv[0], strlen(argv[0]));
    ys_record_bind(&record, body);

    uint8_t text_room[YS_RECORD_TEXT_MAX];
    struct ys_writer text = {.data = text_room, .capacity = sizeof text_room};
    ys_record_print(&text, &record);
    struct ys_signer signer = signer_of(argv[2], argv[3]);
    const struct ys_signer *const signers[] = {&signer};
    struct ys_writer note = {.data = room, .capacity = capacity};
    if (ys_note_sign(&note, (struct ys_bytes){.data = text_room, .size = text.size}, signers, 1, 0,
                     &err) != YS_OK)
        stop("note", &err);
    ys_signer_clear(&signer);
    return (struct ys_bytes){.data = room, .size = note.size};
}

static void append_entry(struct ys_store *store, const struct ys_entry *entry)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log own;
    if (ys_store_begin(store, true, &txn, &err) != YS_OK ||
        ys_log_load(txn, YS_OWN_LOG, &own, &err) != YS_OK ||
        ys_log_append(txn, &own, entry, 1, &err) != YS_OK || ys_txn_commit(&txn, &err) != YS_OK)
        stop("append", &err);
    printf("%llu\n", (unsigned long long)(own.frontier.size - 1));
}

static void append(const char *home, char *const argv[])
{
    struct ys_store *const store = open_store(home);
    uint8_t body_room[64];
    uint8_t note_room[4096];
    const struct ys_bytes body = unknown_body(body_room);
    append_entry(store, &(struct ys_entry){
                            .note = make_note(store, argv, body, note_room, sizeof note_room),
                            .content = YS_CONTENT_BODY,
                            .body = body,
                        });
    ys_store_close(store);
}

static void put(const char *home, const char *note_path, const char *body_path)
{
    struct ys_store *const store = open_store(home);
    uint8_t body_room[8192];
    uint8_t note_room[8192];
    append_entry(store, &(struct ys_entry){
                            .note = load(note_path, note_room, sizeof note_room),
                            .content = YS_CONTENT_BODY,
                            .body = load(body_path, body_room, sizeof body_room),
                        });
    ys_store_close(store);
}

static void replace(const char *home, const char *origin, const char *index,
                    enum ys_content content, struct ys_bytes by)
{
    struct ys_err err = {0};
    struct ys_store *const store = open_store(home);
    struct ys_txn *txn = NULL;
    struct ys_log log;
    if (ys_store_begin(store, true, &txn, &err) != YS_OK ||
        ys_log_find(txn, origin, &log, &err) != YS_OK ||
        ys_log_set_content(txn, log.id, strtoull(index, NULL, 10), content, by, &err) != YS_OK ||
        ys_txn_commit(&txn, &err) != YS_OK)
        stop(home, &err);
    ys_store_close(store);
}

static void bury(const char *home, const char *origin, const char *index)
{
    static const uint8_t nobody[YS_HASH_LEN] = {1};
    replace(home, origin, index, YS_CONTENT_TOMBSTONE, (struct ys_bytes){nobody, sizeof nobody});
}

static void print_hex(struct ys_bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        printf("%02x", bytes.data[i]);
}

static void dump_table(struct ys_txn *txn, enum ys_db db)
{
    uint8_t after[512];
    struct ys_bytes from = {0};
    struct ys_bytes key;
    struct ys_bytes value;
    struct ys_err err = {0};
    while (ys_txn_seek(txn, db, from, YS_SEEK_AT_LEAST, &key, &value, &err) == YS_OK &&
           key.size < sizeof after) {
        printf("%s ", ys_db_name(db));
        print_hex(key);
        putchar(' ');
        print_hex(value);
        putchar('\n');
        memcpy(after, key.data, key.size);
        after[key.size] = 0;
        from = (struct ys_bytes){after, key.size + 1};
    }
    if (err.code != YS_OK)
        stop("reading a row", &err);
}

static bool is_asked_for(enum ys_db db, int count, char *const names[])
{
    bool asked = count == 0;
    for (int i = 0; i < count; i++)
        asked = asked || strcmp(names[i], ys_db_name(db)) == 0;
    return asked;
}

static void dump(const char *home, int count, char *const names[])
{
    struct ys_store *store = open_store(home);
    struct ys_txn *txn = NULL;
    struct ys_err err = {0};
    if (ys_store_begin(store, false, &txn, &err) != YS_OK)
        stop("begin", &err);
    for (int db = 0; db < YS_DB_COUNT; db++)
        if (is_asked_for((enum ys_db)db, count, names))
            dump_table(txn, (enum ys_db)db);
    ys_txn_abort(&txn);
    ys_store_close(store);
}

static void sign(const char *home)
{
    char path[4096];
    uint8_t text[YS_KEYFILE_TEXT_MAX];
    struct ys_err err = {0};
    struct ys_keyfile file;
    struct ys_node_keys keys;
    struct ys_txn *txn = NULL;
    struct ys_log own;
    bool changed = false;
    struct ys_store *const store = open_store(home);
    if (snprintf(path, sizeof path, "%s/node.key", home) >= (int)sizeof path ||
        ys_keyfile_parse(load(path, text, sizeof text), (struct ys_bytes){0}, &file, &err) !=
            YS_OK ||
        ys_node_keys_derive(&keys, file.seed[0].seed, file.seed[0].generation,
                            &ys_store_identity(store)->origin, &err) != YS_OK)
        stop(path, &err);
    if (ys_store_begin(store, true, &txn, &err) != YS_OK ||
        ys_log_load(txn, YS_OWN_LOG, &own, &err) != YS_OK ||
        ys_witness_sign_own(txn, &own, own.frontier.size, &keys.log, &changed, &err) != YS_OK ||
        ys_log_touch(txn, &own, &err) != YS_OK || ys_txn_commit(&txn, &err) != YS_OK)
        stop(home, &err);
    ys_keyfile_clear(&file);
    ys_node_keys_clear(&keys);
    ys_store_close(store);
    puts(changed ? "signed" : "nothing to sign");
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0)
        stop("sodium_init", NULL);
    if (argc == 3 && strcmp(argv[1], "newer") == 0) {
        mark_newer(argv[2]);
    } else if (argc == 5 && strcmp(argv[1], "delete") == 0) {
        delete_entry(argv[2], argv[3], argv[4]);
    } else if (argc == 5 && strcmp(argv[1], "meta") == 0) {
        put_meta(argv[2], argv[3], argv[4]);
    } else if (argc == 5 && strcmp(argv[1], "tombstone") == 0) {
        bury(argv[2], argv[3], argv[4]);
    } else if (argc == 5 && strcmp(argv[1], "absent") == 0) {
        replace(argv[2], argv[3], argv[4], YS_CONTENT_ABSENT, (struct ys_bytes){0});
    } else if (argc == 5 && strcmp(argv[1], "put") == 0) {
        put(argv[2], argv[3], argv[4]);
    } else if (argc >= 3 && strcmp(argv[1], "dump") == 0) {
        dump(argv[2], argc - 3, argv + 3);
    } else if (argc == 3 && strcmp(argv[1], "sign") == 0) {
        sign(argv[2]);
    } else if (argc == 7 && strcmp(argv[1], "append") == 0) {
        append(argv[2], argv + 3);
    } else {
        fprintf(stderr, "usage: store_tool newer|sign HOME | dump HOME [TABLE]... | "
                        "append HOME KIND ORIGIN|- KEYFILE FILE | put HOME NOTE BODY | "
                        "meta HOME NAME FILE\n");
        return 2;
    }
    return 0;
}
