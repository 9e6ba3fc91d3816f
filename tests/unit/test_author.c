#include "node/author.h"

#include "sync/rewind.h"
#include "sync/verdict.h"
#include "tests/support/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RC = 0, PO = 1, SC = 2 };
static const uint64_t now_s = 1764000100;

/* A community before its store, as the command line would open it. */
struct desk {
    struct cast cast;
    struct ys_node node;
};

static int set_up(void **state)
{
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    assert_true(sodium_init() >= 0);
    cast_open(&desk->cast, "test_author", CAST_COMMUNITY);
    desk->node.store = desk->cast.store;
    desk->node.origin = desk->cast.unit[CAST_COMMUNITY].origin;
    ys_name_print(&desk->node.origin, desk->node.origin_text);
    desk->node.has_root = true;
    desk->node.roots = (struct ys_root_chain){.count = 1, .policy = {desk->cast.root}};
    memcpy(desk->node.home.path, desk->cast.folder.path, sizeof desk->cast.folder.path);
    assert_int_equal(
        ys_member_new(&desk->cast.root, &desk->node.origin.division, &desk->node.member, NULL),
        YS_OK);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *const desk = *state;
    ys_member_free(desk->node.member);
    cast_close(&desk->cast);
    free(desk);
    return 0;
}

/* The district's and the street's logs, with the street's head that the district has cosigned. */
static void enrol(struct desk *desk)
{
    static const enum cast_role district = CAST_DISTRICT;
    cast_enrol_all(&desk->cast);
    const struct ys_log street = cast_log(&desk->cast, CAST_STREET);
    cast_keep_head(&desk->cast, CAST_STREET, street.frontier.size, &district, 1, now_s);
}

static const struct ys_signer *key_of(const struct desk *desk, unsigned body)
{
    return &desk->cast.unit[CAST_COMMUNITY].body[body];
}

#define CONSENSUS                                                                         \
    "\"backfill_reason\":\"begun "                                                        \
    "before\",\"consensus\":{\"items\":[{\"no\":1,\"text\":\"t\",\"nature\":\"community_" \
    "affairs\","                                                                          \
    "\"decision_matter\":false}],\"reached_on\":\"2026-10-20\",\"degree\":\"broad\"}"

static enum ys_code parse(const struct desk *desk, const char *json, struct ys_draft *draft,
                          struct ys_err *err)
{
    return ys_draft_parse(ys_bytes_of_text(json), &desk->node.origin, draft, err);
}

/* A signed consensus, the first record of its matter. */
static void write_consensus(const struct desk *desk, const struct ys_signer *const *signers,
                            unsigned count, struct ys_written *out)
{
    static unsigned matter;
    YS_DRAFT_SCOPED draft = {.body = NULL};
    assert_int_equal(parse(desk, "{" CONSENSUS "}", &draft, NULL), YS_OK);
    (void)snprintf(draft.subject, sizeof draft.subject, "110105901001-2026-%04u", ++matter % 10000);
    assert_int_equal(ys_written_bind(&draft, &desk->node.origin, now_s, out, NULL), YS_OK);
    assert_int_equal(ys_written_sign(out, signers, count, NULL), YS_OK);
}

static enum ys_code publish(const struct desk *desk, const struct ys_signer *rc,
                            struct ys_appended *out, struct ys_err *err)
{
    YS_WRITTEN_SCOPED written = {.signer_count = 0};
    const struct ys_signer *const signers[] = {rc, key_of(desk, PO)};
    write_consensus(desk, signers, 2, &written);
    return ys_author_append(&desk->node, &(struct ys_append){.records = &written, .count = 1}, out,
                            err);
}

static uint64_t own_size(const struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log own;
    assert_int_equal(ys_store_begin(desk->node.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, NULL), YS_OK);
    return own.frontier.size;
}

/* --- drafts --- */

static void json_becomes_a_draft(void **state)
{
    const struct desk *const desk = *state;
    YS_DRAFT_SCOPED draft = {.body = NULL};

    assert_int_equal(parse(desk,
                           "{\"kind\":\"consensus\",\"subject\":\"110105901001-2026-0007\","
                           "\"deployment\":\"beijing.example\","
                           "\"origin\":\"beijing.example/110105901001/1\","
                           "\"occurred_at\":\"2026-10-20\"," CONSENSUS "}",
                           &draft, NULL),
                     YS_OK);

    assert_string_equal(draft.kind->name, "consensus");
    assert_string_equal(draft.subject, "110105901001-2026-0007");
    assert_string_equal(draft.body->consensus->items[0]->text, "t");
    assert_int_equal(draft.body->occurred_at->date->yyyymmdd, 20261020);
}

static void kind_and_subject_may_be_absent(void **state)
{
    const struct desk *const desk = *state;
    YS_DRAFT_SCOPED draft = {.body = NULL};
    assert_int_equal(parse(desk, "{" CONSENSUS "}", &draft, NULL), YS_OK);
    assert_string_equal(draft.subject, "-");
    assert_string_equal(draft.kind->name, "consensus");
}

static void what_is_no_draft_is_named(void **state)
{
    const struct desk *const desk = *state;
    static const struct {
        const char *json;
        enum ys_code code;
        const char *part;
    } bad[] = {
        {"[]", YS_MALFORMED, "object"},
        {"{", YS_MALFORMED, "line 1"},
        {"{\"kind\":\"consensus\"}", YS_MALFORMED, "consensus: is missing"},
        {"{}", YS_MALFORMED, "kind: is missing"},
        {"{\"kind\":\"future\",\"future\":{}}", YS_MALFORMED, "future"},
        {"{\"kind\":7}", YS_MALFORMED, "kind: is not a string"},
        {"{\"kind\":\"acknowledgement\"," CONSENSUS "}", YS_MALFORMED, "acknowledgement"},
        {"{\"subject\":\"M 1\"," CONSENSUS "}", YS_MALFORMED, "M 1"},
        {"{\"subject\":\"\"," CONSENSUS "}", YS_MALFORMED, "subject"},
        {"{\"subject\":\"a\\u0000b\"," CONSENSUS "}", YS_MALFORMED, "u0000"},
        {"{\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\"," CONSENSUS "}", YS_MALFORMED, "salt"},
        {"{\"colour\":1," CONSENSUS "}", YS_MALFORMED, "colour"},
        {"{\"acknowledgement\":{}," CONSENSUS "}", YS_MALFORMED, ""},
        {"{\"deployment\":\"other.example\"," CONSENSUS "}", YS_DENIED, "other.example"},
        {"{\"origin\":\"beijing.example/110105901002/1\"," CONSENSUS "}", YS_DENIED,
         "110105901002"},
        {"{\"origin\":\"beijing.example/110105901001/2\"," CONSENSUS "}", YS_DENIED, "/2"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ys_draft draft;
        struct ys_err err = {0};
        const enum ys_code code = parse(desk, bad[i].json, &draft, &err);
        if (code != bad[i].code || strstr(err.msg, bad[i].part) == NULL)
            fail_msg("%s: %s: %s", bad[i].json, ys_code_name(code), err.msg);
    }
}

static void a_subject_has_a_limit(void **state)
{
    const struct desk *const desk = *state;
    char json[1024];
    char subject[YS_KIND_NAME_MAX + 2] = "";
    for (size_t more = 0; more < 2; more++) {
        struct ys_draft draft = {.body = NULL};
        memset(subject, 'm', YS_KIND_NAME_MAX + more);
        snprintf(json, sizeof json, "{\"subject\":\"%s\"," CONSENSUS "}", subject);
        assert_int_equal(parse(desk, json, &draft, NULL), more == 0 ? YS_OK : YS_LIMIT);
        if (more == 0)
            ys_draft_clear(&draft);
    }
}

/* --- who signs --- */

static enum ys_code choose(const char *kind, const char *unit, const char *as,
                           struct ys_signatories *out)
{
    struct ys_division division;
    struct ys_signatories named = {.count = 0};
    const struct ys_body_names present = {.count = 1, .name = {"gd-cj"}};
    assert_int_equal(ys_division_parse(ys_bytes_of_text(unit), &division, NULL), YS_OK);
    for (; as != NULL && *as != '\0'; as += as[2] == ',' ? 3 : 2)
        memcpy(named.body[named.count++], as, 2);
    return ys_signatories_choose(ys_kind_by_name(ys_bytes_of_text(kind)), &division, &named,
                                 &present, out, NULL);
}

static void a_kind_says_who_must_sign(void **state)
{
    (void)state;
    struct ys_signatories list;
    assert_int_equal(choose("consensus", "110105901001", NULL, &list), YS_OK);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.body[0], "rc");
    assert_string_equal(list.body[1], "po");
    assert_int_equal(choose("acknowledgement", "110105901001", NULL, &list), YS_OK);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.body[0], "rc");
    assert_int_equal(choose("acknowledgement", "110105901", NULL, &list), YS_OK);
    assert_string_equal(list.body[0], "st");
    assert_int_equal(choose("key_revoke", "110105", NULL, &list), YS_OK);
    assert_string_equal(list.body[0], "da");
}

static void a_unit_without_an_author_of_the_kind_is_refused(void **state)
{
    (void)state;
    struct ys_signatories list;
    assert_int_equal(choose("consensus", "110105901", NULL, &list), YS_DENIED);
    assert_int_equal(choose("consensus", "110105", NULL, &list), YS_DENIED);
    assert_int_equal(choose("key_revoke", "110105901001", NULL, &list), YS_DENIED);
}

static void nobody_signs_what_the_node_writes_by_itself(void **state)
{
    (void)state;
    static const char *const kinds[] = {"anchor", "fork_notice", "receipts"};
    const struct ys_body_names present = {.count = 0};
    for (size_t i = 0; i < 3; i++) {
        struct ys_division division;
        struct ys_signatories list;
        struct ys_err err = {0};
        assert_int_equal(choose(kinds[i], "110105", "da", &list), YS_DENIED);
        assert_int_equal(ys_division_parse(ys_bytes_of_text("110105"), &division, NULL), YS_OK);
        assert_int_equal(ys_signatories_choose(ys_kind_by_name(ys_bytes_of_text(kinds[i])),
                                               &division, NULL, &present, &list, &err),
                         YS_DENIED);
        assert_non_null(strstr(err.msg, "the node writes this kind by itself"));
    }
}

static void another_body_may_be_named_if_it_may_write_the_kind(void **state)
{
    (void)state;
    struct ys_signatories list;
    assert_int_equal(choose("acknowledgement", "110105901001", "sc", &list), YS_OK);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.body[0], "sc");
    assert_int_equal(choose("consensus", "110105901001", "sc", &list), YS_DENIED);
    assert_int_equal(choose("consensus", "110105901001", "rc", &list), YS_DENIED);
    assert_int_equal(choose("consensus", "110105901001", "rc,po,sc", &list), YS_OK);
    assert_int_equal(list.count, 3);
    assert_int_equal(choose("acknowledgement", "110105901001", "st", &list), YS_USAGE);
}

/* --- records --- */

static void a_written_record_verifies_as_any_other(void **state)
{
    struct desk *const desk = *state;
    YS_WRITTEN_SCOPED written = {.signer_count = 0};
    YS_TXN_SCOPED txn = NULL;
    struct ys_err why = {0};
    const struct ys_signer *const signers[] = {key_of(desk, RC), key_of(desk, PO)};
    enrol(desk);

    write_consensus(desk, signers, 2, &written);

    assert_int_equal(ys_store_begin(desk->node.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_member_rebuild(desk->node.member, txn, NULL, NULL), YS_OK);
    const struct ys_entry entry = {
        .note = written.note, .content = YS_CONTENT_BODY, .body = written.body};
    assert_int_equal(ys_judge(desk->node.member, &desk->node.origin, 0, &entry, &why),
                     YS_VERDICT_OK);
    assert_memory_equal(written.record.subject, "110105901001-2026-", 18);
    assert_int_equal(written.record.signed_at_s, now_s);
}

static void the_same_content_twice_gives_two_records(void **state)
{
    const struct desk *const desk = *state;
    YS_WRITTEN_SCOPED one = {.signer_count = 0};
    YS_WRITTEN_SCOPED two = {.signer_count = 0};
    const struct ys_signer *const signers[] = {key_of(desk, RC), key_of(desk, PO)};
    write_consensus(desk, signers, 2, &one);
    write_consensus(desk, signers, 2, &two);
    assert_false(ys_hash_equal(&one.id, &two.id)); /* the salt */
}

static void what_an_author_must_not_say_is_not_bound(void **state)
{
    const struct desk *const desk = *state;
    YS_DRAFT_SCOPED draft = {.body = NULL};
    struct ys_written written;
    struct ys_err err = {0};
    assert_int_equal(parse(desk, "{\"consensus\":{\"reached_on\":\"2026-10-20\"}}", &draft, NULL),
                     YS_OK);
    assert_int_equal(ys_written_bind(&draft, &desk->node.origin, now_s, &written, &err),
                     YS_MALFORMED);
    assert_non_null(strstr(err.msg, "consensus."));
}

/* --- appending --- */

static void a_registered_key_appends_with_its_verdict(void **state)
{
    struct desk *const desk = *state;
    struct ys_appended appended;
    YS_TXN_SCOPED txn = NULL;
    enum ys_verdict verdict = YS_VERDICT_UNCHECKED;
    enrol(desk);

    assert_int_equal(publish(desk, key_of(desk, RC), &appended, NULL), YS_OK);
    assert_int_equal(appended.first_index, 0);
    assert_int_equal(appended.size, 1);
    assert_int_equal(appended.standing, YS_STANDING_REGISTERED);

    assert_int_equal(ys_store_begin(desk->node.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_get(txn, YS_OWN_LOG, 0, &verdict, NULL), YS_OK);
    assert_int_equal(verdict, YS_VERDICT_OK);
}

static void a_unit_that_is_not_known_yet_may_write_and_is_told(void **state)
{
    const struct desk *const desk = *state;
    struct ys_appended appended;
    YS_TXN_SCOPED txn = NULL;
    enum ys_verdict verdict = YS_VERDICT_OK;

    assert_int_equal(publish(desk, key_of(desk, RC), &appended, NULL), YS_OK);
    assert_int_equal(appended.standing, YS_STANDING_UNKNOWN);

    assert_int_equal(ys_store_begin(desk->node.store, false, &txn, NULL), YS_OK);
    assert_int_equal(ys_status_get(txn, YS_OWN_LOG, 0, &verdict, NULL), YS_OK);
    assert_int_equal(verdict, YS_VERDICT_UNCHECKED);
}

static void another_key_under_a_registered_name_is_refused(void **state)
{
    struct desk *const desk = *state;
    struct ys_signer other;
    struct ys_appended appended;
    struct ys_err err = {0};
    enrol(desk);
    cast_rekey(&desk->cast, key_of(desk, RC), &other);

    assert_int_equal(publish(desk, &other, &appended, &err), YS_DENIED);

    assert_non_null(strstr(err.msg, "110105901001/rc: another key"));
    assert_int_equal(own_size(desk), 0);
}

static void a_key_that_is_not_registered_is_refused_once_the_unit_is_known(void **state)
{
    struct desk *const desk = *state;
    static const enum cast_role district = CAST_DISTRICT;
    struct ys_appended appended;
    struct ys_err err = {0};
    cast_enrol(&desk->cast, CAST_DISTRICT, CAST_DISTRICT, 1, &desk->cast.root_key[0]);
    cast_enrol(&desk->cast, CAST_DISTRICT, CAST_STREET, 1, &desk->cast.unit[CAST_DISTRICT].body[0]);
    cast_enrol(&desk->cast, CAST_STREET, CAST_COMMUNITY, 1, &desk->cast.unit[CAST_STREET].body[0]);
    const struct ys_log street = cast_log(&desk->cast, CAST_STREET);
    cast_keep_head(&desk->cast, CAST_STREET, street.frontier.size, &district, 1, now_s);

    assert_int_equal(publish(desk, key_of(desk, RC), &appended, &err), YS_DENIED);

    assert_non_null(strstr(err.msg, "110105901001/po"));
    assert_int_equal(own_size(desk), 0);
}

static enum ys_code revoke_at(const struct desk *desk, uint64_t size, uint8_t *root,
                              struct ys_err *err)
{
    YS_WRITTEN_SCOPED written = {.signer_count = 0};
    YS_DRAFT_SCOPED draft = {.body = NULL};
    const struct ys_signer *const rc = key_of(desk, RC);
    struct ys_appended appended;
    Yishi__V1__Body *const body =
        scribe_key_revoke(&key_of(desk, PO)->vkey, desk->cast.unit[CAST_COMMUNITY].log, size);
    body->key_revoke->has_cut_root = 1;
    body->key_revoke->cut_root = (ProtobufCBinaryData){YS_HASH_LEN, root};
    ys_draft_of(body, &draft);
    assert_int_equal(ys_written_bind(&draft, &desk->node.origin, now_s, &written, NULL), YS_OK);
    assert_int_equal(ys_written_sign(&written, &rc, 1, NULL), YS_OK);
    return ys_author_append(&desk->node, &(struct ys_append){.records = &written, .count = 1},
                            &appended, err);
}

static void a_cut_names_the_root_of_the_tree_that_is_held(void **state)
{
    struct desk *const desk = *state;
    struct ys_appended appended;
    struct ys_err err = {0};
    uint8_t root[YS_HASH_LEN] = {1};
    enrol(desk);
    for (int i = 0; i < 2; i++)
        assert_int_equal(publish(desk, key_of(desk, RC), &appended, NULL), YS_OK);

    assert_int_equal(revoke_at(desk, 1, root, &err), YS_REFUSED);
    assert_non_null(strstr(err.msg, "has another root at size 1"));
    /* not that far here; and the right one: then only the signer is wrong */
    assert_int_equal(revoke_at(desk, 3, root, &err), YS_REFUSED);
    assert_null(strstr(err.msg, "another root"));
    {
        YS_TXN_SCOPED txn = NULL;
        struct ys_log own;
        struct ys_hash at;
        assert_int_equal(ys_store_begin(desk->node.store, false, &txn, NULL), YS_OK);
        assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, NULL), YS_OK);
        assert_int_equal(ys_log_root_at(txn, &own, 1, &at, NULL), YS_OK);
        memcpy(root, at.bytes, sizeof root);
    }
    assert_int_equal(revoke_at(desk, 1, root, &err), YS_REFUSED);
    assert_null(strstr(err.msg, "another root"));
    assert_int_equal(own_size(desk), 2);
}

static void a_revoked_key_is_refused_from_its_cut_on(void **state)
{
    struct desk *const desk = *state;
    static const enum cast_role district = CAST_DISTRICT;
    struct ys_appended appended;
    struct ys_err err = {0};
    cast_enrol_all(&desk->cast);
    (void)cast_publish(&desk->cast, CAST_STREET,
                       scribe_key_revoke(&key_of(desk, RC)->vkey, desk->node.origin_text, 1),
                       &desk->cast.unit[CAST_STREET].body[0]);
    const struct ys_log street = cast_log(&desk->cast, CAST_STREET);
    cast_keep_head(&desk->cast, CAST_STREET, street.frontier.size, &district, 1, now_s);

    assert_int_equal(publish(desk, key_of(desk, RC), &appended, NULL), YS_OK);
    assert_int_equal(publish(desk, key_of(desk, RC), &appended, &err), YS_DENIED);

    assert_non_null(strstr(err.msg, "revoked"));
    assert_int_equal(own_size(desk), 1);
}

static void a_record_that_lacks_a_signature_is_taken_back(void **state)
{
    struct desk *const desk = *state;
    YS_WRITTEN_SCOPED written = {.signer_count = 0};
    struct ys_appended appended;
    const struct ys_signer *const signers[] = {key_of(desk, RC)};
    enrol(desk);
    write_consensus(desk, signers, 1, &written);

    assert_int_equal(ys_author_append(&desk->node,
                                      &(struct ys_append){.records = &written, .count = 1},
                                      &appended, NULL),
                     YS_REFUSED);

    assert_int_equal(own_size(desk), 0);
}

static void what_is_written_while_the_own_log_is_recovered_waits(void **state)
{
    struct desk *const desk = *state;
    struct ys_txn *txn = NULL;
    struct ys_log own;
    struct ys_appended appended;
    struct ys_entry entry;
    uint64_t counter = 0;
    enrol(desk);
    const uint64_t size = own_size(desk);
    assert_int_equal(ys_store_begin(desk->node.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, NULL), YS_OK);
    assert_int_equal(ys_log_set_state(txn, &own, YS_LOG_RECOVERING, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);

    assert_int_equal(publish(desk, key_of(desk, RC), &appended, NULL), YS_OK);

    assert_true(appended.waits);
    assert_int_equal(own_size(desk), size);
    assert_int_equal(ys_store_begin(desk->node.store, true, &txn, NULL), YS_OK);
    assert_int_equal(ys_aside_next(txn, 0, &counter, &entry, NULL), YS_OK);
    assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, NULL), YS_OK);
    assert_int_equal(ys_recover_end(txn, &own, NULL), YS_OK);
    assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);
    assert_int_equal(own_size(desk), size + 1);
}

static void a_log_that_is_not_open_takes_nothing(void **state)
{
    struct desk *const desk = *state;
    static const enum ys_log_state states[] = {YS_LOG_FORKED, YS_LOG_CLOSED};
    enrol(desk);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        YS_TXN_SCOPED txn = NULL;
        struct ys_log own;
        struct ys_appended appended;
        struct ys_err err = {0};
        assert_int_equal(ys_store_begin(desk->node.store, true, &txn, NULL), YS_OK);
        assert_int_equal(ys_log_load(txn, YS_OWN_LOG, &own, NULL), YS_OK);
        assert_int_equal(ys_log_set_state(txn, &own, states[i], NULL), YS_OK);
        assert_int_equal(ys_txn_commit(&txn, NULL), YS_OK);

        assert_int_equal(publish(desk, key_of(desk, RC), &appended, &err), YS_REFUSED);
        assert_non_null(strstr(err.msg, ys_log_state_name(states[i])));
    }
}

static bool refuse(const struct ys_member *member, const void *context, struct ys_err *err)
{
    assert_non_null(member);
    (void)ys_fail(err, YS_REFUSED, "%s", (const char *)context);
    return false;
}

static void what_would_have_no_effect_is_taken_back(void **state)
{
    struct desk *const desk = *state;
    YS_WRITTEN_SCOPED written = {.signer_count = 0};
    struct ys_appended appended;
    struct ys_err err = {0};
    const struct ys_signer *const signers[] = {key_of(desk, RC), key_of(desk, PO)};
    enrol(desk);
    write_consensus(desk, signers, 2, &written);

    assert_int_equal(ys_author_append(&desk->node,
                                      &(struct ys_append){.records = &written,
                                                          .count = 1,
                                                          .effective = refuse,
                                                          .context = "no effect"},
                                      &appended, &err),
                     YS_REFUSED);

    assert_string_equal(err.msg, "no effect");
    assert_int_equal(own_size(desk), 0);
}

static void nothing_is_written_without_a_root(void **state)
{
    const struct desk *const desk = *state;
    struct desk rootless = *desk;
    struct ys_appended appended;
    rootless.node.member = NULL;
    assert_int_equal(publish(&rootless, key_of(desk, RC), &appended, NULL), YS_REFUSED);
    assert_int_equal(own_size(desk), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(json_becomes_a_draft, set_up, tear_down),
        cmocka_unit_test_setup_teardown(kind_and_subject_may_be_absent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_draft_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_subject_has_a_limit, set_up, tear_down),
        cmocka_unit_test(a_kind_says_who_must_sign),
        cmocka_unit_test(a_unit_without_an_author_of_the_kind_is_refused),
        cmocka_unit_test(nobody_signs_what_the_node_writes_by_itself),
        cmocka_unit_test(another_body_may_be_named_if_it_may_write_the_kind),
        cmocka_unit_test_setup_teardown(a_written_record_verifies_as_any_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_content_twice_gives_two_records, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_an_author_must_not_say_is_not_bound, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_registered_key_appends_with_its_verdict, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_unit_that_is_not_known_yet_may_write_and_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_key_under_a_registered_name_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_key_that_is_not_registered_is_refused_once_the_unit_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cut_names_the_root_of_the_tree_that_is_held, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_revoked_key_is_refused_from_its_cut_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_record_that_lacks_a_signature_is_taken_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_written_while_the_own_log_is_recovered_waits,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_is_not_open_takes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_would_have_no_effect_is_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_written_without_a_root, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
