#include "node/application.h"

#include "node/file.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A home, and the packed request of a community that answers an invitation. */
struct desk {
    struct cast cast;
    struct folder folder;
    struct ys_home home;
    struct ys_offer offer;
    uint8_t room[YS_JOIN_MAX];
    struct ys_bytes join;
};

/* A request of the same unit with another transport key, and so of another applicant. */
static void request(struct desk *desk, uint8_t number, const char *token_id)
{
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    struct ys_config config = {.name = "示例社区"};
    struct ys_node_keys keys = unit->keys;
    struct ys_writer w = {.data = desk->room, .capacity = sizeof desk->room};
    keys.transport_public[0] ^= number;
    assert_int_equal(
        ys_offer_of_home(&desk->home, &config, &unit->origin, &keys, &desk->offer, NULL), YS_OK);
    ys_offer_bind(&desk->offer, &keys.log, token_id);
    assert_int_equal(ys_offer_encode(&desk->offer, &w, NULL), YS_OK);
    desk->join = (struct ys_bytes){.data = desk->room, .size = w.size};
    ys_node_keys_clear(&keys);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    char path[PATH_MAX];
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    cast_open(&desk->cast, "test_application", CAST_COMMUNITY);
    folder_make(&desk->folder);
    memcpy(desk->home.path, desk->folder.path, sizeof desk->folder.path);
    ys_home_path(&desk->home, "keys", path);
    assert_int_equal(mkdir(path, 0700), 0);
    request(desk, 0, "0000000000000001");
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    folder_remove(&desk->folder);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

static void save(struct desk *desk, uint64_t now_s)
{
    assert_int_equal(ys_application_save(&desk->home, &desk->offer, desk->join, now_s, NULL),
                     YS_OK);
}

static struct ys_applications load(const struct desk *desk)
{
    struct ys_applications all = {.count = 0};
    assert_int_equal(ys_applications_load(&desk->home, NULL, &all, NULL), YS_OK);
    return all;
}

static void a_request_reads_back_with_the_time_it_first_came(void **state)
{
    struct desk *const desk = *state;
    YS_APPLICATIONS_SCOPED none = load(desk);
    assert_int_equal(none.count, 0);
    save(desk, 100);
    request(desk, 0, "0000000000000002");
    save(desk, 200);

    YS_APPLICATIONS_SCOPED all = load(desk);

    assert_int_equal(all.count, 1);
    assert_true(all.item[0].since_s == 100);
    assert_string_equal(all.item[0].offer.token_id, "0000000000000002");
    assert_string_equal(all.item[0].offer.name, "示例社区");
    assert_memory_equal(all.item[0].offer.transport, desk->offer.transport, YS_PUBKEY_LEN);
    assert_string_equal(all.item[0].refused, "");
}

static void another_applicant_has_a_place_of_its_own(void **state)
{
    struct desk *const desk = *state;
    struct ys_division other;
    save(desk, 200);
    request(desk, 1, "0000000000000002");
    save(desk, 100);

    YS_APPLICATIONS_SCOPED all = load(desk);
    assert_int_equal(all.count, 2);
    assert_true(all.item[0].since_s == 100 && all.item[1].since_s == 200);
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110199990"), &other, NULL), YS_OK);
    struct ys_applications of_other = {.count = 0};
    assert_int_equal(ys_applications_load(&desk->home, &other, &of_other, NULL), YS_OK);
    assert_int_equal(of_other.count, 0);

    ys_application_remove(&desk->home, &desk->offer);
    YS_APPLICATIONS_SCOPED left = load(desk);
    assert_int_equal(left.count, 1);
    assert_true(left.item[0].since_s == 200);
}

/* Whoever has a token may name any transport key; it cannot prove the log key that goes with it. */
static void who_only_names_another_s_transport_key_does_not_take_its_place(void **state)
{
    struct desk *const desk = *state;
    const uint8_t seed[YS_SEED_LEN] = {9};
    struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    char name[YS_KEY_NAME_MAX + 1];
    struct ys_hash honest;
    struct ys_hash thief;
    save(desk, 100);
    ys_applicant_hash(&desk->offer, &honest);
    ys_name_print(&unit->origin, name);
    assert_int_equal(ys_signer_init(&unit->keys.log, name, YS_SIG_ED25519, seed), YS_OK);
    request(desk, 0, "0000000000000001");
    ys_applicant_hash(&desk->offer, &thief);
    save(desk, 200);

    YS_APPLICATIONS_SCOPED all = load(desk);
    assert_int_equal(all.count, 2);
    assert_memory_equal(all.item[0].offer.transport, all.item[1].offer.transport, YS_PUBKEY_LEN);
    assert_false(ys_hash_equal(&honest, &thief));
}

static void a_refusal_stands_until_another_request_comes(void **state)
{
    struct desk *const desk = *state;
    struct ys_application found;
    save(desk, 100);
    assert_int_equal(ys_application_refuse(&desk->home, &desk->offer, "示例:请先来电", NULL),
                     YS_OK);
    assert_int_equal(ys_application_load(&desk->home, &desk->offer, &found, NULL), YS_OK);
    assert_string_equal(found.refused, "示例:请先来电");

    save(desk, 200);

    assert_int_equal(ys_application_load(&desk->home, &desk->offer, &found, NULL), YS_OK);
    assert_string_equal(found.refused, "");
    assert_true(found.since_s == 100);
}

static void a_reason_is_a_text_of_some_length(void **state)
{
    struct desk *const desk = *state;
    char reason[202];
    memset(reason, 'x', sizeof reason);
    reason[200] = '\0';
    save(desk, 100);
    assert_int_equal(ys_application_refuse(&desk->home, &desk->offer, reason, NULL), YS_OK);
    reason[200] = 'x';
    reason[201] = '\0';
    assert_int_equal(ys_application_refuse(&desk->home, &desk->offer, reason, NULL), YS_USAGE);
    assert_int_equal(ys_application_refuse(&desk->home, &desk->offer, "", NULL), YS_USAGE);
    assert_int_equal(ys_application_refuse(&desk->home, &desk->offer, "\xff", NULL), YS_USAGE);
}

static void so_many_wait_and_no_more(void **state)
{
    struct desk *const desk = *state;
    char path[PATH_MAX];
    ys_home_path(&desk->home, "pending", path);
    assert_int_equal(mkdir(path, 0700), 0);
    for (unsigned i = 1; i < YS_APPLICATIONS_MAX; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "pending/110199990001.%016x", i);
        ys_home_path(&desk->home, name, path);
        FILE *const file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fclose(file), 0);
    }
    save(desk, 100);
    save(desk, 100); /* it has its place already */
    request(desk, 1, "0000000000000002");
    assert_int_equal(ys_application_save(&desk->home, &desk->offer, desk->join, 100, NULL),
                     YS_LIMIT);
}

static void what_is_no_request_is_named(void **state)
{
    struct desk *const desk = *state;
    struct ys_applications all = {.count = 0};
    struct ys_err err = {.msg = ""};
    char path[PATH_MAX];
    save(desk, 100);
    ys_home_path(&desk->home, "pending/110199990001.0000000000000001", path);
    assert_int_equal(ys_file_write(path, 0600, ys_bytes_of_text("?"), NULL), YS_OK);
    assert_int_equal(ys_applications_load(&desk->home, NULL, &all, &err), YS_MALFORMED);
    assert_non_null(strstr(err.msg, "pending/110199990001.0000000000000001: "));
}

static void a_forged_request_does_not_read_back(void **state)
{
    struct desk *const desk = *state;
    struct ys_offer again;
    assert_int_equal(ys_offer_decode(desk->join, &again, NULL), YS_OK);
    for (size_t at = 0; at < desk->join.size; at += 7) {
        desk->room[at] ^= 1;
        const enum ys_code code = ys_offer_decode(desk->join, &again, NULL);
        /* Names of the unit and of its bodies are for people: no key signs them. */
        if (code == YS_OK)
            assert_true(strcmp(again.log, desk->offer.log) == 0 &&
                        strcmp(again.token_id, desk->offer.token_id) == 0 &&
                        memcmp(again.transport, desk->offer.transport, YS_PUBKEY_LEN) == 0);
        desk->room[at] ^= 1;
    }
    const struct ys_bytes large = {.data = desk->room, .size = YS_JOIN_MAX + 1};
    assert_int_equal(ys_offer_decode(large, &again, NULL), YS_LIMIT);
}

static void a_fingerprint_is_read_aloud_in_groups(void **state)
{
    (void)state;
    const uint8_t key[YS_PUBKEY_LEN] = {0};
    char text[YS_FINGERPRINT_MAX];
    ys_fingerprint_print(key, text);
    assert_string_equal(text, "6668 7aad f862 bd77 6c8f"); /* SHA-256 of 32 zero bytes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_reads_back_with_the_time_it_first_came, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_applicant_has_a_place_of_its_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            who_only_names_another_s_transport_key_does_not_take_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_stands_until_another_request_comes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_reason_is_a_text_of_some_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_many_wait_and_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_request_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forged_request_does_not_read_back, set_up, tear_down),
        cmocka_unit_test(a_fingerprint_is_read_aloud_in_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
