#include "crypto/assert.h"
#include "crypto/base64.h"
#include "node/application.h"
#include "node/cmd.h"
#include "node/draft_file.h"
#include "node/invite.h"
#include "node/lang.h"
#include "node/view.h"

#include <stdio.h>
#include <string.h>

/* What of an offer stands in the own log already. */
struct found {
    bool certificate;
    bool body[YS_KEYSTORE_BODIES_MAX];
};

/* An absent field is an empty one. */
static bool same_text(const char *field, const char *text)
{
    return strcmp(field == NULL ? "" : field, text) == 0;
}

static bool same_certificate(const Yishi__V1__NodeCertificate *record, const struct ys_offer *offer)
{
    const bool observer = record->role == YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    return observer == offer->observer &&
           same_text(record->division, offer->origin.division.digits) &&
           same_text(record->name, offer->name) && same_text(record->log, offer->log) &&
           same_text(record->mirror, offer->mirror) && same_text(record->address, offer->address) &&
           record->transport.len == YS_PUBKEY_LEN &&
           memcmp(record->transport.data, offer->transport, YS_PUBKEY_LEN) == 0;
}

static void look_at_body(const Yishi__V1__Body *body, const struct ys_offer *offer,
                         struct found *found)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_NODE_CERTIFICATE)
        found->certificate = found->certificate || same_certificate(body->node_certificate, offer);
    for (size_t i = 0; i < offer->body_count; i++)
        if (body->kind_case == YISHI__V1__BODY__KIND_BODY_REGISTER &&
            same_text(body->body_register->key, offer->body[i].key))
            found->body[i] = true;
}

/* Read the own log's membership records: what was admitted counts here before the district has
 * cosigned it. */
static enum ys_code look_for(struct ys_txn *txn, const struct ys_offer *offer, struct found *found,
                             struct ys_err *err)
{
    for (uint64_t index = 0;; index++) {
        struct ys_position at;
        struct ys_entry entry;
        struct ys_arena arena;
        const Yishi__V1__Body *body = NULL;
        enum ys_code code = ys_membership_next(txn, YS_OWN_LOG, index, &at, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && at.log_id != YS_OWN_LOG))
            return YS_OK;
        if (code == YS_OK)
            code = ys_log_entry(txn, at.log_id, at.index, &entry, err);
        if (code != YS_OK)
            return code;
        index = at.index;
        ys_arena_init(&arena, YS_BODY_ARENA_MAX);
        if (entry.content == YS_CONTENT_BODY &&
            ys_body_decode(entry.body, &arena, &body, NULL) == YS_OK)
            look_at_body(body, offer, found);
        ys_arena_clear(&arena);
    }
}

/* --- may this unit be admitted here? --- */

static enum ys_code check_place(const struct ys_node *node, const struct ys_offer *offer,
                                struct ys_err *err)
{
    struct ys_division parent;
    const char *const unit = offer->origin.division.digits;
    if (strcmp(offer->origin.deployment, node->origin.deployment) != 0)
        return ys_fail(err, YS_DENIED, _("request of %s: it is of deployment %s, this node of %s"),
                       unit, offer->origin.deployment, node->origin.deployment);
    if (offer->observer && ys_division_equal(&offer->origin.division, &node->origin.division))
        return YS_OK;
    if (!ys_division_parent(&offer->origin.division, &parent) ||
        !ys_division_equal(&parent, &node->origin.division))
        return ys_fail(err, YS_DENIED, _("request of %s: it is no child of %s"), unit,
                       node->origin.division.digits);
    return YS_OK;
}

static enum ys_code check_key(const struct ys_member *member, const char *text,
                              const struct ys_offer *offer, struct ys_err *err)
{
    struct ys_vkey vkey;
    const enum ys_code code = ys_vkey_parse(ys_bytes_of_text(text), &vkey);
    if (code != YS_OK)
        return code;
    const struct ys_member_key *const key = ys_member_find(member, &vkey);
    return key == NULL || key->cut == UINT64_MAX
               ? YS_OK
               : ys_fail(err, YS_DENIED, _("request of %s: its key %s was revoked"),
                         offer->origin.division.digits, vkey.name);
}

static enum ys_code check_conflicts(const struct ys_node *node, const struct ys_offer *offer,
                                    struct ys_err *err)
{
    const struct ys_member_node *const other =
        ys_member_by_transport(node->member, offer->transport);
    const bool good =
        other == NULL ||
        (offer->observer ? other->observer
                         : ys_division_equal(&other->division, &offer->origin.division));
    if (!good)
        return ys_fail(err, YS_DENIED, _("request of %s: %s is enrolled with its transport key"),
                       offer->origin.division.digits, other->division.digits);
    enum ys_code code = check_key(node->member, offer->log, offer, err);
    if (code == YS_OK)
        code = check_key(node->member, offer->mirror, offer, err);
    for (size_t i = 0; i < offer->body_count && code == YS_OK; i++)
        code = check_key(node->member, offer->body[i].key, offer, err);
    return code;
}

static enum ys_code check_offer(const struct ys_node *node, const struct ys_offer *offer,
                                struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = check_place(node, offer, err);
    if (code == YS_OK && node->member == NULL)
        code = ys_fail(err, YS_REFUSED,
                       _("%s: no root is pinned; give the district's with: yishi "
                         "join --root FILE"),
                       node->home.path);
    if (code == YS_OK)
        code = ys_node_read(node, &txn, err);
    return code == YS_OK ? check_conflicts(node, offer, err) : code;
}

/* --- writing --- */

struct admission {
    const struct ys_call *call;
    const struct ys_node *node;
    struct ys_offer offer;     /* as it came */
    struct ys_offer certified; /* as it is written: an observer's with the keys of the unit */
    bool over_wire;            /* the child knows its parent already */
    struct ys_offer_parts parts;
    struct found found;
    bool dry;
    const char *out; /* file for a draft; NULL: append */
    size_t count;
    struct ys_written written[YS_OFFER_RECORDS_MAX];
    struct ys_appended appended;
};

/* Does the certificate let the observer in here? */
static bool may_observe(const struct ys_member *member, const struct admission *admission,
                        struct ys_err *err)
{
    const struct ys_division *const unit = &admission->offer.origin.division;
    size_t at = 0;
    for (;;) {
        const struct ys_member_node *const node = ys_member_observer(
            member, admission->offer.transport, &admission->node->origin.division, &at);
        if (node != NULL && !ys_division_equal(&node->division, unit))
            continue;
        if (node == NULL)
            (void)ys_fail(err, YS_REFUSED,
                          _("request of %s: the certificate would not let the observer in; is the "
                            "key that signs registered?"),
                          unit->digits);
        return node != NULL;
    }
}

/* An observer brings no keys: its certificate names those of the unit that it observes. */
static enum ys_code certify(struct admission *admission, struct ys_err *err)
{
    const struct ys_member *const member = admission->node->member;
    struct ys_offer *const offer = &admission->certified;
    *offer = admission->offer;
    if (!offer->observer)
        return YS_OK;
    const struct ys_member_node *const unit = ys_member_node(member, &offer->origin.division);
    char origin[YS_KEY_NAME_MAX + 1];
    if (unit == NULL)
        return ys_fail(err, YS_REFUSED,
                       _("request of %s: the unit itself is not enrolled yet, and cannot be "
                         "observed"),
                       offer->origin.division.digits);
    ys_name_print(&unit->log, origin);
    const struct ys_vkey *const log = ys_member_log_key(member, origin);
    const struct ys_vkey *const mirror = ys_member_mirror(member, &offer->origin.division);
    YS_ASSERT(log != NULL && mirror != NULL); /* they came with the unit's node */
    ys_vkey_print(log, offer->log);
    ys_vkey_print(mirror, offer->mirror);
    return YS_OK;
}

static enum ys_code look_for_offer(struct admission *admission, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = certify(admission, err);
    if (code == YS_OK)
        code = ys_node_read(admission->node, &txn, err);
    return code == YS_OK ? look_for(txn, &admission->certified, &admission->found, err) : code;
}

/* Would the records do what they are written for? Not to be told while the own keys are unknown. */
static bool takes_effect(const struct ys_member *member, const void *context, struct ys_err *err)
{
    const struct admission *const admission = context;
    const struct ys_offer *const offer = &admission->offer;
    if (offer->observer)
        return may_observe(member, admission, err);
    struct ys_division self;
    if (!ys_division_parent(&offer->origin.division, &self) ||
        ys_member_node(member, &self) == NULL)
        return true;
    const struct ys_member_node *const unit = ys_member_node(member, &offer->origin.division);
    const char *missing = NULL;
    if (unit == NULL || !ys_name_equal(&unit->log, &offer->origin) ||
        memcmp(unit->transport, offer->transport, YS_PUBKEY_LEN) != 0)
        missing = offer->origin_text;
    for (size_t i = 0; i < offer->body_count && missing == NULL; i++)
        if (ys_member_find_text(member, offer->body[i].key) == NULL)
            missing = offer->body[i].body;
    if (missing == NULL)
        return true;
    (void)ys_fail(err, YS_REFUSED,
                  _("request of %s: %s had a key before; a further one needs a line of that "
                    "key, in force, or of the district (da): write a draft with --out FILE and "
                    "have it signed with yishi sign"),
                  offer->origin.division.digits, missing);
    return false;
}

static enum ys_code add_record(struct admission *admission, Yishi__V1__Body *body,
                               struct ys_err *err)
{
    YS_DRAFT_SCOPED draft;
    ys_draft_of(body, &draft);
    const enum ys_code code = ys_written_bind(&draft, &admission->node->origin, ys_now_s(),
                                              &admission->written[admission->count], err);
    if (code == YS_OK)
        admission->count++;
    return code;
}

static enum ys_code make_records(struct admission *admission, struct ys_err *err)
{
    struct ys_offer *const offer = &admission->certified;
    Yishi__V1__Body *body = NULL;
    enum ys_code code = YS_OK;
    if (!admission->found.certificate) {
        ys_offer_certificate(offer, &admission->parts, &body);
        code = add_record(admission, body, err);
    }
    for (size_t i = 0; i < offer->body_count && code == YS_OK; i++) {
        if (admission->found.body[i])
            continue;
        ys_offer_registration(offer, i, &admission->parts, &body);
        code = add_record(admission, body, err);
    }
    return code;
}

static enum ys_code sign_and_append(struct admission *admission, struct ys_err *err)
{
    YS_PASSPHRASES_SCOPED from = {.file_count = 0};
    YS_SIGNER_SCOPED signer = {.secret = {0}};
    char path[PATH_MAX];
    const struct ys_node *const node = admission->node;
    const char *const body =
        ys_division_level(&node->origin.division) == YS_LEVEL_DISTRICT ? "da" : "st";
    const struct ys_name name = ys_signatory_name(&node->origin, body);
    ys_keystore_path(&node->home, body, ".key", path);
    enum ys_code code = ys_passphrases_of_args(&admission->call->args, &from, err);
    if (code == YS_OK)
        code = ys_keystore_load(path, &name, &from, &signer, err);
    for (size_t i = 0; i < admission->count && code == YS_OK; i++)
        code =
            ys_written_sign(&admission->written[i], &(const struct ys_signer *){&signer}, 1, err);
    if (code != YS_OK)
        return code;
    if (admission->out != NULL)
        return ys_draft_file_save(admission->written, admission->count, admission->out, err);
    return ys_author_append(node,
                            &(struct ys_append){.records = admission->written,
                                                .count = admission->count,
                                                .effective = takes_effect,
                                                .context = admission},
                            &admission->appended, err);
}

/* --- telling --- */

static const char *signer_name(const struct ys_node *node)
{
    return ys_division_level(&node->origin.division) == YS_LEVEL_DISTRICT ? "da" : "st";
}

static enum ys_code print(const struct admission *admission, struct ys_err *err)
{
    const struct ys_node *const node = admission->node;
    YS_NODE_KEYS_SCOPED keys = {.transport_secret = {0}};
    char ids[YS_OFFER_RECORDS_MAX][YS_RECORD_ID_TEXT_MAX];
    char texts[YS_OFFER_RECORDS_MAX][YS_RECORD_TEXT_MAX + 1];
    char address[YS_ADDRESS_MAX];
    char key[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1];
    char fingerprint[YS_RECORD_ID_TEXT_MAX];
    struct ys_writer w = {.data = (uint8_t *)key, .capacity = sizeof key - 1};
    struct ys_hash hash;
    const enum ys_code code = ys_keystore_load_node(&node->home, &node->origin, &keys, err);
    if (code != YS_OK)
        return code;
    ys_home_load_address(&node->home, address);
    ys_writer_base64(&w, (struct ys_bytes){.data = keys.transport_public, .size = YS_PUBKEY_LEN});
    key[w.size] = '\0';
    ys_root_chain_fingerprint(&node->roots, &hash);
    ys_record_id_print(&hash, fingerprint);

    struct ys_view_admitted view = {.code = admission->offer.origin.division.digits,
                                    .name = admission->offer.name,
                                    .already = admission->count == 0,
                                    .dry = admission->dry,
                                    .over_wire = admission->over_wire,
                                    .record_count = admission->count,
                                    .address = address,
                                    .key = key,
                                    .root_fingerprint = fingerprint};
    for (size_t i = 0; i < admission->count; i++) {
        const struct ys_written *const written = &admission->written[i];
        ys_record_id_print(&written->id, ids[i]);
        memcpy(texts[i], written->text.data, written->text.size);
        texts[i][written->text.size] = '\0';
        view.record[i] = (struct ys_view_written){.origin = node->origin_text,
                                                  .id = ids[i],
                                                  .kind = written->record.kind,
                                                  .subject = written->record.subject,
                                                  .text = texts[i],
                                                  .signer_count = 1,
                                                  .signer = {signer_name(node)},
                                                  .dry = admission->dry,
                                                  .index = admission->appended.first_index + i,
                                                  .size = admission->appended.size};
    }
    (admission->call->json ? &ys_view_json : &ys_view_text)->admitted(&view);
    if (admission->count > 0 && !admission->dry &&
        admission->appended.standing == YS_STANDING_UNKNOWN)
        fprintf(stderr, "yishi: %s\n",
                _("note: this node does not know yet whether its own key is registered; what was "
                  "signed counts once it is"));
    return YS_OK;
}

/* All but finding the offer. */
static enum ys_code enrol(struct admission *admission, struct ys_err *err)
{
    enum ys_code code = check_offer(admission->node, &admission->offer, err);
    if (code == YS_OK)
        code = look_for_offer(admission, err);
    if (code == YS_OK)
        code = make_records(admission, err);
    if (code == YS_OK && admission->count > 0 && !admission->dry)
        code = sign_and_append(admission, err);
    const bool drafted = admission->out != NULL && admission->count > 0 && !admission->dry;
    if (code == YS_OK && drafted)
        (admission->call->json ? &ys_view_json : &ys_view_text)
            ->drafted(admission->out, admission->count);
    else if (code == YS_OK)
        code = print(admission, err);
    if (code == YS_OK && !admission->dry && !drafted) { /* however it came */
        ys_application_remove(&admission->node->home, &admission->offer);
        ys_home_ring(&admission->node->home);
    }
    for (size_t i = 0; i < admission->count; i++)
        ys_written_clear(&admission->written[i]);
    return code;
}

static enum ys_code admit_file(const struct ys_call *call, const struct ys_node *node,
                               struct ys_err *err)
{
    struct admission admission = {.call = call,
                                  .node = node,
                                  .out = ys_args_value(&call->args, "out"),
                                  .dry = ys_args_has(&call->args, "dry-run")};
    const enum ys_code code = ys_offer_load(call->args.word[0], &admission.offer, err);
    return code == YS_OK ? enrol(&admission, err) : code;
}

/* --- requests that came over the wire --- */

static void show(const struct ys_call *call, const struct ys_application *application,
                 size_t of_the_unit)
{
    (call->json ? &ys_view_json : &ys_view_text)
        ->applicant(
            &(struct ys_view_applicant){.application = application, .conflict = of_the_unit > 1});
}

static size_t same_unit(const struct ys_applications *all, const struct ys_application *one)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        count +=
            ys_division_equal(&all->item[i].offer.origin.division, &one->offer.origin.division);
    return count;
}

static enum ys_code list(const struct ys_call *call, const struct ys_node *node, struct ys_err *err)
{
    YS_APPLICATIONS_SCOPED all = {.count = 0};
    const enum ys_code code = ys_applications_load(&node->home, NULL, &all, err);
    for (size_t i = 0; i < all.count; i++)
        show(call, &all.item[i], same_unit(&all, &all.item[i]));
    if (code == YS_OK && all.count == 0 && !call->json)
        puts(_("Nobody asks to be admitted."));
    return code;
}

/* Does the fingerprint of this key begin so? Spaces do not count. */
static bool begins_so(const uint8_t key[YS_PUBKEY_LEN], const char *wanted)
{
    char fingerprint[YS_FINGERPRINT_MAX];
    ys_fingerprint_print(key, fingerprint);
    const char *at = fingerprint;
    for (; *wanted != '\0'; wanted++) {
        if (*wanted == ' ')
            continue;
        if (*at == ' ')
            at++;
        if (*at++ != *wanted)
            return false;
    }
    return true;
}

static bool is_applicant(const struct ys_application *application, const char *wanted)
{
    struct ys_vkey log;
    return begins_so(application->offer.transport, wanted) ||
           (ys_vkey_parse(ys_bytes_of_text(application->offer.log), &log) == YS_OK &&
            begins_so(log.key, wanted));
}

/* The one that is meant. Who was refused before is meant only when named. */
static enum ys_code choose(const struct ys_call *call, const struct ys_applications *all,
                           const char *unit, const struct ys_application **out, struct ys_err *err)
{
    const char *const wanted = ys_args_value(&call->args, "applicant");
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (wanted == NULL ? all->item[i].refused[0] != '\0' : !is_applicant(&all->item[i], wanted))
            continue;
        count++;
        *out = &all->item[i];
    }
    if (count == 0)
        return ys_fail(err, YS_NOT_FOUND,
                       _("no such applicant asks for %s; see: yishi admit --list"), unit);
    if (count == 1)
        return YS_OK;
    for (size_t i = 0; i < all->count && !call->json; i++)
        show(call, &all->item[i], all->count);
    return ys_fail(err, YS_REFUSED,
                   _("%zu applicants ask for %s: find out who is who, then choose one with "
                     "--applicant and the fingerprint of its log key"),
                   count, unit);
}

static enum ys_code refuse(const struct ys_call *call, const struct ys_node *node,
                           const struct ys_application *application, const char *reason,
                           struct ys_err *err)
{
    struct ys_application refused = *application;
    enum ys_code code = ys_application_refuse(&node->home, &application->offer, reason, err);
    if (code == YS_OK && application->offer.token_id[0] != '\0')
        code = ys_invite_cancel(&node->home, application->offer.token_id, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    snprintf(refused.refused, sizeof refused.refused, "%s", reason);
    show(call, &refused, 1);
    ys_home_ring(&node->home);
    return YS_OK;
}

enum ys_code ys_admit_application(const struct ys_call *call, const struct ys_node *node,
                                  const struct ys_application *application, struct ys_err *err)
{
    struct admission admission = {.call = call,
                                  .node = node,
                                  .offer = application->offer,
                                  .over_wire = true,
                                  .out = ys_args_value(&call->args, "out"),
                                  .dry = ys_args_has(&call->args, "dry-run")};
    return enrol(&admission, err);
}

static enum ys_code admit_code(const struct ys_call *call, const struct ys_node *node,
                               const struct ys_division *unit, struct ys_err *err)
{
    YS_APPLICATIONS_SCOPED all = {.count = 0};
    const struct ys_application *application = NULL;
    const char *const reason = ys_args_value(&call->args, "refuse");
    enum ys_code code = ys_applications_load(&node->home, unit, &all, err);
    if (code == YS_OK)
        code = choose(call, &all, unit->digits, &application, err);
    if (code != YS_OK)
        return code;
    if (reason != NULL)
        return refuse(call, node, application, reason, err);
    if (!call->json) /* its reader wants one object */
        show(call, application, 1);
    fflush(stdout); /* before a passphrase is asked for */
    return ys_admit_application(call, node, application, err);
}

enum ys_code ys_cmd_admit(const struct ys_call *call, struct ys_err *err)
{
    YS_NODE_SCOPED node = {.store = NULL};
    struct ys_division unit;
    const bool is_list = ys_args_has(&call->args, "list");
    if (is_list != (call->args.word_count == 0))
        return ys_fail(err, YS_USAGE, _("admit needs CODE, FILE or --list"));
    const bool is_code =
        !is_list && ys_division_parse(ys_bytes_of_text(call->args.word[0]), &unit, NULL) == YS_OK;
    if (!is_code && (ys_args_has(&call->args, "refuse") || ys_args_has(&call->args, "applicant")))
        return ys_fail(err, YS_USAGE, _("--refuse and --applicant go with CODE"));
    enum ys_code code = ys_node_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_node_check_signs(&node, err);
    if (code == YS_OK && ys_division_level(&node.origin.division) == YS_LEVEL_COMMUNITY)
        code = ys_fail(err, YS_REFUSED, _("%s is a community: it has no children to admit"),
                       node.origin.division.digits);
    if (code != YS_OK)
        return code;
    if (is_list)
        return list(call, &node, err);
    return is_code ? admit_code(call, &node, &unit, err) : admit_file(call, &node, err);
}
