/* R-G-06 over a body: every number in its texts that looks like a person's, and what the author says of it
 * (Body.not_personal). In a correction the new state counts, with its own exemptions.
 *
 * An exemption is of one number at one place of one text, with a reason; it covers nothing else.
 * Threads: any. Memory: an arena of its own, cleared before return. */
#ifndef YS_PROTO_EXEMPTION_H
#define YS_PROTO_EXEMPTION_H

#include "proto/body.pb-c.h"
#include "proto/personal.h"

/* `exempt` is what the author says of it, NULL when nothing. */
struct ys_exemption_seer {
    enum ys_code (*see)(void *context, const char *path, const struct ys_personal_hit *hit,
                        const Yishi__V1__NotPersonal *exempt, struct ys_err *err);
    void *context;
};

/* All of the body alone. Ends with the first code that is not YS_OK. */
YS_CHECKED enum ys_code ys_exemption_scan(const Yishi__V1__Body *body, const char *where,
                                          const struct ys_exemption_seer *seer, struct ys_err *err);
/* The same, and of the body that a correction puts in its place, under "body.correction.replacement". */
YS_CHECKED enum ys_code ys_exemption_scan_all(const Yishi__V1__Body *body,
                                              const struct ys_exemption_seer *seer,
                                              struct ys_err *err);

/* Before it is signed. YS_REFUSED for a number that is not exempted, with its path and place and never
 * itself; YS_MALFORMED for an exemption that stands twice or covers nothing. */
YS_CHECKED enum ys_code ys_exemption_check(const Yishi__V1__Body *body, struct ys_err *err);

#endif
