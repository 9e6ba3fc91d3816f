#include "proto/json.h"

#include "proto/body.h"
#include "proto/field.h"
#include "proto/message.pb-c.h"
#include "proto/moment.h"
#include "proto/reflect.h"
#include "proto/wire.h"
#include "tests/support/maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BODY &yishi__v1__body__descriptor

/* Reads a text as a message of that type; the verdict of loading or of decoding. */
static enum ys_code read_as(const char *text, const ProtobufCMessageDescriptor *type,
                            const char *where, struct ys_arena *arena, ProtobufCMessage **out,
                            struct ys_err *err)
{
    json_t *json = NULL;
    enum ys_code code = ys_json_load(ys_bytes_of_text(text), &json, err);
    if (code == YS_OK)
        code = ys_json_decode(json, type, where, arena, out, err);
    json_decref(json);
    return code;
}

static void assert_refused(const char *text, enum ys_code want, const char *message)
{
    struct ys_arena arena;
    struct ys_err err = {.msg = ""};
    ProtobufCMessage *out = NULL;
    ys_arena_init(&arena, 1 << 20);
    const enum ys_code code = read_as(text, BODY, "body", &arena, &out, &err);
    assert_string_equal(err.msg, message);
    assert_int_equal(code, want);
    assert_null(out);
    ys_arena_clear(&arena);
}

/* The rest of the message is jansson's own, and differs between its versions. */
static void assert_refused_by_line(const char *text)
{
    struct ys_err err = {.msg = ""};
    json_t *json = NULL;
    assert_int_equal(ys_json_load(ys_bytes_of_text(text), &json, &err), YS_MALFORMED);
    assert_int_equal(strncmp(err.msg, "line 1, column ", 15), 0);
    assert_null(json);
}

/* Reads and writes again, without spaces. */
static void assert_becomes(const char *text, const char *want)
{
    struct ys_arena arena;
    struct ys_err err = {.msg = ""};
    ProtobufCMessage *message = NULL;
    json_t *json = NULL;
    ys_arena_init(&arena, 1 << 20);
    if (read_as(text, BODY, "body", &arena, &message, &err) != YS_OK)
        fail_msg("%s", err.msg);
    else if (ys_json_encode(message, &json, &err) != YS_OK)
        fail_msg("%s", err.msg);
    char *got = json_dumps(json, JSON_COMPACT);
    assert_string_equal(got, want);
    free(got);
    json_decref(json);
    ys_arena_clear(&arena);
}

static void a_body_is_written_in_the_order_of_the_schema(void **state)
{
    (void)state;
    assert_becomes("{\"consensus\":{\"degree\":\"broad\",\"reached_on\":\"2026-11-20\",\"items\":["
                   "{\"decision_matter\":false,\"nature\":\"public_service\",\"text\":\"修\\n缮\","
                   "\"no\":1,\"due\":\"2027-01-31\"}]},\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\"}",
                   "{\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"consensus\":{\"items\":[{\"no\":1,"
                   "\"text\":\"修\\n缮\",\"nature\":\"public_service\",\"decision_matter\":false,"
                   "\"due\":\"2027-01-31\"}],\"reached_on\":\"2026-11-20\",\"degree\":\"broad\"}}");
}

static void absent_fields_stay_absent_and_zero_stays_zero(void **state)
{
    (void)state;
    assert_becomes("{}", "{}");
    assert_becomes("{\"refs\":[],\"acknowledgement\":{}}", "{\"acknowledgement\":{}}");
    assert_becomes("{\"evaluation_result\":{\"issued\":0,\"dimensions\":[{}]}}",
                   "{\"evaluation_result\":{\"issued\":0,\"dimensions\":[{}]}}");
    assert_becomes("{\"acknowledgement\":{\"purpose\":\"\"},\"salt\":\"\"}",
                   "{\"salt\":\"\",\"acknowledgement\":{\"purpose\":\"\"}}");
}

static void a_moment_is_a_day_or_a_time(void **state)
{
    (void)state;
    assert_becomes("{\"occurred_at\":\"2026-11-25\"}", "{\"occurred_at\":\"2026-11-25\"}");
    assert_becomes("{\"occurred_at\":\"2026-11-25T01:30:00Z\"}",
                   "{\"occurred_at\":\"2026-11-25T09:30:00.000+08:00\"}");
    assert_refused("{\"occurred_at\":\"2026-02-30\"}", YS_MALFORMED,
                   "body.occurred_at: \"2026-02-30\" is not a date");
    assert_refused("{\"occurred_at\":\"2026-02-30T00:00:00Z\"}", YS_MALFORMED,
                   "body.occurred_at: \"2026-02-30T00:00:00Z\" is not a time such as "
                   "2026-11-25T09:30:00.000+08:00");
    assert_refused("{\"occurred_at\":20261125}", YS_MALFORMED, "body.occurred_at: is not a string");
}

static void errors_name_the_field_by_its_path(void **state)
{
    (void)state;
    assert_refused("{\"consensus\":{\"items\":[{},{},{\"due\":\"2026-02-30\"}]}}", YS_MALFORMED,
                   "body.consensus.items[2].due: \"2026-02-30\" is not a date");
    assert_refused("{\"consensus\":{\"items\":[{\"no\":1},{\"number\":2}]}}", YS_MALFORMED,
                   "body.consensus.items[1]: has no field \"number\"");
    assert_refused("{\"consensus\":{\"items\":[{}],\"dissent\":1}}", YS_MALFORMED,
                   "body.consensus.dissent: is not a string");
    assert_refused("{\"consensus\":{\"items\":[{\"due\":\"2026-11-25\"}]},\"kind\":1}",
                   YS_MALFORMED, "body: has no field \"kind\"");
    assert_refused("{\"feedback_publication\":{\"channels\":[\"a\",2]}}", YS_MALFORMED,
                   "body.feedback_publication.channels[1]: is not a string");
    assert_refused("[]", YS_MALFORMED, "body: is not an object");
    assert_refused("{\"consensus\":{\"reached_on\":20261120}}", YS_MALFORMED,
                   "body.consensus.reached_on: is not a string");
    assert_refused("{\"consensus\":{\"items\":{}}}", YS_MALFORMED,
                   "body.consensus.items: is not an array");
}

static void null_is_refused_everywhere(void **state)
{
    (void)state;
    assert_refused("null", YS_MALFORMED, "body: is null; leave it out");
    assert_refused("{\"salt\":null}", YS_MALFORMED, "body.salt: is null; leave it out");
    assert_refused("{\"refs\":null}", YS_MALFORMED, "body.refs: is null; leave it out");
    assert_refused("{\"refs\":[null]}", YS_MALFORMED, "body.refs[0]: is null; leave it out");
    assert_refused("{\"refs\":[{\"rel\":null}]}", YS_MALFORMED,
                   "body.refs[0].rel: is null; leave it out");
    assert_refused("{\"occurred_at\":null}", YS_MALFORMED,
                   "body.occurred_at: is null; leave it out");
    assert_refused("{\"evaluation_result\":{\"issued\":null}}", YS_MALFORMED,
                   "body.evaluation_result.issued: is null; leave it out");
    assert_refused("{\"feedback_publication\":{\"explained_to_dissenters\":null}}", YS_MALFORMED,
                   "body.feedback_publication.explained_to_dissenters: is null; leave it out");
}

static void integers_are_integers_in_the_range_of_their_type(void **state)
{
    (void)state;
    assert_becomes("{\"evaluation_result\":{\"issued\":4294967295}}",
                   "{\"evaluation_result\":{\"issued\":4294967295}}");
    assert_refused("{\"evaluation_result\":{\"issued\":4294967296}}", YS_MALFORMED,
                   "body.evaluation_result.issued: 4294967296 is not from 0 to 4294967295");
    assert_refused("{\"evaluation_result\":{\"issued\":-1}}", YS_MALFORMED,
                   "body.evaluation_result.issued: -1 is not from 0 to 4294967295");
    assert_refused("{\"evaluation_result\":{\"issued\":1.0}}", YS_MALFORMED,
                   "body.evaluation_result.issued: is not an integer");
    assert_refused("{\"evaluation_result\":{\"issued\":\"1\"}}", YS_MALFORMED,
                   "body.evaluation_result.issued: is not an integer");
    assert_refused("{\"evaluation_result\":{\"issued\":true}}", YS_MALFORMED,
                   "body.evaluation_result.issued: is not an integer");
    assert_becomes("{\"key_revoke\":{\"cut_size\":9223372036854775807}}",
                   "{\"key_revoke\":{\"cut_size\":9223372036854775807}}");
    assert_refused_by_line("{\"key_revoke\":{\"cut_size\":9223372036854775808}}");
    assert_refused("{\"feedback_publication\":{\"explained_to_dissenters\":1}}", YS_MALFORMED,
                   "body.feedback_publication.explained_to_dissenters: is not true or false");
}

static void enums_are_their_names_without_prefix_in_lower_case(void **state)
{
    (void)state;
    assert_becomes("{\"refs\":[{\"rel\":\"based_on\"}]}", "{\"refs\":[{\"rel\":\"based_on\"}]}");
    assert_becomes("{\"attachments\":[{\"alg\":\"sha256\",\"scope\":\"local_only\"}]}",
                   "{\"attachments\":[{\"alg\":\"sha256\",\"scope\":\"local_only\"}]}");
    assert_refused("{\"refs\":[{\"rel\":\"BASED_ON\"}]}", YS_MALFORMED,
                   "body.refs[0].rel: \"BASED_ON\" is no Relation: "
                   "based_on, answers, follows, supersedes, withdraws, redacts, evaluates, "
                   "corrects, acknowledges");
    assert_refused("{\"refs\":[{\"rel\":\"relation_based_on\"}]}", YS_MALFORMED,
                   "body.refs[0].rel: \"relation_based_on\" is no Relation: "
                   "based_on, answers, follows, supersedes, withdraws, redacts, evaluates, "
                   "corrects, acknowledges");
    assert_refused("{\"topic_proposal\":{\"proposer_kind\":\"\"}}", YS_MALFORMED,
                   "body.topic_proposal.proposer_kind: \"\" is no PartyKind: street, party_org, "
                   "committee, supervision, residents_group, resident_unit, social_org, "
                   "owners_committee, property_company, ...");
    assert_refused("{\"refs\":[{\"rel\":1}]}", YS_MALFORMED, "body.refs[0].rel: is not a string");
}

static void bytes_are_canonical_base64(void **state)
{
    (void)state;
    static const char *const bad[] = {"AAA", "AAB=", "AA=", "A===", "AA==\\n", "A-_A", " AAAA"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "{\"salt\":\"%s\"}", bad[i]);
        assert_refused(text, YS_MALFORMED, "body.salt: is not canonical base64");
    }
}

/* As ids are shown to people; 64 hex digits are 48 bytes of base64, which no such field takes. */
static void what_has_32_bytes_may_be_written_in_hex(void **state)
{
    (void)state;
#define HEX    "5c315fedddc3a1e902c3956adc3edcf608fd17ba65545570c2012ecba2436a39"
#define UPPER  "5C315FEDDDC3A1E902C3956ADC3EDCF608FD17BA65545570C2012ECBA2436A39"
#define BASE64 "XDFf7d3DoekCw5Vq3D7c9gj9F7plVFVwwgEuy6JDajk="
    assert_becomes("{\"refs\":[{\"record\":\"" HEX "\"}]}",
                   "{\"refs\":[{\"record\":\"" BASE64 "\"}]}");
    assert_becomes("{\"acknowledgement\":{\"relayed\":[{\"record\":\"" HEX "\"}]}}",
                   "{\"acknowledgement\":{\"relayed\":[{\"record\":\"" BASE64 "\"}]}}");
    assert_becomes("{\"attachments\":[{\"hash\":\"" HEX "\"}]}",
                   "{\"attachments\":[{\"hash\":\"" BASE64 "\"}]}");
    /* A field of any size takes base64 only; so does every field what is no lower-case hex. */
    assert_becomes("{\"correction\":{\"replacement\":\"" HEX "\"}}",
                   "{\"correction\":{\"replacement\":\"" HEX "\"}}");
    assert_becomes("{\"refs\":[{\"record\":\"" UPPER "\"}]}",
                   "{\"refs\":[{\"record\":\"" UPPER "\"}]}");
}

static void two_members_of_one_oneof_are_refused(void **state)
{
    (void)state;
    assert_refused("{\"acknowledgement\":{},\"consensus\":{}}", YS_MALFORMED,
                   "body.consensus: excludes another field that is set");
}

static void texts_have_no_control_characters(void **state)
{
    (void)state;
    static const char *const bad[] = {"\\r", "\\t", "\\u001b[31m", "\\u007f", "\\u009b"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[96];
        (void)snprintf(text, sizeof text, "{\"acknowledgement\":{\"purpose\":\"%s\"}}", bad[i]);
        assert_refused(text, YS_MALFORMED,
                       "body.acknowledgement.purpose: has a control character; only line feeds "
                       "may stand in a text");
    }
    assert_refused_by_line("{\"acknowledgement\":{\"purpose\":\"\\u0000\"}}");
}

static enum ys_code load(const char *text, size_t size, struct ys_err *err)
{
    json_t *json = NULL;
    const struct ys_bytes bytes = {.data = (const uint8_t *)text, .size = size};
    const enum ys_code code = ys_json_load(bytes, &json, err);
    json_decref(json);
    return code;
}

static void only_one_whole_json_text_is_loaded(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "{}x",
                                      "{} {}",
                                      "{\"a\":1,\"a\":1}",
                                      "{\"a\":{\"b\":1,\"b\":2}}",
                                      "{'a':1}",
                                      "{\"a\":01}",
                                      "\"\xff\"",
                                      "\"\\ud800\"",
                                      "{\"a\":1,}",
                                      "// x\n{}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ys_err err;
        assert_int_equal(load(bad[i], strlen(bad[i]), &err), YS_MALFORMED);
        assert_int_equal(strncmp(err.msg, "line ", 5), 0);
    }
    assert_int_equal(load("{}\0", 3, NULL), YS_MALFORMED);
    assert_int_equal(load(" {} \n", 5, NULL), YS_OK);
}

static void nesting_and_size_have_limits(void **state)
{
    (void)state;
    struct ys_err err;
    char text[2 * (YS_JSON_DEPTH_MAX + 1) + 1] = "";
    for (size_t depth = YS_JSON_DEPTH_MAX; depth <= YS_JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(load(text, 2 * depth, &err),
                         depth <= YS_JSON_DEPTH_MAX ? YS_OK : YS_LIMIT);
    }
    assert_string_equal(err.msg, "line 1: JSON is nested more than 16 deep");
    const char *quoted = "[\"[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[[[\"]";
    assert_int_equal(load(quoted, strlen(quoted), &err), YS_OK);

    char *large = malloc(YS_JSON_FILE_MAX + 1);
    assert_non_null(large);
    memset(large, ' ', YS_JSON_FILE_MAX + 1);
    memcpy(large, "{}", 2);
    assert_int_equal(load(large, YS_JSON_FILE_MAX, &err), YS_OK);
    assert_int_equal(load(large, YS_JSON_FILE_MAX + 1, &err), YS_LIMIT);
    free(large);
}

static void an_array_that_does_not_fit_the_arena_is_refused(void **state)
{
    (void)state;
    struct ys_arena arena;
    struct ys_err err;
    ProtobufCMessage *out = NULL;
    enum { COUNT = 2000, SIZE = 3 * COUNT + 32 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, SIZE, "{\"refs\":[");
    for (unsigned i = 0; i < COUNT; i++)
        used += (size_t)snprintf(text + used, SIZE - used, i == 0 ? "{}" : ",{}");
    (void)snprintf(text + used, SIZE - used, "]}");
    ys_arena_init(&arena, 20000);

    assert_int_equal(read_as(text, BODY, "body", &arena, &out, &err), YS_LIMIT);

    ys_arena_clear(&arena);
    free(text);
}

static const char rich[] =
    "{\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"occurred_at\":\"2026-11-25T01:30:00Z\",\"refs\":[{"
    "\"rel\":\"answers\",\"record\":\"AAAA\"}],\"feedback_publication\":{\"channels\":[\"a\","
    "\"b\"],\"from\":\"2026-11-25\",\"reach\":0,\"explained_to_dissenters\":true}}";

static void any_smaller_arena_is_a_limit(void **state)
{
    (void)state;
    enum ys_code code = YS_LIMIT;
    size_t max = 0;
    for (; code == YS_LIMIT && max < 16384; max += 16) {
        struct ys_arena arena;
        ProtobufCMessage *out = NULL;
        ys_arena_init(&arena, max);
        code = read_as(rich, BODY, "body", &arena, &out, NULL);
        assert_int_equal(out != NULL, code == YS_OK);
        ys_arena_clear(&arena);
    }
    assert_int_equal(code, YS_OK);
    assert_true(max > 500);
}

/* Memory for jansson: the allocation that counts `fails_at` down to 0 fails. */
static unsigned fails_at;
static unsigned live;

static void *alloc_until(size_t size)
{
    if (fails_at > 0 && --fails_at == 0)
        return NULL;
    live++;
    return malloc(size);
}

static void free_counted(void *pointer)
{
    if (pointer != NULL)
        live--;
    free(pointer);
}

/* Load, decode and encode with the n-th allocation of jansson failing. */
static enum ys_code round_with_failure(unsigned n)
{
    struct ys_arena arena;
    ProtobufCMessage *message = NULL;
    json_t *json = NULL;
    json_t *again = NULL;
    ys_arena_init(&arena, 1 << 20);
    fails_at = n;
    enum ys_code code = ys_json_load(ys_bytes_of_text(rich), &json, NULL);
    if (code == YS_OK)
        code = ys_json_decode(json, BODY, "", &arena, &message, NULL);
    if (code == YS_OK)
        code = ys_json_encode(message, &again, NULL);
    fails_at = 0;
    json_decref(again);
    json_decref(json);
    ys_arena_clear(&arena);
    return code;
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    json_malloc_t before_malloc = NULL;
    json_free_t before_free = NULL;
    json_get_alloc_funcs(&before_malloc, &before_free);
    json_set_alloc_funcs(alloc_until, free_counted);
    unsigned n = 1;
    /* jansson calls some of its own failures bad input; none may pass for success. */
    for (; n < 1000; n++) {
        const enum ys_code code = round_with_failure(n);
        assert_int_equal(live, 0);
        if (code == YS_OK)
            break;
        assert_true(code == YS_NOMEM || code == YS_MALFORMED);
    }
    json_set_alloc_funcs(before_malloc, before_free);
    assert_in_range(n, 20, 999);
}

/* ---- random messages ---- */

static void assert_survives_json(struct maker *m, const ProtobufCMessageDescriptor *type)
{
    enum { ROOM = 1 << 20 };
    static uint8_t before[ROOM];
    static uint8_t after[ROOM];
    struct ys_writer a = {.data = before, .capacity = ROOM};
    struct ys_writer b = {.data = after, .capacity = ROOM};
    struct ys_err err = {.msg = ""};
    ProtobufCMessage *again = NULL;
    json_t *json = NULL;
    const ProtobufCMessage *message = maker_message(m, type);
    assert_int_equal(ys_wire_encode(message, ROOM, &a, NULL), YS_OK);

    if (ys_json_encode(message, &json, &err) != YS_OK)
        fail_msg("%s", err.msg);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (read_as(text, type, "", &m->arena, &again, &err) != YS_OK)
        fail_msg("%s", err.msg);
    free(text);

    assert_int_equal(ys_wire_encode(again, ROOM, &b, NULL), YS_OK);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(before, after, a.size);
    assert_int_equal(
        ys_wire_check((struct ys_bytes){.data = before, .size = a.size}, type, "", &err), YS_OK);
}

static void every_message_survives_json_unchanged(void **state)
{
    (void)state;
    struct maker m = {.rng = rng_from_env(__func__)};
    for (unsigned round = 0; round < 300; round++) {
        ys_arena_init(&m.arena, 64 << 20);
        assert_survives_json(&m, BODY);
        assert_survives_json(&m, &yishi__v1__message__descriptor);
        assert_survives_json(&m, &yishi__v1__join__descriptor);
        ys_arena_clear(&m.arena);
    }
}

/* An object with a key for every field of the type, each of the type's messages likewise. */
static void assert_holds_all(const json_t *json, const ProtobufCMessageDescriptor *type)
{
    if (!json_is_object(json))
        return; /* a day or a time */
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const json_t *value = json_object_get(json, field->name);
        if (value == NULL && !ys_reflect_in_oneof(field))
            fail_msg("%s has no %s", type->short_name, field->name);
        if (value != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE)
            assert_holds_all(json_is_array(value) ? json_array_get(value, 0) : value,
                             field->descriptor);
    }
}

static void every_field_of_every_kind_survives_json(void **state)
{
    (void)state;
    struct maker m = {.rng = rng_from_env(__func__), .all = true};
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        json_t *json = NULL;
        const ProtobufCMessageDescriptor *type =
            protobuf_c_message_descriptor_get_field_by_name(BODY, kinds[i].name)->descriptor;
        ys_arena_init(&m.arena, 64 << 20);
        assert_survives_json(&m, type);
        assert_int_equal(ys_json_encode(maker_message(&m, type), &json, NULL), YS_OK);
        assert_holds_all(json, type);
        json_decref(json);
        ys_arena_clear(&m.arena);
    }
}

static void what_cannot_be_written_is_an_error_and_not_a_lie(void **state)
{
    (void)state;
    struct ys_err err;
    json_t *json = NULL;
    Yishi__V1__KeyRevoke revoke = YISHI__V1__KEY_REVOKE__INIT;
    revoke.has_cut_size = 1;
    revoke.cut_size = (uint64_t)INT64_MAX + 1;
    assert_int_equal(ys_json_encode(&revoke.base, &json, &err), YS_LIMIT);
    assert_string_equal(err.msg,
                        "cut_size: 9223372036854775808 is too large for an integer of JSON");

    Yishi__V1__Date date = YISHI__V1__DATE__INIT;
    Yishi__V1__Consensus consensus = YISHI__V1__CONSENSUS__INIT;
    consensus.reached_on = &date;
    assert_int_equal(ys_json_encode(&consensus.base, &json, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "reached_on: is not a date");

    Yishi__V1__Time time = YISHI__V1__TIME__INIT;
    Yishi__V1__Moment moment = YISHI__V1__MOMENT__INIT;
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    body.occurred_at = &moment;
    assert_int_equal(ys_json_encode(&body.base, &json, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "occurred_at: is neither a day nor a time");
    moment.when_case = YISHI__V1__MOMENT__WHEN_TIME;
    moment.time = &time;
    assert_int_equal(ys_json_encode(&body.base, &json, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "occurred_at: is not a time");

    char bad[] = "\xff";
    char *channels[] = {bad};
    Yishi__V1__FeedbackPublication feedback = YISHI__V1__FEEDBACK_PUBLICATION__INIT;
    feedback.n_channels = 1;
    feedback.channels = channels;
    assert_int_equal(ys_json_encode(&feedback.base, &json, &err), YS_MALFORMED);
    assert_string_equal(err.msg, "channels[0]: is not valid UTF-8");
    assert_null(json);
}

static void an_enum_value_of_a_newer_version_is_shown_as_a_number(void **state)
{
    (void)state;
    json_t *json = NULL;
    const int unknown = 42;
    Yishi__V1__Reference ref = YISHI__V1__REFERENCE__INIT;
    ref.has_rel = 1;
    memcpy(&ref.rel, &unknown, sizeof unknown);
    assert_int_equal(ys_json_encode(&ref.base, &json, NULL), YS_OK);
    char *text = json_dumps(json, JSON_COMPACT);
    assert_string_equal(text, "{\"rel\":42}");
    free(text);
    json_decref(json);
}

/* json.c takes away the prefix by counting; so each value must have it. */
static void every_enum_value_has_its_types_prefix(void **state)
{
    (void)state;
    unsigned seen = 0;
    size_t at = 0;
    for (const struct ys_field *row = ys_field_at(at); row != NULL; row = ys_field_at(++at)) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(row->message, row->name);
        const ProtobufCEnumDescriptor *type = field->descriptor;
        char prefix[64];
        size_t used = 0;
        if (field->type != PROTOBUF_C_TYPE_ENUM)
            continue;
        seen++;
        for (const char *c = type->short_name; *c != '\0'; c++) {
            if (*c >= 'A' && *c <= 'Z' && used > 0)
                prefix[used++] = '_';
            prefix[used++] = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        }
        prefix[used++] = '_';
        for (unsigned v = 0; v < type->n_values; v++)
            assert_int_equal(strncmp(type->values[v].name, prefix, used), 0);
    }
    assert_true(seen > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_written_in_the_order_of_the_schema),
        cmocka_unit_test(absent_fields_stay_absent_and_zero_stays_zero),
        cmocka_unit_test(a_moment_is_a_day_or_a_time),
        cmocka_unit_test(errors_name_the_field_by_its_path),
        cmocka_unit_test(null_is_refused_everywhere),
        cmocka_unit_test(integers_are_integers_in_the_range_of_their_type),
        cmocka_unit_test(enums_are_their_names_without_prefix_in_lower_case),
        cmocka_unit_test(bytes_are_canonical_base64),
        cmocka_unit_test(what_has_32_bytes_may_be_written_in_hex),
        cmocka_unit_test(two_members_of_one_oneof_are_refused),
        cmocka_unit_test(texts_have_no_control_characters),
        cmocka_unit_test(only_one_whole_json_text_is_loaded),
        cmocka_unit_test(nesting_and_size_have_limits),
        cmocka_unit_test(an_array_that_does_not_fit_the_arena_is_refused),
        cmocka_unit_test(any_smaller_arena_is_a_limit),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
        cmocka_unit_test(every_message_survives_json_unchanged),
        cmocka_unit_test(every_field_of_every_kind_survives_json),
        cmocka_unit_test(what_cannot_be_written_is_an_error_and_not_a_lie),
        cmocka_unit_test(an_enum_value_of_a_newer_version_is_shown_as_a_number),
        cmocka_unit_test(every_enum_value_has_its_types_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
