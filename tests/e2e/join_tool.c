/* For the end to end tests: says to a parent what `yishi join` itself would not say.
 *
 *     join_tool TOKEN|HOME hello              HELLO with the one-time key, or with the home's own
 *     join_tool TOKEN|HOME hello FILE         HELLO, and the request in FILE at once behind it
 *     join_tool TOKEN|HOME replay FILE        the request in a file of the parent's pending/
 *     join_tool TOKEN|HOME seventeen FILE     the same, with seventeen bodies
 *
 *     join_tool HOME heads|entries|want ORIGIN    HELLO, and such a message about that log; prints until ERROR
 *     join_tool TOKEN|HOME nine FILE          the same as replay, nine times on one connection
 *
 * Prints what came back, a line each, one for each request: "ERROR <text>", "REFUSED <text>", "PENDING", "ADMITTED",
 * "DENIED" when the handshake fails, "LOST". */
#include "node/file.h"
#include "node/keystore.h"
#include "node/node.h"
#include "proto/message.h"
#include "proto/token.h"
#include "proto/wire.h"
#include "sync/poll.h"
#include "sync/zmq_link.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURN_MS = 1000, TURNS_MAX = 60, BODIES = 17, NINE = 9, ANSWERS_MAX = 16 };

static uint8_t nonce[YS_SESSION_NONCE_LEN] = {1, 2, 3};

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "join_tool: %s\n", err->msg);
    exit(3);
}

struct end {
    char endpoint[YS_ADDRESS_MAX];
    uint8_t parent_key[YS_PUBKEY_LEN], secret[YS_SEED_LEN];
};

static void read_end(const char *text, struct end *out)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_token token;
    struct ys_node node;
    struct ys_node_keys keys;
    if (strncmp(text, "yishi", 5) == 0) {
        must(ys_token_parse(ys_bytes_of_text(text), &token, &err), &err);
        memcpy(out->endpoint, token.address, sizeof out->endpoint);
        memcpy(out->parent_key, token.parent_key, YS_PUBKEY_LEN);
        memcpy(out->secret, token.seed, YS_SEED_LEN);
        return;
    }
    must(ys_node_open(text, NULL, &node, &err), &err);
    must(ys_keystore_load_node(&node.home, &node.origin, &keys, &err), &err);
    const struct ys_observed *const observed = &node.config.observed[0];
    memcpy(out->endpoint, node.observer ? observed->endpoint : node.config.parent,
           sizeof out->endpoint);
    memcpy(out->parent_key, node.observer ? observed->key : node.config.parent_key, YS_PUBKEY_LEN);
    memcpy(out->secret, keys.transport_secret, YS_SEED_LEN);
    ys_node_close(&node);
}

static void pack(Yishi__V1__Message *message, struct ys_writer *w)
{
    struct ys_err err = {.msg = "does not fit"};
    message->has_session = 1;
    message->session = ys_wire_lend((struct ys_bytes){nonce, sizeof nonce});
    must(ys_message_encode(message, w), &err);
}

static void make_hello(struct ys_writer *w)
{
    static char deployment[] = "example.test";
    static char code[] = "110199990";
    static uint8_t zero[YS_HASH_LEN];
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Hello hello = YISHI__V1__HELLO__INIT;
    Yishi__V1__TreeHead yours = YISHI__V1__TREE_HEAD__INIT;
    yours.has_size = yours.has_root = 1;
    yours.root = ys_wire_lend((struct ys_bytes){zero, sizeof zero});
    hello.has_wire_min = hello.has_wire_max = hello.has_store_id = hello.has_changed = 1;
    hello.has_seen_store_id = hello.has_seen_changed = hello.has_clock_ms = 1;
    hello.wire_min = hello.wire_max = YS_WIRE_VERSION;
    hello.deployment = deployment;
    hello.code = code;
    hello.store_id = hello.seen_store_id = ys_wire_lend((struct ys_bytes){zero, YS_STORE_ID_LEN});
    hello.yours = &yours;
    message.kind_case = YISHI__V1__MESSAGE__KIND_HELLO;
    message.hello = &hello;
    pack(&message, w);
}

static void make_join(const char *path, bool seventeen, struct ys_writer *w)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_arena arena;
    uint8_t *bytes = NULL;
    struct ys_bytes file = {.size = 0};
    ProtobufCMessage *application = NULL;
    ProtobufCMessage *decoded = NULL;
    Yishi__V1__JoinBody *bodies[BODIES];
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    must(ys_file_read_all(path, YS_MESSAGE_MAX, &bytes, &file.size, &err), &err);
    file.data = bytes;
    must(ys_wire_decode(file, &yishi__v1__application__descriptor, "", &arena, &application, &err),
         &err);
    must(ys_wire_decode(ys_wire_view(&((Yishi__V1__Application *)(void *)application)->join),
                        &yishi__v1__join__descriptor, "", &arena, &decoded, &err),
         &err);
    Yishi__V1__Join *const join = (void *)decoded;
    if (seventeen) {
        for (int i = 0; i < BODIES; i++)
            bodies[i] = join->bodies[0];
        join->bodies = bodies;
        join->n_bodies = BODIES;
    }
    message.kind_case = YISHI__V1__MESSAGE__KIND_JOIN;
    message.join = join;
    pack(&message, w);
    ys_arena_clear(&arena);
    free(bytes);
}

static bool until_error;

/* Of a log that is not the sender's to speak of. */
static void make_about(const char *what, char *origin, struct ys_writer *w)
{
    static uint8_t zero[YS_HASH_LEN];
    static uint8_t text[] = "x";
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Heads heads = YISHI__V1__HEADS__INIT;
    Yishi__V1__LogHead head = YISHI__V1__LOG_HEAD__INIT;
    Yishi__V1__LogHead *head_list[] = {&head};
    Yishi__V1__Entries entries = YISHI__V1__ENTRIES__INIT;
    Yishi__V1__Entry entry;
    Yishi__V1__Entry *entry_list[] = {&entry};
    Yishi__V1__Want wants = YISHI__V1__WANT__INIT;
    Yishi__V1__LogWant want = YISHI__V1__LOG_WANT__INIT;
    Yishi__V1__LogWant *want_list[] = {&want};
    yishi__v1__entry__init(&entry);
    const ProtobufCBinaryData note = ys_wire_lend((struct ys_bytes){text, 1});
    head.origin = entries.origin = want.origin = origin;
    head.has_checkpoint = entries.has_checkpoint = entry.has_note = 1;
    head.checkpoint = entries.checkpoint = entry.note = note;
    entry.content_case = YISHI__V1__ENTRY__CONTENT_ABSENT;
    entry.absent = 1;
    entries.has_first_index = want.has_from_index = want.has_root = wants.has_credit = 1;
    want.root = ys_wire_lend((struct ys_bytes){zero, sizeof zero});
    wants.credit = 1024;
    heads.n_heads = entries.n_entries = wants.n_logs = 1;
    heads.heads = head_list;
    entries.entries = entry_list;
    wants.logs = want_list;
    if (strcmp(what, "heads") == 0) {
        message.kind_case = YISHI__V1__MESSAGE__KIND_HEADS;
        message.heads = &heads;
    } else if (strcmp(what, "entries") == 0) {
        message.kind_case = YISHI__V1__MESSAGE__KIND_ENTRIES;
        message.entries = &entries;
    } else {
        message.kind_case = YISHI__V1__MESSAGE__KIND_WANT;
        message.want = &wants;
    }
    pack(&message, w);
}

static void print(struct ys_bytes bytes)
{
    static const char *const states[] = {"?", "PENDING", "ADMITTED", "REFUSED"};
    struct ys_arena arena;
    struct ys_err err = {.code = YS_OK};
    const Yishi__V1__Message *message = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    must(ys_message_decode(bytes, &arena, &message, &err), &err);
    if (message->kind_case == YISHI__V1__MESSAGE__KIND_ERROR) {
        printf("ERROR %s\n", message->error->text);
        if (until_error)
            exit(0);
    } else if (message->kind_case == YISHI__V1__MESSAGE__KIND_JOINED)
        printf("%s %s\n", states[message->joined->state],
               message->joined->text == NULL ? "" : message->joined->text);
    else
        puts(ys_message_name(message));
    ys_arena_clear(&arena);
}

/* Send all once the handshake is done, and print the first answer. */
static bool turn(struct ys_dialer *dialer, const struct ys_writer *messages, int count, bool *sent)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_bytes answer;
    switch (ys_dialer_update(dialer)) {
    case YS_DIALER_CONNECTING:
        return false;
    case YS_DIALER_READY:
        for (int i = 0; i < count && !*sent; i++)
            if (messages[i].size != 0)
                must(ys_dialer_send(dialer, (struct ys_bytes){messages[i].data, messages[i].size},
                                    &err),
                     &err);
        *sent = true;
        if (ys_dialer_receive(dialer, &answer, NULL) != YS_OK)
            return false;
        print(answer);
        return true;
    case YS_DIALER_DENIED:
        puts("DENIED");
        exit(0);
    case YS_DIALER_WRONG_KEY:
    case YS_DIALER_LOST:
        break;
    }
    puts("LOST");
    exit(0);
}

static void say(const struct end *end, const struct ys_writer *messages, int count, int answers)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_dialer *dialer = NULL;
    void *zmq = NULL;
    bool sent = false;
    must(ys_zmq_context_open(randombytes_random(), &zmq, &err), &err);
    must(ys_dialer_open(&(struct ys_dialer_options){.zmq_context = zmq,
                                                    .endpoint = end->endpoint,
                                                    .server_public = end->parent_key,
                                                    .secret = end->secret,
                                                    .serial = 1},
                        &dialer, &err),
         &err);
    struct ys_poll_item items[] = {{.socket = ys_dialer_socket(dialer)},
                                   {.socket = ys_dialer_monitor(dialer)}};
    for (int i = 0; i < TURNS_MAX && answers > 0; i++) {
        must(ys_poll(items, 2, TURN_MS, &err), &err);
        while (answers > 0 && turn(dialer, messages, count, &sent))
            answers--;
    }
    if (answers > 0)
        puts("SILENCE");
    ys_dialer_close(dialer);
    ys_zmq_context_close(zmq);
}

int main(int argc, char **argv)
{
    static uint8_t room[2][YS_MESSAGE_MAX];
    struct ys_writer hello = {.data = room[0], .capacity = sizeof room[0]};
    struct ys_writer join = {.data = room[1], .capacity = sizeof room[1]};
    struct end end;
    if (sodium_init() < 0 || argc < 3 || argc > 4)
        return 2;
    const char *const what = argv[2];
    if (argc == 3 && strcmp(what, "hello") != 0)
        return 2;
    read_end(argv[1], &end);
    make_hello(&hello);
    until_error =
        strcmp(what, "heads") == 0 || strcmp(what, "entries") == 0 || strcmp(what, "want") == 0;
    if (until_error && argc == 4) {
        make_about(what, argv[3], &join);
        say(&end, (const struct ys_writer[]){hello, join}, 2, ANSWERS_MAX);
        return 0;
    }
    if (argc == 4)
        make_join(argv[3], strcmp(what, "seventeen") == 0, &join);
    if (strcmp(what, "hello") == 0) {
        const struct ys_writer messages[] = {hello, join};
        say(&end, messages, 2, 1);
    } else {
        struct ys_writer messages[NINE];
        const int count = strcmp(what, "nine") == 0 ? NINE : 1;
        for (int i = 0; i < count; i++)
            messages[i] = join;
        say(&end, messages, count, count);
    }
    return 0;
}
