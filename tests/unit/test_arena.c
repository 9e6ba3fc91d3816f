#include "proto/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void memory_is_zeroed_and_aligned_for_any_type(void **state)
{
    (void)state;
    struct ys_arena arena;
    ys_arena_init(&arena, 1 << 20);

    for (size_t size = 0; size < 400; size++) {
        uint8_t *got = ys_arena_alloc(&arena, size);
        assert_non_null(got);
        assert_int_equal((uintptr_t)got % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(got[i], 0);
        memset(got, 0xff, size);
    }
    ys_arena_clear(&arena);
}

static void the_cap_holds_for_all_chunks_together(void **state)
{
    (void)state;
    enum { CAP = 100000 };
    struct ys_arena arena;
    ys_arena_init(&arena, CAP);

    size_t given = 0;
    while (ys_arena_alloc(&arena, 1000) != NULL)
        given += 1000;

    assert_true(arena.exhausted);
    assert_false(arena.starved);
    assert_true(arena.used_bytes <= CAP);
    assert_true(given > CAP / 10 * 8);
    struct ys_err err;
    assert_int_equal(ys_arena_fail(&arena, &err), YS_LIMIT);
    assert_string_equal(err.msg, "decoding takes more than 100000 bytes of memory");
    ys_arena_clear(&arena);
}

static void one_block_may_fill_the_cap_but_not_exceed_it(void **state)
{
    (void)state;
    enum { CAP = 65536, HEADER_AT_MOST = 64 };
    struct ys_arena arena;
    ys_arena_init(&arena, CAP);

    assert_null(ys_arena_alloc(&arena, CAP));
    assert_true(arena.exhausted);
    assert_int_equal(arena.used_bytes, 0);
    assert_non_null(ys_arena_alloc(&arena, CAP - HEADER_AT_MOST));
    ys_arena_clear(&arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct ys_arena arena;
    ys_arena_init(&arena, 1 << 20);

    for (size_t less = 0; less < 64; less++)
        assert_null(ys_arena_alloc(&arena, SIZE_MAX - less));
    assert_true(arena.exhausted);
    ys_arena_clear(&arena);
}

static void a_cleared_arena_can_be_used_again(void **state)
{
    (void)state;
    struct ys_arena arena;
    ys_arena_init(&arena, 1000);
    assert_null(ys_arena_alloc(&arena, 2000));
    assert_non_null(ys_arena_alloc(&arena, 500));

    ys_arena_clear(&arena);

    assert_false(arena.exhausted);
    assert_int_equal(arena.used_bytes, 0);
    assert_int_equal(arena.max_bytes, 1000);
    assert_non_null(ys_arena_alloc(&arena, 500));
    ys_arena_clear(&arena);
}

/* As much room as a fresh one has, whatever was in it before. */
static void an_arena_that_is_reused_keeps_a_chunk_and_no_limit(void **state)
{
    (void)state;
    enum { CAP = 65536, SMALL = 100, LARGE = 40000 };
    struct ys_arena arena;
    ys_arena_init(&arena, CAP);
    uint8_t *const first = ys_arena_alloc(&arena, SMALL);
    const size_t one_chunk = arena.used_bytes;
    assert_non_null(first);
    memset(first, 0xff, SMALL);
    assert_non_null(ys_arena_alloc(&arena, LARGE));
    assert_null(ys_arena_alloc(&arena, LARGE));

    ys_arena_reuse(&arena);

    assert_false(arena.exhausted);
    assert_int_equal(arena.used_bytes, one_chunk);
    const uint8_t *const again = ys_arena_alloc(&arena, SMALL);
    assert_ptr_equal(again, first);
    for (unsigned i = 0; i < SMALL; i++)
        assert_int_equal(again[i], 0);
    assert_non_null(ys_arena_alloc(&arena, LARGE));

    ys_arena_clear(&arena);
    assert_non_null(ys_arena_alloc(&arena, LARGE));
    ys_arena_reuse(
        &arena); /* a large chunk is not kept: it would be in the way of the next large one */
    assert_int_equal(arena.used_bytes, 0);
    ys_arena_reuse(&arena);
    assert_non_null(ys_arena_alloc(&arena, SMALL));
    assert_non_null(ys_arena_alloc(&arena, LARGE));
    ys_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned_for_any_type),
        cmocka_unit_test(the_cap_holds_for_all_chunks_together),
        cmocka_unit_test(one_block_may_fill_the_cap_but_not_exceed_it),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(a_cleared_arena_can_be_used_again),
        cmocka_unit_test(an_arena_that_is_reused_keeps_a_chunk_and_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
