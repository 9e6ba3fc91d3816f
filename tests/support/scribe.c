#include "tests/support/scribe.h"

#include "crypto/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code != YS_OK) {
        fprintf(stderr, "scribe: %s: %s\n", ys_code_name(code), err->msg);
        abort();
    }
}

static char *mutable_text(const char *text)
{
    union {
        const char *in;
        char *out;
    } chars = {.in = text};
    return chars.out;
}

void scribe_signer(struct ys_signer *out, struct rng *rng, const struct ys_name *name)
{
    uint8_t seed[YS_SEED_LEN];
    char text[YS_KEY_NAME_MAX + 1];
    struct ys_err err = {0};
    rng_fill(rng, seed, sizeof seed);
    ys_name_print(name, text);
    must(ys_signer_init(out, text,
                        name->kind == YS_NAME_MIRROR ? YS_SIG_COSIGNATURE_V1 : YS_SIG_ED25519,
                        seed),
         &err);
}

static void write_note(struct scribe_record *out, const struct ys_name *origin, const char *kind,
                       const char *subject, uint64_t signed_at_s, struct ys_bytes body,
                       const struct ys_signer *const *signers, unsigned count)
{
    struct ys_record record = {.origin = *origin, .signed_at_s = signed_at_s};
    uint8_t text[YS_RECORD_TEXT_MAX];
    struct ys_writer t = {.data = text, .capacity = sizeof text};
    struct ys_writer n = {.data = out->note, .capacity = sizeof out->note};
    struct ys_err err = {0};
    snprintf(record.kind, sizeof record.kind, "%s", kind);
    snprintf(record.subject, sizeof record.subject, "%s", subject);
    memcpy(out->body, body.data, body.size);
    out->body_size = body.size;
    ys_record_bind(&record, (struct ys_bytes){out->body, out->body_size});
    ys_record_print(&t, &record);
    must(ys_note_sign(&n, (struct ys_bytes){text, t.size}, signers, count, 0, &err), &err);
    out->note_size = n.size;
}

void scribe_write_raw(struct scribe_record *out, const struct ys_name *origin, const char *kind,
                      uint64_t signed_at_s, struct ys_bytes body,
                      const struct ys_signer *const *signers, unsigned count)
{
    write_note(out, origin, kind, "-", signed_at_s, body, signers, count);
}

static void write_body(struct scribe_record *out, struct rng *rng, const struct ys_name *origin,
                       const char *kind, const char *subject, uint64_t signed_at_s,
                       Yishi__V1__Body *body, const struct ys_signer *const *signers,
                       unsigned count)
{
    uint8_t salt[YS_BODY_SALT_LEN];
    uint8_t bytes[sizeof out->body];
    struct ys_writer w = {.data = bytes, .capacity = sizeof bytes};
    struct ys_err err = {0};
    rng_fill(rng, salt, sizeof salt);
    body->has_salt = 1;
    body->salt = (ProtobufCBinaryData){sizeof salt, salt};
    must(ys_body_encode(body, &w, &err), &err);
    write_note(out, origin, kind != NULL ? kind : ys_body_kind(body)->name, subject, signed_at_s,
               (struct ys_bytes){bytes, w.size}, signers, count);
}

void scribe_write(struct scribe_record *out, struct rng *rng, const struct ys_name *origin,
                  const char *kind, uint64_t signed_at_s, Yishi__V1__Body *body,
                  const struct ys_signer *const *signers, unsigned count)
{
    write_body(out, rng, origin, kind, "-", signed_at_s, body, signers, count);
}

void scribe_write_about(struct scribe_record *out, struct rng *rng, const struct ys_name *origin,
                        const char *subject, uint64_t signed_at_s, Yishi__V1__Body *body,
                        const struct ys_signer *const *signers, unsigned count)
{
    write_body(out, rng, origin, NULL, subject, signed_at_s, body, signers, count);
}

void scribe_write_unknown(struct scribe_record *out, struct rng *rng, const struct ys_name *origin,
                          uint64_t signed_at_s, const struct ys_signer *const *signers,
                          unsigned count)
{
    static const uint8_t field_199[] = {0xba, 0x0c, 0x00};
    uint8_t body[2 + YS_BODY_SALT_LEN + sizeof field_199] = {0x0a, YS_BODY_SALT_LEN};
    rng_fill(rng, body + 2, YS_BODY_SALT_LEN);
    memcpy(body + 2 + YS_BODY_SALT_LEN, field_199, sizeof field_199);
    scribe_write_raw(out, origin, "kind_of_tomorrow", signed_at_s,
                     (struct ys_bytes){body, sizeof body}, signers, count);
}

struct ys_entry scribe_entry(const struct scribe_record *record)
{
    return (struct ys_entry){.note = {record->note, record->note_size},
                             .content = YS_CONTENT_BODY,
                             .body = {record->body, record->body_size}};
}

Yishi__V1__Body *scribe_acknowledgement(struct rng *rng)
{
    static Yishi__V1__Body body;
    static Yishi__V1__Acknowledgement kind;
    static char purpose[64];
    yishi__v1__body__init(&body);
    yishi__v1__acknowledgement__init(&kind);
    snprintf(purpose, sizeof purpose, "purpose %llu", (unsigned long long)rng_next(rng));
    kind.purpose = purpose;
    body.kind_case = YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT;
    body.acknowledgement = &kind;
    return &body;
}

Yishi__V1__Body *scribe_body_register(const struct ys_vkey *key, const char *log,
                                      uint64_t from_index)
{
    static Yishi__V1__Body body;
    static Yishi__V1__BodyRegister kind;
    static char vkey[YS_VKEY_TEXT_MAX];
    static struct ys_name name;
    struct ys_err err = {0};
    yishi__v1__body__init(&body);
    yishi__v1__body_register__init(&kind);
    must(ys_name_parse(ys_bytes_of_text(key->name), &name, &err), &err);
    ys_vkey_print(key, vkey);
    kind.division = name.division.digits;
    kind.body = name.body;
    kind.key = vkey;
    kind.log = mutable_text(log);
    kind.has_from_index = 1;
    kind.from_index = from_index;
    body.kind_case = YISHI__V1__BODY__KIND_BODY_REGISTER;
    body.body_register = &kind;
    return &body;
}

Yishi__V1__Body *scribe_node_certificate(const struct ys_vkey *log, const struct ys_vkey *mirror,
                                         const uint8_t transport[YS_PUBKEY_LEN])
{
    static Yishi__V1__Body body;
    static Yishi__V1__NodeCertificate kind;
    static char log_text[YS_VKEY_TEXT_MAX];
    static char mirror_text[YS_VKEY_TEXT_MAX];
    static uint8_t transport_key[YS_PUBKEY_LEN];
    static struct ys_name name;
    struct ys_err err = {0};
    yishi__v1__body__init(&body);
    yishi__v1__node_certificate__init(&kind);
    must(ys_name_parse(ys_bytes_of_text(log->name), &name, &err), &err);
    ys_vkey_print(log, log_text);
    ys_vkey_print(mirror, mirror_text);
    memcpy(transport_key, transport, sizeof transport_key);
    kind.division = name.division.digits;
    kind.has_role = 1;
    kind.role = YISHI__V1__NODE_ROLE__NODE_ROLE_NODE;
    kind.log = log_text;
    kind.mirror = mirror_text;
    kind.has_transport = 1;
    kind.transport = (ProtobufCBinaryData){sizeof transport_key, transport_key};
    body.kind_case = YISHI__V1__BODY__KIND_NODE_CERTIFICATE;
    body.node_certificate = &kind;
    return &body;
}

enum { RECEIPTS_MAX = 4 };
static Yishi__V1__Receipt receipt_item[RECEIPTS_MAX];
static Yishi__V1__Receipt *receipt_list[RECEIPTS_MAX];
static Yishi__V1__Receipts receipts;

void scribe_add_receipt(const char *log, uint64_t size, uint64_t time_s)
{
    static uint8_t root[YS_HASH_LEN];
    if (receipts.n_receipts == RECEIPTS_MAX)
        abort();
    Yishi__V1__Receipt *const item = &receipt_item[receipts.n_receipts];
    yishi__v1__receipt__init(item);
    item->log = mutable_text(log);
    item->has_size = item->has_root = item->has_time = 1;
    item->size = size;
    item->root = (ProtobufCBinaryData){sizeof root, root};
    item->time = time_s;
    receipt_list[receipts.n_receipts++] = item;
}

Yishi__V1__Body *scribe_receipts(const char *log, uint64_t size, uint64_t time_s)
{
    static Yishi__V1__Body body;
    yishi__v1__body__init(&body);
    yishi__v1__receipts__init(&receipts);
    receipts.receipts = receipt_list;
    scribe_add_receipt(log, size, time_s);
    body.kind_case = YISHI__V1__BODY__KIND_RECEIPTS;
    body.receipts = &receipts;
    return &body;
}

Yishi__V1__Body *scribe_key_revoke(const struct ys_vkey *key, const char *log, uint64_t cut_size)
{
    static Yishi__V1__Body body;
    static Yishi__V1__KeyRevoke kind;
    static char vkey[YS_VKEY_TEXT_MAX];
    yishi__v1__body__init(&body);
    yishi__v1__key_revoke__init(&kind);
    ys_vkey_print(key, vkey);
    kind.key = vkey;
    kind.log = mutable_text(log);
    kind.has_cut_size = 1;
    kind.cut_size = cut_size;
    kind.has_reason = 1;
    kind.reason = YISHI__V1__REVOKE_REASON__REVOKE_REASON_COMPROMISED;
    body.kind_case = YISHI__V1__BODY__KIND_KEY_REVOKE;
    body.key_revoke = &kind;
    return &body;
}

Yishi__V1__Body *scribe_observer_end(const uint8_t transport[YS_PUBKEY_LEN], const char *log)
{
    static Yishi__V1__Body body;
    static Yishi__V1__KeyRevoke kind;
    static char key[YS_BASE64_LEN(YS_PUBKEY_LEN) + 1];
    static struct ys_hash empty;
    struct ys_writer w = {.data = (uint8_t *)key, .capacity = sizeof key - 1};
    yishi__v1__body__init(&body);
    yishi__v1__key_revoke__init(&kind);
    ys_writer_base64(&w, (struct ys_bytes){transport, YS_PUBKEY_LEN});
    ys_empty_root(&empty);
    kind.key = key;
    kind.log = mutable_text(log);
    kind.has_cut_size = kind.has_cut_root = kind.has_reason = 1;
    kind.cut_root = (ProtobufCBinaryData){YS_HASH_LEN, empty.bytes};
    kind.reason = YISHI__V1__REVOKE_REASON__REVOKE_REASON_TERM_ENDED;
    body.kind_case = YISHI__V1__BODY__KIND_KEY_REVOKE;
    body.key_revoke = &kind;
    return &body;
}
