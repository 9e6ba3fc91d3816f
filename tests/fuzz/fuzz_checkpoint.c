/* Any bytes as the text of a checkpoint and as a signed one: what is accepted is printed as it was
 * read, and opens for the key that signed it. */
#include "crypto/assert.h"
#include "crypto/checkpoint.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_round_trip(struct ys_bytes text)
{
    struct ys_checkpoint checkpoint;
    struct ys_checkpoint again;
    uint8_t room[YS_CHECKPOINT_TEXT_MAX];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    const enum ys_code code = ys_checkpoint_parse(text, &checkpoint, NULL);
    YS_ASSERT(ys_checkpoint_parse(text, &again, NULL) == code);
    if (code != YS_OK)
        return;
    ys_checkpoint_print(&w, &checkpoint);
    YS_ASSERT(!w.overflow);
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, text));
}

/* Sign what was read with a key of the origin's name, and open it again. */
static void sign_and_open(const struct ys_checkpoint *checkpoint)
{
    static const uint8_t seed[YS_SEED_LEN] = {7};
    static struct ys_note note;
    struct ys_signer signer;
    struct ys_checkpoint again;
    uint8_t room[1024];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    YS_ASSERT(sodium_init() >= 0);
    YS_ASSERT(ys_signer_init(&signer, checkpoint->origin, YS_SIG_ED25519, seed) == YS_OK);
    YS_ASSERT(ys_checkpoint_sign(&w, checkpoint, &signer, NULL) == YS_OK);
    YS_ASSERT(ys_checkpoint_open((struct ys_bytes){.data = room, .size = w.size}, &signer.vkey,
                                 &again, &note, NULL) == YS_OK);
    YS_ASSERT(again.size == checkpoint->size && ys_hash_equal(&again.root, &checkpoint->root));
}

static void open_with_fixed_key(struct ys_bytes bytes)
{
    static const uint8_t seed[YS_SEED_LEN] = {7};
    static struct ys_note note;
    struct ys_signer signer;
    struct ys_checkpoint checkpoint;
    YS_ASSERT(sodium_init() >= 0);
    YS_ASSERT(ys_signer_init(&signer, "a.b/110101001001/1", YS_SIG_ED25519, seed) == YS_OK);
    const enum ys_code code = ys_checkpoint_open(bytes, &signer.vkey, &checkpoint, &note, NULL);
    YS_ASSERT(ys_checkpoint_open(bytes, &signer.vkey, &checkpoint, &note, NULL) == code);
    if (code != YS_OK)
        return;
    YS_ASSERT(strcmp(checkpoint.origin, "a.b/110101001001/1") == 0);
    YS_ASSERT(ys_note_check(&note, &signer.vkey, NULL) == YS_LINE_GOOD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ys_note note;
    struct ys_checkpoint checkpoint;
    const struct ys_bytes bytes = {.data = data, .size = size};
    text_round_trip(bytes);
    open_with_fixed_key(bytes);
    if (ys_note_parse(bytes, &note, NULL) != YS_OK)
        return 0;
    text_round_trip(note.text);
    if (ys_checkpoint_parse(note.text, &checkpoint, NULL) == YS_OK)
        sign_and_open(&checkpoint);
    return 0;
}
