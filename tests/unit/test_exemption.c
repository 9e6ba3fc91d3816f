#include "proto/exemption.h"

#include "proto/body.h"
#include "proto/field.h"
#include "proto/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char content[] = "单据13900139000，另见13900139000";
static char path[] = "body.topic_proposal.content";
static char reason[] = "流水号";

struct made {
    Yishi__V1__Body body;
    Yishi__V1__TopicProposal proposal;
    Yishi__V1__NotPersonal said[3], *list[3];
};

/* A proposal in which the same number stands twice, at the 3rd and the 17th character. */
static void make(struct made *made, size_t said)
{
    *made =
        (struct made){.body = YISHI__V1__BODY__INIT, .proposal = YISHI__V1__TOPIC_PROPOSAL__INIT};
    made->body.kind_case = YISHI__V1__BODY__KIND_TOPIC_PROPOSAL;
    made->body.topic_proposal = &made->proposal;
    made->proposal.content = content;
    for (size_t i = 0; i < 3; i++) {
        made->said[i] = (Yishi__V1__NotPersonal)YISHI__V1__NOT_PERSONAL__INIT;
        made->said[i].path = path;
        made->said[i].has_position = 1;
        made->said[i].position = i == 0 ? 3 : 17;
        made->said[i].has_looks_like = 1;
        made->said[i].looks_like = YISHI__V1__PERSONAL_NUMBER__PERSONAL_NUMBER_MOBILE_NUMBER;
        made->said[i].reason = reason;
        made->list[i] = &made->said[i];
    }
    made->body.not_personal = made->list;
    made->body.n_not_personal = said;
}

static void expect(const struct made *made, enum ys_code want, const char *words)
{
    struct ys_err err = {.msg = ""};
    assert_int_equal(ys_exemption_check(&made->body, &err), want);
    if (strstr(err.msg, words) == NULL)
        print_error("\"%s\" is not in \"%s\"\n", words, err.msg);
    assert_non_null(strstr(err.msg, words));
    assert_null(strstr(err.msg, "13900139000")); /* what is refused is not repeated */
}

static void a_number_is_refused_with_its_place(void **state)
{
    (void)state;
    struct made made;
    make(&made, 0);
    expect(&made, YS_REFUSED, "R-G-06: body.topic_proposal.content, character 3: ");
    make(&made, 1);
    expect(&made, YS_REFUSED, "R-G-06: body.topic_proposal.content, character 17: ");
    make(&made, 2);
    expect(&made, YS_OK, "");
}

static void an_exemption_covers_one_number_and_nothing_else(void **state)
{
    (void)state;
    struct made made;
    static char other[] = "body.topic_proposal.title";
    static char inner[] = "body.topic_proposal";
    make(&made, 2);
    made.said[1].position = 16;
    expect(&made, YS_REFUSED, "character 17");
    made.said[1].position = 17;
    made.said[1].looks_like = YISHI__V1__PERSONAL_NUMBER__PERSONAL_NUMBER_BANK_CARD;
    expect(&made, YS_REFUSED, "character 17");
    make(&made, 2);
    made.said[1].path = other;
    expect(&made, YS_REFUSED, "character 17");
    made.said[1].path = inner;
    expect(&made, YS_REFUSED, "character 17");
}

static void an_exemption_of_nothing_and_one_that_stands_twice_are_refused(void **state)
{
    (void)state;
    struct made made;
    make(&made, 3);
    expect(&made, YS_MALFORMED, "body.not_personal[2]: ");
    made.said[2].position = 1;
    expect(&made, YS_MALFORMED, "body.not_personal[2]: ");
}

/* A body holds at most so many: field.c checks it, with the texts. */
static void exemptions_are_limited(void **state)
{
    (void)state;
    static Yishi__V1__NotPersonal *many[YS_BODY_NOT_PERSONAL_MAX + 1];
    struct made made;
    struct ys_err err = {.msg = ""};
    make(&made, 1);
    for (size_t i = 0; i < YS_BODY_NOT_PERSONAL_MAX + 1; i++)
        many[i] = made.list[0];
    made.body.not_personal = many;
    made.body.n_not_personal = YS_BODY_NOT_PERSONAL_MAX;
    assert_int_equal(ys_field_check(&made.body.base, 0, "body", &err), YS_OK);
    made.body.n_not_personal++;
    assert_int_equal(ys_field_check(&made.body.base, 0, "body", &err), YS_LIMIT);
}

static void a_reason_may_not_hold_a_number_either(void **state)
{
    (void)state;
    struct made made;
    static char personal[] = "是王某的13800138000";
    make(&made, 2);
    made.said[0].reason = personal;
    expect(&made, YS_REFUSED, "body.not_personal[0].reason, character 5");
}

static void of_a_correction_the_new_state_counts(void **state)
{
    (void)state;
    static uint8_t room[1024];
    static uint8_t salt[YS_BODY_SALT_LEN];
    struct made made;
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    Yishi__V1__Body body = YISHI__V1__BODY__INIT;
    Yishi__V1__Correction correction = YISHI__V1__CORRECTION__INIT;
    struct ys_err err = {.msg = ""};
    body.kind_case = YISHI__V1__BODY__KIND_CORRECTION;
    body.correction = &correction;
    for (size_t said = 1; said <= 3; said++) {
        make(&made, said);
        made.body.has_salt = 1;
        made.body.salt = (ProtobufCBinaryData){sizeof salt, salt};
        w.size = 0;
        assert_int_equal(ys_body_encode(&made.body, &w, &err), YS_OK);
        correction.has_replacement = 1;
        correction.replacement = (ProtobufCBinaryData){w.size, room};
        assert_int_equal(ys_exemption_check(&body, &err), said == 1   ? YS_REFUSED
                                                          : said == 2 ? YS_OK
                                                                      : YS_MALFORMED);
        if (said != 2)
            assert_non_null(strstr(err.msg, said == 1
                                                ? "body.correction.replacement.topic_proposal."
                                                  "content, character 17"
                                                : "body.correction.replacement.not_personal[2]"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_refused_with_its_place),
        cmocka_unit_test(an_exemption_covers_one_number_and_nothing_else),
        cmocka_unit_test(an_exemption_of_nothing_and_one_that_stands_twice_are_refused),
        cmocka_unit_test(exemptions_are_limited),
        cmocka_unit_test(a_reason_may_not_hold_a_number_either),
        cmocka_unit_test(of_a_correction_the_new_state_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
