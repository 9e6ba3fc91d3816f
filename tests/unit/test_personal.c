#include "proto/personal.h"

#include "proto/body.pb-c.h"
#include "proto/field.h"
#include "proto/reflect.h"
#include "tests/support/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SEEN_MAX = 512 };

/* "mobile_number 13800138000|bank_card ..." */
static void print_hits(const char *string, char out[SEEN_MAX])
{
    const struct ys_bytes text = ys_bytes_of_text(string);
    struct ys_personal_hit hit = {.size = 0};
    size_t used = 0;
    out[0] = '\0';
    while (ys_personal_find(text, hit.offset + hit.size, &hit)) {
        assert_true(hit.size > 0 && hit.offset + hit.size <= text.size);
        used += (size_t)snprintf(out + used, SEEN_MAX - used, "%s%s %.*s", used == 0 ? "" : "|",
                                 ys_personal_word(hit.kind), (int)hit.size, string + hit.offset);
        assert_true(used < SEEN_MAX);
    }
}

static void finds(const char *text, const char *want)
{
    char got[SEEN_MAX];
    print_hits(text, got);
    if (strcmp(got, want) != 0)
        print_error("in \"%s\"\n", text);
    assert_string_equal(got, want);
}

static void identity_numbers_are_found(void **state)
{
    (void)state;
    finds("11010519491231002X", "identity_number 11010519491231002X");
    finds("身份证11010519491231002x，张某", "identity_number 11010519491231002x");
    finds("110101199003074514", "identity_number 110101199003074514");
    finds("440524188001010014", "identity_number 440524188001010014"); /* of GB 11643 */
    finds("110108 19851130 1234", "identity_number 110108 19851130 1234");
    finds("110105-19491231-002X", "identity_number 110105-19491231-002X");
    finds("１１０１０５１９４９１２３１００２Ｘ",
          "identity_number １１０１０５１９４９１２３１００２Ｘ");
    finds("１１０１０１１９９００３０７４５１４。",
          "identity_number １１０１０１１９９００３０７４５１４");
    finds("1101０５19491231002ｘ", "identity_number 1101０５19491231002ｘ");
}

static void what_only_looks_like_an_identity_number_is_none(void **state)
{
    (void)state;
    finds("110105194912310021", ""); /* the check digit is X */
    finds("110101199003074515", ""); /* 4 */
    finds("110105194912310020", "");
    finds("11010519491231002", "");   /* no check digit */
    finds("11010519491231002XY", ""); /* a word that goes on */
    finds("11010519491231002X1", "");
    finds("11010519491231002X１", "");
    finds("1101011990030745145", ""); /* a digit more */
    finds("9110101199003074514", "");
    finds("9 110101199003074514", "identity_number 110101199003074514");
    finds("53010219201301009X", "");     /* thirteenth month */
    finds("110101199000074513", "");     /* no month */
    finds("110108012016-2026-0007", ""); /* number of a matter */
}

static void mobile_numbers_are_found(void **state)
{
    (void)state;
    finds("13800138000", "mobile_number 13800138000");
    finds("请联系19912345678。", "mobile_number 19912345678");
    finds("+86 138 0013 8000", "mobile_number 138 0013 8000");
    finds("+8613800138000", "mobile_number 8613800138000");
    finds("008613800138000", "mobile_number 008613800138000");
    finds("86138-0013-8000", "mobile_number 86138-0013-8000");
    finds("013800138000", "mobile_number 013800138000");
    finds("138-00138000", "mobile_number 138-00138000");
    finds("1380013 8000", "mobile_number 1380013 8000");
    finds("1380 013 8000", "mobile_number 1380 013 8000");
    finds("1380 0138 000", "mobile_number 1380 0138 000");
    finds("138\xC2\xA0"
          "0013\xE2\x80\x93"
          "8000",
          "mobile_number 138\xC2\xA0"
          "0013\xE2\x80\x93"
          "8000");
    finds("１３８００１３８０００", "mobile_number １３８００１３８０００");
    finds("１３８　００１３－８０００", "mobile_number １３８　００１３－８０００");
    finds("13800138000、13900139000", "mobile_number 13800138000|mobile_number 13900139000");
    finds("tel13800138000", "mobile_number 13800138000");
}

static void what_only_looks_like_a_mobile_number_is_none(void **state)
{
    (void)state;
    finds("12800138000", ""); /* no network */
    finds("23800138000", "");
    finds("1380013800", "");   /* a digit less */
    finds("138001380001", ""); /* and more */
    finds("010-62345678", ""); /* an office */
    finds("01062345678", "");
    finds("4008123456", "");
    finds("13,800,138,000", "");  /* money */
    finds("138  0013 8000", "");  /* two blanks */
    finds("138\n0013\n8000", ""); /* three lines */
    finds("138\n\n00138000", ""); /* a paragraph between */
    finds("3\n8138001380000", "");
    finds("13-80-01-38-00-0", "");                       /* scores */
    finds("1764500000000", "");                          /* a time */
    finds("e13800138000f00baadcafe13800138000f00d", ""); /* a hash */
    finds("第15条、第13条，2026年3月8日14时，共380人", "");
}

static void numbers_that_a_line_feed_breaks_are_found(void **state)
{
    (void)state;
    finds("13800\n138000", "mobile_number 13800\n138000");
    finds("138 0013\n8000", "mobile_number 138 0013\n8000");
    finds("138-\n0013-8000", "mobile_number 138-\n0013-8000");
    finds("１３８００\n１３８０００", "mobile_number １３８００\n１３８０００");
    finds("1101051949\n1231002X", "identity_number 1101051949\n1231002X");
    finds("4111 1111 \n1111 1111", "bank_card 4111 1111 \n1111 1111");
    finds("第3\n13800138000", "mobile_number 13800138000"); /* the line before is another number */
    finds("13800138000\n13900139000", "mobile_number 13800138000|mobile_number 13900139000");
}

/* --- generated numbers --- */

static unsigned below(struct rng *rng, unsigned bound)
{
    return (unsigned)rng_below(rng, bound);
}

static void put_digits(struct rng *rng, char *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (char)('0' + below(rng, 10));
    out[count] = '\0';
}

/* The definition of GB 11643, in its other form: sum of a_i * 2^(i-1) mod 11 is 1. */
static char check_of(const char *digits)
{
    for (unsigned check = 0; check < 11; check++) {
        unsigned sum = 0;
        for (unsigned i = 0; i < 17; i++)
            sum = (sum + (unsigned)(digits[i] - '0')) * 2 % 11;
        if ((sum + check) % 11 == 1)
            return check == 10 ? 'X' : (char)('0' + check);
    }
    fail();
    return '?';
}

static bool is_found(const char *text, enum ys_personal_kind kind)
{
    struct ys_personal_hit hit = {.size = 0};
    const struct ys_bytes bytes = ys_bytes_of_text(text);
    while (ys_personal_find(bytes, hit.offset + hit.size, &hit))
        if (hit.kind == kind)
            return true;
    return false;
}

static void generated_numbers_are_found_and_with_another_check_digit_not(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (unsigned i = 0; i < 2000; i++) {
        char id[19];
        put_digits(&rng, id, 17);
        id[0] = (char)('1' + below(&rng, 8));
        (void)snprintf(id + 6, sizeof id - 6, "%04u%02u%02u", 1900 + below(&rng, 126),
                       1 + below(&rng, 12), 1 + below(&rng, 28));
        id[14] = (char)('0' + below(&rng, 10));
        id[15] = '0';
        id[16] = '1';
        id[17] = check_of(id);
        id[18] = '\0';
        assert_true(is_found(id, YS_PERSONAL_IDENTITY));
        id[17] = id[17] == 'X' ? '0' : id[17] == '9' ? '1' : (char)(id[17] + 1);
        assert_false(is_found(id, YS_PERSONAL_IDENTITY));
    }
}

/* Numbers that stand in records: codes, matters, logs, money, times. */
static void numbers_of_the_field_are_none(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (unsigned i = 0; i < 2000; i++) {
        char text[160];
        (void)snprintf(text, sizeof text,
                       "社区110108%06u，事项110108%06u-20%02u-%04u，日志example/110108%06u/%u，"
                       "11010801201620%02u%04u，预算%u.%02u元，2026-%02u-%02uT%02u:%02u:00",
                       below(&rng, 1000000), below(&rng, 1000000), below(&rng, 100),
                       below(&rng, 10000), below(&rng, 1000000), 1 + below(&rng, 9),
                       below(&rng, 100), below(&rng, 10000), below(&rng, 99999999),
                       below(&rng, 100), 1 + below(&rng, 12), 1 + below(&rng, 28), below(&rng, 24),
                       below(&rng, 60));
        finds(text, "");
    }
}

static void bank_cards_are_found(void **state)
{
    (void)state;
    finds("4111111111111111", "bank_card 4111111111111111");
    finds("4111 1111 1111 1111", "bank_card 4111 1111 1111 1111");
    finds("6222020200000000006", "bank_card 6222020200000000006");
    finds("6222-0202-0000-0000-006", "bank_card 6222-0202-0000-0000-006");
    finds("622202 0200000000006", "bank_card 622202 0200000000006");
    finds("卡号621700001000000004元", "bank_card 621700001000000004");
    finds("955880123456789015", "bank_card 955880123456789015");
    finds("４１１１１１１１１１１１１１１１", "bank_card ４１１１１１１１１１１１１１１１");
}

static void what_only_looks_like_a_bank_card_is_none(void **state)
{
    (void)state;
    finds("4111111111111112", ""); /* Luhn */
    finds("1411111111111111", "");
    finds("123456789012345671", ""); /* Luhn is right, but no bank's */
    finds("20261126123456787", "");
    finds("41111 111111 11111", "");   /* no one writes it so */
    finds("62220202000000000060", ""); /* twenty digits */
    finds("4111111111111111aaaaaaaaaaaaaaaaa", "");
    finds("4111111111111111aaaaaaaaaaaaaaaa", "bank_card 4111111111111111");
}

static void empty_and_long_texts_are_read(void **state)
{
    (void)state;
    char text[4096];
    struct ys_personal_hit hit;
    assert_false(ys_personal_find((struct ys_bytes){NULL, 0}, 0, &hit));
    memset(text, '1', sizeof text);
    assert_false(ys_personal_find((struct ys_bytes){(const uint8_t *)text, sizeof text}, 0, &hit));
    memset(text, ' ', sizeof text);
    memcpy(text + sizeof text - 11, "13800138000", 11);
    assert_true(ys_personal_find((struct ys_bytes){(const uint8_t *)text, sizeof text}, 0, &hit));
    assert_int_equal(hit.offset, sizeof text - 11);
    /* nothing behind the end is read */
    assert_false(
        ys_personal_find((struct ys_bytes){(const uint8_t *)text, sizeof text - 1}, 0, &hit));
}

static enum ys_code collect(void *context, const char *path, const struct ys_personal_hit *hit,
                            struct ys_err *err)
{
    char *const out = context;
    const size_t used = strlen(out);
    (void)err;
    (void)snprintf(out + used, SEEN_MAX - used, "%s %s;", path, ys_personal_word(hit->kind));
    return YS_OK;
}

static enum ys_code refuse(void *context, const char *path, const struct ys_personal_hit *hit,
                           struct ys_err *err)
{
    (void)collect(context, path, hit, NULL);
    return ys_fail(err, YS_FULL, "no room");
}

static void every_text_of_a_body_is_read(void **state)
{
    (void)state;
    char first[] = "李某13800138000与4111111111111111";
    char clean[] = "三号楼加装电梯";
    char reason[] = "补录，见11010519491231002X";
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    Yishi__V1__Consensus consensus = YISHI__V1__CONSENSUS__INIT;
    Yishi__V1__ConsensusItem items[2] = {YISHI__V1__CONSENSUS_ITEM__INIT,
                                         YISHI__V1__CONSENSUS_ITEM__INIT};
    Yishi__V1__ConsensusItem *list[2] = {&items[0], &items[1]};
    char seen[SEEN_MAX] = "";
    struct ys_err err = {0};
    body.backfill_reason = reason;
    body.kind_case = YISHI__V1__BODY__KIND_CONSENSUS;
    body.consensus = &consensus;
    consensus.n_items = 2;
    consensus.items = list;
    items[0].text = clean;
    items[1].text = first;

    const struct ys_personal_seer all = {collect, seen};
    assert_int_equal(ys_personal_scan(&body.base, "body", &all, &err), YS_OK);
    assert_string_equal(seen, "body.backfill_reason identity_number;"
                              "body.consensus.items[1].text mobile_number;"
                              "body.consensus.items[1].text bank_card;");

    seen[0] = '\0';
    const struct ys_personal_seer one = {refuse, seen};
    assert_int_equal(ys_personal_scan(&body.base, "", &one, &err), YS_FULL);
    assert_string_equal(seen, "backfill_reason identity_number;");
}

/* What the walk rests on: it goes from one member of a oneof to behind its last. */
static void members_of_a_oneof_stand_together(void **state)
{
    (void)state;
    for (size_t row = 0; ys_field_at(row) != NULL; row++) {
        const ProtobufCMessageDescriptor *const type = ys_field_at(row)->message;
        for (unsigned i = 1; i + 1 < type->n_fields; i++)
            for (unsigned j = i + 1; j < type->n_fields; j++)
                if (ys_reflect_in_oneof(&type->fields[i - 1]) &&
                    ys_reflect_in_oneof(&type->fields[j]) &&
                    type->fields[i - 1].quantifier_offset == type->fields[j].quantifier_offset)
                    assert_int_equal(type->fields[i].quantifier_offset,
                                     type->fields[j].quantifier_offset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_numbers_are_found),
        cmocka_unit_test(what_only_looks_like_an_identity_number_is_none),
        cmocka_unit_test(mobile_numbers_are_found),
        cmocka_unit_test(what_only_looks_like_a_mobile_number_is_none),
        cmocka_unit_test(numbers_that_a_line_feed_breaks_are_found),
        cmocka_unit_test(generated_numbers_are_found_and_with_another_check_digit_not),
        cmocka_unit_test(numbers_of_the_field_are_none),
        cmocka_unit_test(bank_cards_are_found),
        cmocka_unit_test(what_only_looks_like_a_bank_card_is_none),
        cmocka_unit_test(empty_and_long_texts_are_read),
        cmocka_unit_test(every_text_of_a_body_is_read),
        cmocka_unit_test(members_of_a_oneof_stand_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
