/* What stands in the store's file before LMDB looks at it. */
#include "sync/kv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where LMDB 0.9 keeps what we compare, on a 64-bit machine: the page header has 16 bytes, then come
 * magic, version, address, map size, two databases of 48 bytes, last page, transaction. */
enum {
    META_MAGIC_AT = 16,
    META_VERSION_AT = 20,
    META_PAGE_SIZE_AT = 40, /* the first database's pad */
    META_TXN_AT = 144,
    META_BYTES = 152,
    META_VERSION = 1
};
static const uint32_t meta_magic = 0xBEEFC0DE;

static enum ys_code read_meta(int fd, const char *name, off_t at, uint64_t *txn,
                              uint32_t *page_size, struct ys_err *err)
{
    uint8_t page[META_BYTES];
    uint32_t magic = 0;
    uint32_t version = 0;
    if (pread(fd, page, sizeof page, at) != (ssize_t)sizeof page)
        return ys_fail(err, YS_CORRUPT, "%s: cut short", name);
    memcpy(&magic, page + META_MAGIC_AT, sizeof magic);
    memcpy(&version, page + META_VERSION_AT, sizeof version);
    memcpy(page_size, page + META_PAGE_SIZE_AT, sizeof *page_size);
    memcpy(txn, page + META_TXN_AT, sizeof *txn);
    if (magic != meta_magic || version != META_VERSION || *page_size < 512 || *page_size > 65536)
        return ys_fail(err, YS_CORRUPT, "%s: a meta page is damaged", name);
    return YS_OK;
}

enum ys_code ys_kv_check_file(const char *path, struct ys_err *err)
{
    char name[PATH_MAX];
    uint64_t txn[2] = {0};
    uint32_t page_size[2] = {0};
    if (snprintf(name, sizeof name, "%s/data.mdb", path) >= (int)sizeof name)
        return ys_fail(err, YS_LIMIT, "%s: path too long", path);
    const int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ys_fail(err, errno == ENOENT ? YS_NOT_FOUND : YS_IO, "%s: %s", name,
                       strerror(errno));
    enum ys_code code = read_meta(fd, name, 0, &txn[0], &page_size[0], err);
    if (code == YS_OK)
        code = read_meta(fd, name, (off_t)page_size[0], &txn[1], &page_size[1], err);
    close(fd);
    const uint64_t apart = txn[0] > txn[1] ? txn[0] - txn[1] : txn[1] - txn[0];
    if (code == YS_OK && (page_size[0] != page_size[1] || apart > 1 || (apart == 0 && txn[0] != 0)))
        return ys_fail(err, YS_CORRUPT, "%s: its meta pages do not belong together", name);
    return code;
}
