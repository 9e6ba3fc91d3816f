#include "node/vault/logbook.h"

#include "crypto/base64.h"
#include "crypto/crash_point.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/node.h"
#include "proto/moment.h"
#include "proto/personal.h"
#include "proto/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096, LAST_MAX = 128 };

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD_SCOPED __attribute__((cleanup(close_fd))) int

static enum ys_code fail_errno(const char *path, struct ys_err *err)
{
    return ys_fail(err, errno == ENOSPC || errno == EDQUOT ? YS_FULL : YS_IO, "%s: %s", path,
                   strerror(errno));
}

static void hash_text(const struct ys_hash *hash, char out[YS_HASH_TEXT_LEN + 1])
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = YS_HASH_TEXT_LEN};
    ys_hash_print(&w, hash);
    out[w.size] = '\0';
}

/* --- the end, kept apart --- */

static enum ys_code save_last(const struct ys_home *home, const struct ys_logbook_state *state,
                              struct ys_err *err)
{
    char path[PATH_MAX];
    char hash[YS_HASH_TEXT_LEN + 1];
    char text[LAST_MAX];
    ys_home_path(home, "logbook.last", path);
    hash_text(&state->last, hash);
    (void)snprintf(text, sizeof text, "%llu %s\n", (unsigned long long)state->lines, hash);
    return ys_file_write(path, 0600, ys_bytes_of_text(text), err);
}

/* Zeros when there is none. */
static enum ys_code load_last(const struct ys_home *home, struct ys_logbook_state *out,
                              struct ys_err *err)
{
    char path[PATH_MAX];
    char text[LAST_MAX];
    struct ys_logbook_state state = {.lines = 0};
    size_t size = 0;
    ys_home_path(home, "logbook.last", path);
    const enum ys_code code = ys_file_read(path, 0, text, sizeof text, &size, err);
    *out = state;
    if (code == YS_NOT_FOUND)
        return YS_OK;
    if (code != YS_OK)
        return code;
    const char *const space = memchr(text, ' ', size);
    const size_t digits = space == NULL ? 0 : (size_t)(space - text);
    if (space == NULL || size != digits + 1 + YS_HASH_TEXT_LEN + 1 ||
        !ys_decimal_parse((struct ys_bytes){(const uint8_t *)text, digits}, INT64_MAX,
                          &state.lines) ||
        !ys_hash_parse((struct ys_bytes){(const uint8_t *)space + 1, YS_HASH_TEXT_LEN},
                       &state.last))
        return ys_fail(err, YS_CORRUPT, _("%s: not the number and hash of a line"), path);
    *out = state;
    return YS_OK;
}

/* --- following it --- */

/* Does the line name the one before it? */
static bool follows(struct ys_bytes line, const struct ys_hash *before)
{
    struct ys_hash named;
    json_t *const json =
        json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, NULL);
    const char *const text = json_string_value(json_object_get(json, "before"));
    const bool good = text != NULL && ys_hash_parse(ys_bytes_of_text(text), &named) &&
                      ys_hash_equal(&named, before);
    json_decref(json);
    return good;
}

/* Line by line, so that a long one takes no more room. `cut_out`: bytes behind the last line feed. */
static enum ys_code walk(FILE *file, const char *path, const struct ys_logbook_state *kept,
                         struct ys_logbook_state *state, bool *kept_seen, off_t *whole_out,
                         struct ys_err *err)
{
    char line[LINE_MAX_BYTES + 2];
    *whole_out = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        const size_t size = strlen(line);
        if (line[size - 1] != '\n' && feof(file))
            break; /* a line that was cut short: it was never answered for */
        if (line[size - 1] != '\n' ||
            !follows((struct ys_bytes){(const uint8_t *)line, size}, &state->last))
            return ys_fail(err, YS_CORRUPT,
                           _("%s: line %llu does not follow the one before it: the "
                             "logbook was changed"),
                           path, (unsigned long long)state->lines + 1);
        ys_sha256((struct ys_bytes){(const uint8_t *)line, size}, &state->last);
        state->lines++;
        *whole_out += (off_t)size;
        *kept_seen =
            *kept_seen || (state->lines == kept->lines && ys_hash_equal(&state->last, &kept->last));
    }
    return ferror(file) != 0 ? fail_errno(path, err) : YS_OK;
}

static enum ys_code check(const struct ys_home *home, int fd, struct ys_logbook_state *out,
                          off_t *whole_out, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_logbook_state kept;
    struct ys_logbook_state state = {.lines = 0};
    bool seen = false;
    ys_home_path(home, "logbook", path);
    enum ys_code code = load_last(home, &kept, err);
    if (code != YS_OK)
        return code;
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *const file = copy < 0 ? NULL : fdopen(copy, "r");
    if (file == NULL || fseek(file, 0, SEEK_SET) != 0) {
        code = fail_errno(path, err);
        if (file != NULL)
            fclose(file);
        else if (copy >= 0)
            close(copy);
        return code;
    }
    code = walk(file, path, &kept, &state, &seen, whole_out, err);
    fclose(file);
    if (code == YS_OK && kept.lines != 0 && !seen)
        code = ys_fail(err, YS_CORRUPT,
                       _("%s: has %llu lines, and the line %llu"
                         " that was written last is not there: the logbook was cut or replaced"),
                       path, (unsigned long long)state.lines, (unsigned long long)kept.lines);
    if (code == YS_OK)
        *out = state;
    return code;
}

enum ys_code ys_logbook_check(const struct ys_home *home, struct ys_logbook_state *out,
                              struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_logbook_state kept = {.lines = 0};
    off_t whole = 0;
    ys_home_path(home, "logbook", path);
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        return check(home, fd, out, &whole, err);
    if (errno != ENOENT)
        return fail_errno(path, err);
    const enum ys_code code = load_last(home, &kept, err);
    if (code == YS_OK && kept.lines != 0)
        return ys_fail(err, YS_CORRUPT, _("%s: missing, and had %llu lines"), path,
                       (unsigned long long)kept.lines);
    *out = (struct ys_logbook_state){.lines = 0};
    return code;
}

/* --- writing --- */

static enum ys_code text_check(const char *name, const char *text, struct ys_err *err)
{
    struct ys_personal_hit hit;
    if (text == NULL)
        return YS_OK;
    const struct ys_bytes bytes = ys_bytes_of_text(text);
    if (ys_text_check(bytes, NULL) != YS_TEXT_GOOD || strchr(text, '\n') != NULL)
        return ys_fail(err, YS_MALFORMED, _("%s: no line of text in UTF-8"), name);
    if (ys_personal_find(bytes, 0, &hit))
        return ys_fail(err, YS_REFUSED,
                       _("%s: holds what looks like a number of a person (%s); the logbook names "
                         "nobody"),
                       name, ys_personal_word(hit.kind));
    return YS_OK;
}

static void set(json_t *json, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(json, name, json_string(text));
}

/* NULL without memory. */
static char *line_of(const struct ys_logbook_entry *entry, const struct ys_logbook_state *state)
{
    char text[YS_HASH_TEXT_LEN + 1];
    char time[YS_TIME_TEXT_MAX];
    char user[64];
    struct passwd account;
    struct passwd *found = NULL;
    char room[1024];
    json_t *const json = json_object();
    if (getpwuid_r(getuid(), &account, room, sizeof room, &found) != 0 || found == NULL)
        (void)snprintf(user, sizeof user, "%u", (unsigned)getuid());
    else
        (void)snprintf(user, sizeof user, "%s", account.pw_name);
    ys_time_print((int64_t)ys_now_s() * 1000, time);
    set(json, "time", time);
    set(json, "user", user);
    set(json, "action", entry->action);
    set(json, "record", entry->record);
    set(json, "slot", entry->slot);
    if (entry->commitment != NULL) {
        hash_text(entry->commitment, text);
        set(json, "commitment", text);
    }
    set(json, "recipient", entry->recipient);
    set(json, "purpose", entry->purpose);
    hash_text(&state->last, text);
    set(json, "before", text);
    char *const line = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return line;
}

static enum ys_code append(const struct ys_home *home, int fd, const char *path,
                           const struct ys_logbook_entry *entry, struct ys_err *err)
{
    struct ys_logbook_state state;
    off_t whole = 0;
    struct ys_err why = {0};
    enum ys_code code = check(home, fd, &state, &whole, &why);
    if (code == YS_CORRUPT)
        return ys_fail(err, code,
                       _("%s; keep it and logbook.last elsewhere, then a new one begins"), why.msg);
    if (code != YS_OK)
        return ys_fail(err, code, "%s", why.msg);
    char *const text = line_of(entry, &state);
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    const size_t size = strlen(text) + 1;
    if (size > LINE_MAX_BYTES) {
        free(text);
        return ys_fail(err, YS_LIMIT, _("%s: a line has at most %d bytes"), path, LINE_MAX_BYTES);
    }
    text[size - 1] = '\n'; /* in the place of the terminator */
    /* What stands behind the last whole line was cut short, and goes. */
    if (ftruncate(fd, whole) != 0 || pwrite(fd, text, size, whole) != (ssize_t)size ||
        fsync(fd) != 0) {
        code = fail_errno(path, err);
    } else {
        ys_sha256((struct ys_bytes){(const uint8_t *)text, size}, &state.last);
        state.lines++;
        YS_CRASH_POINT("logbook_written");
        code = save_last(home, &state, err);
    }
    free(text);
    return code;
}

enum ys_code ys_logbook_add(const struct ys_home *home, const struct ys_logbook_entry *entry,
                            struct ys_err *err)
{
    char path[PATH_MAX];
    struct flock whole_file = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    enum ys_code code = text_check(_("purpose"), entry->purpose, err);
    if (code == YS_OK)
        code = text_check(_("recipient"), entry->recipient, err);
    if (code != YS_OK)
        return code;
    ys_home_path(home, "logbook", path);
    FD_SCOPED fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_errno(path, err);
    while (fcntl(fd, F_OFD_SETLKW, &whole_file) != 0)
        if (errno != EINTR)
            return fail_errno(path, err);
    return append(home, fd, path, entry, err);
}
