#include "proto/json_memory.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_uint_fast64_t failures;

void *ys_json_malloc(size_t size)
{
    void *const block = malloc(size);
    if (block == NULL)
        atomic_fetch_add(&failures, 1);
    return block;
}

void ys_json_memory_watch(void)
{
    json_set_alloc_funcs(ys_json_malloc, free);
}

uint64_t ys_json_memory_failures(void)
{
    return atomic_load(&failures);
}
