#include "node/alarm.h"

#include "crypto/assert.h"
#include "node/file.h"
#include "node/lang.h"
#include "proto/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 512, FILE_MAX = YS_ALARMS_MAX * LINE_MAX_LEN };

/* --- what was asked for --- */

enum ys_code ys_own_keys_load(const struct ys_home *home, const struct ys_node_keys *keys,
                              struct ys_own_keys *out, struct ys_err *err)
{
    struct ys_body_names bodies;
    *out = (struct ys_own_keys){.log = keys->log.vkey, .mirror = keys->mirror.vkey};
    memcpy(out->transport, keys->transport_public, sizeof out->transport);
    const enum ys_code code = ys_keystore_bodies(home, &bodies, err);
    for (size_t i = 0; i < bodies.count && code == YS_OK; i++) {
        char path[PATH_MAX];
        struct ys_public public;
        ys_keystore_path(home, bodies.name[i], ".pub", path);
        if (ys_public_load(path, &public, NULL) == YS_OK)
            out->body[out->body_count++] = public.vkey;
    }
    return code;
}

static bool is_key(const char *text, const struct ys_vkey *own)
{
    struct ys_vkey vkey;
    return text != NULL && ys_vkey_parse(ys_bytes_of_text(text), &vkey) == YS_OK &&
           ys_vkey_equal(&vkey, own);
}

static bool asked_for(const Yishi__V1__Body *body, const struct ys_own_keys *own)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_NODE_CERTIFICATE) {
        const Yishi__V1__NodeCertificate *const record = body->node_certificate;
        return is_key(record->log, &own->log) && is_key(record->mirror, &own->mirror) &&
               record->transport.len == YS_PUBKEY_LEN &&
               memcmp(record->transport.data, own->transport, YS_PUBKEY_LEN) == 0;
    }
    for (size_t i = 0;
         body->kind_case == YISHI__V1__BODY__KIND_BODY_REGISTER && i < own->body_count; i++)
        if (is_key(body->body_register->key, &own->body[i]))
            return true;
    return false;
}

/* The key that a membership record is about; NULL for every other kind. */
static const char *key_text(const Yishi__V1__Body *body)
{
    if (body->kind_case == YISHI__V1__BODY__KIND_NODE_CERTIFICATE)
        return body->node_certificate->log;
    if (body->kind_case == YISHI__V1__BODY__KIND_BODY_REGISTER)
        return body->body_register->key;
    if (body->kind_case == YISHI__V1__BODY__KIND_KEY_REVOKE)
        return body->key_revoke->key;
    return NULL;
}

/* --- looking --- */

struct search {
    const struct ys_division *unit;
    const struct ys_own_keys *own;
    struct ys_alarms *alarms;
};

static enum ys_code check_room(const struct ys_alarms *alarms, struct ys_err *err)
{
    return alarms->count < YS_ALARMS_MAX
               ? YS_OK
               : ys_fail(err, YS_LIMIT,
                         _("alarms: more than %d; remove the file when all are seen"),
                         YS_ALARMS_MAX);
}

static enum ys_code add_alarm(const struct search *search, const struct ys_log *log, uint64_t index,
                              const struct ys_record *record, const struct ys_hash *id,
                              const struct ys_vkey *vkey, struct ys_err *err)
{
    struct ys_alarms *const alarms = search->alarms;
    for (size_t i = 0; i < alarms->count; i++)
        if (ys_hash_equal(&alarms->alarm[i].record, id))
            return YS_OK;
    const enum ys_code code = check_room(alarms, err);
    if (code != YS_OK)
        return code;
    struct ys_alarm *const alarm = &alarms->alarm[alarms->count++];
    *alarm = (struct ys_alarm){.record = *id, .open = true, .index = index};
    memcpy(alarm->kind, record->kind, sizeof alarm->kind);
    memcpy(alarm->key, vkey->name, sizeof alarm->key);
    memcpy(alarm->origin, log->origin_text, sizeof alarm->origin);
    return YS_OK;
}

static enum ys_code look_at_entry(const struct search *search, const struct ys_log *log,
                                  uint64_t index, const struct ys_entry *entry, struct ys_err *err)
{
    struct ys_note note;
    struct ys_record record;
    struct ys_hash id;
    struct ys_vkey vkey;
    struct ys_name name;
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    if (entry->content != YS_CONTENT_BODY || ys_note_parse(entry->note, &note, NULL) != YS_OK ||
        ys_record_parse(note.text, &record, NULL) != YS_OK)
        return YS_OK;
    ys_record_id(note.text, &id);
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(entry->body, &arena, &body, err);
    const char *const text = code == YS_OK ? key_text(body) : NULL;
    if (code != YS_NOMEM)
        code = YS_OK; /* a body that says nothing alarms nobody */
    if (text != NULL && ys_vkey_parse(ys_bytes_of_text(text), &vkey) == YS_OK &&
        ys_name_parse(ys_bytes_of_text(vkey.name), &name, NULL) == YS_OK &&
        ys_division_equal(&name.division, search->unit) && !asked_for(body, search->own))
        code = add_alarm(search, log, index, &record, &id, &vkey, err);
    ys_arena_clear(&arena);
    return code;
}

static enum ys_code look_at_log(const struct search *search, struct ys_txn *txn,
                                const struct ys_log *log, struct ys_err *err)
{
    for (uint64_t index = 0;;) {
        struct ys_position at;
        struct ys_entry entry;
        enum ys_code code = ys_membership_next(txn, log->id, index, &at, err);
        if (code == YS_NOT_FOUND || (code == YS_OK && at.log_id != log->id))
            return YS_OK;
        if (code == YS_OK)
            code = ys_log_entry(txn, log->id, at.index, &entry, err);
        if (code == YS_OK)
            code = look_at_entry(search, log, at.index, &entry, err);
        if (code != YS_OK)
            return code;
        index = at.index + 1;
    }
}

enum ys_code ys_alarms_find(struct ys_txn *txn, const struct ys_division *unit,
                            const struct ys_own_keys *own, struct ys_alarms *alarms,
                            struct ys_err *err)
{
    const struct search search = {.unit = unit, .own = own, .alarms = alarms};
    struct ys_log log = {.origin_text = ""};
    for (;;) {
        enum ys_code code = ys_log_next_origin(txn, log.origin_text, &log, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK && ys_division_within(unit, &log.origin.division) &&
            !ys_division_equal(unit, &log.origin.division))
            code = look_at_log(&search, txn, &log, err);
        if (code != YS_OK)
            return code;
    }
}

/* --- jumps of the clock --- */

static const char jump_kind[] = "clock_jump";

static void forget_oldest_jump(struct ys_alarms *alarms)
{
    size_t count = 0;
    size_t oldest = 0;
    for (size_t i = alarms->count; i-- > 0;)
        if (alarms->alarm[i].jump_s != 0) {
            count++;
            oldest = i;
        }
    if (count < YS_CLOCK_ALARMS_MAX)
        return;
    alarms->count--;
    memmove(&alarms->alarm[oldest], &alarms->alarm[oldest + 1],
            (alarms->count - oldest) * sizeof alarms->alarm[0]);
}

enum ys_code ys_alarms_add_jump(struct ys_alarms *alarms, const char *origin, int64_t jump_s,
                                uint64_t now_s, struct ys_err *err)
{
    char text[LINE_MAX_LEN];
    YS_ASSERT(jump_s != 0);
    forget_oldest_jump(alarms);
    const enum ys_code code = check_room(alarms, err);
    if (code != YS_OK)
        return code;
    struct ys_alarm *const alarm = &alarms->alarm[alarms->count++];
    *alarm = (struct ys_alarm){.open = true, .jump_s = jump_s, .index = now_s};
    memcpy(alarm->kind, jump_kind, sizeof jump_kind);
    snprintf(alarm->key, sizeof alarm->key, "%lld", (long long)jump_s);
    snprintf(alarm->origin, sizeof alarm->origin, "%s", origin);
    snprintf(text, sizeof text, "%s %s %s %llu", origin, jump_kind, alarm->key,
             (unsigned long long)now_s);
    ys_record_id(ys_bytes_of_text(text), &alarm->record);
    return YS_OK;
}

/* --- the file: a line each of record id, "open" or "seen", kind, key, origin, index; of a jump its
 * seconds and the time that the clock showed next are key and index --- */

/* What stands before the next space, or all that is left. */
static struct ys_bytes take_word(struct ys_bytes *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->data[size] != ' ')
        size++;
    const struct ys_bytes word = {rest->data, size};
    *rest = ys_bytes_skip(*rest, size < rest->size ? size + 1 : size);
    return word;
}

static bool take_text(struct ys_bytes *rest, char *out, size_t size)
{
    const struct ys_bytes word = take_word(rest);
    if (word.size == 0 || word.size >= size)
        return false;
    memcpy(out, word.data, word.size);
    out[word.size] = '\0';
    return true;
}

static bool parse_line(struct ys_bytes line, struct ys_alarm *out)
{
    *out = (struct ys_alarm){.open = true};
    if (ys_record_id_parse(take_word(&line), &out->record) != YS_OK)
        return false;
    out->open = !ys_bytes_is_text(take_word(&line), "seen");
    const bool whole = take_text(&line, out->kind, sizeof out->kind) &&
                       take_text(&line, out->key, sizeof out->key) &&
                       take_text(&line, out->origin, sizeof out->origin) &&
                       ys_decimal_parse(line, UINT64_MAX, &out->index);
    if (whole && strcmp(out->kind, jump_kind) == 0)
        out->jump_s = strtoll(out->key, NULL, 10);
    return whole;
}

enum ys_code ys_alarms_load(const struct ys_home *home, struct ys_alarms *out, struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_bytes line;
    size_t size = 0;
    uint8_t *const text = malloc(FILE_MAX);
    if (text == NULL)
        return ys_fail(err, YS_NOMEM, _("alarms: out of memory"));
    ys_home_path(home, "alarms", path);
    out->count = 0;
    enum ys_code code = ys_file_read(path, 0, text, FILE_MAX, &size, err);
    struct ys_bytes rest = {text, code == YS_OK ? size : 0};
    if (code == YS_NOT_FOUND)
        code = YS_OK;
    while (code == YS_OK && ys_bytes_take_line(&rest, &line)) {
        if (out->count == YS_ALARMS_MAX || !parse_line(line, &out->alarm[out->count]))
            code = ys_fail(err, YS_MALFORMED,
                           _("%s: line %zu is no alarm; remove the file: they are found again"),
                           path, out->count + 1);
        else
            out->count++;
    }
    free(text);
    return code;
}

enum ys_code ys_alarms_save(const struct ys_home *home, const struct ys_alarms *alarms,
                            struct ys_err *err)
{
    char path[PATH_MAX];
    struct ys_writer w = {.capacity = FILE_MAX};
    w.data = malloc(FILE_MAX);
    if (w.data == NULL)
        return ys_fail(err, YS_NOMEM, _("alarms: out of memory"));
    for (size_t i = 0; i < alarms->count; i++) {
        const struct ys_alarm *const alarm = &alarms->alarm[i];
        char id[YS_RECORD_ID_TEXT_MAX];
        char line[LINE_MAX_LEN];
        ys_record_id_print(&alarm->record, id);
        snprintf(line, sizeof line, "%s %s %s %s %s %llu\n", id, alarm->open ? "open" : "seen",
                 alarm->kind, alarm->key, alarm->origin, (unsigned long long)alarm->index);
        ys_writer_text(&w, line);
    }
    YS_ASSERT(!w.overflow);
    ys_home_path(home, "alarms", path);
    const enum ys_code code = ys_file_write(path, 0644, (struct ys_bytes){w.data, w.size}, err);
    free(w.data);
    return code;
}

enum ys_code ys_alarms_acknowledge(struct ys_alarms *alarms, const char *prefix, struct ys_err *err)
{
    enum { DIGITS_MIN = 8 };
    for (size_t i = 0; i < alarms->count; i++) {
        char id[YS_RECORD_ID_TEXT_MAX];
        ys_record_id_print(&alarms->alarm[i].record, id);
        if (!alarms->alarm[i].open || strlen(prefix) < DIGITS_MIN ||
            strncmp(id, prefix, strlen(prefix)) != 0)
            continue;
        alarms->alarm[i].open = false;
        return YS_OK;
    }
    return ys_fail(err, YS_NOT_FOUND, _("alarms: none is open under \"%s\"; see: yishi status"),
                   prefix);
}
