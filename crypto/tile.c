#include "crypto/tile.h"

#include "crypto/assert.h"

#include <inttypes.h>
#include <stdio.h>

_Static_assert(YS_TILE_WIDTH == 1 << YS_TILE_HEIGHT, "a tile is a perfect subtree");

struct ys_tile_place ys_tile_locate(unsigned level, uint64_t index)
{
    YS_ASSERT(level < YS_TILE_LEVELS * YS_TILE_HEIGHT);
    const unsigned height = level % YS_TILE_HEIGHT;
    YS_ASSERT(index <= UINT64_MAX >> height);
    const uint64_t bottom = index << height;
    return (struct ys_tile_place){
        .level = level / YS_TILE_HEIGHT,
        .index = bottom / YS_TILE_WIDTH,
        .first = (unsigned)(bottom % YS_TILE_WIDTH),
        .height = height,
    };
}

unsigned ys_tile_width(unsigned level, uint64_t index, uint64_t size)
{
    YS_ASSERT(level < YS_TILE_LEVELS);
    const uint64_t hashes = size >> level * YS_TILE_HEIGHT; /* in the whole row of this level */
    const uint64_t full = hashes / YS_TILE_WIDTH;
    if (index < full)
        return YS_TILE_WIDTH;
    return index == full ? (unsigned)(hashes % YS_TILE_WIDTH) : 0;
}

void ys_tile_fold(const struct ys_hash *hashes, unsigned height, struct ys_hash *root_out)
{
    YS_ASSERT(height <= YS_TILE_HEIGHT);
    if (height == 0) {
        *root_out = hashes[0];
        return;
    }
    struct ys_hash row[YS_TILE_WIDTH / 2];
    unsigned count = 1U << (height - 1);
    for (unsigned i = 0; i < count; i++)
        ys_node_hash(&hashes[(size_t)2 * i], &hashes[(size_t)2 * i + 1], &row[i]);
    for (count /= 2; count > 0; count /= 2) {
        for (unsigned i = 0; i < count; i++)
            ys_node_hash(&row[(size_t)2 * i], &row[(size_t)2 * i + 1], &row[i]);
    }
    *root_out = row[0];
}

void ys_tile_path(int level, uint64_t index, unsigned width, char out[YS_TILE_PATH_MAX])
{
    YS_ASSERT(level < YS_TILE_LEVELS && width >= 1 && width <= YS_TILE_WIDTH);
    unsigned groups[7]; /* of three digits, the last first; 2^64 has seven */
    unsigned count = 0;
    do {
        groups[count++] = (unsigned)(index % 1000);
        index /= 1000;
    } while (index != 0);

    struct ys_writer w = {.data = (uint8_t *)out, .capacity = YS_TILE_PATH_MAX - 1};
    if (level < 0)
        ys_writer_text(&w, "entries");
    else
        ys_writer_decimal(&w, (unsigned)level);
    while (count-- > 0) {
        char group[6];
        snprintf(group, sizeof group, count == 0 ? "/%03u" : "/x%03u", groups[count] % 1000);
        ys_writer_text(&w, group);
    }
    if (width < YS_TILE_WIDTH) {
        ys_writer_text(&w, ".p/");
        ys_writer_decimal(&w, width);
    }
    YS_ASSERT(!w.overflow);
    out[w.size] = '\0';
}
