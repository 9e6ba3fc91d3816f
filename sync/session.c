#include "sync/session.h"

#include "crypto/assert.h"
#include "proto/text.h"
#include "proto/wire.h"
#include "sync/session_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANGES_MAX = 4096, /* that one peer may have waiting for our disk, beside entries; */
    RECORD_LEAST = 256  /* of those as many as the credit has room for records of this size */
};

enum ys_code ys_session_new(const struct ys_session_options *options, struct ys_session **out,
                            struct ys_err *err)
{
    YS_ASSERT(options->id != 0);
    struct ys_session *const session = calloc(1, sizeof *session);
    if (session == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    session->options = *options;
    *out = session;
    return YS_OK;
}

void ys_session_free(struct ys_session *session)
{
    if (session == NULL)
        return;
    for (size_t i = 0; i < session->log_count; i++) {
        ys_offers_clear(&session->logs[i]);
        ys_fetch_end(&session->logs[i]);
    }
    free(session->logs);
    free(session);
}

uint64_t ys_session_id(const struct ys_session *session)
{
    return session->options.id;
}

const struct ys_division *ys_session_peer(const struct ys_session *session)
{
    return &session->options.peer;
}

uint32_t ys_session_retry_after_s(const struct ys_session *session)
{
    return session->retry_after_s;
}

bool ys_session_open(const struct ys_session *session)
{
    return session->hello_sent && session->hello_received;
}

/* --- logs of the session --- */

bool ys_session_is_own(const struct ys_turn *turn, const struct ys_peer_log *log)
{
    char own[YS_KEY_NAME_MAX + 1];
    ys_name_print(&ys_store_identity(turn->store)->origin, own);
    return strcmp(own, log->origin) == 0;
}

bool ys_session_is_childs(const struct ys_session *session, const struct ys_peer_log *log)
{
    return session->options.role == YS_SESSION_PARENT &&
           ys_division_equal(&log->division, &session->options.peer);
}

enum ys_code ys_session_ask(struct ys_session *session, struct ys_turn *turn,
                            enum ys_change_kind kind, const char *origin, struct ys_err *err)
{
    struct ys_change *change = NULL;
    const enum ys_code code = ys_change_new(kind, 0, &change, err);
    if (code != YS_OK)
        return code;
    change->session = session->options.id;
    memcpy(change->origin, origin, strlen(origin) + 1);
    session->in_flight++;
    turn->change(turn->context, change);
    return YS_OK;
}

enum ys_code ys_session_log(struct ys_session *session, const char *origin,
                            struct ys_peer_log **out, struct ys_err *err)
{
    struct ys_name name;
    for (size_t i = 0; i < session->log_count; i++) {
        if (strcmp(session->logs[i].origin, origin) == 0) {
            *out = &session->logs[i];
            return YS_OK;
        }
    }
    const enum ys_code code = ys_name_parse(ys_bytes_of_text(origin), &name, err);
    if (code != YS_OK || name.kind != YS_NAME_LOG)
        return ys_fail(err, YS_MALFORMED, "the peer names something that is no log");
    if (session->log_count == session->log_capacity) {
        const size_t capacity = session->log_capacity == 0 ? 8 : session->log_capacity * 2;
        struct ys_peer_log *const logs =
            reallocarray(session->logs, capacity, sizeof *session->logs);
        if (logs == NULL)
            return ys_fail(err, YS_NOMEM, "session: out of memory");
        session->logs = logs;
        session->log_capacity = capacity;
    }
    struct ys_peer_log *const log = &session->logs[session->log_count++];
    *log = (struct ys_peer_log){.division = name.division};
    ys_name_print(&name, log->origin);
    *out = log;
    return YS_OK;
}

bool ys_peer_log_seen(const struct ys_peer_log *log, struct ys_bytes note)
{
    struct ys_hash hash;
    ys_sha256(note, &hash);
    for (unsigned i = 0; i < YS_EXCHANGED; i++)
        if (ys_hash_equal(&log->exchanged[i], &hash))
            return true;
    return false;
}

void ys_peer_log_remember(struct ys_peer_log *log, struct ys_bytes note)
{
    if (ys_peer_log_seen(log, note))
        return;
    ys_sha256(note, &log->exchanged[log->exchanged_at]);
    log->exchanged_at = (log->exchanged_at + 1) % YS_EXCHANGED;
}

/* --- sending --- */

enum ys_code ys_session_send(struct ys_session *session, struct ys_turn *turn,
                             Yishi__V1__Message *message, struct ys_err *err)
{
    message->has_session = true;
    message->session.data = session->options.nonce;
    message->session.len = YS_SESSION_NONCE_LEN;
    /* Most messages are a hundred bytes; the limit on large ones is ys_message_encode's. */
    struct ys_writer w = {.capacity = protobuf_c_message_get_packed_size(&message->base)};
    if ((w.data = malloc(w.capacity)) == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    const enum ys_code code = ys_message_encode(message, &w);
    if (code == YS_OK)
        turn->send(turn->context, (struct ys_bytes){w.data, w.size});
    free(w.data);
    return code != YS_OK ? ys_fail(err, code, "session: a message of ours breaks our limits")
                         : YS_OK;
}

enum ys_code ys_session_send_head(struct ys_session *session, struct ys_turn *turn,
                                  Yishi__V1__LogHead *head, struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Heads heads = YISHI__V1__HEADS__INIT;
    heads.n_heads = 1;
    heads.heads = &head;
    message.kind_case = YISHI__V1__MESSAGE__KIND_HEADS;
    message.heads = &heads;
    return ys_session_send(session, turn, &message, err);
}

enum ys_code ys_session_newest_head(const struct ys_turn *turn, const struct ys_log *log,
                                    uint64_t *size_out, struct ys_bytes *note_out,
                                    struct ys_err *err)
{
    uint64_t most = log->frontier.size;
    if (log->id == YS_OWN_LOG && most > turn->own_heads_max)
        most = turn->own_heads_max;
    return ys_head_at_most(turn->txn, log->id, most, size_out, note_out, err);
}

/* How much of the peer's own log we hold. */
static enum ys_code peers_own_log(const struct ys_session *session, struct ys_turn *turn,
                                  struct ys_log *log, bool *known, struct ys_err *err)
{
    const struct ys_member_node *const node = ys_member_node(turn->member, &session->options.peer);
    char origin[YS_KEY_NAME_MAX + 1];
    *known = false;
    if (node == NULL || ys_session_one_way(session))
        return YS_OK;
    ys_name_print(&node->log, origin);
    const enum ys_code code = ys_log_find(turn->txn, origin, log, err);
    *known = code == YS_OK;
    return code == YS_NOT_FOUND ? YS_OK : code;
}

/* Of an observer nothing is followed. */
static enum ys_code load_cursor(const struct ys_session *session, struct ys_turn *turn,
                                struct ys_cursor *out, struct ys_err *err)
{
    *out = (struct ys_cursor){.changed = 0};
    return session->options.role == YS_SESSION_HOST
               ? YS_OK
               : ys_cursor_load(turn->txn, &session->options.peer, out, err);
}

static enum ys_code send_hello(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    const struct ys_identity *const self = ys_store_identity(turn->store);
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Hello hello = YISHI__V1__HELLO__INIT;
    Yishi__V1__TreeHead yours = YISHI__V1__TREE_HEAD__INIT;
    struct ys_cursor seen;
    struct ys_log log;
    bool known = false;
    uint64_t changed = 0;
    enum ys_code code = load_cursor(session, turn, &seen, err);
    if (code == YS_OK)
        code = ys_changed_last(turn->txn, &changed, err);
    if (code == YS_OK)
        code = peers_own_log(session, turn, &log, &known, err);
    if (code != YS_OK)
        return code;
    struct ys_peer_log *own = NULL;
    if (known)
        code = ys_session_log(session, log.origin_text, &own, err);
    if (code != YS_OK)
        return code;
    if (own != NULL)
        own->stated = log.frontier.size;
    struct ys_hash empty;
    ys_empty_root(&empty);
    hello.has_wire_min = hello.has_wire_max = true;
    hello.wire_min = hello.wire_max = YS_WIRE_VERSION;
    hello.software = ys_wire_lend_text(session->options.software);
    hello.deployment = ys_wire_lend_text(self->origin.deployment);
    hello.code = ys_wire_lend_text(self->origin.division.digits);
    hello.has_store_id = true;
    hello.store_id = ys_wire_lend((struct ys_bytes){self->store_id, YS_STORE_ID_LEN});
    hello.has_changed = true;
    hello.changed = changed;
    hello.has_seen_store_id = hello.has_seen_changed = true;
    hello.seen_store_id = ys_wire_lend((struct ys_bytes){seen.store_id, YS_STORE_ID_LEN});
    hello.seen_changed = seen.changed;
    yours.has_size = yours.has_root = true;
    yours.size = known ? log.frontier.size : 0;
    yours.root = ys_wire_lend((struct ys_bytes){known ? log.root.bytes : empty.bytes, YS_HASH_LEN});
    hello.yours = &yours;
    hello.has_clock_ms = true;
    hello.clock_ms = turn->clock_ms;
    hello.has_attachments = turn->blobs != NULL;
    hello.attachments = turn->blobs != NULL;
    hello.has_contents = hello.contents = true;
    message.kind_case = YISHI__V1__MESSAGE__KIND_HELLO;
    message.hello = &hello;
    session->hello_sent = true;
    session->saved_changed = seen.changed;
    return ys_session_send(session, turn, &message, err);
}

enum ys_code ys_session_start(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    YS_ASSERT(!ys_session_listens(session) && !session->hello_sent);
    return send_hello(session, turn, err);
}

void ys_session_refuse(struct ys_session *session, struct ys_turn *turn, const struct ys_err *why,
                       uint32_t retry_after_s)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Error error = YISHI__V1__ERROR__INIT;
    char text[YS_ERROR_TEXT_MAX + 1];
    /* Foreign words may stand in it: never cut inside a character. */
    snprintf(text, sizeof text, "%.*s",
             (int)ys_text_cut(ys_bytes_of_text(why->msg), YS_ERROR_TEXT_MAX), why->msg);
    error.has_code = error.has_retry_after_s = true;
    error.code = (uint32_t)why->code;
    error.text = text;
    error.retry_after_s = retry_after_s;
    message.kind_case = YISHI__V1__MESSAGE__KIND_ERROR;
    message.error = &error;
    if (ys_session_send(session, turn, &message, NULL) != YS_OK)
        return; /* the connection is given up in any case */
}

void ys_session_bye(struct ys_session *session, struct ys_turn *turn, const char *reason)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Bye bye = YISHI__V1__BYE__INIT;
    bye.reason = ys_wire_lend_text(reason);
    message.kind_case = YISHI__V1__MESSAGE__KIND_BYE;
    message.bye = &bye;
    if (ys_session_send(session, turn, &message, NULL) != YS_OK)
        return;
}

/* --- announcing --- */

/* Signed heads to be told, copied out of the store. */
struct telling {
    Yishi__V1__LogHead head[YS_HEADS_COUNT_MAX];
    Yishi__V1__LogHead *pointer[YS_HEADS_COUNT_MAX];
    size_t count;
    struct ys_arena arena;
    size_t bytes;
};

static enum ys_code flush_heads(struct ys_session *session, struct ys_turn *turn,
                                struct telling *telling, bool cosigned, bool last,
                                struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Heads heads = YISHI__V1__HEADS__INIT;
    Yishi__V1__Cosigned receipts = YISHI__V1__COSIGNED__INIT;
    if (cosigned) {
        receipts.n_heads = telling->count;
        receipts.heads = telling->pointer;
        message.kind_case = YISHI__V1__MESSAGE__KIND_COSIGNED;
        message.cosigned = &receipts;
    } else {
        heads.n_heads = telling->count;
        heads.heads = telling->pointer;
        heads.has_changed = last;
        heads.changed = session->told;
        heads.has_full = true;
        heads.full = !session->told_all;
        message.kind_case = YISHI__V1__MESSAGE__KIND_HEADS;
        message.heads = &heads;
    }
    const enum ys_code code = ys_session_send(session, turn, &message, err);
    telling->count = 0;
    telling->bytes = 0;
    ys_arena_clear(&telling->arena);
    return code;
}

static enum ys_code tell(struct ys_session *session, struct ys_turn *turn, struct telling *telling,
                         bool cosigned, struct ys_peer_log *log, struct ys_bytes note,
                         struct ys_err *err)
{
    enum { MESSAGE_ROOM = YS_MESSAGE_MAX / 2 };
    if (ys_peer_log_seen(log, note))
        return YS_OK;
    ys_peer_log_remember(log, note);
    const size_t size = note.size + strlen(log->origin) + 32;
    if (telling->count == YS_HEADS_COUNT_MAX || telling->bytes + size > MESSAGE_ROOM) {
        const enum ys_code code = flush_heads(session, turn, telling, cosigned, false, err);
        if (code != YS_OK)
            return code;
    }
    uint8_t *const copy = ys_arena_alloc(&telling->arena, note.size);
    char *const origin = ys_arena_alloc(&telling->arena, strlen(log->origin) + 1);
    if (copy == NULL || origin == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    memcpy(copy, note.data, note.size);
    memcpy(origin, log->origin, strlen(log->origin) + 1);
    Yishi__V1__LogHead *const head = &telling->head[telling->count];
    *head = (Yishi__V1__LogHead)YISHI__V1__LOG_HEAD__INIT;
    head->origin = origin;
    head->has_checkpoint = true;
    head->checkpoint = ys_wire_lend((struct ys_bytes){copy, note.size});
    telling->pointer[telling->count++] = head;
    telling->bytes += size;
    return YS_OK;
}

/* The newest head that our disk covers, and the newest cosigned by each ancestor. */
static enum ys_code tell_log(struct ys_session *session, struct ys_turn *turn,
                             struct telling *telling, bool cosigned, const struct ys_log *log,
                             struct ys_err *err)
{
    struct ys_peer_log *peer_log = NULL;
    struct ys_bytes note;
    uint64_t newest = 0;
    enum ys_code code = ys_session_log(session, log->origin_text, &peer_log, err);
    if (code != YS_OK)
        return code;
    struct ys_division witness = log->origin.division;
    while (code == YS_OK && ys_division_parent(&witness, &witness)) {
        const struct ys_vkey *const mirror = ys_member_mirror(turn->member, &witness);
        struct ys_receipt receipt;
        if (mirror == NULL)
            continue;
        code = ys_receipt_newest(turn->txn, log->id, mirror, &receipt, &note, err);
        if (code == YS_OK && receipt.size <= log->frontier.size)
            code = tell(session, turn, telling, cosigned, peer_log, note, err);
        else if (code == YS_NOT_FOUND)
            code = YS_OK;
    }
    if (code != YS_OK || cosigned)
        return code;
    code = ys_session_newest_head(turn, log, &newest, &note, err);
    if (code == YS_NOT_FOUND)
        return YS_OK;
    return code != YS_OK ? code : tell(session, turn, telling, cosigned, peer_log, note, err);
}

/* Walk the logs that changed since `told`; heads of what we provide, or receipts of what we receive. */
static enum ys_code tell_changed(struct ys_session *session, struct ys_turn *turn,
                                 struct telling *telling, bool cosigned, uint64_t *last_out,
                                 struct ys_err *err)
{
    for (uint64_t at = session->told;;) {
        uint32_t id = 0;
        struct ys_log log;
        enum ys_code code = ys_changed_next(turn->txn, at, &at, &id, err);
        if (code == YS_NOT_FOUND) {
            *last_out = at;
            return YS_OK;
        }
        if (code == YS_OK)
            code = ys_log_load(turn->txn, id, &log, err);
        if (code != YS_OK)
            return code;
        const bool up = ys_session_receives(session, turn, &log.origin.division);
        const bool down = ys_session_provides(session, turn, &log.origin.division);
        if (cosigned ? up : down)
            code = tell_log(session, turn, telling, cosigned, &log, err);
        if (code == YS_OK && log.state == YS_LOG_FORKED && (up || down))
            code = ys_session_tell_fork(session, turn, &log, err);
        if (code != YS_OK)
            return code;
    }
}

static enum ys_code announce(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    struct telling *const telling = malloc(sizeof *telling);
    if (telling == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    telling->count = 0;
    telling->bytes = 0;
    ys_arena_init(&telling->arena, YS_MESSAGE_MAX + (size_t)YS_HEADS_COUNT_MAX * 256);
    const uint64_t before = session->told;
    uint64_t last = before;
    enum ys_code code = YS_OK;
    bool told_receipts = false;
    if (session->options.role == YS_SESSION_PARENT) {
        code = tell_changed(session, turn, telling, true, &last, err);
        told_receipts = telling->count != 0;
        if (code == YS_OK && told_receipts)
            code = flush_heads(session, turn, telling, true, false, err);
    }
    if (code == YS_OK)
        code = tell_changed(session, turn, telling, false, &last, err);
    session->told = last;
    /* The counter travels with the last message, so that the next HELLO need not repeat it. */
    if (code == YS_OK && (telling->count != 0 || told_receipts || last > before))
        code = flush_heads(session, turn, telling, false, true, err);
    session->told_all = true;
    ys_arena_clear(&telling->arena);
    free(telling);
    return code;
}

/* A child's log moved, and this session did not ask for that: a change that an earlier session of the
 * child left behind. The child is told, or it would not know what we hold until it comes again. */
static enum ys_code state_child(struct ys_session *session, struct ys_turn *turn,
                                struct ys_err *err)
{
    struct ys_peer_log *own = NULL;
    struct ys_log log;
    bool known = false;
    if (session->options.role != YS_SESSION_PARENT)
        return YS_OK;
    enum ys_code code = peers_own_log(session, turn, &log, &known, err);
    if (code == YS_OK && known)
        code = ys_session_log(session, log.origin_text, &own, err);
    if (code != YS_OK || own == NULL || own->stated == log.frontier.size)
        return code;
    return ys_session_send_ack(session, turn, own, log.frontier.size, 0, err);
}

enum ys_code ys_session_changed(struct ys_session *session, struct ys_turn *turn,
                                struct ys_err *err)
{
    if (!ys_session_open(session))
        return YS_OK;
    uint64_t last = 0;
    enum ys_code code = ys_changed_last(turn->txn, &last, err);
    if (code == YS_OK && last > session->told && session->options.role != YS_SESSION_READER)
        code = announce(session, turn, err);
    if (code == YS_OK)
        code = state_child(session, turn, err);
    if (code == YS_OK)
        code = ys_session_own_again(session, turn, err);
    if (code == YS_OK)
        code = ys_session_retry_ahead(session, turn, err);
    if (code == YS_OK) /* what waited for entries over another link may have been the last */
        code = ys_session_settle(session, turn, err);
    if (code == YS_OK)
        code = ys_session_content_now(session, turn, err);
    return code != YS_OK ? code : ys_session_serve(session, turn, err);
}

enum ys_code ys_session_member_changed(struct ys_session *session, struct ys_turn *turn,
                                       struct ys_err *err)
{
    if (!ys_session_open(session))
        return YS_OK;
    if (session->options.role == YS_SESSION_HOST) { /* it may read something else now */
        session->told = 0;
        return ys_session_changed(session, turn, err);
    }
    const enum ys_code code = ys_session_own_again(session, turn, err);
    return code != YS_OK ? code : ys_session_retry_offers(session, turn, err);
}

/* --- receiving --- */

static enum ys_code check_hello(struct ys_turn *turn, const Yishi__V1__Hello *hello,
                                struct ys_err *err)
{
    const struct ys_identity *const self = ys_store_identity(turn->store);
    if (hello->wire_min > YS_WIRE_VERSION || hello->wire_max < YS_WIRE_VERSION)
        return ys_fail(err, YS_VERSION, "wire versions %u to %u are spoken there, %d here",
                       hello->wire_min, hello->wire_max, YS_WIRE_VERSION);
    if (strcmp(hello->deployment, self->origin.deployment) != 0)
        return ys_fail(err, YS_DENIED, "deployment %.63s is another than %s", hello->deployment,
                       self->origin.deployment);
    return YS_OK;
}

/* No clock decides anything, but times stand in receipts and records. */
static void compare_clocks(const struct ys_session *session, struct ys_turn *turn)
{
    char text[128];
    const int64_t apart_s = (session->peer_clock_ms / 1000) - (turn->clock_ms / 1000);
    if (apart_s <= YS_CLOCK_APART_MAX_S && apart_s >= -YS_CLOCK_APART_MAX_S)
        return;
    snprintf(text, sizeof text, "the clock of %s differs from ours by %lld s",
             session->options.peer.digits, (long long)apart_s);
    turn->notice(turn->context, YS_REFUSED, text);
}

int64_t ys_session_peer_clock_ms(const struct ys_session *session)
{
    return session->peer_clock_ms;
}

static enum ys_code on_hello(struct ys_session *session, struct ys_turn *turn,
                             const Yishi__V1__Message *message, struct ys_err *err)
{
    const Yishi__V1__Hello *const hello = message->hello;
    if (session->hello_received)
        return ys_fail(err, YS_MALFORMED, "a second HELLO in one session");
    enum ys_code code = check_hello(turn, hello, err);
    if (code != YS_OK)
        return code;
    session->hello_received = true;
    session->peer_clock_ms = hello->clock_ms;
    session->blobs.spoken = hello->attachments;
    session->contents.spoken = hello->contents;
    compare_clocks(session, turn);
    memcpy(session->peer_store_id, hello->store_id.data, YS_STORE_ID_LEN);
    if (ys_session_listens(session)) {
        memcpy(session->options.nonce, message->session.data, YS_SESSION_NONCE_LEN);
        code = send_hello(session, turn, err);
    }
    if (code == YS_OK)
        code = ys_session_own_held(session, turn, hello->yours->size, hello->yours->root.data, err);
    if (code != YS_OK)
        return code;
    struct ys_cursor seen;
    code = load_cursor(session, turn, &seen, err);
    if (code != YS_OK)
        return code;
    if (memcmp(seen.store_id, session->peer_store_id, YS_STORE_ID_LEN) != 0)
        session->saved_changed = 0;
    session->peer_changed = session->saved_changed;
    /* A peer that knew another store of ours, or more than we have, is told everything. */
    uint64_t last = 0;
    code = ys_changed_last(turn->txn, &last, err);
    /* What an observer may read grows with its certificates: it is told all, each time. */
    if (code == YS_OK && session->options.role != YS_SESSION_HOST &&
        memcmp(hello->seen_store_id.data, ys_store_identity(turn->store)->store_id,
               YS_STORE_ID_LEN) == 0 &&
        hello->seen_changed <= last) {
        session->told = hello->seen_changed;
        session->told_all = true;
    }
    if (code == YS_OK)
        code = ys_session_changed(session, turn, err);
    return code != YS_OK ? code : ys_session_content_begin(session, turn, err);
}

enum ys_code ys_session_settle(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    struct ys_change *change = NULL;
    if (session->in_flight != 0 || session->peer_changed == session->saved_changed ||
        session->options.role == YS_SESSION_HOST)
        return YS_OK;
    for (size_t i = 0; i < session->log_count; i++)
        if (session->logs[i].fetch != NULL || ys_offers_wait(&session->logs[i]))
            return YS_OK;
    const enum ys_code code = ys_change_new(YS_CHANGE_CURSOR, 0, &change, err);
    if (code != YS_OK)
        return code;
    change->peer = session->options.peer;
    memcpy(change->cursor.store_id, session->peer_store_id, YS_STORE_ID_LEN);
    change->cursor.changed = session->peer_changed;
    session->saved_changed = session->peer_changed;
    turn->change(turn->context, change);
    return YS_OK;
}

enum ys_code ys_session_take_credit(struct ys_session *session, uint64_t bytes, struct ys_err *err)
{
    if (bytes > YS_CREDIT_MAX || session->credit_out + (int64_t)bytes > YS_CREDIT_MAX)
        return ys_fail(err, YS_LIMIT, "the peer gives more than %d bytes of credit", YS_CREDIT_MAX);
    session->credit_out += (int64_t)bytes;
    return YS_OK;
}

static enum ys_code on_ack(struct ys_session *session, struct ys_turn *turn,
                           const Yishi__V1__Ack *ack, struct ys_err *err)
{
    enum ys_code code = ys_session_take_credit(session, ack->credit, err);
    if (code == YS_OK && ack->has_root) {
        struct ys_peer_log *log = NULL;
        code = ys_session_log(session, ack->origin, &log, err);
        if (code == YS_OK && !ys_session_is_own(turn, log))
            code = ys_fail(err, YS_MALFORMED, "an ACK of log %s says its root", log->origin);
        if (code == YS_OK)
            code = ys_session_own_held(session, turn, ack->durable_size, ack->root.data, err);
    }
    return code != YS_OK ? code : ys_session_serve(session, turn, err);
}

static enum ys_code dispatch(struct ys_session *session, struct ys_turn *turn,
                             const Yishi__V1__Message *message, struct ys_err *err)
{
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_HELLO)
        return on_hello(session, turn, message, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_ERROR) {
        session->retry_after_s = message->error->retry_after_s;
        return ys_fail(err, YS_DENIED, "the other end refuses: %.200s",
                       message->error->text == NULL ? "" : message->error->text);
    }
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_BYE)
        return ys_fail(err, YS_NOT_FOUND, "the other end says goodbye");
    if (!ys_session_open(session) ||
        memcmp(message->session.data, session->options.nonce, YS_SESSION_NONCE_LEN) != 0)
        return YS_OK; /* of an earlier session, or too early: as if it had been lost */
    if (session->options.role == YS_SESSION_HOST &&
        message->kind_case != YISHI__V1__MESSAGE__KIND_WANT &&
        message->kind_case != YISHI__V1__MESSAGE__KIND_ACK &&
        message->kind_case != YISHI__V1__MESSAGE__KIND_CONTENT_WANT)
        return ys_fail(err, YS_DENIED, "an observer may only read, not send %s",
                       ys_message_name(message));
    if (session->in_flight > CHANGES_MAX + session->options.credit / RECORD_LEAST)
        return ys_fail(err, YS_LIMIT, "%llu changes of %s wait for our disk",
                       (unsigned long long)session->in_flight, session->options.peer.digits);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_HEADS)
        return ys_session_on_heads(session, turn, message->heads, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_COSIGNED)
        return ys_session_on_cosigned(session, turn, message->cosigned, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_WANT)
        return ys_session_on_want(session, turn, message->want, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_ENTRIES)
        return ys_session_on_entries(session, turn, message->entries, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_ACK)
        return on_ack(session, turn, message->ack, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_FORK)
        return ys_session_on_fork(session, turn, message->fork, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_BLOB_WANT)
        return ys_session_on_blob_want(session, turn, message->blob_want, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_BLOB)
        return ys_session_on_blob(session, turn, message->blob, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_CONTENT_WANT)
        return ys_session_on_content_want(session, turn, message->content_want, err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_CONTENT)
        return ys_session_on_content(session, turn, message->content, err);
    return YS_OK; /* a newer version's message */
}

enum ys_code ys_session_receive(struct ys_session *session, struct ys_turn *turn,
                                struct ys_bytes bytes, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Message *message = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    enum ys_code code = ys_message_decode(bytes, &arena, &message, err);
    if (code == YS_OK)
        code = dispatch(session, turn, message, err);
    ys_arena_clear(&arena);
    return code;
}
