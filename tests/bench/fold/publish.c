/* Publishing one record as `yishi publish` does once the keys are unlocked: draft, checks, signatures,
 * membership, commit. */
#include "node/author.h"
#include "tests/bench/fold/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 100 };

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

static void parameter_text(unsigned nth, char *out, size_t size)
{
    (void)snprintf(out, size,
                   "{\"rule_parameter\":{\"name\":\"feedback_days\",\"value\":\"%u\","
                   "\"unit\":\"days\",\"effective_from\":\"2027-01-01\",\"scope\":\"110198\","
                   "\"basis\":\"工作安排\"}}",
                   10 + nth);
}

static void publish(const struct ys_node *node, const struct ys_signer *const *signers,
                    unsigned count, const char *json, struct ys_hash *id_out)
{
    YS_DRAFT_SCOPED draft = {.body = NULL};
    YS_WRITTEN_SCOPED written = {.signer_count = 0};
    struct ys_appended appended;
    struct ys_err err = {0};
    must(ys_draft_parse(ys_bytes_of_text(json), &node->origin, &draft, &err), &err);
    must(ys_written_bind(&draft, &node->origin, ys_now_s(), &written, &err), &err);
    must(ys_written_sign(&written, signers, count, &err), &err);
    must(ys_author_check_new(node, &written, 1, &err), &err);
    must(ys_author_append(node, &(struct ys_append){.records = &written, .count = 1}, &appended,
                          &err),
         &err);
    if (appended.standing != YS_STANDING_REGISTERED)
        must(YS_DENIED, NULL);
    *id_out = written.id;
}

/* Each `yishi publish` begins without a membership. */
static void begin_anew(struct ys_node *node, const struct year *year)
{
    struct ys_err err = {0};
    ys_member_free(node->member);
    must(ys_member_new(year_root(year), &node->origin.division, &node->member, &err), &err);
}

void publish_at(const struct settings *settings, unsigned unit, const char *name)
{
    struct year *const year = year_new(&settings->year);
    struct ys_node node = {.has_root = true};
    size_t records = 0;
    double took[RECORDS];
    char label[64];
    const bool community = unit != 0;
    const struct ys_signer *const signers[] = {year_body_key(year, unit, community ? "rc" : "da"),
                                               year_body_key(year, unit, "po")};
    node.store = store_of(settings, year, unit, &records);
    node.origin = year_log(year, unit)->origin;
    ys_name_print(&node.origin, node.origin_text);
    node.roots = (struct ys_root_chain){.count = 1, .policy = {*year_root(year)}};
    (void)snprintf(node.home.path, sizeof node.home.path, "%s", settings->folder);
    for (unsigned i = 0; i < RECORDS; i++) {
        char json[1024];
        begin_anew(&node, year);
        struct ys_hash id;
        if (community) { /* a determination needs what it is based on */
            proposal_text(i, json, sizeof json);
            publish(&node, signers, 1, json, &id);
            determination_text(i, &id, json, sizeof json);
        } else {
            parameter_text(i, json, sizeof json);
        }
        begin_anew(&node, year);
        const double begin = now_s();
        publish(&node, signers, community ? 2 : 1, json, &id);
        took[i] = now_s() - begin;
    }
    qsort(took, RECORDS, sizeof took[0], by_size);
    (void)snprintf(label, sizeof label, "publish at %s of %zu records, p50", name, records);
    say(settings, label, took[RECORDS / 2] * 1000, "ms");
    (void)snprintf(label, sizeof label, "publish at %s of %zu records, p99", name, records);
    say(settings, label, took[RECORDS - 2] * 1000, "ms");
    ys_member_free(node.member);
    ys_store_close(node.store);
    year_free(year);
}
