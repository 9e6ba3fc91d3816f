#include "proto/authored_part.h"

#include <inttypes.h>
#include <string.h>

/* --- the organisation --- */

static enum ys_code rules_check(const Yishi__V1__HouseRules *body, struct ys_err *err)
{
    const enum ys_code code = ys_authored_span(body->adopted_on, body->effective_from,
                                               "body.house_rules.effective_from", err);
    return code != YS_OK ? code
                         : ys_authored_parties(body->adopted_with, body->n_adopted_with,
                                               "body.house_rules.adopted_with", err);
}

/* Parameters are known by names such as notice_min_days. */
static enum ys_code parameter_check(const Yishi__V1__RuleParameter *body, struct ys_err *err)
{
    if (strspn(body->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(body->name))
        return ys_fail(err, YS_MALFORMED,
                       "body.rule_parameter.name: not a name such as notice_min_days");
    return ys_authored_division(body->scope, false, "body.rule_parameter.scope", err);
}

/* --- topics --- */

/* What came in by the channels was included, merged or left out. */
static enum ys_code collection_sums(const Yishi__V1__TopicCollection *body, struct ys_err *err)
{
    uint64_t came = 0;
    uint64_t went = (uint64_t)body->included + body->duplicates_merged;
    for (size_t i = 0; i < body->n_channels; i++)
        came += body->channels[i]->count;
    for (size_t i = 0; i < body->n_excluded; i++)
        went += body->excluded[i]->count;
    if (came != went)
        return ys_fail(err, YS_MALFORMED,
                       "body.topic_collection.channels: add up to %" PRIu64 ", but %" PRIu64
                       " were included, merged or excluded",
                       came, went);
    return YS_OK;
}

static enum ys_code collection_check(const Yishi__V1__Body *whole, struct ys_err *err)
{
    const Yishi__V1__TopicCollection *body = whole->topic_collection;
    unsigned seen = 0;
    enum ys_code code = ys_authored_span(body->from, body->to, "body.topic_collection.to", err);
    for (size_t i = 0; i < body->n_channels && code == YS_OK; i++)
        code = ys_authored_once(&seen, (int)body->channels[i]->channel,
                                "body.topic_collection.channels", i, "channel", err);
    if (code == YS_OK)
        code = collection_sums(body, err);
    if (code == YS_OK)
        code =
            ys_authored_need(body->included == 0 ||
                                 ys_authored_refers(whole, YISHI__V1__RELATION__RELATION_BASED_ON),
                             "body.refs", "the proposals that are included", err);
    return code;
}

static enum ys_code commission_check(const Yishi__V1__CommissionRequest *body, struct ys_err *err)
{
    return ys_authored_communities(body->communities, body->n_communities,
                                   "body.commission_request.communities", err);
}

/* What must be known before a topic goes to the notice (articles 5 to 8). */
static enum ys_code listed_check(const Yishi__V1__TopicDetermination *body, struct ys_err *err)
{
    static const char why[] = "the topic is listed";
    enum ys_code code =
        ys_authored_need(body->has_level, "body.topic_determination.level", why, err);
    if (code == YS_OK)
        code = ys_authored_need(body->has_form, "body.topic_determination.form", why, err);
    if (code == YS_OK)
        code = ys_authored_need(body->n_planned_participants > 0,
                                "body.topic_determination.planned_participants", why, err);
    if (code == YS_OK)
        code = ys_authored_need(body->has_lawfulness_confirmed,
                                "body.topic_determination.lawfulness_confirmed", why, err);
    return code;
}

static enum ys_code decision_check(const Yishi__V1__TopicDetermination *body, struct ys_err *err)
{
    const bool merged = body->decision == YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_MERGED;
    if (body->decision == YISHI__V1__TOPIC_DECISION__TOPIC_DECISION_LISTED)
        return listed_check(body, err);
    const enum ys_code code = ys_authored_need(
        body->reason != NULL, "body.topic_determination.reason", "the topic is not listed", err);
    if (code != YS_OK || !merged)
        return code;
    return ys_authored_need(body->merged_into != NULL, "body.topic_determination.merged_into",
                            "the topic is merged", err);
}

static enum ys_code determination_check(const Yishi__V1__TopicDetermination *body,
                                        struct ys_err *err)
{
    enum ys_code code = decision_check(body, err);
    if (code == YS_OK && body->merged_into != NULL)
        code = ys_authored_matter(body->merged_into, "body.topic_determination.merged_into", err);
    if (code == YS_OK && (body->has_form || body->form_text != NULL))
        code = ys_authored_form(body->form, body->form_text, "body.topic_determination.form_text",
                                err);
    if (code == YS_OK)
        code = ys_authored_communities(body->joint_with, body->n_joint_with,
                                       "body.topic_determination.joint_with", err);
    if (code == YS_OK)
        code = ys_authored_parties(body->planned_participants, body->n_planned_participants,
                                   "body.topic_determination.planned_participants", err);
    if (code == YS_OK && body->has_third_party_moderator && body->third_party_moderator)
        code = ys_authored_need(body->third_party_reason != NULL,
                                "body.topic_determination.third_party_reason",
                                "a third party is to moderate", err);
    return code;
}

enum ys_code ys_authored_topic(const Yishi__V1__Body *body, struct ys_err *err)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_COMMUNITY_PROFILE)
        return ys_authored_year(body->community_profile->year, "body.community_profile.year", err);
    if (body->kind_case == YISHI__V1__BODY__KIND_HOUSE_RULES)
        return rules_check(body->house_rules, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_RULE_PARAMETER)
        return parameter_check(body->rule_parameter, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_TOPIC_COLLECTION)
        return collection_check(body, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_COMMISSION_REQUEST)
        return commission_check(body->commission_request, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_TOPIC_DETERMINATION)
        return determination_check(body->topic_determination, err);
    return YS_OK;
}
