#include "proto/kind.h"

#include "proto/body.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    COLUMNS = 7,
    LINE_MAX_BYTES = 1024,
    KINDS = 56,
    PEOPLE = YS_BODY_RC | YS_BODY_PO | YS_BODY_SC | YS_BODY_ST | YS_BODY_GD | YS_BODY_DA
};

static void every_kind_is_a_field_of_the_body_with_its_number(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
            &yishi__v1__body__descriptor, 100 + kinds[i].id);
        assert_non_null(field);
        assert_string_equal(field->name, kinds[i].name);
    }
}

static void every_field_of_the_oneof_is_a_kind(void **state)
{
    (void)state;
    size_t found = 0;
    size_t count = 0;
    (void)ys_kind_table(&count);
    for (unsigned i = 0; i < yishi__v1__body__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &yishi__v1__body__descriptor.fields[i];
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
            continue;
        const struct ys_kind *kind = ys_kind_by_name(ys_bytes_of_text(field->name));
        assert_non_null(kind);
        assert_int_equal(kind->id + 100, field->id);
        assert_ptr_equal(ys_kind_by_id(kind->id), kind);
        found++;
    }
    assert_int_equal(found, count);
}

static void rows_ascend_and_are_complete(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || kinds[i - 1].id < kinds[i].id);
        assert_true(ys_kind_word_valid(ys_bytes_of_text(kinds[i].name)));
        assert_true(kinds[i].zh[0] != '\0' && kinds[i].en[0] != '\0' &&
                    kinds[i].article[0] != '\0');
        assert_true(kinds[i].authors != 0);
        assert_int_equal(kinds[i].authors & kinds[i].also, 0);
        assert_int_equal(kinds[i].may & (kinds[i].authors | kinds[i].also), 0);
    }
}

static void a_consensus_needs_committee_and_party_organisation(void **state)
{
    (void)state;
    const struct ys_kind *kind = ys_kind_by_name(ys_bytes_of_text("consensus"));
    assert_int_equal(kind->authors, YS_BODY_RC);
    assert_int_equal(kind->also, YS_BODY_PO);
    assert_false(kind->membership);
}

static void membership_is_for_street_district_and_root(void **state)
{
    (void)state;
    static const uint32_t ids[] = {1, 2, 6};
    for (size_t i = 0; i < 3; i++) {
        const struct ys_kind *kind = ys_kind_by_id(ids[i]);
        assert_true(kind->membership);
        assert_int_equal(kind->authors, YS_BODY_ST | YS_BODY_DA | YS_BODY_ROOT);
        assert_int_equal(kind->also, 0);
    }
}

static void a_kind_that_the_node_writes_is_signed_by_nobody_else(void **state)
{
    (void)state;
    static const uint32_t ids[] = {7, 8, 95};
    for (size_t i = 0; i < 3; i++) {
        const struct ys_kind *kind = ys_kind_by_id(ids[i]);
        assert_int_equal(kind->authors, YS_BODY_NODE);
        assert_int_equal(kind->also, 0);
    }
    assert_true(ys_kind_by_id(95)->membership); /* the district's decide about low cuts */
}

static void what_is_not_in_the_table_is_unknown(void **state)
{
    (void)state;
    assert_null(ys_kind_by_id(0));
    assert_null(ys_kind_by_id(16));
    assert_null(ys_kind_by_id(96));
    assert_null(ys_kind_by_name(ys_bytes_of_text("")));
    assert_null(ys_kind_by_name(ys_bytes_of_text("consensu")));
    assert_null(ys_kind_by_name(ys_bytes_of_text("consensus_")));
}

/* --- the table of DOMAIN.md 2.4 --- */

/* One row of the table: its cells without the spaces around them. */
struct row {
    char text[LINE_MAX_BYTES];
    char *cell[COLUMNS];
    const struct ys_kind *kind;
};

static bool row_split(struct row *row)
{
    char *at = row->text;
    if (strncmp(at, "| ", 2) != 0 || at[2] < '0' || at[2] > '9')
        return false;
    for (unsigned i = 0; i < COLUMNS; i++) {
        at = strchr(at, '|');
        assert_non_null(at);
        *at++ = '\0';
        while (*at == ' ')
            at++;
        row->cell[i] = at;
    }
    for (unsigned i = 0; i < COLUMNS; i++) {
        size_t length = i + 1 < COLUMNS ? strlen(row->cell[i]) : strcspn(row->cell[i], "|");
        while (length > 0 && row->cell[i][length - 1] == ' ')
            length--;
        row->cell[i][length] = '\0';
    }
    row->kind = ys_kind_by_id((uint32_t)strtoul(row->cell[0], NULL, 10));
    if (row->kind == NULL)
        fail_msg("kind %s of the table is not known: %s", row->cell[0], row->cell[1]);
    return true;
}

static unsigned each_row(void (*look)(const struct row *row))
{
    static struct row row;
    unsigned count = 0;
    FILE *file = fopen(YS_KINDS_DIR "/table.md", "r");
    assert_non_null(file);
    while (fgets(row.text, sizeof row.text, file) != NULL) {
        if (!row_split(&row))
            continue;
        look(&row);
        count++;
    }
    (void)fclose(file);
    return count;
}

/* The bodies that a cell names in capitals, up to `end` (which may be NULL). */
static unsigned classes_in(const char *cell, const char *end)
{
    static const char *const words[] = {"RC", "PO", "SC", "ST", "GD", "DA"};
    unsigned classes = 0;
    for (const char *at = cell; *at != '\0' && at != end; at++) {
        for (unsigned i = 0; i < 6; i++) {
            if (strncmp(at, words[i], 2) == 0)
                classes |= 1u << i;
        }
    }
    return classes;
}

static void name_is_compared(const struct row *row)
{
    char name[80];
    (void)snprintf(name, sizeof name, "`%s`", row->kind->name);
    assert_string_equal(row->cell[1], name);
    assert_string_equal(row->cell[2], row->kind->zh);
}

/* Authors that the table describes in words. */
static unsigned authors_in(const struct row *row)
{
    static const struct {
        const char *words;
        unsigned classes;
    } described[] = {{"same as register", YS_BODY_ST | YS_BODY_DA},
                     {"node", YS_BODY_NODE},
                     {"implementer", YS_BODY_RC | YS_BODY_ST | YS_BODY_GD},
                     {"any body", PEOPLE},
                     {"author of target", PEOPLE},
                     {"author of target, or DA order", PEOPLE},
                     {"body concerned", PEOPLE},
                     {"author of finding", YS_BODY_ST | YS_BODY_DA}};
    for (size_t i = 0; i < sizeof described / sizeof described[0]; i++) {
        if (strcmp(row->cell[3], described[i].words) == 0)
            return described[i].classes;
    }
    return classes_in(row->cell[3], NULL);
}

/* Membership may be signed by the root, too (DESIGN.md 3); of two authors one is `also`. */
static void authors_are_compared(const struct row *row)
{
    const struct ys_kind *kind = row->kind;
    const bool both = strstr(row->cell[3], " and ") != NULL;
    if ((kind->authors & ~(unsigned)YS_BODY_ROOT) != (authors_in(row) & ~(both ? kind->also : 0u)))
        fail_msg("%s: other authors than \"%s\"", kind->name, row->cell[3]);
}

/* "RC+PO", "RC (SC)", "RC or ST": required, and in brackets who may. */
static void signatures_are_compared(const struct row *row)
{
    const struct ys_kind *kind = row->kind;
    const char *sig = row->cell[4];
    const char *bracket = strchr(sig, '(');
    const char *end = bracket != NULL ? bracket : strchr(sig, ';');
    const unsigned required = classes_in(sig, end);
    unsigned may = bracket != NULL ? classes_in(bracket, NULL) : 0;
    if (strstr(sig, "moderator body") != NULL)
        may |= YS_BODY_PO; /* the committee, which signs anyhow, or the party organisation */
    if (kind->may != may)
        fail_msg("%s: other signers may sign than in \"%s\"", kind->name, sig);
    if (required != 0 && required != ((kind->authors & PEOPLE) | kind->also))
        fail_msg("%s: other signers must sign than in \"%s\"", kind->name, sig);
    if (strchr(sig, '+') != NULL && sig[3] != '(' && kind->also == 0 && bracket == NULL)
        fail_msg("%s: \"%s\" needs a second body", kind->name, sig);
    assert_true(kind->as_target == (strstr(sig, "same bodies") != NULL));
}

static bool refers(const struct ys_kind *kind, uint32_t id)
{
    for (size_t i = 0; i < YS_KIND_REFS_MAX; i++) {
        for (size_t k = 0; k < YS_KIND_REF_TO_MAX; k++) {
            if (kind->ref[i].relation != 0 && kind->ref[i].to[k] == id)
                return true;
        }
    }
    return false;
}

/* What the table names in plain words. */
static void plain_words_are_compared(const struct row *row)
{
    static const struct {
        const char *word;
        uint32_t id;
    } words[] = {{"completion", 43},        {"feedback", 63},          {"withdrawal", 82},
                 {"shelving", 32},          {"decision", 35},          {"determination", 15},
                 {"proposals", 10},         {"sessions", 30},          {"previous session", 30},
                 {"superseded notice", 20}, {"house rules", 4},        {"previous profile", 3},
                 {"superseded rules", 4},   {"previous value", 5},     {"prior register", 1},
                 {"prior certificate", 6},  {"previous snapshot", 93}, {"previous receipts", 95},
                 {"closing record", 85},    {"register entries", 1},   {"its request", 13}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *const at = strstr(row->cell[5], words[i].word);
        const bool quoted = at != NULL && at > row->cell[5] && (at[-1] == '`' || at[-1] == '_');
        const struct ys_kind *const to = ys_kind_by_id(words[i].id);
        bool found = false;
        for (size_t r = 0; r < YS_KIND_REFS_MAX && row->kind->ref[r].relation != 0; r++)
            found = found || ys_kind_ref_find(row->kind, row->kind->ref[r].relation, to) != NULL;
        if (at != NULL && !quoted && !found)
            fail_msg("%s: may not refer to %s, \"%s\"", row->kind->name, to->name, words[i].word);
    }
}

/* Kinds are named in backquotes; `supersedes` is a relation. */
static void references_are_compared(const struct row *row)
{
    const char *at = row->cell[5];
    while ((at = strchr(at, '`')) != NULL) {
        const char *end = strchr(at + 1, '`');
        assert_non_null(end);
        const struct ys_bytes name = {(const uint8_t *)at + 1, (size_t)(end - at - 1)};
        const struct ys_kind *to = ys_kind_by_name(name);
        if (to == NULL && !ys_bytes_is_text(name, "supersedes"))
            fail_msg("%s: no kind %s", row->kind->name, row->cell[5]);
        if (to != NULL && !refers(row->kind, to->id))
            fail_msg("%s: may not refer to %s", row->kind->name, to->name);
        at = end + 1;
    }
    if (strcmp(row->cell[5], "none") == 0)
        assert_int_equal(row->kind->ref[0].relation, 0);
}

static void the_kinds_are_those_of_the_domain(void **state)
{
    (void)state;
    size_t count = 0;
    (void)ys_kind_table(&count);
    assert_int_equal(count, KINDS);
    assert_int_equal(each_row(name_is_compared), KINDS);
    (void)each_row(authors_are_compared);
    (void)each_row(signatures_are_compared);
    (void)each_row(references_are_compared);
    (void)each_row(plain_words_are_compared);
}

/* --- what follows from the table --- */

/* What the column of authors says of the one who answers: "author of finding", "body concerned". */
static void answerers_are_those_of_the_domain(void **state)
{
    (void)state;
    static const struct {
        uint32_t id;
        enum ys_kind_answerer answerer;
    } rows[] = {{68, YS_ANSWERER_MAKER}, {91, YS_ANSWERER_NAMED}, {92, YS_ANSWERER_AUTHOR}};
    size_t count = 0;
    size_t found = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
            if (rows[k].id == kinds[i].id)
                assert_int_equal(kinds[i].answerer, rows[k].answerer);
        }
        if (kinds[i].answerer == YS_ANSWERER_ANY)
            continue;
        assert_true(kinds[i].ref[0].must != 0 && kinds[i].ref[0].to[0] != 0 &&
                    kinds[i].ref[0].to[1] == 0); /* there is one target that says who */
        assert_non_null(ys_kind_answerer_text(kinds[i].answerer, true));
        assert_non_null(ys_kind_answerer_text(kinds[i].answerer, false));
        found++;
    }
    assert_int_equal(found, sizeof rows / sizeof rows[0]);
    assert_null(ys_kind_answerer_text(YS_ANSWERER_ANY, true));
}

static void references_name_kinds_that_exist(void **state)
{
    (void)state;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        for (size_t r = 0; r < YS_KIND_REFS_MAX && kinds[i].ref[r].relation != 0; r++) {
            const struct ys_kind_ref *ref = &kinds[i].ref[r];
            assert_non_null(protobuf_c_enum_descriptor_get_value(&yishi__v1__relation__descriptor,
                                                                 (int)ref->relation));
            for (size_t k = 0; k < YS_KIND_REF_TO_MAX && ref->to[k] != 0; k++)
                assert_non_null(ys_kind_by_id(ref->to[k]));
        }
    }
}

static void a_kind_is_issued_where_its_authors_are(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool community, street, district;
    } at[] = {{"consensus", true, false, false},          {"street_response", false, true, false},
              {"department_response", false, true, true}, {"rule_parameter", false, true, true},
              {"division_change", false, false, true},    {"acknowledgement", true, true, true},
              {"body_register", false, true, true},       {"receipts", false, false, false}};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        const struct ys_kind *kind = ys_kind_by_name(ys_bytes_of_text(at[i].name));
        assert_int_equal(ys_kind_issued_at(kind, YS_LEVEL_COMMUNITY), at[i].community);
        assert_int_equal(ys_kind_issued_at(kind, YS_LEVEL_STREET), at[i].street);
        assert_int_equal(ys_kind_issued_at(kind, YS_LEVEL_DISTRICT), at[i].district);
    }
}

static void a_reference_has_a_row_for_its_relation_and_target(void **state)
{
    (void)state;
    enum {
        BASED_ON = YISHI__V1__RELATION__RELATION_BASED_ON,
        ANSWERS = YISHI__V1__RELATION__RELATION_ANSWERS,
        SUPERSEDES = YISHI__V1__RELATION__RELATION_SUPERSEDES
    };
    const struct ys_kind *plan = ys_kind_by_id(40);
    const struct ys_kind_ref *of_committee = ys_kind_ref_find(plan, BASED_ON, ys_kind_by_id(31));
    assert_int_equal(of_committee->must, YS_BODY_RC);
    assert_int_equal(ys_kind_ref_find(plan, BASED_ON, ys_kind_by_id(45))->must,
                     YS_BODY_ST | YS_BODY_GD);
    assert_null(ys_kind_ref_find(plan, BASED_ON, ys_kind_by_id(30)));
    assert_null(ys_kind_ref_find(plan, ANSWERS, ys_kind_by_id(31)));
    assert_non_null(ys_kind_ref_find(ys_kind_by_id(81), SUPERSEDES, ys_kind_by_id(31)));
    assert_null(ys_kind_ref_find(ys_kind_by_id(81), SUPERSEDES, ys_kind_by_id(95)));
}

static void words_have_one_to_64_bytes_of_their_alphabet(void **state)
{
    (void)state;
    char word[66];
    memset(word, 'x', sizeof word);
    for (size_t size = 0; size < sizeof word; size++) {
        const struct ys_bytes text = {.data = (const uint8_t *)word, .size = size};
        assert_int_equal(ys_kind_word_valid(text), size >= 1 && size <= YS_KIND_NAME_MAX);
    }
    for (unsigned c = 0; c < 256; c++) {
        const uint8_t byte = (uint8_t)c;
        const struct ys_bytes text = {.data = &byte, .size = 1};
        const bool good = c != 0 && strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", (int)c);
        assert_int_equal(ys_kind_word_valid(text), good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_a_field_of_the_body_with_its_number),
        cmocka_unit_test(every_field_of_the_oneof_is_a_kind),
        cmocka_unit_test(rows_ascend_and_are_complete),
        cmocka_unit_test(a_consensus_needs_committee_and_party_organisation),
        cmocka_unit_test(membership_is_for_street_district_and_root),
        cmocka_unit_test(a_kind_that_the_node_writes_is_signed_by_nobody_else),
        cmocka_unit_test(what_is_not_in_the_table_is_unknown),
        cmocka_unit_test(the_kinds_are_those_of_the_domain),
        cmocka_unit_test(answerers_are_those_of_the_domain),
        cmocka_unit_test(references_name_kinds_that_exist),
        cmocka_unit_test(a_kind_is_issued_where_its_authors_are),
        cmocka_unit_test(a_reference_has_a_row_for_its_relation_and_target),
        cmocka_unit_test(words_have_one_to_64_bytes_of_their_alphabet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
