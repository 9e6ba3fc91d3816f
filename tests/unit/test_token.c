#include "proto/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct ys_token sample(void)
{
    struct ys_token token = {.deployment = "example.test",
                             .id = "0123456789abcdef",
                             .address = "tcp://192.0.2.7:7315",
                             .expires_s = 1790000000};
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110199990001"), &token.division, NULL),
                     YS_OK);
    for (uint8_t i = 0; i < 32; i++) {
        token.parent_key[i] = i;
        token.root_fingerprint.bytes[i] = (uint8_t)(64 + i);
        token.seed[i] = (uint8_t)(128 + i);
    }
    return token;
}

static size_t print(const struct ys_token *token, char out[YS_TOKEN_TEXT_MAX + 1])
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = YS_TOKEN_TEXT_MAX};
    assert_int_equal(ys_token_print(token, &w), YS_OK);
    out[w.size] = '\0';
    return w.size;
}

static void assert_refused(const char *text, size_t size, const char *why)
{
    struct ys_token token;
    struct ys_err err = {.msg = ""};
    assert_int_equal(ys_token_parse((struct ys_bytes){.data = (const uint8_t *)text, .size = size},
                                    &token, &err),
                     YS_MALFORMED);
    assert_string_equal(err.msg, why);
}

/* The text is frozen: tokens outlive the program that printed them. */
static void a_token_is_one_word_that_reads_back(void **state)
{
    (void)state;
    char text[YS_TOKEN_TEXT_MAX + 1];
    const struct ys_token token = sample();
    struct ys_token again;

    const size_t size = print(&token, text);

    assert_string_equal(
        text, "yishi1-CgxleGFtcGxlLnRlc3QSDDExMDE5OTk5MDAwMRoIASNFZ4mrze8iFHRjcDovLzE5Mi4wL"
              "jIuNzo3MzE1KiAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHzIgQEFCQ0RFRkdISUpLT"
              "E1OT1BRUlNUVVZXWFlaW1xdXl84gPfE1QZCIICBgoOEhYaHiImKi4yNjo-QkZKTlJWWl5iZmpucn"
              "Z6f82l_tQ");
    assert_int_equal(ys_token_parse(ys_bytes_of_text(text), &again, NULL), YS_OK);
    assert_string_equal(again.deployment, token.deployment);
    assert_string_equal(again.division.digits, token.division.digits);
    assert_string_equal(again.id, token.id);
    assert_string_equal(again.address, token.address);
    assert_memory_equal(again.parent_key, token.parent_key, YS_PUBKEY_LEN);
    assert_true(ys_hash_equal(&again.root_fingerprint, &token.root_fingerprint));
    assert_memory_equal(again.seed, token.seed, YS_SEED_LEN);
    assert_int_equal(again.expires_s, token.expires_s);
    assert_true(size <= YS_TOKEN_TEXT_MAX);
}

static void no_other_character_stands_anywhere(void **state)
{
    (void)state;
    char text[YS_TOKEN_TEXT_MAX + 1];
    const struct ys_token token = sample();
    const size_t size = print(&token, text);
    for (size_t at = 0; at < size; at++) {
        const char right = text[at];
        for (unsigned c = 0; c < 256; c++) {
            struct ys_token again;
            text[at] = (char)c;
            if (text[at] == right)
                continue;
            assert_int_equal(
                ys_token_parse((struct ys_bytes){.data = (uint8_t *)text, .size = size}, &again,
                               NULL),
                YS_MALFORMED);
        }
        text[at] = right;
    }
    for (size_t shorter = 0; shorter < size; shorter++) {
        struct ys_token again;
        assert_int_equal(ys_token_parse((struct ys_bytes){.data = (uint8_t *)text, .size = shorter},
                                        &again, NULL),
                         YS_MALFORMED);
    }
}

static void a_typing_error_is_told_from_another_version(void **state)
{
    (void)state;
    char text[YS_TOKEN_TEXT_MAX + 1];
    const struct ys_token token = sample();
    const size_t size = print(&token, text);
    text[size - 1] = text[size - 1] == 'A' ? 'B' : 'A';
    assert_refused(text, size, "token: is cut short or mistyped; copy it again");
    assert_refused("yishi2-AAAA", 11, "token: of a version that this program cannot read");
    assert_refused("request.json", 12, "token: does not begin with yishi1-");
    assert_refused("yishi1-", 7, "token: is cut short or mistyped; copy it again");
}

/* Around bytes that carry a good checksum. */
static size_t wrap(const uint8_t *packed, size_t size, char out[YS_TOKEN_TEXT_MAX + 1])
{
    uint8_t inside[512];
    struct ys_hash hash;
    memcpy(inside, packed, size);
    ys_sha256((struct ys_bytes){.data = packed, .size = size}, &hash);
    memcpy(inside + size, hash.bytes, 4);
    memcpy(out, "yishi1-", 7);
    sodium_bin2base64(out + 7, YS_TOKEN_TEXT_MAX - 6, inside, size + 4,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return strlen(out);
}

static size_t inside_of(const char *text, uint8_t out[512])
{
    size_t size = 0;
    assert_int_equal(sodium_base642bin(out, 512, text + 7, strlen(text + 7), NULL, &size, NULL,
                                       sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                     0);
    return size - 4;
}

static void fields_that_cannot_be_are_named(void **state)
{
    (void)state;
    char text[YS_TOKEN_TEXT_MAX + 1];
    uint8_t inside[512];
    struct ys_token token = sample();
    memcpy(token.division.digits, "110199", sizeof "110199");
    print(&token, text);
    assert_refused(text, strlen(text), "token.code: not the code of a street or community");
    token = sample();
    memcpy(token.deployment, "no", sizeof "no");
    print(&token, text);
    assert_refused(text, strlen(text), "token.deployment: not the name of a deployment");
    token = sample();
    token.address[0] = '\0';
    print(&token, text);
    assert_refused(text, strlen(text), "token.address: has 0 bytes");

    token = sample();
    print(&token, text);
    size_t size = inside_of(text, inside);
    memcpy(inside + size, "\x50\x01", 2); /* field 10, which nobody knows */
    size = wrap(inside, size + 2, text);
    assert_refused(text, size, "token: is not written as this program writes it");
    size = wrap(inside, inside_of(text, inside) - 2 - 34, text); /* without its last field */
    assert_refused(text, size, "token.seed: is missing");
}

static void an_observers_token_says_who_invites(void **state)
{
    (void)state;
    char text[YS_TOKEN_TEXT_MAX + 1];
    struct ys_token token = sample();
    struct ys_token again;
    token.observer = true;
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110199"), &token.division, NULL), YS_OK);
    token.host = token.division;
    print(&token, text);
    assert_int_equal(ys_token_parse(ys_bytes_of_text(text), &again, NULL), YS_OK);
    assert_true(again.observer);
    assert_string_equal(again.host.digits, "110199");

    assert_int_equal(ys_division_parse(ys_bytes_of_text("110199990"), &token.host, NULL), YS_OK);
    print(&token, text); /* a street lets nobody observe the district */
    assert_refused(text, strlen(text), "token.observed_at: not the unit of the code or above it");
}

static void the_largest_token_fits(void **state)
{
    (void)state;
    char text[YS_TOKEN_TEXT_MAX + 1];
    struct ys_token token = sample();
    struct ys_token again;
    memset(token.deployment, 'a', YS_DEPLOYMENT_MAX);
    token.deployment[YS_DEPLOYMENT_MAX - 2] = '.';
    token.deployment[YS_DEPLOYMENT_MAX] = '\0';
    memset(token.address, 'a', sizeof token.address - 1);
    token.address[sizeof token.address - 1] = '\0';
    token.expires_s = UINT64_MAX;
    print(&token, text);
    assert_int_equal(ys_token_parse(ys_bytes_of_text(text), &again, NULL), YS_OK);
    assert_true(again.expires_s == UINT64_MAX);
    struct ys_writer small = {.data = (uint8_t *)text, .capacity = strlen(text) - 1};
    assert_int_equal(ys_token_print(&token, &small), YS_LIMIT);
}

static void an_id_is_sixteen_small_hex_digits(void **state)
{
    (void)state;
    assert_int_equal(YS_TOKEN_ID_LEN, 8);
    assert_true(ys_invite_id_valid(ys_bytes_of_text("0123456789abcdef")));
    assert_false(ys_invite_id_valid(ys_bytes_of_text("0123456789abcde")));
    assert_false(ys_invite_id_valid(ys_bytes_of_text("0123456789abcdef0")));
    assert_false(ys_invite_id_valid(ys_bytes_of_text("0123456789abcdeF")));
    assert_false(ys_invite_id_valid(ys_bytes_of_text("../4567890abcdef")));
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_one_word_that_reads_back),
        cmocka_unit_test(no_other_character_stands_anywhere),
        cmocka_unit_test(a_typing_error_is_told_from_another_version),
        cmocka_unit_test(fields_that_cannot_be_are_named),
        cmocka_unit_test(an_observers_token_says_who_invites),
        cmocka_unit_test(the_largest_token_fits),
        cmocka_unit_test(an_id_is_sixteen_small_hex_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
