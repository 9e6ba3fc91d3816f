#include "tests/support/pb.h"

static void byte(struct ys_writer *w, uint8_t value)
{
    ys_writer_bytes(w, (struct ys_bytes){.data = &value, .size = 1});
}

void pb_varint(struct ys_writer *w, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        byte(w, (uint8_t)(value | 0x80));
    byte(w, (uint8_t)value);
}

void pb_key(struct ys_writer *w, uint32_t number, unsigned wire_type)
{
    pb_varint(w, (uint64_t)number << 3 | wire_type);
}

void pb_number(struct ys_writer *w, uint32_t number, uint64_t value)
{
    pb_key(w, number, 0);
    pb_varint(w, value);
}

void pb_bytes(struct ys_writer *w, uint32_t number, struct ys_bytes bytes)
{
    pb_key(w, number, 2);
    pb_varint(w, bytes.size);
    ys_writer_bytes(w, bytes);
}

void pb_text(struct ys_writer *w, uint32_t number, const char *text)
{
    pb_bytes(w, number, ys_bytes_of_text(text));
}

struct ys_bytes pb_written(const struct ys_writer *w)
{
    return (struct ys_bytes){.data = w->data, .size = w->size};
}
