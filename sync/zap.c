#include "sync/zap.h"

#include "crypto/assert.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    SERVE_MAX = 256, /* requests answered at one call */
    ADDRESS_SIZE = 64,
    KEY_TEXT_SIZE = 2 * YS_PUBKEY_LEN + 1,
    SETS = 2048, /* memory of handshakes: SETS * WAYS keys at a time */
    WAYS = 4
};

/* Handshakes of one key since `since_ms`. `count` 0 is an empty place. */
struct handshakes {
    uint8_t key[YS_PUBKEY_LEN];
    int64_t since_ms;
    unsigned count;
    unsigned silent;            /* of those let in: connections that have said nothing yet */
    int64_t let_in_ms;          /* the last of them */
    char address[ADDRESS_SIZE]; /* and from where */
};

struct ys_zap {
    struct ys_zap_options options;
    void *socket;
    int64_t served_at_ms;
    struct ys_zap_counts counts;
    struct handshakes memory[SETS][WAYS];
};

/* Frames of a request as our ROUTER sees them (RFC 27 behind a routing id). */
enum {
    FRAME_ROUTE,
    FRAME_EMPTY,
    FRAME_VERSION,
    FRAME_REQUEST,
    FRAME_DOMAIN,
    FRAME_ADDRESS,
    FRAME_SERVER_ID,
    FRAME_MECHANISM,
    FRAME_KEY,
    FRAMES
};

enum verdict { LET_IN, PUT_OFF, REFUSE };

static enum ys_code fail_errno(struct ys_err *err)
{
    const int error = zmq_errno();
    const enum ys_code code = error == EADDRINUSE ? YS_BUSY : error == ENOMEM ? YS_NOMEM : YS_IO;
    return ys_fail(err, code, "ZAP handler: %s", zmq_strerror(error));
}

enum ys_code ys_zap_open(const struct ys_zap_options *options, struct ys_zap **out,
                         struct ys_err *err)
{
    YS_ASSERT(options->handshakes_max > 0 && options->window_ms > 0);
    struct ys_zap *zap = calloc(1, sizeof *zap);
    if (zap == NULL)
        return ys_fail(err, YS_NOMEM, "ZAP handler: out of memory");
    zap->options = *options;
    /* A ROUTER and no REP: one that once skips a reply is wedged (ENGINEERING.md 1.3). */
    const int linger_ms = 0;
    zap->socket = zmq_socket(options->zmq_context, ZMQ_ROUTER);
    if (zap->socket == NULL ||
        zmq_setsockopt(zap->socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms) != 0 ||
        zmq_bind(zap->socket, "inproc://zeromq.zap.01") != 0) {
        const enum ys_code code = fail_errno(err);
        ys_zap_close(zap);
        return code;
    }
    *out = zap;
    return YS_OK;
}

void ys_zap_close(struct ys_zap *zap)
{
    if (zap == NULL)
        return;
    if (zap->socket != NULL)
        zmq_close(zap->socket);
    free(zap);
}

void *ys_zap_socket(const struct ys_zap *zap)
{
    return zap->socket;
}

int64_t ys_zap_served_at_ms(const struct ys_zap *zap)
{
    return zap->served_at_ms;
}

struct ys_zap_counts ys_zap_counts(const struct ys_zap *zap)
{
    return zap->counts;
}

/* The place that remembers `key`: its own, else the one whose window began first. Only enrolled
 * keys come here, so nobody can push others out of the memory but with keys we gave him. */
static struct handshakes *handshakes_find(struct ys_zap *zap, const uint8_t key[YS_PUBKEY_LEN])
{
    struct handshakes *set = zap->memory[ys_be32_get(key) % SETS];
    struct handshakes *oldest = &set[0];
    for (unsigned way = 0; way < WAYS; way++) {
        if (set[way].count != 0 && memcmp(set[way].key, key, YS_PUBKEY_LEN) == 0)
            return &set[way];
        if (oldest->count != 0 && (set[way].count == 0 || set[way].since_ms < oldest->since_ms))
            oldest = &set[way];
    }
    *oldest = (struct handshakes){.count = 0};
    memcpy(oldest->key, key, YS_PUBKEY_LEN);
    return oldest;
}

/* Guesses at routing ids cost a handshake each, so their rate is what keeps them hopeless
 * (ENGINEERING.md 0.1). */
static bool too_often(struct ys_zap *zap, struct handshakes *recent, int64_t now_ms)
{
    if (recent->count == 0 || now_ms - recent->since_ms >= zap->options.window_ms) {
        recent->since_ms = now_ms;
        recent->count = 0;
        recent->silent = 0;
    }
    if (recent->count >= zap->options.handshakes_max)
        return true;
    recent->count++;
    return false;
}

static void remember(struct handshakes *recent, struct ys_bytes address, int64_t now_ms)
{
    const size_t size = address.size < ADDRESS_SIZE ? address.size : 0;
    recent->silent++;
    recent->let_in_ms = now_ms;
    if (size != 0)
        memcpy(recent->address, address.data, size);
    recent->address[size] = '\0';
}

void ys_zap_put_off(struct ys_zap *zap, const uint8_t key[YS_PUBKEY_LEN], int64_t until_ms)
{
    struct handshakes *const recent = handshakes_find(zap, key);
    recent->since_ms = until_ms - zap->options.window_ms;
    recent->count = zap->options.handshakes_max;
}

void ys_zap_heard(struct ys_zap *zap, const uint8_t key[YS_PUBKEY_LEN])
{
    struct handshakes *const recent = handshakes_find(zap, key);
    recent->silent -= recent->silent == 0 ? 0 : 1;
}

size_t ys_zap_silent(const struct ys_zap *zap, const char *address, int64_t since_ms,
                     uint8_t key_out[YS_PUBKEY_LEN])
{
    size_t count = 0;
    for (size_t i = 0; i < (size_t)SETS * WAYS; i++) {
        const struct handshakes *const recent = &zap->memory[i / WAYS][i % WAYS];
        if (recent->count == 0 || recent->silent == 0 || recent->let_in_ms < since_ms ||
            strcmp(recent->address, address) != 0)
            continue;
        memcpy(key_out, recent->key, YS_PUBKEY_LEN);
        count++;
    }
    return count;
}

static struct ys_bytes frame_bytes(zmq_msg_t *frame)
{
    return (struct ys_bytes){.data = zmq_msg_data(frame), .size = zmq_msg_size(frame)};
}

static enum verdict judge(struct ys_zap *zap, zmq_msg_t frames[FRAMES], int64_t now_ms)
{
    const struct ys_bytes key = frame_bytes(&frames[FRAME_KEY]);
    if (!ys_bytes_is_text(frame_bytes(&frames[FRAME_DOMAIN]), YS_ZAP_DOMAIN) ||
        !ys_bytes_is_text(frame_bytes(&frames[FRAME_MECHANISM]), "CURVE") ||
        key.size != YS_PUBKEY_LEN) {
        zap->counts.refused++;
        return REFUSE;
    }
    if (!zap->options.allow(zap->options.context, key.data)) {
        zap->counts.refused++;
        memcpy(zap->counts.last_refused, key.data, YS_PUBKEY_LEN);
        return REFUSE;
    }
    struct handshakes *const recent = handshakes_find(zap, key.data);
    if (too_often(zap, recent, now_ms)) {
        zap->counts.deferred++;
        return PUT_OFF;
    }
    remember(recent, frame_bytes(&frames[FRAME_ADDRESS]), now_ms);
    zap->counts.allowed++;
    return LET_IN;
}

static bool send_frame(struct ys_zap *zap, struct ys_bytes frame, int flags)
{
    int sent = -1;
    do {
        sent = zmq_send(zap->socket, frame.data, frame.size, ZMQ_DONTWAIT | flags);
    } while (sent < 0 && zmq_errno() == EINTR);
    return sent >= 0;
}

/* The user id is the key in hex: ZeroMQ hands it out as a C string (ENGINEERING.md 1.3). */
static bool reply(struct ys_zap *zap, zmq_msg_t frames[FRAMES], enum verdict verdict)
{
    const char *status = "400";
    const char *text = "unknown key";
    char user_id[KEY_TEXT_SIZE] = "";
    switch (verdict) {
    case LET_IN:
        status = "200";
        text = "ok";
        sodium_bin2hex(user_id, sizeof user_id, zmq_msg_data(&frames[FRAME_KEY]), YS_PUBKEY_LEN);
        break;
    case PUT_OFF:
        status = "300";
        text = "too many handshakes";
        break;
    case REFUSE:
        break;
    }
    return send_frame(zap, frame_bytes(&frames[FRAME_ROUTE]), ZMQ_SNDMORE) &&
           send_frame(zap, ys_bytes_of_text(""), ZMQ_SNDMORE) &&
           send_frame(zap, ys_bytes_of_text("1.0"), ZMQ_SNDMORE) &&
           send_frame(zap, frame_bytes(&frames[FRAME_REQUEST]), ZMQ_SNDMORE) &&
           send_frame(zap, ys_bytes_of_text(status), ZMQ_SNDMORE) &&
           send_frame(zap, ys_bytes_of_text(text), ZMQ_SNDMORE) &&
           send_frame(zap, ys_bytes_of_text(user_id), ZMQ_SNDMORE) &&
           send_frame(zap, ys_bytes_of_text(""), 0);
}

/* Read one whole message; frames beyond FRAMES are counted once and dropped. YS_NOT_FOUND when none
 * waits. */
static enum ys_code request_receive(struct ys_zap *zap, zmq_msg_t frames[FRAMES], int *count_out,
                                    struct ys_err *err)
{
    zmq_msg_t surplus;
    zmq_msg_init(&surplus);
    enum ys_code code = YS_OK;
    int count = 0;
    for (bool more = true; more && code == YS_OK;) {
        zmq_msg_t *frame = count < FRAMES ? &frames[count] : &surplus;
        if (zmq_msg_recv(frame, zap->socket, ZMQ_DONTWAIT) >= 0) {
            more = zmq_msg_more(frame) != 0;
            count += count <= FRAMES ? 1 : 0;
        } else if (zmq_errno() == EAGAIN) {
            code = YS_NOT_FOUND;
        } else if (zmq_errno() != EINTR) {
            code = fail_errno(err);
        }
    }
    zmq_msg_close(&surplus);
    *count_out = count;
    return code;
}

/* What is no ZAP 1.0 request of nine frames gets no answer, and a handshake without answer dies. */
static bool request_well_formed(zmq_msg_t frames[FRAMES], int count)
{
    return count == FRAMES && zmq_msg_size(&frames[FRAME_EMPTY]) == 0 &&
           ys_bytes_is_text(frame_bytes(&frames[FRAME_VERSION]), "1.0");
}

static enum ys_code serve_one(struct ys_zap *zap, int64_t now_ms, struct ys_err *err)
{
    zmq_msg_t frames[FRAMES];
    for (unsigned i = 0; i < FRAMES; i++)
        zmq_msg_init(&frames[i]);
    int count = 0;
    enum ys_code code = request_receive(zap, frames, &count, err);
    if (code == YS_OK && request_well_formed(frames, count) &&
        !reply(zap, frames, judge(zap, frames, now_ms)))
        code = fail_errno(err);
    for (unsigned i = 0; i < FRAMES; i++)
        zmq_msg_close(&frames[i]);
    return code;
}

enum ys_code ys_zap_serve(struct ys_zap *zap, int64_t now_ms, struct ys_err *err)
{
    zap->served_at_ms = now_ms;
    enum ys_code code = YS_OK;
    for (unsigned served = 0; served < SERVE_MAX && code == YS_OK; served++)
        code = serve_one(zap, now_ms, err);
    return code == YS_NOT_FOUND ? YS_OK : code;
}
