/* Media type of a file, by how its content begins, else by how its name ends.
 *
 * A short table of what committees keep: no parser of foreign files runs for a label
 * that only tells people with what to open them. Threads: any. Memory: none. */
#ifndef YS_NODE_ATTACHMENT_MEDIA_TYPE_H
#define YS_NODE_ATTACHMENT_MEDIA_TYPE_H

#include "crypto/bytes.h"

enum { YS_MEDIA_TYPE_HEAD = 16 }; /* bytes of content that are looked at */

/* "application/octet-stream" when nothing says more. */
const char *ys_media_type(const char *name, struct ys_bytes head);

#endif
