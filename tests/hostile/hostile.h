/* A child that breaks the rules, as a program of its own: `hostile HOME WHAT`.
 *
 * It has the keys of an enrolled node, from its home, and speaks ZeroMQ or plain TCP
 * as it likes: nothing of sync/zmq_link is used. What came of it goes to standard
 * output, one line; a deadline that passes ends the program with status 3. */
#ifndef YS_TESTS_HOSTILE_HOSTILE_H
#define YS_TESTS_HOSTILE_HOSTILE_H

#include "crypto/key.h"
#include "proto/limits.h"
#include "proto/message.h"

enum { DEADLINE_MS = 60 * 1000, FRAME_ROOM = 64 * 1024 };

/* Whom we attack, and with whose keys. */
struct target {
    char endpoint[300];
    char host[256];
    uint16_t port;
    uint8_t parent_key[YS_PUBKEY_LEN];
    uint8_t secret[YS_SEED_LEN], public_key[YS_PUBKEY_LEN];
    char deployment[256], code[32];
};

/* Ends the program with status 3. */
_Noreturn void give_up(const char *what);

/* --- with_zmq.c --- */
/* `count` connections whose routing ids are 00 and the numbers from `first` on; those that were let in
 * stand until standard input ends. */
void attack_squat(const struct target *target, uint32_t first, int count);
/* `count` sockets that take another key for the server's and try again at libzmq's own pace, until
 * standard input ends. */
void attack_wrong_key(const struct target *target, int count);
/* HELLO and the wish for every log, never reading what comes, until standard input ends. */
void attack_deaf(const struct target *target);
/* One session: the messages of a case of talk.c, and what comes back. */
void attack_talk(const struct target *target, const char *what);

/* --- with_tcp.c --- */
/* A chain of frames without end on one connection, after a proper HELLO if `greet`, until it is cut.
 * `size` bytes in each. */
void attack_unended(const struct target *target, bool greet, size_t size);
void attack_giant(const struct target *target);
void attack_garbage(const struct target *target);
/* `count` connections that say nothing, until all are cut. */
void attack_silent(const struct target *target, int count);
/* A CURVE handshake that claims the name of another, with our key or with one that nobody knows. */
void attack_forge(const struct target *target, bool enrolled, const char *name);

/* --- talk.c --- */
enum { TALK_MAX = 4 };
struct talk {
    int count;
    struct ys_writer message[TALK_MAX];
    uint8_t room[TALK_MAX][YS_MESSAGE_MAX];
};
/* Messages of the case `what`. False: there is no such case. */
bool talk_make(const struct target *target, const char *what, struct talk *out);
/* What a message of the parent is, as text. */
void talk_print(struct ys_bytes message);

#endif
