/* Any bytes as JSON of a body and of a join request: what is accepted is written as JSON that reads
 * back to the same message, and its bytes pass the strict walk. */
#include "crypto/assert.h"
#include "proto/body.pb-c.h"
#include "proto/json.h"
#include "proto/message.pb-c.h"
#include "proto/wire.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 4 << 20 };

static struct ys_bytes encode(const ProtobufCMessage *message, uint8_t *room)
{
    struct ys_writer w = {.data = room, .capacity = ROOM};
    YS_ASSERT(ys_wire_encode(message, ROOM, &w, NULL) == YS_OK);
    return (struct ys_bytes){.data = room, .size = w.size};
}

static void fuzz_as(const json_t *json, const ProtobufCMessageDescriptor *type)
{
    static uint8_t room[ROOM];
    static uint8_t second_room[ROOM];
    struct ys_arena arena;
    struct ys_err err;
    ProtobufCMessage *message = NULL;
    ProtobufCMessage *again = NULL;
    json_t *written = NULL;
    ys_arena_init(&arena, 64 << 20);
    const enum ys_code code = ys_json_decode(json, type, "", &arena, &message, &err);
    if (code == YS_OK) {
        const struct ys_bytes packed = encode(message, room);
        YS_ASSERT(ys_wire_check(packed, type, "", &err) == YS_OK);
        YS_ASSERT(ys_json_encode(message, &written, &err) == YS_OK);
        YS_ASSERT(ys_json_decode(written, type, "", &arena, &again, &err) == YS_OK);
        YS_ASSERT(ys_bytes_equal(encode(again, second_room), packed));
        json_decref(written);
    } else {
        YS_ASSERT(code == YS_MALFORMED);
        YS_ASSERT(err.msg[0] != '\0');
    }
    ys_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ys_err err;
    json_t *json = NULL;
    const enum ys_code code =
        ys_json_load((struct ys_bytes){.data = data, .size = size}, &json, &err);
    YS_ASSERT(code == YS_OK || code == YS_MALFORMED || code == YS_LIMIT);
    if (code != YS_OK)
        return 0;
    fuzz_as(json, &yishi__v1__body__descriptor);
    fuzz_as(json, &yishi__v1__join__descriptor);
    json_decref(json);
    return 0;
}
