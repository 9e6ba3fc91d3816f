/* A file on its way from another node: appended to as pieces come, hashed at the same time. */
#include "crypto/assert.h"
#include "sync/blob_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct ys_blob_part {
    struct ys_blobs *blobs;
    struct ys_hash hash;
    char name[YS_BLOB_NAME_LEN + 1];
    uint64_t size, offset;
    struct ys_sha256 state;
    int fd;
};

/* Open and alone with it. */
static enum ys_code take_file(struct ys_blob_part *part, struct ys_err *err)
{
    struct stat info;
    part->fd = openat(part->blobs->partial, part->name,
                      O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (part->fd < 0)
        return ys_blob_fail(part->blobs, part->name, err);
    if (flock(part->fd, LOCK_EX | LOCK_NB) != 0)
        return ys_fail(err, YS_BUSY, "%s: another process has it under way", part->name);
    if (fstat(part->fd, &info) != 0 || !S_ISREG(info.st_mode))
        return ys_fail(err, YS_IO, "%s: %s: is no file", part->blobs->path, part->name);
    return YS_OK;
}

static enum ys_code begin_again(struct ys_blob_part *part, struct ys_err *err)
{
    ys_sha256_init(&part->state);
    part->offset = 0;
    return ftruncate(part->fd, 0) == 0 && lseek(part->fd, 0, SEEK_SET) == 0
               ? YS_OK
               : ys_blob_fail(part->blobs, part->name, err);
}

enum ys_code ys_blob_part_open(struct ys_blobs *blobs, const struct ys_hash *hash, uint64_t size,
                               struct ys_blob_part **out, struct ys_err *err)
{
    uint64_t there = 0;
    if (ys_blobs_size(blobs, hash, &there, NULL) == YS_OK)
        return YS_EXISTS;
    struct ys_blob_part *const part = calloc(1, sizeof *part);
    if (part == NULL)
        return ys_fail(err, YS_NOMEM, "attachments: out of memory");
    *part = (struct ys_blob_part){.blobs = blobs, .hash = *hash, .size = size, .fd = -1};
    ys_blob_name(hash, part->name);
    enum ys_code code = ys_blob_room(blobs, part->name, size, err);
    if (code == YS_OK)
        code = take_file(part, err);
    if (code == YS_OK)
        code = ys_blob_hash_fd(blobs, part->fd, &part->state, &part->offset, err);
    if (code == YS_OK && part->offset > size)
        code = begin_again(part, err);
    if (code != YS_OK) {
        ys_blob_part_close(part);
        return code == YS_NOT_FOUND ? YS_IO : code;
    }
    *out = part;
    return YS_OK;
}

void ys_blob_part_close(struct ys_blob_part *part)
{
    if (part == NULL)
        return;
    ys_blob_close_fd(&part->fd);
    free(part);
}

uint64_t ys_blob_part_offset(const struct ys_blob_part *part)
{
    return part->offset;
}

enum ys_code ys_blob_part_write(struct ys_blob_part *part, uint64_t offset, struct ys_bytes bytes,
                                struct ys_err *err)
{
    if (offset != part->offset || bytes.size > part->size - part->offset)
        return ys_fail(err, YS_MALFORMED, "attachment %s: bytes at %llu, where %llu of %llu are",
                       part->name, (unsigned long long)offset, (unsigned long long)part->offset,
                       (unsigned long long)part->size);
    const enum ys_code code = ys_blob_write_all(part->blobs, part->fd, bytes, err);
    if (code != YS_OK) {
        /* Part of it may be there: it stands at the end of what was hashed again. */
        if (ftruncate(part->fd, (off_t)part->offset) == 0)
            (void)lseek(part->fd, (off_t)part->offset, SEEK_SET);
        return code == YS_NOT_FOUND ? YS_IO : code;
    }
    ys_sha256_update(&part->state, bytes);
    part->offset += bytes.size;
    return YS_OK;
}

enum ys_code ys_blob_part_finish(struct ys_blob_part **taken, struct ys_err *err)
{
    struct ys_blob_part *const part = *taken;
    struct ys_sha256 state = part->state;
    struct ys_hash hash;
    enum ys_code code = YS_OK;
    *taken = NULL;
    YS_ASSERT(part->offset == part->size);
    ys_sha256_final(&state, &hash);
    if (!ys_hash_equal(&hash, &part->hash)) {
        code = ys_fail(err, YS_MALFORMED, "attachment %s: %llu bytes came that are not its content",
                       part->name, (unsigned long long)part->size);
        if (unlinkat(part->blobs->partial, part->name, 0) != 0 && errno != ENOENT)
            code = ys_blob_fail(part->blobs, part->name, err);
    } else {
        code = ys_blob_take_in(part->blobs, part->fd, part->name, part->size, err);
    }
    ys_blob_part_close(part);
    return code == YS_NOT_FOUND ? YS_IO : code;
}
