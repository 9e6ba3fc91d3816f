#include "node/invite.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "node/file.h"
#include "node/lang.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char folder_name[] = "invites";
static const char head[] = "yishi/invitation/v1";
static const char role_observer[] = "observer";
static const char used_suffix[] = ".used";
static const char cancelled_suffix[] = ".cancelled";
_Static_assert((int)YS_HASH_LEN == (int)YS_PUBKEY_LEN, "a hash is written as a key is");

enum { TEXT_MAX = 256, NAME_MAX_SIZE = 64 };

static void path_of(const struct ys_home *home, const char *id, const char *suffix,
                    char out[PATH_MAX])
{
    char name[NAME_MAX_SIZE];
    const int length = snprintf(name, sizeof name, "%s/%s%s", folder_name, id, suffix);
    YS_ASSERT(length > 0 && length < (int)sizeof name);
    ys_home_path(home, name, out);
}

enum ys_invite_state ys_invite_state(const struct ys_invite *invite, uint64_t now_s)
{
    return invite->cancelled            ? YS_INVITE_CANCELLED
           : invite->used               ? YS_INVITE_USED
           : now_s >= invite->expires_s ? YS_INVITE_EXPIRED
                                        : YS_INVITE_OPEN;
}

const char *ys_invite_state_name(enum ys_invite_state state)
{
    switch (state) {
    case YS_INVITE_CANCELLED:
        return "cancelled";
    case YS_INVITE_USED:
        return "used";
    case YS_INVITE_EXPIRED:
        return "expired";
    case YS_INVITE_OPEN:
        return "open";
    }
    return "?";
}

/* --- one file --- */

static bool take_number(struct ys_bytes *rest, uint64_t *out)
{
    struct ys_bytes line;
    return ys_bytes_take_line(rest, &line) && ys_decimal_parse(line, INT64_MAX, out);
}

static bool take_key(struct ys_bytes *rest, uint8_t out[YS_PUBKEY_LEN])
{
    struct ys_bytes line;
    size_t size = 0;
    return ys_bytes_take_line(rest, &line) &&
           ys_base64_decode(line, out, YS_PUBKEY_LEN, &size) == YS_OK && size == YS_PUBKEY_LEN;
}

/* Nothing more, or one line that says that an observer is invited. */
static bool take_role(struct ys_bytes rest, bool *observer_out)
{
    struct ys_bytes line;
    *observer_out = rest.size != 0;
    return rest.size == 0 || (ys_bytes_take_line(&rest, &line) &&
                              ys_bytes_is_text(line, role_observer) && rest.size == 0);
}

static bool parse(struct ys_bytes text, struct ys_invite *out)
{
    struct ys_bytes line;
    return ys_bytes_take_line(&text, &line) && ys_bytes_is_text(line, head) &&
           ys_bytes_take_line(&text, &line) &&
           ys_division_parse(line, &out->division, NULL) == YS_OK && take_key(&text, out->key) &&
           take_number(&text, &out->made_s) && take_number(&text, &out->expires_s) &&
           take_role(text, &out->observer);
}

static enum ys_code read_small(const char *path, uint8_t text[TEXT_MAX], struct ys_bytes *out,
                               struct ys_err *err)
{
    out->data = text;
    return ys_file_read(path, 0, text, TEXT_MAX, &out->size, err);
}

static enum ys_code load_one(const struct ys_home *home, const char *id, struct ys_invite *out,
                             struct ys_err *err)
{
    char path[PATH_MAX];
    uint8_t text[TEXT_MAX];
    struct ys_bytes bytes;
    struct ys_invite invite = {.used = false};
    memcpy(invite.id, id, sizeof invite.id);
    path_of(home, id, "", path);
    enum ys_code code = read_small(path, text, &bytes, err);
    if (code == YS_OK && !parse(bytes, &invite))
        code = ys_fail(err, YS_MALFORMED, _("%s: is no invitation; remove it"), path);
    if (code != YS_OK)
        return code;
    path_of(home, id, cancelled_suffix, path);
    invite.cancelled = access(path, F_OK) == 0;
    path_of(home, id, used_suffix, path);
    code = read_small(path, text, &bytes, err);
    invite.used = code == YS_OK;
    if (code == YS_OK && (!take_key(&bytes, invite.user.bytes) || bytes.size != 0))
        code = ys_fail(err, YS_MALFORMED, _("%s: names no applicant; remove it"), path);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    *out = invite;
    return YS_OK;
}

/* --- all --- */

static int compare(const void *a, const void *b)
{
    const struct ys_invite *const left = a;
    const struct ys_invite *const right = b;
    if (left->made_s != right->made_s)
        return left->made_s < right->made_s ? -1 : 1;
    return strcmp(left->id, right->id);
}

static enum ys_code add_one(const struct ys_home *home, const char *id, struct ys_invites *list,
                            struct ys_err *err)
{
    struct ys_invite *const more = reallocarray(list->item, list->count + 1, sizeof *list->item);
    if (more == NULL)
        return ys_fail(err, YS_NOMEM, _("invitations: out of memory"));
    list->item = more;
    const enum ys_code code = load_one(home, id, &list->item[list->count], err);
    list->count += code == YS_OK;
    return code == YS_NOT_FOUND ? YS_OK : code; /* removed just now */
}

enum ys_code ys_invites_load(const struct ys_home *home, struct ys_invites *out, struct ys_err *err)
{
    char path[PATH_MAX];
    YS_INVITES_SCOPED list = {.count = 0};
    enum ys_code code = YS_OK;
    ys_home_path(home, folder_name, path);
    DIR *const folder = opendir(path);
    if (folder == NULL && errno != ENOENT)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    if (folder != NULL) {
        for (const struct dirent *entry = readdir(folder); entry != NULL && code == YS_OK;
             entry = readdir(folder))
            if (ys_invite_id_valid(ys_bytes_of_text(entry->d_name)))
                code = add_one(home, entry->d_name, &list, err);
        closedir(folder);
    }
    if (code != YS_OK)
        return code;
    if (list.count > 1)
        qsort(list.item, list.count, sizeof *list.item, compare);
    *out = list;
    list = (struct ys_invites){.count = 0};
    return YS_OK;
}

void ys_invites_clear(struct ys_invites *invites)
{
    free(invites->item);
    *invites = (struct ys_invites){.count = 0};
}

const struct ys_invite *ys_invites_by_key(const struct ys_invites *invites,
                                          const uint8_t key[YS_PUBKEY_LEN])
{
    for (size_t i = 0; i < invites->count; i++)
        if (memcmp(invites->item[i].key, key, YS_PUBKEY_LEN) == 0)
            return &invites->item[i];
    return NULL;
}

const struct ys_invite *ys_invites_by_id(const struct ys_invites *invites, const char *id)
{
    for (size_t i = 0; i < invites->count; i++)
        if (strcmp(invites->item[i].id, id) == 0)
            return &invites->item[i];
    return NULL;
}

/* --- writing --- */

/* The marks last: an invitation never looks less ended than it is. */
static void remove_one(const struct ys_home *home, const char *id)
{
    static const char *const suffixes[] = {"", used_suffix, cancelled_suffix};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char path[PATH_MAX];
        path_of(home, id, suffixes[i], path);
        unlink(path);
    }
}

/* Remove what ended long ago. */
static enum ys_code sweep(const struct ys_home *home, const struct ys_invites *all, uint64_t now_s,
                          struct ys_err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (now_s >= all->item[i].expires_s && now_s - all->item[i].expires_s > YS_INVITE_GRACE_S)
            remove_one(home, all->item[i].id);
        else
            kept++;
    }
    return kept < YS_INVITES_MAX
               ? YS_OK
               : ys_fail(err, YS_LIMIT,
                         _("%s: %d invitations are kept already; wait until some end"), home->path,
                         YS_INVITES_MAX);
}

static void put_line(struct ys_writer *w, const char *text)
{
    ys_writer_text(w, text);
    ys_writer_text(w, "\n");
}

static void put_key(struct ys_writer *w, const uint8_t key[YS_PUBKEY_LEN])
{
    ys_writer_base64(w, (struct ys_bytes){.data = key, .size = YS_PUBKEY_LEN});
    ys_writer_text(w, "\n");
}

static enum ys_code write_new(const char *path, const struct ys_writer *w, struct ys_err *err)
{
    YS_ASSERT(!w->overflow);
    return ys_file_write(path, 0600, (struct ys_bytes){.data = w->data, .size = w->size}, err);
}

enum ys_code ys_invite_save(const struct ys_home *home, const struct ys_invite *invite,
                            uint64_t now_s, struct ys_err *err)
{
    char path[PATH_MAX];
    uint8_t text[TEXT_MAX];
    YS_INVITES_SCOPED all = {.count = 0};
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    YS_ASSERT(ys_invite_id_valid(ys_bytes_of_text(invite->id)));
    ys_home_path(home, folder_name, path);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    enum ys_code code = ys_invites_load(home, &all, err);
    if (code == YS_OK && ys_invites_by_id(&all, invite->id) != NULL)
        code = ys_fail(err, YS_EXISTS, _("invitation %s is there already"), invite->id);
    if (code == YS_OK)
        code = sweep(home, &all, now_s, err);
    if (code != YS_OK)
        return code;
    put_line(&w, head);
    put_line(&w, invite->division.digits);
    put_key(&w, invite->key);
    ys_writer_decimal(&w, invite->made_s);
    put_line(&w, "");
    ys_writer_decimal(&w, invite->expires_s);
    put_line(&w, "");
    if (invite->observer)
        put_line(&w, role_observer);
    path_of(home, invite->id, "", path);
    return write_new(path, &w, err);
}

enum ys_code ys_invite_use(const struct ys_home *home, const char *id, const struct ys_hash *user,
                           struct ys_err *err)
{
    char path[PATH_MAX];
    uint8_t text[TEXT_MAX];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    path_of(home, id, used_suffix, path);
    /* The daemon alone writes it, and there is one daemon. */
    if (access(path, F_OK) == 0)
        return ys_fail(err, YS_EXISTS, _("invitation %s was used before"), id);
    put_key(&w, user->bytes);
    return write_new(path, &w, err);
}

enum ys_code ys_invite_cancel(const struct ys_home *home, const char *id, struct ys_err *err)
{
    char path[PATH_MAX];
    path_of(home, id, "", path);
    if (access(path, F_OK) != 0)
        return ys_fail(err, YS_NOT_FOUND, _("there is no invitation %s; see: yishi invite --list"),
                       id);
    path_of(home, id, cancelled_suffix, path);
    return ys_file_write(path, 0600, ys_bytes_of_text(""), err);
}
