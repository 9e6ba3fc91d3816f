#include "node/exhibit.h"

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

static const uint64_t street_s = 1764000100;
static const uint64_t district_s = 1764000200;

/* A district that holds four records of a community: 0 good, 1 of an unknown kind, 2 signed by nobody
 * known, 3 no record at all. The street has cosigned size 2, the district sizes 2 and 4. */
struct desk {
    struct cast cast;
    struct ys_node node;
    struct ys_txn *txn;
    struct ys_log log;
    char id[YS_RECORD_ID_TEXT_MAX]; /* of record 0 */
};

static void publish_all(struct desk *desk)
{
    struct cast *const cast = &desk->cast;
    struct cast_unit *const unit = &cast->unit[CAST_COMMUNITY];
    struct scribe_record record;
    struct ys_signer stranger;
    struct ys_note note;
    struct ys_hash id;
    const struct ys_signer *const rc[] = {&unit->body[0]};
    const struct ys_signer *const unknown[] = {&stranger};

    cast_write(cast, CAST_COMMUNITY, scribe_acknowledgement(&cast->rng), rc, 1, &record);
    assert_int_equal(ys_note_parse((struct ys_bytes){record.note, record.note_size}, &note, NULL),
                     YS_OK);
    ys_record_id(note.text, &id);
    ys_record_id_print(&id, desk->id);
    struct ys_entry entry = scribe_entry(&record);
    (void)cast_append(cast, CAST_COMMUNITY, &entry);

    scribe_write_unknown(&record, &cast->rng, &unit->origin, 1764000000, rc, 1);
    entry = scribe_entry(&record);
    (void)cast_append(cast, CAST_COMMUNITY, &entry);

    cast_rekey(cast, rc[0], &stranger);
    cast_write(cast, CAST_COMMUNITY, scribe_acknowledgement(&cast->rng), unknown, 1, &record);
    entry = scribe_entry(&record);
    (void)cast_append(cast, CAST_COMMUNITY, &entry);

    const struct ys_entry junk = {.note = ys_bytes_of_text("no record")};
    (void)cast_append(cast, CAST_COMMUNITY, &junk);
}

static int set_up(void **state)
{
    static const enum cast_role district = CAST_DISTRICT;
    static const enum cast_role street = CAST_STREET;
    struct desk *const desk = calloc(1, sizeof *desk);
    struct cast *const cast = &desk->cast;
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    cast_open(cast, "test_exhibit", CAST_DISTRICT);
    cast_enrol_all(cast);
    const struct ys_log issuer = cast_log(cast, CAST_STREET);
    cast_keep_head(cast, CAST_STREET, issuer.frontier.size, &district, 1, district_s);
    publish_all(desk);
    cast_keep_head(cast, CAST_COMMUNITY, 2, &street, 1, street_s);
    cast_keep_head(cast, CAST_COMMUNITY, 2, &district, 1, district_s);
    cast_keep_head(cast, CAST_COMMUNITY, 4, &district, 1, district_s + 1);

    desk->node.store = cast->store;
    desk->node.origin = cast->unit[CAST_DISTRICT].origin;
    desk->node.roots = (struct ys_root_chain){.count = 1, .policy = {cast->root}};
    assert_int_equal(
        ys_member_new(&cast->root, &desk->node.origin.division, &desk->node.member, NULL), YS_OK);
    assert_int_equal(ys_node_read(&desk->node, &desk->txn, NULL), YS_OK);
    assert_int_equal(ys_log_find(desk->txn, cast->unit[CAST_COMMUNITY].log, &desk->log, NULL),
                     YS_OK);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_txn_abort(&desk->txn);
    ys_member_free(desk->node.member);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

static struct ys_exhibit load(const struct desk *desk, uint64_t index, bool with_body)
{
    struct ys_exhibit exhibit;
    assert_int_equal(
        ys_exhibit_load(&desk->node, desk->txn, &desk->log, index, with_body, &exhibit, NULL),
        YS_OK);
    return exhibit;
}

static void a_record_is_shown_with_signers_verdict_and_receipts(void **state)
{
    const struct desk *const desk = *state;
    YS_EXHIBIT_SCOPED exhibit = load(desk, 0, true);

    assert_true(exhibit.readable);
    assert_string_equal(exhibit.record.kind, "acknowledgement");
    assert_non_null(exhibit.kind);
    assert_int_equal(exhibit.verdict, YS_VERDICT_OK); /* found out: none is stored */
    assert_int_equal(exhibit.signer_count, 1);
    assert_string_equal(exhibit.signer[0], "rc");
    assert_true(exhibit.has_street);
    assert_int_equal(exhibit.street.time_s, street_s);
    assert_int_equal(exhibit.street.size, 2);
    assert_true(exhibit.has_district);
    assert_int_equal(exhibit.district.time_s, district_s);
    assert_non_null(json_object_get(exhibit.body, "acknowledgement"));
}

static void an_unknown_kind_is_shown_without_content(void **state)
{
    const struct desk *const desk = *state;
    YS_EXHIBIT_SCOPED exhibit = load(desk, 1, true);
    assert_true(exhibit.readable);
    assert_null(exhibit.kind);
    assert_string_equal(exhibit.record.kind, "kind_of_tomorrow");
    assert_null(exhibit.body);
    assert_int_equal(exhibit.verdict, YS_VERDICT_OK);
}

static void a_receipt_that_is_missing_is_not_there(void **state)
{
    const struct desk *const desk = *state;
    YS_EXHIBIT_SCOPED exhibit = load(desk, 2, false);
    assert_false(exhibit.has_street);
    assert_true(exhibit.has_district);
    assert_int_equal(exhibit.district.time_s, district_s + 1);
}

static void what_is_wrong_has_a_reason(void **state)
{
    const struct desk *const desk = *state;
    YS_EXHIBIT_SCOPED stranger = load(desk, 2, false);
    YS_EXHIBIT_SCOPED junk = load(desk, 3, true);
    assert_int_equal(stranger.verdict, YS_VERDICT_UNKNOWN_KEY);
    assert_true(strlen(stranger.why.msg) > 0);
    assert_false(junk.readable);
    assert_int_equal(junk.verdict, YS_VERDICT_BAD);
    assert_true(strlen(junk.why.msg) > 0);
}

static void behind_the_end_there_is_nothing(void **state)
{
    const struct desk *const desk = *state;
    struct ys_exhibit exhibit;
    assert_int_equal(ys_exhibit_load(&desk->node, desk->txn, &desk->log, 4, false, &exhibit, NULL),
                     YS_NOT_FOUND);
}

static enum ys_code find(const struct desk *desk, const char *text, uint64_t *index)
{
    struct ys_log log;
    const enum ys_code code = ys_exhibit_find(desk->txn, text, &log, index, NULL);
    if (code == YS_OK)
        assert_string_equal(log.origin_text, desk->log.origin_text);
    return code;
}

static void a_record_is_found_by_its_id_and_every_long_enough_beginning(void **state)
{
    const struct desk *const desk = *state;
    for (size_t length = 1; length < sizeof desk->id; length++) {
        char text[YS_RECORD_ID_TEXT_MAX] = "";
        uint64_t index = 9;
        memcpy(text, desk->id, length);
        const enum ys_code code = find(desk, text, &index);
        assert_int_equal(code, length < 8 ? YS_USAGE : YS_OK);
        assert_int_equal(index, length < 8 ? 9 : 0);
    }
}

static void an_id_that_differs_in_its_last_digit_is_not_found(void **state)
{
    const struct desk *const desk = *state;
    uint64_t index = 0;
    for (size_t length = 8; length < sizeof desk->id; length++) {
        char text[YS_RECORD_ID_TEXT_MAX] = "";
        memcpy(text, desk->id, length);
        text[length - 1] = text[length - 1] == '0' ? '1' : '0';
        assert_int_equal(find(desk, text, &index), YS_NOT_FOUND);
    }
}

static void a_record_is_found_by_its_place(void **state)
{
    const struct desk *const desk = *state;
    char by_origin[YS_KEY_NAME_MAX + 8];
    uint64_t index = 0;
    snprintf(by_origin, sizeof by_origin, "%s:3", desk->log.origin_text);
    assert_int_equal(find(desk, "110105901001:2", &index), YS_OK);
    assert_int_equal(index, 2);
    assert_int_equal(find(desk, by_origin, &index), YS_OK);
    assert_int_equal(index, 3);
    assert_int_equal(find(desk, "110105901001:4", &index), YS_NOT_FOUND);
    assert_int_equal(find(desk, "110105909001:0", &index), YS_NOT_FOUND);
    assert_int_equal(find(desk, "110105901001:x", &index), YS_USAGE);
    assert_int_equal(find(desk, "nonsense:0", &index), YS_USAGE);
    assert_int_equal(find(desk, "ABCDEF0123", &index), YS_USAGE);
}

static void the_witnesses_of_a_log_are_its_ancestors(void **state)
{
    const struct desk *const desk = *state;
    const struct cast_unit *const unit = desk->cast.unit;
    const struct ys_witnesses community =
        ys_witnesses_of(&desk->node, &unit[CAST_COMMUNITY].origin);
    const struct ys_witnesses street = ys_witnesses_of(&desk->node, &unit[CAST_STREET].origin);
    const struct ys_witnesses district = ys_witnesses_of(&desk->node, &unit[CAST_DISTRICT].origin);
    assert_string_equal(community.street->name, "beijing.example/mirror/110105901");
    assert_string_equal(community.district->name, "beijing.example/mirror/110105");
    assert_null(street.street);
    assert_string_equal(street.district->name, "beijing.example/mirror/110105");
    assert_null(district.street);
    assert_null(district.district);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_record_is_shown_with_signers_verdict_and_receipts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_kind_is_shown_without_content, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_receipt_that_is_missing_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_has_a_reason, set_up, tear_down),
        cmocka_unit_test_setup_teardown(behind_the_end_there_is_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_record_is_found_by_its_id_and_every_long_enough_beginning,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_id_that_differs_in_its_last_digit_is_not_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_record_is_found_by_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_witnesses_of_a_log_are_its_ancestors, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
