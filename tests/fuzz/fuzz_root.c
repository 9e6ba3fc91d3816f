/* Any bytes as a root policy and as a root file: both formats are canonical, so what is accepted is
 * printed byte for byte. */
#include "crypto/assert.h"
#include "proto/root.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_file(struct ys_bytes text)
{
    struct ys_root_chain chain;
    uint8_t room[YS_ROOT_CHAIN_TEXT_MAX];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    if (ys_root_chain_parse(text, &chain, NULL) != YS_OK)
        return;
    YS_ASSERT(chain.count >= 1 && chain.count <= YS_ROOT_CHAIN_MAX);
    ys_root_chain_print(&w, &chain);
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ys_root root;
    struct ys_hash fingerprint;
    struct ys_hash hash;
    uint8_t room[YS_ROOT_TEXT_MAX];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    const struct ys_bytes text = {.data = data, .size = size};
    YS_ASSERT(sodium_init() >= 0);
    memset(&root, 0xff, sizeof root);
    read_file(text);
    if (ys_root_parse(text, &root, NULL) != YS_OK)
        return 0;
    YS_ASSERT(root.threshold >= 1 && root.threshold <= root.count);
    ys_root_print(&w, &root);
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, text));
    ys_root_fingerprint(&root, &fingerprint);
    ys_sha256(text, &hash);
    YS_ASSERT(ys_hash_equal(&fingerprint, &hash));
    return 0;
}
