#include "tests/hostile/hostile.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { TURN_MS = 100, WANTS = 1500, SQUATTERS_AT_A_TIME = 50 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void must(bool good, const char *what)
{
    if (!good)
        give_up(what);
}

static void *context_new(void)
{
    void *context = zmq_ctx_new();
    must(context != NULL, "no context");
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 4096);
    return context;
}

/* One connection that stands or not: a monitor tells. */
struct line {
    void *socket, *monitor;
    bool ready, ended;
};

static void *dealer_new(void *context, const struct target *target, const uint8_t *server)
{
    const int none = 0;
    void *socket = zmq_socket(context, ZMQ_DEALER);
    must(socket != NULL, "no socket");
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, YS_PUBKEY_LEN);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, target->secret, YS_SEED_LEN);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, target->public_key, YS_PUBKEY_LEN);
    return socket;
}

static struct line line_new(void *context, const struct target *target, const void *id,
                            size_t id_size, int serial)
{
    char name[64];
    const int never = -1;
    struct line line = {.socket = dealer_new(context, target, target->parent_key)};
    zmq_setsockopt(line.socket, ZMQ_RECONNECT_IVL, &never, sizeof never);
    if (id_size != 0)
        must(zmq_setsockopt(line.socket, ZMQ_ROUTING_ID, id, id_size) == 0, "routing id");
    snprintf(name, sizeof name, "inproc://line.%d", serial);
    must(zmq_socket_monitor(line.socket, name, ZMQ_EVENT_ALL) == 0, "monitor");
    line.monitor = zmq_socket(context, ZMQ_PAIR);
    must(zmq_connect(line.monitor, name) == 0 && zmq_connect(line.socket, target->endpoint) == 0,
         "connect");
    return line;
}

static void line_close(struct line *line)
{
    zmq_socket_monitor(line->socket, NULL, 0);
    zmq_close(line->monitor);
    zmq_close(line->socket);
}

/* Read what the monitor has. */
static void line_update(struct line *line)
{
    uint8_t event[16];
    uint16_t number = 0;
    while (zmq_recv(line->monitor, event, sizeof event, ZMQ_DONTWAIT) >= (int)sizeof number) {
        memcpy(&number, event, sizeof number);
        zmq_recv(line->monitor, event, sizeof event, 0);
        line->ready = line->ready || number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
        line->ended = line->ended || number == ZMQ_EVENT_DISCONNECTED ||
                      number == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ||
                      number == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL ||
                      number == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
    }
}

static void line_wait(struct line *line, int64_t deadline_ms)
{
    while (line_update(line), !line->ready && !line->ended) {
        zmq_pollitem_t item = {.socket = line->monitor, .events = ZMQ_POLLIN};
        zmq_poll(&item, 1, TURN_MS);
        must(now_ms() < deadline_ms, "no handshake");
    }
}

/* Until whoever started us closes our input. */
static void wait_for_end(void)
{
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    _exit(0);
}

void attack_squat(const struct target *target, uint32_t first, int count)
{
    int let_in = 0;
    int serial = 0;
    void *context = context_new();
    const int64_t began_ms = now_ms();
    const int64_t deadline_ms = began_ms + DEADLINE_MS;
    while (serial < count) {
        struct line lines[SQUATTERS_AT_A_TIME];
        int made = 0;
        for (; made < SQUATTERS_AT_A_TIME && serial < count; made++, serial++) {
            uint8_t id[5] = {0};
            ys_be32_put(id + 1, first + (uint32_t)serial);
            lines[made] = line_new(context, target, id, sizeof id, serial);
        }
        /* The parent does not answer those it puts off: they are done when nobody is let in any more. */
        for (int quiet = 0; quiet < (let_in == 0 ? 50 : 10); quiet++) {
            for (int i = 0; i < made; i++) {
                const bool was = lines[i].ready;
                line_update(&lines[i]);
                if (lines[i].ready && !was) {
                    let_in++;
                    quiet = 0;
                }
            }
            zmq_poll(&(zmq_pollitem_t){.socket = lines[0].monitor, .events = ZMQ_POLLIN}, 1, 20);
            must(now_ms() < deadline_ms, "squatting takes too long");
        }
        for (int i = 0; i < made; i++)
            if (!lines[i].ready)
                line_close(&lines[i]);
    }
    printf("%d of %d let in, in %lld ms\n", let_in, count, (long long)(now_ms() - began_ms));
    wait_for_end();
}

void attack_wrong_key(const struct target *target, int count)
{
    uint8_t wrong[YS_PUBKEY_LEN];
    void *context = context_new();
    uint8_t secret[YS_SEED_LEN] = {7};
    ys_transport_public(secret, wrong);
    for (int i = 0; i < count; i++)
        must(zmq_connect(dealer_new(context, target, wrong), target->endpoint) == 0, "connect");
    puts("RUNNING");
    wait_for_end();
}

void attack_deaf(const struct target *target)
{
    static struct talk talk;
    void *context = context_new();
    struct line line = line_new(context, target, NULL, 0, 1);
    const int one = 1;
    zmq_setsockopt(line.socket, ZMQ_RCVHWM, &one, sizeof one);
    line_wait(&line, now_ms() + DEADLINE_MS);
    must(!line.ended && talk_make(target, "everything", &talk), "not let in");
    zmq_send(line.socket, talk.message[0].data, talk.message[0].size, 0);
    for (int i = 0; i < WANTS; i++)
        zmq_send(line.socket, talk.message[1].data, talk.message[1].size, 0);
    puts("RUNNING");
    wait_for_end();
}

void attack_talk(const struct target *target, const char *what)
{
    static struct talk talk;
    static uint8_t answer[YS_MESSAGE_MAX];
    const int64_t deadline_ms = now_ms() + DEADLINE_MS;
    must(talk_make(target, what, &talk), "no such case");
    struct line line = line_new(context_new(), target, NULL, 0, 1);
    line_wait(&line, deadline_ms);
    if (line.ended) {
        puts("NOT LET IN");
        _exit(0);
    }
    for (int i = 0; i < talk.count; i++)
        zmq_send(line.socket, talk.message[i].data, talk.message[i].size, 0);
    while (line_update(&line), !line.ended) {
        zmq_pollitem_t items[] = {{.socket = line.socket, .events = ZMQ_POLLIN},
                                  {.socket = line.monitor, .events = ZMQ_POLLIN}};
        zmq_poll(items, 2, TURN_MS);
        const int size = zmq_recv(line.socket, answer, sizeof answer, ZMQ_DONTWAIT);
        if (size >= 0)
            talk_print((struct ys_bytes){.data = answer, .size = (size_t)size});
        must(now_ms() < deadline_ms, "the session goes on");
    }
    puts("ENDED");
    _exit(0);
}
