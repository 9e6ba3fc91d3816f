#include "crypto/keyfile.h"

#include "crypto/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { BYTES_MAX = 57 + 16 + 1 + 37 * YS_KEYFILE_SEEDS_MAX };

static const uint8_t salt[YS_KEYFILE_SALT_LEN] = {1, 2, 3};
static const uint8_t nonce[YS_KEYFILE_NONCE_LEN] = {4, 5, 6};
static const struct ys_bytes no_passphrase = {.data = NULL, .size = 0};

static int start(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

static struct ys_keyfile keys_of(unsigned count)
{
    struct ys_keyfile keys = {.comment = "a.b/110101001001/1", .count = count};
    for (unsigned i = 0; i < count; i++) {
        keys.seed[i].purpose = (uint8_t)(i == 0 ? YS_PURPOSE_MASTER : YS_PURPOSE_BODY + i);
        keys.seed[i].generation = 0x01020304U + i;
        memset(keys.seed[i].seed, (int)(0xa0 + i), YS_SEED_LEN);
    }
    return keys;
}

static void print_open(const struct ys_keyfile *keys, char out[YS_KEYFILE_TEXT_MAX])
{
    assert_int_equal(ys_keyfile_print(keys, YS_KDF_NONE, no_passphrase, salt, nonce, out, NULL),
                     YS_OK);
}

/* A second line that says what `bytes` are. */
static void text_of(const uint8_t *bytes, size_t size, char out[2 * YS_KEYFILE_TEXT_MAX])
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = 2 * YS_KEYFILE_TEXT_MAX - 1};
    ys_writer_text(&w, "untrusted comment: yishi key a\n");
    ys_writer_base64(&w, (struct ys_bytes){.data = bytes, .size = size});
    ys_writer_text(&w, "\n");
    assert_false(w.overflow);
    out[w.size] = '\0';
}

static size_t bytes_of(const char *text, uint8_t out[BYTES_MAX])
{
    struct ys_bytes rest = ys_bytes_of_text(text);
    struct ys_bytes line;
    size_t size = 0;
    assert_true(ys_bytes_take_line(&rest, &line));
    assert_true(ys_bytes_take_line(&rest, &line));
    assert_int_equal(ys_base64_decode(line, out, BYTES_MAX, &size), YS_OK);
    return size;
}

static enum ys_code parse(const char *text, struct ys_err *err)
{
    struct ys_keyfile keys;
    const enum ys_code code = ys_keyfile_parse(ys_bytes_of_text(text), no_passphrase, &keys, err);
    if (code == YS_OK)
        ys_keyfile_clear(&keys);
    return code;
}

static void keys_go_to_text_and_back_for_every_count(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= YS_KEYFILE_SEEDS_MAX; count++) {
        const struct ys_keyfile keys = keys_of(count);
        struct ys_keyfile again;
        char text[YS_KEYFILE_TEXT_MAX];

        print_open(&keys, text);

        assert_int_equal(ys_keyfile_parse(ys_bytes_of_text(text), no_passphrase, &again, NULL),
                         YS_OK);
        assert_string_equal(again.comment, keys.comment);
        assert_int_equal(again.count, count);
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(again.seed[i].purpose, keys.seed[i].purpose);
            assert_true(again.seed[i].generation == keys.seed[i].generation);
            assert_memory_equal(again.seed[i].seed, keys.seed[i].seed, YS_SEED_LEN);
        }
    }
}

/* The layout of the header comment, byte by byte. */
static void the_bytes_are_laid_out_as_documented(void **state)
{
    (void)state;
    const struct ys_keyfile keys = keys_of(1);
    char text[YS_KEYFILE_TEXT_MAX];
    uint8_t bytes[BYTES_MAX];
    uint8_t plain[38];
    static const uint8_t zero_key[32] = {0};
    print_open(&keys, text);
    assert_int_equal(strncmp(text, "untrusted comment: yishi key a.b/110101001001/1\n", 48), 0);

    assert_int_equal(bytes_of(text, bytes), 57 + 16 + 38);

    assert_memory_equal(bytes, "yk01\0", 5);
    assert_true(sodium_is_zero(bytes + 5, 4 + 8 + 16) == 1);
    assert_memory_equal(bytes + 33, nonce, sizeof nonce);
    assert_int_equal(crypto_secretbox_open_easy(plain, bytes + 57, 16 + 38, nonce, zero_key), 0);
    assert_memory_equal(plain, "\1\x20\4\3\2\1\xa0\xa0", 8);
}

static void a_passphrase_locks_and_only_it_opens(void **state)
{
    (void)state;
    const struct ys_keyfile keys = keys_of(2);
    struct ys_keyfile again;
    struct ys_err err;
    char text[YS_KEYFILE_TEXT_MAX];
    uint8_t bytes[BYTES_MAX];
    bool locked = false;
    assert_int_equal(ys_keyfile_print(&keys, YS_KDF_INTERACTIVE, ys_bytes_of_text("正确的口令"),
                                      salt, nonce, text, &err),
                     YS_OK);
    const struct ys_bytes file = ys_bytes_of_text(text);

    bytes_of(text, bytes);
    assert_memory_equal(bytes + 4, "\1\2\0\0\0\0\0\0\4\0\0\0\0", 13); /* 2 passes, 64 MiB */
    assert_memory_equal(bytes + 17, salt, sizeof salt);
    assert_int_equal(ys_keyfile_is_locked(file, &locked, &err), YS_OK);
    assert_true(locked);
    assert_int_equal(ys_keyfile_parse(file, ys_bytes_of_text("正确的口令"), &again, &err), YS_OK);
    assert_memory_equal(again.seed[1].seed, keys.seed[1].seed, YS_SEED_LEN);
    ys_keyfile_clear(&again);
    assert_int_equal(ys_keyfile_parse(file, ys_bytes_of_text("wrong"), &again, &err), YS_BAD_SIG);
    assert_string_equal(err.msg, "key file: wrong passphrase, or the file was changed");
    assert_int_equal(ys_keyfile_parse(file, no_passphrase, &again, &err), YS_BAD_SIG);
    assert_int_equal(again.count, 0);
}

static void a_file_without_passphrase_is_not_locked(void **state)
{
    (void)state;
    const struct ys_keyfile keys = keys_of(1);
    char text[YS_KEYFILE_TEXT_MAX];
    bool locked = true;
    print_open(&keys, text);
    assert_int_equal(ys_keyfile_is_locked(ys_bytes_of_text(text), &locked, NULL), YS_OK);
    assert_false(locked);
    assert_int_equal(ys_keyfile_is_locked(ys_bytes_of_text("no key file"), &locked, NULL),
                     YS_MALFORMED);
}

static void a_file_cut_anywhere_is_malformed(void **state)
{
    (void)state;
    const struct ys_keyfile keys = keys_of(3);
    char text[YS_KEYFILE_TEXT_MAX];
    print_open(&keys, text);
    const size_t length = strlen(text);
    for (size_t size = 0; size < length; size++) {
        struct ys_keyfile again;
        const struct ys_bytes cut = {.data = (const uint8_t *)text, .size = size};
        assert_int_equal(ys_keyfile_parse(cut, no_passphrase, &again, NULL), YS_MALFORMED);
    }
}

static void bytes_cut_anywhere_are_refused(void **state)
{
    (void)state;
    const struct ys_keyfile keys = keys_of(2);
    char text[YS_KEYFILE_TEXT_MAX];
    char cut[2 * YS_KEYFILE_TEXT_MAX];
    uint8_t bytes[BYTES_MAX];
    print_open(&keys, text);
    const size_t all = bytes_of(text, bytes);
    for (size_t size = 0; size < all; size++) {
        text_of(bytes, size, cut);
        /* What is left may be the size of one key; then the box does not open. */
        assert_int_equal(parse(cut, NULL), size == all - 37 ? YS_BAD_SIG : YS_MALFORMED);
    }
    text_of(bytes, all, cut);
    assert_int_equal(parse(cut, NULL), YS_OK);
}

static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    const struct ys_keyfile keys = keys_of(2);
    char text[YS_KEYFILE_TEXT_MAX];
    char changed[2 * YS_KEYFILE_TEXT_MAX];
    uint8_t bytes[BYTES_MAX];
    print_open(&keys, text);
    const size_t all = bytes_of(text, bytes);
    for (size_t i = 0; i < all; i++) {
        bytes[i] ^= 0x02; /* makes of kdf 0 an unknown one */
        text_of(bytes, all, changed);
        assert_int_equal(parse(changed, NULL), i < 33 ? YS_MALFORMED : YS_BAD_SIG);
        bytes[i] ^= 0x02;
    }
}

static void anything_around_the_two_lines_is_malformed(void **state)
{
    (void)state;
    const struct ys_keyfile keys = keys_of(1);
    char text[YS_KEYFILE_TEXT_MAX];
    char more[YS_KEYFILE_TEXT_MAX + 2];
    print_open(&keys, text);
    const size_t length = strlen(text);
    memcpy(more, text, length);
    memcpy(more + length, "\n", 2);
    assert_int_equal(parse(more, NULL), YS_MALFORMED);
    more[0] = ' ';
    memcpy(more + 1, text, length + 1);
    assert_int_equal(parse(more, NULL), YS_MALFORMED);
    text[length - 1] = ' ';
    assert_int_equal(parse(text, NULL), YS_MALFORMED);
}

static void a_comment_is_short_and_printable(void **state)
{
    (void)state;
    struct ys_keyfile keys = keys_of(1);
    char text[YS_KEYFILE_TEXT_MAX];
    memset(keys.comment, 'c', YS_KEY_NAME_MAX);
    keys.comment[YS_KEY_NAME_MAX] = '\0';
    print_open(&keys, text);
    assert_int_equal(parse(text, NULL), YS_OK);

    static const char *const bad[] = {"", "a\nb", "a\tb", "\x7f", "居委会"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memcpy(keys.comment, bad[i], strlen(bad[i]) + 1);
        assert_int_equal(
            ys_keyfile_print(&keys, YS_KDF_NONE, no_passphrase, salt, nonce, text, NULL),
            YS_MALFORMED);
    }
    /* One byte more than the longest. */
    char line[256] = "untrusted comment: yishi key ";
    memset(line + 29, 'c', YS_KEY_NAME_MAX + 1);
    memcpy(line + 29 + YS_KEY_NAME_MAX + 1, "\nAAAA\n", 7);
    struct ys_err err;
    assert_int_equal(parse(line, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "key file: the comment must be 1 to 127 printable bytes");
}

static void set_cost(uint8_t *bytes, uint8_t kdf, uint32_t passes, uint64_t memory)
{
    bytes[4] = kdf;
    for (int i = 0; i < 4; i++)
        bytes[5 + i] = (uint8_t)(passes >> 8 * i & 0xff);
    for (int i = 0; i < 8; i++)
        bytes[9 + i] = (uint8_t)(memory >> 8 * i & 0xff);
}

static void costs_out_of_reason_are_refused_before_they_are_paid(void **state)
{
    (void)state;
    static const struct {
        uint8_t kdf;
        uint32_t passes;
        uint64_t memory;
        enum ys_code want;
    } cases[] = {
        {1, 5, 64 << 20, YS_LIMIT},
        {1, UINT32_MAX, 64 << 20, YS_LIMIT},
        {1, 4, (1 << 30) + 1024, YS_LIMIT},
        {1, 1, UINT64_MAX, YS_LIMIT},
        {1, 0, 64 << 20, YS_MALFORMED},
        {1, 2, 0, YS_MALFORMED},
        {1, 2, 7168, YS_MALFORMED},
        {1, 2, 8193, YS_MALFORMED},
        {2, 2, 64 << 20, YS_MALFORMED},
        {0, 1, 0, YS_MALFORMED},
        {0, 0, 1024, YS_MALFORMED},
        {1, 1, 8192, YS_BAD_SIG}, /* cheap, but allowed: the box does not open */
    };
    const struct ys_keyfile keys = keys_of(1);
    char text[YS_KEYFILE_TEXT_MAX];
    char changed[2 * YS_KEYFILE_TEXT_MAX];
    uint8_t bytes[BYTES_MAX];
    print_open(&keys, text);
    const size_t size = bytes_of(text, bytes);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool locked = false;
        set_cost(bytes, cases[i].kdf, cases[i].passes, cases[i].memory);
        text_of(bytes, size, changed);
        assert_int_equal(parse(changed, NULL), cases[i].want);
        assert_int_equal(ys_keyfile_is_locked(ys_bytes_of_text(changed), &locked, NULL),
                         cases[i].want == YS_BAD_SIG ? YS_OK : cases[i].want);
    }
}

/* The cheapest file with a passphrase, so that every byte can be tried. */
static void every_changed_byte_of_a_locked_file_is_noticed(void **state)
{
    (void)state;
    uint8_t plain[38] = {1, YS_PURPOSE_BODY};
    uint8_t bytes[57 + 16 + sizeof plain] = "yk01";
    uint8_t key[crypto_secretbox_KEYBYTES];
    char text[2 * YS_KEYFILE_TEXT_MAX];
    struct ys_keyfile keys;
    const struct ys_bytes passphrase = ys_bytes_of_text("x");
    set_cost(bytes, 1, 1, 8192);
    assert_int_equal(
        crypto_pwhash(key, sizeof key, "x", 1, bytes + 17, 1, 8192, crypto_pwhash_ALG_ARGON2ID13),
        0);
    assert_int_equal(crypto_secretbox_easy(bytes + 57, plain, sizeof plain, bytes + 33, key), 0);
    text_of(bytes, sizeof bytes, text);
    assert_int_equal(ys_keyfile_parse(ys_bytes_of_text(text), passphrase, &keys, NULL), YS_OK);

    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] ^= 0x04; /* of the costs, this makes at most 64 MiB or what is refused */
        text_of(bytes, sizeof bytes, text);
        const enum ys_code code = ys_keyfile_parse(ys_bytes_of_text(text), passphrase, &keys, NULL);
        if (i >= 17)
            assert_int_equal(code, YS_BAD_SIG);
        else
            assert_true(code == YS_MALFORMED || code == YS_LIMIT || code == YS_BAD_SIG);
        bytes[i] ^= 0x04;
    }
}

static void the_largest_costs_are_still_within_the_limit(void **state)
{
    (void)state;
    const struct ys_keyfile keys = keys_of(1);
    char text[YS_KEYFILE_TEXT_MAX];
    char changed[2 * YS_KEYFILE_TEXT_MAX];
    uint8_t bytes[BYTES_MAX];
    bool locked = false;
    print_open(&keys, text);
    const size_t size = bytes_of(text, bytes);
    set_cost(bytes, 1, 4, 1 << 30); /* SENSITIVE; asked, not paid */
    text_of(bytes, size, changed);
    assert_int_equal(ys_keyfile_is_locked(ys_bytes_of_text(changed), &locked, NULL), YS_OK);
    assert_true(locked);
}

static void a_file_of_more_keys_than_fit_is_malformed(void **state)
{
    (void)state;
    static const uint8_t zero_key[32] = {0};
    uint8_t plain[1 + 37 * (YS_KEYFILE_SEEDS_MAX + 1)] = {YS_KEYFILE_SEEDS_MAX + 1};
    uint8_t bytes[57 + 16 + sizeof plain] = "yk01";
    char text[2 * YS_KEYFILE_TEXT_MAX];
    assert_int_equal(crypto_secretbox_easy(bytes + 57, plain, sizeof plain, bytes + 33, zero_key),
                     0);
    text_of(bytes, sizeof bytes, text);
    assert_int_equal(parse(text, NULL), YS_MALFORMED);
}

static void a_count_that_does_not_fit_the_length_is_malformed(void **state)
{
    (void)state;
    static const uint8_t zero_key[32] = {0};
    struct ys_err err;
    for (unsigned count = 0; count < 256; count++) {
        uint8_t plain[1 + 2 * 37] = {(uint8_t)count};
        uint8_t bytes[57 + 16 + sizeof plain] = "yk01";
        char text[2 * YS_KEYFILE_TEXT_MAX];
        assert_int_equal(
            crypto_secretbox_easy(bytes + 57, plain, sizeof plain, bytes + 33, zero_key), 0);
        text_of(bytes, sizeof bytes, text);
        assert_int_equal(parse(text, &err), count == 2 ? YS_OK : YS_MALFORMED);
    }
    assert_string_equal(err.msg, "key file: its count of keys does not fit its length");
}

static void cleared_keys_hold_no_byte_of_a_seed(void **state)
{
    (void)state;
    static const struct ys_keyfile zero = {.count = 0};
    struct ys_keyfile keys = keys_of(YS_KEYFILE_SEEDS_MAX);
    ys_keyfile_clear(&keys);
    assert_memory_equal(&keys, &zero, sizeof keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_go_to_text_and_back_for_every_count),
        cmocka_unit_test(the_bytes_are_laid_out_as_documented),
        cmocka_unit_test(a_passphrase_locks_and_only_it_opens),
        cmocka_unit_test(a_file_without_passphrase_is_not_locked),
        cmocka_unit_test(a_file_cut_anywhere_is_malformed),
        cmocka_unit_test(bytes_cut_anywhere_are_refused),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(anything_around_the_two_lines_is_malformed),
        cmocka_unit_test(a_comment_is_short_and_printable),
        cmocka_unit_test(costs_out_of_reason_are_refused_before_they_are_paid),
        cmocka_unit_test(every_changed_byte_of_a_locked_file_is_noticed),
        cmocka_unit_test(the_largest_costs_are_still_within_the_limit),
        cmocka_unit_test(a_file_of_more_keys_than_fit_is_malformed),
        cmocka_unit_test(a_count_that_does_not_fit_the_length_is_malformed),
        cmocka_unit_test(cleared_keys_hold_no_byte_of_a_seed),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
