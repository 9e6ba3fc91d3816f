/* Any bytes as the text of a record, as a name and as an id: whatever is accepted is printed as it
 * was read, and nothing depends on what the output held before. */
#include "crypto/assert.h"
#include "proto/record.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_record(struct ys_bytes text)
{
    struct ys_record first;
    struct ys_record second;
    uint8_t room[YS_RECORD_TEXT_MAX];
    struct ys_writer w = {.data = room, .capacity = sizeof room};
    memset(&first, 0x00, sizeof first);
    memset(&second, 0xff, sizeof second);
    const enum ys_code code = ys_record_parse(text, &first, NULL);
    YS_ASSERT(ys_record_parse(text, &second, NULL) == code);
    if (code != YS_OK)
        return;
    ys_record_print(&w, &first);
    YS_ASSERT(!w.overflow);
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, text));
    w.size = 0;
    ys_record_print(&w, &second);
    YS_ASSERT(ys_bytes_equal((struct ys_bytes){.data = room, .size = w.size}, text));
}

static void fuzz_name(struct ys_bytes text)
{
    struct ys_name name;
    struct ys_err err;
    char again[YS_KEY_NAME_MAX + 1];
    if (ys_name_parse(text, &name, &err) != YS_OK)
        return;
    ys_name_print(&name, again);
    YS_ASSERT(ys_bytes_is_text(text, again));
    YS_ASSERT(ys_key_name_valid(text));
}

static void fuzz_id(struct ys_bytes text)
{
    struct ys_hash id;
    char again[YS_RECORD_ID_TEXT_MAX];
    if (ys_record_id_parse(text, &id) != YS_OK)
        return;
    ys_record_id_print(&id, again);
    YS_ASSERT(ys_bytes_is_text(text, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ys_bytes text = {.data = data, .size = size};
    fuzz_record(text);
    fuzz_name(text);
    fuzz_id(text);
    return 0;
}
