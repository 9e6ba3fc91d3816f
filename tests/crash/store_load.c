/* What the tests of full disks and held readers do to a store of a running node:
 *
 *     store_load append HOME KEYFILE PASSPHRASE COUNT BYTES   records of a kind of tomorrow, one a commit
 *     store_load churn HOME COMMITS                           the same row over and over
 *     store_load hold HOME                                    read until standard input ends
 *
 * Prints what it did; exit status 3 with the reason when the store was full. */
#include "crypto/keyfile.h"
#include "node/home.h"
#include "proto/kind.h"
#include "proto/limits.h"
#include "proto/record.h"
#include "sync/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_FULL = 3 };

static _Noreturn void stop(const char *what, const struct ys_err *err)
{
    fprintf(stderr, "store_load: %s: %s\n", what, err == NULL ? "no" : err->msg);
    exit(err != NULL && err->code == YS_FULL ? STATUS_FULL : EXIT_FAILURE);
}

static void must(enum ys_code code, const char *what, struct ys_err *err)
{
    if (code == YS_OK)
        return;
    err->code = code;
    stop(what, err);
}

static struct ys_store *open_store(const struct ys_home *home)
{
    char path[PATH_MAX];
    struct ys_err err = {0};
    struct ys_store *store = NULL;
    ys_home_path(home, "store", path);
    must(ys_store_open(path, 0, &store, &err), path, &err);
    return store;
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

static struct ys_signer signer_of(const char *key_path, const char *passphrase_path)
{
    uint8_t text[YS_KEYFILE_TEXT_MAX];
    uint8_t words[1024];
    struct ys_err err = {0};
    struct ys_keyfile keys;
    struct ys_signer signer;
    struct ys_bytes passphrase = load(passphrase_path, words, sizeof words);
    while (passphrase.size > 0 && passphrase.data[passphrase.size - 1] == '\n')
        passphrase.size--;
    must(ys_keyfile_parse(load(key_path, text, sizeof text), passphrase, &keys, &err), key_path,
         &err);
    must(ys_signer_init(&signer, keys.comment, YS_SIG_ED25519, keys.seed[0].seed), key_path, &err);
    ys_keyfile_clear(&keys);
    return signer;
}

/* Salt, and so many bytes in a field that no version has had so far. */
static struct ys_bytes make_body(uint8_t room[YS_RECORD_BODY_MAX], size_t bytes)
{
    struct ys_writer w = {.data = room, .capacity = YS_RECORD_BODY_MAX};
    uint8_t salt[2 + YS_BODY_SALT_LEN] = {0x0A, YS_BODY_SALT_LEN};
    uint8_t head[] = {0xBA, 0x0C, (uint8_t)(bytes & 0x7f) | 0x80,
                      (uint8_t)(bytes >> 7 & 0x7f) | 0x80, (uint8_t)(bytes >> 14)};
    randombytes_buf(salt + 2, YS_BODY_SALT_LEN);
    ys_writer_bytes(&w, (struct ys_bytes){salt, sizeof salt});
    ys_writer_bytes(&w, (struct ys_bytes){head, sizeof head});
    if (w.overflow || bytes > w.capacity - w.size)
        stop("body", NULL);
    memset(room + w.size, 7, bytes);
    return (struct ys_bytes){room, w.size + bytes};
}

static void append_one(struct ys_store *store, const struct ys_signer *signer, struct ys_bytes body)
{
    struct ys_err err = {0};
    struct ys_record record = {.kind = "future_kind", .subject = "-", .signed_at_s = 1795600000};
    uint8_t text_room[YS_RECORD_TEXT_MAX];
    uint8_t note_room[4096];
    struct ys_writer text = {.data = text_room, .capacity = sizeof text_room};
    struct ys_writer note = {.data = note_room, .capacity = sizeof note_room};
    YS_TXN_SCOPED txn = NULL;
    struct ys_log own;
    record.origin = ys_store_identity(store)->origin;
    ys_record_bind(&record, body);
    ys_record_print(&text, &record);
    must(ys_note_sign(&note, (struct ys_bytes){text_room, text.size}, &signer, 1, 0, &err), "note",
         &err);
    const struct ys_entry entry = {
        .note = {note_room, note.size}, .content = YS_CONTENT_BODY, .body = body};
    must(ys_store_begin(store, true, &txn, &err), "begin", &err);
    must(ys_log_load(txn, YS_OWN_LOG, &own, &err), "own log", &err);
    must(ys_log_append(txn, &own, &entry, 1, &err), "append", &err);
    must(ys_txn_commit(&txn, &err), "commit", &err);
}

static void append(const struct ys_home *home, char **argv)
{
    struct ys_store *const store = open_store(home);
    struct ys_signer signer = signer_of(argv[0], argv[1]);
    static uint8_t room[YS_RECORD_BODY_MAX];
    const unsigned long count = strtoul(argv[2], NULL, 10);
    for (unsigned long i = 0; i < count; i++) {
        append_one(store, &signer, make_body(room, strtoul(argv[3], NULL, 10)));
        ys_home_ring(home);
    }
    ys_signer_clear(&signer);
    ys_store_close(store);
    printf("%lu\n", count);
}

/* How far a unit that is nowhere was followed. */
static void churn(const struct ys_home *home, const char *commits)
{
    struct ys_store *const store = open_store(home);
    struct ys_division nowhere;
    must(ys_division_parse(ys_bytes_of_text("999999"), &nowhere, NULL), "code",
         &(struct ys_err){.msg = ""});
    const unsigned long count = strtoul(commits, NULL, 10);
    for (unsigned long i = 1; i <= count; i++) {
        struct ys_err err = {0};
        struct ys_txn *txn = NULL;
        const struct ys_cursor cursor = {.changed = i};
        must(ys_store_begin(store, true, &txn, &err), "begin", &err);
        must(ys_cursor_save(txn, &nowhere, &cursor, &err), "save", &err);
        must(ys_txn_commit(&txn, &err), "commit", &err);
    }
    ys_store_close(store);
    printf("%lu\n", count);
}

static void hold(const struct ys_home *home)
{
    struct ys_store *const store = open_store(home);
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    char byte = 0;
    must(ys_store_begin(store, false, &txn, &err), "begin", &err);
    puts("holding");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) == 1)
        continue;
    ys_txn_abort(&txn);
    ys_store_close(store);
}

int main(int argc, char **argv)
{
    struct ys_home home;
    if (sodium_init() < 0 || argc < 3 || ys_home_choose(argv[2], &home, NULL) != YS_OK)
        stop("home", NULL);
    if (argc == 7 && strcmp(argv[1], "append") == 0)
        append(&home, argv + 3);
    else if (argc == 4 && strcmp(argv[1], "churn") == 0)
        churn(&home, argv[3]);
    else if (argc == 3 && strcmp(argv[1], "hold") == 0)
        hold(&home);
    else
        stop("append HOME KEYFILE PASSPHRASE COUNT BYTES | churn HOME COMMITS | hold HOME", NULL);
    return EXIT_SUCCESS;
}
