#include "proto/arena.h"

#include "crypto/assert.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 16 * 1024, ALIGN = alignof(max_align_t) };

struct ys_arena_chunk {
    struct ys_arena_chunk *next;
    size_t size; /* bytes of `data` */
    size_t used;
    alignas(max_align_t) uint8_t data[];
};

void ys_arena_init(struct ys_arena *arena, size_t max_bytes)
{
    *arena = (struct ys_arena){.max_bytes = max_bytes};
}

void ys_arena_clear(struct ys_arena *arena)
{
    struct ys_arena_chunk *chunk = arena->chunks;
    while (chunk != NULL) {
        struct ys_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    ys_arena_init(arena, arena->max_bytes);
}

void ys_arena_reuse(struct ys_arena *arena)
{
    struct ys_arena_chunk *first = arena->chunks;
    while (first != NULL && first->next != NULL) {
        struct ys_arena_chunk *next = first->next;
        free(first);
        first = next;
    }
    if (first == NULL || sizeof *first + first->size != CHUNK_BYTES) {
        free(first);
        first = NULL;
    }
    ys_arena_init(arena, arena->max_bytes);
    if (first == NULL)
        return;
    first->used = 0;
    arena->chunks = first;
    arena->used_bytes = sizeof *first + first->size;
}

/* A chunk of at least `need` bytes of data: CHUNK_BYTES, or what the cap leaves, or `need`. */
static struct ys_arena_chunk *chunk_add(struct ys_arena *arena, size_t need)
{
    const size_t left = arena->max_bytes - arena->used_bytes;
    if (left < sizeof(struct ys_arena_chunk) || need > left - sizeof(struct ys_arena_chunk)) {
        arena->exhausted = true;
        return NULL;
    }
    size_t whole = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    if (whole - sizeof(struct ys_arena_chunk) < need || whole < sizeof(struct ys_arena_chunk))
        whole = need + sizeof(struct ys_arena_chunk);

    struct ys_arena_chunk *chunk = malloc(whole);
    if (chunk == NULL) {
        arena->starved = true;
        return NULL;
    }
    chunk->size = whole - sizeof *chunk;
    chunk->used = 0;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->used_bytes += whole;
    YS_ASSERT(arena->used_bytes <= arena->max_bytes);
    return chunk;
}

void *ys_arena_alloc(struct ys_arena *arena, size_t size)
{
    size_t rounded = 0;
    if (__builtin_add_overflow(size, (size_t)(ALIGN - 1), &rounded)) {
        arena->exhausted = true;
        return NULL;
    }
    rounded = rounded / ALIGN * ALIGN;
    if (rounded == 0)
        rounded = ALIGN;

    struct ys_arena_chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->size - chunk->used < rounded)
        chunk = chunk_add(arena, rounded);
    if (chunk == NULL)
        return NULL;
    void *out = chunk->data + chunk->used;
    chunk->used += rounded;
    memset(out, 0, rounded); /* here, and not the whole chunk: most bodies need little of one */
    return out;
}

static void *alloc_for_protobuf(void *context, size_t size)
{
    return ys_arena_alloc(context, size);
}

static void free_nothing(void *context, void *pointer)
{
    (void)context;
    (void)pointer;
}

ProtobufCAllocator ys_arena_allocator(struct ys_arena *arena)
{
    return (ProtobufCAllocator){
        .alloc = alloc_for_protobuf, .free = free_nothing, .allocator_data = arena};
}

enum ys_code ys_arena_fail(const struct ys_arena *arena, struct ys_err *err)
{
    if (arena->starved)
        return ys_fail(err, YS_NOMEM, "out of memory while decoding");
    return ys_fail(err, YS_LIMIT, "decoding takes more than %zu bytes of memory", arena->max_bytes);
}
