#include "node/export_tiles.h"

#include "crypto/assert.h"
#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "node/file.h"
#include "node/lang.h"
#include "sync/heads.h"
#include "sync/tiles.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LENGTH_BYTES = 2 };

static enum ys_code join_path(char out[PATH_MAX], const char *folder, const char *name,
                              struct ys_err *err)
{
    const int length = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    return length < 0 || length >= PATH_MAX ? ys_fail(err, YS_LIMIT, _("%s: path too long"), folder)
                                            : YS_OK;
}

/* Make every folder on the way to a file. */
static enum ys_code make_parents(char path[PATH_MAX], struct ys_err *err)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
        const int why = errno;
        if (!made)
            return ys_fail(err, YS_IO, "%s: %s", path, strerror(why));
        *slash = '/';
    }
    return YS_OK;
}

static enum ys_code write_file(const char *folder, const char *name, struct ys_bytes bytes,
                               struct ys_err *err)
{
    char path[PATH_MAX];
    enum ys_code code = join_path(path, folder, name, err);
    if (code == YS_OK)
        code = make_parents(path, err);
    return code != YS_OK ? code : ys_file_write(path, 0644, bytes, err);
}

/* --- parts --- */

static enum ys_code export_tile(const struct ys_export_tiles_options *options, uint32_t log_id,
                                unsigned level, uint64_t index, unsigned width, struct ys_err *err)
{
    char name[YS_TILE_PATH_MAX + 8];
    char tile[YS_TILE_PATH_MAX];
    uint8_t hashes[YS_TILE_WIDTH * YS_HASH_LEN];
    struct ys_bytes stored;
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(options->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_tile_load(txn, log_id, level, index, &stored, err);
    const size_t size = width * (size_t)YS_HASH_LEN;
    if (code == YS_NOT_FOUND || (code == YS_OK && stored.size < size))
        return ys_fail(err, YS_CORRUPT,
                       _("log %s: tile %u/%llu is not complete; run 'yishi verify'"),
                       options->origin, level, (unsigned long long)index);
    if (code != YS_OK)
        return code;
    memcpy(hashes, stored.data, size);
    ys_txn_abort(&txn);
    ys_tile_path((int)level, index, width, tile);
    snprintf(name, sizeof name, "tile/%s", tile);
    return write_file(options->folder, name, (struct ys_bytes){hashes, size}, err);
}

/* One file of up to 256 entries, each behind its length. */
static enum ys_code read_bundle(const struct ys_export_tiles_options *options, uint32_t log_id,
                                uint64_t index, unsigned width, struct ys_writer *out,
                                struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(options->store, false, &txn, err);
    for (unsigned i = 0; i < width && code == YS_OK; i++) {
        struct ys_entry entry;
        uint8_t length[LENGTH_BYTES];
        code = ys_log_entry(txn, log_id, index * YS_TILE_WIDTH + i, &entry, err);
        if (code == YS_NOT_FOUND)
            return ys_fail(err, YS_CORRUPT, _("log %s: entry %llu is missing; run 'yishi verify'"),
                           options->origin, (unsigned long long)(index * YS_TILE_WIDTH + i));
        if (code != YS_OK)
            break;
        length[0] = (uint8_t)(entry.note.size >> 8);
        length[1] = (uint8_t)(entry.note.size & 0xff);
        ys_writer_bytes(out, (struct ys_bytes){length, sizeof length});
        ys_writer_bytes(out, entry.note);
    }
    return code;
}

static enum ys_code export_entries(const struct ys_export_tiles_options *options, uint32_t log_id,
                                   uint64_t index, unsigned width, struct ys_err *err)
{
    char name[YS_TILE_PATH_MAX + 8];
    char tile[YS_TILE_PATH_MAX];
    struct ys_writer out = {.capacity =
                                (size_t)YS_TILE_WIDTH * (YS_RECORD_NOTE_MAX + LENGTH_BYTES)};
    if ((out.data = malloc(out.capacity)) == NULL)
        return ys_fail(err, YS_NOMEM, _("export: out of memory"));
    enum ys_code code = read_bundle(options, log_id, index, width, &out, err);
    YS_ASSERT(!out.overflow);
    ys_tile_path(-1, index, width, tile);
    snprintf(name, sizeof name, "tile/%s", tile);
    if (code == YS_OK)
        code = write_file(options->folder, name, (struct ys_bytes){out.data, out.size}, err);
    free(out.data);
    return code;
}

static void tell(const struct ys_export_tiles_options *options, uint64_t done, uint64_t total)
{
    if (options->progress != NULL)
        options->progress(options->context, done, total);
}

static enum ys_code export_tree(const struct ys_export_tiles_options *options, uint32_t log_id,
                                uint64_t size, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (unsigned level = 0; level < YS_TILE_LEVELS && code == YS_OK; level++) {
        for (uint64_t index = 0; code == YS_OK; index++) {
            const unsigned width = ys_tile_width(level, index, size);
            if (width == 0)
                break;
            code = export_tile(options, log_id, level, index, width, err);
            if (level != 0 || code != YS_OK)
                continue;
            code = export_entries(options, log_id, index, width, err);
            tell(options, index * YS_TILE_WIDTH + width, size);
        }
    }
    return code;
}

/* --- the whole --- */

/* The folder may hold an earlier export of the same log, and of no other. */
static enum ys_code check_folder(const struct ys_export_tiles_options *options, struct ys_err *err)
{
    char path[PATH_MAX];
    uint8_t old[YS_HEAD_MAX];
    size_t size = 0;
    struct ys_note note;
    struct ys_checkpoint checkpoint;
    enum ys_code code = join_path(path, options->folder, "checkpoint", err);
    if (code == YS_OK)
        code = ys_file_read(path, 0, old, sizeof old, &size, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    if (code != YS_OK)
        return code;
    if (ys_note_parse((struct ys_bytes){old, size}, &note, NULL) != YS_OK ||
        ys_checkpoint_parse(note.text, &checkpoint, NULL) != YS_OK ||
        strcmp(checkpoint.origin, options->origin) != 0)
        return ys_fail(err, YS_EXISTS, _("%s: holds something else than an export of %s"),
                       options->folder, options->origin);
    return YS_OK;
}

static enum ys_code load_head(const struct ys_export_tiles_options *options, uint32_t *log_id,
                              uint64_t *size, uint8_t note[YS_HEAD_MAX], size_t *note_size,
                              struct ys_err *err)
{
    struct ys_log log;
    struct ys_bytes head;
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(options->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_log_find(txn, options->origin, &log, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND, _("log %s is not held here"), options->origin);
    if (code == YS_OK)
        code = ys_head_at_most(txn, log.id, log.frontier.size, size, &head, err);
    if (code == YS_NOT_FOUND)
        return ys_fail(err, YS_NOT_FOUND, _("log %s has no signed head yet"), options->origin);
    if (code != YS_OK)
        return code;
    YS_ASSERT(head.size <= YS_HEAD_MAX);
    memcpy(note, head.data, head.size);
    *note_size = head.size;
    *log_id = log.id;
    return YS_OK;
}

enum ys_code ys_export_tiles(const struct ys_export_tiles_options *options, uint64_t *size_out,
                             struct ys_err *err)
{
    uint8_t note[YS_HEAD_MAX];
    size_t note_size = 0;
    uint32_t log_id = 0;
    uint64_t size = 0;
    enum ys_code code = load_head(options, &log_id, &size, note, &note_size, err);
    if (code == YS_OK)
        code = check_folder(options, err);
    if (code == YS_OK)
        code = export_tree(options, log_id, size, err);
    if (code == YS_OK)
        code = write_file(options->folder, "checkpoint", (struct ys_bytes){note, note_size}, err);
    if (code == YS_OK)
        *size_out = size;
    return code;
}
