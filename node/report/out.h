/* Where a writer's bytes go: a file, a hash, or both. The first failure stays.
 *
 * Threads: one an output. Memory: none allocated. */
#ifndef YS_NODE_REPORT_OUT_H
#define YS_NODE_REPORT_OUT_H

#include "crypto/bytes.h"
#include "crypto/err.h"
#include "crypto/hash.h"

#include <stdio.h>

/* Begins with zeros and one of the two. */
struct ys_report_out {
    FILE *file;
    struct ys_sha256 *hash;
    const char *path; /* for messages */
    bool failed;
    int why; /* errno */
};

void ys_out_bytes(struct ys_report_out *out, struct ys_bytes bytes);
void ys_out_text(struct ys_report_out *out, const char *text);
void ys_out_number(struct ys_report_out *out, int64_t value);
/* A JSON string with its quotes, as RFC 8785 writes it: only what must be is escaped. Bytes that are no
 * UTF-8 become U+FFFD. */
void ys_out_json(struct ys_report_out *out, struct ys_bytes text);
/* Text of HTML and of attributes. Control characters are left out. */
void ys_out_html(struct ys_report_out *out, struct ys_bytes text);
/* YS_IO or YS_FULL if anything did not get through. */
YS_CHECKED enum ys_code ys_out_end(struct ys_report_out *out, struct ys_err *err);

/* Bytes of the next character of UTF-8, 1 to 4; 0 when it is none. */
size_t ys_out_character(struct ys_bytes text);

#endif
