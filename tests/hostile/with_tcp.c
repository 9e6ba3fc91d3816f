#include "tests/hostile/hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Where ZeroMQ is too polite: ZMTP 3.0 and CURVE (RFC 26) by hand. */

enum { UNENDED_MAX_MIB = 1024, ALONE_MAX = 100, GREETING = 64, COOKIE = 96, METADATA_MAX = 200 };

static int dial(const struct target *target)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(target->port)};
    const struct timeval deadline = {.tv_sec = DEADLINE_MS / 1000};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1; /* small frames go out as they are */
    /* the cast is how POSIX wants it */
    if (inet_pton(AF_INET, target->host, &address.sin_addr) != 1 || fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        give_up("no TCP connection");
    return fd;
}

static void write_all(int fd, const void *bytes, size_t size)
{
    if (send(fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
        give_up("cut while writing");
}

/* False when we are cut: the other end does not listen any more, whatever our kernel still takes. */
static bool write_some(int fd, const uint8_t *bytes, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        struct pollfd item = {.fd = fd, .events = POLLOUT | POLLRDHUP};
        if (poll(&item, 1, DEADLINE_MS) <= 0)
            give_up("neither taken nor cut");
        if ((item.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0)
            return false;
        const ssize_t count = send(fd, bytes + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN)
            return false;
        sent += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* False when the other end has cut us before. */
static bool read_all(int fd, uint8_t *out, size_t size)
{
    size_t got = 0;
    while (got < size) {
        const ssize_t count = recv(fd, out + got, size - got, 0);
        if (count < 0 && errno == EAGAIN)
            give_up("neither answered nor cut");
        if (count <= 0)
            return false;
        got += (size_t)count;
    }
    return true;
}

static void wait_until_cut(int fd)
{
    uint8_t byte = 0;
    while (read_all(fd, &byte, 1))
        continue;
    close(fd);
}

static void make_greeting(uint8_t out[GREETING], uint8_t major, const char *mechanism)
{
    memset(out, 0, GREETING);
    out[0] = 0xff;
    out[9] = 0x7f;
    out[10] = major;
    memcpy(out + 12, mechanism, strlen(mechanism));
}

void attack_giant(const struct target *target)
{
    static const uint8_t filling[FRAME_ROOM];
    const uint64_t giant = 800 * 1024 * 1024;
    uint8_t greeting[GREETING];
    uint8_t header[9] = {0x06}; /* a long command */
    const int fd = dial(target);
    uint64_t sent = 0;
    make_greeting(greeting, 3, "CURVE");
    ys_be64_put(header + 1, giant);
    write_all(fd, greeting, sizeof greeting);
    write_all(fd, header, sizeof header);
    while (sent < giant && write_some(fd, filling, sizeof filling))
        sent += sizeof filling;
    printf("%s after %llu MiB\n", sent < giant ? "CUT" : "NOT CUT",
           (unsigned long long)(sent >> 20));
}

void attack_garbage(const struct target *target)
{
    uint8_t null_3[GREETING];
    uint8_t curve_2[GREETING];
    uint8_t noise[4096];
    make_greeting(null_3, 3, "NULL");
    make_greeting(curve_2, 1, ""); /* revision 1 is ZMTP 2.0 */
    randombytes_buf(noise, sizeof noise);
    noise[0] = 0xff;
    noise[9] |= 1;
    const uint8_t zmtp_1[] = {0x01, 0x00, 0x06, 0x00, 'h', 'e', 'l', 'l', 'o'};
    const uint8_t zmtp_2[] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 5, 0, 0, 0, 2, 'h', 'i'};
    const char http[] = "GET / HTTP/1.1\r\nHost: parent\r\n\r\n";
    const struct ys_bytes openings[] = {
        {.data = null_3, .size = sizeof null_3}, {.data = curve_2, .size = sizeof curve_2},
        {.data = noise, .size = sizeof noise},   {.data = zmtp_1, .size = sizeof zmtp_1},
        {.data = zmtp_2, .size = sizeof zmtp_2}, ys_bytes_of_text(http)};
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        const int fd = dial(target);
        write_all(fd, openings[i].data, openings[i].size);
        wait_until_cut(fd);
    }
    puts("ALL CUT");
}

void attack_silent(const struct target *target, int count)
{
    int *const fds = calloc((size_t)count, sizeof *fds);
    if (fds == NULL)
        give_up("out of memory");
    for (int i = 0; i < count; i++)
        fds[i] = dial(target);
    puts("ALL OPEN");
    for (int i = 0; i < count; i++)
        wait_until_cut(fds[i]);
    puts("ALL CUT");
    free(fds);
}

/* --- a CURVE client by hand --- */

struct forger {
    int fd;
    uint8_t secret[YS_SEED_LEN], public_key[YS_PUBKEY_LEN]; /* what it is let in with */
    uint8_t short_secret[YS_SEED_LEN], short_public[YS_PUBKEY_LEN];
    uint8_t server_short[YS_PUBKEY_LEN];
    uint8_t shared[crypto_box_BEFORENMBYTES]; /* of messages */
};

static void box(uint8_t *out, const void *plain, size_t size, const char *prefix,
                const uint8_t *nonce_end, const uint8_t *to, const uint8_t *from)
{
    uint8_t nonce[crypto_box_NONCEBYTES];
    const size_t prefix_size = strlen(prefix);
    memcpy(nonce, prefix, prefix_size);
    memcpy(nonce + prefix_size, nonce_end, sizeof nonce - prefix_size);
    if (crypto_box_easy(out, plain, size, nonce, to, from) != 0)
        give_up("box");
}

static void say_hello(const struct forger *forger, const struct target *target)
{
    const uint8_t zeros[64] = {0};
    uint8_t frame[2 + 200] = {0x04, 200};
    uint8_t *hello = frame + 2;
    memcpy(hello, "\5HELLO\1\0", 8);
    memcpy(hello + 80, forger->short_public, 32);
    hello[119] = 1;
    box(hello + 120, zeros, sizeof zeros, "CurveZMQHELLO---", hello + 112, target->parent_key,
        forger->short_secret);
    write_all(forger->fd, frame, sizeof frame);
}

static void hear_welcome(struct forger *forger, const struct target *target,
                         uint8_t cookie_out[COOKIE])
{
    uint8_t frame[2 + 168];
    uint8_t nonce[crypto_box_NONCEBYTES];
    uint8_t plain[128];
    if (!read_all(forger->fd, frame, sizeof frame) || memcmp(frame, "\x04\xa8\7WELCOME", 10) != 0)
        give_up("no WELCOME");
    memcpy(nonce, "WELCOME-", 8);
    memcpy(nonce + 8, frame + 10, 16);
    if (crypto_box_open_easy(plain, frame + 26, 144, nonce, target->parent_key,
                             forger->short_secret) != 0)
        give_up("WELCOME does not open");
    memcpy(forger->server_short, plain, 32);
    memcpy(cookie_out, plain + 32, COOKIE);
}

static void say_initiate(const struct forger *forger, const struct target *target,
                         const uint8_t cookie[COOKIE], const char *metadata, size_t metadata_size)
{
    uint8_t plain[128 + METADATA_MAX] = {0};
    uint8_t vouch[64];
    uint8_t frame[9 + 113 + 16 + sizeof plain] = {0x06};
    uint8_t *initiate = frame + 9;
    memcpy(vouch, forger->short_public, 32);
    memcpy(vouch + 32, target->parent_key, 32);
    memcpy(plain, forger->public_key, 32); /* then 16 bytes of nonce, zero */
    box(plain + 48, vouch, sizeof vouch, "VOUCH---", plain + 32, forger->server_short,
        forger->secret);
    memcpy(plain + 128, metadata, metadata_size);
    const size_t size = 113 + 16 + 128 + metadata_size;
    ys_be64_put(frame + 1, size);
    memcpy(initiate, "\x08INITIATE", 9);
    memcpy(initiate + 9, cookie, COOKIE);
    initiate[112] = 2;
    box(initiate + 113, plain, 128 + metadata_size, "CurveZMQINITIATE", initiate + 105,
        forger->server_short, forger->short_secret);
    write_all(forger->fd, frame, 9 + size);
}

/* False when we are cut. */
static bool say_frame(const struct forger *forger, struct ys_bytes bytes, bool more)
{
    static uint64_t nonce = 2;
    uint8_t nonce_bytes[crypto_box_NONCEBYTES];
    static uint8_t plain[1 + FRAME_ROOM];
    static uint8_t frame[9 + 32 + sizeof plain];
    plain[0] = more ? 1 : 0;
    if (bytes.size != 0)
        memcpy(plain + 1, bytes.data, bytes.size);
    const size_t size = 16 + 16 + 1 + bytes.size;
    frame[0] = 0x02; /* long */
    ys_be64_put(frame + 1, size);
    memcpy(frame + 9, "\7MESSAGE", 8);
    ys_be64_put(frame + 17, ++nonce);
    memcpy(nonce_bytes, "CurveZMQMESSAGEC", 16);
    memcpy(nonce_bytes + 16, frame + 17, 8);
    if (crypto_box_easy_afternm(frame + 25, plain, 1 + bytes.size, nonce_bytes, forger->shared) !=
        0)
        give_up("box");
    return write_some(forger->fd, frame, 9 + size);
}

/* False when it is not let in. */
static bool shake_hands(struct forger *forger, const struct target *target, const char *name)
{
    char metadata[METADATA_MAX];
    uint8_t greeting[GREETING];
    uint8_t cookie[COOKIE];
    uint8_t answer[2];
    uint8_t ready[256];
    crypto_box_keypair(forger->short_public, forger->short_secret);
    forger->fd = dial(target);
    const int size =
        snprintf(metadata, sizeof metadata, "%cSocket-Type%c%c%c%cDEALER%cUser-Id%c%c%c%c%s", 11, 0,
                 0, 0, 6, 7, 0, 0, 0, (int)strlen(name), name);
    if (size < 0 || size >= METADATA_MAX)
        give_up("too long a name");
    make_greeting(greeting, 3, "CURVE");
    write_all(forger->fd, greeting, sizeof greeting);
    if (!read_all(forger->fd, greeting, sizeof greeting))
        give_up("no greeting");
    say_hello(forger, target);
    hear_welcome(forger, target, cookie);
    say_initiate(forger, target, cookie, metadata, (size_t)size);
    if (crypto_box_beforenm(forger->shared, forger->server_short, forger->short_secret) != 0)
        give_up("key");
    return read_all(forger->fd, answer, sizeof answer) && answer[0] == 0x04 &&
           read_all(forger->fd, ready, answer[1]) && memcmp(ready, "\5READY", 6) == 0;
}

void attack_forge(const struct target *target, bool enrolled, const char *name)
{
    static struct talk talk;
    uint8_t answer[2];
    struct forger forger = {.fd = -1};
    crypto_box_keypair(forger.public_key, forger.secret);
    if (enrolled) {
        memcpy(forger.secret, target->secret, YS_SEED_LEN);
        memcpy(forger.public_key, target->public_key, YS_PUBKEY_LEN);
    }
    if (!shake_hands(&forger, target, name)) {
        puts("NOT LET IN");
        return;
    }
    /* It answers our HELLO with its own. */
    if (!talk_make(target, "hello", &talk) ||
        !say_frame(&forger, (struct ys_bytes){talk.message[0].data, talk.message[0].size}, false))
        give_up("cut before HELLO");
    puts(read_all(forger.fd, answer, sizeof answer) ? "ANSWERED" : "CUT");
}

void attack_unended(const struct target *target, bool greet, size_t size)
{
    static struct talk talk;
    static const uint8_t filling[FRAME_ROOM];
    struct forger forger = {.fd = -1};
    uint64_t sent = 0;
    memcpy(forger.secret, target->secret, YS_SEED_LEN);
    memcpy(forger.public_key, target->public_key, YS_PUBKEY_LEN);
    if (size > FRAME_ROOM || !talk_make(target, "hello", &talk))
        give_up("frame");
    if (!shake_hands(&forger, target, "")) {
        puts("NOT LET IN");
        return;
    }
    if (greet)
        (void)say_frame(&forger, (struct ys_bytes){talk.message[0].data, talk.message[0].size},
                        false);
    while (sent >> 20 < UNENDED_MAX_MIB &&
           say_frame(&forger, (struct ys_bytes){filling, size}, true)) {
        sent += size + 42;
        /* So slow that each small frame is read alone: 0.1 ms of work. */
        if (size < ALONE_MAX &&
            crypto_box_beforenm(forger.shared, forger.server_short, forger.short_secret) != 0)
            give_up("key");
    }
    printf("%s after %llu MiB\n", sent >> 20 < UNENDED_MAX_MIB ? "CUT" : "NOT CUT",
           (unsigned long long)(sent >> 20));
}
