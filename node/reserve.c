#include "node/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void reserve_path(const struct ys_home *home, char out[PATH_MAX])
{
    ys_home_path(home, "reserve", out);
}

enum ys_code ys_room_look(const struct ys_home *home, struct ys_room *out, struct ys_err *err)
{
    char path[PATH_MAX];
    struct statvfs space;
    struct stat file;
    reserve_path(home, path);
    if (statvfs(home->path, &space) != 0)
        return ys_fail(err, YS_IO, "%s: %s", home->path, strerror(errno));
    *out = (struct ys_room){
        .free_bytes = (uint64_t)space.f_bavail * space.f_frsize,
        .reserved = stat(path, &file) == 0 && file.st_size == YS_RESERVE_BYTES,
    };
    return YS_OK;
}

uint64_t ys_room_needed(const struct ys_room *room)
{
    return (uint64_t)YS_ROOM_BYTES + (room->reserved ? 0 : YS_RESERVE_BYTES);
}

bool ys_room_is_short(const struct ys_room *room)
{
    return room->free_bytes < ys_room_needed(room);
}

enum ys_code ys_reserve_make(const struct ys_home *home, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_room room;
    const enum ys_code code = ys_room_look(home, &room, err);
    if (code != YS_OK || room.reserved)
        return code;
    reserve_path(home, path);
    if (ys_room_is_short(&room))
        return ys_fail(err, YS_FULL, "%s: %s", path, strerror(ENOSPC));
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    const int rc = posix_fallocate(fd, 0, YS_RESERVE_BYTES);
    close(fd);
    if (rc == 0)
        return YS_OK;
    unlink(path); /* half of it is of no use */
    return ys_fail(err, rc == ENOSPC || rc == EDQUOT ? YS_FULL : YS_IO, "%s: %s", path,
                   strerror(rc));
}

bool ys_reserve_give_up(const struct ys_home *home)
{
    char path[PATH_MAX];
    reserve_path(home, path);
    return unlink(path) == 0;
}

bool ys_reserve_yield(const struct ys_home *home)
{
    struct ys_room room;
    return ys_room_look(home, &room, NULL) == YS_OK && room.free_bytes < YS_YIELD_BYTES &&
           ys_reserve_give_up(home);
}
