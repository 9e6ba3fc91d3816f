#include "crypto/bundle.h"

#include "tests/support/signers.h"
#include "tests/support/tree_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { LEAVES = 10, TEXT_MAX = 8192 };

static struct ys_signer log_key;
static struct ys_hash leaves[LEAVES];
static uint8_t head_bytes[1024];
static struct ys_bytes head;

static int start(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    log_key = signer_of("a.b/110101001001/1", YS_SIG_ED25519, 1);
    model_leaves(leaves, LEAVES);
    const struct ys_hash root = model_root(leaves, LEAVES);
    head = signed_head(&log_key, LEAVES, &root, head_bytes, sizeof head_bytes);
    return 0;
}

static size_t print_bundle(uint8_t text[TEXT_MAX], const char *extra, uint64_t index)
{
    struct ys_writer w = {.data = text, .capacity = TEXT_MAX};
    const struct ys_proof proof = model_inclusion(leaves, (size_t)index, LEAVES);
    assert_int_equal(ys_bundle_print(&w, ys_bytes_of_text(extra), index, &proof, head, NULL),
                     YS_OK);
    return w.size;
}

static void an_entry_is_proved_from_the_bundle_and_the_key_alone(void **state)
{
    (void)state;
    for (uint64_t index = 0; index < LEAVES; index++) {
        uint8_t text[TEXT_MAX];
        struct ys_bundle bundle;
        struct ys_checkpoint checkpoint;
        static struct ys_note note;
        const size_t size = print_bundle(text, "extra", index);

        assert_int_equal(
            ys_bundle_parse((struct ys_bytes){.data = text, .size = size}, &bundle, NULL), YS_OK);

        assert_true(ys_bytes_is_text(bundle.extra_base64, "ZXh0cmE="));
        assert_int_equal(bundle.index, index);
        assert_int_equal(
            ys_checkpoint_open(bundle.checkpoint, &log_key.vkey, &checkpoint, &note, NULL), YS_OK);
        assert_int_equal(ys_inclusion_verify(&leaves[index], bundle.index, checkpoint.size,
                                             &bundle.proof, &checkpoint.root),
                         YS_OK);
    }
}

static void a_bundle_is_laid_out_as_c2sp_says(void **state)
{
    (void)state;
    uint8_t text[TEXT_MAX];
    uint8_t want[TEXT_MAX];
    struct ys_writer w = {.data = want, .capacity = sizeof want};
    const struct ys_proof proof = model_inclusion(leaves, 9, LEAVES);
    const size_t size = print_bundle(text, "extra", 9);
    ys_writer_text(&w, "c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 9\n");
    assert_int_equal(proof.count, 2);
    ys_hash_print(&w, &proof.hash[0]);
    ys_writer_text(&w, "\n");
    ys_hash_print(&w, &proof.hash[1]);
    ys_writer_text(&w, "\n\n");
    ys_writer_bytes(&w, head);
    assert_true(ys_bytes_equal((struct ys_bytes){.data = text, .size = size},
                               (struct ys_bytes){.data = want, .size = w.size}));
}

static void a_bundle_without_extra_has_no_such_line(void **state)
{
    (void)state;
    uint8_t text[TEXT_MAX];
    struct ys_bundle bundle;
    const size_t size = print_bundle(text, "", 3);
    const struct ys_bytes printed = {.data = text, .size = size};
    assert_true(ys_bytes_starts_with(printed, "c2sp.org/tlog-proof@v1\nindex 3\n"));
    assert_int_equal(ys_bundle_parse(printed, &bundle, NULL), YS_OK);
    assert_int_equal(bundle.extra_base64.size, 0);
}

static void the_index_stays_below_the_largest_tree(void **state)
{
    (void)state;
    struct ys_bundle bundle;
    assert_int_equal(ys_bundle_parse(ys_bytes_of_text("c2sp.org/tlog-proof@v1\n"
                                                      "index 9223372036854775806\n\nhead"),
                                     &bundle, NULL),
                     YS_OK);
    assert_true(bundle.index == YS_TREE_SIZE_MAX - 1);
    assert_int_equal(ys_bundle_parse(ys_bytes_of_text("c2sp.org/tlog-proof@v1\n"
                                                      "index 9223372036854775807\n\nhead"),
                                     &bundle, NULL),
                     YS_MALFORMED);
}

static void what_is_no_bundle_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nhead",
        " c2sp.org/tlog-proof@v1\nindex 1\n\nhead",
        "c2sp.org/tlog-proof@v1\r\nindex 1\r\n\r\nhead",
        "c2sp.org/tlog-proof@v1\n\nindex 1\n\nhead",
        "c2sp.org/tlog-proof@v1\nindex\n\nhead",
        "c2sp.org/tlog-proof@v1\nindex \n\nhead",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nhead",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nhead",
        "c2sp.org/tlog-proof@v1\nindex 1\n",
        "c2sp.org/tlog-proof@v1\nindex 1\n\n",
        "c2sp.org/tlog-proof@v1\nindex 1\nhead",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nhead",
        "c2sp.org/tlog-proof@v1\nextra \nindex 1\n\nhead",
        "c2sp.org/tlog-proof@v1\nextra\nindex 1\n\nhead",
        "c2sp.org/tlog-proof@v1\nextra ZXh0cmE\nindex 1\n\nhead",
        "c2sp.org/tlog-proof@v1\nextra ZXh0cmF=\nindex 1\n\nhead",
        "c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\n",
        "c2sp.org/tlog-proof@v1\nextra ZXh0cmE=",
        "c2sp.org/tlog-proof@v1\nindex 1\nextra ZXh0cmE=\n\nhead",
        "c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nextra ZXh0cmE=\nindex 1\n\nhead",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_bundle bundle = {.index = 99};
        if (ys_bundle_parse(ys_bytes_of_text(bad[i]), &bundle, NULL) != YS_MALFORMED)
            fail_msg("case %zu: %s", i, bad[i]);
        assert_int_equal(bundle.index, 99);
    }
}

static void a_changed_byte_leaves_no_proof(void **state)
{
    (void)state;
    uint8_t text[TEXT_MAX];
    const size_t size = print_bundle(text, "", 4);
    for (size_t i = 0; i < size; i++) {
        struct ys_bundle bundle;
        struct ys_checkpoint checkpoint;
        static struct ys_note note;
        text[i] ^= 1;
        const bool proved = ys_bundle_parse((struct ys_bytes){.data = text, .size = size}, &bundle,
                                            NULL) == YS_OK &&
                            ys_checkpoint_open(bundle.checkpoint, &log_key.vkey, &checkpoint, &note,
                                               NULL) == YS_OK &&
                            ys_inclusion_verify(&leaves[4], bundle.index, checkpoint.size,
                                                &bundle.proof, &checkpoint.root) == YS_OK;
        assert_false(proved);
        text[i] ^= 1;
    }
}

static void a_proof_and_a_checkpoint_keep_their_limits(void **state)
{
    (void)state;
    static uint8_t text[YS_NOTE_MAX + TEXT_MAX];
    static uint8_t large[YS_NOTE_MAX + 1];
    struct ys_bundle bundle;
    struct ys_proof proof = {.count = YS_PROOF_MAX};
    memset(large, 'x', sizeof large);
    for (size_t size = YS_NOTE_MAX - 1; size <= YS_NOTE_MAX + 1; size++) {
        struct ys_writer w = {.data = text, .capacity = sizeof text};
        const struct ys_bytes checkpoint = {.data = large, .size = size};
        assert_int_equal(ys_bundle_print(&w, ys_bytes_of_text(""), 0, &proof, checkpoint, NULL),
                         YS_OK);
        assert_int_equal(
            ys_bundle_parse((struct ys_bytes){.data = text, .size = w.size}, &bundle, NULL),
            size <= YS_NOTE_MAX ? YS_OK : YS_LIMIT);
    }
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_writer_text(&w, "c2sp.org/tlog-proof@v1\nindex 0\n");
    ys_proof_print(&w, &proof);
    ys_hash_print(&w, &leaves[0]);
    ys_writer_text(&w, "\n\nhead");
    assert_int_equal(
        ys_bundle_parse((struct ys_bytes){.data = text, .size = w.size}, &bundle, NULL), YS_LIMIT);
}

static void a_bundle_that_does_not_fit_is_not_begun(void **state)
{
    (void)state;
    uint8_t text[TEXT_MAX];
    const size_t all = print_bundle(text, "extra", 4);
    const struct ys_proof proof = model_inclusion(leaves, 4, LEAVES);
    for (size_t capacity = 0; capacity <= all; capacity++) {
        struct ys_writer w = {.data = text, .capacity = capacity};
        const enum ys_code want = capacity == all ? YS_OK : YS_LIMIT;
        assert_int_equal(ys_bundle_print(&w, ys_bytes_of_text("extra"), 4, &proof, head, NULL),
                         want);
        assert_int_equal(w.size, want == YS_OK ? all : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_proved_from_the_bundle_and_the_key_alone),
        cmocka_unit_test(a_bundle_is_laid_out_as_c2sp_says),
        cmocka_unit_test(a_bundle_without_extra_has_no_such_line),
        cmocka_unit_test(the_index_stays_below_the_largest_tree),
        cmocka_unit_test(what_is_no_bundle_is_malformed),
        cmocka_unit_test(a_changed_byte_leaves_no_proof),
        cmocka_unit_test(a_proof_and_a_checkpoint_keep_their_limits),
        cmocka_unit_test(a_bundle_that_does_not_fit_is_not_begun),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
