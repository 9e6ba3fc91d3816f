/* Any bytes as a fork proof: what is accepted is printed as it was read, and gets the same verdict
 * twice; one that convinces has heads in order, of one log, and a prefix that is not head A. */
#include "crypto/assert.h"
#include "crypto/fork.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_again(const struct ys_fork_proof *fork, struct ys_bytes want)
{
    static uint8_t room[YS_FORK_PROOF_MAX];
    char deployment[YS_KEY_NAME_MAX + 1] = "";
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    struct ys_bytes rest = want;
    struct ys_bytes line;
    YS_ASSERT(ys_bytes_take_line(&rest, &line));
    const size_t end = strlen("/fork-proof/v1");
    YS_ASSERT(line.size > end && line.size - end <= YS_KEY_NAME_MAX);
    memcpy(deployment, line.data, line.size - end);
    YS_ASSERT(ys_fork_print(&w, deployment, fork, NULL) == YS_OK);
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, want));
}

static void judge(const struct ys_fork_proof *fork)
{
    static const uint8_t seed[YS_SEED_LEN] = {7};
    struct ys_signer signer;
    struct ys_checkpoint a;
    struct ys_checkpoint b;
    YS_ASSERT(sodium_init() >= 0);
    YS_ASSERT(ys_signer_init(&signer, "a.b/110101001001/1", YS_SIG_ED25519, seed) == YS_OK);
    const enum ys_code code = ys_fork_check(fork, &signer.vkey, &a, &b, NULL);
    YS_ASSERT(ys_fork_check(fork, &signer.vkey, &a, &b, NULL) == code);
    if (code != YS_OK)
        return;
    YS_ASSERT(a.size <= b.size && strcmp(a.origin, b.origin) == 0);
    YS_ASSERT(!ys_hash_equal(&a.root, &fork->prefix_root));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ys_fork_proof fork;
    static struct ys_fork_proof again;
    const struct ys_bytes bytes = {.data = data, .size = size};
    const enum ys_code code = ys_fork_parse(bytes, &fork, NULL);
    YS_ASSERT(ys_fork_parse(bytes, &again, NULL) == code);
    if (code != YS_OK)
        return 0;
    print_again(&fork, bytes);
    judge(&fork);
    return 0;
}
