/* Geometry of Merkle tiles of 256 hashes, as c2sp.org/tlog-tiles lays them out.
 *
 * Hash i of tile n at tile level L is the root of the perfect subtree of 256^L
 * leaves that starts at leaf (n*256 + i) * 256^L. The hashes inside a tile are
 * recomputed from its bottom row. Storage is somebody else's.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_CRYPTO_TILE_H
#define YS_CRYPTO_TILE_H

#include "crypto/err.h"
#include "crypto/hash.h"

enum { YS_TILE_WIDTH = 256, YS_TILE_HEIGHT = 8, YS_TILE_LEVELS = 8 };

/* Where the root of the perfect subtree (level, index) of proof.h is found: in the tile (level,
 * index) as the root of `1 << height` hashes of its bottom row from `first` on. */
struct ys_tile_place {
    unsigned level; /* tile level, 0 to YS_TILE_LEVELS - 1 */
    uint64_t index; /* tile number at that level */
    unsigned first; /* first hash in the tile's bottom row */
    /* 0 to YS_TILE_HEIGHT - 1: the subtree spans 2^height hashes of the bottom row */
    unsigned height;
};
struct ys_tile_place ys_tile_locate(unsigned level, uint64_t index);

/* Hashes that the tile (level, index) holds in a tree of `size` leaves: 0 to 256. */
unsigned ys_tile_width(unsigned level, uint64_t index, uint64_t size);

/* Root of the perfect tree over hashes[0 .. 1 << height). height 0 to 8. */
void ys_tile_fold(const struct ys_hash *hashes, unsigned height, struct ys_hash *root_out);

/* Path of a tile below `tile/`, as tlog-tiles writes it: "0/x001/234", with ".p/<width>" when
 * width < 256. Level < 0 gives the entry bundle path "entries/...". `out` holds at least
 * YS_TILE_PATH_MAX bytes and is terminated. */
enum { YS_TILE_PATH_MAX = 64 };
void ys_tile_path(int level, uint64_t index, unsigned width, char out[YS_TILE_PATH_MAX]);

#endif
