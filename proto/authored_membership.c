#include "crypto/checkpoint.h"
#include "proto/authored_part.h"
#include "proto/name.h"

#include <stdio.h>
#include <string.h>

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
    return ys_authored_span(body->term_from, body->term_to, "body.body_register.term_to", err);
}

/* Any key can be cut; it signs in a log of its own unit. */
static enum ys_code revoke_check(const Yishi__V1__KeyRevoke *body, struct ys_err *err)
{
    struct ys_vkey key;
    struct ys_name name;
    struct ys_name log;
    uint8_t transport[YS_PUBKEY_LEN];
    if (ys_transport_parse(ys_bytes_of_text(body->key), transport)) /* an observer's */
        return origin_check(body->log, "body.key_revoke.log", &log, err);
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

/* The older log is one of the same unit's, which only the note says; here it is one at all. */
static enum ys_code succession_check(const Yishi__V1__Succession *body, struct ys_err *err)
{
    struct ys_name log;
    const enum ys_code code = origin_check(body->log, "body.succession.log", &log, err);
    if (code == YS_OK && body->size > INT64_MAX)
        return ys_fail(err, YS_MALFORMED, "body.succession.size: is out of range");
    return code;
}

enum ys_code ys_authored_membership(const Yishi__V1__Body *body, struct ys_err *err)
{
    struct ys_name log;
    if (body->kind_case == YISHI__V1__BODY__KIND_BODY_REGISTER)
        return register_check(body->body_register, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_KEY_REVOKE)
        return revoke_check(body->key_revoke, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_NODE_CERTIFICATE)
        return certificate_check(body->node_certificate, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_ANCHOR)
        return anchor_check(body->anchor, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_FORK_NOTICE)
        return origin_check(body->fork_notice->log, "body.fork_notice.log", &log, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_SUCCESSION)
        return succession_check(body->succession, err);
    if (body->kind_case == YISHI__V1__BODY__KIND_RECEIPTS)
        return receipts_check(body->receipts, err);
    return YS_OK;
}
