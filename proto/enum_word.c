#include "proto/enum_word.h"

#include "crypto/assert.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Length of the prefix that protobuf's style puts before each value: PartyKind gives PARTY_KIND_. */
static size_t prefix_length(const ProtobufCEnumDescriptor *type)
{
    size_t length = 1;
    for (const char *c = type->short_name; *c != '\0'; c++)
        length += *c >= 'A' && *c <= 'Z' && c != type->short_name ? 2 : 1;
    return length;
}

void ys_enum_word(const ProtobufCEnumDescriptor *type, const ProtobufCEnumValue *value,
                  char out[YS_ENUM_WORD_MAX])
{
    const size_t prefix = prefix_length(type);
    const size_t length = strlen(value->name);
    YS_ASSERT(length > prefix && length - prefix < YS_ENUM_WORD_MAX);
    for (size_t i = 0; i <= length - prefix; i++)
        out[i] = lower(value->name[prefix + i]);
}

const ProtobufCEnumValue *ys_enum_find(const ProtobufCEnumDescriptor *type, struct ys_bytes word)
{
    char candidate[YS_ENUM_WORD_MAX];
    for (unsigned i = 0; i < type->n_values; i++) {
        ys_enum_word(type, &type->values[i], candidate);
        if (ys_bytes_is_text(word, candidate))
            return &type->values[i];
    }
    return NULL;
}
