/* A log as static files, in the layout of c2sp.org/tlog-tiles, for any C2SP client:
 *
 *     checkpoint                      the newest signed head that the disk covers
 *     tile/<L>/<N>[.p/<W>]            hashes
 *     tile/entries/<N>[.p/<W>]        u16 length and note, 256 to a file
 *
 * Notes only, never bodies. The checkpoint is written last, so that a folder with
 * one is complete. Threads: any. Memory: one bundle at a time. */
#ifndef YS_NODE_EXPORT_TILES_H
#define YS_NODE_EXPORT_TILES_H

#include "sync/log.h"

struct ys_export_tiles_options {
    const struct ys_store *store;
    const char *origin; /* of the log */
    const char
        *folder; /* made when it is missing; files of an earlier export of this log are replaced */
    /* Called now and then; may be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
};

/* `size_out` is the size of the exported tree. YS_NOT_FOUND when the log is not held or has no signed
 * head. YS_EXISTS when the folder holds the export of another log. Opens a read transaction for each
 * bundle, so that a long export does not make the store grow. */
YS_CHECKED enum ys_code ys_export_tiles(const struct ys_export_tiles_options *options,
                                        uint64_t *size_out, struct ys_err *err);

#endif
