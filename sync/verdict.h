/* What the signatures of one entry are worth: a pure function of the entry, its
 * place and the membership.
 *
 * A bad record is stored and flagged, never refused. Threads: any that may read
 * the membership. Memory: a capped arena for the body. */
#ifndef YS_SYNC_VERDICT_H
#define YS_SYNC_VERDICT_H

#include "proto/body.h"
#include "sync/member.h"
#include "sync/status.h"

/* `why` (may be NULL) gets the reason for anything but OK. A kind that the node writes needs a line of
 * the log's key, valid at its index, under the origin's name; on any other kind such a line helps
 * nothing. An unknown kind is OK when at least one
 * registered body of the unit signed it and no known key's line is bad. UNCHECKED when there was no memory
 * to find out. */
enum ys_verdict ys_judge(const struct ys_member *member, const struct ys_name *origin,
                         uint64_t index, const struct ys_entry *entry, struct ys_err *why);

/* The same, and the body that was read for it, in `arena`, whose limit is YS_BODY_ARENA_MAX and in which nothing
 * is yet. NULL unless the verdict is OK, the body here and its kind known. */
enum ys_verdict ys_judge_body(const struct ys_member *member, const struct ys_name *origin,
                              uint64_t index, const struct ys_entry *entry, struct ys_arena *arena,
                              const Yishi__V1__Body **body_out, struct ys_err *why);

/* Are all signatures that its kind requires there, from keys valid at (origin, index)? As ys_judge,
 * without a look at the body; `signed_out` (may be NULL) is the mask of body classes with a good
 * line. */
enum ys_verdict ys_judge_note(const struct ys_member *member, const struct ys_name *origin,
                              uint64_t index, const struct ys_note *note,
                              const struct ys_record *record, unsigned *signed_out,
                              struct ys_err *why);

#endif
