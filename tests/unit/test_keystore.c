#include "node/keystore.h"

#include "node/file.h"
#include "proto/join.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct desk {
    struct folder folder;
    struct ys_home home;
    struct ys_name origin, rc, po;
    struct ys_passphrases good, wrong;
    char good_file[FOLDER_PATH_MAX], wrong_file[FOLDER_PATH_MAX];
    char key[PATH_MAX];
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
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110105901001"), &division, NULL), YS_OK);
    desk->origin = ys_name_log("a.example", &division, 1);
    desk->rc = ys_name_body("a.example", &division, "rc");
    desk->po = ys_name_body("a.example", &division, "po");
    folder_path(&desk->folder, "good", desk->good_file);
    folder_path(&desk->folder, "wrong", desk->wrong_file);
    put_passphrase(&desk->good, desk->good_file, "good\n");
    put_passphrase(&desk->wrong, desk->wrong_file, "wrong\n");
    ys_keystore_path(&desk->home, "rc", ".key", desk->key);
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

static struct ys_vkey make(const struct desk *desk, enum ys_keyfile_kdf kdf)
{
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    assert_int_equal(ys_keystore_make(desk->key, &desk->rc, kdf, &desk->good, &signer, NULL),
                     YS_OK);
    return signer.vkey;
}

static enum ys_code load(const struct desk *desk, const struct ys_name *name,
                         const struct ys_passphrases *from, struct ys_vkey *out, struct ys_err *err)
{
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    const enum ys_code code = ys_keystore_load(desk->key, name, from, &signer, err);
    *out = signer.vkey;
    return code;
}

static void a_key_loads_as_it_was_made(void **state)
{
    const struct desk *const desk = *state;
    struct ys_vkey loaded;
    struct stat info;
    const struct ys_vkey made = make(desk, YS_KDF_INTERACTIVE);

    assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, NULL), YS_OK);

    assert_true(ys_vkey_equal(&made, &loaded));
    assert_string_equal(made.name, "a.example/110105901001/rc");
    assert_int_equal(stat(desk->key, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}

static void a_key_without_a_passphrase_asks_for_none(void **state)
{
    const struct desk *const desk = *state;
    const struct ys_passphrases nothing = {.file_count = 0};
    struct ys_vkey loaded;
    const struct ys_vkey made = make(desk, YS_KDF_NONE);
    assert_int_equal(load(desk, &desk->rc, &nothing, &loaded, NULL), YS_OK);
    assert_true(ys_vkey_equal(&made, &loaded));
}

static void a_wrong_passphrase_is_said_with_the_file(void **state)
{
    const struct desk *const desk = *state;
    struct ys_vkey loaded;
    struct ys_err err = {0};
    (void)make(desk, YS_KDF_INTERACTIVE);
    assert_int_equal(load(desk, &desk->rc, &desk->wrong, &loaded, &err), YS_BAD_SIG);
    assert_non_null(strstr(err.msg, desk->key));
    assert_non_null(strstr(err.msg, "passphrase"));
}

static void the_key_of_somebody_else_is_refused(void **state)
{
    const struct desk *const desk = *state;
    struct ys_vkey loaded;
    struct ys_err err = {0};
    (void)make(desk, YS_KDF_NONE);
    assert_int_equal(load(desk, &desk->po, &desk->good, &loaded, &err), YS_DENIED);
    assert_non_null(strstr(err.msg, "110105901001/rc"));
    assert_non_null(strstr(err.msg, "110105901001/po"));
}

static void a_missing_or_damaged_file_is_named(void **state)
{
    const struct desk *const desk = *state;
    struct ys_vkey loaded;
    struct ys_err err = {0};
    assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, &err), YS_NOT_FOUND);
    assert_non_null(strstr(err.msg, desk->key));

    (void)make(desk, YS_KDF_NONE);
    assert_int_equal(truncate(desk->key, 60), 0);
    assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, &err), YS_MALFORMED);
    assert_non_null(strstr(err.msg, desk->key));

    static const uint8_t long_text[YS_KEYFILE_TEXT_MAX + 1] = {'x'};
    assert_int_equal(
        ys_file_write(desk->key, 0600, (struct ys_bytes){long_text, sizeof long_text}, NULL),
        YS_OK);
    assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, &err), YS_MALFORMED);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    const struct desk *const desk = *state;
    static const mode_t modes[] = {0640, 0604, 0620, 0660, 0777};
    struct ys_vkey loaded;
    (void)make(desk, YS_KDF_NONE);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod(desk->key, modes[i]), 0);
        assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, NULL), YS_REFUSED);
    }
    assert_int_equal(chmod(desk->key, 0400), 0);
    assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, NULL), YS_OK);
}

static void a_key_is_never_overwritten(void **state)
{
    const struct desk *const desk = *state;
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    struct ys_vkey loaded;
    const struct ys_vkey made = make(desk, YS_KDF_NONE);
    assert_int_equal(
        ys_keystore_make(desk->key, &desk->rc, YS_KDF_NONE, &desk->good, &signer, NULL), YS_EXISTS);
    assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, NULL), YS_OK);
    assert_true(ys_vkey_equal(&made, &loaded));
}

static void relocking_changes_the_passphrase_and_nothing_else(void **state)
{
    const struct desk *const desk = *state;
    struct ys_vkey loaded;
    const struct ys_vkey made = make(desk, YS_KDF_INTERACTIVE);
    assert_int_equal(ys_keystore_relock(desk->key, &desk->rc, YS_KDF_INTERACTIVE, &desk->wrong,
                                        &desk->good, NULL),
                     YS_BAD_SIG);
    assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, NULL), YS_OK);

    assert_int_equal(ys_keystore_relock(desk->key, &desk->rc, YS_KDF_INTERACTIVE, &desk->good,
                                        &desk->wrong, NULL),
                     YS_OK);

    assert_int_equal(load(desk, &desk->rc, &desk->good, &loaded, NULL), YS_BAD_SIG);
    assert_int_equal(load(desk, &desk->rc, &desk->wrong, &loaded, NULL), YS_OK);
    assert_true(ys_vkey_equal(&made, &loaded));
}

static void a_node_has_the_same_keys_after_a_restart(void **state)
{
    const struct desk *const desk = *state;
    YS_NODE_KEYS_SCOPED made = {.transport_secret = {0}};
    YS_NODE_KEYS_SCOPED loaded = {.transport_secret = {0}};
    struct ys_err err = {0};
    assert_int_equal(ys_keystore_load_node(&desk->home, &desk->origin, &loaded, &err), YS_IO);
    assert_non_null(strstr(err.msg, "node.key"));
    assert_int_equal(ys_keystore_make_node(&desk->home, &desk->origin, &made, NULL), YS_OK);

    assert_int_equal(ys_keystore_load_node(&desk->home, &desk->origin, &loaded, NULL), YS_OK);

    assert_true(ys_vkey_equal(&made.log.vkey, &loaded.log.vkey));
    assert_true(ys_vkey_equal(&made.mirror.vkey, &loaded.mirror.vkey));
    assert_memory_equal(made.transport_public, loaded.transport_public, YS_PUBKEY_LEN);
}

static void a_public_half_reads_back_and_proves_possession(void **state)
{
    const struct desk *const desk = *state;
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    const uint8_t transport[YS_PUBKEY_LEN] = {7};
    struct ys_public public;
    struct ys_public again;
    char path[PATH_MAX];
    uint8_t text[YS_JOIN_STATEMENT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    assert_int_equal(
        ys_keystore_make(desk->key, &desk->rc, YS_KDF_NONE, &desk->good, &signer, NULL), YS_OK);
    public.vkey = signer.vkey;
    ys_possession_sign(&signer, &desk->origin, transport, public.possession);
    ys_keystore_path(&desk->home, "rc", ".pub", path);

    assert_int_equal(ys_public_save(path, &public, NULL), YS_OK);
    assert_int_equal(ys_public_load(path, &again, NULL), YS_OK);

    assert_true(ys_vkey_equal(&again.vkey, &public.vkey));
    ys_join_statement_print(&w, "a.example", &desk->origin.division, "-", transport, &again.vkey);
    assert_int_equal(ys_verify(again.vkey.key, (struct ys_bytes){w.data, w.size},
                               (struct ys_bytes){again.possession, YS_SIG_LEN}),
                     YS_OK);

    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(ys_public_load(path, &again, NULL), YS_MALFORMED);
}

static void bodies_are_listed_by_class(void **state)
{
    const struct desk *const desk = *state;
    static const char *const files[] = {"po.pub", "gd-zf.pub",  "gd-cj.pub", "rc.pub",    "rc.key",
                                        "xx.pub", "sc.pub.old", ".pub",      "root-1.pub"};
    static const char *const want[] = {"rc", "po", "gd-cj", "gd-zf"};
    struct ys_body_names names;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[64];
        char path[PATH_MAX];
        snprintf(name, sizeof name, "keys/%s", files[i]);
        ys_home_path(&desk->home, name, path);
        assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text(""), NULL), YS_OK);
    }

    assert_int_equal(ys_keystore_bodies(&desk->home, &names, NULL), YS_OK);

    assert_int_equal(names.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(names.name[i], want[i]);
}

static void costs_are_named(void **state)
{
    (void)state;
    enum ys_keyfile_kdf kdf = YS_KDF_NONE;
    assert_int_equal(ys_kdf_parse("moderate", &kdf, NULL), YS_OK);
    assert_int_equal(kdf, YS_KDF_MODERATE);
    assert_int_equal(ys_kdf_parse("interactive", &kdf, NULL), YS_OK);
    assert_int_equal(kdf, YS_KDF_INTERACTIVE);
    assert_int_equal(ys_kdf_parse("none", &kdf, NULL), YS_OK);
    assert_int_equal(kdf, YS_KDF_NONE);
    assert_int_equal(ys_kdf_parse("strong", &kdf, NULL), YS_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_loads_as_it_was_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_without_a_passphrase_asks_for_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_passphrase_is_said_with_the_file, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_key_of_somebody_else_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_or_damaged_file_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_that_others_may_read_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_is_never_overwritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(relocking_changes_the_passphrase_and_nothing_else, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_node_has_the_same_keys_after_a_restart, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_public_half_reads_back_and_proves_possession, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bodies_are_listed_by_class, set_up, tear_down),
        cmocka_unit_test(costs_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
