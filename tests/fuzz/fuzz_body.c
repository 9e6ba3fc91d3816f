/* Any bytes as a body. The input is never changed; what the strict walk accepts protobuf-c unpacks;
 * a body packs and unpacks to itself; one that may be signed survives JSON. */
#include "crypto/assert.h"
#include "proto/body.h"
#include "proto/json.h"
#include "proto/wire.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 2 * YS_RECORD_BODY_MAX };

static struct ys_bytes encode(const Yishi__V1__Body *body, uint8_t *room)
{
    struct ys_writer w = {.data = room, .capacity = ROOM};
    /* The walk accepts minimal forms only, so packing adds nothing. */
    YS_ASSERT(ys_body_encode(body, &w, NULL) == YS_OK);
    return (struct ys_bytes){.data = room, .size = w.size};
}

static void json_survives(const Yishi__V1__Body *body, struct ys_bytes packed)
{
    static uint8_t room[ROOM];
    struct ys_arena arena;
    struct ys_err err;
    json_t *json = NULL;
    ProtobufCMessage *again = NULL;
    const enum ys_code code = ys_json_encode(&body->base, &json, &err);
    YS_ASSERT(code == YS_OK || code == YS_LIMIT); /* a number that JSON has not */
    if (code != YS_OK)
        return;
    ys_arena_init(&arena, 16 << 20);
    YS_ASSERT(ys_json_decode(json, body->base.descriptor, "body", &arena, &again, &err) == YS_OK);
    YS_ASSERT(ys_bytes_equal(encode((const void *)again, room), packed));
    ys_arena_clear(&arena);
    json_decref(json);
}

static void body_holds(const Yishi__V1__Body *body, struct ys_bytes bytes)
{
    static uint8_t room[ROOM];
    static uint8_t second_room[ROOM];
    struct ys_arena arena;
    const Yishi__V1__Body *again = NULL;
    const struct ys_bytes packed = encode(body, room);
    YS_ASSERT(packed.size == bytes.size);
    YS_ASSERT(body->has_salt && body->salt.len == YS_BODY_SALT_LEN);
    YS_ASSERT(ys_body_kind(body) != NULL);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    YS_ASSERT(ys_body_decode(packed, &arena, &again, NULL) == YS_OK);
    YS_ASSERT(ys_bytes_equal(encode(again, second_room), packed));
    ys_arena_clear(&arena);
    if (ys_body_check_authored(body, NULL) == YS_OK)
        json_survives(body, packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ys_arena arena;
    struct ys_err err;
    const Yishi__V1__Body *body = NULL;
    const struct ys_bytes bytes = {.data = data, .size = size};
    YS_ASSERT(sodium_init() >= 0);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    const enum ys_code walked = ys_wire_check(bytes, &yishi__v1__body__descriptor, "body", &err);
    const enum ys_code code = ys_body_decode(bytes, &arena, &body, &err);
    YS_ASSERT(arena.used_bytes <= YS_BODY_ARENA_MAX);
    YS_ASSERT(walked == YS_OK || code == walked || code == YS_LIMIT);
    if (code == YS_OK)
        body_holds(body, bytes);
    else
        YS_ASSERT(code == YS_MALFORMED || code == YS_LIMIT || code == YS_NOT_FOUND);
    ys_arena_clear(&arena);
    return 0;
}
