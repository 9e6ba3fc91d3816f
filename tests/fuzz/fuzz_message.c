/* Any bytes as a wire message: bounded memory, the same verdict twice, and what is accepted packs to
 * as many bytes and unpacks to itself. A JOIN is checked with its signatures. */
#include "crypto/assert.h"
#include "proto/join.h"
#include "proto/message.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void message_holds(const Yishi__V1__Message *message, struct ys_bytes bytes)
{
    static uint8_t room[YS_MESSAGE_MAX];
    static uint8_t second_room[YS_MESSAGE_MAX];
    struct ys_arena arena;
    const Yishi__V1__Message *again = NULL;
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    struct ys_writer second = {.data = second_room, .capacity = sizeof second_room};
    YS_ASSERT(ys_message_encode(message, &w) == YS_OK);
    YS_ASSERT(w.size == bytes.size);
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    YS_ASSERT(ys_message_decode((struct ys_bytes){.data = room, .size = w.size}, &arena, &again,
                                NULL) == YS_OK);
    YS_ASSERT(ys_message_encode(again, &second) == YS_OK);
    YS_ASSERT(second.size == w.size && memcmp(room, second_room, w.size) == 0);
    YS_ASSERT(strcmp(ys_message_name(message), ys_message_name(again)) == 0);
    ys_arena_clear(&arena);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_JOIN) {
        const enum ys_code code = ys_join_check(message->join, NULL);
        YS_ASSERT(code == YS_OK || code == YS_MALFORMED || code == YS_BAD_SIG);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ys_arena arena;
    struct ys_err err;
    const Yishi__V1__Message *message = NULL;
    const struct ys_bytes bytes = {.data = data, .size = size};
    YS_ASSERT(sodium_init() >= 0);
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    const enum ys_code code = ys_message_decode(bytes, &arena, &message, &err);
    YS_ASSERT(arena.used_bytes <= YS_MESSAGE_ARENA_MAX);
    if (code == YS_OK)
        message_holds(message, bytes);
    else
        YS_ASSERT(code == YS_MALFORMED || code == YS_LIMIT);
    ys_arena_clear(&arena);
    return 0;
}
