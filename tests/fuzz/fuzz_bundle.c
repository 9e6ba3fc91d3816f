/* Any bytes as a proof bundle: what is accepted is printed as it was read. */
#include "crypto/assert.h"
#include "crypto/base64.h"
#include "crypto/bundle.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_again(const struct ys_bundle *bundle, struct ys_bytes want)
{
    uint8_t *extra = malloc(want.size);
    uint8_t *room = malloc(want.size);
    size_t extra_size = 0;
    YS_ASSERT(extra != NULL && room != NULL);
    struct ys_writer w = {.data = room, .capacity = want.size};
    YS_ASSERT(ys_base64_decode(bundle->extra_base64, extra, want.size, &extra_size) == YS_OK);
    YS_ASSERT(ys_bundle_print(&w, (struct ys_bytes){.data = extra, .size = extra_size},
                              bundle->index, &bundle->proof, bundle->checkpoint, NULL) == YS_OK);
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, want));
    free(extra);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ys_bundle bundle;
    static struct ys_bundle again;
    const struct ys_bytes bytes = {.data = data, .size = size};
    const enum ys_code code = ys_bundle_parse(bytes, &bundle, NULL);
    YS_ASSERT(ys_bundle_parse(bytes, &again, NULL) == code);
    if (code != YS_OK)
        return 0;
    print_again(&bundle, bytes);
    return 0;
}
