#include "node/certificate.h"

#include "node/file.h"
#include "sync/verdict.h"
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

/* The home of a community, and a file for its request. */
struct desk {
    struct cast cast;
    struct folder folder;
    struct ys_home home;
    struct ys_config config;
    char request[FOLDER_PATH_MAX];
};

static void put_body(const struct desk *desk, unsigned at, const char *body)
{
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    struct ys_public public = {.vkey = unit->body[at].vkey};
    char path[PATH_MAX];
    ys_possession_sign(&unit->body[at], &unit->origin, unit->keys.transport_public,
                       public.possession);
    ys_keystore_path(&desk->home, body, ".pub", path);
    assert_int_equal(ys_public_save(path, &public, NULL), YS_OK);
}

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    char path[PATH_MAX];
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    cast_open(&desk->cast, "test_certificate", CAST_COMMUNITY);
    folder_make(&desk->folder);
    memcpy(desk->home.path, desk->folder.path, sizeof desk->folder.path);
    folder_path(&desk->folder, "request.json", desk->request);
    ys_home_path(&desk->home, "keys", path);
    assert_int_equal(mkdir(path, 0700), 0);
    put_body(desk, 0, "rc");
    put_body(desk, 1, "po");
    snprintf(desk->config.name, sizeof desk->config.name, "示例社区");
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

static void make_offer(const struct desk *desk, struct ys_offer *out)
{
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    assert_int_equal(
        ys_offer_of_home(&desk->home, &desk->config, &unit->origin, &unit->keys, out, NULL), YS_OK);
}

static void a_request_reads_back_as_it_was_written(void **state)
{
    struct desk *const desk = *state;
    struct ys_offer offer;
    struct ys_offer again;
    snprintf(desk->config.listen, sizeof desk->config.listen, "tcp://192.0.2.7:7315");
    make_offer(desk, &offer);
    offer.log_size = 7;

    assert_int_equal(ys_offer_save(&offer, desk->request, NULL), YS_OK);
    assert_int_equal(ys_offer_load(desk->request, &again, NULL), YS_OK);

    assert_true(ys_name_equal(&again.origin, &offer.origin));
    assert_string_equal(again.name, "示例社区");
    assert_string_equal(again.address, "tcp://192.0.2.7:7315");
    assert_string_equal(again.log, offer.log);
    assert_string_equal(again.mirror, offer.mirror);
    assert_memory_equal(again.transport, offer.transport, YS_PUBKEY_LEN);
    assert_int_equal(again.log_size, 7);
    assert_int_equal(again.body_count, 2);
    assert_string_equal(again.body[0].body, "rc");
    assert_string_equal(again.body[1].key, offer.body[1].key);
}

static void an_address_that_nobody_can_dial_is_left_out(void **state)
{
    struct desk *const desk = *state;
    static const char *const listens[] = {"", "tcp://127.0.0.1:0", "tcp://*:7315",
                                          "tcp://0.0.0.0:7315", "tcp://h:*"};
    for (size_t i = 0; i < sizeof listens / sizeof *listens; i++) {
        struct ys_offer offer;
        snprintf(desk->config.listen, sizeof desk->config.listen, "%s", listens[i]);
        make_offer(desk, &offer);
        assert_string_equal(offer.address, "");
    }
}

static void a_long_name_leaves_a_body_its_class_alone(void **state)
{
    struct desk *const desk = *state;
    struct ys_offer offer;
    make_offer(desk, &offer);
    assert_string_equal(offer.body[0].name, "示例社区 社区居民委员会");
    memset(desk->config.name, 'x', 58);
    desk->config.name[58] = '\0';
    make_offer(desk, &offer);
    assert_string_equal(offer.body[0].name, "社区居民委员会");
}

static void a_home_without_body_keys_offers_the_node_alone(void **state)
{
    struct desk *const desk = *state;
    static const char *const bodies[] = {"rc", "po"};
    struct ys_offer offer;
    for (size_t i = 0; i < 2; i++) {
        char path[PATH_MAX];
        ys_keystore_path(&desk->home, bodies[i], ".pub", path);
        assert_int_equal(remove(path), 0);
    }
    make_offer(desk, &offer);
    assert_int_equal(offer.body_count, 0);
    assert_int_equal(ys_offer_save(&offer, desk->request, NULL), YS_OK);
    assert_int_equal(ys_offer_load(desk->request, &offer, NULL), YS_OK);
}

/* Replace one piece of the request's text by another of the same length. */
static void change_request(const struct desk *desk, const char *old, const char *new)
{
    char text[8192];
    size_t size = 0;
    assert_int_equal(strlen(old), strlen(new));
    assert_int_equal(ys_file_read(desk->request, 0, text, sizeof text - 1, &size, NULL), YS_OK);
    text[size] = '\0';
    char *const at = strstr(text, old);
    assert_non_null(at);
    memcpy(at, new, strlen(new));
    assert_int_equal(ys_file_write(desk->request, 0644, ys_bytes_of_text(text), NULL), YS_OK);
}

static void a_changed_request_is_refused_with_its_unit(void **state)
{
    struct desk *const desk = *state;
    static const struct {
        const char *old, *new, *part;
    } changes[] = {
        {"\"code\": \"110105901001\"", "\"code\": \"110105901002\"", "110105901002"},
        {"\"body\": \"rc\"", "\"body\": \"sc\"", "110105901001"},
        {"\"log_size\": 0", "\"log_sice\": 0", "log_sice"},
        {"\"token_id\": \"-\"", "\"token_id\": \"x\"", "110105901001"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct ys_offer offer;
        struct ys_err err = {0};
        make_offer(desk, &offer);
        assert_int_equal(ys_offer_save(&offer, desk->request, NULL), YS_OK);
        change_request(desk, changes[i].old, changes[i].new);
        assert_int_not_equal(ys_offer_load(desk->request, &offer, &err), YS_OK);
        assert_non_null(strstr(err.msg, changes[i].part));
        assert_non_null(strstr(err.msg, desk->request));
    }
}

static void a_missing_request_is_the_environments_fault(void **state)
{
    struct desk *const desk = *state;
    struct ys_offer offer;
    assert_int_equal(ys_offer_load(desk->request, &offer, NULL), YS_IO);
}

static void its_records_may_be_signed_and_name_the_keys(void **state)
{
    struct desk *const desk = *state;
    struct ys_offer offer;
    struct ys_offer_parts parts;
    Yishi__V1__Body *body = NULL;
    make_offer(desk, &offer);
    offer.log_size = 3;
    for (size_t i = 0; i <= offer.body_count; i++) {
        YS_DRAFT_SCOPED draft;
        YS_WRITTEN_SCOPED written = {.signer_count = 0};
        if (i == 0)
            ys_offer_certificate(&offer, &parts, &body);
        else
            ys_offer_registration(&offer, i - 1, &parts, &body);
        ys_draft_of(body, &draft);
        assert_int_equal(ys_written_bind(&draft, &desk->cast.unit[CAST_STREET].origin, 1764000000,
                                         &written, NULL),
                         YS_OK);
    }
    assert_string_equal(parts.certificate.log, offer.log);
    assert_int_equal(parts.registration[0].from_index, 3);
    assert_string_equal(parts.registration[1].body, "po");
    assert_string_equal(parts.registration[1].log, desk->cast.unit[CAST_COMMUNITY].log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_reads_back_as_it_was_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_address_that_nobody_can_dial_is_left_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_long_name_leaves_a_body_its_class_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_home_without_body_keys_offers_the_node_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_changed_request_is_refused_with_its_unit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_missing_request_is_the_environments_fault, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(its_records_may_be_signed_and_name_the_keys, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
