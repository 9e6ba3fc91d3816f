/* The checks of authored.h, one file a group of kinds, and what they share. Every
 * `where` is a path such as "body.public_notice.meeting_at".
 *
 * Only authored*.c include it. Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_AUTHORED_PART_H
#define YS_PROTO_AUTHORED_PART_H

#include "crypto/err.h"
#include "proto/body.pb-c.h"
#include "proto/division.h"

#include <stdbool.h>
#include <stddef.h>

/* Kinds of its group; YS_OK for all others. */
YS_CHECKED enum ys_code ys_authored_membership(const Yishi__V1__Body *body, struct ys_err *err);
YS_CHECKED enum ys_code ys_authored_topic(const Yishi__V1__Body *body, struct ys_err *err);
YS_CHECKED enum ys_code ys_authored_meeting(const Yishi__V1__Body *body, struct ys_err *err);
YS_CHECKED enum ys_code ys_authored_outcome(const Yishi__V1__Body *body, struct ys_err *err);
YS_CHECKED enum ys_code ys_authored_evaluation(const Yishi__V1__Body *body, struct ys_err *err);
YS_CHECKED enum ys_code ys_authored_oversight(const Yishi__V1__Body *body, struct ys_err *err);

/* The last day is not before the first. Either may be NULL. */
YS_CHECKED enum ys_code ys_authored_span(const Yishi__V1__Date *from, const Yishi__V1__Date *to,
                                         const char *where, struct ys_err *err);
/* What must be there when something else is said: "<where>: is missing: <why>". */
YS_CHECKED enum ys_code ys_authored_need(bool there, const char *where, const char *why,
                                         struct ys_err *err);
/* A division code; of a community when `community`. */
YS_CHECKED enum ys_code ys_authored_division(const char *text, bool community, const char *where,
                                             struct ys_err *err);
/* List of division codes, each once. */
YS_CHECKED enum ys_code ys_authored_communities(char *const *codes, size_t count, const char *where,
                                                struct ys_err *err);
/* A matter number. */
YS_CHECKED enum ys_code ys_authored_matter(const char *text, const char *where, struct ys_err *err);
/* List of matter numbers, each once. */
YS_CHECKED enum ys_code ys_authored_matters(char *const *numbers, size_t count, const char *where,
                                            struct ys_err *err);
/* Element `at` of a list, `field` of which is `value`: not one of those in `seen`, to which it is added.
 * Values are those of an enum of ours. */
YS_CHECKED enum ys_code ys_authored_once(unsigned *seen, int value, const char *where, size_t at,
                                         const char *field, struct ys_err *err);
/* Each kind of party once. */
YS_CHECKED enum ys_code ys_authored_parties(Yishi__V1__PartyCount *const *parties, size_t count,
                                            const char *where, struct ys_err *err);
/* Numbers from 1 that ascend. */
YS_CHECKED enum ys_code ys_authored_items(Yishi__V1__ItemNumber *const *items, size_t count,
                                          const char *where, struct ys_err *err);
/* Form "other" is said in words, and no other is. */
YS_CHECKED enum ys_code ys_authored_form(Yishi__V1__Form form, const char *text, const char *where,
                                         struct ys_err *err);
/* Year from 2000. */
YS_CHECKED enum ys_code ys_authored_year(uint32_t year, const char *where, struct ys_err *err);
/* Has the body a reference of this relation? */
bool ys_authored_refers(const Yishi__V1__Body *body, Yishi__V1__Relation relation);

#endif
