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
    size_t used_bytes; /* of all chunks, with their headers */
    size_t max_bytes;
    bool exhausted; /* an allocation was refused because of max_bytes */
    bool starved;   /* an allocation was refused because the system had no memory */
};

void ys_arena_init(struct ys_arena *arena, size_t max_bytes);
/* Frees everything; the arena can be used again. */
void ys_arena_clear(struct ys_arena *arena);
/* The same, but a first chunk of the usual size is kept: for who decodes one message after the other. What begins
 * with a small allocation, as messages do, finds as much room as in a fresh one. */
void ys_arena_reuse(struct ys_arena *arena);
/* Zeroed, aligned for any type; NULL when the cap or memory is exhausted. A size of 0 gives a
 * pointer that is not NULL. */
void *ys_arena_alloc(struct ys_arena *arena, size_t size);
/* For protobuf_c_message_unpack; free does nothing. Valid until the arena is cleared. */
ProtobufCAllocator ys_arena_allocator(struct ys_arena *arena);
/* Why the last allocation failed: YS_LIMIT or YS_NOMEM, with a message. */
enum ys_code ys_arena_fail(const struct ys_arena *arena, struct ys_err *err);

#endif
