#include "crypto/fork.h"

#include "tests/support/signers.h"
#include "tests/support/tree_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#define ROOT        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define PREFIX_LINE "a.b/fork-proof/v1\nprefix 5 " ROOT "\n"

enum { LEAVES = 12, HEAD_MAX = 1024, TEXT_MAX = 8192, FORKED_AT = 3 };

static struct ys_signer log_key;
static struct ys_hash ours[LEAVES];   /* one history, */
static struct ys_hash theirs[LEAVES]; /* and another from leaf FORKED_AT on */

static int start(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    log_key = signer_of("a.b/110101001001/1", YS_SIG_ED25519, 1);
    model_leaves(ours, LEAVES);
    model_leaves(theirs, LEAVES);
    for (unsigned i = FORKED_AT; i < LEAVES; i++)
        theirs[i].bytes[0] ^= 1;
    return 0;
}

/* A proof and the memory that it points into. */
struct proof_of_fork {
    struct ys_fork_proof fork;
    uint8_t head_a[HEAD_MAX], head_b[HEAD_MAX];
};

/* Head A of `a` leaves from `left`, head B of `b` leaves from `right`; 0 < a <= b. */
static struct ys_fork_proof *fork_of(struct proof_of_fork *p, const struct ys_hash *left, size_t a,
                                     const struct ys_hash *right, size_t b)
{
    const struct ys_hash root_a = model_root(left, a);
    const struct ys_hash root_b = model_root(right, b);
    p->fork.prefix_root = model_root(right, a);
    p->fork.proof = model_consistency(right, a, b);
    p->fork.head_a = signed_head(&log_key, a, &root_a, p->head_a, sizeof p->head_a);
    p->fork.head_b = signed_head(&log_key, b, &root_b, p->head_b, sizeof p->head_b);
    return &p->fork;
}

static enum ys_code check(const struct ys_fork_proof *fork, struct ys_err *err)
{
    struct ys_checkpoint a;
    struct ys_checkpoint b;
    return ys_fork_check(fork, &log_key.vkey, &a, &b, err);
}

static void two_histories_are_proved_wherever_the_heads_stand(void **state)
{
    (void)state;
    for (size_t a = 1; a <= LEAVES; a++) {
        for (size_t b = a; b <= LEAVES; b++) {
            struct proof_of_fork p;
            struct ys_checkpoint head_a = {.size = 99};
            struct ys_checkpoint head_b = {.size = 99};
            const enum ys_code code = ys_fork_check(fork_of(&p, ours, a, theirs, b), &log_key.vkey,
                                                    &head_a, &head_b, NULL);
            /* Up to the fork the histories are one. */
            assert_int_equal(code, a > FORKED_AT ? YS_OK : YS_MALFORMED);
            assert_int_equal(head_a.size, code == YS_OK ? a : 99);
            assert_int_equal(head_b.size, code == YS_OK ? b : 99);
        }
    }
}

static void one_history_is_no_fork(void **state)
{
    (void)state;
    for (size_t a = 1; a <= LEAVES; a++) {
        for (size_t b = a; b <= LEAVES; b++) {
            struct proof_of_fork p;
            struct ys_err err;
            assert_int_equal(check(fork_of(&p, ours, a, ours, b), &err), YS_MALFORMED);
            assert_non_null(strstr(err.msg, "entries are one history"));
        }
    }
}

/* What an accuser would have to invent: a prefix root that is not in the tree of head B. */
static void an_invented_prefix_proves_nothing(void **state)
{
    (void)state;
    for (size_t a = 1; a <= LEAVES; a++) {
        for (size_t b = a; b <= LEAVES; b++) {
            struct proof_of_fork p;
            struct ys_err err;
            struct ys_fork_proof *fork = fork_of(&p, ours, a, ours, b);
            fork->prefix_root = model_root(theirs, a);
            fork->prefix_root.bytes[31] ^= 1;
            assert_int_equal(check(fork, &err), YS_MALFORMED);
            assert_non_null(strstr(err.msg, "the prefix is not that of the head"));
        }
    }
}

static void a_fork_proof_goes_to_text_and_back(void **state)
{
    (void)state;
    for (size_t a = FORKED_AT + 1; a <= LEAVES; a++) {
        struct proof_of_fork p;
        struct ys_fork_proof again;
        uint8_t text[TEXT_MAX];
        struct ys_writer w = {.data = text, .capacity = sizeof text};
        const struct ys_fork_proof *fork = fork_of(&p, ours, a, theirs, LEAVES);

        assert_int_equal(ys_fork_print(&w, "a.b", fork, NULL), YS_OK);

        const struct ys_bytes printed = {.data = text, .size = w.size};
        assert_true(ys_bytes_starts_with(printed, "a.b/fork-proof/v1\nprefix "));
        assert_int_equal(ys_fork_parse(printed, &again, NULL), YS_OK);
        assert_true(ys_hash_equal(&again.prefix_root, &fork->prefix_root));
        assert_int_equal(again.proof.count, fork->proof.count);
        assert_true(ys_bytes_equal(again.head_a, fork->head_a));
        assert_true(ys_bytes_equal(again.head_b, fork->head_b));
        assert_int_equal(check(&again, NULL), YS_OK);
    }
}

static void a_fork_proof_is_five_parts_between_empty_lines(void **state)
{
    (void)state;
    struct proof_of_fork p;
    uint8_t text[TEXT_MAX];
    uint8_t want[TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    struct ys_writer by_hand = {.data = want, .capacity = sizeof want};
    const struct ys_fork_proof *fork = fork_of(&p, ours, 6, theirs, 6);
    assert_int_equal(ys_fork_print(&w, "a.b", fork, NULL), YS_OK);

    ys_writer_text(&by_hand, "a.b/fork-proof/v1\nprefix 6 ");
    ys_hash_print(&by_hand, &fork->prefix_root);
    ys_writer_text(&by_hand, "\n\n");
    ys_writer_bytes(&by_hand, fork->head_a);
    ys_writer_text(&by_hand, "\n");
    ys_writer_bytes(&by_hand, fork->head_b);

    assert_true(ys_bytes_equal((struct ys_bytes){.data = text, .size = w.size},
                               (struct ys_bytes){.data = want, .size = by_hand.size}));
}

static size_t print_forked(uint8_t text[TEXT_MAX])
{
    struct proof_of_fork p;
    struct ys_writer w = {.data = text, .capacity = TEXT_MAX};
    assert_int_equal(ys_fork_print(&w, "a.b", fork_of(&p, ours, 5, theirs, 11), NULL), YS_OK);
    return w.size;
}

static void a_fork_proof_cut_anywhere_is_refused(void **state)
{
    (void)state;
    uint8_t text[TEXT_MAX];
    const size_t all = print_forked(text);
    for (size_t size = 0; size < all; size++) {
        struct ys_fork_proof fork;
        assert_int_equal(ys_fork_parse((struct ys_bytes){.data = text, .size = size}, &fork, NULL),
                         YS_MALFORMED);
    }
}

static void a_changed_byte_leaves_no_proof(void **state)
{
    (void)state;
    uint8_t text[TEXT_MAX];
    const size_t all = print_forked(text);
    for (size_t i = 0; i < all; i++) {
        struct ys_fork_proof fork;
        text[i] ^= 1;
        if (ys_fork_parse((struct ys_bytes){.data = text, .size = all}, &fork, NULL) == YS_OK)
            assert_int_not_equal(check(&fork, NULL), YS_OK);
        text[i] ^= 1;
    }
}

static void heads_must_be_signed_by_the_log(void **state)
{
    (void)state;
    struct proof_of_fork p;
    struct ys_checkpoint a;
    struct ys_checkpoint b;
    const struct ys_signer other = signer_of("a.b/110101001001/1", YS_SIG_ED25519, 2);
    const struct ys_fork_proof *fork = fork_of(&p, ours, 5, theirs, 11);
    assert_int_equal(ys_fork_check(fork, &other.vkey, &a, &b, NULL), YS_BAD_SIG);

    /* Only one of the two by somebody else. */
    const struct ys_hash root = model_root(theirs, 11);
    p.fork.head_b = signed_head(&other, 11, &root, p.head_b, sizeof p.head_b);
    assert_int_equal(check(&p.fork, NULL), YS_BAD_SIG);
}

static void the_smaller_head_comes_first(void **state)
{
    (void)state;
    struct proof_of_fork p;
    struct ys_err err;
    struct ys_fork_proof *fork = fork_of(&p, ours, 5, theirs, 11);
    const struct ys_bytes head_a = fork->head_a;
    fork->head_a = fork->head_b;
    fork->head_b = head_a;
    assert_int_equal(check(fork, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "fork proof of a.b/110101001001/1: the larger head comes first");
}

/* Print with one thing wrong and tell what the parser says. */
static void assert_parse_fails(const char *deployment, const struct ys_fork_proof *fork,
                               const char *message)
{
    uint8_t text[TEXT_MAX];
    struct ys_fork_proof again;
    struct ys_err err = {.msg = ""};
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    assert_int_equal(ys_fork_print(&w, deployment, fork, NULL), YS_OK);
    assert_int_equal(ys_fork_parse((struct ys_bytes){.data = text, .size = w.size}, &again, &err),
                     YS_MALFORMED);
    assert_string_equal(err.msg, message);
}

static void heads_are_of_one_log_of_the_deployment(void **state)
{
    (void)state;
    struct proof_of_fork p;
    const struct ys_signer other = signer_of("a.b/110101001002/1", YS_SIG_ED25519, 1);
    static const char message[] =
        "fork proof of a.b/110101001001/1: another deployment or log in it";
    assert_parse_fails("a.c", fork_of(&p, ours, 5, theirs, 11), message);
    assert_parse_fails("a", fork_of(&p, ours, 5, theirs, 11), message);
    const struct ys_hash root = model_root(theirs, 11);
    p.fork.head_b = signed_head(&other, 11, &root, p.head_b, sizeof p.head_b);
    assert_parse_fails("a.b", &p.fork, message);
}

static void the_prefix_has_the_size_of_the_first_head(void **state)
{
    (void)state;
    uint8_t text[TEXT_MAX];
    struct ys_fork_proof fork;
    struct ys_err err;
    const size_t size = print_forked(text);
    text[strlen("a.b/fork-proof/v1\nprefix ")] = '6';
    assert_int_equal(ys_fork_parse((struct ys_bytes){.data = text, .size = size}, &fork, &err),
                     YS_MALFORMED);
    assert_string_equal(err.msg,
                        "fork proof of a.b/110101001001/1: prefix of 6, first head of 5 entries");
}

static void what_is_no_fork_proof_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\n",
        "/fork-proof/v1\n",
        "a.b/fork-proof/v2\n",
        PREFIX_LINE,
        "a b/fork-proof/v1\nprefix 5 " ROOT "\n\n",
        "a.b/fork-proof/v1\nprefix 5\n\n",
        "a.b/fork-proof/v1\nprefix  \n\n",
        "a.b/fork-proof/v1\nprefix 05 " ROOT "\n\n",
        "a.b/fork-proof/v1\nprefix5 " ROOT "\n\n",
        PREFIX_LINE "\n",
        PREFIX_LINE "\na\n\nb\n\nc\n",
        PREFIX_LINE "\na\n\nb\n\nc\n\nd\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_fork_proof fork;
        assert_int_equal(ys_fork_parse(ys_bytes_of_text(bad[i]), &fork, NULL), YS_MALFORMED);
    }
}

static void a_fork_proof_has_a_limit(void **state)
{
    (void)state;
    static uint8_t large[YS_FORK_PROOF_MAX + 1];
    struct ys_fork_proof fork;
    assert_int_equal(
        ys_fork_parse((struct ys_bytes){.data = large, .size = YS_FORK_PROOF_MAX + 1}, &fork, NULL),
        YS_LIMIT);
    assert_int_equal(
        ys_fork_parse((struct ys_bytes){.data = large, .size = YS_FORK_PROOF_MAX}, &fork, NULL),
        YS_MALFORMED);
}

static void a_fork_proof_that_does_not_fit_is_not_begun(void **state)
{
    (void)state;
    uint8_t text[TEXT_MAX];
    const size_t all = print_forked(text);
    struct proof_of_fork p;
    const struct ys_fork_proof *fork = fork_of(&p, ours, 5, theirs, 11);
    for (size_t capacity = all - 3; capacity <= all; capacity++) {
        struct ys_writer w = {.data = text, .capacity = capacity};
        const enum ys_code want = capacity == all ? YS_OK : YS_LIMIT;
        assert_int_equal(ys_fork_print(&w, "a.b", fork, NULL), want);
        assert_int_equal(w.size, want == YS_OK ? all : 0);
    }
    p.fork.head_a = ys_bytes_of_text("no head");
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    assert_int_equal(ys_fork_print(&w, "a.b", &p.fork, NULL), YS_MALFORMED);
    assert_int_equal(w.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_histories_are_proved_wherever_the_heads_stand),
        cmocka_unit_test(one_history_is_no_fork),
        cmocka_unit_test(an_invented_prefix_proves_nothing),
        cmocka_unit_test(a_fork_proof_goes_to_text_and_back),
        cmocka_unit_test(a_fork_proof_is_five_parts_between_empty_lines),
        cmocka_unit_test(a_fork_proof_cut_anywhere_is_refused),
        cmocka_unit_test(a_changed_byte_leaves_no_proof),
        cmocka_unit_test(heads_must_be_signed_by_the_log),
        cmocka_unit_test(the_smaller_head_comes_first),
        cmocka_unit_test(heads_are_of_one_log_of_the_deployment),
        cmocka_unit_test(the_prefix_has_the_size_of_the_first_head),
        cmocka_unit_test(what_is_no_fork_proof_is_malformed),
        cmocka_unit_test(a_fork_proof_has_a_limit),
        cmocka_unit_test(a_fork_proof_that_does_not_fit_is_not_begun),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
