#include "node/alarm.h"

#include "node/file.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sodium.h>

struct desk {
    struct cast cast; /* the store is the community's */
    struct ys_home home;
    struct ys_own_keys own;
    struct ys_alarms alarms;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    cast_open(&desk->cast, "test_alarm", CAST_COMMUNITY);
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    memcpy(desk->home.path, desk->cast.folder.path, sizeof desk->cast.folder.path);
    desk->own = (struct ys_own_keys){
        .log = unit->keys.log.vkey, .mirror = unit->keys.mirror.vkey, .body_count = 3};
    memcpy(desk->own.transport, unit->keys.transport_public, YS_PUBKEY_LEN);
    for (int i = 0; i < 3; i++)
        desk->own.body[i] = unit->body[i].vkey;
    cast_enrol_all(&desk->cast);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

static size_t find(struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_alarms_find(txn, &desk->cast.unit[CAST_COMMUNITY].origin.division,
                                    &desk->own, &desk->alarms, NULL),
                     YS_OK);
    return desk->alarms.count;
}

static void publish(struct desk *desk, enum cast_role role, Yishi__V1__Body *body)
{
    (void)cast_publish(&desk->cast, role, body, &desk->cast.unit[role].body[0]);
}

static void what_this_node_asked_for_alarms_nobody(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = desk->cast.unit;
    struct ys_signer other;
    assert_int_equal(find(desk), 0);
    /* records about others, and of others about nobody above */
    cast_rekey(&desk->cast, &unit[CAST_NEIGHBOUR].body[0], &other);
    publish(desk, CAST_STREET, scribe_body_register(&other.vkey, unit[CAST_NEIGHBOUR].log, 0));
    publish(desk, CAST_STREET, scribe_receipts(unit[CAST_COMMUNITY].log, 3, 1764000000));
    publish(desk, CAST_NEIGHBOUR,
            scribe_key_revoke(&unit[CAST_COMMUNITY].body[0].vkey, unit[CAST_COMMUNITY].log, 3));
    assert_int_equal(find(desk), 0);
}

static void what_it_did_not_ask_for_is_found_once(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    struct ys_signer key;
    uint8_t transport[YS_PUBKEY_LEN] = {7};
    cast_rekey(&desk->cast, &unit->body[1], &key);
    publish(desk, CAST_STREET, scribe_body_register(&key.vkey, unit->log, 0));
    assert_int_equal(find(desk), 1);
    assert_string_equal(desk->alarms.alarm[0].kind, "body_register");
    assert_string_equal(desk->alarms.alarm[0].key, key.vkey.name);
    assert_string_equal(desk->alarms.alarm[0].origin, desk->cast.unit[CAST_STREET].log);
    assert_int_equal(desk->alarms.alarm[0].index, 8);
    assert_true(desk->alarms.alarm[0].open);
    /* a revocation of an own key, though without effect: too low */
    publish(desk, CAST_STREET, scribe_key_revoke(&unit->body[0].vkey, unit->log, 0));
    assert_int_equal(find(desk), 2);
    /* one foreign key in a certificate is enough */
    publish(desk, CAST_STREET,
            scribe_node_certificate(&unit->keys.log.vkey, &unit->keys.mirror.vkey, transport));
    assert_int_equal(find(desk), 3);
    cast_rekey(&desk->cast, &unit->keys.log, &key);
    publish(
        desk, CAST_STREET,
        scribe_node_certificate(&key.vkey, &unit->keys.mirror.vkey, unit->keys.transport_public));
    assert_int_equal(find(desk), 4);
    /* in the district's log too, where it has no effect */
    publish(desk, CAST_DISTRICT, scribe_key_revoke(&unit->body[0].vkey, unit->log, 0));
    assert_int_equal(find(desk), 5);
    assert_int_equal(find(desk), 5);
}

static void the_keys_in_the_home_are_those_that_were_asked_for(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    struct ys_own_keys own;
    char path[PATH_MAX];
    ys_home_path(&desk->home, "keys", path);
    assert_int_equal(mkdir(path, 0700), 0);
    for (int i = 0; i < 2; i++) {
        const struct ys_public public = {.vkey = unit->body[i].vkey};
        ys_keystore_path(&desk->home, i == 0 ? "rc" : "po", ".pub", path);
        assert_int_equal(ys_public_save(path, &public, NULL), YS_OK);
    }
    assert_int_equal(ys_own_keys_load(&desk->home, &unit->keys, &own, NULL), YS_OK);
    assert_int_equal(own.body_count, 2);
    for (int i = 0; i < 2; i++)
        assert_true(ys_vkey_equal(&own.body[i], &unit->body[i].vkey));
    desk->own = own;
    assert_int_equal(find(desk), 1); /* the third body was registered, and has no key here */
    assert_string_equal(desk->alarms.alarm[0].key, unit->body[2].vkey.name);
}

static void an_alarm_stays_open_until_it_is_acknowledged(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    struct ys_err err = {0};
    char id[YS_RECORD_ID_TEXT_MAX];
    struct ys_alarms loaded;
    assert_int_equal(ys_alarms_load(&desk->home, &loaded, NULL), YS_OK);
    assert_int_equal(loaded.count, 0);
    publish(desk, CAST_STREET, scribe_key_revoke(&unit->body[0].vkey, unit->log, 0));
    publish(desk, CAST_STREET, scribe_key_revoke(&unit->body[1].vkey, unit->log, 0));
    assert_int_equal(find(desk), 2);
    ys_record_id_print(&desk->alarms.alarm[1].record, id);
    id[8] = '\0';
    assert_int_equal(ys_alarms_acknowledge(&desk->alarms, "", &err), YS_NOT_FOUND);
    assert_int_equal(ys_alarms_acknowledge(&desk->alarms, "0000000", &err), YS_NOT_FOUND);
    assert_int_equal(ys_alarms_acknowledge(&desk->alarms, id, &err), YS_OK);
    assert_int_equal(ys_alarms_acknowledge(&desk->alarms, id, &err), YS_NOT_FOUND);
    assert_non_null(strstr(err.msg, id));

    assert_int_equal(ys_alarms_save(&desk->home, &desk->alarms, NULL), YS_OK);
    assert_int_equal(ys_alarms_load(&desk->home, &loaded, NULL), YS_OK);

    assert_int_equal(loaded.count, 2);
    assert_true(loaded.alarm[0].open && !loaded.alarm[1].open);
    for (int i = 0; i < 2; i++) {
        assert_true(ys_hash_equal(&loaded.alarm[i].record, &desk->alarms.alarm[i].record));
        assert_string_equal(loaded.alarm[i].kind, "key_revoke");
        assert_string_equal(loaded.alarm[i].key, unit->body[i].vkey.name);
        assert_string_equal(loaded.alarm[i].origin, desk->alarms.alarm[i].origin);
        assert_int_equal(loaded.alarm[i].index, desk->alarms.alarm[i].index);
    }
    desk->alarms = loaded;
    assert_int_equal(find(desk), 2); /* what was seen is not found again */
}

static void more_alarms_than_the_list_holds_are_said(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    struct ys_err err = {0};
    YS_TXN_SCOPED txn = NULL;
    struct ys_alarms loaded;
    for (uint64_t i = 0; i <= YS_ALARMS_MAX; i++)
        publish(desk, CAST_STREET, scribe_key_revoke(&unit->body[0].vkey, unit->log, i));
    assert_int_equal(ys_store_begin(desk->cast.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_alarms_find(txn, &unit->origin.division, &desk->own, &desk->alarms, &err),
                     YS_LIMIT);
    assert_int_equal(desk->alarms.count, YS_ALARMS_MAX);
    assert_int_equal(ys_alarms_save(&desk->home, &desk->alarms, NULL), YS_OK);
    assert_int_equal(ys_alarms_load(&desk->home, &loaded, NULL), YS_OK);
    assert_int_equal(loaded.count, YS_ALARMS_MAX);
}

static void jumps_of_the_clock_are_kept_and_acknowledged_as_alarms_are(void **state)
{
    struct desk *const desk = *state;
    const struct cast_unit *const unit = &desk->cast.unit[CAST_COMMUNITY];
    char id[YS_RECORD_ID_TEXT_MAX];
    struct ys_alarms loaded;
    publish(desk, CAST_STREET, scribe_key_revoke(&unit->body[0].vkey, unit->log, 0));
    assert_int_equal(find(desk), 1);
    for (int i = 1; i <= YS_CLOCK_ALARMS_MAX + 2; i++)
        assert_int_equal(
            ys_alarms_add_jump(&desk->alarms, unit->log, -1000 * i, UINT64_C(1764000000), NULL),
            YS_OK);
    /* only the newest, and they take no place from a record */
    assert_int_equal(desk->alarms.count, 1 + YS_CLOCK_ALARMS_MAX);
    ys_record_id_print(&desk->alarms.alarm[1].record, id);
    assert_int_equal(ys_alarms_acknowledge(&desk->alarms, id, NULL), YS_OK);

    assert_int_equal(ys_alarms_save(&desk->home, &desk->alarms, NULL), YS_OK);
    assert_int_equal(ys_alarms_load(&desk->home, &loaded, NULL), YS_OK);

    assert_int_equal(loaded.count, 1 + YS_CLOCK_ALARMS_MAX);
    assert_int_equal(loaded.alarm[0].jump_s, 0);
    assert_false(loaded.alarm[1].open);
    for (int i = 1; i <= YS_CLOCK_ALARMS_MAX; i++) {
        assert_int_equal(loaded.alarm[i].jump_s, -1000 * (i + 2));
        assert_int_equal(loaded.alarm[i].index, 1764000000);
        assert_true(ys_hash_equal(&loaded.alarm[i].record, &desk->alarms.alarm[i].record));
        assert_int_equal(loaded.alarm[i].open, i != 1);
    }
    desk->alarms = loaded;
    assert_int_equal(find(desk), 1 + YS_CLOCK_ALARMS_MAX);
}

static void a_file_that_is_no_list_of_alarms_is_said(void **state)
{
    struct desk *const desk = *state;
    struct ys_err err = {0};
    char path[PATH_MAX];
    ys_home_path(&desk->home, "alarms", path);
    assert_int_equal(ys_file_write(path, 0644, ys_bytes_of_text("no alarm\n"), NULL), YS_OK);
    assert_int_equal(ys_alarms_load(&desk->home, &desk->alarms, &err), YS_MALFORMED);
    assert_non_null(strstr(err.msg, "line 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_this_node_asked_for_alarms_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_it_did_not_ask_for_is_found_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_keys_in_the_home_are_those_that_were_asked_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_alarm_stays_open_until_it_is_acknowledged, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(more_alarms_than_the_list_holds_are_said, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(jumps_of_the_clock_are_kept_and_acknowledged_as_alarms_are,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_list_of_alarms_is_said, set_up,
                                        tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
