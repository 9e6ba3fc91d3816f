/* Any bytes as a signed note: what is accepted is put together again from its parts byte for byte,
 * joining its lines gives a note that stays the same when joined again, its text can be signed, and a
 * key gets the same verdict twice and from the joined note. */
#include "crypto/assert.h"
#include "crypto/note.h"

#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ys_signer signer_of(uint8_t type)
{
    static const uint8_t seed[YS_SEED_LEN] = {7};
    struct ys_signer signer;
    YS_ASSERT(sodium_init() >= 0);
    YS_ASSERT(ys_signer_init(&signer, "a.b/k", type, seed) == YS_OK);
    return signer;
}

static void put_together(const struct ys_note *note, struct ys_bytes want)
{
    static uint8_t room[YS_NOTE_MAX];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    ys_writer_bytes(&w, note->text);
    ys_writer_text(&w, "\n");
    for (unsigned i = 0; i < note->line_count; i++) {
        ys_writer_text(&w, "\xe2\x80\x94 ");
        ys_writer_bytes(&w, note->line[i].name);
        ys_writer_text(&w, " ");
        ys_writer_bytes(&w, note->line[i].base64);
        ys_writer_text(&w, "\n");
    }
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, want));
}

/* Join the lines of `note`; the result into `room`, and parsed. */
static struct ys_bytes join(const struct ys_note *note, uint8_t room[YS_NOTE_MAX],
                            struct ys_note *joined)
{
    struct ys_writer w = {.data = room, .capacity = YS_NOTE_MAX};
    YS_ASSERT(ys_note_join(&w, note->text, note->line, note->line_count, NULL) == YS_OK);
    const struct ys_bytes bytes = {.data = room, .size = w.size};
    YS_ASSERT(ys_note_parse(bytes, joined, NULL) == YS_OK);
    return bytes;
}

static void check(const struct ys_note *note, const struct ys_note *joined, uint8_t type)
{
    const struct ys_signer signer = signer_of(type);
    uint64_t first = 1;
    uint64_t second = 2;
    const enum ys_line_verdict verdict = ys_note_check(note, &signer.vkey, &first);
    YS_ASSERT(ys_note_check(note, &signer.vkey, &second) == verdict);
    YS_ASSERT(verdict != YS_LINE_GOOD || first == second);
    YS_ASSERT(ys_note_check(joined, &signer.vkey, NULL) == verdict);
}

/* What the parser took as a text, the signer signs; and the line is good. */
static void sign(struct ys_bytes text)
{
    static uint8_t room[YS_NOTE_MAX];
    static struct ys_note note;
    const struct ys_signer signer = signer_of(YS_SIG_ED25519);
    const struct ys_signer *signers[] = {&signer};
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    if (ys_note_sign(&w, text, signers, 1, 0, NULL) != YS_OK) {
        YS_ASSERT(text.size > YS_NOTE_MAX - 200); /* only for want of room */
        return;
    }
    YS_ASSERT(ys_note_parse((struct ys_bytes){.data = room, .size = w.size}, &note, NULL) == YS_OK);
    YS_ASSERT(ys_bytes_equal(note.text, text));
    YS_ASSERT(ys_note_check(&note, &signer.vkey, NULL) == YS_LINE_GOOD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ys_note note;
    static struct ys_note joined;
    static struct ys_note twice;
    static uint8_t once_room[YS_NOTE_MAX];
    static uint8_t twice_room[YS_NOTE_MAX];
    const struct ys_bytes bytes = {.data = data, .size = size};
    const enum ys_code code = ys_note_parse(bytes, &note, NULL);
    YS_ASSERT(ys_note_parse(bytes, &joined, NULL) == code);
    if (code != YS_OK)
        return 0;
    put_together(&note, bytes);
    const struct ys_bytes once = join(&note, once_room, &joined);
    YS_ASSERT(ys_bytes_equal(join(&joined, twice_room, &twice), once));
    check(&note, &joined, YS_SIG_ED25519);
    check(&note, &joined, YS_SIG_COSIGNATURE_V1);
    sign(note.text);
    return 0;
}
