#include "proto/json_memory.h"

#include "crypto/assert.h"
#include "proto/limits.h"

#include <jansson.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* The longest string grows by doubling and is copied once; the rest may do without. */
enum { RESERVE = 4 * YS_JSON_FILE_MAX };

static atomic_uint_fast64_t failures;
static _Thread_local bool reading;
static atomic_flag lent = ATOMIC_FLAG_INIT;
/* Touched only when memory is gone; until then it is no memory. */
static alignas(max_align_t) unsigned char reserve[RESERVE];
static size_t used;

static void *from_reserve(size_t size)
{
    const size_t room = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (!reading || room > RESERVE - used)
        return NULL;
    void *const block = reserve + used;
    used += room;
    return block;
}

void *ys_json_malloc(size_t size)
{
    void *const block = malloc(size);
    if (block != NULL)
        return block;
    atomic_fetch_add(&failures, 1);
    return from_reserve(size);
}

static void release(void *block)
{
    const uintptr_t at = (uintptr_t)block;
    if (at < (uintptr_t)reserve || at >= (uintptr_t)(reserve + RESERVE))
        free(block);
}

void ys_json_memory_watch(void)
{
    json_set_alloc_funcs(ys_json_malloc, release);
}

void ys_json_memory_begin_reading(void)
{
    YS_ASSERT(!reading);
    reading =
        !atomic_flag_test_and_set(&lent); /* another thread has it: then this one does without */
    if (reading)
        used = 0;
}

void ys_json_memory_end_reading(void)
{
    if (reading)
        atomic_flag_clear(&lent);
    reading = false;
}

uint64_t ys_json_memory_failures(void)
{
    return atomic_load(&failures);
}
