#include "sync/blob.h"

#include "crypto/assert.h"
#include "crypto/crash_point.h"
#include "proto/limits.h"
#include "sync/blob_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, NAMES_TRIED = 100 };

void ys_blob_close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

enum ys_code ys_blob_fail(const struct ys_blobs *blobs, const char *what, struct ys_err *err)
{
    const int number = errno;
    enum ys_code code = YS_IO;
    if (number == ENOENT)
        code = YS_NOT_FOUND;
    else if (number == ENOSPC || number == EDQUOT)
        code = YS_FULL;
    return ys_fail(err, code, "%s: %s: %s", blobs->path, what, strerror(number));
}

void ys_blob_name(const struct ys_hash *hash, char out[YS_BLOB_NAME_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < YS_HASH_LEN; i++) {
        out[2 * i] = digits[hash->bytes[i] >> 4];
        out[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    out[YS_BLOB_NAME_LEN] = '\0';
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ys_blob_name_parse(const char *text, struct ys_hash *out)
{
    if (strlen(text) != YS_BLOB_NAME_LEN)
        return false;
    for (size_t i = 0; i < YS_HASH_LEN; i++) {
        const int high = digit_of(text[2 * i]);
        const int low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

/* --- folders --- */

int ys_blob_folder(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* `made`: it was not there. */
static enum ys_code make_folder(const struct ys_blobs *blobs, int at, const char *name, int *out,
                                bool *made, struct ys_err *err)
{
    *made = mkdirat(at, name, 0700) == 0;
    if (!*made && errno != EEXIST)
        return ys_blob_fail(blobs, name, err);
    *out = ys_blob_folder(at, name);
    return *out < 0 ? ys_blob_fail(blobs, name, err) : YS_OK;
}

/* The folder in which a hash has its name, made when it is missing; durable before anything is in it. */
static enum ys_code make_place(const struct ys_blobs *blobs, const char *name, int *out,
                               struct ys_err *err)
{
    const char first[3] = {name[0], name[1], '\0'};
    const char second[3] = {name[2], name[3], '\0'};
    YS_BLOB_FD outer = -1;
    bool made_outer = false;
    bool made_inner = false;
    enum ys_code code = make_folder(blobs, blobs->folder, first, &outer, &made_outer, err);
    if (code == YS_OK)
        code = make_folder(blobs, outer, second, out, &made_inner, err);
    if (code == YS_OK &&
        ((made_inner && fsync(outer) != 0) || (made_outer && fsync(blobs->folder) != 0)))
        code = ys_blob_fail(blobs, first, err);
    return code;
}

/* -1 with errno when it is not there. */
static int find_place(const struct ys_blobs *blobs, const char *name)
{
    const char first[3] = {name[0], name[1], '\0'};
    const char second[3] = {name[2], name[3], '\0'};
    YS_BLOB_FD outer = ys_blob_folder(blobs->folder, first);
    return outer < 0 ? -1 : ys_blob_folder(outer, second);
}

/* Are there files without a name, and is there a way to give them one? */
static bool has_tmpfile(const struct ys_blobs *blobs)
{
    char proc[64];
    YS_BLOB_FD fd = openat(blobs->partial, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    (void)snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    return access(proc, F_OK) == 0;
}

enum ys_code ys_blobs_open(const char *path, const struct ys_blob_options *options,
                           struct ys_blobs **out, struct ys_err *err)
{
    struct ys_blobs *const blobs = calloc(1, sizeof *blobs);
    bool made = false;
    enum ys_code code = YS_OK;
    if (blobs == NULL)
        return ys_fail(err, YS_NOMEM, "attachments: out of memory");
    blobs->folder = blobs->partial = -1;
    blobs->file_max = options->file_max == 0 ? YS_BLOB_FILE_MAX : options->file_max;
    blobs->total_max = options->total_max == 0 ? YS_BLOB_TOTAL_MAX : options->total_max;
    if (snprintf(blobs->path, sizeof blobs->path, "%s", path) >= (int)sizeof blobs->path)
        code = ys_fail(err, YS_LIMIT, "%s: path too long", path);
    if (code == YS_OK && mkdir(path, 0700) != 0 && errno != EEXIST)
        code = ys_blob_fail(blobs, "folder", err);
    if (code == YS_OK && (blobs->folder = ys_blob_folder(AT_FDCWD, path)) < 0)
        code = ys_blob_fail(blobs, "folder", err);
    if (code == YS_OK)
        code = make_folder(blobs, blobs->folder, "partial", &blobs->partial, &made, err);
    if (code != YS_OK) {
        ys_blobs_close(blobs);
        return code == YS_NOT_FOUND ? YS_IO : code;
    }
    blobs->no_tmpfile = options->no_tmpfile || !has_tmpfile(blobs);
    *out = blobs;
    return YS_OK;
}

void ys_blobs_close(struct ys_blobs *blobs)
{
    if (blobs == NULL)
        return;
    ys_blob_close_fd(&blobs->folder);
    ys_blob_close_fd(&blobs->partial);
    free(blobs);
}

void ys_blobs_closep(struct ys_blobs **blobs)
{
    ys_blobs_close(*blobs);
    *blobs = NULL;
}

uint64_t ys_blobs_file_max(const struct ys_blobs *blobs)
{
    return blobs->file_max;
}

uint64_t ys_blobs_total_max(const struct ys_blobs *blobs)
{
    return blobs->total_max;
}

uint64_t ys_blobs_total(const struct ys_blobs *blobs)
{
    return blobs->total;
}

enum ys_code ys_blob_room(struct ys_blobs *blobs, const char *name, uint64_t size,
                          struct ys_err *err)
{
    if (!blobs->counted) {
        const enum ys_code code = ys_blobs_recount(blobs, err);
        if (code != YS_OK)
            return code;
    }
    if (size > blobs->file_max)
        return ys_fail(err, YS_LIMIT, "%s: more than %llu bytes, the limit of one attachment", name,
                       (unsigned long long)blobs->file_max);
    if (size > blobs->total_max || blobs->total > blobs->total_max - size)
        return ys_fail(err, YS_LIMIT,
                       "%s: with it the attachments here would come to more than %llu bytes, the "
                       "limit of this node",
                       name, (unsigned long long)blobs->total_max);
    return YS_OK;
}

/* --- keeping a file --- */

/* A file without a name, or with one that nobody else has. */
struct fresh {
    int fd;
    char name[64]; /* under partial/; empty without */
};

static enum ys_code begin_fresh(const struct ys_blobs *blobs, struct fresh *out, struct ys_err *err)
{
    *out = (struct fresh){.fd = -1};
    if (!blobs->no_tmpfile) {
        out->fd = openat(blobs->partial, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        return out->fd < 0 ? ys_blob_fail(blobs, "partial", err) : YS_OK;
    }
    for (int i = 0; i < NAMES_TRIED && out->fd < 0; i++) {
        (void)snprintf(out->name, sizeof out->name, "new.%ld.%d", (long)getpid(), i);
        out->fd = openat(blobs->partial, out->name,
                         O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (out->fd < 0 && errno != EEXIST)
            break;
    }
    return out->fd < 0 ? ys_blob_fail(blobs, "partial", err) : YS_OK;
}

static void end_fresh(const struct ys_blobs *blobs, const struct fresh *fresh)
{
    if (fresh->name[0] != '\0')
        (void)unlinkat(blobs->partial, fresh->name, 0); /* else it has its name, or goes with us */
    ys_blob_close_fd(&fresh->fd);
}

enum ys_code ys_blob_write_all(const struct ys_blobs *blobs, int fd, struct ys_bytes bytes,
                               struct ys_err *err)
{
    for (size_t done = 0; done < bytes.size;) {
        const ssize_t put = write(fd, bytes.data + done, bytes.size - done);
        if (put < 0 && errno != EINTR)
            return ys_blob_fail(blobs, "partial", err);
        done += put > 0 ? (size_t)put : 0;
    }
    return YS_OK;
}

static enum ys_code copy(struct ys_blobs *blobs, int from, const char *name, int to,
                         struct ys_hash *hash_out, uint64_t *size_out, struct ys_err *err)
{
    struct ys_sha256 state;
    enum ys_code code = YS_OK;
    uint8_t *const buffer = malloc(BUFFER);
    if (buffer == NULL)
        return ys_fail(err, YS_NOMEM, "%s: out of memory", name);
    ys_sha256_init(&state);
    *size_out = 0;
    while (code == YS_OK) {
        const ssize_t got = read(from, buffer, BUFFER);
        if (got == 0)
            break;
        if (got < 0) {
            if (errno != EINTR)
                code = ys_fail(err, YS_IO, "%s: %s", name, strerror(errno));
            continue;
        }
        const struct ys_bytes bytes = {buffer, (size_t)got};
        *size_out += bytes.size;
        code = ys_blob_room(blobs, name, *size_out, err);
        if (code == YS_OK)
            code = ys_blob_write_all(blobs, to, bytes, err);
        ys_sha256_update(&state, bytes);
    }
    free(buffer);
    ys_sha256_final(&state, hash_out);
    return code;
}

/* From a file without a name, or with one of its own, to the name that its content has. */
static enum ys_code give_name(struct ys_blobs *blobs, const struct fresh *fresh, const char *name,
                              uint64_t size, struct ys_err *err)
{
    char proc[64];
    YS_BLOB_FD place = -1;
    if (fchmod(fresh->fd, 0400) != 0 || fsync(fresh->fd) != 0)
        return ys_blob_fail(blobs, name, err);
    YS_CRASH_POINT("blob_written");
    const enum ys_code code = make_place(blobs, name, &place, err);
    if (code != YS_OK)
        return code;
    (void)snprintf(proc, sizeof proc, "/proc/self/fd/%d", fresh->fd);
    const int rc = fresh->name[0] == '\0' ? linkat(AT_FDCWD, proc, place, name, AT_SYMLINK_FOLLOW)
                                          : linkat(blobs->partial, fresh->name, place, name, 0);
    if (rc != 0 && errno != EEXIST)
        return ys_blob_fail(blobs, name, err);
    blobs->total += rc == 0 ? size : 0;
    YS_CRASH_POINT("blob_linked");
    return fsync(place) == 0 ? YS_OK : ys_blob_fail(blobs, name, err);
}

enum ys_code ys_blobs_put(struct ys_blobs *blobs, int fd, const char *name,
                          struct ys_hash *hash_out, uint64_t *size_out, struct ys_err *err)
{
    struct fresh fresh;
    char digits[YS_BLOB_NAME_LEN + 1];
    struct ys_hash hash;
    uint64_t size = 0;
    enum ys_code code = begin_fresh(blobs, &fresh, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_IO : code;
    code = copy(blobs, fd, name, fresh.fd, &hash, &size, err);
    if (code == YS_OK && size == 0)
        code = ys_fail(err, YS_REFUSED, "%s: is empty", name);
    ys_blob_name(&hash, digits);
    if (code == YS_OK)
        code = give_name(blobs, &fresh, digits, size, err);
    end_fresh(blobs, &fresh);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_IO : code;
    *hash_out = hash;
    *size_out = size;
    return YS_OK;
}

enum ys_code ys_blob_take_in(struct ys_blobs *blobs, int fd, const char *name, uint64_t size,
                             struct ys_err *err)
{
    struct stat info;
    YS_BLOB_FD place = -1;
    if (fchmod(fd, 0400) != 0 || fsync(fd) != 0)
        return ys_blob_fail(blobs, name, err);
    YS_CRASH_POINT("blob_verified");
    const enum ys_code code = make_place(blobs, name, &place, err);
    if (code != YS_OK)
        return code;
    const bool there = fstatat(place, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (renameat(blobs->partial, name, place, name) != 0)
        return ys_blob_fail(blobs, name, err);
    blobs->total += there ? 0 : size;
    YS_CRASH_POINT("blob_taken_in");
    return fsync(place) == 0 ? YS_OK : ys_blob_fail(blobs, name, err);
}

/* --- looking --- */

enum ys_code ys_blobs_open_file(const struct ys_blobs *blobs, const struct ys_hash *hash,
                                int *fd_out, uint64_t *size_out, struct ys_err *err)
{
    char name[YS_BLOB_NAME_LEN + 1];
    struct stat info;
    ys_blob_name(hash, name);
    YS_BLOB_FD place = find_place(blobs, name);
    if (place < 0)
        return ys_blob_fail(blobs, name, err);
    const int fd = openat(place, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return ys_blob_fail(blobs, name, err);
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return ys_fail(err, YS_IO, "%s: %s: is no file", blobs->path, name);
    }
    *fd_out = fd;
    *size_out = (uint64_t)info.st_size;
    return YS_OK;
}

enum ys_code ys_blobs_size(const struct ys_blobs *blobs, const struct ys_hash *hash,
                           uint64_t *size_out, struct ys_err *err)
{
    char name[YS_BLOB_NAME_LEN + 1];
    struct stat info;
    ys_blob_name(hash, name);
    YS_BLOB_FD place = find_place(blobs, name);
    if (place < 0 || fstatat(place, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return ys_blob_fail(blobs, name, err);
    if (!S_ISREG(info.st_mode))
        return ys_fail(err, YS_IO, "%s: %s: is no file", blobs->path, name);
    *size_out = (uint64_t)info.st_size;
    return YS_OK;
}

enum ys_code ys_blobs_read(const struct ys_blobs *blobs, const struct ys_hash *hash,
                           uint64_t offset, uint8_t *out, size_t capacity, size_t *got_out,
                           uint64_t *size_out, struct ys_err *err)
{
    YS_BLOB_FD fd = -1;
    size_t done = 0;
    const enum ys_code code = ys_blobs_open_file(blobs, hash, &fd, size_out, err);
    if (code != YS_OK)
        return code;
    while (done < capacity && offset <= INT64_MAX - done) {
        const ssize_t got = pread(fd, out + done, capacity - done, (off_t)(offset + done));
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return ys_blob_fail(blobs, "reading", err);
        done += got > 0 ? (size_t)got : 0;
    }
    *got_out = done;
    return YS_OK;
}

enum ys_code ys_blob_hash_fd(const struct ys_blobs *blobs, int fd, struct ys_sha256 *state,
                             uint64_t *size_out, struct ys_err *err)
{
    uint8_t *const buffer = malloc(BUFFER);
    enum ys_code code = YS_OK;
    if (buffer == NULL)
        return ys_fail(err, YS_NOMEM, "attachments: out of memory");
    ys_sha256_init(state);
    *size_out = 0;
    for (;;) {
        const ssize_t got = read(fd, buffer, BUFFER);
        if (got == 0)
            break;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            code = ys_blob_fail(blobs, "reading", err);
            break;
        }
        ys_sha256_update(state, (struct ys_bytes){buffer, (size_t)got});
        *size_out += (uint64_t)got;
    }
    free(buffer);
    return code;
}

enum ys_code ys_blobs_check(const struct ys_blobs *blobs, const struct ys_hash *hash,
                            struct ys_err *err)
{
    YS_BLOB_FD fd = -1;
    struct ys_sha256 state;
    struct ys_hash is;
    uint64_t size = 0;
    char name[YS_BLOB_NAME_LEN + 1];
    enum ys_code code = ys_blobs_open_file(blobs, hash, &fd, &size, err);
    if (code == YS_OK)
        code = ys_blob_hash_fd(blobs, fd, &state, &size, err);
    if (code != YS_OK)
        return code;
    ys_sha256_final(&state, &is);
    ys_blob_name(hash, name);
    return ys_hash_equal(&is, hash)
               ? YS_OK
               : ys_fail(err, YS_CORRUPT, "%s: %s: its content is another", blobs->path, name);
}

enum ys_code ys_blobs_remove(struct ys_blobs *blobs, const struct ys_hash *hash, struct ys_err *err)
{
    char name[YS_BLOB_NAME_LEN + 1];
    struct stat info;
    ys_blob_name(hash, name);
    if (unlinkat(blobs->partial, name, 0) != 0 && errno != ENOENT)
        return ys_blob_fail(blobs, name, err);
    YS_BLOB_FD place = find_place(blobs, name);
    if (place < 0 || fstatat(place, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? YS_OK : ys_blob_fail(blobs, name, err);
    if (unlinkat(place, name, 0) != 0 || fsync(place) != 0)
        return ys_blob_fail(blobs, name, err);
    const uint64_t size = (uint64_t)info.st_size;
    blobs->total -= size > blobs->total ? blobs->total : size;
    return YS_OK;
}

enum ys_code ys_blobs_set_aside(struct ys_blobs *blobs, const struct ys_hash *hash,
                                struct ys_err *err)
{
    char name[YS_BLOB_NAME_LEN + 1];
    YS_BLOB_FD damaged = -1;
    bool made = false;
    ys_blob_name(hash, name);
    YS_BLOB_FD place = find_place(blobs, name);
    if (place < 0)
        return ys_blob_fail(blobs, name, err);
    const enum ys_code code = make_folder(blobs, blobs->folder, "damaged", &damaged, &made, err);
    if (code != YS_OK)
        return code;
    blobs->counted = false;
    return renameat(place, name, damaged, name) == 0 ? YS_OK : ys_blob_fail(blobs, name, err);
}
