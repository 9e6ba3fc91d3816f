/* The worked examples of proto/FORMATS.md: made here by the code, found there byte for byte.
 *
 * `test_formats print` writes them all, in the form in which they stand in the file. */
#include "crypto/base64.h"
#include "crypto/bundle.h"
#include "crypto/fork.h"
#include "crypto/keyfile.h"
#include "node/ballot/slip.h"
#include "node/vault/commitment.h"
#include "proto/body.h"
#include "proto/evidence.h"
#include "proto/field.h"
#include "proto/join.h"
#include "proto/json.h"
#include "proto/message.h"
#include "proto/root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#define DEPLOYMENT "yishi.example"
#define DISTRICT   "110199"
#define STREET     "110199001"
#define COMMUNITY  "110199001001"
#define ORIGIN     DEPLOYMENT "/" COMMUNITY "/1"
#define SIGNED_AT  UINT64_C(1764000000)
#define RECEIVED   UINT64_C(1764003600)

enum { ROOM = 256 * 1024, RECORDS = 3 };

/* The bodies of the three records, as people write them. */
static const char *const bodies[RECORDS] = {
    "{\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"occurred_at\":\"2025-11-24\",\"consensus\":{"
    "\"items\":[{\"no\":1,\"text\":\"修缮自行车棚\",\"nature\":\"community_affairs\","
    "\"decision_matter\":false,\"responsible\":\"示例社区居民委员会\",\"due\":\"2026-03-31\"},{"
    "\"no\":2,\"text\":\"拓宽小区西门外道路\",\"nature\":\"public_service\","
    "\"decision_matter\":false}],\"reached_on\":\"2025-11-24\",\"degree\":\"broad\"}}",
    "{\"salt\":\"EBESExQVFhcYGRobHB0eHw==\",\"feedback_publication\":{\"subject\":\"consensus\","
    "\"channels\":[\"公告栏\"],\"from\":\"2025-11-25\",\"to\":\"2025-12-02\",\"reach\":0,"
    "\"explained_to_dissenters\":true}}",
    "{\"salt\":\"ICEiIyQlJicoKSorLC0uLw==\",\"refs\":[{\"rel\":\"acknowledges\",\"record\":"
    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}],\"acknowledgement\":{\"purpose\":"
    "\"已向党组织汇报\"}}",
};

struct keys {
    struct ys_signer log, mirror, street_mirror, district_mirror, rc, po, root;
    uint8_t transport[YS_PUBKEY_LEN];
};

/* One record of the example log. */
struct made {
    uint8_t body[4096], text[YS_RECORD_TEXT_MAX], note[4096];
    size_t body_size, text_size, note_size;
    struct ys_hash id, leaf;
};

struct world {
    struct keys keys;
    struct made record[RECORDS];
    struct made other; /* what stands at index 2 in the second history */
};

static struct ys_bytes bytes_of(const uint8_t *data, size_t size)
{
    return (struct ys_bytes){.data = data, .size = size};
}

static void signer_of(struct ys_signer *out, const char *name, uint8_t type, uint8_t seed_byte)
{
    uint8_t seed[YS_SEED_LEN];
    memset(seed, seed_byte, sizeof seed);
    assert_int_equal(ys_signer_init(out, name, type, seed), YS_OK);
}

static void derived(struct ys_signer *out, const char *name, enum ys_key_purpose purpose,
                    uint8_t master_byte)
{
    uint8_t master[YS_SEED_LEN];
    uint8_t seed[YS_SEED_LEN];
    memset(master, master_byte, sizeof master);
    ys_seed_derive(master, purpose, 1, seed);
    const uint8_t type = purpose == YS_PURPOSE_LOG ? YS_SIG_ED25519 : YS_SIG_COSIGNATURE_V1;
    assert_int_equal(ys_signer_init(out, name, type, seed), YS_OK);
}

static void keys_make(struct keys *keys)
{
    uint8_t master[YS_SEED_LEN];
    uint8_t secret[YS_SEED_LEN];
    derived(&keys->log, ORIGIN, YS_PURPOSE_LOG, 0x11);
    derived(&keys->mirror, DEPLOYMENT "/mirror/" COMMUNITY, YS_PURPOSE_MIRROR, 0x11);
    derived(&keys->street_mirror, DEPLOYMENT "/mirror/" STREET, YS_PURPOSE_MIRROR, 0x12);
    derived(&keys->district_mirror, DEPLOYMENT "/mirror/" DISTRICT, YS_PURPOSE_MIRROR, 0x13);
    signer_of(&keys->rc, DEPLOYMENT "/" COMMUNITY "/rc", YS_SIG_ED25519, 0x21);
    signer_of(&keys->po, DEPLOYMENT "/" COMMUNITY "/po", YS_SIG_ED25519, 0x22);
    signer_of(&keys->root, DEPLOYMENT "/" DISTRICT "/root", YS_SIG_ED25519, 0x31);
    memset(master, 0x11, sizeof master);
    ys_seed_derive(master, YS_PURPOSE_TRANSPORT, 1, secret);
    ys_transport_public(secret, keys->transport);
}

static void body_make(struct made *made, const char *json_text, struct ys_record *record)
{
    struct ys_arena arena;
    struct ys_err err = {.msg = ""};
    json_t *json = NULL;
    ProtobufCMessage *message = NULL;
    struct ys_writer w = {.data = made->body, .capacity = sizeof made->body};
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    assert_int_equal(ys_json_load(ys_bytes_of_text(json_text), &json, &err), YS_OK);
    assert_int_equal(
        ys_json_decode(json, &yishi__v1__body__descriptor, "body", &arena, &message, &err), YS_OK);
    const Yishi__V1__Body *body = (const void *)message;
    if (ys_body_check_authored(body, &err) != YS_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(ys_body_encode(body, &w, &err), YS_OK);
    made->body_size = w.size;
    (void)snprintf(record->kind, sizeof record->kind, "%s", ys_body_kind(body)->name);
    json_decref(json);
    ys_arena_clear(&arena);
}

static void record_make(struct made *made, const struct keys *keys, const char *json_text,
                        uint64_t signed_at_s)
{
    struct ys_record record = {.subject = COMMUNITY "-2025-0007", .signed_at_s = signed_at_s};
    const struct ys_signer *signers[] = {&keys->rc, &keys->po};
    struct ys_writer t = {.data = made->text, .capacity = sizeof made->text};
    struct ys_writer n = {.data = made->note, .capacity = sizeof made->note};
    assert_int_equal(ys_name_parse(ys_bytes_of_text(ORIGIN), &record.origin, NULL), YS_OK);
    body_make(made, json_text, &record);
    ys_record_bind(&record, bytes_of(made->body, made->body_size));
    ys_record_print(&t, &record);
    made->text_size = t.size;
    const unsigned count = strcmp(record.kind, "consensus") == 0 ? 2 : 1;
    assert_int_equal(ys_note_sign(&n, bytes_of(t.data, t.size), signers, count, 0, NULL), YS_OK);
    made->note_size = n.size;
    ys_record_id(bytes_of(made->text, made->text_size), &made->id);
    ys_leaf_hash(bytes_of(made->note, made->note_size), &made->leaf);
}

static void world_make(struct world *world)
{
    keys_make(&world->keys);
    for (unsigned i = 0; i < RECORDS; i++)
        record_make(&world->record[i], &world->keys, bodies[i], SIGNED_AT + 60 * i);
    record_make(&world->other, &world->keys, bodies[2], SIGNED_AT + 3600);
}

/* ---- what the blocks are made of ---- */

static void hex(struct ys_writer *w, struct ys_bytes bytes)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        const char two[] = {digit[bytes.data[i] >> 4], digit[bytes.data[i] & 0xf], '\0'};
        ys_writer_text(w, two);
        if (i % 32 == 31 || i + 1 == bytes.size)
            ys_writer_text(w, "\n");
    }
}

static void named(struct ys_writer *w, const char *name, struct ys_bytes bytes)
{
    ys_writer_text(w, name);
    ys_writer_text(w, " ");
    hex(w, bytes);
}

static void base64_line(struct ys_writer *w, const char *name, const struct ys_hash *hash)
{
    ys_writer_text(w, name);
    ys_writer_text(w, " ");
    ys_writer_base64(w, bytes_of(hash->bytes, YS_HASH_LEN));
    ys_writer_text(w, "\n");
}

static void vkey(struct ys_writer *w, const struct ys_vkey *key)
{
    char text[YS_VKEY_TEXT_MAX];
    ys_vkey_print(key, text);
    ys_writer_text(w, text);
    ys_writer_text(w, "\n");
}

static void example_keys(const struct world *world, struct ys_writer *w)
{
    vkey(w, &world->keys.log.vkey);
    vkey(w, &world->keys.mirror.vkey);
    vkey(w, &world->keys.street_mirror.vkey);
    vkey(w, &world->keys.district_mirror.vkey);
    vkey(w, &world->keys.rc.vkey);
    vkey(w, &world->keys.po.vkey);
    vkey(w, &world->keys.root.vkey);
    named(w, "transport", bytes_of(world->keys.transport, YS_PUBKEY_LEN));
}

static void example_body(const struct world *world, struct ys_writer *w)
{
    hex(w, bytes_of(world->record[0].body, world->record[0].body_size));
}

static void example_note(const struct world *world, struct ys_writer *w)
{
    ys_writer_bytes(w, bytes_of(world->record[0].note, world->record[0].note_size));
}

static void example_record_hashes(const struct world *world, struct ys_writer *w)
{
    named(w, "id  ", bytes_of(world->record[0].id.bytes, YS_HASH_LEN));
    named(w, "leaf", bytes_of(world->record[0].leaf.bytes, YS_HASH_LEN));
}

/* The example tree, whose perfect subtrees are its leaves and the node over the first two. */
static enum ys_code tree_read(void *context, unsigned level, uint64_t index, struct ys_hash *out,
                              struct ys_err *err)
{
    const struct ys_hash *leaves = context;
    (void)err;
    assert_true(level <= 2);
    struct ys_hash pair;
    *out = leaves[index << level];
    if (level >= 1)
        ys_node_hash(&leaves[index << level], &leaves[(index << level) + 1], out);
    if (level == 2) {
        ys_node_hash(&leaves[2], &leaves[3], &pair);
        ys_node_hash(out, &pair, out);
    }
    return YS_OK;
}

/* Leaves of the first history, and of the second: a third record of its own, and one more. */
static void leaves_of(const struct world *world, bool second, struct ys_hash out[4])
{
    for (unsigned i = 0; i < RECORDS; i++)
        out[i] = world->record[i].leaf;
    out[3] = world->record[2].leaf;
    if (second)
        out[2] = world->other.leaf;
}

static struct ys_hash root_at(struct ys_hash leaves[4], uint64_t size)
{
    const struct ys_tree tree = {.read = tree_read, .context = leaves};
    struct ys_hash root;
    assert_int_equal(ys_tree_root(&tree, size, &root, NULL), YS_OK);
    return root;
}

static void example_tree(const struct world *world, struct ys_writer *w)
{
    static const char *const leaf_names[] = {"leaf 0", "leaf 1", "leaf 2"};
    static const char *const root_names[] = {"root 0", "root 1", "root 2", "root 3"};
    struct ys_hash leaves[4];
    struct ys_proof proof;
    leaves_of(world, false, leaves);
    const struct ys_tree tree = {.read = tree_read, .context = leaves};
    for (unsigned i = 0; i < RECORDS; i++)
        base64_line(w, leaf_names[i], &leaves[i]);
    for (unsigned i = 0; i <= RECORDS; i++) {
        const struct ys_hash root = root_at(leaves, i);
        base64_line(w, root_names[i], &root);
    }
    assert_int_equal(ys_tree_inclusion(&tree, 0, 3, &proof, NULL), YS_OK);
    ys_writer_text(w, "inclusion of 0 in 3\n");
    ys_proof_print(w, &proof);
    assert_int_equal(ys_tree_consistency(&tree, 2, 3, &proof, NULL), YS_OK);
    ys_writer_text(w, "consistency of 2 and 3\n");
    ys_proof_print(w, &proof);
}

/* Signed by the log and, when `receipts`, cosigned by street and district. */
static void checkpoint(const struct world *world, bool second, uint64_t size, bool receipts,
                       struct ys_writer *w)
{
    struct ys_hash leaves[4];
    uint8_t text[YS_CHECKPOINT_TEXT_MAX];
    struct ys_writer t = {.data = text, .capacity = sizeof text};
    struct ys_checkpoint head = {.origin = ORIGIN, .size = size};
    leaves_of(world, second, leaves);
    head.root = root_at(leaves, size);
    ys_checkpoint_print(&t, &head);
    const struct ys_signer *const signers[] = {&world->keys.log, &world->keys.street_mirror,
                                               &world->keys.district_mirror};
    assert_int_equal(
        ys_note_sign(w, bytes_of(text, t.size), signers, receipts ? 3 : 1, RECEIVED, NULL), YS_OK);
}

static void example_checkpoint(const struct world *world, struct ys_writer *w)
{
    checkpoint(world, false, 3, true, w);
}

static ProtobufCBinaryData lent(const uint8_t *data, size_t size)
{
    return (ProtobufCBinaryData){.len = size, .data = (uint8_t *)(uintptr_t)data};
}

static void example_bundle(const struct world *world, struct ys_writer *w)
{
    uint8_t extra_room[8192];
    uint8_t head_room[4096];
    struct ys_writer e = {.data = extra_room, .capacity = sizeof extra_room};
    struct ys_writer h = {.data = head_room, .capacity = sizeof head_room};
    struct ys_hash leaves[4];
    struct ys_proof proof;
    Yishi__V1__ProofExtra extra = YISHI__V1__PROOF_EXTRA__INIT;
    extra.has_note = extra.has_body = 1;
    extra.note = lent(world->record[1].note, world->record[1].note_size);
    extra.body = lent(world->record[1].body, world->record[1].body_size);
    assert_int_equal(ys_evidence_encode(&extra, &e, NULL), YS_OK);
    leaves_of(world, false, leaves);
    const struct ys_tree tree = {.read = tree_read, .context = leaves};
    assert_int_equal(ys_tree_inclusion(&tree, 1, 3, &proof, NULL), YS_OK);
    checkpoint(world, false, 3, true, &h);
    assert_int_equal(ys_bundle_print(w, bytes_of(extra_room, e.size), 1, &proof,
                                     bytes_of(head_room, h.size), NULL),
                     YS_OK);
}

static void example_fork(const struct world *world, struct ys_writer *w)
{
    uint8_t a_room[4096];
    uint8_t b_room[4096];
    struct ys_writer a = {.data = a_room, .capacity = sizeof a_room};
    struct ys_writer b = {.data = b_room, .capacity = sizeof b_room};
    struct ys_hash leaves[4];
    struct ys_fork_proof fork;
    struct ys_checkpoint first;
    struct ys_checkpoint last;
    leaves_of(world, true, leaves);
    const struct ys_tree tree = {.read = tree_read, .context = leaves};
    checkpoint(world, false, 3, false, &a);
    checkpoint(world, true, 4, false, &b);
    fork.prefix_root = root_at(leaves, 3);
    assert_int_equal(ys_tree_consistency(&tree, 3, 4, &fork.proof, NULL), YS_OK);
    fork.head_a = bytes_of(a_room, a.size);
    fork.head_b = bytes_of(b_room, b.size);
    assert_int_equal(ys_fork_check(&fork, &world->keys.log.vkey, &first, &last, NULL), YS_OK);
    assert_int_equal(ys_fork_print(w, DEPLOYMENT, &fork, NULL), YS_OK);
}

static void example_root(const struct world *world, struct ys_writer *w)
{
    struct ys_root root = {.deployment = DEPLOYMENT, .threshold = 1, .count = 2};
    struct ys_signer second;
    assert_int_equal(ys_division_parse(ys_bytes_of_text(DISTRICT), &root.division, NULL), YS_OK);
    signer_of(&second, DEPLOYMENT "/" DISTRICT "/root", YS_SIG_ED25519, 0x32);
    root.key[0] = world->keys.root.vkey;
    root.key[1] = second.vkey;
    ys_root_print(w, &root);
}

static void example_fingerprint(const struct world *world, struct ys_writer *w)
{
    uint8_t text[YS_ROOT_TEXT_MAX];
    struct ys_writer t = {.data = text, .capacity = sizeof text};
    struct ys_root root;
    struct ys_hash fingerprint;
    example_root(world, &t);
    assert_int_equal(ys_root_parse(bytes_of(text, t.size), &root, NULL), YS_OK);
    ys_root_fingerprint(&root, &fingerprint);
    hex(w, bytes_of(fingerprint.bytes, YS_HASH_LEN));
}

static void example_join(const struct world *world, struct ys_writer *w)
{
    struct ys_division division;
    assert_int_equal(ys_division_parse(ys_bytes_of_text(COMMUNITY), &division, NULL), YS_OK);
    ys_join_statement_print(w, DEPLOYMENT, &division, "-", world->keys.transport,
                            &world->keys.rc.vkey);
}

static void example_possession(const struct world *world, struct ys_writer *w)
{
    uint8_t text[YS_JOIN_STATEMENT_MAX];
    uint8_t sig[YS_SIG_LEN];
    struct ys_writer t = {.data = text, .capacity = sizeof text};
    example_join(world, &t);
    ys_sign(&world->keys.rc, bytes_of(text, t.size), sig);
    hex(w, bytes_of(sig, sizeof sig));
}

static void example_key_file(const struct world *world, struct ys_writer *w)
{
    (void)world;
    static const uint8_t salt[YS_KEYFILE_SALT_LEN] = {0};
    static const uint8_t nonce[YS_KEYFILE_NONCE_LEN] = {1, 2, 3};
    struct ys_keyfile file = {.comment = DEPLOYMENT "/" COMMUNITY "/rc", .count = 1};
    char text[YS_KEYFILE_TEXT_MAX];
    file.seed[0].purpose = YS_PURPOSE_BODY;
    file.seed[0].generation = 1;
    memset(file.seed[0].seed, 0x21, YS_SEED_LEN);
    assert_int_equal(ys_keyfile_print(&file, YS_KDF_INTERACTIVE,
                                      ys_bytes_of_text("example passphrase"), salt, nonce, text,
                                      NULL),
                     YS_OK);
    ys_writer_text(w, text);
}

static void example_message(const struct world *world, struct ys_writer *w)
{
    (void)world;
    uint8_t room[256];
    uint8_t nonce[YS_SESSION_NONCE_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};
    char origin[] = ORIGIN;
    struct ys_writer m = {.data = room, .capacity = sizeof room};
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Ack ack = YISHI__V1__ACK__INIT;
    message.has_session = 1;
    message.session = (ProtobufCBinaryData){.len = sizeof nonce, .data = nonce};
    message.kind_case = YISHI__V1__MESSAGE__KIND_ACK;
    message.ack = &ack;
    ack.origin = origin;
    ack.has_durable_size = ack.has_credit = 1;
    ack.durable_size = 3;
    ack.credit = 1500;
    assert_int_equal(ys_message_encode(&message, &m), YS_OK);
    hex(w, bytes_of(room, m.size));
}

static const char *type_name(const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return ((const ProtobufCMessageDescriptor *)field->descriptor)->short_name;
    if (field->type == PROTOBUF_C_TYPE_ENUM)
        return ((const ProtobufCEnumDescriptor *)field->descriptor)->short_name;
    return field->type == PROTOBUF_C_TYPE_STRING   ? "string"
           : field->type == PROTOBUF_C_TYPE_BYTES  ? "bytes"
           : field->type == PROTOBUF_C_TYPE_BOOL   ? "bool"
           : field->type == PROTOBUF_C_TYPE_UINT32 ? "uint32"
           : field->type == PROTOBUF_C_TYPE_UINT64 ? "uint64"
                                                   : "int64";
}

/* "Consensus.items 1 ConsensusItem list 1..512" */
static void field_line(struct ys_writer *w, const struct ys_field *row)
{
    char line[200];
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(row->message, row->name);
    int used = snprintf(line, sizeof line, "%s.%s %u %s%s", row->message->short_name, row->name,
                        field->id, type_name(field),
                        (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 ? " oneof"
                        : row->required && row->count_max == 0            ? " required"
                                                                          : "");
    if (row->count_max > 0)
        used += snprintf(line + used, sizeof line - (size_t)used, " list %d..%u",
                         row->required ? 1 : 0, row->count_max);
    if (row->text_max > 0)
        used += snprintf(line + used, sizeof line - (size_t)used, " chars ..%u", row->text_max);
    if (row->size_max > 0 && row->size_min == row->size_max)
        used += snprintf(line + used, sizeof line - (size_t)used, " size %u", row->size_max);
    else if (row->size_max > 0)
        used += snprintf(line + used, sizeof line - (size_t)used, " size %u..%u", row->size_min,
                         row->size_max);
    assert_true(used < (int)sizeof line - 1);
    ys_writer_text(w, line);
    ys_writer_text(w, "\n");
}

static void example_fields(const struct world *world, struct ys_writer *w)
{
    (void)world;
    size_t at = 0;
    for (const struct ys_field *row = ys_field_at(at); row != NULL; row = ys_field_at(++at))
        field_line(w, row);
}

/* Short names of the classes in a mask: "st|da|root". */
static void class_names(struct ys_writer *w, unsigned classes)
{
    static const char *const names[] = {"rc", "po", "sc", "st", "gd", "da", "root", "node"};
    const char *between = "";
    for (unsigned i = 0; i < 8; i++) {
        if ((classes & 1u << i) == 0)
            continue;
        ys_writer_text(w, between);
        ys_writer_text(w, names[i]);
        between = "|";
    }
}

static void example_kinds(const struct world *world, struct ys_writer *w)
{
    (void)world;
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        ys_writer_decimal(w, kinds[i].id);
        ys_writer_text(w, " ");
        ys_writer_text(w, kinds[i].name);
        ys_writer_text(w, " ");
        class_names(w, kinds[i].authors);
        if (kinds[i].also != 0)
            ys_writer_text(w, " and ");
        class_names(w, kinds[i].also);
        /* 12.4: receipts decide about cuts, but name nobody */
        const bool names = kinds[i].membership && kinds[i].authors != YS_BODY_NODE;
        ys_writer_text(w, names ? " membership\n" : "\n");
    }
}

/* "based_on 31|35 (rc)": a reference, and the authors who must make it. */
static void ref_words(struct ys_writer *w, const struct ys_kind_ref *ref)
{
    ys_writer_text(w, "; ");
    ys_writer_text(w, ys_relation_word(ref->relation));
    ys_writer_text(w, " ");
    if (ref->to[0] == 0)
        ys_writer_text(w, "any");
    for (unsigned i = 0; i < YS_KIND_REF_TO_MAX && ref->to[i] != 0; i++) {
        ys_writer_text(w, i == 0 ? "" : "|");
        ys_writer_decimal(w, ref->to[i]);
    }
    if (ref->must >= YS_BODY_NODE) {
        ys_writer_text(w, " required");
    } else if (ref->must != 0) {
        ys_writer_text(w, " required of ");
        class_names(w, ref->must);
    }
}

static void example_kind_rules(const struct world *world, struct ys_writer *w)
{
    (void)world;
    static const char *const subjects[] = {"-", "matter", "matter or -"};
    size_t count = 0;
    const struct ys_kind *kinds = ys_kind_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct ys_kind *kind = &kinds[i];
        ys_writer_decimal(w, kind->id);
        ys_writer_text(w, " ");
        ys_writer_text(w, subjects[kind->subject]);
        if (kind->may != 0) {
            ys_writer_text(w, "; may sign ");
            class_names(w, kind->may);
        }
        if (kind->as_target)
            ys_writer_text(w, "; signed as its target");
        if (kind->answerer != YS_ANSWERER_ANY) {
            ys_writer_text(w, "; ");
            ys_writer_text(w, ys_kind_answerer_text(kind->answerer, false));
        }
        for (unsigned r = 0; r < YS_KIND_REFS_MAX && kind->ref[r].relation != 0; r++)
            ref_words(w, &kind->ref[r]);
        for (unsigned s = 0; s < YS_KIND_SLOTS_MAX && kind->slot[s] != NULL; s++) {
            ys_writer_text(w, "; slot ");
            ys_writer_text(w, kind->slot[s]);
        }
        ys_writer_text(w, "\n");
    }
}

static void example_commitment(const struct world *world, struct ys_writer *w)
{
    (void)world;
    uint8_t salt[YS_SEAL_SALT_LEN];
    struct ys_hash commitment;
    for (unsigned i = 0; i < sizeof salt; i++)
        salt[i] = (uint8_t)i;
    ys_commitment_of("topic_proposal", "proposer", salt, ys_bytes_of_text("示例甲"), &commitment);
    ys_writer_text(w, "salt       ");
    ys_writer_base64(w, bytes_of(salt, sizeof salt));
    ys_writer_text(w, "\ncommitment ");
    ys_hash_print(w, &commitment);
    ys_writer_text(w, "\n");
}

/* Three papers of a round whose id is 32 bytes 0x60; salts are 32 bytes 0x61, 0x62 and 0x63. */
static void example_ballots(const struct world *world, struct ys_writer *w)
{
    struct ys_ballot_round round = {.deployment = DEPLOYMENT};
    struct ys_ballot papers[3] = {
        {.code = "K7QJ4M0XZ2", .mark = "abc123", .kind = 11, .valid = true, .grade = {5, 4, 0}},
        {.code = "0000000000", .valid = true, .grade = {5, 2, 3}},
        {.code = "ZZZZZZZZZZ", .valid = false}};
    struct ys_ballot_set *set = NULL;
    struct ys_hash root;
    struct ys_slip slip;
    (void)world;
    memset(round.id.bytes, 0x60, YS_HASH_LEN);
    for (int i = 0; i < 3; i++)
        memset(papers[i].salt, 0x61 + i, YS_BALLOT_SALT_LEN);
    papers[0].has_remark = true;
    ys_sha256(ys_bytes_of_text("示例意见"), &papers[0].remark);
    assert_int_equal(ys_ballot_set_new(&round, papers, 3, 4, &set, NULL), YS_OK);
    ys_ballot_set_root(set, &root);
    base64_line(w, "ballot_root", &root);
    slip = (struct ys_slip){.round = round, .ballot = papers[0]};
    assert_string_equal(ys_ballot_set_at(set, 1)->code, papers[0].code);
    ys_ballot_set_place(set, 1, slip.place);
    json_t *const json = ys_slip_json(&slip, "示例意见");
    char *const text = json_dumps(json, JSON_COMPACT);
    ys_writer_text(w, text);
    ys_writer_text(w, "\n");
    free(text);
    json_decref(json);
    ys_ballot_set_free(set);
}

static const struct {
    const char *name;
    void (*write)(const struct world *world, struct ys_writer *w);
} examples[] = {
    {"keys", example_keys},
    {"body", example_body},
    {"note", example_note},
    {"record hashes", example_record_hashes},
    {"tree", example_tree},
    {"checkpoint", example_checkpoint},
    {"bundle", example_bundle},
    {"fork proof", example_fork},
    {"root policy", example_root},
    {"root fingerprint", example_fingerprint},
    {"join statement", example_join},
    {"possession", example_possession},
    {"key file", example_key_file},
    {"message", example_message},
    {"fields", example_fields},
    {"kinds", example_kinds},
    {"kind rules", example_kind_rules},
    {"commitment", example_commitment},
    {"ballots", example_ballots},
};
enum { EXAMPLES = sizeof examples / sizeof examples[0] };

static char *file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s: cannot be read", path);
    char *text = calloc(1, ROOM);
    assert_non_null(text);
    const size_t size = fread(text, 1, ROOM - 1, file);
    assert_true(size < ROOM - 1);
    fclose(file);
    return text;
}

/* Block of that name in `document`; it ends at the line of three back-quotes. */
static struct ys_bytes block_find(const char *document, const char *name)
{
    char mark[100];
    (void)snprintf(mark, sizeof mark, "<!-- example: %s -->\n```\n", name);
    const char *at = strstr(document, mark);
    if (at == NULL)
        fail_msg("FORMATS.md has no example \"%s\"", name);
    else
        at += strlen(mark);
    const char *end = at == NULL ? NULL : strstr(at, "\n```\n");
    assert_non_null(end);
    return bytes_of((const uint8_t *)at, (size_t)(end - at) + 1);
}

static void every_example_of_the_document_is_what_the_code_makes(void **state)
{
    (void)state;
    static struct world world;
    static uint8_t room[ROOM];
    char *document = file_read(YS_FORMATS_PATH);
    world_make(&world);
    for (unsigned i = 0; i < EXAMPLES; i++) {
        struct ys_writer w = {.data = room, .capacity = sizeof room};
        examples[i].write(&world, &w);
        assert_false(w.overflow);
        if (!ys_bytes_equal(bytes_of(room, w.size), block_find(document, examples[i].name)))
            fail_msg("example \"%s\" of FORMATS.md is not:\n%.*s", examples[i].name, (int)w.size,
                     (const char *)room);
    }
    free(document);
}

static void the_document_has_no_example_that_is_not_tested(void **state)
{
    (void)state;
    unsigned count = 0;
    char *document = file_read(YS_FORMATS_PATH);
    for (const char *at = document; (at = strstr(at, "<!-- example: ")) != NULL; at++)
        count++;
    assert_int_equal(count, EXAMPLES);
    for (unsigned i = 0; i < RECORDS; i++) {
        if (strstr(document, bodies[i]) == NULL)
            fail_msg("FORMATS.md does not show the JSON of record %u", i);
    }
    free(document);
}

static int print_all(void)
{
    static struct world world;
    static uint8_t room[ROOM];
    world_make(&world);
    for (unsigned i = 0; i < EXAMPLES; i++) {
        struct ys_writer w = {.data = room, .capacity = sizeof room};
        examples[i].write(&world, &w);
        printf("<!-- example: %s -->\n```\n%.*s```\n\n", examples[i].name, (int)w.size,
               (const char *)room);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0)
        return 1;
    if (argc == 2 && strcmp(argv[1], "print") == 0)
        return print_all();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_document_is_what_the_code_makes),
        cmocka_unit_test(the_document_has_no_example_that_is_not_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
