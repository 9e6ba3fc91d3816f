#include "proto/authored.h"

#include "crypto/assert.h"
#include "crypto/checkpoint.h"
#include "proto/name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DIMENSIONS = 3 };

static enum ys_code span_check(const Yishi__V1__Date *from, const Yishi__V1__Date *to,
                               const char *where, struct ys_err *err)
{
    if (from != NULL && to != NULL && to->yyyymmdd < from->yyyymmdd)
        return ys_fail(err, YS_MALFORMED, "%s: the last day is before the first", where);
    return YS_OK;
}

/* The text of a verifier key: good, of that type, and of the wanted kind of name. */
static enum ys_code key_check(const char *text, uint8_t type, enum ys_name_kind kind,
                              const char *where, struct ys_name *name_out, struct ys_err *err)
{
    struct ys_vkey key;
    if (ys_vkey_parse(ys_bytes_of_text(text), &key) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "%s: not a verifier key", where);
    if (ys_name_parse(ys_bytes_of_text(key.name), name_out, NULL) != YS_OK ||
        name_out->kind != kind || key.type != type)
        return ys_fail(err, YS_MALFORMED, "%s: %s is not the name of such a key", where, key.name);
    return YS_OK;
}

static enum ys_code origin_check(const char *text, const char *where, struct ys_name *out,
                                 struct ys_err *err)
{
    if (ys_name_parse(ys_bytes_of_text(text), out, NULL) != YS_OK || out->kind != YS_NAME_LOG)
        return ys_fail(err, YS_MALFORMED, "%s: not the origin of a log", where);
    return YS_OK;
}

static bool same_unit(const struct ys_name *a, const struct ys_name *b)
{
    return strcmp(a->deployment, b->deployment) == 0 &&
           ys_division_equal(&a->division, &b->division);
}

static enum ys_code register_check(const Yishi__V1__BodyRegister *body, struct ys_err *err)
{
    struct ys_division division;
    struct ys_name key;
    struct ys_name log;
    if (ys_division_parse(ys_bytes_of_text(body->division), &division, NULL) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "body.body_register.division: not a division code");
    const unsigned class = ys_body_class(body->body);
    if (class == 0 || !ys_body_class_at(class, ys_division_level(&division)))
        return ys_fail(err, YS_MALFORMED, "body.body_register.body: a %s has no body \"%s\"",
                       ys_level_name(ys_division_level(&division)), body->body);
    enum ys_code code =
        key_check(body->key, YS_SIG_ED25519, YS_NAME_BODY, "body.body_register.key", &key, err);
    if (code == YS_OK)
        code = origin_check(body->log, "body.body_register.log", &log, err);
    if (code != YS_OK)
        return code;
    if (!ys_division_equal(&key.division, &division) || strcmp(key.body, body->body) != 0)
        return ys_fail(err, YS_MALFORMED,
                       "body.body_register.key: its name is not that of %s at %s", body->body,
                       division.digits);
    if (!same_unit(&log, &key))
        return ys_fail(err, YS_MALFORMED, "body.body_register.log: not a log of %s",
                       division.digits);
    return span_check(body->term_from, body->term_to, "body.body_register.term_to", err);
}

/* Any key can be cut; it signs in a log of its own unit. */
static enum ys_code revoke_check(const Yishi__V1__KeyRevoke *body, struct ys_err *err)
{
    struct ys_vkey key;
    struct ys_name name;
    struct ys_name log;
    if (ys_vkey_parse(ys_bytes_of_text(body->key), &key) != YS_OK ||
        ys_name_parse(ys_bytes_of_text(key.name), &name, NULL) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "body.key_revoke.key: not a verifier key of ours");
    const enum ys_code code = origin_check(body->log, "body.key_revoke.log", &log, err);
    if (code != YS_OK)
        return code;
    if (!same_unit(&log, &name))
        return ys_fail(err, YS_MALFORMED, "body.key_revoke.log: not a log of the key's unit");
    if (body->cut_size > INT64_MAX)
        return ys_fail(err, YS_MALFORMED, "body.key_revoke.cut_size: is out of range");
    return YS_OK;
}

static enum ys_code certificate_check(const Yishi__V1__NodeCertificate *body, struct ys_err *err)
{
    struct ys_division division;
    struct ys_name log;
    struct ys_name mirror;
    if (ys_division_parse(ys_bytes_of_text(body->division), &division, NULL) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "body.node_certificate.division: not a division code");
    enum ys_code code =
        key_check(body->log, YS_SIG_ED25519, YS_NAME_LOG, "body.node_certificate.log", &log, err);
    if (code == YS_OK)
        code = key_check(body->mirror, YS_SIG_COSIGNATURE_V1, YS_NAME_MIRROR,
                         "body.node_certificate.mirror", &mirror, err);
    if (code != YS_OK)
        return code;
    if (!ys_division_equal(&log.division, &division))
        return ys_fail(err, YS_MALFORMED, "body.node_certificate.log: not a log of %s",
                       division.digits);
    if (!same_unit(&log, &mirror))
        return ys_fail(err, YS_MALFORMED, "body.node_certificate.mirror: not of the log's unit");
    return YS_OK;
}

static enum ys_code anchor_check(const Yishi__V1__Anchor *body, struct ys_err *err)
{
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    const struct ys_bytes bytes = {body->checkpoint.data, body->checkpoint.len};
    if (ys_note_parse(bytes, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &checkpoint, NULL) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "body.anchor.checkpoint: not a signed checkpoint");
    return YS_OK;
}

static enum ys_code receipts_check(const Yishi__V1__Receipts *body, struct ys_err *err)
{
    for (size_t i = 0; i < body->n_receipts; i++) {
        struct ys_name log;
        char where[64];
        snprintf(where, sizeof where, "body.receipts.receipts[%zu].log", i);
        const enum ys_code code = origin_check(body->receipts[i]->log, where, &log, err);
        if (code != YS_OK)
            return code;
        if (body->receipts[i]->size == 0 || body->receipts[i]->size > INT64_MAX)
            return ys_fail(err, YS_MALFORMED, "body.receipts.receipts[%zu].size: is out of range",
                           i);
    }
    return YS_OK;
}

static enum ys_code consensus_check(const Yishi__V1__Consensus *body, struct ys_err *err)
{
    for (size_t i = 0; i < body->n_items; i++) {
        if (body->items[i]->no != i + 1)
            return ys_fail(err, YS_MALFORMED,
                           "body.consensus.items[%zu].no: is %u, but items are numbered from 1", i,
                           body->items[i]->no);
    }
    return YS_OK;
}

static uint64_t grades_sum(const Yishi__V1__GradeCounts *counts)
{
    return (uint64_t)counts->grade_0 + counts->grade_1 + counts->grade_2 + counts->grade_3 +
           counts->grade_4 + counts->grade_5;
}

static enum ys_code dimensions_check(const Yishi__V1__EvaluationResult *body, struct ys_err *err)
{
    if (body->n_dimensions != DIMENSIONS)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.dimensions: has %zu elements, not %d",
                       body->n_dimensions, DIMENSIONS);
    for (size_t i = 0; i < DIMENSIONS; i++) {
        for (size_t earlier = 0; earlier < i; earlier++) {
            if (body->dimensions[i]->dimension == body->dimensions[earlier]->dimension)
                return ys_fail(err, YS_MALFORMED,
                               "body.evaluation_result.dimensions[%zu].dimension: stands twice", i);
        }
        const uint64_t sum = grades_sum(body->dimensions[i]);
        if (sum != body->valid)
            return ys_fail(err, YS_MALFORMED,
                           "body.evaluation_result.dimensions[%zu]: grades add up to %" PRIu64
                           ", but %u papers are valid",
                           i, sum, body->valid);
    }
    return YS_OK;
}

/* Kinds with few papers may be left out (DOMAIN.md 2.5), so the sum may fall short. */
static enum ys_code kinds_check(const Yishi__V1__EvaluationResult *body, struct ys_err *err)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < body->n_returned_by_kind; i++) {
        for (size_t earlier = 0; earlier < i; earlier++) {
            if (body->returned_by_kind[i]->party_kind ==
                body->returned_by_kind[earlier]->party_kind)
                return ys_fail(
                    err, YS_MALFORMED,
                    "body.evaluation_result.returned_by_kind[%zu].party_kind: stands twice", i);
        }
        sum += body->returned_by_kind[i]->returned;
    }
    if (sum > body->returned)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.returned_by_kind: adds up to %" PRIu64
                       ", but %u papers were returned",
                       sum, body->returned);
    return YS_OK;
}

static enum ys_code evaluation_check(const Yishi__V1__EvaluationResult *body, struct ys_err *err)
{
    if (body->returned > body->issued)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.returned: %u, but %u papers were issued",
                       body->returned, body->issued);
    if (body->valid > body->returned)
        return ys_fail(err, YS_MALFORMED,
                       "body.evaluation_result.valid: %u, but %u papers were returned", body->valid,
                       body->returned);
    const enum ys_code code = dimensions_check(body, err);
    return code != YS_OK ? code : kinds_check(body, err);
}

static enum ys_code acknowledgement_check(const Yishi__V1__Body *body, struct ys_err *err)
{
    for (size_t i = 0; i < body->n_refs; i++) {
        if (body->refs[i]->rel == YISHI__V1__RELATION__RELATION_ACKNOWLEDGES)
            return YS_OK;
    }
    return ys_fail(err, YS_MALFORMED, "body.refs: names no record that is acknowledged");
}

enum ys_code ys_authored_check(const Yishi__V1__Body *body, struct ys_err *err)
{
    struct ys_name log;
    switch (body->kind_case) {
    case YISHI__V1__BODY__KIND_BODY_REGISTER:
        return register_check(body->body_register, err);
    case YISHI__V1__BODY__KIND_KEY_REVOKE:
        return revoke_check(body->key_revoke, err);
    case YISHI__V1__BODY__KIND_NODE_CERTIFICATE:
        return certificate_check(body->node_certificate, err);
    case YISHI__V1__BODY__KIND_ANCHOR:
        return anchor_check(body->anchor, err);
    case YISHI__V1__BODY__KIND_FORK_NOTICE:
        return origin_check(body->fork_notice->log, "body.fork_notice.log", &log, err);
    case YISHI__V1__BODY__KIND_RECEIPTS:
        return receipts_check(body->receipts, err);
    case YISHI__V1__BODY__KIND_CONSENSUS:
        return consensus_check(body->consensus, err);
    case YISHI__V1__BODY__KIND_EVALUATION_RESULT:
        return evaluation_check(body->evaluation_result, err);
    case YISHI__V1__BODY__KIND_FEEDBACK_PUBLICATION:
        return span_check(body->feedback_publication->from, body->feedback_publication->to,
                          "body.feedback_publication.to", err);
    case YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT:
        return acknowledgement_check(body, err);
    case YISHI__V1__BODY__KIND__NOT_SET:
        return ys_fail(err, YS_MALFORMED, "body: has no kind");
    case _YISHI__V1__BODY__KIND__CASE_IS_INT_SIZE:
        break;
    }
    YS_ASSERT(false);
    return YS_CORRUPT;
}
