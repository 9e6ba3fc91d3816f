#include "sync/kv_wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* LMDB 0.9, on a machine of 64 bits, in its own byte order. */
enum {
    PAGE_MIN = 512,
    PAGE_MAX = 65536,
    HEADER = 16, /* number u64, pad u16, flags u16; lower u16, upper u16 or count of pages u32 */
    FLAGS_AT = 10,
    LOWER_AT = 12,
    UPPER_AT = 14,
    BRANCH = 0x01,
    LEAF = 0x02,
    OVERFLOW = 0x04,
    KINDS = 0x2f, /* with meta, and leaves of fixed size, which no table of ours has */
    NODE = 8,     /* size of value u16 u16, flags u16, size of key u16; then key and value */
    NODE_BIG = 0x01,
    NODE_TABLE = 0x02,
    NODE_FLAGS = 0x07,
    TABLE = 48, /* what describes one table; its root is the last field */
    TABLE_ROOT = 40,
    META_AT = HEADER,
    META_MAGIC = 0,
    META_FREE = 24, /* two tables; the first one's first field is the size of a page */
    META_MAIN = META_FREE + TABLE,
    META_END = META_AT + META_MAIN + TABLE
};
static const uint32_t magic = 0xBEEFC0DE;
static const uint64_t no_page = UINT64_MAX;

struct wipe {
    int fd;
    const uint8_t *map;
    uint64_t size, page, pages; /* of the file, of a page, whole pages in the file */
    uint8_t *value;             /* a bit a page: a large value begins there */
    uint8_t *live, *tree;       /* a bit a page: in use; and of those, the pages of trees */
    uint64_t *todo;
    size_t todo_count, todo_capacity;
    uint8_t *zeros; /* one page */
    struct ys_wiped done;
    struct ys_err *err;
};

static uint16_t get16(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t get32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static enum ys_code broken(const struct wipe *w, uint64_t page)
{
    return ys_fail(w->err, YS_CORRUPT,
                   "store: page %llu does not have the layout of LMDB 0.9: nothing was overwritten",
                   (unsigned long long)page);
}

static const uint8_t *page_at(const struct wipe *w, uint64_t number)
{
    return w->map + number * w->page;
}

static bool is_in(const uint8_t *set, uint64_t number)
{
    return (set[number / 8] >> (number % 8) & 1) != 0;
}

static void put_in(uint8_t *set, uint64_t number)
{
    set[number / 8] |= (uint8_t)(1u << (number % 8));
}

static enum ys_code push(struct wipe *w, uint64_t number)
{
    if (number == no_page)
        return YS_OK; /* an empty table */
    if (number < 2 || number >= w->pages)
        return broken(w, number);
    if (is_in(w->tree, number))
        return YS_OK; /* both states lead there */
    if (is_in(w->live, number))
        return broken(w, number);
    put_in(w->tree, number);
    put_in(w->live, number);
    if (w->todo_count == w->todo_capacity) {
        const size_t more = w->todo_capacity == 0 ? 1024 : w->todo_capacity * 2;
        uint64_t *const bigger = reallocarray(w->todo, more, sizeof *bigger);
        if (bigger == NULL)
            return ys_fail(w->err, YS_NOMEM, "store: out of memory");
        w->todo = bigger;
        w->todo_capacity = more;
    }
    w->todo[w->todo_count++] = number;
    return YS_OK;
}

/* Pages of one large value: all are in use. */
static enum ys_code mark_value(struct wipe *w, uint64_t number, uint64_t size)
{
    if (number < 2 || number >= w->pages ||
        (get16(page_at(w, number) + FLAGS_AT) & KINDS) != OVERFLOW)
        return broken(w, number);
    const uint64_t count = get32(page_at(w, number) + LOWER_AT);
    if (count == 0 || count > w->pages - number || size > count * w->page - HEADER)
        return broken(w, number);
    if (is_in(w->value, number))
        return YS_OK; /* both states lead there */
    put_in(w->value, number);
    for (uint64_t i = 0; i < count; i++) {
        if (is_in(w->live, number + i))
            return broken(w, number + i);
        put_in(w->live, number + i);
    }
    return YS_OK;
}

/* One row of a leaf, or one way down of a branch. */
static enum ys_code follow(struct wipe *w, uint64_t number, const uint8_t *node, size_t room,
                           bool branch, size_t *bytes)
{
    const uint16_t flags = get16(node + 4);
    const size_t key = get16(node + 6);
    const uint64_t low = get16(node) | (uint64_t)get16(node + 2) << 16;
    if (key > room - NODE)
        return broken(w, number);
    *bytes = NODE + key;
    if (branch)
        return push(w, low | (uint64_t)flags << 32);
    const uint8_t *const value = node + NODE + key;
    const size_t left = room - NODE - key;
    if ((flags & ~NODE_FLAGS) != 0 || ((flags & NODE_BIG) != 0 ? left < 8 : left < low))
        return broken(w, number);
    *bytes += (flags & NODE_BIG) != 0 ? 8 : (size_t)low;
    if ((flags & NODE_BIG) != 0)
        return mark_value(w, get64(value), low);
    if ((flags & NODE_TABLE) != 0)
        return low == TABLE ? push(w, get64(value + TABLE_ROOT)) : broken(w, number);
    return YS_OK;
}

/* Where the rows' offsets end and the rows begin; false for what is no page of a tree. */
static bool bounds(const struct wipe *w, uint64_t number, size_t *lower, size_t *upper)
{
    const uint8_t *const page = page_at(w, number);
    const unsigned kind = get16(page + FLAGS_AT) & KINDS;
    *lower = get16(page + LOWER_AT);
    *upper = get16(page + UPPER_AT);
    return (kind == BRANCH || kind == LEAF) && get64(page) == number && *lower >= HEADER &&
           *lower % 2 == 0 && *lower <= *upper && *upper <= w->page;
}

static enum ys_code look_at_page(struct wipe *w, uint64_t number)
{
    size_t lower = 0;
    size_t upper = 0;
    const uint8_t *const page = page_at(w, number);
    enum ys_code code = bounds(w, number, &lower, &upper) ? YS_OK : broken(w, number);
    const bool branch = code == YS_OK && (get16(page + FLAGS_AT) & BRANCH) != 0;
    size_t all = 0;
    for (size_t at = HEADER; code == YS_OK && at < lower; at += 2) {
        const size_t node = get16(page + at);
        size_t bytes = 0;
        code = node < upper || node > w->page - NODE
                   ? broken(w, number)
                   : follow(w, number, page + node, w->page - node, branch, &bytes);
        all += bytes + bytes % 2;
    }
    /* Rows fill the end of the page: else one of them is not the one that was written. */
    return code == YS_OK && all != w->page - upper ? broken(w, number) : code;
}

/* All that the two states lead to. */
static enum ys_code mark_all(struct wipe *w)
{
    enum ys_code code = YS_OK;
    for (uint64_t meta = 0; code == YS_OK && meta < 2; meta++) {
        const uint8_t *const at = page_at(w, meta) + META_AT;
        if (get32(at + META_MAGIC) != magic)
            return broken(w, meta);
        put_in(w->live, meta);
        code = push(w, get64(at + META_FREE + TABLE_ROOT));
        if (code == YS_OK)
            code = push(w, get64(at + META_MAIN + TABLE_ROOT));
    }
    while (code == YS_OK && w->todo_count > 0)
        code = look_at_page(w, w->todo[--w->todo_count]);
    return code;
}

static enum ys_code zero(struct wipe *w, uint64_t from, size_t size, uint64_t *count)
{
    if (memcmp(w->map + from, w->zeros, size) == 0)
        return YS_OK;
    for (size_t at = 0; at < size;) {
        const ssize_t done = pwrite(w->fd, w->zeros, size - at, (off_t)(from + at));
        if (done <= 0 && errno != EINTR)
            return ys_fail(w->err, errno == ENOSPC ? YS_FULL : YS_IO, "store: overwriting: %s",
                           strerror(errno));
        at += done > 0 ? (size_t)done : 0;
    }
    ++*count;
    return YS_OK;
}

/* Behind a large value its last pages may hold what stood there before. */
static enum ys_code zero_behind_value(struct wipe *w, uint64_t number, uint64_t size)
{
    const uint64_t end = number * w->page + get32(page_at(w, number) + LOWER_AT) * w->page;
    uint64_t at = number * w->page + HEADER + size;
    enum ys_code code = YS_OK;
    while (code == YS_OK && at < end) {
        const size_t step = end - at < w->page ? (size_t)(end - at) : (size_t)w->page;
        code = zero(w, at, step, &w->done.partial);
        at += step;
    }
    return code;
}

static enum ys_code zero_inside(struct wipe *w, uint64_t number)
{
    size_t lower = 0;
    size_t upper = 0;
    const uint8_t *const page = page_at(w, number);
    if (!bounds(w, number, &lower, &upper))
        return broken(w, number);
    enum ys_code code = zero(w, number * w->page + lower, upper - lower, &w->done.partial);
    if ((get16(page + FLAGS_AT) & LEAF) == 0)
        return code;
    for (size_t at = HEADER; code == YS_OK && at < lower; at += 2) {
        const uint8_t *const node = page + get16(page + at);
        if ((get16(node + 4) & NODE_BIG) != 0)
            code = zero_behind_value(w, get64(node + NODE + get16(node + 6)),
                                     get16(node) | (uint64_t)get16(node + 2) << 16);
    }
    return code;
}

/* A page of a large value may look like one of a tree: only those that were walked through are. */
static enum ys_code zero_all(struct wipe *w)
{
    enum ys_code code = YS_OK;
    for (uint64_t number = 0; code == YS_OK && number < w->pages; number++) {
        if (!is_in(w->live, number))
            code = zero(w, number * w->page, (size_t)w->page, &w->done.unused);
        else if (is_in(w->tree, number))
            code = zero_inside(w, number);
    }
    const uint64_t end = w->pages * w->page;
    if (code == YS_OK && end < w->size)
        code = zero(w, end, (size_t)(w->size - end), &w->done.unused);
    if (code == YS_OK && fdatasync(w->fd) != 0)
        code = ys_fail(w->err, YS_IO, "store: overwriting: %s", strerror(errno));
    return code;
}

static enum ys_code wipe_mapped(struct wipe *w)
{
    w->page = get32(w->map + META_AT + META_FREE);
    if (w->page < PAGE_MIN || w->page > PAGE_MAX || (w->page & (w->page - 1)) != 0 ||
        w->size / w->page < 2)
        return broken(w, 0);
    w->done.pages = w->pages = w->size / w->page;
    w->live = calloc((size_t)(w->pages / 8 + 1), 1);
    w->tree = calloc((size_t)(w->pages / 8 + 1), 1);
    w->value = calloc((size_t)(w->pages / 8 + 1), 1);
    w->zeros = calloc((size_t)w->page, 1);
    enum ys_code code = YS_OK;
    if (w->live == NULL || w->tree == NULL || w->value == NULL || w->zeros == NULL)
        code = ys_fail(w->err, YS_NOMEM, "store: out of memory");
    if (code == YS_OK)
        code = mark_all(w);
    if (code == YS_OK)
        code = zero_all(w);
    free(w->live);
    free(w->tree);
    free(w->value);
    free(w->zeros);
    free(w->todo);
    return code;
}

enum ys_code ys_kv_wipe_file(const char *file, struct ys_wiped *out, struct ys_err *err)
{
    struct stat info;
    struct wipe w = {.err = err};
    enum ys_code code = YS_OK;
    w.fd = open(file, O_RDWR | O_CLOEXEC);
    if (w.fd < 0 || fstat(w.fd, &info) != 0) {
        code = ys_fail(err, YS_IO, "%.200s: %s", file, strerror(errno));
    } else if (info.st_size < META_END) {
        code = ys_fail(err, YS_CORRUPT, "%.200s: cut short", file);
    } else {
        w.size = (uint64_t)info.st_size;
        void *const map = mmap(NULL, (size_t)w.size, PROT_READ, MAP_SHARED, w.fd, 0);
        if (map == MAP_FAILED) {
            code = ys_fail(err, YS_IO, "%.200s: %s", file, strerror(errno));
        } else {
            w.map = map;
            code = wipe_mapped(&w);
            (void)munmap(map, (size_t)w.size);
        }
    }
    if (w.fd >= 0)
        (void)close(w.fd);
    if (code == YS_OK)
        *out = w.done;
    return code;
}
