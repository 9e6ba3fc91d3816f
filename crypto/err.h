/* Result codes of all floors, and the one-line message that goes with a failure.
 *
 * The lowest function that knows the thing fills the message; those above pass
 * it on. The fault of a code decides what a node does with it: LOCAL is logged
 * as an error, PEER is answered and counted and never stops us.
 *
 * Threads: any; nothing is shared. Memory: none allocated. */
#ifndef YS_CRYPTO_ERR_H
#define YS_CRYPTO_ERR_H

#include <stdarg.h>

#define YS_CHECKED                     __attribute__((warn_unused_result))
#define YS_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

/* X(name, whose fault, text). The order is stable: the numbers appear in logs. New ones go last. */
#define YS_CODES(X)                                       \
    X(OK, NONE, "ok")                                     \
    X(NOMEM, LOCAL, "out of memory")                      \
    X(IO, LOCAL, "storage or network error")              \
    X(FULL, LOCAL, "no space left in the store")          \
    X(CORRUPT, LOCAL, "our own store contradicts itself") \
    X(NOT_FOUND, NONE, "not found")                       \
    X(MALFORMED, PEER, "bytes do not follow the format")  \
    X(LIMIT, PEER, "a documented limit was exceeded")     \
    X(BAD_SIG, PEER, "signature does not verify")         \
    X(DENIED, PEER, "not allowed for this key")           \
    X(FORK, PEER, "two signed histories of one log")      \
    X(EXISTS, NONE, "already there")                      \
    X(BUSY, NONE, "in use by another process")            \
    X(VERSION, LOCAL, "written by a newer version")       \
    X(USAGE, NONE, "wrong use of a command")              \
    X(REFUSED, NONE, "a rule refuses this")

enum ys_code {
#define YS_CODE_ENUM(name, fault, text) YS_##name,
    YS_CODES(YS_CODE_ENUM)
#undef YS_CODE_ENUM
};

enum ys_fault { YS_FAULT_NONE, YS_FAULT_LOCAL, YS_FAULT_PEER };

struct ys_err {
    enum ys_code code;
    char msg[240];
};

/* Set `err` (may be NULL) and return `code`, so that a failure is one statement. */
enum ys_code ys_fail(struct ys_err *err, enum ys_code code, const char *format, ...)
    YS_PRINTF(3, 4);
#ifdef __clang_analyzer__
/* The analyzer sees one file at a time; so it learns that the code given is the code returned. */
#define ys_fail(err, code, ...) ((void)ys_fail((err), (code), __VA_ARGS__), (code)) /* NOLINT */
#endif

/* The same for a caller that has its arguments in a list already. */
enum ys_code ys_failv(struct ys_err *err, enum ys_code code, const char *format, va_list args)
    YS_PRINTF(3, 0);

const char *ys_code_name(enum ys_code code); /* "MALFORMED" */
const char *ys_code_text(enum ys_code code); /* "bytes do not follow the format" */
enum ys_fault ys_code_fault(enum ys_code code);

#endif
