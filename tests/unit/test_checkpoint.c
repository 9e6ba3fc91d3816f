#include "crypto/checkpoint.h"

#include "tests/support/signers.h"
#include "tests/support/tree_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static struct ys_signer log_key;
static struct ys_hash root;

static int start(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    log_key = signer_of("a.b/110101001001/1", YS_SIG_ED25519, 1);
    model_leaves(&root, 1);
    return 0;
}

static void assert_open_fails(struct ys_bytes bytes, const struct ys_vkey *key, enum ys_code want,
                              const char *message)
{
    struct ys_checkpoint checkpoint = {.size = 99};
    static struct ys_note note;
    struct ys_err err = {.msg = ""};
    const enum ys_code got = ys_checkpoint_open(bytes, key, &checkpoint, &note, &err);
    assert_string_equal(err.msg, message);
    assert_int_equal(got, want);
    assert_int_equal(checkpoint.size, 99);
}

static void three_lines_go_both_ways(void **state)
{
    (void)state;
    static const char *const sizes[] = {"0", "1", "257", "9223372036854775806",
                                        "9223372036854775807"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char text[YS_CHECKPOINT_TEXT_MAX + 1];
        uint8_t printed[YS_CHECKPOINT_TEXT_MAX];
        struct ys_checkpoint checkpoint;
        struct ys_writer w = {.data = printed, .capacity = sizeof printed};
        (void)snprintf(text, sizeof text, "a.b/110101001001/1\n%s\n%s\n", sizes[i], ROOT);

        assert_int_equal(ys_checkpoint_parse(ys_bytes_of_text(text), &checkpoint, NULL), YS_OK);
        assert_string_equal(checkpoint.origin, "a.b/110101001001/1");
        ys_checkpoint_print(&w, &checkpoint);

        assert_true(ys_bytes_is_text((struct ys_bytes){.data = printed, .size = w.size}, text));
    }
}

static void the_longest_checkpoint_fits_its_limit(void **state)
{
    (void)state;
    struct ys_checkpoint checkpoint = {.size = YS_TREE_SIZE_MAX, .root = root};
    struct ys_checkpoint again;
    uint8_t text[YS_CHECKPOINT_TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    memset(checkpoint.origin, 'o', YS_KEY_NAME_MAX);
    ys_checkpoint_print(&w, &checkpoint);
    assert_false(w.overflow);
    assert_int_equal(
        ys_checkpoint_parse((struct ys_bytes){.data = text, .size = w.size}, &again, NULL), YS_OK);
    assert_int_equal(strlen(again.origin), YS_KEY_NAME_MAX);
}

static void anything_but_three_lines_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "a.b/1\n1\n",
        "a.b/1\n1\n" ROOT,
        "a.b/1\n1\n" ROOT "\nextension\n",
        "a.b/1\n1\n" ROOT "\n\n",
        "\n1\n" ROOT "\n",
        "a b/1\n1\n" ROOT "\n",
        "a+b/1\n1\n" ROOT "\n",
        "居/1\n1\n" ROOT "\n",
        "a.b/1\n\n" ROOT "\n",
        "a.b/1\n01\n" ROOT "\n",
        "a.b/1\n-1\n" ROOT "\n",
        "a.b/1\n9223372036854775808\n" ROOT "\n",
        "a.b/1\n18446744073709551617\n" ROOT "\n",
        "a.b/1\n1\n\n",
        "a.b/1\n1\nAAAA\n",
        "a.b/1\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "a.b/1\r\n1\r\n" ROOT "\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_checkpoint checkpoint = {.size = 99};
        if (ys_checkpoint_parse(ys_bytes_of_text(bad[i]), &checkpoint, NULL) != YS_MALFORMED)
            fail_msg("case %zu: %s", i, bad[i]);
        assert_int_equal(checkpoint.size, 99);
    }
    /* An origin of one byte more than the longest. */
    char text[YS_CHECKPOINT_TEXT_MAX + 2];
    struct ys_checkpoint checkpoint;
    memset(text, 'o', YS_KEY_NAME_MAX + 1);
    (void)snprintf(text + YS_KEY_NAME_MAX + 1, sizeof text - YS_KEY_NAME_MAX - 1, "\n1\n%s\n",
                   ROOT);
    assert_int_equal(ys_checkpoint_parse(ys_bytes_of_text(text), &checkpoint, NULL), YS_MALFORMED);
}

static void a_signed_checkpoint_opens_with_the_key_of_its_log(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    struct ys_checkpoint checkpoint;
    static struct ys_note note;
    const struct ys_bytes head = signed_head(&log_key, 257, &root, bytes, sizeof bytes);

    assert_int_equal(ys_checkpoint_open(head, &log_key.vkey, &checkpoint, &note, NULL), YS_OK);

    assert_string_equal(checkpoint.origin, log_key.vkey.name);
    assert_int_equal(checkpoint.size, 257);
    assert_true(ys_hash_equal(&checkpoint.root, &root));
    assert_int_equal(note.line_count, 1);
    assert_ptr_equal(note.text.data, bytes);
}

static void a_checkpoint_of_another_log_or_key_is_not_opened(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    const struct ys_signer other_log = signer_of("a.b/110101001001/2", YS_SIG_ED25519, 1);
    const struct ys_signer other_key = signer_of("a.b/110101001001/1", YS_SIG_ED25519, 2);
    const struct ys_signer cosigner = signer_of("a.b/110101001001/1", YS_SIG_COSIGNATURE_V1, 1);
    const struct ys_bytes head = signed_head(&log_key, 257, &root, bytes, sizeof bytes);

    assert_open_fails(head, &other_log.vkey, YS_BAD_SIG,
                      "checkpoint of a.b/110101001001/1: a.b/110101001001/2 is not its log key");
    assert_open_fails(head, &other_key.vkey, YS_BAD_SIG,
                      "checkpoint of a.b/110101001001/1: not signed by its log key");
    assert_open_fails(head, &cosigner.vkey, YS_BAD_SIG,
                      "checkpoint of a.b/110101001001/1: a.b/110101001001/1 is not its log key");
}

/* The log signed, but something else: a note whose text names another log. */
static void the_key_of_a_log_speaks_for_that_log_alone(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    struct ys_writer w = {.data = bytes, .capacity = sizeof bytes};
    const struct ys_signer *signers[] = {&log_key};
    assert_int_equal(ys_note_sign(&w, ys_bytes_of_text("a.b/110101001002/1\n1\n" ROOT "\n"),
                                  signers, 1, 0, NULL),
                     YS_OK);
    assert_open_fails((struct ys_bytes){.data = bytes, .size = w.size}, &log_key.vkey, YS_BAD_SIG,
                      "checkpoint of a.b/110101001002/1: a.b/110101001001/1 is not its log key");
}

static void a_changed_checkpoint_does_not_open(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    const struct ys_bytes head = signed_head(&log_key, 257, &root, bytes, sizeof bytes);
    for (size_t i = 0; i < head.size; i++) {
        struct ys_checkpoint checkpoint;
        static struct ys_note note;
        bytes[i] ^= 1;
        assert_int_not_equal(ys_checkpoint_open(head, &log_key.vkey, &checkpoint, &note, NULL),
                             YS_OK);
        bytes[i] ^= 1;
    }
    bytes[strlen("a.b/110101001001/1\n")] = '3';
    assert_open_fails(head, &log_key.vkey, YS_BAD_SIG,
                      "checkpoint of a.b/110101001001/1: the log's signature does not verify");
}

static void what_is_no_signed_checkpoint_does_not_open(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    struct ys_writer w = {.data = bytes, .capacity = sizeof bytes};
    const struct ys_signer *signers[] = {&log_key};
    assert_open_fails(ys_bytes_of_text("text"), &log_key.vkey, YS_MALFORMED,
                      "note: no empty line between text and signatures");
    assert_int_equal(ys_note_sign(&w, ys_bytes_of_text("a.b/110101001001/1\n1\n" ROOT "\nmore\n"),
                                  signers, 1, 0, NULL),
                     YS_OK);
    assert_open_fails((struct ys_bytes){.data = bytes, .size = w.size}, &log_key.vkey, YS_MALFORMED,
                      "checkpoint: it must have three lines");
    static uint8_t large[YS_NOTE_MAX + 1];
    assert_open_fails((struct ys_bytes){.data = large, .size = sizeof large}, &log_key.vkey,
                      YS_LIMIT, "note: 65536 bytes, limit 65535");
}

static void a_checkpoint_that_does_not_fit_is_not_begun(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    const struct ys_bytes head = signed_head(&log_key, 257, &root, bytes, sizeof bytes);
    uint8_t room[1024];
    struct ys_writer w = {.data = room, .capacity = head.size - 1};
    struct ys_checkpoint checkpoint = {.size = 257, .root = root};
    memcpy(checkpoint.origin, log_key.vkey.name, sizeof checkpoint.origin);
    assert_int_equal(ys_checkpoint_sign(&w, &checkpoint, &log_key, NULL), YS_LIMIT);
    assert_int_equal(w.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_lines_go_both_ways),
        cmocka_unit_test(the_longest_checkpoint_fits_its_limit),
        cmocka_unit_test(anything_but_three_lines_is_malformed),
        cmocka_unit_test(a_signed_checkpoint_opens_with_the_key_of_its_log),
        cmocka_unit_test(a_checkpoint_of_another_log_or_key_is_not_opened),
        cmocka_unit_test(the_key_of_a_log_speaks_for_that_log_alone),
        cmocka_unit_test(a_changed_checkpoint_does_not_open),
        cmocka_unit_test(what_is_no_signed_checkpoint_does_not_open),
        cmocka_unit_test(a_checkpoint_that_does_not_fit_is_not_begun),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
