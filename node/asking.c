#include "node/asking.h"

#include "crypto/assert.h"
#include "node/lang.h"
#include "node/view.h"
#include "proto/message.h"
#include "proto/wire.h"
#include "sync/poll.h"
#include "sync/zmq_link.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    PATIENCE_MS = YS_DIALER_PATIENCE_MS, /* for one answer */
    RENEW_MS =
        600 * 1000, /* a connection on which nothing more comes is made anew and asked again */
    TURN_MS = 1000,
    PAUSE_MS = 4000,    /* before a connection is made again: 3 in 10 s are put off */
    UNREAD_MS = 1500,   /* before a key that is not known is tried again */
    PUT_OFF_MS = 11000, /* a parent that puts us off looks like a wrong key: once more after this */
    ATTEMPTS_UNHEARD = 2, /* with such a pause between them */
    MESSAGE_BYTES_MAX = YS_JOIN_MAX + 256,
};

struct talk {
    const struct ys_asking *asking;
    void *zmq;
    struct ys_dialer *dialer;
    uint8_t nonce[YS_SESSION_NONCE_LEN];
    uint64_t attempts;
    bool sent, heard_once, done;
    bool quiet; /* an answer has come on this connection: the next may take days */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- messages --- */

static enum ys_code say(struct talk *talk, struct ys_err *err)
{
    uint8_t bytes[MESSAGE_BYTES_MAX];
    struct ys_writer w = {.data = bytes, .capacity = sizeof bytes};
    struct ys_arena arena;
    ProtobufCMessage *join = NULL;
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    enum ys_code code = ys_wire_decode(talk->asking->join, &yishi__v1__join__descriptor, "join",
                                       &arena, &join, err);
    if (code == YS_OK) {
        message.has_session = 1;
        message.session = ys_wire_lend((struct ys_bytes){talk->nonce, sizeof talk->nonce});
        message.kind_case = YISHI__V1__MESSAGE__KIND_JOIN;
        message.join = (void *)join;
        code = ys_message_encode(&message, &w);
    }
    ys_arena_clear(&arena);
    if (code == YS_OK)
        code = ys_dialer_send(talk->dialer, (struct ys_bytes){.data = bytes, .size = w.size}, err);
    talk->sent = code == YS_OK;
    return code == YS_BUSY ? YS_OK : code; /* at the next turn */
}

static enum ys_code read_joined(const Yishi__V1__Joined *joined, struct ys_asked *out,
                                struct ys_err *err)
{
    bool known = false; /* a later version may say more */
    switch (joined->state) {
    case YISHI__V1__JOINED__STATE__STATE_PENDING:
        out->state = YS_ASKED_PENDING;
        known = true;
        break;
    case YISHI__V1__JOINED__STATE__STATE_ADMITTED:
        out->state = YS_ASKED_ADMITTED;
        known = true;
        break;
    case YISHI__V1__JOINED__STATE__STATE_REFUSED:
        out->state = YS_ASKED_REFUSED;
        known = true;
        break;
    case YISHI__V1__JOINED__STATE__STATE_UNSPECIFIED:
    case _YISHI__V1__JOINED__STATE_IS_INT_SIZE:
        break;
    }
    if (!known)
        return ys_fail(err, YS_MALFORMED, _("the parent's answer is of a kind not known here"));
    snprintf(out->text, sizeof out->text, "%s", joined->text == NULL ? "" : joined->text);
    return joined->root == NULL
               ? YS_OK
               : ys_root_chain_parse(ys_bytes_of_text(joined->root), &out->roots, err);
}

static enum ys_code on_joined(struct talk *talk, const Yishi__V1__Joined *joined,
                              struct ys_err *err)
{
    struct ys_asked asked = {.roots = {.count = 0}};
    bool wait = false;
    enum ys_code code = read_joined(joined, &asked, err);
    if (code == YS_OK)
        code = talk->asking->heard(talk->asking->context, &asked, &wait, err);
    talk->heard_once = talk->quiet = true;
    talk->done = !wait;
    return code;
}

static enum ys_code on_error(const Yishi__V1__Error *error, struct ys_err *err)
{
    char text[4 * YS_ERROR_TEXT_MAX + 1];
    ys_view_clean(error->text == NULL ? "?" : error->text, text, sizeof text);
    return ys_fail(err, YS_DENIED, _("the parent says: %s"), text);
}

static enum ys_code on_message(struct talk *talk, struct ys_bytes bytes, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Message *message = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    enum ys_code code = ys_message_decode(bytes, &arena, &message, err);
    if (code == YS_OK && message->kind_case == YISHI__V1__MESSAGE__KIND_JOINED)
        code = on_joined(talk, message->joined, err);
    else if (code == YS_OK && message->kind_case == YISHI__V1__MESSAGE__KIND_ERROR)
        code = on_error(message->error, err);
    ys_arena_clear(&arena);
    return code;
}

/* --- the connection --- */

static enum ys_code pause_ms(int64_t wait_ms, struct ys_err *err)
{
    const int64_t until = now_ms() + wait_ms;
    enum ys_code code = YS_OK;
    for (int64_t left = wait_ms; left > 0 && code == YS_OK; left = until - now_ms())
        code = ys_poll(NULL, 0, (long)left, err);
    return code;
}

/* The connection is of no more use: is there to be another? */
static enum ys_code lost(struct talk *talk, enum ys_dialer_state state, struct ys_err *err)
{
    const char *const endpoint = talk->asking->endpoint;
    /* The daemon may not have read yet what `invite` has just written: it is given a moment, once. */
    if (state == YS_DIALER_DENIED && !talk->heard_once && talk->attempts == 1)
        return pause_ms(UNREAD_MS, err);
    if (state == YS_DIALER_DENIED)
        return ys_fail(err, YS_DENIED,
                       _("%s: the parent does not know this key (any more); ask it for an "
                         "invitation: yishi invite CODE"),
                       endpoint);
    const bool may_be_put_off = state == YS_DIALER_WRONG_KEY && talk->attempts < ATTEMPTS_UNHEARD;
    if (!talk->heard_once && state == YS_DIALER_WRONG_KEY && !may_be_put_off)
        return ys_fail(err, YS_DENIED, _("%s: who answers there does not hold the parent's key"),
                       endpoint);
    if (!talk->heard_once && !may_be_put_off)
        return ys_fail(err, YS_IO,
                       _("%s: the parent cannot be reached; does its daemon run, and is the "
                         "address right?"),
                       endpoint);
    return pause_ms(may_be_put_off ? PUT_OFF_MS : PAUSE_MS, err);
}

static enum ys_code hear(struct talk *talk, struct ys_err *err)
{
    enum ys_code code = talk->sent ? YS_OK : say(talk, err);
    while (code == YS_OK && !talk->done) {
        struct ys_bytes message;
        code = ys_dialer_receive(talk->dialer, &message, err);
        if (code == YS_NOT_FOUND || code == YS_BUSY)
            return YS_OK;
        if (code == YS_OK)
            code = on_message(talk, message, err);
    }
    return code;
}

/* One connection, until it is lost or enough was heard. */
static enum ys_code converse(struct talk *talk, enum ys_dialer_state *state_out, struct ys_err *err)
{
    const int64_t began_ms = now_ms();
    enum ys_code code = YS_OK;
    struct ys_poll_item items[] = {{.socket = ys_dialer_socket(talk->dialer)},
                                   {.socket = ys_dialer_monitor(talk->dialer)}};
    *state_out = YS_DIALER_CONNECTING;
    while (code == YS_OK && !talk->done &&
           (*state_out == YS_DIALER_CONNECTING || *state_out == YS_DIALER_READY)) {
        code = ys_poll(items, sizeof items / sizeof *items, TURN_MS, err);
        *state_out = ys_dialer_update(talk->dialer);
        if (code == YS_OK && *state_out == YS_DIALER_READY)
            code = hear(talk, err);
        if (now_ms() - began_ms >= (talk->quiet ? RENEW_MS : PATIENCE_MS))
            *state_out = YS_DIALER_LOST;
    }
    return code;
}

static enum ys_code attempt(struct talk *talk, struct ys_err *err)
{
    enum ys_dialer_state state = YS_DIALER_CONNECTING;
    const struct ys_dialer_options options = {.zmq_context = talk->zmq,
                                              .endpoint = talk->asking->endpoint,
                                              .server_public = talk->asking->parent_key,
                                              .secret = talk->asking->secret,
                                              .serial = ++talk->attempts};
    talk->sent = talk->quiet = false;
    enum ys_code code = ys_dialer_open(&options, &talk->dialer, err);
    if (code != YS_OK)
        return code;
    code = converse(talk, &state, err);
    ys_dialer_close(talk->dialer);
    talk->dialer = NULL;
    return code != YS_OK || talk->done ? code : lost(talk, state, err);
}

enum ys_code ys_ask(const struct ys_asking *asking, struct ys_err *err)
{
    struct talk talk = {.asking = asking};
    randombytes_buf(talk.nonce, sizeof talk.nonce);
    enum ys_code code = ys_zmq_context_open(randombytes_random(), &talk.zmq, err);
    while (code == YS_OK && !talk.done)
        code = attempt(&talk, err);
    if (talk.zmq != NULL)
        ys_zmq_context_close(talk.zmq);
    return code;
}
