/* A capped bump allocator for decoding: everything dies at once.
 *
 * protobuf-c amplifies allocation about a hundredfold and has no limit of its own
 * (ENGINEERING.md 4.2), so every decoder takes one of these.
 *
 * Threads: one at a time. Memory: one heap block a chunk, at most `max_bytes` in all. */
#ifndef YS_PROTO_ARENA_H
#define YS_PROTO_ARENA_H

#include "crypto/err.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

struct ys_arena_chunk;

struct ys_arena {
    struct ys_arena_chunk *chunks;
    size_t used_bytes; /* of all chunks */
    size_t max_bytes;
    bool exhausted; /* an allocation was refused because of max_bytes */
};

void ys_arena_init(struct ys_arena *arena, size_t max_bytes);
/* Frees everything; the arena can be used again. */
void ys_arena_clear(struct ys_arena *arena);
/* Zeroed, aligned for any type; NULL when the cap or memory is exhausted. */
void *ys_arena_alloc(struct ys_arena *arena, size_t size);
/* For protobuf_c_message_unpack; free does nothing. Valid until the arena is cleared. */
ProtobufCAllocator ys_arena_allocator(struct ys_arena *arena);

#endif
