/* Protobuf bytes written by hand, also such as no library would write.
 *
 * Appends to a ys_writer; whoever calls looks at its overflow. */
#ifndef YS_TESTS_SUPPORT_PB_H
#define YS_TESTS_SUPPORT_PB_H

#include "crypto/bytes.h"

void pb_varint(struct ys_writer *w, uint64_t value);
/* Field number and wire type. */
void pb_key(struct ys_writer *w, uint32_t number, unsigned wire_type);
/* A varint field. */
void pb_number(struct ys_writer *w, uint32_t number, uint64_t value);
/* A length-prefixed field: string, bytes or message. */
void pb_bytes(struct ys_writer *w, uint32_t number, struct ys_bytes bytes);
void pb_text(struct ys_writer *w, uint32_t number, const char *text);
/* What was written so far. */
struct ys_bytes pb_written(const struct ys_writer *w);

#endif
