/* The key of a vault, and the logbook: what a wrong passphrase, a lost half or a changed line come to. */
#include "node/vault/logbook.h"
#include "node/vault/vault_key.h"

#include "node/file.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct desk {
    struct folder folder;
    struct ys_home home;
    struct ys_name origin;
    struct ys_passphrases good, wrong;
    char good_file[FOLDER_PATH_MAX], wrong_file[FOLDER_PATH_MAX];
    uint8_t public[YS_PUBKEY_LEN];
};

static void put_passphrase(struct ys_passphrases *from, const char *path, const char *text)
{
    assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text(text), NULL), YS_OK);
    assert_int_equal(ys_passphrases_add_file(from, path, NULL), YS_OK);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    struct ys_division division;
    char path[PATH_MAX];
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    folder_make(&desk->folder);
    memcpy(desk->home.path, desk->folder.path, sizeof desk->folder.path);
    ys_home_path(&desk->home, "keys", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110199001001"), &division, NULL), YS_OK);
    desk->origin = ys_name_log("a.example", &division, 1);
    folder_path(&desk->folder, "good", desk->good_file);
    folder_path(&desk->folder, "wrong", desk->wrong_file);
    put_passphrase(&desk->good, desk->good_file, "good\n");
    put_passphrase(&desk->wrong, desk->wrong_file, "wrong\n");
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    folder_remove(&desk->folder);
    free(desk);
    return 0;
}

static enum ys_code load(const struct desk *desk, const struct ys_passphrases *from,
                         struct ys_vault_key *out)
{
    return ys_vault_key_load(&desk->home, &desk->origin, from, out, NULL);
}

static void the_key_opens_with_its_passphrase_alone(void **state)
{
    struct desk *const desk = *state;
    struct ys_vault_key key;
    uint8_t public[YS_PUBKEY_LEN];
    struct ys_err err = {0};
    assert_int_equal(load(desk, &desk->good, &key), YS_NOT_FOUND);
    assert_int_equal(ys_vault_key_public(&desk->home, public, &err), YS_NOT_FOUND);
    assert_non_null(strstr(err.msg, "yishi key new vault"));
    assert_int_equal(ys_vault_key_make(&desk->home, &desk->origin, YS_KDF_INTERACTIVE, &desk->good,
                                       desk->public, NULL),
                     YS_OK);
    assert_int_equal(load(desk, &desk->wrong, &key), YS_BAD_SIG);
    assert_int_equal(load(desk, &desk->good, &key), YS_OK);
    assert_memory_equal(key.public, desk->public, sizeof key.public);
    assert_int_equal(
        ys_vault_key_make(&desk->home, &desk->origin, YS_KDF_NONE, &desk->good, public, NULL),
        YS_EXISTS);
    assert_int_equal(ys_vault_key_relock(&desk->home, &desk->origin, YS_KDF_INTERACTIVE,
                                         &desk->wrong, &desk->wrong, NULL),
                     YS_BAD_SIG);
    assert_int_equal(ys_vault_key_relock(&desk->home, &desk->origin, YS_KDF_INTERACTIVE,
                                         &desk->good, &desk->wrong, NULL),
                     YS_OK);
    assert_int_equal(load(desk, &desk->good, &key), YS_BAD_SIG);
    assert_int_equal(load(desk, &desk->wrong, &key), YS_OK);
    assert_memory_equal(key.public, desk->public, sizeof key.public);
}

static void a_lost_public_half_is_made_again_and_never_another_key(void **state)
{
    struct desk *const desk = *state;
    struct ys_vault_key key;
    uint8_t again[YS_PUBKEY_LEN];
    char path[PATH_MAX];
    assert_int_equal(
        ys_vault_key_make(&desk->home, &desk->origin, YS_KDF_NONE, &desk->good, desk->public, NULL),
        YS_OK);
    ys_keystore_path(&desk->home, "vault", ".pub", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(
        ys_vault_key_make(&desk->home, &desk->origin, YS_KDF_NONE, &desk->good, again, NULL),
        YS_OK);
    assert_memory_equal(again, desk->public, sizeof again);
    assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text("AAAA\n"), NULL), YS_OK);
    assert_int_equal(load(desk, &desk->good, &key), YS_MALFORMED);
    /* of another vault */
    assert_int_equal(
        ys_file_write(path, 0600,
                      ys_bytes_of_text("CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), NULL),
        YS_OK);
    assert_int_equal(load(desk, &desk->good, &key), YS_DENIED);
    ys_keystore_path(&desk->home, "vault", ".key", path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(load(desk, &desk->good, &key), YS_REFUSED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(load(desk, &desk->good, &key), YS_IO);
}

/* --- the logbook --- */

static void add(const struct desk *desk, const char *purpose)
{
    const struct ys_logbook_entry entry = {
        .action = "unseal", .slot = "proposer", .purpose = purpose};
    assert_int_equal(ys_logbook_add(&desk->home, &entry, NULL), YS_OK);
}

static enum ys_code check(const struct desk *desk, uint64_t *lines)
{
    struct ys_logbook_state state;
    const enum ys_code code = ys_logbook_check(&desk->home, &state, NULL);
    *lines = code == YS_OK ? state.lines : 0;
    return code;
}

static void every_change_of_the_logbook_is_noticed(void **state)
{
    const struct desk *const desk = *state;
    char path[PATH_MAX];
    uint8_t whole[4096];
    size_t size = 0;
    uint64_t lines = 0;
    assert_int_equal(check(desk, &lines), YS_OK);
    assert_int_equal(lines, 0);
    add(desk, "一");
    add(desk, "二");
    add(desk, NULL);
    assert_int_equal(check(desk, &lines), YS_OK);
    assert_int_equal(lines, 3);
    ys_home_path(&desk->home, "logbook", path);
    assert_int_equal(ys_file_read(path, 0, whole, sizeof whole, &size, NULL), YS_OK);
    for (size_t i = 0; i < size; i++) { /* each byte, in the last line, too */
        whole[i] ^= 1;
        assert_int_equal(ys_file_write(path, 0600, (struct ys_bytes){whole, size}, NULL), YS_OK);
        assert_int_equal(check(desk, &lines), YS_CORRUPT);
        whole[i] ^= 1;
    }
    /* a last line, and all of them, taken away */
    const uint8_t *const last = memrchr(whole, '\n', size - 1);
    const struct ys_bytes cut = {whole, (size_t)(last - whole) + 1};
    assert_int_equal(ys_file_write(path, 0600, cut, NULL), YS_OK);
    assert_int_equal(check(desk, &lines), YS_CORRUPT);
    struct ys_err err = {0};
    const struct ys_logbook_entry entry = {.action = "unseal"};
    assert_int_equal(ys_logbook_add(&desk->home, &entry, &err), YS_CORRUPT);
    assert_non_null(strstr(err.msg, "then a new one begins"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(check(desk, &lines), YS_CORRUPT);
}

static void a_line_that_was_cut_short_by_a_kill_is_written_over(void **state)
{
    const struct desk *const desk = *state;
    char path[PATH_MAX];
    uint64_t lines = 0;
    add(desk, "一");
    ys_home_path(&desk->home, "logbook", path);
    FILE *const file = fopen(path, "a");
    assert_non_null(file);
    fputs("{\"time\":\"2026", file);
    fclose(file);
    assert_int_equal(check(desk, &lines), YS_OK);
    assert_int_equal(lines, 1);
    add(desk, "二");
    assert_int_equal(check(desk, &lines), YS_OK);
    assert_int_equal(lines, 2);
    /* killed between line and last: the line counts */
    ys_home_path(&desk->home, "logbook.last", path);
    uint8_t before[200];
    size_t size = 0;
    assert_int_equal(ys_file_read(path, 0, before, sizeof before, &size, NULL), YS_OK);
    add(desk, "三");
    assert_int_equal(ys_file_write(path, 0600, (struct ys_bytes){before, size}, NULL), YS_OK);
    assert_int_equal(check(desk, &lines), YS_OK);
    assert_int_equal(lines, 3);
}

static void the_logbook_takes_no_number_of_a_person(void **state)
{
    const struct desk *const desk = *state;
    struct ys_err err = {0};
    uint64_t lines = 0;
    const struct ys_logbook_entry wrong[] = {{.action = "find", .purpose = "回电 13800138000"},
                                             {.action = "find", .recipient = "13800138000"},
                                             {.action = "find", .purpose = "a\nb"},
                                             {.action = "find", .purpose = "\xff"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(ys_logbook_add(&desk->home, &wrong[i], &err),
                         i < 2 ? YS_REFUSED : YS_MALFORMED);
    assert_int_equal(check(desk, &lines), YS_OK);
    assert_int_equal(lines, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_key_opens_with_its_passphrase_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lost_public_half_is_made_again_and_never_another_key,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_change_of_the_logbook_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_that_was_cut_short_by_a_kill_is_written_over, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_logbook_takes_no_number_of_a_person, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
