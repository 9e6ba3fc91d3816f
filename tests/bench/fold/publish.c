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

/* What each unit may write, `nth` of it. */
static void draft_text(bool community, unsigned nth, char *out, size_t size)
{
    if (community)
        (void)snprintf(
            out, size,
            "{\"subject\":\"110198001001-2026-%04u\",\"topic_determination\":{"
            "\"met_on\":\"2026-11-20\",\"decision\":\"listed\",\"title\":\"停车位规划与管理\","
            "\"category\":\"facilities_and_order\",\"nature\":\"community_affairs\","
            "\"decision_matter\":false,\"level\":\"community\",\"form\":\"four_party\","
            "\"planned_participants\":[{\"party_kind\":\"committee\",\"count\":3},"
            "{\"party_kind\":\"resident\",\"count\":12}],\"lawfulness_confirmed\":true,"
            "\"attendance\":{\"po\":5,\"rc\":7}}}",
            5000 + nth);
    else
        (void)snprintf(out, size,
                       "{\"rule_parameter\":{\"name\":\"feedback_days\",\"value\":\"%u\","
                       "\"unit\":\"days\",\"effective_from\":\"2027-01-01\",\"scope\":\"110198\","
                       "\"basis\":\"工作安排\"}}",
                       10 + nth);
}

static void publish(const struct ys_node *node, const struct ys_signer *const *signers,
                    unsigned count, const char *json)
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
}

void publish_at(const struct settings *settings, unsigned unit, const char *name)
{
    struct year *const year = year_new(&settings->year);
    struct ys_node node = {.has_root = true};
    struct ys_err err = {0};
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
        ys_member_free(node.member); /* each `yishi publish` begins with none */
        must(ys_member_new(year_root(year), &node.origin.division, &node.member, &err), &err);
        draft_text(community, i, json, sizeof json);
        const double begin = now_s();
        publish(&node, signers, community ? 2 : 1, json);
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
