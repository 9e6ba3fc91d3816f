#include "proto/root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

/* Key of a seed of equal bytes. */
static struct ys_vkey key(uint8_t seed_byte, const char *name, uint8_t type)
{
    uint8_t seed[YS_SEED_LEN];
    struct ys_signer signer;
    memset(seed, seed_byte, sizeof seed);
    assert_int_equal(ys_signer_init(&signer, name, type, seed), YS_OK);
    const struct ys_vkey vkey = signer.vkey;
    ys_signer_clear(&signer);
    return vkey;
}

static struct ys_root policy(unsigned count)
{
    struct ys_root root = {.deployment = "a.b", .threshold = 1, .count = count};
    assert_int_equal(ys_division_parse(ys_bytes_of_text("110101"), &root.division, NULL), YS_OK);
    for (unsigned i = 0; i < count; i++)
        root.key[i] = key((uint8_t)(i + 1), "a.b/110101/root", YS_SIG_ED25519);
    return root;
}

static const char *print(const struct ys_root *root, char out[YS_ROOT_TEXT_MAX + 1])
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = YS_ROOT_TEXT_MAX};
    ys_root_print(&w, root);
    assert_false(w.overflow);
    out[w.size] = '\0';
    return out;
}

static void a_policy_reads_back_as_it_was_printed(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= YS_ROOT_KEYS_MAX; count++) {
        for (unsigned next = 0; next < 2; next++) {
            struct ys_root root = policy(count);
            struct ys_root again;
            char text[YS_ROOT_TEXT_MAX + 1];
            char second[YS_ROOT_TEXT_MAX + 1];
            root.threshold = count;
            root.has_next = next != 0;
            memset(root.next.bytes, 0xab, YS_HASH_LEN);

            print(&root, text);

            assert_int_equal(ys_root_parse(ys_bytes_of_text(text), &again, NULL), YS_OK);
            assert_int_equal(again.count, count);
            assert_int_equal(again.threshold, count);
            assert_int_equal(again.has_next, root.has_next);
            assert_string_equal(print(&again, second), text);
        }
    }
}

static void the_order_of_keys_does_not_matter_when_printing(void **state)
{
    (void)state;
    const struct ys_root root = policy(3);
    struct ys_root other = root;
    struct ys_hash a;
    struct ys_hash b;
    other.key[0] = root.key[2];
    other.key[2] = root.key[1];
    other.key[1] = root.key[0];

    ys_root_fingerprint(&root, &a);
    ys_root_fingerprint(&other, &b);

    assert_true(ys_hash_equal(&a, &b));
}

static void the_fingerprint_is_the_hash_of_the_text(void **state)
{
    (void)state;
    const struct ys_root root = policy(2);
    char text[YS_ROOT_TEXT_MAX + 1];
    struct ys_hash want;
    struct ys_hash got;

    ys_sha256(ys_bytes_of_text(print(&root, text)), &want);
    ys_root_fingerprint(&root, &got);

    assert_true(ys_hash_equal(&got, &want));
}

/* A good policy with `from` replaced by `to`. */
static void assert_refused(const char *from, const char *to, enum ys_code code, const char *says)
{
    const struct ys_root root = policy(2);
    char text[YS_ROOT_TEXT_MAX + 1];
    char bad[2 * YS_ROOT_TEXT_MAX];
    struct ys_root out;
    struct ys_err err;
    print(&root, text);
    const char *at = strstr(text, from);
    assert_non_null(at);
    (void)snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    assert_int_equal(ys_root_parse(ys_bytes_of_text(bad), &out, &err), code);
    if (strstr(err.msg, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.msg, says);
}

static void every_line_is_checked(void **state)
{
    (void)state;
    assert_refused("a.b/root/v1", "a.b/root/v2", YS_MALFORMED, "line 1");
    assert_refused("a.b/root/v1", "ab/root/v1", YS_MALFORMED, "line 1");
    assert_refused("a.b/root/v1", "a.c/root/v1", YS_MALFORMED, "named a.c/110101/root");
    assert_refused("\n110101\n", "\n110102\n", YS_MALFORMED, "named a.b/110102/root");
    assert_refused("\n110101\n", "\n110101001\n", YS_MALFORMED, "line 2");
    assert_refused("threshold 1", "threshold 0", YS_MALFORMED, "line 3");
    assert_refused("threshold 1", "threshold 4", YS_MALFORMED, "line 3");
    assert_refused("threshold 1", "threshold 3", YS_MALFORMED, "threshold 3, but 2 keys");
    assert_refused("threshold 1", "threshold 01", YS_MALFORMED, "line 3");
    assert_refused("next -", "next", YS_MALFORMED, "line 4");
    assert_refused("next -", "next AAAA", YS_MALFORMED, "line 4");
    assert_refused("key a", "key  a", YS_MALFORMED, "line 5");
    assert_refused("key a", "\nkey a", YS_MALFORMED, "line 5");
}

static void keys_of_another_type_or_unsorted_or_too_many_are_refused(void **state)
{
    (void)state;
    struct ys_root root = policy(1);
    struct ys_root out;
    struct ys_err err;
    char text[YS_ROOT_TEXT_MAX + 1];
    char doubled[2 * YS_ROOT_TEXT_MAX];

    print(&root, text);
    const char *line = strstr(text, "key ");
    (void)snprintf(doubled, sizeof doubled, "%s%s", text, line);
    assert_int_equal(ys_root_parse(ys_bytes_of_text(doubled), &out, &err), YS_MALFORMED);
    assert_non_null(strstr(err.msg, "not sorted"));

    root.key[0] = key(1, "a.b/110101/root", YS_SIG_COSIGNATURE_V1);
    print(&root, text);
    assert_int_equal(ys_root_parse(ys_bytes_of_text(text), &out, &err), YS_MALFORMED);
    assert_non_null(strstr(err.msg, "not an Ed25519 key"));

    root = policy(3);
    print(&root, text);
    (void)snprintf(doubled, sizeof doubled, "%s%s", text, strstr(text, "key "));
    assert_int_equal(ys_root_parse(ys_bytes_of_text(doubled), &out, &err), YS_LIMIT);
}

static void a_policy_without_keys_or_cut_short_is_refused(void **state)
{
    (void)state;
    const struct ys_root root = policy(1);
    char text[YS_ROOT_TEXT_MAX + 1];
    struct ys_root out;
    print(&root, text);
    for (size_t size = 0; size < strlen(text); size++) {
        const struct ys_bytes cut = {.data = (const uint8_t *)text, .size = size};
        assert_int_not_equal(ys_root_parse(cut, &out, NULL), YS_OK);
    }
}

/* --- root files --- */

/* A chain of `count` policies of two fresh keys each, every one committed to by the one before. */
static struct ys_root_chain chain_of(unsigned count)
{
    struct ys_root_chain chain = {.count = count};
    for (unsigned i = count; i-- > 0;) {
        struct ys_root *const root = &chain.policy[i];
        *root = policy(2);
        for (unsigned k = 0; k < 2; k++)
            root->key[k] = key((uint8_t)(10 + 2 * i + k), "a.b/110101/root", YS_SIG_ED25519);
        root->has_next = i + 1 < count;
        if (root->has_next)
            ys_root_fingerprint(&chain.policy[i + 1], &root->next);
    }
    return chain;
}

static struct ys_bytes print_chain(const struct ys_root_chain *chain,
                                   char out[YS_ROOT_CHAIN_TEXT_MAX + 1])
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = YS_ROOT_CHAIN_TEXT_MAX};
    ys_root_chain_print(&w, chain);
    assert_false(w.overflow);
    out[w.size] = '\0';
    return (struct ys_bytes){.data = w.data, .size = w.size};
}

static void a_root_file_reads_back_as_it_was_printed_and_keeps_its_fingerprint(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= YS_ROOT_CHAIN_MAX; count++) {
        const struct ys_root_chain chain = chain_of(count);
        struct ys_root_chain again;
        char text[YS_ROOT_CHAIN_TEXT_MAX + 1];
        char second[YS_ROOT_CHAIN_TEXT_MAX + 1];
        struct ys_hash anchor;
        struct ys_hash got;

        assert_int_equal(ys_root_chain_parse(print_chain(&chain, text), &again, NULL), YS_OK);

        assert_int_equal(again.count, count);
        (void)print_chain(&again, second);
        assert_string_equal(second, text);
        ys_root_fingerprint(&chain.policy[0], &anchor);
        ys_root_chain_fingerprint(&again, &got);
        assert_true(ys_hash_equal(&anchor, &got));
    }
}

static void assert_chain_refused(struct ys_bytes text, enum ys_code code, const char *says)
{
    struct ys_root_chain out;
    struct ys_err err = {0};
    assert_int_equal(ys_root_chain_parse(text, &out, &err), code);
    if (strstr(err.msg, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.msg, says);
}

static void a_successor_that_was_not_committed_to_is_refused(void **state)
{
    (void)state;
    struct ys_root_chain chain = chain_of(3);
    char text[YS_ROOT_CHAIN_TEXT_MAX + 1];

    chain.policy[1].threshold = 2; /* another text than the one that was hashed */
    assert_chain_refused(print_chain(&chain, text), YS_DENIED, "root policy 2: is not the one");

    chain = chain_of(2);
    chain.policy[0].has_next = false;
    assert_chain_refused(print_chain(&chain, text), YS_DENIED, "commits to no successor");

    chain = chain_of(3);
    chain.policy[1] = chain.policy[2];
    chain.count = 2;
    assert_chain_refused(print_chain(&chain, text), YS_DENIED, "root policy 2: is not the one");
}

static void a_successor_of_another_district_or_with_an_old_key_is_refused(void **state)
{
    (void)state;
    struct ys_root_chain chain = chain_of(2);
    char text[YS_ROOT_CHAIN_TEXT_MAX + 1];

    assert_int_equal(ys_division_parse(ys_bytes_of_text("110102"), &chain.policy[1].division, NULL),
                     YS_OK);
    for (unsigned k = 0; k < 2; k++)
        chain.policy[1].key[k] = key((uint8_t)(30 + k), "a.b/110102/root", YS_SIG_ED25519);
    ys_root_fingerprint(&chain.policy[1], &chain.policy[0].next);
    assert_chain_refused(print_chain(&chain, text), YS_DENIED, "is of 110102 in a.b");

    chain = chain_of(3);
    chain.policy[2].key[1] = chain.policy[0].key[0];
    ys_root_fingerprint(&chain.policy[2], &chain.policy[1].next);
    ys_root_fingerprint(&chain.policy[1], &chain.policy[0].next);
    assert_chain_refused(print_chain(&chain, text), YS_DENIED, "stands in an earlier policy");
}

static void a_root_file_holds_no_more_than_its_limit_and_nothing_between_the_policies(void **state)
{
    (void)state;
    struct ys_root_chain chain = chain_of(YS_ROOT_CHAIN_MAX);
    const struct ys_root_chain two = chain_of(2);
    char text[YS_ROOT_CHAIN_TEXT_MAX + 1];
    char bad[2 * YS_ROOT_CHAIN_TEXT_MAX];
    char one_more[YS_ROOT_TEXT_MAX + 1];
    struct ys_err err = {0};

    assert_int_equal(ys_root_chain_extend(&chain, &two.policy[1], &err), YS_LIMIT);
    (void)print_chain(&chain, text);
    (void)snprintf(bad, sizeof bad, "%s\n%s", text, print(&two.policy[1], one_more));
    assert_chain_refused(ys_bytes_of_text(bad), YS_LIMIT, "more than 8 policies");

    (void)print_chain(&two, text);
    (void)snprintf(bad, sizeof bad, "%s\n", text);
    assert_chain_refused(ys_bytes_of_text(bad), YS_MALFORMED, "root policy 3: ");
    (void)snprintf(bad, sizeof bad, "\n%s", text);
    assert_chain_refused(ys_bytes_of_text(bad), YS_MALFORMED, "line 1");
    const char *const second = strstr(text, "\n\n") + 2;
    (void)snprintf(bad, sizeof bad, "%.*s\n%s", (int)(second - text), text, second);
    assert_chain_refused(ys_bytes_of_text(bad), YS_MALFORMED, "root policy 2: ");
    (void)snprintf(bad, sizeof bad, "%.*s%s", (int)(second - text - 1), text, second);
    assert_chain_refused(ys_bytes_of_text(bad), YS_MALFORMED, "not \"key <verifier key>\"");
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_reads_back_as_it_was_printed),
        cmocka_unit_test(the_order_of_keys_does_not_matter_when_printing),
        cmocka_unit_test(the_fingerprint_is_the_hash_of_the_text),
        cmocka_unit_test(every_line_is_checked),
        cmocka_unit_test(keys_of_another_type_or_unsorted_or_too_many_are_refused),
        cmocka_unit_test(a_policy_without_keys_or_cut_short_is_refused),
        cmocka_unit_test(a_root_file_reads_back_as_it_was_printed_and_keeps_its_fingerprint),
        cmocka_unit_test(a_successor_that_was_not_committed_to_is_refused),
        cmocka_unit_test(a_successor_of_another_district_or_with_an_old_key_is_refused),
        cmocka_unit_test(a_root_file_holds_no_more_than_its_limit_and_nothing_between_the_policies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
