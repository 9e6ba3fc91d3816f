#include "node/application.h"

#include "crypto/assert.h"
#include "node/file.h"
#include "node/lang.h"
#include "proto/field.h"
#include "proto/text.h"
#include "proto/wire.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char folder_name[] = "pending";
static const char refused_suffix[] = ".refused";
enum {
    PLACE_BYTES = 8,
    PLACE_MAX = 64,
    FILE_BYTES_MAX = YS_JOIN_MAX + 64,
    REASON_POINTS_MAX = 200
};

void ys_fingerprint_print(const uint8_t key[YS_PUBKEY_LEN], char out[YS_FINGERPRINT_MAX])
{
    struct ys_hash hash;
    ys_sha256((struct ys_bytes){.data = key, .size = YS_PUBKEY_LEN}, &hash);
    for (unsigned group = 0; group < 5; group++)
        (void)snprintf(out + 5 * (size_t)group, 6, group == 4 ? "%02x%02x" : "%02x%02x ",
                       hash.bytes[2 * group], hash.bytes[2 * group + 1]);
}

/* --- places --- */

void ys_applicant_hash(const struct ys_offer *offer, struct ys_hash *out)
{
    struct ys_sha256 state;
    ys_sha256_init(&state);
    ys_sha256_update(&state, (struct ys_bytes){.data = offer->transport, .size = YS_PUBKEY_LEN});
    ys_sha256_update(&state, ys_bytes_of_text(offer->log));
    ys_sha256_final(&state, out);
}

/* Name of an applicant's file. */
static void place_of(const struct ys_offer *offer, char out[PLACE_MAX])
{
    struct ys_hash hash;
    char digits[2 * PLACE_BYTES + 1];
    ys_applicant_hash(offer, &hash);
    sodium_bin2hex(digits, sizeof digits, hash.bytes, PLACE_BYTES);
    snprintf(out, PLACE_MAX, "%s.%s", offer->origin.division.digits, digits);
}

static bool is_place(const char *name, const struct ys_division *division)
{
    const char *const dot = strchr(name, '.');
    struct ys_division unit;
    if (dot == NULL || !ys_invite_id_valid(ys_bytes_of_text(dot + 1)))
        return false;
    const struct ys_bytes code = {.data = (const uint8_t *)name, .size = (size_t)(dot - name)};
    return ys_division_parse(code, &unit, NULL) == YS_OK &&
           (division == NULL || ys_division_equal(&unit, division));
}

static void path_of(const struct ys_home *home, const char *place, const char *suffix,
                    char out[PATH_MAX])
{
    char name[2 * PLACE_MAX];
    const int length = snprintf(name, sizeof name, "%s/%s%s", folder_name, place, suffix);
    YS_ASSERT(length > 0 && length < (int)sizeof name);
    ys_home_path(home, name, out);
}

static void path_of_offer(const struct ys_home *home, const struct ys_offer *offer,
                          const char *suffix, char out[PATH_MAX])
{
    char place[PLACE_MAX];
    place_of(offer, place);
    path_of(home, place, suffix, out);
}

/* --- reading --- */

static bool is_reason(const char *text)
{
    size_t points = 0;
    return ys_text_check(ys_bytes_of_text(text), &points) == YS_TEXT_GOOD && points > 0 &&
           points <= REASON_POINTS_MAX;
}

static enum ys_code load_refusal(const struct ys_home *home, const char *place,
                                 char out[YS_REFUSAL_MAX + 1], struct ys_err *err)
{
    char path[PATH_MAX];
    size_t size = 0;
    path_of(home, place, refused_suffix, path);
    const enum ys_code code = ys_file_read(path, 0, out, YS_REFUSAL_MAX, &size, err);
    out[code == YS_OK ? size : 0] = '\0';
    if (code == YS_OK && !is_reason(out))
        snprintf(out, YS_REFUSAL_MAX + 1, "?");
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* The packed Join is copied out where `join` is not NULL; it has room for FILE_BYTES_MAX. */
static enum ys_code unpack(struct ys_bytes file, struct ys_application *out, struct ys_writer *join,
                           struct ys_err *err)
{
    struct ys_arena arena;
    ProtobufCMessage *message = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    enum ys_code code = ys_wire_decode(file, &yishi__v1__application__descriptor, "application",
                                       &arena, &message, err);
    if (code == YS_OK)
        code = ys_field_check(message, YS_FIELD_TEXT | YS_FIELD_REQUIRED, "application", err);
    if (code == YS_OK) {
        const Yishi__V1__Application *const application = (const void *)message;
        const struct ys_bytes bytes = ys_wire_view(&application->join);
        out->since_s = application->since;
        code = ys_offer_decode(bytes, &out->offer, err);
        if (join != NULL)
            ys_writer_bytes(join, bytes);
    }
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code load_place(const struct ys_home *home, const char *place,
                               struct ys_application *out, struct ys_writer *join,
                               struct ys_err *err)
{
    char path[PATH_MAX];
    uint8_t bytes[FILE_BYTES_MAX];
    struct ys_bytes file = {.data = bytes};
    struct ys_err why = {.code = YS_OK};
    path_of(home, place, "", path);
    enum ys_code code = ys_file_read(path, 0, bytes, sizeof bytes, &file.size, err);
    if (code != YS_OK)
        return code;
    code = unpack(file, out, join, &why);
    return code == YS_OK ? load_refusal(home, place, out->refused, err)
                         : ys_fail(err, YS_MALFORMED, "%s: %s", path, why.msg);
}

enum ys_code ys_application_load(const struct ys_home *home, const struct ys_offer *offer,
                                 struct ys_application *out, struct ys_err *err)
{
    char place[PLACE_MAX];
    place_of(offer, place);
    return load_place(home, place, out, NULL, err);
}

static int compare(const void *a, const void *b)
{
    const struct ys_application *const left = a;
    const struct ys_application *const right = b;
    const int codes =
        strcmp(left->offer.origin.division.digits, right->offer.origin.division.digits);
    if (codes != 0 || left->since_s == right->since_s)
        return codes != 0 ? codes
                          : memcmp(left->offer.transport, right->offer.transport, YS_PUBKEY_LEN);
    return left->since_s < right->since_s ? -1 : 1;
}

static enum ys_code add_place(const struct ys_home *home, const char *place,
                              struct ys_applications *list, struct ys_err *err)
{
    struct ys_application *const more =
        reallocarray(list->item, list->count + 1, sizeof *list->item);
    if (more == NULL)
        return ys_fail(err, YS_NOMEM, _("requests: out of memory"));
    list->item = more;
    const enum ys_code code = load_place(home, place, &list->item[list->count], NULL, err);
    list->count += code == YS_OK;
    return code == YS_NOT_FOUND ? YS_OK : code; /* removed just now */
}

/* `function` for each applicant's file of the unit. */
static enum ys_code each_place(const struct ys_home *home, const struct ys_division *division,
                               enum ys_code (*function)(const struct ys_home *home,
                                                        const char *place, void *context,
                                                        struct ys_err *err),
                               void *context, struct ys_err *err)
{
    char path[PATH_MAX];
    enum ys_code code = YS_OK;
    ys_home_path(home, folder_name, path);
    DIR *const folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT ? YS_OK : ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    for (const struct dirent *entry = readdir(folder); entry != NULL && code == YS_OK;
         entry = readdir(folder))
        if (is_place(entry->d_name, division))
            code = function(home, entry->d_name, context, err);
    closedir(folder);
    return code;
}

static enum ys_code add_to_list(const struct ys_home *home, const char *place, void *context,
                                struct ys_err *err)
{
    return add_place(home, place, context, err);
}

enum ys_code ys_applications_load(const struct ys_home *home, const struct ys_division *division,
                                  struct ys_applications *out, struct ys_err *err)
{
    YS_APPLICATIONS_SCOPED list = {.count = 0};
    const enum ys_code code = each_place(home, division, add_to_list, &list, err);
    if (code != YS_OK)
        return code;
    if (list.count > 1)
        qsort(list.item, list.count, sizeof *list.item, compare);
    *out = list;
    list = (struct ys_applications){.count = 0};
    return YS_OK;
}

void ys_applications_clear(struct ys_applications *applications)
{
    free(applications->item);
    *applications = (struct ys_applications){.count = 0};
}

/* --- writing --- */

static enum ys_code count_place(const struct ys_home *home, const char *place, void *context,
                                struct ys_err *err)
{
    (void)home;
    (void)place;
    (void)err;
    size_t *const count = context;
    (*count)++;
    return YS_OK;
}

static enum ys_code make_room(const struct ys_home *home, struct ys_err *err)
{
    char path[PATH_MAX];
    size_t count = 0;
    ys_home_path(home, folder_name, path);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    const enum ys_code code = each_place(home, NULL, count_place, &count, err);
    if (code == YS_OK && count >= YS_APPLICATIONS_MAX)
        return ys_fail(err, YS_LIMIT, _("%d requests wait for an officer already"),
                       YS_APPLICATIONS_MAX);
    return code;
}

static enum ys_code write_place(const struct ys_home *home, const char *place, uint64_t since_s,
                                struct ys_bytes join, struct ys_err *err)
{
    char path[PATH_MAX];
    uint8_t bytes[FILE_BYTES_MAX];
    struct ys_writer w = {.data = bytes, .capacity = sizeof bytes};
    Yishi__V1__Application application;
    yishi__v1__application__init(&application);
    application.has_since = application.has_join = 1;
    application.since = since_s;
    application.join = ys_wire_lend(join);
    const enum ys_code code = ys_wire_encode(&application.base, FILE_BYTES_MAX, &w, err);
    path_of(home, place, "", path);
    return code == YS_OK
               ? ys_file_write(path, 0600, (struct ys_bytes){.data = bytes, .size = w.size}, err)
               : code;
}

enum ys_code ys_application_save(const struct ys_home *home, const struct ys_offer *offer,
                                 struct ys_bytes join, uint64_t now_s, struct ys_err *err)
{
    char place[PLACE_MAX];
    char path[PATH_MAX];
    uint8_t bytes[FILE_BYTES_MAX];
    struct ys_writer before = {.data = bytes, .capacity = sizeof bytes};
    struct ys_application old = {.since_s = now_s};
    place_of(offer, place);
    enum ys_code code = load_place(home, place, &old, &before, err);
    if (code == YS_OK && old.refused[0] == '\0' &&
        ys_bytes_equal((struct ys_bytes){.data = bytes, .size = before.size}, join))
        return YS_OK;
    if (code == YS_NOT_FOUND)
        code = make_room(home, err);
    if (code != YS_OK && code != YS_MALFORMED) /* what cannot be read is replaced */
        return code;
    code = write_place(home, place, old.since_s, join, err);
    path_of(home, place, refused_suffix, path);
    if (code == YS_OK && unlink(path) != 0 && errno != ENOENT)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    return code;
}

enum ys_code ys_application_refuse(const struct ys_home *home, const struct ys_offer *offer,
                                   const char *why, struct ys_err *err)
{
    char path[PATH_MAX];
    if (!is_reason(why))
        return ys_fail(err, YS_USAGE, _("a reason is a text of 1 to %d characters"),
                       REASON_POINTS_MAX);
    path_of_offer(home, offer, refused_suffix, path);
    return ys_file_write(path, 0600, ys_bytes_of_text(why), err);
}

void ys_application_remove(const struct ys_home *home, const struct ys_offer *offer)
{
    char path[PATH_MAX];
    path_of_offer(home, offer, "", path);
    unlink(path);
    path_of_offer(home, offer, refused_suffix, path);
    unlink(path);
}
