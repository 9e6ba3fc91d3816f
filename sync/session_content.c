/* Bodies that are absent here are asked for again, of whoever may hold them: after HELLO each once, when one
 * comes without its body, and when the peer tells that it came there, or that it may give it now. An observer asks
 * and is told like everybody; nothing is asked of it. */
#include "crypto/assert.h"
#include "proto/wire.h"
#include "sync/absent.h"
#include "sync/restored.h"
#include "sync/session_state.h"

#include <stdio.h>
#include <string.h>

/* May this peer be given of the log, and told of it? Of an observer its certificates say it. */
static bool may_give(const struct ys_session *session, const struct ys_turn *turn,
                     const struct ys_division *origin)
{
    return ys_session_one_way(session) ? ys_session_provides(session, turn, origin)
                                       : ys_division_related(origin, &session->options.peer);
}

/* May this peer hold the log, so that it is asked? */
static bool may_hold(const struct ys_session *session, const struct ys_turn *turn,
                     const struct ys_division *origin)
{
    return ys_session_one_way(session) ? ys_session_receives(session, turn, origin)
                                       : ys_division_related(origin, &session->options.peer);
}

/* Zeros for a note that is none: so is not the id of any record. */
static struct ys_hash record_of(const struct ys_entry *entry)
{
    struct ys_hash id = {{0}};
    struct ys_bytes text;
    struct ys_bytes kind;
    if (ys_note_peek(entry->note, &text, &kind))
        ys_record_id(text, &id);
    return id;
}

static bool is_record(const ProtobufCBinaryData *record, const struct ys_hash *id)
{
    return memcmp(record->data, id->bytes, YS_HASH_LEN) == 0; /* the decoder has seen to its size */
}

/* --- giving --- */

static enum ys_code send_content(struct ys_session *session, struct ys_turn *turn,
                                 const struct ys_content_want *about, Yishi__V1__Content *content,
                                 struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    content->origin = ys_wire_lend_text(about->origin);
    content->has_index = content->has_record = true;
    content->index = about->index;
    content->record = ys_wire_lend((struct ys_bytes){about->record.bytes, YS_HASH_LEN});
    message.kind_case = YISHI__V1__MESSAGE__KIND_CONTENT;
    message.content = content;
    return ys_session_send(session, turn, &message, err);
}

/* What is to be given of a place. */
struct held {
    struct ys_bytes body;  /* empty: nothing, now */
    struct ys_hash record; /* whose it is */
    bool later;            /* nothing now, and something perhaps when the store has changed */
};

/* The body at that place, if it is here and for this peer: below a head that may leave, or what of a tail it
 * may have. */
static enum ys_code find_body(struct ys_session *session, struct ys_turn *turn, const char *origin,
                              uint64_t index, struct held *out, struct ys_err *err)
{
    struct ys_log log;
    struct ys_entry entry;
    struct ys_bytes note;
    uint64_t size = 0;
    bool restored = false;
    *out = (struct held){.later = false};
    enum ys_code code = ys_log_find(turn->txn, origin, &log, err);
    if (code == YS_OK && !may_give(session, turn, &log.origin.division))
        return YS_OK;
    if (code == YS_OK && ys_session_may_have_tail(session, &log))
        size = log.frontier.size;
    else if (code == YS_OK)
        code = ys_session_newest_head(turn, &log, &size, &note, err);
    if (code == YS_NOT_FOUND || (code == YS_OK && index >= size)) {
        out->later = true;
        return YS_OK;
    }
    if (code == YS_OK)
        code = ys_restored_get(turn->txn, &restored, err);
    if (code == YS_OK)
        code = ys_log_entry(turn->txn, log.id, index, &entry, err);
    if (code != YS_OK || entry.content != YS_CONTENT_BODY)
        return code;
    out->later = restored && ys_restored_holds_back(&entry);
    if (!out->later) {
        out->record = record_of(&entry);
        out->body = entry.body;
    }
    return YS_OK;
}

static bool is_what_is_wanted(const struct held *held, const struct ys_content_want *want)
{
    return held->body.data != NULL && ys_hash_equal(&held->record, &want->record);
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
        struct held held;
        yishi__v1__content__init(&content);
        code = find_body(session, turn, want.origin, want.index, &held, err);
        if (code != YS_OK)
            return code;
        if (is_what_is_wanted(&held, &want)) {
            content.content_case = YISHI__V1__CONTENT__CONTENT_BODY;
            content.body = ys_wire_lend(held.body);
        } else {
            content.content_case = YISHI__V1__CONTENT__CONTENT_MISSING;
            content.missing = 1;
        }
        if (held.later && talk->later_count < YS_CONTENT_LATER)
            talk->later[talk->later_count++] = want;
        talk->want_count--;
        memmove(talk->want, talk->want + 1, talk->want_count * sizeof *talk->want);
        code = send_content(session, turn, &want, &content, err);
    }
    return code;
}

enum ys_code ys_session_on_content_want(struct ys_session *session, struct ys_turn *turn,
                                        const Yishi__V1__ContentWant *want, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    if (session->options.role == YS_SESSION_READER)
        return YS_OK; /* whoever is observed has nothing to ask */
    if (talk->want_count == YS_CONTENT_WINDOW)
        return ys_fail(err, YS_LIMIT, "more than %d CONTENT_WANT at a time", YS_CONTENT_WINDOW);
    struct ys_content_want *const place = &talk->want[talk->want_count++];
    memcpy(place->origin, want->origin, strlen(want->origin) + 1);
    place->index = want->index;
    memcpy(place->record.bytes, want->record.data, YS_HASH_LEN);
    return ys_session_content_give(session, turn, err);
}

static enum ys_code send_here(struct ys_session *session, struct ys_turn *turn,
                              const struct ys_content_want *about, struct ys_err *err)
{
    Yishi__V1__Content content;
    yishi__v1__content__init(&content);
    content.content_case = YISHI__V1__CONTENT__CONTENT_HERE;
    content.here = 1;
    return send_content(session, turn, about, &content, err);
}

enum ys_code ys_session_content_here(struct ys_session *session, struct ys_turn *turn,
                                     const struct ys_change_result *filled, struct ys_err *err)
{
    struct ys_content_want about = {.index = filled->first_index};
    struct held held;
    if (!ys_session_open(session) || !session->contents.spoken ||
        filled->session == session->options.id)
        return YS_OK;
    memcpy(about.origin, filled->origin, sizeof about.origin);
    const enum ys_code code = find_body(session, turn, about.origin, about.index, &held, err);
    if (code != YS_OK || held.body.data == NULL)
        return code;
    about.record = held.record;
    return send_here(session, turn, &about, err);
}

enum ys_code ys_session_content_now(struct ys_session *session, struct ys_turn *turn,
                                    struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    enum ys_code code = YS_OK;
    unsigned kept = 0;
    for (unsigned i = 0; i < talk->later_count && code == YS_OK; i++) {
        const struct ys_content_want want = talk->later[i];
        struct held held;
        code = find_body(session, turn, want.origin, want.index, &held, err);
        if (code == YS_OK && is_what_is_wanted(&held, &want))
            code = send_here(session, turn, &want, err);
        else if (code == YS_OK && held.later)
            talk->later[kept++] = want;
    }
    if (code == YS_OK)
        talk->later_count = kept;
    return code;
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
        if (!may_hold(session, turn, &log.origin.division)) {
            talk->next = (struct ys_position){.log_id = at.log_id + 1};
            continue;
        }
        talk->next = (struct ys_position){at.log_id, at.index + 1};
        *out = at;
        return YS_OK;
    }
    return YS_NOT_FOUND;
}

/* The next that came later; of logs that the peer may hold. */
static enum ys_code next_fresh(struct ys_session *session, struct ys_turn *turn,
                               struct ys_position *out, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    while (talk->fresh_count > 0) {
        struct ys_content_range *const range = &talk->fresh[0];
        const struct ys_position from = {range->log_id, range->first};
        struct ys_position at;
        const enum ys_code code = ys_absent_next(turn->txn, &from, &at, err);
        if (code != YS_OK && code != YS_NOT_FOUND)
            return code;
        if (code == YS_OK && at.log_id == range->log_id && at.index < range->end) {
            range->first = at.index + 1;
            *out = at;
            return YS_OK;
        }
        talk->fresh_count--;
        memmove(talk->fresh, talk->fresh + 1, talk->fresh_count * sizeof *talk->fresh);
    }
    return YS_NOT_FOUND;
}

/* What is to be asked next: what the peer told of goes before. YS_NOT_FOUND: nothing. */
static enum ys_code next_question(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_content_asked *out, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    *out = (struct ys_content_asked){.told = talk->again_count > 0};
    if (out->told) {
        out->at = talk->again[0];
        talk->again_count--;
        memmove(talk->again, talk->again + 1, talk->again_count * sizeof *talk->again);
        return YS_OK;
    }
    const enum ys_code code = next_fresh(session, turn, &out->at, err);
    return code != YS_NOT_FOUND ? code : walk(session, turn, &out->at, err);
}

/* Is it absent here, and what does its note say? */
static enum ys_code is_absent(struct ys_turn *turn, const struct ys_position *at, bool *out,
                              struct ys_entry *entry, struct ys_err *err)
{
    const enum ys_code code = ys_log_entry(turn->txn, at->log_id, at->index, entry, err);
    *out = code == YS_OK && entry->content == YS_CONTENT_ABSENT;
    return code == YS_NOT_FOUND ? YS_OK : code; /* taken back meanwhile */
}

static enum ys_code ask_one(struct ys_session *session, struct ys_turn *turn,
                            struct ys_content_asked *one, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__ContentWant want = YISHI__V1__CONTENT_WANT__INIT;
    struct ys_entry entry;
    struct ys_log log;
    bool absent = false;
    enum ys_code code = is_absent(turn, &one->at, &absent, &entry, err);
    if (code != YS_OK || !absent)
        return code;
    one->record = record_of(&entry);
    code = ys_log_load(turn->txn, one->at.log_id, &log, err);
    if (code != YS_OK)
        return code;
    talk->asked[talk->asked_count++] = *one;
    want.origin = log.origin_text;
    want.has_index = want.has_record = true;
    want.index = one->at.index;
    want.record = ys_wire_lend((struct ys_bytes){one->record.bytes, YS_HASH_LEN});
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
        struct ys_content_asked one;
        enum ys_code code = next_question(session, turn, &one, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code == YS_OK && !is_asked(talk, &one.at))
            code = ask_one(session, turn, &one, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

static bool is_over(const struct ys_content_talk *talk)
{
    return talk->untrue >= YS_CONTENT_UNTRUE || talk->vain >= YS_CONTENT_VAIN;
}

static void add_fresh(struct ys_content_talk *talk, uint32_t log_id, uint64_t first, uint64_t count)
{
    struct ys_content_range *const last =
        talk->fresh_count == 0 ? NULL : &talk->fresh[talk->fresh_count - 1];
    if (last != NULL && last->log_id == log_id && last->end == first) {
        last->end = first + count;
    } else if (talk->fresh_count < YS_CONTENT_FRESH) {
        talk->fresh[talk->fresh_count++] =
            (struct ys_content_range){.log_id = log_id, .first = first, .end = first + count};
    } else { /* all of it once more, from the first to the last */
        talk->fresh_count = 0;
        talk->walking = talk->wrapped = true;
        talk->next = (struct ys_position){0};
        talk->start = (struct ys_position){UINT32_MAX, UINT64_MAX};
    }
}

enum ys_code ys_session_content_lacks(struct ys_session *session, struct ys_turn *turn,
                                      const struct ys_change_result *came, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    struct ys_log log;
    if (!ys_session_open(session) || !talk->spoken || is_over(talk))
        return YS_OK;
    const enum ys_code code = ys_log_load(turn->txn, came->log_id, &log, err);
    if (code != YS_OK || !may_hold(session, turn, &log.origin.division))
        return code;
    add_fresh(talk, log.id, came->first_index, came->count);
    return ys_session_content_ask(session, turn, err);
}

/* --- taking --- */

/* Nothing more is asked of this peer in this session, but for what it tells. */
static void end_walk(struct ys_content_talk *talk)
{
    talk->walking = false;
    talk->fresh_count = 0;
}

/* What this peer tells and gives is of no use: not even that. */
static void count_untrue(struct ys_content_talk *talk)
{
    if (++talk->untrue < YS_CONTENT_UNTRUE)
        return;
    end_walk(talk);
    talk->again_count = 0;
}

static enum ys_code on_here(struct ys_session *session, struct ys_turn *turn,
                            const Yishi__V1__Content *content, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    struct ys_log log;
    struct ys_entry entry;
    bool absent = false;
    if (!talk->spoken || talk->untrue >= YS_CONTENT_UNTRUE || talk->again_count == YS_CONTENT_AGAIN)
        return YS_OK;
    enum ys_code code = ys_log_find(turn->txn, content->origin, &log, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    const struct ys_position at = {log.id, content->index};
    code = is_absent(turn, &at, &absent, &entry, err);
    if (code != YS_OK || !absent || !may_hold(session, turn, &log.origin.division))
        return code;
    const struct ys_hash record = record_of(&entry);
    if (!is_record(&content->record, &record))
        return YS_OK; /* of another history */
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
                              const struct ys_content_asked *asked,
                              const Yishi__V1__Content *content, struct ys_err *err)
{
    struct ys_content_talk *const talk = &session->contents;
    struct ys_note note;
    struct ys_record record;
    struct ys_entry entry;
    bool absent = false;
    const enum ys_code code = is_absent(turn, &asked->at, &absent, &entry, err);
    if (code != YS_OK || !absent)
        return code;
    const struct ys_hash now = record_of(&entry);
    if (!ys_hash_equal(&now, &asked->record))
        return YS_OK; /* another stands there since */
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
        end_walk(talk);
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
    if (strcmp(log.origin_text, content->origin) != 0 || asked.at.index != content->index ||
        !is_record(&content->record, &asked.record))
        return ys_fail(err, YS_LIMIT, "a CONTENT that nobody asked for");
    talk->asked_count--;
    memmove(talk->asked, talk->asked + 1, talk->asked_count * sizeof *talk->asked);
    if (content->content_case == YISHI__V1__CONTENT__CONTENT_BODY)
        code = take_body(session, turn, &asked, content, err);
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
