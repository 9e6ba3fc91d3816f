/* Preloaded into a program: one allocation since main() began gives NULL, in
 * whatever library it is asked for (nth.h says which).
 *
 * Not for a build with a sanitizer, which replaces malloc itself. */
#include "tests/crash/nth.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stddef.h>

/* glibc's own, which it exports for this purpose */
extern void *__libc_malloc(size_t size);                     /* NOLINT */
extern void *__libc_calloc(size_t count, size_t size);       /* NOLINT */
extern void *__libc_realloc(void *block, size_t size);       /* NOLINT */
extern void *__libc_memalign(size_t alignment, size_t size); /* NOLINT */

static bool fails(void)
{
    if (!nth_fails())
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails() ? NULL : __libc_realloc(block, size);
}

void *reallocarray(void *block, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(block, bytes);
}

void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *const block = memalign(alignment, size);
    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

/* --- from main() on: what the loader and constructors ask for is none of the program's --- */

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *program, int argc, char **argv, void (*init)(void),
                           void (*fini)(void), void (*loader_fini)(void), void *stack_end);
start_function __libc_start_main; /* NOLINT */

static main_function *real_main;

static int main_that_fails(int argc, char **argv, char **environment)
{
    nth_begin();
    return real_main(argc, argv, environment);
}

int __libc_start_main(main_function *program, int argc, char **argv, /* NOLINT */
                      void (*init)(void), void (*fini)(void), void (*loader_fini)(void),
                      void *stack_end)
{
    start_function *start = NULL;
    *(void **)&start = dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = program;
    return start(main_that_fails, argc, argv, init, fini, loader_fini, stack_end);
}
