/* A second membership beside the one of a test: recalled from what was kept of it, where that one is
 * rebuilt from records. Both must be the same after every step.
 *
 * Whatever differs aborts. Memory: none kept. */
#ifndef YS_TESTS_SUPPORT_MEMBER_TWIN_H
#define YS_TESTS_SUPPORT_MEMBER_TWIN_H

#include "sync/member.h"

/* Abort, with what differs, unless all that can be asked of both has one answer. Numbers of logs are those
 * of a store: of two stores they are not compared. */
void member_twin_same(const struct ys_member *a, const struct ys_member *b, bool one_store);

/* Rebuild `member`, of the unit `self`; recall another one and compare; keep what that one read. */
void member_twin_rebuild(const struct ys_store *store, const struct ys_division *self,
                         struct ys_member *member);

#endif
