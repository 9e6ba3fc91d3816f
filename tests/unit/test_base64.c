#include "crypto/base64.h"

#include "tests/support/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* RFC 4648 section 10. */
static const struct {
    const char *bytes, *text;
} known[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

static void the_examples_of_the_rfc_go_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct ys_bytes bytes = ys_bytes_of_text(known[i].bytes);
        uint8_t out[16];
        size_t size = 99;
        struct ys_writer w = {.data = out, .capacity = sizeof out};

        ys_writer_base64(&w, bytes);
        assert_true(
            ys_bytes_is_text((struct ys_bytes){.data = out, .size = w.size}, known[i].text));
        assert_int_equal(w.size, YS_BASE64_LEN(bytes.size));

        assert_int_equal(ys_base64_measure(ys_bytes_of_text(known[i].text), &size), YS_OK);
        assert_int_equal(size, bytes.size);
        assert_int_equal(ys_base64_decode(ys_bytes_of_text(known[i].text), out, sizeof out, &size),
                         YS_OK);
        assert_true(ys_bytes_equal((struct ys_bytes){.data = out, .size = size}, bytes));
    }
}

static void anything_but_the_canonical_text_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {"Z",     "Zg",     "Zg=",      "Zh==",  "Zm9=",  "====",
                                      "=",     "Z===",   "Zg==Zg==", "Zg== ", " Zg==", "Zg==\n",
                                      "Zm\n8", "Zm9vYg", "_-_-",     "Zm8.",  "Zm=v",  "Zm8=="};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t out[16] = {7};
        size_t size = 99;
        assert_int_equal(ys_base64_measure(ys_bytes_of_text(bad[i]), &size), YS_MALFORMED);
        assert_int_equal(ys_base64_decode(ys_bytes_of_text(bad[i]), out, sizeof out, &size),
                         YS_MALFORMED);
        assert_int_equal(size, 99);
        assert_int_equal(out[0], 7);
    }
}

static void only_the_alphabet_is_read(void **state)
{
    (void)state;
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t text[4] = {'A', (uint8_t)byte, 'A', 'A'};
        size_t size = 0;
        const bool in = byte != 0 && strchr(alphabet, (int)byte) != NULL;
        assert_int_equal(ys_base64_measure((struct ys_bytes){.data = text, .size = 4}, &size),
                         in ? YS_OK : YS_MALFORMED);
    }
}

static void decoding_needs_room_for_all_of_it(void **state)
{
    (void)state;
    uint8_t out[6];
    size_t size = 0;
    const struct ys_bytes text = ys_bytes_of_text("Zm9vYmE=");
    assert_int_equal(ys_base64_decode(text, out, 4, &size), YS_LIMIT);
    assert_int_equal(ys_base64_decode(text, out, 5, &size), YS_OK);
    assert_int_equal(ys_base64_decode(text, out, 6, &size), YS_OK);
    assert_int_equal(size, 5);
}

static void writing_is_all_or_nothing(void **state)
{
    (void)state;
    uint8_t bytes[100] = {0};
    uint8_t out[YS_BASE64_LEN(sizeof bytes)];
    const struct ys_bytes all = {.data = bytes, .size = sizeof bytes};
    struct ys_writer w = {.data = out, .capacity = sizeof out - 1};
    ys_writer_base64(&w, all);
    assert_true(w.overflow);
    assert_int_equal(w.size, 0);

    w = (struct ys_writer){.data = out, .capacity = sizeof out};
    ys_writer_base64(&w, all);
    assert_false(w.overflow);
    assert_int_equal(w.size, sizeof out);
}

static void behaves_like_the_encoder_of_libsodium(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    for (int i = 0; i < 500; i++) {
        uint8_t bytes[200];
        uint8_t got[YS_BASE64_LEN(sizeof bytes)];
        char want[YS_BASE64_LEN(sizeof bytes) + 1];
        const size_t size = rng_below(&rng, sizeof bytes + 1);
        struct ys_writer w = {.data = got, .capacity = sizeof got};
        rng_fill(&rng, bytes, size);

        ys_writer_base64(&w, (struct ys_bytes){.data = bytes, .size = size});

        sodium_bin2base64(want, sizeof want, bytes, size, sodium_base64_VARIANT_ORIGINAL);
        assert_true(ys_bytes_is_text((struct ys_bytes){.data = got, .size = w.size}, want));
    }
}

/* Short texts from few characters, so that every kind of wrong ending comes up. */
static void behaves_like_the_decoder_of_libsodium(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    unsigned accepted = 0;
    for (int i = 0; i < 20000; i++) {
        char text[9];
        uint8_t want[8];
        uint8_t got[8];
        size_t want_size = 0;
        size_t got_size = 0;
        size_t measured = 0;
        const size_t size = rng_below(&rng, sizeof text);
        for (size_t k = 0; k < size; k++)
            text[k] = "AQIg8+=="[rng_below(&rng, 8)];

        const bool good = sodium_base642bin(want, sizeof want, text, size, NULL, &want_size, NULL,
                                            sodium_base64_VARIANT_ORIGINAL) == 0;
        const enum ys_code code =
            ys_base64_decode((struct ys_bytes){.data = (const uint8_t *)text, .size = size}, got,
                             sizeof got, &got_size);

        assert_int_equal(code, good ? YS_OK : YS_MALFORMED);
        assert_int_equal(
            ys_base64_measure((struct ys_bytes){.data = (const uint8_t *)text, .size = size},
                              &measured),
            code);
        if (good) {
            accepted++;
            assert_int_equal(got_size, want_size);
            assert_int_equal(measured, want_size);
            assert_memory_equal(got, want, want_size);
        }
    }
    assert_true(accepted > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc_go_both_ways),
        cmocka_unit_test(anything_but_the_canonical_text_is_malformed),
        cmocka_unit_test(only_the_alphabet_is_read),
        cmocka_unit_test(decoding_needs_room_for_all_of_it),
        cmocka_unit_test(writing_is_all_or_nothing),
        cmocka_unit_test(behaves_like_the_encoder_of_libsodium),
        cmocka_unit_test(behaves_like_the_decoder_of_libsodium),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
