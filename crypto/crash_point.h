/* Places between two steps whose order matters (what is committed before it is
 * said): a test ends the process at each, and looks at what is left.
 *
 * Nothing in the program. A test compiles the files that have such places once more
 * with YS_CRASH_POINTS defined, and brings the function itself (tests/crash). */
#ifndef YS_CRYPTO_CRASH_POINT_H
#define YS_CRYPTO_CRASH_POINT_H

#ifdef YS_CRASH_POINTS
void ys_crash_point(const char *name);
#define YS_CRASH_POINT(name) ys_crash_point(name)
#else
#define YS_CRASH_POINT(name) ((void)0)
#endif

#endif
