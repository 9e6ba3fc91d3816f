#include "proto/join.h"

#include "proto/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#define CODE "110101001001"
enum { LOG, MIRROR, RC, PO, KEYS };

/* A good request of a community with two bodies, and the memory that it points into. */
struct request {
    Yishi__V1__Join join;
    Yishi__V1__JoinBody body[2];
    Yishi__V1__JoinBody *bodies[2];
    char vkey[KEYS][YS_VKEY_TEXT_MAX];
    uint8_t possession[KEYS][YS_SIG_LEN];
    uint8_t token_proof[YS_SIG_LEN]; /* by the key offered last as LOG */
    uint8_t transport[YS_PUBKEY_LEN];
};

static char deployment[] = "a.b";
static char code[] = CODE;
static char token[] = "token-1";
static char name[] = "示例社区";
static char rc[] = "rc";
static char po[] = "po";

static void offer(struct request *r, unsigned at, uint8_t seed_byte, const char *key_name,
                  uint8_t type)
{
    uint8_t seed[YS_SEED_LEN];
    struct ys_signer signer;
    struct ys_division division;
    memset(seed, seed_byte, sizeof seed);
    assert_int_equal(ys_signer_init(&signer, key_name, type, seed), YS_OK);
    assert_int_equal(ys_division_parse(ys_bytes_of_text(CODE), &division, NULL), YS_OK);
    ys_vkey_print(&signer.vkey, r->vkey[at]);
    ys_join_statement_sign(&signer, deployment, &division, "-", r->transport, r->possession[at]);
    if (at == LOG)
        ys_join_statement_sign(&signer, deployment, &division, token, r->transport, r->token_proof);
    ys_signer_clear(&signer);
}

static ProtobufCBinaryData possession(struct request *r, unsigned at)
{
    return (ProtobufCBinaryData){.len = YS_SIG_LEN, .data = r->possession[at]};
}

static void fill_bodies(struct request *r)
{
    for (unsigned i = 0; i < 2; i++) {
        yishi__v1__join_body__init(&r->body[i]);
        r->body[i].body = i == 0 ? rc : po;
        r->body[i].name = name;
        r->body[i].key = r->vkey[RC + i];
        r->body[i].has_possession = 1;
        r->body[i].possession = possession(r, RC + i);
        r->bodies[i] = &r->body[i];
    }
    r->join.n_bodies = 2;
    r->join.bodies = r->bodies;
}

static void fill(struct request *r)
{
    *r = (struct request){.transport = {7}};
    yishi__v1__join__init(&r->join);
    offer(r, LOG, 1, "a.b/" CODE "/1", YS_SIG_ED25519);
    offer(r, MIRROR, 2, "a.b/mirror/" CODE, YS_SIG_COSIGNATURE_V1);
    offer(r, RC, 3, "a.b/" CODE "/rc", YS_SIG_ED25519);
    offer(r, PO, 4, "a.b/" CODE "/po", YS_SIG_ED25519);
    r->join.deployment = deployment;
    r->join.code = code;
    r->join.name = name;
    r->join.token_id = token;
    r->join.log = r->vkey[LOG];
    r->join.mirror = r->vkey[MIRROR];
    r->join.has_transport = r->join.has_log_possession = r->join.has_mirror_possession = 1;
    r->join.has_log_size = 1;
    r->join.transport = (ProtobufCBinaryData){.len = YS_PUBKEY_LEN, .data = r->transport};
    r->join.log_possession = possession(r, LOG);
    r->join.mirror_possession = possession(r, MIRROR);
    r->join.has_token_proof = 1;
    r->join.token_proof = (ProtobufCBinaryData){.len = YS_SIG_LEN, .data = r->token_proof};
    fill_bodies(r);
}

static void assert_verdict(const struct request *r, enum ys_code want, const char *message)
{
    struct ys_err err = {.msg = ""};
    const enum ys_code got = ys_join_check(&r->join, &err);
    assert_string_equal(err.msg, message);
    assert_int_equal(got, want);
}

static void the_statement_is_five_lines(void **state)
{
    (void)state;
    struct request r;
    uint8_t text[YS_JOIN_STATEMENT_MAX];
    char want[YS_JOIN_STATEMENT_MAX];
    struct ys_vkey key;
    struct ys_division division;
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    fill(&r);
    assert_int_equal(ys_vkey_parse(ys_bytes_of_text(r.vkey[RC]), &key), YS_OK);
    assert_int_equal(ys_division_parse(ys_bytes_of_text(CODE), &division, NULL), YS_OK);

    ys_join_statement_print(&w, "a.b", &division, "-", r.transport, &key);

    (void)snprintf(want, sizeof want, "a.b/join/v1\n%s\n-\n%s\n%s\n", CODE,
                   "BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", r.vkey[RC]);
    assert_true(ys_bytes_is_text((struct ys_bytes){.data = text, .size = w.size}, want));
}

static void a_request_whose_keys_fit_and_are_proved_is_good(void **state)
{
    (void)state;
    struct request r;
    fill(&r);
    assert_verdict(&r, YS_OK, "");
    r.join.n_bodies = 0;
    assert_verdict(&r, YS_OK, "");
}

static void every_possession_is_verified(void **state)
{
    (void)state;
    static const char *const where[KEYS] = {"join.log", "join.mirror", "join.bodies.key",
                                            "join.bodies.key"};
    for (unsigned at = 0; at < KEYS; at++) {
        char want[200];
        struct request r;
        fill(&r);
        r.possession[at][5] ^= 1;
        (void)snprintf(want, sizeof want, "%s: the proof that its holder has it does not verify",
                       where[at]);
        assert_verdict(&r, YS_BAD_SIG, want);
    }
}

static void a_proof_holds_for_one_place_token_and_transport_key_only(void **state)
{
    (void)state;
    char other_token[] = "token-2";
    struct request r;
    fill(&r);
    r.join.token_id = other_token;
    assert_verdict(&r, YS_BAD_SIG, "join.token_proof: is not for this token");
    r.join.has_token_proof = 0;
    assert_verdict(&r, YS_MALFORMED, "join.token_proof: is missing");
    fill(&r);
    r.transport[31] = 1;
    assert_verdict(&r, YS_BAD_SIG, "join.log: the proof that its holder has it does not verify");
}

static void without_a_token_there_is_no_proof_of_one(void **state)
{
    (void)state;
    char none[] = "-";
    struct request r;
    fill(&r);
    r.join.token_id = none;
    assert_verdict(&r, YS_MALFORMED, "join.token_proof: there is no token to prove");
    r.join.has_token_proof = 0;
    assert_verdict(&r, YS_OK, "");
}

static void keys_have_the_names_of_the_applicant(void **state)
{
    (void)state;
    char sibling[] = "110101001002";
    char other_deployment[] = "a.c";
    struct request r;
    fill(&r);
    r.join.code = sibling;
    assert_verdict(&r, YS_MALFORMED,
                   "join.log: a.b/110101001001/1 is not the name of such a key of 110101001002");
    fill(&r);
    r.join.deployment = other_deployment;
    assert_verdict(&r, YS_MALFORMED,
                   "join.log: a.b/110101001001/1 is not the name of such a key of 110101001001");
    fill(&r);
    r.join.mirror = r.vkey[LOG];
    assert_verdict(&r, YS_MALFORMED,
                   "join.mirror: a.b/110101001001/1 is not the name of such a key of 110101001001");
    fill(&r);
    offer(&r, MIRROR, 2, "a.b/mirror/" CODE, YS_SIG_ED25519);
    assert_verdict(
        &r, YS_MALFORMED,
        "join.mirror: a.b/mirror/110101001001 is not the name of such a key of 110101001001");
    fill(&r);
    r.body[0].key = r.vkey[PO];
    assert_verdict(
        &r, YS_MALFORMED,
        "join.bodies.key: a.b/110101001001/po is not the name of such a key of 110101001001");
    fill(&r);
    r.vkey[RC][20] = '0';
    assert_verdict(&r, YS_MALFORMED, "join.bodies.key: not a verifier key");
}

static void bodies_exist_at_the_level_and_once(void **state)
{
    (void)state;
    char st[] = "st";
    char unknown[] = "xy";
    struct request r;
    fill(&r);
    r.body[1].body = st;
    assert_verdict(&r, YS_MALFORMED, "join.bodies[1].body: a community has no body \"st\"");
    r.body[1].body = unknown;
    assert_verdict(&r, YS_MALFORMED, "join.bodies[1].body: a community has no body \"xy\"");
    r.body[1] = r.body[0];
    assert_verdict(&r, YS_MALFORMED, "join.bodies[1].body: rc stands twice");
}

static void one_key_has_one_purpose(void **state)
{
    (void)state;
    struct request r;
    fill(&r);
    offer(&r, PO, 3, "a.b/" CODE "/po", YS_SIG_ED25519); /* the seed of rc */
    assert_verdict(&r, YS_MALFORMED,
                   "join: a.b/110101001001/rc and a.b/110101001001/po are one key");
    fill(&r);
    offer(&r, MIRROR, 1, "a.b/mirror/" CODE, YS_SIG_COSIGNATURE_V1); /* the seed of the log */
    assert_verdict(&r, YS_MALFORMED,
                   "join: a.b/110101001001/1 and a.b/mirror/110101001001 are one key");
}

static void mandatory_fields_and_limits_hold_in_files_too(void **state)
{
    (void)state;
    char empty[] = "";
    char with_space[] = "a b";
    Yishi__V1__JoinBody *many[YS_JOIN_BODIES_MAX + 1];
    struct request r;
    fill(&r);
    r.join.has_transport = 0;
    assert_verdict(&r, YS_MALFORMED, "join.transport: is missing");
    fill(&r);
    r.join.name = empty;
    assert_verdict(&r, YS_MALFORMED, "join.name: is empty");
    fill(&r);
    r.body[1].name = empty;
    assert_verdict(&r, YS_MALFORMED, "join.bodies[1].name: is empty");
    fill(&r);
    r.join.token_id = with_space;
    assert_verdict(&r, YS_MALFORMED, "join.token_id: not a token id");
    fill(&r);
    r.join.log_size = UINT64_MAX;
    assert_verdict(&r, YS_MALFORMED, "join.log_size: is out of range");
    fill(&r);
    for (size_t i = 0; i <= YS_JOIN_BODIES_MAX; i++)
        many[i] = &r.body[0];
    r.join.bodies = many;
    r.join.n_bodies = YS_JOIN_BODIES_MAX + 1;
    assert_verdict(&r, YS_LIMIT, "join.bodies: has 17 elements, limit 16");
    fill(&r);
    r.join.code = empty;
    assert_verdict(&r, YS_MALFORMED, "join.code: not a division code");
    fill(&r);
    r.join.deployment = empty;
    assert_verdict(&r, YS_MALFORMED, "join.deployment: not the name of a deployment");
}

static void a_key_that_is_no_good_point_is_refused(void **state)
{
    (void)state;
    uint8_t small_order[YS_PUBKEY_LEN] = {1};
    struct ys_vkey key;
    struct request r;
    fill(&r);
    assert_int_equal(ys_vkey_make("a.b/" CODE "/1", YS_SIG_ED25519, small_order, &key), YS_OK);
    ys_vkey_print(&key, r.vkey[LOG]);
    assert_verdict(&r, YS_MALFORMED, "join.log: not a verifier key");
}

static void a_token_id_is_a_printable_word(void **state)
{
    (void)state;
    char word[YS_TOKEN_ID_MAX + 2];
    memset(word, 'x', sizeof word);
    assert_true(ys_token_id_valid(ys_bytes_of_text("-")));
    assert_true(ys_token_id_valid(
        (struct ys_bytes){.data = (const uint8_t *)word, .size = YS_TOKEN_ID_MAX}));
    assert_false(ys_token_id_valid(
        (struct ys_bytes){.data = (const uint8_t *)word, .size = YS_TOKEN_ID_MAX + 1}));
    assert_false(ys_token_id_valid(ys_bytes_of_text("")));
    assert_false(ys_token_id_valid(ys_bytes_of_text("a\n")));
    assert_false(ys_token_id_valid(ys_bytes_of_text("a b")));
    assert_false(ys_token_id_valid(ys_bytes_of_text("a\x7f")));
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_statement_is_five_lines),
        cmocka_unit_test(a_request_whose_keys_fit_and_are_proved_is_good),
        cmocka_unit_test(every_possession_is_verified),
        cmocka_unit_test(a_proof_holds_for_one_place_token_and_transport_key_only),
        cmocka_unit_test(without_a_token_there_is_no_proof_of_one),
        cmocka_unit_test(keys_have_the_names_of_the_applicant),
        cmocka_unit_test(bodies_exist_at_the_level_and_once),
        cmocka_unit_test(one_key_has_one_purpose),
        cmocka_unit_test(mandatory_fields_and_limits_hold_in_files_too),
        cmocka_unit_test(a_key_that_is_no_good_point_is_refused),
        cmocka_unit_test(a_token_id_is_a_printable_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
