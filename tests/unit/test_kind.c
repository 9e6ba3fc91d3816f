#include "proto/kind.h"

#include "proto/body.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_kind_is_a_field_of_the_body_with_its_number(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
            &yishi__v1__body__descriptor, 100 + kinds[i].id);
        assert_non_null(field);
        assert_string_equal(field->name, kinds[i].name);
    }
}

static void every_field_of_the_oneof_is_a_kind(void **state)
{
    (void)state;
    size_t found = 0;
    size_t count = 0;
    (void)ys_kind_table(&count);
    for (unsigned i = 0; i < yishi__v1__body__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &yishi__v1__body__descriptor.fields[i];
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
            continue;
        const struct ys_kind *kind = ys_kind_by_name(ys_bytes_of_text(field->name));
        assert_non_null(kind);
        assert_int_equal(kind->id + 100, field->id);
        assert_ptr_equal(ys_kind_by_id(kind->id), kind);
        found++;
    }
    assert_int_equal(found, count);
}

static void rows_ascend_and_are_complete(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || kinds[i - 1].id < kinds[i].id);
        assert_true(ys_kind_word_valid(ys_bytes_of_text(kinds[i].name)));
        assert_true(kinds[i].zh[0] != '\0' && kinds[i].en[0] != '\0' &&
                    kinds[i].article[0] != '\0');
        assert_true(kinds[i].authors != 0);
        assert_int_equal(kinds[i].authors & kinds[i].also, 0);
    }
}

static void a_consensus_needs_committee_and_party_organisation(void **state)
{
    (void)state;
    const struct ys_kind *kind = ys_kind_by_name(ys_bytes_of_text("consensus"));
    assert_int_equal(kind->authors, YS_BODY_RC);
    assert_int_equal(kind->also, YS_BODY_PO);
    assert_false(kind->membership);
}

static void membership_is_for_street_district_and_root(void **state)
{
    (void)state;
    static const uint32_t ids[] = {1, 2, 6};
    for (size_t i = 0; i < 3; i++) {
        const struct ys_kind *kind = ys_kind_by_id(ids[i]);
        assert_true(kind->membership);
        assert_int_equal(kind->authors, YS_BODY_ST | YS_BODY_DA | YS_BODY_ROOT);
        assert_int_equal(kind->also, 0);
    }
}

static void a_kind_that_the_node_writes_is_signed_by_nobody_else(void **state)
{
    (void)state;
    static const uint32_t ids[] = {7, 8, 95};
    for (size_t i = 0; i < 3; i++) {
        const struct ys_kind *kind = ys_kind_by_id(ids[i]);
        assert_int_equal(kind->authors, YS_BODY_NODE);
        assert_int_equal(kind->also, 0);
    }
    assert_true(ys_kind_by_id(95)->membership); /* the district's decide about low cuts */
}

static void what_is_not_in_the_table_is_unknown(void **state)
{
    (void)state;
    assert_null(ys_kind_by_id(0));
    assert_null(ys_kind_by_id(10));
    assert_null(ys_kind_by_name(ys_bytes_of_text("")));
    assert_null(ys_kind_by_name(ys_bytes_of_text("consensu")));
    assert_null(ys_kind_by_name(ys_bytes_of_text("consensus_")));
}

static void words_have_one_to_64_bytes_of_their_alphabet(void **state)
{
    (void)state;
    char word[66];
    memset(word, 'x', sizeof word);
    for (size_t size = 0; size < sizeof word; size++) {
        const struct ys_bytes text = {.data = (const uint8_t *)word, .size = size};
        assert_int_equal(ys_kind_word_valid(text), size >= 1 && size <= YS_KIND_NAME_MAX);
    }
    for (unsigned c = 0; c < 256; c++) {
        const uint8_t byte = (uint8_t)c;
        const struct ys_bytes text = {.data = &byte, .size = 1};
        const bool good = c != 0 && strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", (int)c);
        assert_int_equal(ys_kind_word_valid(text), good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_a_field_of_the_body_with_its_number),
        cmocka_unit_test(every_field_of_the_oneof_is_a_kind),
        cmocka_unit_test(rows_ascend_and_are_complete),
        cmocka_unit_test(a_consensus_needs_committee_and_party_organisation),
        cmocka_unit_test(membership_is_for_street_district_and_root),
        cmocka_unit_test(a_kind_that_the_node_writes_is_signed_by_nobody_else),
        cmocka_unit_test(what_is_not_in_the_table_is_unknown),
        cmocka_unit_test(words_have_one_to_64_bytes_of_their_alphabet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
