/* The logbook of a home: who opened, erased or gave out what, and why (网络安全法 23: kept for
 * 180 days at least; nothing here ever removes a line).
 *
 *     HOME/logbook        one JSON object a line: time, user, action, what it was about,
 *                         purpose, and the SHA-256 of the line before
 *     HOME/logbook.last   number and hash of the last line, so that a cut end is noticed
 *
 * A line is on the disk before the thing is done. It names records and commitments, never what is
 * sealed. It finds who changes it by hand, not who rewrites all of it: for that its last hash is to be
 * kept elsewhere. Threads: main; several processes may write. Memory: jansson's. */
#ifndef YS_NODE_VAULT_LOGBOOK_H
#define YS_NODE_VAULT_LOGBOOK_H

#include "crypto/hash.h"
#include "node/home.h"

#include <jansson.h>

/* What an entry is about; NULL for what it has not. Texts of people (purpose, recipient) must hold no number of
 * a person (proto/personal.h): YS_REFUSED. */
struct ys_logbook_entry {
    const char *action; /* "seal", "unseal", "open_commitment", "find", "erase", ... */
    const char *record; /* record id in hex, or number of a draft */
    const char *slot;
    const struct ys_hash *commitment;
    const char *purpose;
    const char *recipient;
};
YS_CHECKED enum ys_code ys_logbook_add(const struct ys_home *home,
                                       const struct ys_logbook_entry *entry, struct ys_err *err);

struct ys_logbook_state {
    uint64_t lines;
    struct ys_hash last; /* of the last line; zeros when there is none */
};
/* Follow the chain from the first line. YS_CORRUPT with the line when it is broken or its end is cut; no
 * logbook at all is a good one without lines. */
YS_CHECKED enum ys_code ys_logbook_check(const struct ys_home *home, struct ys_logbook_state *out,
                                         struct ys_err *err);

#endif
