/* Publishing one record as `yishi publish` does once the keys are unlocked: draft, checks, signatures,
 * membership, commit. Each record is published as by a process of its own. */
#include "node/author.h"
#include "node/ruling.h"
#include "tests/bench/fold/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 100, ENROLMENTS = 20, JSON_MAX = 1024 };

/* What each part of one publication took, in seconds. */
enum phase { DRAFTED, SIGNED, CHECKED, JUDGED, APPENDED, ALL, PHASES };
struct times {
    unsigned count;
    double took[PHASES][RECORDS];
};

/* One node, and who writes what there. */
struct desk {
    const struct settings *settings;
    struct year *year;
    unsigned unit;
    struct ys_node node;
    size_t records;
};

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void proposal_text(unsigned nth, char *out, size_t size)
{
    (void)snprintf(
        out, size,
        "{\"subject\":\"110198001001-2026-%04u\",\"topic_proposal\":{"
        "\"title\":\"停车位规划与管理\",\"content\":\"车位不足\",\"proposer_kind\":\"resident\","
        "\"channel\":\"form\",\"proposed_on\":\"2026-11-18\","
        "\"suggested_category\":\"facilities_and_order\","
        "\"suggested_nature\":\"community_affairs\"}}",
        5000 + nth);
}

static void determination_text(unsigned nth, const struct ys_hash *proposal, char *out, size_t size)
{
    char id[YS_HASH_TEXT_LEN + 1];
    struct ys_writer w = {.data = (uint8_t *)id, .capacity = sizeof id};
    ys_hash_print(&w, proposal);
    (void)snprintf(
        out, size,
        "{\"subject\":\"110198001001-2026-%04u\",\"refs\":[{\"rel\":\"based_on\","
        "\"record\":\"%.*s\"}],\"topic_determination\":{"
        "\"met_on\":\"2026-11-20\",\"decision\":\"listed\",\"title\":\"停车位规划与管理\","
        "\"category\":\"facilities_and_order\",\"nature\":\"community_affairs\","
        "\"decision_matter\":false,\"level\":\"community\",\"form\":\"four_party\","
        "\"planned_participants\":[{\"party_kind\":\"committee\",\"count\":3},"
        "{\"party_kind\":\"resident\",\"count\":12}],\"lawfulness_confirmed\":true,"
        "\"attendance\":{\"po\":5,\"rc\":7}}}",
        5000 + nth, (int)w.size, id);
}

static void finding_text(const struct desk *desk, unsigned nth, char *out, size_t size)
{
    (void)snprintf(out, size,
                   "{\"audit_finding\":{\"rule_id\":\"R-12-4\",\"severity\":\"flag\","
                   "\"division\":\"%s\",\"body\":\"st\",\"matter\":\"110198001001-2026-0001\","
                   "\"text\":\"第%u号\",\"due\":\"2099-01-01\"}}",
                   year_log(desk->year, 1)->origin.division.digits, nth);
}

/* A further department of the first street: a record that changes the membership. */
static void enrolment_text(const struct desk *desk, unsigned nth, char *out, size_t size)
{
    const struct year_log *const street = year_log(desk->year, 1);
    const uint8_t seed[YS_SEED_LEN] = {1, (uint8_t)nth, (uint8_t)desk->records,
                                       (uint8_t)(desk->records >> 8)};
    char body[YS_BODY_NAME_MAX + 1];
    char name[YS_KEY_NAME_MAX + 1];
    char key[YS_VKEY_TEXT_MAX];
    struct ys_signer signer;
    (void)snprintf(body, sizeof body, "gd-x%05zux%02u", desk->records % 100000, nth);
    const struct ys_name of =
        ys_name_body(street->origin.deployment, &street->origin.division, body);
    ys_name_print(&of, name);
    must(ys_signer_init(&signer, name, YS_SIG_ED25519, seed), NULL);
    ys_vkey_print(&signer.vkey, key);
    ys_signer_clear(&signer);
    (void)snprintf(
        out, size,
        "{\"body_register\":{\"division\":\"%s\",\"body\":\"%s\",\"name\":\"示例科室\","
        "\"key\":\"%s\",\"log\":\"%s\",\"from_index\":0,\"basis\":\"委托\","
        "\"possession\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAA==\"}}",
        street->origin.division.digits, body, key, street->text);
}

/* Each `yishi publish` begins without a membership. */
static void begin_anew(struct desk *desk)
{
    struct ys_err err = {0};
    ys_member_free(desk->node.member);
    must(
        ys_member_new(year_root(desk->year), &desk->node.origin.division, &desk->node.member, &err),
        &err);
}

static void pass_over(void *context, const struct ys_finding *finding)
{
    (void)context;
    (void)finding;
}

/* What the rules say: the read model is opened, brought up, and the record tried in it. */
static void judge(const struct ys_node *node, const struct ys_written *written)
{
    struct ys_ruling_record record = {.written = written};
    struct ys_err err = {0};
    for (unsigned i = 0; i < written->signer_count; i++) {
        struct ys_name name;
        must(ys_name_parse(ys_bytes_of_text(written->signer[i].name), &name, &err), &err);
        record.signers |= ys_body_class(name.body);
    }
    must(ys_ruling_ask(node, &record, 1, pass_over, NULL, &err), &err);
}

/* `times` may be NULL. */
static void publish(struct desk *desk, const struct ys_signer *const *signers, unsigned count,
                    const char *json, struct times *times, struct ys_hash *id_out)
{
    const struct ys_node *const node = &desk->node;
    YS_DRAFT_SCOPED draft = {.body = NULL};
    YS_WRITTEN_SCOPED written = {.signer_count = 0};
    struct ys_appended appended;
    struct ys_err err = {0};
    double at[PHASES];
    begin_anew(desk);
    const double begin = now_s();
    must(ys_draft_parse(ys_bytes_of_text(json), &node->origin, &draft, &err), &err);
    must(ys_written_bind(&draft, &node->origin, ys_now_s(), &written, &err), &err);
    at[DRAFTED] = now_s();
    must(ys_written_sign(&written, signers, count, &err), &err);
    at[SIGNED] = now_s();
    must(ys_author_check_new(node, &written, 1, &err), &err);
    at[CHECKED] = now_s();
    judge(node, &written);
    at[JUDGED] = now_s();
    must(ys_author_append(node, &(struct ys_append){.records = &written, .count = 1}, &appended,
                          &err),
         &err);
    at[APPENDED] = now_s();
    if (appended.standing != YS_STANDING_REGISTERED)
        must(YS_DENIED, NULL);
    *id_out = written.id;
    for (int phase = 0; phase < ALL && times != NULL; phase++)
        times->took[phase][times->count] = at[phase] - (phase == 0 ? begin : at[phase - 1]);
    if (times != NULL)
        times->took[ALL][times->count++] = at[APPENDED] - begin;
}

static void tell(const struct desk *desk, const char *name, struct times *times)
{
    static const char *const word[PHASES] = {
        [DRAFTED] = "  drafted, p50",           [SIGNED] = "  signed, p50",
        [CHECKED] = "  checked to be new, p50", [JUDGED] = "  judged by the rules, p50",
        [APPENDED] = "  appended, p50",         [ALL] = "p50"};
    char label[96];
    const double first = times->took[ALL][0] * 1000;
    for (int phase = 0; phase < PHASES; phase++)
        qsort(times->took[phase], times->count, sizeof(double), by_size);
    (void)snprintf(label, sizeof label, "publish %s of %zu records, p50", name, desk->records);
    say(desk->settings, label, times->took[ALL][times->count / 2] * 1000, "ms");
    (void)snprintf(label, sizeof label, "  p99 of %u", times->count);
    say(desk->settings, label, times->took[ALL][(times->count * 99 - 1) / 100] * 1000, "ms");
    say(desk->settings, "  the first of all", first, "ms");
    for (int phase = 0; phase < ALL; phase++)
        say(desk->settings, word[phase], times->took[phase][times->count / 2] * 1000, "ms");
}

/* What all checks of a record rest on, apart: read from records, and from what is kept. */
static void measure_membership(const struct desk *desk)
{
    for (int kept = 0; kept < 2; kept++) {
        YS_TXN_SCOPED txn = NULL;
        struct ys_member *member = NULL;
        struct ys_err err = {0};
        must(ys_member_new(year_root(desk->year), &desk->node.origin.division, &member, &err),
             &err);
        must(ys_store_begin(desk->node.store, false, &txn, &err), &err);
        const double begin = now_s();
        must(kept == 0 ? ys_member_rebuild(member, txn, NULL, &err)
                       : ys_member_recall(member, txn, NULL, &err),
             &err);
        say(desk->settings,
            kept == 0 ? "  membership from its records" : "  membership from what is kept",
            (now_s() - begin) * 1000, "ms");
        ys_member_free(member);
    }
}

static void open_desk(struct desk *desk)
{
    struct ys_node *const node = &desk->node;
    node->has_root = true;
    node->store = store_of(desk->settings, desk->year, desk->unit, &desk->records);
    node->origin = year_log(desk->year, desk->unit)->origin;
    ys_name_print(&node->origin, node->origin_text);
    node->roots = (struct ys_root_chain){.count = 1, .policy = {*year_root(desk->year)}};
    (void)snprintf(node->home.path, sizeof node->home.path, "%s", desk->settings->folder);
}

/* As if the store came from a version that keeps nothing: the first record pays for it. */
static void forget(const struct desk *desk)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    must(ys_store_begin(desk->node.store, true, &txn, &err), &err);
    must(ys_member_forget(txn, &err), &err);
    must(ys_txn_commit(&txn, &err), &err);
}

/* A determination needs what it is based on, which is not measured but for the first. */
static void publish_topics(struct desk *desk, struct times *times)
{
    const struct ys_signer *const signers[] = {year_body_key(desk->year, desk->unit, "rc"),
                                               year_body_key(desk->year, desk->unit, "po")};
    for (unsigned i = 0; i < RECORDS; i++) {
        char json[JSON_MAX];
        struct ys_hash id;
        proposal_text(i, json, sizeof json);
        publish(desk, signers, 1, json, i == 0 ? times : NULL, &id);
        determination_text(i, &id, json, sizeof json);
        publish(desk, signers, 2, json, i == 0 ? NULL : times, &id);
    }
}

static void publish_office(struct desk *desk, bool enrol, struct times *times)
{
    const char *const body = desk->unit == 0 ? "da" : "st";
    const struct ys_signer *const signer = year_body_key(desk->year, desk->unit, body);
    const unsigned count = enrol ? ENROLMENTS : RECORDS;
    for (unsigned i = 0; i < count; i++) {
        char json[JSON_MAX];
        struct ys_hash id;
        if (enrol)
            enrolment_text(desk, i, json, sizeof json);
        else
            finding_text(desk, i, json, sizeof json);
        publish(desk, &signer, 1, json, times, &id);
    }
}

void publish_all(const struct settings *settings)
{
    const struct {
        unsigned unit;
        bool enrol;
        const char *name;
    } roles[] = {{1 + settings->year.streets, false, "at a community"},
                 {1, false, "at a street"},
                 {0, false, "at the district"},
                 {0, true, "a key at the district"}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        struct desk desk = {
            .settings = settings, .year = year_new(&settings->year), .unit = roles[i].unit};
        struct times times = {.count = 0};
        open_desk(&desk);
        forget(&desk);
        if (ys_division_level(&desk.node.origin.division) == YS_LEVEL_COMMUNITY)
            publish_topics(&desk, &times);
        else
            publish_office(&desk, roles[i].enrol, &times);
        tell(&desk, roles[i].name, &times);
        measure_membership(&desk);
        ys_member_free(desk.node.member);
        ys_store_close(desk.node.store);
        year_free(desk.year);
    }
}
