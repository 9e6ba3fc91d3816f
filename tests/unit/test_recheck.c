#include "sync/recheck.h"

#include "tests/support/signers.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_MAX = 1024 };

struct paper {
    uint8_t bytes[NOTE_MAX];
    size_t size;
    struct ys_note note;
};

static void parse(struct paper *paper)
{
    assert_int_equal(
        ys_note_parse((struct ys_bytes){paper->bytes, paper->size}, &paper->note, NULL), YS_OK);
}

static void sign(const char *text, const struct ys_signer *signer, uint64_t time_s,
                 struct paper *out)
{
    struct ys_writer w = {.data = out->bytes, .capacity = sizeof out->bytes};
    assert_int_equal(ys_note_sign(&w, ys_bytes_of_text(text), &signer, 1, time_s, NULL), YS_OK);
    out->size = w.size;
    parse(out);
}

static void what_was_good_is_known_and_stays_good(void **state)
{
    (void)state;
    struct ys_recheck recheck = {0};
    struct paper paper;
    const struct ys_signer plain = signer_of("example/a", YS_SIG_ED25519, 1);
    const struct ys_signer mirror = signer_of("example/m", YS_SIG_COSIGNATURE_V1, 2);
    for (int round = 0; round < 3; round++) {
        sign("one\n", &plain, 0, &paper);
        assert_int_equal(ys_recheck_line(&recheck, &paper.note, &plain.vkey), YS_LINE_GOOD);
        assert_int_equal(ys_recheck_line(&recheck, &paper.note, &mirror.vkey), YS_LINE_ABSENT);
        sign("one\n", &mirror, 77, &paper);
        assert_int_equal(ys_recheck_line(&recheck, &paper.note, &mirror.vkey), YS_LINE_GOOD);
        assert_int_equal(recheck.count, 2);
        ys_recheck_end_round(&recheck);
    }
    ys_recheck_clear(&recheck);
}

/* Each byte of text, name and line counts: a note that differs anywhere is checked for itself. */
static void nothing_else_is_taken_for_it(void **state)
{
    (void)state;
    struct ys_recheck recheck = {0};
    struct paper good;
    const struct ys_signer signer = signer_of("example/a", YS_SIG_ED25519, 1);
    sign("a text of some length\nand two lines\n", &signer, 0, &good);
    assert_int_equal(ys_recheck_line(&recheck, &good.note, &signer.vkey), YS_LINE_GOOD);
    for (size_t i = 0; i < good.size; i++) {
        struct paper other = {.size = good.size};
        memcpy(other.bytes, good.bytes, good.size);
        other.bytes[i] ^= 1;
        if (ys_note_parse((struct ys_bytes){other.bytes, other.size}, &other.note, NULL) != YS_OK)
            continue;
        assert_int_equal(ys_recheck_line(&recheck, &other.note, &signer.vkey),
                         ys_note_check(&other.note, &signer.vkey, NULL));
        assert_int_not_equal(ys_recheck_line(&recheck, &other.note, &signer.vkey), YS_LINE_GOOD);
    }
    /* Another key under the same name and id, as nobody can make it but by luck. */
    struct ys_vkey twin = signer_of("example/a", YS_SIG_ED25519, 2).vkey;
    twin.id = signer.vkey.id;
    assert_int_equal(ys_recheck_line(&recheck, &good.note, &twin), YS_LINE_BAD);
    assert_int_equal(recheck.count, 1);
    ys_recheck_clear(&recheck);
}

static void a_key_is_read_again_and_a_bad_one_never(void **state)
{
    (void)state;
    struct ys_recheck recheck = {0};
    char text[YS_VKEY_TEXT_MAX];
    struct ys_vkey key;
    struct ys_vkey bad;
    const struct ys_signer signer = signer_of("example/a", YS_SIG_ED25519, 1);
    const uint8_t no_point[YS_PUBKEY_LEN] = {2};
    ys_vkey_print(&signer.vkey, text);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ys_recheck_key(&recheck, ys_bytes_of_text(text), &key), YS_OK);
        assert_true(ys_vkey_equal(&key, &signer.vkey));
    }
    assert_int_equal(recheck.count, 1);
    assert_int_equal(ys_vkey_make("example/a", YS_SIG_ED25519, no_point, &bad), YS_OK);
    ys_vkey_print(&bad, text);
    for (int i = 0; i < 2; i++)
        assert_int_equal(ys_recheck_key(&recheck, ys_bytes_of_text(text), &key), YS_MALFORMED);
    assert_int_equal(recheck.count, 1);
    ys_recheck_clear(&recheck);
}

/* Many, so that the table grows; then all but some are met no more. */
static void what_is_not_met_for_a_round_is_forgotten(void **state)
{
    (void)state;
    enum { MANY = 300, FEW = 10 };
    struct ys_recheck recheck = {0};
    struct paper paper;
    const struct ys_signer signer = signer_of("example/a", YS_SIG_ED25519, 1);
    for (int most = MANY; most >= FEW; most -= MANY - FEW) {
        for (int i = 0; i < most; i++) {
            char text[32];
            snprintf(text, sizeof text, "record %d\n", i);
            sign(text, &signer, 0, &paper);
            assert_int_equal(ys_recheck_line(&recheck, &paper.note, &signer.vkey), YS_LINE_GOOD);
        }
        assert_int_equal(recheck.count, MANY);
        ys_recheck_end_round(&recheck);
    }
    assert_int_equal(recheck.count, FEW);
    assert_true(recheck.capacity < MANY);
    ys_recheck_clear(&recheck);
    assert_int_equal(recheck.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_good_is_known_and_stays_good),
        cmocka_unit_test(nothing_else_is_taken_for_it),
        cmocka_unit_test(a_key_is_read_again_and_a_bad_one_never),
        cmocka_unit_test(what_is_not_met_for_a_round_is_forgotten),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
