#include "tests/bench/bench.h"

#include "proto/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t signed_at_s = 1795600000;

struct rng *bench_rng(void)
{
    static struct rng rng;
    if (rng.state == 0)
        rng = rng_from_seed((uint64_t)randombytes_random() << 32 | randombytes_random());
    return &rng;
}

void bench_open(const char *home, struct ys_node *node)
{
    struct ys_err err = {.code = YS_OK};
    bench_must(ys_node_open(home, NULL, node, &err), &err);
}

void bench_body_key(const struct ys_node *node, const char *body, struct ys_signer *out)
{
    struct ys_passphrases none = {.file_count = 0};
    struct ys_err err = {.code = YS_OK};
    char path[PATH_MAX];
    const struct ys_name name = ys_name_body(node->origin.deployment, &node->origin.division, body);
    ys_keystore_path(&node->home, body, ".key", path);
    bench_must(ys_keystore_load(path, &name, &none, out, &err), &err);
}

/* Salt, one reference, and a text of one to three bytes a character that fills the rest. */
static Yishi__V1__Body *body_with_text(size_t text_bytes)
{
    enum { WIDE = 3, POINTS_MAX = YS_TEXT_DEFAULT_MAX };
    static const char wide[] = "\xe7\xa4\xba"; /* 示 */
    static Yishi__V1__Body body;
    static Yishi__V1__Acknowledgement kind;
    static Yishi__V1__Reference ref;
    static Yishi__V1__Reference *refs[] = {&ref};
    static char purpose[WIDE * POINTS_MAX + 1];
    static uint8_t salt[YS_BODY_SALT_LEN];
    static uint8_t record[YS_HASH_LEN];
    yishi__v1__body__init(&body);
    yishi__v1__acknowledgement__init(&kind);
    yishi__v1__reference__init(&ref);
    rng_fill(bench_rng(), salt, sizeof salt);
    rng_fill(bench_rng(), record, sizeof record);
    size_t at = 0;
    for (; at + WIDE <= text_bytes && at / WIDE < POINTS_MAX - 2; at += WIDE)
        memcpy(purpose + at, wide, WIDE);
    for (; at < text_bytes && at < sizeof purpose - 1; at++)
        purpose[at] = 'x';
    purpose[at] = '\0';
    kind.purpose = purpose;
    ref.has_rel = ref.has_record = 1;
    ref.rel = YISHI__V1__RELATION__RELATION_ACKNOWLEDGES;
    ref.record = (ProtobufCBinaryData){sizeof record, record};
    body.has_salt = 1;
    body.salt = (ProtobufCBinaryData){sizeof salt, salt};
    body.n_refs = 1;
    body.refs = refs;
    body.kind_case = YISHI__V1__BODY__KIND_ACKNOWLEDGEMENT;
    body.acknowledgement = &kind;
    return &body;
}

Yishi__V1__Body *bench_body(size_t body_bytes)
{
    const size_t less = protobuf_c_message_get_packed_size(&body_with_text(body_bytes / 2)->base);
    Yishi__V1__Body *const body = body_with_text(body_bytes / 2 + body_bytes - less);
    if (protobuf_c_message_get_packed_size(&body->base) == body_bytes)
        return body;
    fprintf(stderr, "bench_tool: no body of %zu bytes can be made\n", body_bytes);
    exit(2);
}

/* What this process wrote last, so that a reference leads somewhere; before the first, nowhere. */
static uint8_t last_record[YS_HASH_LEN];

void bench_record(const struct ys_name *origin, const struct ys_signer *signer, size_t body_bytes,
                  struct scribe_record *out)
{
    struct ys_note note;
    struct ys_hash id;
    Yishi__V1__Body *const body = bench_body(body_bytes);
    memcpy(body->refs[0]->record.data, last_record, sizeof last_record);
    scribe_write(out, bench_rng(), origin, NULL, signed_at_s, body, &signer, 1);
    bench_must(ys_note_parse((struct ys_bytes){out->note, out->note_size}, &note, NULL), NULL);
    ys_record_id(note.text, &id);
    memcpy(last_record, id.bytes, sizeof last_record);
}

/* How large a community's record is: its note, and what is signed of that. */
int bench_record_size(char **words)
{
    struct ys_err err = {.code = YS_OK};
    struct scribe_record record;
    struct ys_division division;
    struct ys_signer rc;
    struct ys_note note;
    const size_t body_bytes = (size_t)bench_number(words[0]);
    bench_must(ys_division_parse(ys_bytes_of_text("110199990001"), &division, &err), &err);
    const struct ys_name origin = ys_name_log("bench.example", &division, 1);
    const struct ys_name name = ys_name_body("bench.example", &division, "rc");
    scribe_signer(&rc, bench_rng(), &name);
    bench_record(&origin, &rc, body_bytes, &record);
    bench_must(ys_note_parse((struct ys_bytes){record.note, record.note_size}, &note, &err), &err);
    printf("{\"note_bytes\": %zu, \"signed_bytes\": %zu}\n", record.note_size, note.text.size);
    return 0;
}
