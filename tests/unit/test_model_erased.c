/* What the model says of contents that were erased by law depends on the logs alone: the same at a node
 * that had folded them before, at one that has them on its disk, and at one where they never came. */
#include "node/rules/rules.h"
#include "sync/erasure.h"
#include "tests/support/arrival.h"
#include "tests/support/model_dump.h"
#include "tests/support/tale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { ORDERS = 16, TODAY = 20261231 };
static const char secret[] = "words that must go";

static const char told[] =
    "{\"records\": ["
    "{\"as\": \"p\", \"at\": \"2026-03-02\", \"topic_proposal\": {\"title\": \"words that must "
    "go\","
    " \"content\": \"words that must go\", \"proposed_on\": \"2026-03-02\"},"
    " \"attachments\": [{\"alg\": \"sha256\", \"hash\": "
    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
    " \"size\": 5, \"scope\": \"replicated\", \"title\": \"words that must go\"}]},"
    "{\"as\": \"x\", \"at\": \"2026-03-03\", \"refs\": {\"supersedes\": \"p\"},"
    " \"correction\": {\"reason\": \"fact\", \"text\": \"words that must go\"}},"
    "{\"as\": \"d\", \"at\": \"2026-03-04\", \"signers\": \"rc po\", \"refs\": {\"based_on\": "
    "\"p\"},"
    " \"topic_determination\": {\"title\": \"t\", \"decision\": \"listed\", \"met_on\": "
    "\"2026-03-04\"}},"
    "{\"as\": \"q\", \"matter\": 2, \"at\": \"2026-03-02\", \"topic_proposal\": {\"content\": "
    "\"words that must go\"}},"
    "{\"as\": \"w\", \"matter\": 2, \"at\": \"2026-03-05\", \"refs\": {\"withdraws\": \"q\"}, "
    "\"withdrawal\": {\"reason\": \"r\"}},"
    "{\"as\": \"u\", \"matter\": 3, \"at\": \"2026-03-02\", \"topic_proposal\": {\"content\": "
    "\"words that must go\"}},"
    "{\"as\": \"o\", \"at\": \"2026-04-02\", \"objection\": {\"text\": \"words that must go\", "
    "\"about\": \"publication\","
    " \"raised_on\": \"2026-04-02\"}, \"refs\": {\"based_on\": \"d\"}},"
    "{\"as\": \"s\", \"at\": \"2026-04-02\", \"sealed\": [{\"slot\": \"proposer\","
    " \"commitment\": \"TFWoVSoscmH2H3mMImXm8TNY8yauW5NAlv8WvRXmLDM=\"}], \"topic_proposal\": "
    "{\"title\": \"t\"}},"
    "{\"as\": \"e1\", \"at\": \"2026-05-02\", \"refs\": {\"redacts\": [\"p\", \"x\"]}, "
    "\"redaction\": {\"whole_body\": true, \"reason\": \"request\"}},"
    "{\"as\": \"e2\", \"matter\": 2, \"at\": \"2026-05-02\", \"refs\": {\"redacts\": \"q\"}, "
    "\"redaction\": {\"whole_body\": true, \"reason\": \"request\"}},"
    "{\"as\": \"e3\", \"by\": \"district\", \"matter\": 0, \"signers\": \"da\", \"at\": "
    "\"2026-05-02\", \"refs\": {\"redacts\": [\"u\", \"q\"]},"
    " \"redaction\": {\"whole_body\": true, \"reason\": \"order\", \"order\": \"x\"}},"
    "{\"as\": \"e4\", \"at\": \"2026-05-02\", \"refs\": {\"redacts\": \"o\"}, \"redaction\": "
    "{\"whole_body\": true, \"reason\": \"request\"}},"
    "{\"as\": \"e5\", \"at\": \"2026-05-02\", \"refs\": {\"redacts\": \"s\"}, \"redaction\": "
    "{\"slot\": \"proposer\", \"reason\": \"request\"}},"
    "{\"as\": \"e6\", \"by\": \"street\", \"signers\": \"st\", \"matter\": 0, \"at\": "
    "\"2026-05-02\", \"refs\": {\"redacts\": \"d\"}, \"redaction\": {\"whole_body\": true, "
    "\"reason\": \"request\"}}"
    "]}";

static void ok(enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK)
        fail_msg("%s: %s", ys_code_name(code), err->msg);
}

static void settle(struct arrival *arrival, bool all)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    size_t changed = 0;
    size_t tombstones = 0;
    ok(ys_store_begin(arrival->store, true, &txn, &err), &err);
    ok(ys_erasures_settle(txn, arrival->member, all, &changed, &tombstones, &err), &err);
    ok(ys_txn_commit(&txn, &err), &err);
}

static void fold(struct arrival *arrival, struct ys_model *model, struct ys_rules *rules)
{
    const struct ys_fold_options options = {.store = arrival->store, .member = arrival->member};
    struct ys_err err = {0};
    ok(ys_model_catch_up(model, &options, &err), &err);
    ok(ys_rules_catch_up(rules, TODAY, &err), &err);
}

/* Rows of the model, then findings and duties. */
static char *say(struct ys_model *model)
{
    static const char *const tables[] = {"duty", "finding", NULL};
    char *const first = model_dump(model);
    char *const second = model_dump_of(model, tables);
    const size_t size = strlen(first) + strlen(second) + 1;
    char *const both = malloc(size);
    assert_non_null(both);
    memcpy(both, first, strlen(first));
    memcpy(both + strlen(first), second, strlen(second) + 1);
    free(first);
    free(second);
    return both;
}

static char *tell(const struct tale *tale, struct rng *rng)
{
    struct arrival arrival;
    struct ys_model *model = NULL;
    struct ys_rules *rules = NULL;
    struct ys_err err = {0};
    char path[FOLDER_PATH_MAX];
    arrival_open(&arrival, tale->cast.store, &tale->cast.root, rng);
    folder_path(&arrival.folder, "model.db", path);
    ok(ys_model_open(path, arrival.store, &model, &err), &err);
    ok(ys_rules_open(model, &rules, &err), &err);
    const uint64_t often = rng_below(rng, 4);
    while (arrival_step(&arrival, 4)) {
        const uint64_t dice = rng_below(rng, 12);
        if (dice <= 2)
            arrival_learn(&arrival);
        if (dice == 3)
            arrival_doubt(&arrival, 100);
        if (dice >= 4 && dice < 4 + often)
            settle(&arrival, dice == 4);
        if (dice >= 8)
            fold(&arrival, model, rules);
    }
    arrival_learn(&arrival);
    if (rng_below(rng, 2) == 0)
        fold(&arrival, model, rules);
    settle(&arrival, true);
    fold(&arrival, model, rules);
    char *const text = say(model);
    ys_rules_close(rules);
    ys_model_close(model);
    arrival_close(&arrival);
    return text;
}

static size_t count(const char *text, const char *word)
{
    size_t found = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
        found++;
    return found;
}

static void the_order_of_arrival_does_not_show(void **state)
{
    (void)state;
    static struct tale tale;
    json_error_t why;
    json_t *const story = json_loads(told, 0, &why);
    if (story == NULL)
        fail_msg("%s", why.text);
    tale_open(&tale, __func__, story);
    struct rng rng = tale.cast.rng;
    char *const first = tell(&tale, &rng);
    assert_null(strstr(first, secret));
    assert_int_equal(count(first, "tombstone"), 5);
    /* What was erased stays, is counted, and what it brought about is still due. */
    assert_true(count(first, "R-L-35") > 0);
    assert_true(count(first, "R-C-4") > 0); /* the street's, without effect */
    for (unsigned i = 1; i < ORDERS; i++) {
        char *const other = tell(&tale, &rng);
        if (!model_dumps_equal(first, other))
            fail_msg("order %u gives another content", i);
        free(other);
    }
    free(first);
    tale_close(&tale);
    json_decref(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_order_of_arrival_does_not_show)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
