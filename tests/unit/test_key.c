#include "crypto/key.h"

#include "crypto/base64.h"
#include "tests/support/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static int start(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

static void from_hex(uint8_t *out, size_t size, const char *hex)
{
    size_t written = 0;
    assert_int_equal(sodium_hex2bin(out, size, hex, strlen(hex), NULL, &written, NULL), 0);
    assert_int_equal(written, size);
}

static const uint8_t seed_one[YS_SEED_LEN] = {1};

/* ---- names and verifier keys -------------------------------------------------------------- */

static void a_key_name_is_printable_ascii_without_space_or_plus(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t name[3] = {'a', (uint8_t)byte, 'z'};
        const bool good = byte > 0x20 && byte < 0x7f && byte != '+';
        assert_int_equal(ys_key_name_valid((struct ys_bytes){.data = name, .size = 3}), good);
    }
    assert_false(ys_key_name_valid((struct ys_bytes){0}));
}

static void a_key_name_has_up_to_127_bytes(void **state)
{
    (void)state;
    char name[YS_KEY_NAME_MAX + 2];
    struct ys_vkey key;
    memset(name, 'n', sizeof name);
    const uint8_t *bytes = (const uint8_t *)name;
    assert_true(ys_key_name_valid((struct ys_bytes){.data = bytes, .size = YS_KEY_NAME_MAX - 1}));
    assert_true(ys_key_name_valid((struct ys_bytes){.data = bytes, .size = YS_KEY_NAME_MAX}));
    assert_false(ys_key_name_valid((struct ys_bytes){.data = bytes, .size = YS_KEY_NAME_MAX + 1}));

    name[YS_KEY_NAME_MAX + 1] = '\0';
    assert_int_equal(ys_vkey_make(name, YS_SIG_ED25519, seed_one, &key), YS_MALFORMED);
    name[YS_KEY_NAME_MAX] = '\0';
    assert_int_equal(ys_vkey_make(name, YS_SIG_ED25519, seed_one, &key), YS_OK);
    assert_string_equal(key.name, name);
}

static void a_verifier_key_has_a_known_type(void **state)
{
    (void)state;
    struct ys_vkey key;
    struct ys_signer signer;
    for (unsigned type = 0; type < 256; type++) {
        const enum ys_code want = type == 1 || type == 4 ? YS_OK : YS_MALFORMED;
        assert_int_equal(ys_vkey_make("a.b/c", (uint8_t)type, seed_one, &key), want);
        assert_int_equal(ys_signer_init(&signer, "a.b/c", (uint8_t)type, seed_one), want);
    }
}

static void the_key_ids_of_the_worked_example_come_out(void **state)
{
    (void)state;
    static const uint32_t ids[] = {0x680910af, 0x8cd6102a};
    static const char *const names[] = {"yishi.example/110101001001/jwh",
                                        "yishi.example/110101001001/dzb"};
    uint8_t text[512];
    struct ys_bytes rest = vectors_file("worked-example.vkeys", text, sizeof text);
    for (int i = 0; i < 2; i++) {
        struct ys_bytes line;
        struct ys_vkey key;
        char printed[YS_VKEY_TEXT_MAX];
        assert_true(ys_bytes_take_line(&rest, &line));
        assert_int_equal(ys_vkey_parse(line, &key), YS_OK);
        assert_string_equal(key.name, names[i]);
        assert_int_equal(key.type, YS_SIG_ED25519);
        assert_true(key.id == ids[i]);
        ys_vkey_print(&key, printed);
        assert_true(ys_bytes_is_text(line, printed));
    }
    assert_int_equal(rest.size, 0);
}

static void the_longest_verifier_key_goes_to_text_and_back(void **state)
{
    (void)state;
    char name[YS_KEY_NAME_MAX + 1];
    char text[YS_VKEY_TEXT_MAX];
    struct ys_signer signer;
    struct ys_vkey again;
    memset(name, 'n', YS_KEY_NAME_MAX);
    name[YS_KEY_NAME_MAX] = '\0';
    assert_int_equal(ys_signer_init(&signer, name, YS_SIG_COSIGNATURE_V1, seed_one), YS_OK);

    ys_vkey_print(&signer.vkey, text);

    assert_int_equal(strlen(text), YS_VKEY_TEXT_MAX - 1);
    assert_int_equal(ys_vkey_parse(ys_bytes_of_text(text), &again), YS_OK);
    assert_true(ys_vkey_equal(&again, &signer.vkey));
}

/* Any one character changed: the id no longer fits, or the form is broken. */
static void a_changed_verifier_key_is_refused(void **state)
{
    (void)state;
    char text[YS_VKEY_TEXT_MAX];
    struct ys_signer signer;
    struct ys_vkey key;
    assert_int_equal(ys_signer_init(&signer, "a.b/log", YS_SIG_ED25519, seed_one), YS_OK);
    ys_vkey_print(&signer.vkey, text);
    const size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        static const char others[] = "Aa0+/=\n\x7f";
        const char good = text[i];
        for (size_t k = 0; k < sizeof others; k++) {
            if (others[k] == good)
                continue;
            text[i] = others[k];
            assert_int_equal(
                ys_vkey_parse((struct ys_bytes){.data = (const uint8_t *)text, .size = length},
                              &key),
                YS_MALFORMED);
        }
        text[i] = good;
        assert_int_equal(
            ys_vkey_parse((struct ys_bytes){.data = (const uint8_t *)text, .size = i}, &key),
            YS_MALFORMED);
    }
    text[length] = '\n';
    assert_int_equal(
        ys_vkey_parse((struct ys_bytes){.data = (const uint8_t *)text, .size = length + 1}, &key),
        YS_MALFORMED);
}

/* Text of a verifier key that is right in everything but what the caller made wrong. */
static struct ys_bytes text_of(const char *name, const uint8_t typed_key[1 + YS_PUBKEY_LEN],
                               bool upper, uint8_t *out, size_t capacity)
{
    struct ys_sha256 state;
    struct ys_hash hash;
    struct ys_writer w = {.data = out, .capacity = capacity};
    char id[9];
    ys_sha256_init(&state);
    ys_sha256_update(&state, ys_bytes_of_text(name));
    ys_sha256_update(&state, ys_bytes_of_text("\n"));
    ys_sha256_update(&state, (struct ys_bytes){.data = typed_key, .size = 1 + YS_PUBKEY_LEN});
    ys_sha256_final(&state, &hash);
    sodium_bin2hex(id, sizeof id, hash.bytes, 4);
    if (upper)
        assert_non_null(strpbrk(id, "abcdef")); /* else this asks nothing */
    for (char *c = id; upper && *c != '\0'; c++) {
        if (*c >= 'a')
            *c = (char)(*c - 'a' + 'A');
    }
    ys_writer_text(&w, name);
    ys_writer_text(&w, "+");
    ys_writer_text(&w, id);
    ys_writer_text(&w, "+");
    ys_writer_base64(&w, (struct ys_bytes){.data = typed_key, .size = 1 + YS_PUBKEY_LEN});
    return (struct ys_bytes){.data = out, .size = w.size};
}

static void a_verifier_key_that_would_not_be_enrolled_is_refused(void **state)
{
    (void)state;
    uint8_t text[200];
    struct ys_vkey key;
    struct ys_signer signer;
    uint8_t typed[1 + YS_PUBKEY_LEN] = {YS_SIG_ED25519};
    assert_int_equal(ys_signer_init(&signer, "a.b/log", YS_SIG_ED25519, seed_one), YS_OK);
    memcpy(typed + 1, signer.vkey.key, YS_PUBKEY_LEN);
    assert_int_equal(ys_vkey_parse(text_of("a.b/log", typed, false, text, sizeof text), &key),
                     YS_OK);
    assert_int_equal(ys_vkey_parse(text_of("a.b/l+g", typed, false, text, sizeof text), &key),
                     YS_MALFORMED);
    assert_int_equal(ys_vkey_parse(text_of("a.b/l g", typed, false, text, sizeof text), &key),
                     YS_MALFORMED);
    assert_int_equal(ys_vkey_parse(text_of("a.b/log2", typed, true, text, sizeof text), &key),
                     YS_MALFORMED);

    typed[0] = 0x06; /* a type of C2SP that we do not have */
    assert_int_equal(ys_vkey_parse(text_of("a.b/log", typed, false, text, sizeof text), &key),
                     YS_MALFORMED);

    typed[0] = YS_SIG_ED25519; /* a key of mixed order, of the CCTV vectors */
    from_hex(typed + 1, YS_PUBKEY_LEN,
             "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f");
    assert_int_equal(ys_vkey_parse(text_of("a.b/log", typed, false, text, sizeof text), &key),
                     YS_MALFORMED);
    memset(typed + 1, 0, YS_PUBKEY_LEN); /* of order four */
    assert_int_equal(ys_vkey_parse(text_of("a.b/log", typed, false, text, sizeof text), &key),
                     YS_MALFORMED);
}

static void verifier_keys_are_equal_in_all_parts_or_not(void **state)
{
    (void)state;
    struct ys_vkey a;
    assert_int_equal(ys_vkey_make("a.b/log", YS_SIG_ED25519, seed_one, &a), YS_OK);
    struct ys_vkey b = a;
    assert_true(ys_vkey_equal(&a, &b));
    b.type = YS_SIG_COSIGNATURE_V1;
    assert_false(ys_vkey_equal(&a, &b));
    b = a;
    b.id ^= 1;
    assert_false(ys_vkey_equal(&a, &b));
    b = a;
    b.key[31] ^= 1;
    assert_false(ys_vkey_equal(&a, &b));
    b = a;
    b.name[0] = 'b';
    assert_false(ys_vkey_equal(&a, &b));
}

/* ---- signing and verifying ---------------------------------------------------------------- */

/* RFC 8032 section 7.1, tests 1 and 2. */
static void signatures_are_those_of_rfc_8032(void **state)
{
    (void)state;
    static const struct {
        const char *seed, *key, *message, *sig;
    } known[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "\x72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    };
    for (size_t i = 0; i < 2; i++) {
        uint8_t seed[YS_SEED_LEN];
        uint8_t key[YS_PUBKEY_LEN];
        uint8_t want[YS_SIG_LEN];
        uint8_t got[YS_SIG_LEN];
        struct ys_signer signer;
        from_hex(seed, sizeof seed, known[i].seed);
        from_hex(key, sizeof key, known[i].key);
        from_hex(want, sizeof want, known[i].sig);
        assert_int_equal(ys_signer_init(&signer, "a.b/c", YS_SIG_ED25519, seed), YS_OK);
        assert_memory_equal(signer.vkey.key, key, YS_PUBKEY_LEN);

        ys_sign(&signer, ys_bytes_of_text(known[i].message), got);

        assert_memory_equal(got, want, YS_SIG_LEN);
        assert_int_equal(ys_verify(key, ys_bytes_of_text(known[i].message),
                                   (struct ys_bytes){.data = got, .size = YS_SIG_LEN}),
                         YS_OK);
    }
}

static void a_signature_holds_for_its_own_key_message_and_length_alone(void **state)
{
    (void)state;
    struct ys_signer signer;
    uint8_t sig[YS_SIG_LEN + 1] = {0};
    uint8_t message[] = "message";
    const struct ys_bytes text = {.data = message, .size = sizeof message};
    assert_int_equal(ys_signer_init(&signer, "a.b/c", YS_SIG_ED25519, seed_one), YS_OK);
    ys_sign(&signer, text, sig);

    for (size_t size = 0; size <= sizeof sig; size++)
        assert_int_equal(
            ys_verify(signer.vkey.key, text, (struct ys_bytes){.data = sig, .size = size}),
            size == YS_SIG_LEN ? YS_OK : YS_BAD_SIG);
    const struct ys_bytes good = {.data = sig, .size = YS_SIG_LEN};
    for (size_t i = 0; i < YS_SIG_LEN; i++) {
        sig[i] ^= 4;
        assert_int_equal(ys_verify(signer.vkey.key, text, good), YS_BAD_SIG);
        sig[i] ^= 4;
    }
    message[3] ^= 1;
    assert_int_equal(ys_verify(signer.vkey.key, text, good), YS_BAD_SIG);
    message[3] ^= 1;
    signer.vkey.key[0] ^= 1;
    assert_int_equal(ys_verify(signer.vkey.key, text, good), YS_BAD_SIG);
}

static void a_cleared_signer_holds_no_byte_of_its_secret(void **state)
{
    (void)state;
    static const struct ys_signer zero = {.secret = {0}};
    struct ys_signer signer;
    assert_int_equal(ys_signer_init(&signer, "a.b/c", YS_SIG_ED25519, seed_one), YS_OK);
    ys_signer_clear(&signer);
    assert_memory_equal(&signer, &zero, sizeof signer);
}

/* ---- derivation --------------------------------------------------------------------------- */

/* Worked out with Python: hashlib.blake2b(key=master, salt=subkey id, person=b"yishikey"). */
static void node_keys_derive_from_the_master_as_documented(void **state)
{
    (void)state;
    static const struct {
        enum ys_key_purpose purpose;
        uint32_t generation;
        const char *seed;
    } known[] = {
        {YS_PURPOSE_LOG, 0, "5169e0fafc5c771cfff377ee3f0943b264a14cb3390a84a42406b7cbdcf5259b"},
        {YS_PURPOSE_LOG, 1, "299ca006063ef99d24dad9f3c217374a3ca4c4ed94d20a917ececf34a45f2df7"},
        {YS_PURPOSE_MIRROR, 0, "b1af4fe322e45cb387c9bbca741e2011b754fe271737d6b19e6612a4b1fa29f9"},
        {YS_PURPOSE_TRANSPORT, 0,
         "87f068e00de70aec1a7328b5fac109d84280cc64330da1c222889ec96ddefd18"},
        {YS_PURPOSE_TRANSPORT, UINT32_MAX,
         "621028b0e2995590bc85061ddc3581f44c832318c1ce08c4b5cfe0190a873218"},
    };
    uint8_t master[YS_SEED_LEN];
    for (unsigned i = 0; i < YS_SEED_LEN; i++)
        master[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint8_t want[YS_SEED_LEN];
        uint8_t got[YS_SEED_LEN];
        from_hex(want, sizeof want, known[i].seed);
        ys_seed_derive(master, known[i].purpose, known[i].generation, got);
        assert_memory_equal(got, want, YS_SEED_LEN);
    }
}

/* Worked out with `openssl pkey` for the X25519 secret 00 01 ... 1f. */
static void the_transport_key_is_x25519(void **state)
{
    (void)state;
    uint8_t secret[YS_SEED_LEN];
    uint8_t want[YS_PUBKEY_LEN];
    uint8_t got[YS_PUBKEY_LEN];
    for (unsigned i = 0; i < YS_SEED_LEN; i++)
        secret[i] = (uint8_t)i;
    from_hex(want, sizeof want, "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f");
    ys_transport_public(secret, got);
    assert_memory_equal(got, want, YS_PUBKEY_LEN);
}

/* ---- vectors ------------------------------------------------------------------------------ */

static void the_self_test_passes_with_this_library(void **state)
{
    (void)state;
    struct ys_err err = {.msg = ""};
    assert_int_equal(ys_crypto_selftest(&err), YS_OK);
    assert_string_equal(err.msg, "");
}

/* Cases of one group; how many were judged and how many had a signature of another length. */
static void judge_group(const json_t *group, unsigned *judged, unsigned *wrong_length)
{
    uint8_t key[YS_PUBKEY_LEN];
    size_t at = 0;
    json_t *item = NULL;
    vectors_hex(json_object_get(group, "publicKey"), "pk", key, sizeof key);
    assert_int_equal(ys_pubkey_check(key), YS_OK);
    json_array_foreach(json_object_get(group, "tests"), at, item)
    {
        uint8_t message_bytes[4096];
        uint8_t sig_bytes[256];
        const struct ys_bytes message =
            vectors_hex(item, "msg", message_bytes, sizeof message_bytes);
        const struct ys_bytes sig = vectors_hex(item, "sig", sig_bytes, sizeof sig_bytes);
        const bool valid = strcmp(vectors_text(item, "result"), "valid") == 0;
        if (ys_verify(key, message, sig) != (valid ? YS_OK : YS_BAD_SIG))
            fail_msg("case %.0f: %s", json_real_value(json_object_get(item, "tcId")),
                     vectors_text(item, "comment"));
        if (sig.size == YS_SIG_LEN)
            (*judged)++;
        else
            (*wrong_length)++;
    }
}

static void all_wycheproof_vectors_get_their_verdict(void **state)
{
    (void)state;
    json_t *root = vectors_load("wycheproof-ed25519_test.json");
    unsigned judged = 0;
    unsigned wrong_length = 0;
    size_t at = 0;
    json_t *group = NULL;
    json_array_foreach(json_object_get(root, "testGroups"), at, group)
        judge_group(group, &judged, &wrong_length);
    assert_int_equal(judged, 139);
    assert_int_equal(wrong_length, 12);
    json_decref(root);
}

static bool has_flag(const json_t *item, const char *flag)
{
    size_t at = 0;
    json_t *value = NULL;
    json_array_foreach(json_object_get(item, "flags"), at, value)
    {
        if (strcmp(json_string_value(value), flag) == 0)
            return true;
    }
    return false;
}

static void one_cctv_vector_passes_the_enrolment_rule(void **state)
{
    (void)state;
    json_t *root = vectors_load("cctv-ed25519vectors.json");
    unsigned enrolled = 0;
    unsigned accepted = 0;
    size_t at = 0;
    json_t *item = NULL;
    json_array_foreach(root, at, item)
    {
        uint8_t key[YS_PUBKEY_LEN];
        uint8_t sig[YS_SIG_LEN];
        vectors_hex(item, "key", key, sizeof key);
        const struct ys_bytes sig_bytes = vectors_hex(item, "sig", sig, sizeof sig);
        const struct ys_bytes message = ys_bytes_of_text(vectors_text(item, "msg"));
        if (ys_verify(key, message, sig_bytes) != YS_OK)
            continue;
        accepted++;
        /* What no strict verifier may accept. */
        assert_false(has_flag(item, "low_order_A") || has_flag(item, "low_order_R"));
        assert_false(has_flag(item, "non_canonical_A") || has_flag(item, "low_order_residue"));
        if (ys_pubkey_check(key) == YS_OK) {
            enrolled++;
            assert_int_equal(vectors_size(item, "number"), 305);
        }
    }
    assert_int_equal(at, 914);
    assert_int_equal(accepted, 43);
    assert_int_equal(enrolled, 1);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_name_is_printable_ascii_without_space_or_plus),
        cmocka_unit_test(a_key_name_has_up_to_127_bytes),
        cmocka_unit_test(a_verifier_key_has_a_known_type),
        cmocka_unit_test(the_key_ids_of_the_worked_example_come_out),
        cmocka_unit_test(the_longest_verifier_key_goes_to_text_and_back),
        cmocka_unit_test(a_changed_verifier_key_is_refused),
        cmocka_unit_test(a_verifier_key_that_would_not_be_enrolled_is_refused),
        cmocka_unit_test(verifier_keys_are_equal_in_all_parts_or_not),
        cmocka_unit_test(signatures_are_those_of_rfc_8032),
        cmocka_unit_test(a_signature_holds_for_its_own_key_message_and_length_alone),
        cmocka_unit_test(a_cleared_signer_holds_no_byte_of_its_secret),
        cmocka_unit_test(node_keys_derive_from_the_master_as_documented),
        cmocka_unit_test(the_transport_key_is_x25519),
        cmocka_unit_test(the_self_test_passes_with_this_library),
        cmocka_unit_test(all_wycheproof_vectors_get_their_verdict),
        cmocka_unit_test(one_cctv_vector_passes_the_enrolment_rule),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
