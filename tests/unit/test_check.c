#include "node/check.h"

#include "node/prove.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 200000, BUNDLE_MAX = 256 * 1024 };

/* A settled federation with one record at a community, and the record's bundle as `holder` makes it. */
struct scene {
    struct world *w;
    uint64_t index;
    char origin[YS_KEY_NAME_MAX + 1];
    uint8_t bundle[BUNDLE_MAX];
    size_t size;
};

static void prove_at(struct scene *scene, int holder)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log log;
    struct ys_writer out = {.data = scene->bundle, .capacity = sizeof scene->bundle};
    assert_int_equal(ys_store_begin(world_store(scene->w, holder), false, &txn, &err), YS_OK);
    assert_int_equal(ys_log_find(txn, scene->origin, &log, &err), YS_OK);
    const enum ys_code code = ys_prove(world_member(scene->w, holder), txn,
                                       (struct ys_position){log.id, scene->index}, &out, &err);
    ys_txn_abort(&txn);
    if (code != YS_OK)
        print_message("%s\n", err.msg);
    assert_int_equal(code, YS_OK);
    scene->size = out.size;
}

static struct scene *make_scene(int holder_kind)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->w = world_new(&(struct world_options){.seed = 11, .streets = 1, .communities = 2});
    const int community = world_community(scene->w, 0);
    world_publish(scene->w, community);
    scene->index = world_publish(scene->w, community);
    assert_true(world_settles(scene->w, STEPS));
    ys_name_print(&ys_store_identity(world_store(scene->w, community))->origin, scene->origin);
    prove_at(scene, holder_kind == 0   ? world_district(scene->w)
                    : holder_kind == 1 ? world_street(scene->w, 0)
                                       : community);
    return scene;
}

static void free_scene(struct scene *scene)
{
    world_free(scene->w);
    free(scene);
}

static enum ys_code check_bytes(struct scene *scene, const uint8_t *bytes, size_t size,
                                struct ys_check_result *result, struct ys_err *err)
{
    const struct ys_check_options options = {
        .roots = ys_member_roots(world_member(scene->w, world_district(scene->w)))};
    return ys_check(&options, (struct ys_bytes){bytes, size}, result, err);
}

static void count_steps(void *context, enum ys_check_step step, const char *text)
{
    unsigned *counts = context;
    assert_true(text[0] != '\0');
    counts[step]++;
}

static void a_bundle_from_any_holder_is_accepted_with_every_step_named(void **state)
{
    (void)state;
    for (int holder = 0; holder < 3; holder++) {
        struct scene *scene = make_scene(holder);
        unsigned counts[8] = {0};
        struct ys_check_result result;
        struct ys_err err = {0};
        const struct ys_check_options options = {
            .roots = ys_member_roots(world_member(scene->w, world_district(scene->w))),
            .step = count_steps,
            .context = counts};

        const enum ys_code code =
            ys_check(&options, (struct ys_bytes){scene->bundle, scene->size}, &result, &err);

        if (code != YS_OK)
            print_message("%s\n", err.msg);
        assert_int_equal(code, YS_OK);
        assert_int_equal(result.index, scene->index);
        assert_int_equal(result.witnesses_wanted, 2);
        assert_int_equal(result.witnesses_found, 2);
        assert_true(result.latest_s >= 1764000000);
        assert_int_equal(result.signed_by, YS_BODY_RC);
        assert_true(result.district_size >= 4);
        for (int step = YS_CHECK_FORM; step <= YS_CHECK_SIGNATURES; step++)
            assert_true(counts[step] > 0);
        /* district's two records, the street's two, the community's certificate and its body */
        assert_int_equal(counts[YS_CHECK_EVIDENCE], 6);
        assert_int_equal(counts[YS_CHECK_COSIGNATURE], 2);
        free_scene(scene);
    }
}

static void any_changed_byte_is_refused_or_costs_a_cosignature(void **state)
{
    (void)state;
    struct scene *scene = make_scene(0);
    uint8_t *bytes = malloc(scene->size);
    assert_non_null(bytes);
    size_t weaker = 0;
    for (size_t i = 0; i < scene->size; i++) {
        struct ys_check_result result;
        struct ys_err err = {0};
        memcpy(bytes, scene->bundle, scene->size);
        bytes[i] ^= (uint8_t)(1u << i % 8);
        const enum ys_code code = check_bytes(scene, bytes, scene->size, &result, &err);
        if (code != YS_OK) {
            assert_true(err.msg[0] != '\0');
            continue;
        }
        assert_true(result.witnesses_found < 2);
        assert_true(result.unknown_lines > 0);
        weaker++;
    }
    assert_true(weaker < scene->size / 10);
    free(bytes);
    free_scene(scene);
}

static void a_bundle_cut_short_anywhere_is_refused_or_weaker(void **state)
{
    (void)state;
    struct scene *scene = make_scene(0);
    for (size_t size = 0; size < scene->size; size += 7) {
        struct ys_check_result result;
        struct ys_err err = {0};
        if (check_bytes(scene, scene->bundle, size, &result, &err) == YS_OK)
            assert_true(result.witnesses_found < 2);
    }
    free_scene(scene);
}

static void the_checkpoint_of_another_record_is_refused(void **state)
{
    (void)state;
    struct scene *one = make_scene(0);
    struct scene *other = make_scene(0);
    other->index = one->index - 1;
    prove_at(other, world_district(other->w));
    uint8_t mixed[BUNDLE_MAX];
    struct ys_check_result result;
    struct ys_err err = {0};
    /* head of one bundle, extra line of the other: both good, of one federation */
    const uint8_t *a = memmem(one->bundle, one->size, "\nindex ", 7);
    const uint8_t *b = memmem(other->bundle, other->size, "\nindex ", 7);
    if (a == NULL || b == NULL) {
        fail();
        return;
    }
    const size_t head = (size_t)(a - one->bundle);
    const size_t tail = other->size - (size_t)(b - other->bundle);
    memcpy(mixed, one->bundle, head);
    memcpy(mixed + head, b, tail);

    assert_int_not_equal(check_bytes(one, mixed, head + tail, &result, &err), YS_OK);

    assert_non_null(strstr(err.msg, "inclusion"));
    free_scene(one);
    free_scene(other);
}

static void another_deployment_or_root_is_refused(void **state)
{
    (void)state;
    struct scene *scene = make_scene(0);
    struct ys_root_chain roots = *ys_member_roots(world_member(scene->w, world_district(scene->w)));
    struct ys_root *const root = &roots.policy[0];
    struct ys_check_result result;
    struct ys_err err = {0};
    const struct ys_check_options options = {.roots = &roots};
    const struct ys_bytes bundle = {scene->bundle, scene->size};

    snprintf(root->deployment, sizeof root->deployment, "%s", "shanghai.example");
    assert_int_equal(ys_check(&options, bundle, &result, &err), YS_DENIED);

    *root = *ys_member_root(world_member(scene->w, world_district(scene->w)));
    root->key[0].key[5] ^= 1;
    assert_int_not_equal(ys_check(&options, bundle, &result, &err), YS_OK);
    assert_non_null(strstr(err.msg, "root"));
    free_scene(scene);
}

static void a_record_that_only_the_street_holds_says_so(void **state)
{
    (void)state;
    struct scene *scene = make_scene(1);
    const int street = world_street(scene->w, 0);
    const int community = world_community(scene->w, 0);
    world_cut(scene->w, street);
    world_hold(scene->w, street, true);
    scene->index = world_publish(scene->w, community);
    assert_true(world_settles(scene->w, STEPS));
    struct ys_check_result result;
    struct ys_err err = {0};

    prove_at(scene, street);

    assert_int_equal(check_bytes(scene, scene->bundle, scene->size, &result, &err), YS_OK);
    assert_int_equal(result.witnesses_wanted, 2);
    assert_int_equal(result.witnesses_found, 1);
    assert_true(result.witness[0].found);
    assert_false(result.witness[1].found);
    free_scene(scene);
}

static void a_record_under_no_signed_head_cannot_be_proven(void **state)
{
    (void)state;
    struct scene *scene = make_scene(2);
    const int community = world_community(scene->w, 0);
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_writer out = {.data = scene->bundle, .capacity = sizeof scene->bundle};
    world_cut(scene->w, community);
    world_hold(scene->w, community, true);
    const uint64_t index = world_publish(scene->w, community);
    assert_int_equal(ys_store_begin(world_store(scene->w, community), false, &txn, &err), YS_OK);

    assert_int_equal(ys_prove(world_member(scene->w, community), txn,
                              (struct ys_position){YS_OWN_LOG, index}, &out, &err),
                     YS_NOT_FOUND);

    ys_txn_abort(&txn);
    free_scene(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bundle_from_any_holder_is_accepted_with_every_step_named),
        cmocka_unit_test(any_changed_byte_is_refused_or_costs_a_cosignature),
        cmocka_unit_test(a_bundle_cut_short_anywhere_is_refused_or_weaker),
        cmocka_unit_test(the_checkpoint_of_another_record_is_refused),
        cmocka_unit_test(another_deployment_or_root_is_refused),
        cmocka_unit_test(a_record_that_only_the_street_holds_says_so),
        cmocka_unit_test(a_record_under_no_signed_head_cannot_be_proven),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
