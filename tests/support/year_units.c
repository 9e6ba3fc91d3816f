/* The federation of the year: units, keys, and the records of the membership. */
#include "proto/join.h"
#include "proto/moment.h"
#include "tests/support/year_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESSION_EVERY = 150, REKEY_EVERY = 30, ENROL_DAYS = 20 };

static void make_signer(struct ys_signer *out, struct rng *rng, const struct ys_name *name)
{
    uint8_t seed[YS_SEED_LEN];
    char text[YS_KEY_NAME_MAX + 1];
    rng_fill(rng, seed, sizeof seed);
    ys_name_print(name, text);
    year_must(ys_signer_init(out, text, YS_SIG_ED25519, seed), NULL);
}

static void make_keys(struct year *y, unsigned number)
{
    static const char *const bodies[][YEAR_BODIES_MAX] = {
        [YS_LEVEL_DISTRICT] = {"da", "gd-jz", "gd-lz", "gd-wj"},
        [YS_LEVEL_STREET] = {"st", "gd-cg", "gd-zf", NULL},
        [YS_LEVEL_COMMUNITY] = {"rc", "po", "sc", NULL}};
    struct year_unit *const unit = &y->unit[number];
    struct year_log *const log = &y->log[number];
    struct rng rng = dice_stream(y->options.seed ^ UINT64_C(0x6b657973), number);
    struct ys_err err = {0};
    uint8_t master[YS_SEED_LEN];
    log->origin = ys_name_log(y->deployment, &unit->division, 1);
    log->unit = number;
    ys_name_print(&log->origin, log->text);
    rng_fill(&rng, master, sizeof master);
    year_must(ys_node_keys_derive(&unit->keys, master, 0, &log->origin, &err), &err);
    log->key = &unit->keys.log;
    unit->log = number;
    for (unsigned i = 0; i < YEAR_BODIES_MAX && bodies[unit->level][i] != NULL; i++) {
        const char *const body = bodies[unit->level][i];
        const struct ys_name name = ys_name_body(y->deployment, &unit->division, body);
        unit->body_name[unit->body_count] = body;
        make_signer(&unit->body[unit->body_count++], &rng, &name);
    }
    unit->adults = (unsigned)dice_between(&rng, 1800, 7500);
    const struct ys_name first = ys_name_body(y->deployment, &unit->division, unit->body_name[0]);
    const struct ys_name second = ys_name_log(y->deployment, &unit->division, 2);
    make_signer(&unit->next_key, &rng, &first);
    make_signer(&unit->next_log_key, &rng, &second);
}

static void make_unit(struct year *y, unsigned number, enum ys_level level, unsigned parent,
                      const char *digits, const char *name)
{
    struct year_unit *const unit = &y->unit[number];
    unit->level = level;
    unit->parent = parent;
    snprintf(unit->name, sizeof unit->name, "%s", name);
    year_must(ys_division_parse(ys_bytes_of_text(digits), &unit->division, NULL), NULL);
    make_keys(y, number);
}

static void make_root(struct year *y)
{
    struct rng rng = dice_stream(y->options.seed, UINT64_C(0x726f6f74));
    const struct ys_name name = ys_name_root(y->deployment, &y->unit[0].division);
    make_signer(&y->root_key, &rng, &name);
    y->root = (struct ys_root){.division = y->unit[0].division, .threshold = 1, .count = 1};
    snprintf(y->root.deployment, sizeof y->root.deployment, "%s", y->deployment);
    y->root.key[0] = y->root_key.vkey;
}

void year_units_make(struct year *y)
{
    const unsigned streets = y->options.streets;
    char digits[40];
    char name[64];
    snprintf(y->deployment, sizeof y->deployment, "shili.example");
    y->unit_count = 1 + streets + y->options.communities;
    y->log_room = y->unit_count + y->options.communities / SUCCESSION_EVERY + 1;
    y->unit = calloc(y->unit_count, sizeof *y->unit);
    y->log = calloc(y->log_room, sizeof *y->log);
    if (y->unit == NULL || y->log == NULL || streets == 0)
        abort();
    y->log_count = y->unit_count;
    make_unit(y, 0, YS_LEVEL_DISTRICT, 0, "110198", "示例区");
    for (unsigned s = 0; s < streets; s++) {
        snprintf(digits, sizeof digits, "110198%03u", s + 1);
        snprintf(name, sizeof name, "示例第%u街道", s + 1);
        make_unit(y, 1 + s, YS_LEVEL_STREET, 0, digits, name);
    }
    for (unsigned c = 0; c < y->options.communities; c++) {
        const unsigned street = c % streets;
        snprintf(digits, sizeof digits, "110198%03u%03u", street + 1, c / streets + 1);
        snprintf(name, sizeof name, "示例%u-%u社区", street + 1, c / streets + 1);
        make_unit(y, 1 + streets + c, YS_LEVEL_COMMUNITY, 1 + street, digits, name);
    }
    make_root(y);
}

bool year_is_street(const struct year *y, unsigned unit)
{
    return y->unit[unit].level == YS_LEVEL_STREET;
}

unsigned year_first_community(const struct year *y)
{
    return 1 + y->options.streets;
}

const struct ys_signer *year_body_key(const struct year *y, unsigned unit, const char *body)
{
    for (unsigned i = 0; i < y->unit[unit].body_count; i++) {
        if (strcmp(y->unit[unit].body_name[i], body) == 0)
            return &y->unit[unit].body[i];
    }
    return NULL;
}

const struct ys_node_keys *year_node_keys(const struct year *y, unsigned unit)
{
    return &y->unit[unit].keys;
}

/* --- who signs --- */

/* Steps of the membership say in `b` who signs beside the issuer. */
enum { ALONE = 0, WITH_OLD_KEY = 1, WITH_DISTRICT = 2, ROOT_ALONE = 3 };

unsigned year_signers(const struct year *y, const struct year_step *step,
                      const struct ys_signer *out[YS_NOTE_LINES_AUTHORED])
{
    const struct year_unit *const unit = &y->unit[step->unit];
    const struct ys_kind *const kind = ys_kind_by_id(step->kind);
    unsigned count = 0;
    if (kind->authors == YS_BODY_NODE) {
        out[0] = y->log[unit->log].key;
        return 1;
    }
    const bool names_keys = kind->membership;
    if (names_keys && step->b == ROOT_ALONE) {
        out[0] = &y->root_key;
        return 1;
    }
    for (unsigned i = 0; i < unit->body_count; i++) {
        const unsigned class = ys_body_class(unit->body_name[i]);
        if ((class & step->signers) != 0 && (class != YS_BODY_GD || i == 1u + step->desk))
            out[count++] = &unit->body[i];
    }
    if (names_keys && step->b == WITH_OLD_KEY)
        out[count++] = &y->unit[step->a].body[0];
    if (names_keys && step->b == WITH_DISTRICT)
        out[count++] = &y->unit[0].body[0];
    return count;
}

/* --- planning --- */

static void plan_member(struct year *y, struct year_thread *thread, unsigned issuer, unsigned unit,
                        uint32_t kind, unsigned desk, int with)
{
    thread->at_s += 1;
    struct year_step *const step = year_plan(y, thread, YEAR_NONE, issuer, kind, 0);
    step->at_s = thread->at_s += 20;
    step->a = (int32_t)unit;
    step->b = with;
    step->desk = (uint8_t)desk;
    step->signers = issuer == 0 ? YS_BODY_DA : YS_BODY_ST;
}

static void plan_enrolment(struct year *y, struct year_thread *thread, unsigned unit)
{
    const unsigned issuer = y->unit[unit].parent;
    const int with = unit == 0 ? ROOT_ALONE : ALONE;
    plan_member(y, thread, issuer, unit, 6, 0, with);
    for (unsigned i = 0; i < y->unit[unit].body_count; i++)
        plan_member(y, thread, issuer, unit, 1, i, with);
}

/* The committee's key is replaced: the old one is cut where the new one begins. */
static void plan_rekey(struct year *y, unsigned unit, int32_t day)
{
    struct year_thread thread = {.day = year_workday(day)};
    struct year_step *step = year_plan(y, &thread, YEAR_NONE, y->unit[unit].parent, 1, 0);
    step->a = (int32_t)unit;
    step->b = WITH_OLD_KEY;
    step->signers = YS_BODY_ST;
    const uint32_t registered = thread.step;
    const uint64_t at_s = thread.at_s;
    step = year_plan(y, &thread, YEAR_NONE, y->unit[unit].parent, 2, 0);
    step->a = (int32_t)unit;
    step->signers = YS_BODY_ST;
    year_refer(y, &thread, YISHI__V1__RELATION__RELATION_BASED_ON, registered);
    step->at_s = at_s; /* nothing comes between them */
}

/* The community goes on in a log of a new incarnation. */
static void plan_succession(struct year *y, unsigned unit, int32_t day)
{
    struct year_thread thread = {.day = year_workday(day)};
    struct year_step *step = year_plan(y, &thread, YEAR_NONE, y->unit[unit].parent, 6, 0);
    step->a = (int32_t)unit;
    step->b = WITH_DISTRICT;
    step->signers = YS_BODY_ST;
    const uint32_t certified = thread.step;
    const uint64_t at_s = thread.at_s;
    step = year_plan(y, &thread, YEAR_NONE, unit, 9, 0);
    step->signers = YS_BODY_RC;
    year_refer(y, &thread, YISHI__V1__RELATION__RELATION_BASED_ON, certified);
    step->at_s = at_s;
}

void year_plan_members(struct year *y)
{
    struct year_thread thread = {.day = y->first_day - ENROL_DAYS, .at_s = y->begin_s};
    for (unsigned unit = 0; unit < y->unit_count; unit++)
        plan_enrolment(y, &thread, unit);
    for (unsigned c = 0; c < y->options.communities; c++) {
        const unsigned unit = year_first_community(y) + c;
        if (c % REKEY_EVERY == 2)
            plan_rekey(y, unit, y->first_day + 90 + (int32_t)(c * 7 % 180));
        if (c % SUCCESSION_EVERY == 1)
            plan_succession(y, unit, y->first_day + 150 + (int32_t)(c * 11 % 120));
    }
}

/* --- writing --- */

static uint8_t *possession(struct year_pen *pen, const struct year_unit *unit,
                           const struct ys_signer *key)
{
    uint8_t *const sig = year_room(pen, YS_SIG_LEN);
    ys_join_statement_sign(key, pen->year->deployment, &unit->division, "-",
                           unit->keys.transport_public, sig);
    return sig;
}

static char *key_text(struct year_pen *pen, const struct ys_signer *key)
{
    char *const text = year_room(pen, YS_VKEY_TEXT_MAX);
    ys_vkey_print(&key->vkey, text);
    return text;
}

static void write_register(struct year_pen *pen)
{
    struct year *const y = pen->year;
    const struct year_unit *const unit = &y->unit[pen->step->a];
    const bool anew = pen->step->b == WITH_OLD_KEY;
    const unsigned at = anew ? 0 : pen->step->desk;
    const struct ys_signer *const key = anew ? &unit->next_key : &unit->body[at];
    Yishi__V1__BodyRegister *const b = YEAR_BEGIN(pen, body_register, BODY_REGISTER);
    b->division = year_say(pen, "%s", unit->division.digits);
    b->body = year_say(pen, "%s", unit->body_name[at]);
    b->name = year_say(pen, "%s%s", unit->name, ys_body_class_text(ys_body_class(b->body), true));
    b->key = key_text(pen, key);
    b->log = year_say(pen, "%s", y->log[unit->log].text);
    YEAR_SET(b, from_index, anew ? y->log[unit->log].frontier.size : 0);
    b->basis = year_say(pen, "%s", anew ? "印章更换" : "换届后重新登记");
    b->term_from = year_date(pen, y->first_day - 300);
    b->term_to = year_date(pen, y->first_day - 300 + 5 * 365);
    YEAR_SET(b, possession, ((ProtobufCBinaryData){YS_SIG_LEN, possession(pen, unit, key)}));
    year_attach(pen, YISHI__V1__ATTACHMENT_ROLE__ATTACHMENT_ROLE_SIGNATURE_AGREEMENT, false,
                "电子签名使用约定");
}

static void write_revoke(struct year_pen *pen)
{
    struct year *const y = pen->year;
    struct year_unit *const unit = &y->unit[pen->step->a];
    const struct year_log *const log = &y->log[unit->log];
    struct ys_hash root;
    Yishi__V1__KeyRevoke *const b = YEAR_BEGIN(pen, key_revoke, KEY_REVOKE);
    uint8_t *const bytes = year_room(pen, YS_HASH_LEN);
    ys_frontier_root(&log->frontier, &root);
    memcpy(bytes, root.bytes, YS_HASH_LEN);
    b->key = key_text(pen, &unit->body[0]);
    b->log = year_say(pen, "%s", log->text);
    YEAR_SET(b, cut_size, log->frontier.size);
    YEAR_SET(b, cut_root, ((ProtobufCBinaryData){YS_HASH_LEN, bytes}));
    YEAR_SET(b, reason, YISHI__V1__REVOKE_REASON__REVOKE_REASON_SUPERSEDED);
    b->text = year_say(pen, "印章更换,旧密钥停用");
    unit->body[0] = unit->next_key;
}

static void write_certificate(struct year_pen *pen)
{
    struct year *const y = pen->year;
    const struct year_unit *const unit = &y->unit[pen->step->a];
    const bool anew = pen->step->b == WITH_DISTRICT;
    const struct ys_signer *const key = anew ? &unit->next_log_key : &unit->keys.log;
    Yishi__V1__NodeCertificate *const b = YEAR_BEGIN(pen, node_certificate, NODE_CERTIFICATE);
    uint8_t *const transport = year_room(pen, YS_PUBKEY_LEN);
    memcpy(transport, unit->keys.transport_public, YS_PUBKEY_LEN);
    b->division = year_say(pen, "%s", unit->division.digits);
    YEAR_SET(b, role, YISHI__V1__NODE_ROLE__NODE_ROLE_NODE);
    b->name = year_say(pen, "%s", unit->name);
    b->log = key_text(pen, key);
    b->mirror = key_text(pen, &unit->keys.mirror);
    YEAR_SET(b, transport, ((ProtobufCBinaryData){YS_PUBKEY_LEN, transport}));
    YEAR_SET(b, log_possession, ((ProtobufCBinaryData){YS_SIG_LEN, possession(pen, unit, key)}));
    YEAR_SET(b, mirror_possession,
             ((ProtobufCBinaryData){YS_SIG_LEN, possession(pen, unit, &unit->keys.mirror)}));
}

/* First entry of the new log. */
static void write_succession(struct year_pen *pen)
{
    struct year *const y = pen->year;
    struct year_unit *const unit = &y->unit[pen->step->unit];
    struct year_log *const old = &y->log[unit->log];
    struct ys_hash root;
    uint8_t *const bytes = year_room(pen, YS_HASH_LEN);
    Yishi__V1__Succession *const b = YEAR_BEGIN(pen, succession, SUCCESSION);
    ys_frontier_root(&old->frontier, &root);
    memcpy(bytes, root.bytes, YS_HASH_LEN);
    b->log = year_say(pen, "%s", old->text);
    YEAR_SET(b, size, old->frontier.size);
    YEAR_SET(b, root, ((ProtobufCBinaryData){YS_HASH_LEN, bytes}));
    b->reason = year_say(pen, "设备更换,原日志停用,由新日志承继");
    old->closed = true;
    if (y->log_count == y->log_room)
        abort();
    struct year_log *const next = &y->log[y->log_count];
    next->origin = ys_name_log(y->deployment, &unit->division, 2);
    ys_name_print(&next->origin, next->text);
    next->unit = pen->step->unit;
    next->key = &unit->next_log_key;
    unit->log = y->log_count++;
}

void year_write_member(struct year_pen *pen)
{
    if (pen->step->kind == 1)
        write_register(pen);
    else if (pen->step->kind == 2)
        write_revoke(pen);
    else if (pen->step->kind == 6)
        write_certificate(pen);
    else if (pen->step->kind == 9)
        write_succession(pen);
}
