#include "node/certificate.h"

#include "crypto/assert.h"
#include "node/json_file.h"
#include "node/lang.h"
#include "proto/join.h"
#include "proto/json.h"
#include "proto/text.h"
#include "proto/wire.h"

#include <stdio.h>
#include <string.h>

enum { TITLE_POINTS_MAX = 60 }; /* code points of a name: proto/field.c */

/* --- from a home --- */

bool ys_address_can_be_told(const char *endpoint)
{
    const char *const port = strrchr(endpoint, ':');
    return endpoint[0] != '\0' && port != NULL && strcmp(port, ":0") != 0 &&
           strcmp(port, ":*") != 0 && strncmp(endpoint, "tcp://*", 7) != 0 &&
           strncmp(endpoint, "tcp://0.0.0.0:", 14) != 0;
}

/* Official name of a body: unit and class, or the class alone when both are too long. */
static void name_body(const char *unit, const char *body, char out[YS_UNIT_NAME_MAX + 1])
{
    const char *const class = ys_body_class_text(ys_body_class(body), true);
    size_t points = 0;
    const int length = snprintf(out, YS_UNIT_NAME_MAX + 1, "%s %s", unit, class);
    if (length < 0 || length > YS_UNIT_NAME_MAX ||
        ys_text_check(ys_bytes_of_text(out), &points) != YS_TEXT_GOOD || points > TITLE_POINTS_MAX)
        snprintf(out, YS_UNIT_NAME_MAX + 1, "%s", class);
}

static enum ys_code load_bodies(const struct ys_home *home, struct ys_offer *offer,
                                struct ys_err *err)
{
    struct ys_body_names names;
    enum ys_code code = ys_keystore_bodies(home, &names, err);
    for (size_t i = 0; code == YS_OK && i < names.count; i++) {
        char path[PATH_MAX];
        struct ys_public public;
        struct ys_offered_body *const body = &offer->body[i];
        ys_keystore_path(home, names.name[i], ".pub", path);
        code = ys_public_load(path, &public, err);
        if (code != YS_OK)
            break;
        memcpy(body->body, names.name[i], sizeof body->body);
        name_body(offer->name, body->body, body->name);
        ys_vkey_print(&public.vkey, body->key);
        memcpy(body->possession, public.possession, YS_SIG_LEN);
        offer->body_count = i + 1;
    }
    return code;
}

enum ys_code ys_offer_of_home(const struct ys_home *home, const struct ys_config *config,
                              const struct ys_name *origin, const struct ys_node_keys *keys,
                              struct ys_offer *out, struct ys_err *err)
{
    struct ys_offer offer = {.origin = *origin};
    ys_name_print(origin, offer.origin_text);
    memcpy(offer.name, config->name, sizeof config->name);
    if (ys_address_can_be_told(config->listen))
        memcpy(offer.address, config->listen, sizeof offer.address);
    memcpy(offer.transport, keys->transport_public, YS_PUBKEY_LEN);
    ys_vkey_print(&keys->log.vkey, offer.log);
    ys_vkey_print(&keys->mirror.vkey, offer.mirror);
    ys_possession_sign(&keys->log, origin, offer.transport, offer.log_possession);
    ys_possession_sign(&keys->mirror, origin, offer.transport, offer.mirror_possession);
    const enum ys_code code = load_bodies(home, &offer, err);
    if (code == YS_OK)
        *out = offer;
    return code;
}

void ys_offer_bind(struct ys_offer *offer, const struct ys_signer *log, const char *token_id)
{
    YS_ASSERT(ys_invite_id_valid(ys_bytes_of_text(token_id)));
    memcpy(offer->token_id, token_id, sizeof offer->token_id);
    ys_join_statement_sign(log, offer->origin.deployment, &offer->origin.division, token_id,
                           offer->transport, offer->token_proof);
}

/* --- requests, packed and as files --- */

static void fill_join(struct ys_offer *offer, Yishi__V1__JoinBody *bodies,
                      Yishi__V1__JoinBody **list, Yishi__V1__Join *out)
{
    static char no_token[] = "-";
    yishi__v1__join__init(out);
    out->deployment = offer->origin.deployment;
    out->code = offer->origin.division.digits;
    out->name = offer->name;
    out->token_id = offer->token_id[0] == '\0' ? no_token : offer->token_id;
    out->has_token_proof = offer->token_id[0] != '\0';
    if (out->has_token_proof)
        out->token_proof = ys_wire_lend((struct ys_bytes){offer->token_proof, YS_SIG_LEN});
    out->log = offer->log;
    out->mirror = offer->mirror;
    out->has_transport = out->has_log_possession = out->has_mirror_possession = 1;
    out->transport = ys_wire_lend((struct ys_bytes){offer->transport, YS_PUBKEY_LEN});
    out->log_possession = ys_wire_lend((struct ys_bytes){offer->log_possession, YS_SIG_LEN});
    out->mirror_possession = ys_wire_lend((struct ys_bytes){offer->mirror_possession, YS_SIG_LEN});
    out->address = offer->address[0] == '\0' ? NULL : offer->address;
    out->has_observer = out->observer = offer->observer;
    out->has_log_size = 1;
    out->log_size = offer->log_size;
    for (size_t i = 0; i < offer->body_count; i++) {
        struct ys_offered_body *const body = &offer->body[i];
        yishi__v1__join_body__init(&bodies[i]);
        bodies[i].body = body->body;
        bodies[i].name = body->name;
        bodies[i].key = body->key;
        bodies[i].has_possession = 1;
        bodies[i].possession = ys_wire_lend((struct ys_bytes){body->possession, YS_SIG_LEN});
        list[i] = &bodies[i];
    }
    out->n_bodies = offer->body_count;
    out->bodies = list;
}

enum ys_code ys_offer_encode(const struct ys_offer *offer, struct ys_writer *w, struct ys_err *err)
{
    struct ys_offer copy = *offer;
    Yishi__V1__JoinBody bodies[YS_KEYSTORE_BODIES_MAX];
    Yishi__V1__JoinBody *list[YS_KEYSTORE_BODIES_MAX];
    Yishi__V1__Join join;
    fill_join(&copy, bodies, list, &join);
    const enum ys_code code = ys_join_check(&join, err);
    return code == YS_OK ? ys_wire_encode(&join.base, YS_JOIN_MAX, w, err) : code;
}

enum ys_code ys_offer_save(const struct ys_offer *offer, const char *path, struct ys_err *err)
{
    struct ys_offer copy = *offer;
    Yishi__V1__JoinBody bodies[YS_KEYSTORE_BODIES_MAX];
    Yishi__V1__JoinBody *list[YS_KEYSTORE_BODIES_MAX];
    Yishi__V1__Join join;
    json_t *json = NULL;
    fill_join(&copy, bodies, list, &join);
    enum ys_code code = ys_join_check(&join, err);
    if (code == YS_OK)
        code = ys_json_encode(&join.base, &json, err);
    return code == YS_OK ? ys_json_file_save(path, json, err) : code;
}

static void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

enum ys_code ys_offer_of_join(const Yishi__V1__Join *join, struct ys_offer *out, struct ys_err *err)
{
    struct ys_offer offer = {.log_size = join->log_size, .observer = join->has_observer != 0};
    struct ys_vkey log;
    enum ys_code code = ys_vkey_parse(ys_bytes_of_text(join->log), &log);
    if (code == YS_OK)
        code = ys_name_parse(ys_bytes_of_text(log.name), &offer.origin, err);
    if (code != YS_OK)
        return code;
    copy_text(offer.origin_text, sizeof offer.origin_text, log.name);
    copy_text(offer.name, sizeof offer.name, join->name);
    copy_text(offer.address, sizeof offer.address, join->address);
    memcpy(offer.transport, join->transport.data, YS_PUBKEY_LEN);
    copy_text(offer.log, sizeof offer.log, join->log);
    copy_text(offer.mirror, sizeof offer.mirror, join->mirror);
    memcpy(offer.log_possession, join->log_possession.data, YS_SIG_LEN);
    memcpy(offer.mirror_possession, join->mirror_possession.data, YS_SIG_LEN);
    if (join->has_token_proof) {
        if (!ys_invite_id_valid(ys_bytes_of_text(join->token_id)))
            return ys_fail(err, YS_MALFORMED, "join.token_id: not the id of an invitation");
        memcpy(offer.token_id, join->token_id, sizeof offer.token_id);
        memcpy(offer.token_proof, join->token_proof.data, YS_SIG_LEN);
    }
    YS_ASSERT(join->n_bodies <= YS_KEYSTORE_BODIES_MAX);
    for (size_t i = 0; i < join->n_bodies; i++) {
        const Yishi__V1__JoinBody *const from = join->bodies[i];
        struct ys_offered_body *const body = &offer.body[i];
        copy_text(body->body, sizeof body->body, from->body);
        copy_text(body->name, sizeof body->name, from->name);
        copy_text(body->key, sizeof body->key, from->key);
        memcpy(body->possession, from->possession.data, YS_SIG_LEN);
    }
    offer.body_count = join->n_bodies;
    *out = offer;
    return YS_OK;
}

_Static_assert((int)YS_JOIN_BODIES_MAX <= (int)YS_KEYSTORE_BODIES_MAX, "every request fits");

enum ys_code ys_offer_decode(struct ys_bytes join, struct ys_offer *out, struct ys_err *err)
{
    struct ys_arena arena;
    ProtobufCMessage *message = NULL;
    if (join.size > YS_JOIN_MAX)
        return ys_fail(err, YS_LIMIT, "join: has %zu bytes, limit %d", join.size, YS_JOIN_MAX);
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    enum ys_code code =
        ys_wire_decode(join, &yishi__v1__join__descriptor, "join", &arena, &message, err);
    if (code == YS_OK)
        code = ys_join_check((const void *)message, err);
    if (code == YS_OK)
        code = ys_offer_of_join((const void *)message, out, err);
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code parse_request(json_t *json, struct ys_arena *arena, struct ys_offer *out,
                                  char unit[YS_DIVISION_MAX + 1], struct ys_err *err)
{
    ProtobufCMessage *message = NULL;
    enum ys_code code =
        ys_json_decode(json, &yishi__v1__join__descriptor, "", arena, &message, err);
    if (code != YS_OK)
        return code;
    const Yishi__V1__Join *const join = (const void *)message;
    copy_text(unit, YS_DIVISION_MAX + 1, join->code);
    code = ys_join_check(join, err);
    return code == YS_OK ? ys_offer_of_join(join, out, err) : code;
}

enum ys_code ys_offer_load(const char *path, struct ys_offer *out, struct ys_err *err)
{
    struct ys_arena arena;
    struct ys_err why = {0};
    char unit[YS_DIVISION_MAX + 1] = "";
    json_t *json = NULL;
    enum ys_code code = ys_json_file_load(path, &json, err);
    if (code != YS_OK)
        return code;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    code = parse_request(json, &arena, out, unit, &why);
    ys_arena_clear(&arena);
    json_decref(json);
    if (code == YS_OK)
        return YS_OK;
    return unit[0] == '\0' ? ys_fail(err, code, "%s: %s", path, why.msg)
                           : ys_fail(err, code, _("%s: request of %s: %s"), path, unit, why.msg);
}

/* --- records --- */

void ys_offer_certificate(struct ys_offer *offer, struct ys_offer_parts *parts,
                          Yishi__V1__Body **out)
{
    Yishi__V1__NodeCertificate *const record = &parts->certificate;
    yishi__v1__node_certificate__init(record);
    record->division = offer->origin.division.digits;
    record->has_role = 1;
    record->role = offer->observer ? YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER
                                   : YISHI__V1__NODE_ROLE__NODE_ROLE_NODE;
    record->name = offer->name;
    record->log = offer->log;
    record->mirror = offer->mirror;
    record->has_transport = record->has_log_possession = record->has_mirror_possession = 1;
    record->transport = ys_wire_lend((struct ys_bytes){offer->transport, YS_PUBKEY_LEN});
    record->log_possession = ys_wire_lend((struct ys_bytes){offer->log_possession, YS_SIG_LEN});
    record->mirror_possession =
        ys_wire_lend((struct ys_bytes){offer->mirror_possession, YS_SIG_LEN});
    record->address = offer->address[0] == '\0' ? NULL : offer->address;
    yishi__v1__body__init(&parts->body[0]);
    parts->body[0].kind_case = YISHI__V1__BODY__KIND_NODE_CERTIFICATE;
    parts->body[0].node_certificate = record;
    *out = &parts->body[0];
}

void ys_offer_registration(struct ys_offer *offer, size_t at, struct ys_offer_parts *parts,
                           Yishi__V1__Body **out)
{
    YS_ASSERT(at < offer->body_count);
    struct ys_offered_body *const body = &offer->body[at];
    Yishi__V1__BodyRegister *const record = &parts->registration[at];
    yishi__v1__body_register__init(record);
    record->division = offer->origin.division.digits;
    record->body = body->body;
    record->name = body->name;
    record->key = body->key;
    record->log = offer->origin_text;
    record->has_from_index = 1;
    record->from_index = offer->log_size;
    record->has_possession = 1;
    record->possession = ys_wire_lend((struct ys_bytes){body->possession, YS_SIG_LEN});
    yishi__v1__body__init(&parts->body[1 + at]);
    parts->body[1 + at].kind_case = YISHI__V1__BODY__KIND_BODY_REGISTER;
    parts->body[1 + at].body_register = record;
    *out = &parts->body[1 + at];
}
