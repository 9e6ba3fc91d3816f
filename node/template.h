/* What can be filled in for a kind: a draft in which every field stands, with a line
 * before it that says what it is (sheet.h reads it), and the kinds as a list.
 *
 * All of it follows from the kind table, the field table and the schemas. Threads:
 * main. Memory: the caller's stream. */
#ifndef YS_NODE_TEMPLATE_H
#define YS_NODE_TEMPLATE_H

#include "proto/kind.h"

#include <protobuf-c/protobuf-c.h>
#include <stdio.h>

/* Fields that may be left out stand behind slashes. What must be filled in is empty, so that nothing is
 * signed by mistake. */
void ys_template_print(FILE *out, const struct ys_kind *kind, bool chinese);
/* "rc and po; may: sc": who signs. */
void ys_template_signers(const struct ys_kind *kind, char *out, size_t size, bool chinese);
/* "public_service": a value as JSON has it. */
void ys_template_value(const ProtobufCEnumDescriptor *type, const ProtobufCEnumValue *value,
                       char *out, size_t size);

#endif
