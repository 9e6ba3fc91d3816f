/* Assertions about our own mistakes. They stay on in release builds.
 *
 * Bytes from outside are checked, never asserted. */
#ifndef YS_CRYPTO_ASSERT_H
#define YS_CRYPTO_ASSERT_H

#define YS_ASSERT(condition)                                  \
    do {                                                      \
        if (!(condition))                                     \
            ys_assert_failed(__FILE__, __LINE__, #condition); \
    } while (0)

/* Print the place to standard error and abort. */
__attribute__((noreturn, cold)) void ys_assert_failed(const char *file, int line,
                                                      const char *condition);

#endif
