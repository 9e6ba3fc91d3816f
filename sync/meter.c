#include "sync/meter.h"

#include "crypto/assert.h"

#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { ROWS_FIRST = 64 };

/* Row of a descriptor. Zero: nothing of ours is open there. */
struct row {
    bool open;
    bool key_known; /* and the route */
    bool parting;
    bool cut;            /* libzmq has not told us yet that it is gone */
    int64_t seen_ms;     /* first look; 0 before */
    int64_t parting_ms;  /* first look after ys_meter_part; 0 before */
    uint64_t bytes_then; /* of the kernel's count, at the last message */
    uint32_t route;
    uint8_t key[YS_PUBKEY_LEN];
};

struct ys_meter {
    struct row *rows; /* by descriptor */
    size_t rows_size;
    size_t count; /* open ones */
};

enum ys_code ys_meter_new(struct ys_meter **out, struct ys_err *err)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? ys_fail(err, YS_NOMEM, "listener: out of memory") : YS_OK;
}

void ys_meter_free(struct ys_meter *meter)
{
    if (meter != NULL)
        free(meter->rows);
    free(meter);
}

static struct row *row_of(struct ys_meter *meter, int fd)
{
    return fd >= 0 && (size_t)fd < meter->rows_size && meter->rows[fd].open ? &meter->rows[fd]
                                                                            : NULL;
}

/* Bytes that ever came in on `fd`; 0 when it is no TCP socket (any more). */
static uint64_t bytes_in(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_bytes_received : 0;
}

static enum ys_code make_room(struct ys_meter *meter, size_t rows_size, struct ys_err *err)
{
    size_t size = meter->rows_size == 0 ? ROWS_FIRST : meter->rows_size;
    while (size < rows_size)
        size *= 2;
    struct row *const rows = realloc(meter->rows, size * sizeof *rows);
    if (rows == NULL)
        return ys_fail(err, YS_NOMEM, "listener: out of memory");
    memset(rows + meter->rows_size, 0, (size - meter->rows_size) * sizeof *rows);
    meter->rows = rows;
    meter->rows_size = size;
    return YS_OK;
}

enum ys_code ys_meter_began(struct ys_meter *meter, int fd, struct ys_err *err)
{
    YS_ASSERT(fd >= 0);
    if ((size_t)fd >= meter->rows_size) {
        const enum ys_code code = make_room(meter, (size_t)fd + 1, err);
        if (code != YS_OK)
            return code;
    }
    meter->count += meter->rows[fd].open ? 0 : 1;
    meter->rows[fd] = (struct row){.open = true};
    return YS_OK;
}

void ys_meter_ended(struct ys_meter *meter, int fd)
{
    struct row *const row = row_of(meter, fd);
    if (row == NULL)
        return;
    row->open = false;
    meter->count--;
}

bool ys_meter_heard(struct ys_meter *meter, int fd, uint32_t route,
                    const uint8_t key[YS_PUBKEY_LEN])
{
    struct row *const row = row_of(meter, fd);
    if (row == NULL)
        return false;
    const bool first = !row->key_known;
    row->key_known = true;
    row->route = route;
    memcpy(row->key, key, YS_PUBKEY_LEN);
    row->bytes_then = bytes_in(fd);
    return first;
}

void ys_meter_part(struct ys_meter *meter, int fd)
{
    struct row *const row = row_of(meter, fd);
    if (row != NULL)
        row->parting = true;
}

void ys_meter_part_route(struct ys_meter *meter, uint32_t route)
{
    for (size_t fd = 0; fd < meter->rows_size; fd++) {
        struct row *const row = &meter->rows[fd];
        if (row->open && row->key_known && row->route == route)
            row->parting = true;
    }
}

size_t ys_meter_count(const struct ys_meter *meter)
{
    return meter->count;
}

/* Is there a cause to cut it? */
static bool judge(struct row *row, int fd, int64_t now_ms, struct ys_cut *cut_out)
{
    const uint64_t bytes = bytes_in(fd);
    if (row->seen_ms == 0)
        row->seen_ms = now_ms;
    if (row->parting && row->parting_ms == 0)
        row->parting_ms = now_ms;
    cut_out->bytes = bytes > row->bytes_then ? bytes - row->bytes_then : 0;
    cut_out->age_ms = now_ms - row->seen_ms;
    cut_out->cause = cut_out->bytes > YS_UNENDED_MAX ? YS_CUT_UNENDED
                     : row->parting                  ? YS_CUT_PARTED
                                                     : YS_CUT_SILENT;
    return cut_out->cause == YS_CUT_UNENDED ||
           (row->parting && now_ms - row->parting_ms >= YS_PARTING_MS) ||
           (!row->key_known && cut_out->age_ms >= YS_SILENCE_MAX_MS);
}

static void read_address(int fd, char out[YS_ADDRESS_TEXT_MAX])
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    out[0] = '\0';
    /* the cast is how POSIX wants it */
    if (getpeername(fd, (struct sockaddr *)&address, &size) != 0 ||
        getnameinfo((const struct sockaddr *)&address, size, out, YS_ADDRESS_TEXT_MAX, NULL, 0,
                    NI_NUMERICHOST) != 0)
        out[0] = '\0';
}

size_t ys_meter_look(struct ys_meter *meter, int64_t now_ms, struct ys_cut *cuts_out, size_t max)
{
    size_t count = 0;
    for (size_t fd = 0; fd < meter->rows_size && count < max; fd++) {
        struct row *const row = &meter->rows[fd];
        struct ys_cut *const cut = &cuts_out[count];
        if (!row->open || row->cut || !judge(row, (int)fd, now_ms, cut))
            continue;
        read_address((int)fd, cut->address);
        cut->key_known = row->key_known;
        memcpy(cut->key, row->key, YS_PUBKEY_LEN);
        row->cut = true;
        /* Whatever still comes is answered with a reset; libzmq reads the end and forgets it. */
        (void)shutdown((int)fd, SHUT_RDWR);
        count++;
    }
    return count;
}
