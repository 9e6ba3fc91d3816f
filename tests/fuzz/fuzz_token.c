/* Any bytes as a token, and as the inside of one with a good checksum: what is accepted prints to the
 * same text, and names a unit that can be invited. */
#include "crypto/assert.h"
#include "crypto/base64.h"
#include "proto/token.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void token_holds(struct ys_bytes text)
{
    struct ys_token token;
    struct ys_division parent;
    uint8_t room[YS_TOKEN_TEXT_MAX];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    if (ys_token_parse(text, &token, NULL) != YS_OK)
        return;
    YS_ASSERT(ys_division_parent(&token.division, &parent));
    YS_ASSERT(ys_invite_id_valid(ys_bytes_of_text(token.id)));
    YS_ASSERT(ys_token_print(&token, &w) == YS_OK);
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { INSIDE_MAX = 600 };
    static const char prefix[] = "yishi1-";
    uint8_t inside[INSIDE_MAX + 4];
    char text[sizeof prefix +
              sodium_base64_ENCODED_LEN(sizeof inside, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    struct ys_hash hash;
    YS_ASSERT(sodium_init() >= 0);
    token_holds((struct ys_bytes){.data = data, .size = size});
    if (size > INSIDE_MAX)
        return 0;
    if (size > 0)
        memcpy(inside, data, size);
    ys_sha256((struct ys_bytes){.data = inside, .size = size}, &hash);
    memcpy(inside + size, hash.bytes, 4);
    memcpy(text, prefix, sizeof prefix - 1);
    sodium_bin2base64(text + sizeof prefix - 1, sizeof text - (sizeof prefix - 1), inside, size + 4,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    token_holds(ys_bytes_of_text(text));
    return 0;
}
