/* Watches the memory of jansson, which leaves out what it has no memory for, and
 * calls a text malformed that it has no memory to read.
 *
 * jansson's hook takes no context, so what is counted here is the process's: the one
 * mutable global beside node/main.c. Threads: any. Memory: none of its own. */
#ifndef YS_PROTO_JSON_MEMORY_H
#define YS_PROTO_JSON_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Before the first use of jansson; may be called again. */
void ys_json_memory_watch(void);

/* jansson 2.14 writes behind a string's end when it had no memory for the closing quote. So while a text
 * is being read, what fails is counted, and given from a reserve: the reader comes to its end, and what
 * it made is thrown away. Between the two calls, of one thread, nothing else may be done with jansson. */
void ys_json_memory_begin_reading(void);
void ys_json_memory_end_reading(void);

/* How many allocations have failed since then. An object that was built meanwhile may lack anything:
 * it is neither printed nor saved. */
uint64_t ys_json_memory_failures(void);

/* For what is made of jansson's objects, so that it counts with them; to be given to free(). */
void *ys_json_malloc(size_t size);

#endif
