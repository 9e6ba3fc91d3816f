/* What the fields and values of records are called in Chinese: for templates, help,
 * the handbook and whoever shows a record to people. English are the names themselves.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_NODE_LABEL_H
#define YS_NODE_LABEL_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* NULL when there is none; a test sees that every field of every kind has one. */
const char *ys_label_field(const ProtobufCMessageDescriptor *message, const char *field);
/* The same for a value of an enum, but for the unspecified one. */
const char *ys_label_value(const ProtobufCEnumValue *value);
/* "" for a number that has none. */
const char *ys_label_number(const ProtobufCEnumDescriptor *type, int number);
/* What people are shown for a word of the type (proto/enum_word.h): the word itself unless they read Chinese
 * (node/lang.h) and it has a name. "" for NULL. */
const char *ys_label_word(const ProtobufCEnumDescriptor *type, const char *word);

#endif
