/* Posters: the notice of article 10, which names those who take part in the community, and what is made public of a
 * result. The names are merged here, on their way to paper; a record has kinds and counts only.
 *
 * Threads: main. Memory: the caller's stream. */
#ifndef YS_NODE_PAPER_POSTER_H
#define YS_NODE_PAPER_POSTER_H

#include "node/paper/name_list.h"
#include "proto/body.pb-c.h"

#include <stdio.h>

struct ys_poster {
    const char *unit;                              /* name of the community */
    const char *title;                             /* of the matter; "" when it is not known */
    const char *matter;                            /* its number */
    const char *record;                            /* record id in hex */
    const Yishi__V1__EvaluationResult *evaluation; /* that a publication is about; NULL for none */
};

/* Prints names of persons who agreed, and how many have not. */
void ys_poster_notice(FILE *out, const struct ys_poster *poster,
                      const Yishi__V1__PublicNotice *notice, const struct ys_name_list *names);
void ys_poster_publication(FILE *out, const struct ys_poster *poster,
                           const Yishi__V1__FeedbackPublication *publication);

#endif
