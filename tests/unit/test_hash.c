#include "crypto/hash.h"

#include "tests/support/rng.h"
#include "tests/support/tree_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct ys_hash from_hex(const char *hex)
{
    struct ys_hash hash;
    size_t size = 0;
    assert_int_equal(
        sodium_hex2bin(hash.bytes, sizeof hash.bytes, hex, strlen(hex), NULL, &size, NULL), 0);
    assert_int_equal(size, YS_HASH_LEN);
    return hash;
}

static void assert_hash(const struct ys_hash *got, const char *hex)
{
    const struct ys_hash want = from_hex(hex);
    assert_memory_equal(got->bytes, want.bytes, YS_HASH_LEN);
}

static void sha256_gives_the_values_of_fips_180(void **state)
{
    (void)state;
    struct ys_hash hash;
    ys_sha256((struct ys_bytes){0}, &hash);
    assert_hash(&hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    ys_sha256(ys_bytes_of_text("abc"), &hash);
    assert_hash(&hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ys_sha256(ys_bytes_of_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), &hash);
    assert_hash(&hash, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");

    uint8_t thousand[1000];
    struct ys_sha256 running;
    memset(thousand, 'a', sizeof thousand);
    ys_sha256_init(&running);
    for (int i = 0; i < 1000; i++)
        ys_sha256_update(&running, (struct ys_bytes){.data = thousand, .size = sizeof thousand});
    ys_sha256_final(&running, &hash);
    assert_hash(&hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void data_in_pieces_hashes_like_data_in_one(void **state)
{
    (void)state;
    struct rng rng = rng_from_env(__func__);
    uint8_t data[300];
    struct ys_hash want;
    rng_fill(&rng, data, sizeof data);
    ys_sha256((struct ys_bytes){.data = data, .size = sizeof data}, &want);
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        struct ys_sha256 running;
        struct ys_hash got;
        ys_sha256_init(&running);
        ys_sha256_update(&running, (struct ys_bytes){.data = data, .size = cut});
        ys_sha256_update(&running, (struct ys_bytes){0});
        ys_sha256_update(&running,
                         (struct ys_bytes){.data = data + cut, .size = sizeof data - cut});
        ys_sha256_final(&running, &got);
        assert_true(ys_hash_equal(&got, &want));
    }
}

static void a_running_hash_is_a_plain_value(void **state)
{
    (void)state;
    struct ys_sha256 running;
    struct ys_hash first;
    struct ys_hash second;
    ys_sha256_init(&running);
    ys_sha256_update(&running, ys_bytes_of_text("ab"));
    struct ys_sha256 copy = running;
    ys_sha256_update(&running, ys_bytes_of_text("c"));
    ys_sha256_final(&running, &first);
    ys_sha256_update(&copy, ys_bytes_of_text("c"));
    ys_sha256_final(&copy, &second);
    assert_true(ys_hash_equal(&first, &second));
}

/* The tree that the Certificate Transparency projects test with: leaves and roots of RFC 6962. */
static void trees_have_the_roots_of_certificate_transparency(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } data[] = {{"", 0},         {"\x00", 1}, {"\x10", 1},     {"\x20\x21", 2},
                {"\x30\x31", 2}, {"@ABC", 4}, {"PQRSTUVW", 8}, {"`abcdefghijklmno", 16}};
    static const char *const roots[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    struct ys_hash leaves[8];
    for (size_t n = 1; n <= 8; n++) {
        ys_leaf_hash(
            (struct ys_bytes){.data = (const uint8_t *)data[n - 1].bytes, .size = data[n - 1].size},
            &leaves[n - 1]);
        const struct ys_hash root = model_root(leaves, n);
        assert_hash(&root, roots[n - 1]);
    }
}

static void the_empty_tree_hashes_no_bytes(void **state)
{
    (void)state;
    struct ys_hash root;
    ys_empty_root(&root);
    assert_hash(&root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_node_may_overwrite_its_own_half(void **state)
{
    (void)state;
    struct ys_hash leaves[2];
    struct ys_hash want;
    model_leaves(leaves, 2);
    ys_node_hash(&leaves[0], &leaves[1], &want);

    struct ys_hash left = leaves[0];
    struct ys_hash right = leaves[1];
    ys_node_hash(&left, &leaves[1], &left);
    ys_node_hash(&leaves[0], &right, &right);

    assert_true(ys_hash_equal(&left, &want));
    assert_true(ys_hash_equal(&right, &want));
}

static void a_hash_goes_to_text_and_back(void **state)
{
    (void)state;
    const struct ys_hash hash =
        from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    uint8_t text[YS_HASH_TEXT_LEN];
    struct ys_hash again;
    struct ys_writer w = {.data = text, .capacity = sizeof text};

    ys_hash_print(&w, &hash);

    assert_false(w.overflow);
    const struct ys_bytes printed = {.data = text, .size = w.size};
    assert_true(ys_bytes_is_text(printed, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
    assert_true(ys_hash_parse(printed, &again));
    assert_true(ys_hash_equal(&again, &hash));
}

static void a_text_that_is_no_hash_is_refused(void **state)
{
    (void)state;
    struct ys_hash hash = {{7}};
    static const char *const bad[] = {"",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA",
                                      "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                                      "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(ys_hash_parse(ys_bytes_of_text(bad[i]), &hash));
    assert_int_equal(hash.bytes[0], 7);
}

static void the_backend_is_the_one_that_was_asked_for(void **state)
{
    (void)state;
    assert_string_equal(ys_sha256_backend(), YS_TEST_SHA256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_values_of_fips_180),
        cmocka_unit_test(data_in_pieces_hashes_like_data_in_one),
        cmocka_unit_test(a_running_hash_is_a_plain_value),
        cmocka_unit_test(trees_have_the_roots_of_certificate_transparency),
        cmocka_unit_test(the_empty_tree_hashes_no_bytes),
        cmocka_unit_test(a_node_may_overwrite_its_own_half),
        cmocka_unit_test(a_hash_goes_to_text_and_back),
        cmocka_unit_test(a_text_that_is_no_hash_is_refused),
        cmocka_unit_test(the_backend_is_the_one_that_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
