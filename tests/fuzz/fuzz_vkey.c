/* Any bytes as a verifier key: what is accepted is printed as it was read and is made again from its
 * parts. */
#include "crypto/assert.h"
#include "crypto/key.h"

#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ys_vkey key;
    struct ys_vkey made;
    char again[YS_VKEY_TEXT_MAX];
    const struct ys_bytes text = {.data = data, .size = size};
    YS_ASSERT(sodium_init() >= 0);
    const enum ys_code code = ys_vkey_parse(text, &key);
    YS_ASSERT(ys_vkey_parse(text, &made) == code);
    if (code != YS_OK)
        return 0;
    ys_vkey_print(&key, again);
    YS_ASSERT(ys_bytes_is_text(text, again));
    YS_ASSERT(ys_vkey_make(key.name, key.type, key.key, &made) == YS_OK);
    YS_ASSERT(ys_vkey_equal(&key, &made));
    YS_ASSERT(ys_pubkey_check(key.key) == YS_OK);
    return 0;
}
