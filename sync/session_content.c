/* Bodies that are absent here are asked for again, of whoever may hold them: after HELLO each once, and
 * when the peer tells that one came to it. */
#include "crypto/assert.h"
#include "proto/wire.h"
#include "sync/absent.h"
#include "sync/restored.h"
#include "sync/session_state.h"

#include <stdio.h>
#include <string.h>

/* May this peer hold the log: its own unit's, one above it, one below it? */
static bool may_hold(const struct ys_session *session, const struct ys_division *origin)
{
    return ys_division_within(origin, &session->options.peer) ||
           ys_division_within(&session->options.peer, origin);
}

/* --- giving --- */

static enum ys_code send_content(struct ys_session *session, struct ys_turn *turn,
                                 const char *origin, uint64_t index, Yishi__V1__Content *content,
                                 struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    content->origin = ys_wire_lend_text(origin);
    content->has_index = true;
    content->index = index;
    message.kind_case = YISHI__V1__MESSAGE__KIND_CONTENT;
    message.content = content;
    return ys_session_send(session, turn, &message, err);
}

/* The body, if it is here and for this peer: below a head that may leave. Else `out` is empty. */
static enum ys_code find_body(struct ys_session *session, struct ys_turn *turn, const char *origin,
                              uint64_t index, struct ys_bytes *out, struct ys_err *err)
{
    struct ys_log log;
    struct ys_entry entry;
    struct ys_bytes note;
    uint64_t size = 0;
    bool restored = false;
    *out = (struct ys_bytes){0};
    enum ys_code code = ys_log_find(turn->txn, origin, &log, err);
    if (code == YS_OK && !may_hold(session, &log.origin.division))
        return YS_OK;
    if (code == YS_OK)
        code = ys_session_newest_head(turn, &log, &size, &note, err);
    if (code == YS_NOT_FOUND || (code == YS_OK && index >= size))
        return YS_OK;
    if (code == YS_OK)
        code = ys_restored_get(turn->txn, &restored, err);
    if (code == YS_OK)
        code = ys_log_entry(turn->txn, log.id, index, &entry, err);
    if (code == YS_OK && entry.content == YS_CONTENT_BODY &&
        !(restored && ys_restored_holds_back(&entry)))
        *out = entry.body;
    return code;
}

enum ys_code ys_session_content_give(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    enum ys_code code = YS_OK;
    while (code == YS_OK && talk->want_count > 0 &&
           (turn->has_room == NULL || turn->has_room(turn->context))) {
        const struct ys_content_want want = talk->want[0];
        Yishi__V1__Content content;
        struct ys_bytes body;
        yishi__v1__content__init(&content);
        code = find_body(session, turn, want.origin, want.index, &body, err);
        if (code != YS_OK)
            return code;
        if (body.data != NULL) {
            content.content_case = YISHI__V1__CONTENT__CONTENT_BODY;
            content.body = ys_wire_lend(body);
        } else {
            content.content_case = YISHI__V1__CONTENT__CONTENT_MISSING;
            content.missing = 1;
        }
        talk->want_count--;
        memmove(talk->want, talk->want + 1, talk->want_count * sizeof *talk->want);
        code = send_content(session, turn, want.origin, want.index, &content, err);
    }
    return code;
}

enum ys_code ys_session_on_content_want(struct ys_session *session, struct ys_turn *turn,
                                        const Yishi__V1__ContentWant *want, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    if (talk->want_count == YS_CONTENT_WINDOW)
        return ys_fail(err, YS_LIMIT, "more than %d CONTENT_WANT at a time", YS_CONTENT_WINDOW);
    struct ys_content_want *const place = &talk->want[talk->want_count++];
    memcpy(place->origin, want->origin, strlen(want->origin) + 1);
    place->index = want->index;
    return ys_session_content_give(session, turn, err);
}

enum ys_code ys_session_content_here(struct ys_session *session, struct ys_turn *turn,
                                     const struct ys_change_result *filled, struct ys_err *err)
{
    Yishi__V1__Content content;
    struct ys_bytes body;
    yishi__v1__content__init(&content);
    if (!ys_session_open(session) || !session->contents.spoken ||
        filled->session == session->options.id)
        return YS_OK;
    const enum ys_code code =
        find_body(session, turn, filled->origin, filled->first_index, &body, err);
    if (code != YS_OK || body.data == NULL)
        return code;
    content.content_case = YISHI__V1__CONTENT__CONTENT_HERE;
    content.here = 1;
    return send_content(session, turn, filled->origin, filled->first_index, &content, err);
}

/* --- asking --- */

static bool same_place(const struct ys_position *a, const struct ys_position *b)
{
    return a->log_id == b->log_id && a->index == b->index;
}

static bool is_before(const struct ys_position *a, const struct ys_position *b)
{
    return a->log_id != b->log_id ? a->log_id < b->log_id : a->index < b->index;
}

static bool is_asked(const struct ys_content_talk *talk, const struct ys_position *at)
{
    for (unsigned i = 0; i < talk->asked_count; i++)
        if (same_place(&talk->asked[i].at, at))
            return true;
    return false;
}

enum ys_code ys_session_content_begin(struct ys_session *session, struct ys_turn *turn,
                                      struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    const uint8_t *const nonce = session->options.nonce;
    struct ys_log log;
    uint64_t logs = 0;
    enum ys_code code = ys_txn_count(turn->txn, YS_DB_LOG, &logs, err);
    if (code != YS_OK || logs == 0 || !talk->spoken)
        return code;
    code = ys_log_next(turn->txn, (uint32_t)(ys_be32_get(nonce) % logs), &log, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    talk->start.log_id = log.id;
    talk->start.index = log.frontier.size == 0 ? 0 : ys_be32_get(nonce + 4) % log.frontier.size;
    talk->next = talk->start;
    talk->walking = true;
    return ys_session_content_ask(session, turn, err);
}

/* The next that is absent here and that the peer may hold. YS_NOT_FOUND behind the last. */
static enum ys_code walk(struct ys_session *session, struct ys_turn *turn, struct ys_position *out,
                         struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    while (talk->walking) {
        struct ys_position at;
        struct ys_log log;
        enum ys_code code = ys_absent_next(turn->txn, &talk->next, &at, err);
        if (code != YS_OK && code != YS_NOT_FOUND)
            return code;
        if (code == YS_NOT_FOUND || (talk->wrapped && !is_before(&at, &talk->start))) {
            talk->walking = !talk->wrapped;
            talk->wrapped = true;
            talk->next = (struct ys_position){0};
            continue;
        }
        code = ys_log_load(turn->txn, at.log_id, &log, err);
        if (code != YS_OK)
            return code == YS_NOT_FOUND
                       ? ys_fail(err, YS_CORRUPT, "store: a row of \"absent\" leads to no log")
                       : code;
        if (!may_hold(session, &log.origin.division)) {
            talk->next = (struct ys_position){.log_id = at.log_id + 1};
            continue;
        }
        talk->next = (struct ys_position){at.log_id, at.index + 1};
        *out = at;
        return YS_OK;
    }
    return YS_NOT_FOUND;
}

static enum ys_code ask_one(struct ys_session *session, struct ys_turn *turn,
                            const struct ys_content_asked *one, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__ContentWant want = YISHI__V1__CONTENT_WANT__INIT;
    struct ys_log log;
    const enum ys_code code = ys_log_load(turn->txn, one->at.log_id, &log, err);
    if (code != YS_OK)
        return code;
    talk->asked[talk->asked_count++] = *one;
    want.origin = log.origin_text;
    want.has_index = true;
    want.index = one->at.index;
    message.kind_case = YISHI__V1__MESSAGE__KIND_CONTENT_WANT;
    message.content_want = &want;
    return ys_session_send(session, turn, &message, err);
}

enum ys_code ys_session_content_ask(struct ys_session *session, struct ys_turn *turn,
                                    struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    if (!ys_session_open(session) || turn->no_credit)
        return YS_OK;
    while (talk->asked_count + talk->writing < YS_CONTENT_WINDOW) {
        struct ys_content_asked one = {.told = talk->again_count > 0};
        enum ys_code code = YS_OK;
        if (one.told) {
            one.at = talk->again[0];
            talk->again_count--;
            memmove(talk->again, talk->again + 1, talk->again_count * sizeof *talk->again);
        } else {
            code = walk(session, turn, &one.at, err);
        }
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK && !is_asked(talk, &one.at))
            code = ask_one(session, turn, &one, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

/* --- taking --- */

/* Is it absent here, and what does its note say? */
static enum ys_code is_absent(struct ys_turn *turn, const struct ys_position *at, bool *out,
                              struct ys_entry *entry, struct ys_err *err)
{
    const enum ys_code code = ys_log_entry(turn->txn, at->log_id, at->index, entry, err);
    *out = code == YS_OK && entry->content == YS_CONTENT_ABSENT;
    return code == YS_NOT_FOUND ? YS_OK : code; /* taken back meanwhile */
}

/* What this peer tells and gives is of no use: nothing more is asked of it in this session. */
static void count_untrue(struct ys_content_talk *talk)
{
    if (++talk->untrue < YS_CONTENT_UNTRUE)
        return;
    talk->walking = false;
    talk->again_count = 0;
}

static enum ys_code on_here(struct ys_session *session, struct ys_turn *turn,
                            const Yishi__V1__Content *content, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    struct ys_log log;
    struct ys_entry entry;
    bool absent = false;
    if (talk->untrue >= YS_CONTENT_UNTRUE || talk->again_count == YS_CONTENT_AGAIN)
        return YS_OK;
    enum ys_code code = ys_log_find(turn->txn, content->origin, &log, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    const struct ys_position at = {log.id, content->index};
    code = is_absent(turn, &at, &absent, &entry, err);
    if (code != YS_OK || !absent || !may_hold(session, &log.origin.division))
        return code;
    for (unsigned i = 0; i < talk->again_count; i++)
        if (same_place(&talk->again[i], &at))
            return YS_OK;
    talk->again[talk->again_count++] = at;
    return ys_session_content_ask(session, turn, err);
}

static enum ys_code ask_for_change(struct ys_session *session, struct ys_turn *turn,
                                   const Yishi__V1__Content *content, struct ys_err *err)
{
    struct ys_change *change = NULL;
    const enum ys_code code = ys_change_new(
        YS_CHANGE_CONTENT, sizeof(struct ys_entry) + content->body.len + 16, &change, err);
    if (code != YS_OK)
        return code;
    change->session = session->options.id;
    memcpy(change->origin, content->origin, strlen(content->origin) + 1);
    change->first_index = content->index;
    change->count = 1;
    change->credit = content->body.len;
    change->entries = ys_change_room(change, sizeof(struct ys_entry));
    change->entries[0] = (struct ys_entry){
        .content = YS_CONTENT_BODY, .body = ys_change_keep(change, ys_wire_view(&content->body))};
    session->in_flight++;
    session->contents.writing++;
    turn->change(turn->context, change);
    return YS_OK;
}

/* Only the body that the note names is taken. */
static enum ys_code take_body(struct ys_session *session, struct ys_turn *turn,
                              const struct ys_position *at, const Yishi__V1__Content *content,
                              struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    struct ys_note note;
    struct ys_record record;
    struct ys_entry entry;
    bool absent = false;
    const enum ys_code code = is_absent(turn, at, &absent, &entry, err);
    if (code != YS_OK || !absent)
        return code;
    if (ys_note_parse(entry.note, &note, NULL) == YS_OK &&
        ys_record_parse(note.text, &record, NULL) == YS_OK &&
        ys_record_check_body(&record, ys_wire_view(&content->body), NULL) == YS_OK)
        return ask_for_change(session, turn, content, err);
    if (talk->untrue == 0) {
        char text[256];
        (void)snprintf(
            text, sizeof text,
            "log %s: what %s gives as content of entry %llu is not what its record names",
            content->origin, session->options.peer.digits, (unsigned long long)content->index);
        turn->notice(turn->context, YS_MALFORMED, text);
    }
    count_untrue(talk);
    return YS_OK;
}

static void count_vain(struct ys_content_talk *talk, bool told)
{
    if (told)
        count_untrue(talk);
    else if (++talk->vain >= YS_CONTENT_VAIN)
        talk->walking = false;
}

enum ys_code ys_session_on_content(struct ys_session *session, struct ys_turn *turn,
                                   const Yishi__V1__Content *content, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    struct ys_log log;
    if (content->content_case == YISHI__V1__CONTENT__CONTENT_HERE)
        return on_here(session, turn, content, err);
    if (talk->asked_count == 0)
        return ys_fail(err, YS_LIMIT, "a CONTENT that nobody asked for");
    const struct ys_content_asked asked = talk->asked[0];
    enum ys_code code = ys_log_load(turn->txn, asked.at.log_id, &log, err);
    if (code != YS_OK)
        return code;
    if (strcmp(log.origin_text, content->origin) != 0 || asked.at.index != content->index)
        return ys_fail(err, YS_LIMIT, "a CONTENT that nobody asked for");
    talk->asked_count--;
    memmove(talk->asked, talk->asked + 1, talk->asked_count * sizeof *talk->asked);
    if (content->content_case == YISHI__V1__CONTENT__CONTENT_BODY)
        code = take_body(session, turn, &asked.at, content, err);
    else
        count_vain(talk, asked.told);
    return code != YS_OK ? code : ys_session_content_ask(session, turn, err);
}

enum ys_code ys_session_content_committed(struct ys_session *session, struct ys_turn *turn,
                                          struct ys_err *err)
{
    YS_ASSERT(session->contents.writing > 0);
    session->contents.writing--;
    return ys_session_content_ask(session, turn, err);
}
