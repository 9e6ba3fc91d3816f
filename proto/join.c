#include "proto/join.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "proto/field.h"
#include "proto/wire.h"

#include <string.h>

#define SUFFIX   "/join/v1"
#define NO_TOKEN "-"

_Static_assert(YS_DEPLOYMENT_MAX + sizeof SUFFIX + YS_DIVISION_MAX + 1 + YS_TOKEN_ID_MAX + 1 + 45 +
                       YS_VKEY_TEXT_MAX <=
                   YS_JOIN_STATEMENT_MAX,
               "every statement fits");

bool ys_token_id_valid(struct ys_bytes text)
{
    if (text.size == 0 || text.size > YS_TOKEN_ID_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '!' || text.data[i] > '~')
            return false;
    }
    return true;
}

void ys_join_statement_print(struct ys_writer *w, const char *deployment,
                             const struct ys_division *division, const char *token_id,
                             const uint8_t transport[YS_PUBKEY_LEN], const struct ys_vkey *key)
{
    YS_ASSERT(ys_deployment_valid(ys_bytes_of_text(deployment)));
    YS_ASSERT(ys_token_id_valid(ys_bytes_of_text(token_id)));
    char vkey[YS_VKEY_TEXT_MAX];
    ys_vkey_print(key, vkey);

    ys_writer_text(w, deployment);
    ys_writer_text(w, SUFFIX "\n");
    ys_writer_text(w, division->digits);
    ys_writer_text(w, "\n");
    ys_writer_text(w, token_id);
    ys_writer_text(w, "\n");
    ys_writer_base64(w, (struct ys_bytes){.data = transport, .size = YS_PUBKEY_LEN});
    ys_writer_text(w, "\n");
    ys_writer_text(w, vkey);
    ys_writer_text(w, "\n");
}

void ys_join_statement_sign(const struct ys_signer *signer, const char *deployment,
                            const struct ys_division *division, const char *token_id,
                            const uint8_t transport[YS_PUBKEY_LEN], uint8_t out[YS_SIG_LEN])
{
    uint8_t text[YS_JOIN_STATEMENT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_join_statement_print(&w, deployment, division, token_id, transport, &signer->vkey);
    YS_ASSERT(!w.overflow);
    ys_sign(signer, (struct ys_bytes){.data = text, .size = w.size}, out);
}

/* One offered key, with what it must be. */
struct offer {
    const char *where;
    const char *text;
    ProtobufCBinaryData possession;
    enum ys_name_kind kind;
    uint8_t type;
    const char *body; /* YS_NAME_BODY only */
};

static bool name_fits(const char *text, const Yishi__V1__Join *join, const struct offer *offer)
{
    struct ys_name name;
    return ys_name_parse(ys_bytes_of_text(text), &name, NULL) == YS_OK &&
           name.kind == offer->kind && strcmp(name.deployment, join->deployment) == 0 &&
           strcmp(name.division.digits, join->code) == 0 &&
           (offer->kind != YS_NAME_BODY || strcmp(name.body, offer->body) == 0);
}

static bool signed_statement(const Yishi__V1__Join *join, const struct ys_division *division,
                             const char *token_id, const struct ys_vkey *key,
                             const ProtobufCBinaryData *sig)
{
    uint8_t text[YS_JOIN_STATEMENT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_join_statement_print(&w, join->deployment, division, token_id, join->transport.data, key);
    YS_ASSERT(!w.overflow);
    return ys_verify(key->key, (struct ys_bytes){.data = text, .size = w.size},
                     ys_wire_view(sig)) == YS_OK;
}

static enum ys_code offer_check(const Yishi__V1__Join *join, const struct ys_division *division,
                                const struct offer *offer, struct ys_vkey *key_out,
                                struct ys_err *err)
{
    if (ys_vkey_parse(ys_bytes_of_text(offer->text), key_out) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "%s: not a verifier key", offer->where);
    if (key_out->type != offer->type || !name_fits(key_out->name, join, offer))
        return ys_fail(err, YS_MALFORMED, "%s: %s is not the name of such a key of %s",
                       offer->where, key_out->name, join->code);

    if (!signed_statement(join, division, NO_TOKEN, key_out, &offer->possession))
        return ys_fail(err, YS_BAD_SIG, "%s: the proof that its holder has it does not verify",
                       offer->where);
    return YS_OK;
}

static enum ys_code head_check(const Yishi__V1__Join *join, struct ys_division *division_out,
                               struct ys_err *err)
{
    const enum ys_code code =
        ys_field_check(&join->base, YS_FIELD_TEXT | YS_FIELD_REQUIRED, "join", err);
    if (code != YS_OK)
        return code;
    if (!ys_deployment_valid(ys_bytes_of_text(join->deployment)))
        return ys_fail(err, YS_MALFORMED, "join.deployment: not the name of a deployment");
    if (ys_division_parse(ys_bytes_of_text(join->code), division_out, NULL) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "join.code: not a division code");
    if (join->name[0] == '\0')
        return ys_fail(err, YS_MALFORMED, "join.name: is empty");
    if (!ys_token_id_valid(ys_bytes_of_text(join->token_id)))
        return ys_fail(err, YS_MALFORMED, "join.token_id: not a token id");
    if (join->log_size > INT64_MAX)
        return ys_fail(err, YS_MALFORMED, "join.log_size: is out of range");
    if (join->has_observer && !join->observer)
        return ys_fail(err, YS_MALFORMED, "join.observer: is true or absent");
    if (join->has_observer && join->n_bodies != 0)
        return ys_fail(err, YS_MALFORMED, "join.bodies: an observer has none");
    return YS_OK;
}

static enum ys_code body_check(const Yishi__V1__Join *join, const struct ys_division *division,
                               size_t at, struct ys_vkey *key_out, struct ys_err *err)
{
    const Yishi__V1__JoinBody *body = join->bodies[at];
    const unsigned class = ys_body_class(body->body);
    if (class == 0 || !ys_body_class_at(class, ys_division_level(division)))
        return ys_fail(err, YS_MALFORMED, "join.bodies[%zu].body: a %s has no body \"%s\"", at,
                       ys_level_name(ys_division_level(division)), body->body);
    if (body->name[0] == '\0')
        return ys_fail(err, YS_MALFORMED, "join.bodies[%zu].name: is empty", at);
    for (size_t earlier = 0; earlier < at; earlier++) {
        if (strcmp(join->bodies[earlier]->body, body->body) == 0)
            return ys_fail(err, YS_MALFORMED, "join.bodies[%zu].body: %s stands twice", at,
                           body->body);
    }
    const struct offer offer = {.where = "join.bodies.key",
                                .text = body->key,
                                .possession = body->possession,
                                .kind = YS_NAME_BODY,
                                .type = YS_SIG_ED25519,
                                .body = body->body};
    return offer_check(join, division, &offer, key_out, err);
}

static enum ys_code token_check(const Yishi__V1__Join *join, const struct ys_division *division,
                                const struct ys_vkey *log, struct ys_err *err)
{
    const bool none = strcmp(join->token_id, NO_TOKEN) == 0;
    if (none != !join->has_token_proof)
        return ys_fail(err, YS_MALFORMED,
                       none ? "join.token_proof: there is no token to prove"
                            : "join.token_proof: is missing");
    if (!none && !signed_statement(join, division, join->token_id, log, &join->token_proof))
        return ys_fail(err, YS_BAD_SIG, "join.token_proof: is not for this token");
    return YS_OK;
}

/* One key, one purpose: no public key may stand twice, whatever its name. */
static enum ys_code twice_check(const struct ys_vkey *keys, size_t count, struct ys_err *err)
{
    for (size_t i = 0; i + 1 < count; i++) {
        if (memcmp(keys[i].key, keys[count - 1].key, YS_PUBKEY_LEN) == 0)
            return ys_fail(err, YS_MALFORMED, "join: %s and %s are one key", keys[i].name,
                           keys[count - 1].name);
    }
    return YS_OK;
}

enum ys_code ys_join_check(const Yishi__V1__Join *join, struct ys_err *err)
{
    struct ys_division division;
    struct ys_vkey keys[2 + YS_JOIN_BODIES_MAX];
    enum ys_code code = head_check(join, &division, err);
    if (code != YS_OK)
        return code;

    const struct offer node_keys[] = {{.where = "join.log",
                                       .text = join->log,
                                       .possession = join->log_possession,
                                       .kind = YS_NAME_LOG,
                                       .type = YS_SIG_ED25519},
                                      {.where = "join.mirror",
                                       .text = join->mirror,
                                       .possession = join->mirror_possession,
                                       .kind = YS_NAME_MIRROR,
                                       .type = YS_SIG_COSIGNATURE_V1}};
    for (size_t i = 0; code == YS_OK && i < 2; i++) {
        code = offer_check(join, &division, &node_keys[i], &keys[i], err);
        if (code == YS_OK)
            code = twice_check(keys, i + 1, err);
    }
    struct ys_name log;
    if (code == YS_OK && (ys_name_parse(ys_bytes_of_text(keys[0].name), &log, NULL) != YS_OK ||
                          ys_name_is_observers(&log) != (join->has_observer != 0)))
        code = ys_fail(err, YS_MALFORMED, "join.log: %s is a log's name of the other role",
                       keys[0].name);
    if (code == YS_OK)
        code = token_check(join, &division, &keys[0], err);
    for (size_t i = 0; code == YS_OK && i < join->n_bodies; i++) {
        code = body_check(join, &division, i, &keys[2 + i], err);
        if (code == YS_OK)
            code = twice_check(keys, 3 + i, err);
    }
    return code;
}
