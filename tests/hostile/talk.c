#include "crypto/hash.h"
#include "proto/wire.h"
#include "tests/hostile/hostile.h"

#include <stdio.h>
#include <string.h>

enum { LITTLE = 4096 };

static uint8_t nonce[YS_SESSION_NONCE_LEN] = {1, 2, 3};
static uint8_t zero[YS_HASH_LEN];

static void add(struct talk *talk, Yishi__V1__Message *message)
{
    const int at = talk->count++;
    talk->message[at] =
        (struct ys_writer){.data = talk->room[at], .capacity = sizeof talk->room[at]};
    message->has_session = 1;
    message->session = ys_wire_lend((struct ys_bytes){nonce, sizeof nonce});
    if (ys_message_encode(message, &talk->message[at]) != YS_OK)
        give_up("a message does not fit");
}

static void add_raw(struct talk *talk, const char *text)
{
    const int at = talk->count++;
    const size_t size = strlen(text);
    memcpy(talk->room[at], text, size);
    talk->message[at] = (struct ys_writer){.data = talk->room[at], .size = size};
}

static void add_hello(struct talk *talk, const struct target *target, const char *code)
{
    static char claimed[32], deployment[256];
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Hello hello = YISHI__V1__HELLO__INIT;
    Yishi__V1__TreeHead yours = YISHI__V1__TREE_HEAD__INIT;
    struct ys_hash empty;
    ys_empty_root(&empty);
    snprintf(claimed, sizeof claimed, "%s", code);
    snprintf(deployment, sizeof deployment, "%s", target->deployment);
    yours.has_size = yours.has_root = 1;
    yours.root = ys_wire_lend((struct ys_bytes){empty.bytes, YS_HASH_LEN});
    hello.has_wire_min = hello.has_wire_max = hello.has_store_id = hello.has_changed = 1;
    hello.has_seen_store_id = hello.has_seen_changed = hello.has_clock_ms = 1;
    hello.wire_min = hello.wire_max = YS_WIRE_VERSION;
    hello.deployment = deployment;
    hello.code = claimed;
    hello.store_id = hello.seen_store_id = ys_wire_lend((struct ys_bytes){zero, YS_STORE_ID_LEN});
    hello.yours = &yours;
    message.kind_case = YISHI__V1__MESSAGE__KIND_HELLO;
    message.hello = &hello;
    add(talk, &message);
}

static char *log_name(const struct target *target, const char *code)
{
    static char name[300];
    snprintf(name, sizeof name, "%s/%s/1", target->deployment, code);
    return name;
}

static void add_want(struct talk *talk, char *origin, uint64_t credit)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Want want = YISHI__V1__WANT__INIT;
    Yishi__V1__LogWant log = YISHI__V1__LOG_WANT__INIT;
    Yishi__V1__LogWant *logs[] = {&log};
    struct ys_hash empty;
    ys_empty_root(&empty);
    log.origin = origin;
    log.has_from_index = log.has_root = 1;
    log.root = ys_wire_lend((struct ys_bytes){empty.bytes, YS_HASH_LEN});
    want.logs = logs;
    want.n_logs = 1;
    want.has_credit = 1;
    want.credit = credit;
    message.kind_case = YISHI__V1__MESSAGE__KIND_WANT;
    message.want = &want;
    add(talk, &message);
}

/* Entries that nobody asked for, with a tail instead of a checkpoint. */
static void add_entries(struct talk *talk, char *origin, size_t body_size)
{
    static uint8_t body[YS_RECORD_BODY_MAX];
    static uint8_t note[] = "not even a note\n";
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Entries entries = YISHI__V1__ENTRIES__INIT;
    Yishi__V1__Entry entry;
    Yishi__V1__Entry *list[] = {&entry};
    Yishi__V1__TreeHead tail = YISHI__V1__TREE_HEAD__INIT;
    yishi__v1__entry__init(&entry);
    tail.has_size = tail.has_root = 1;
    tail.size = 1;
    tail.root = ys_wire_lend((struct ys_bytes){zero, YS_HASH_LEN});
    entry.has_note = 1;
    entry.note = ys_wire_lend((struct ys_bytes){note, sizeof note - 1});
    entry.content_case = YISHI__V1__ENTRY__CONTENT_BODY;
    entry.body = ys_wire_lend((struct ys_bytes){body, body_size});
    entries.origin = origin;
    entries.has_first_index = 1;
    entries.entries = list;
    entries.n_entries = 1;
    entries.tail = &tail;
    message.kind_case = YISHI__V1__MESSAGE__KIND_ENTRIES;
    message.entries = &entries;
    add(talk, &message);
}

/* Credit for us to send is not ours to give. */
static void add_ack(struct talk *talk, char *origin, uint64_t credit)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Ack ack = YISHI__V1__ACK__INIT;
    ack.origin = origin;
    ack.has_durable_size = ack.has_credit = 1;
    ack.credit = credit;
    message.kind_case = YISHI__V1__MESSAGE__KIND_ACK;
    message.ack = &ack;
    add(talk, &message);
}

bool talk_make(const struct target *target, const char *what, struct talk *out)
{
    static char street[10];
    static const char foreign[] = "110199990002";
    out->count = 0;
    snprintf(street, sizeof street, "%.9s", target->code);
    if (strcmp(what, "early") == 0) {
        add_want(out, log_name(target, street), LITTLE);
        return true;
    }
    if (strcmp(what, "garbled") == 0) {
        add_raw(out, "\x0a\xff\xff\xff\xff\x0f");
        return true;
    }
    add_hello(out, target, strcmp(what, "other-code") == 0 ? foreign : target->code);
    if (strcmp(what, "hello") == 0)
        return true;
    if (strcmp(what, "everything") == 0)
        add_want(out, log_name(target, street), LITTLE);
    else if (strcmp(what, "twice") == 0)
        add_hello(out, target, target->code);
    else if (strcmp(what, "other-code") == 0 || strcmp(what, "foreign-want") == 0)
        add_want(out, log_name(target, foreign), LITTLE);
    else if (strcmp(what, "foreign-entries") == 0)
        add_entries(out, log_name(target, foreign), 1);
    else if (strcmp(what, "unasked") == 0)
        add_entries(out, log_name(target, target->code), YS_RECORD_BODY_MAX);
    else if (strcmp(what, "overcredit") == 0)
        add_ack(out, log_name(target, street), UINT64_MAX);
    else if (strcmp(what, "garbled-later") == 0)
        add_raw(out, "\x0a\xff\xff\xff\xff\x0f");
    else
        return false;
    return true;
}

void talk_print(struct ys_bytes bytes)
{
    struct ys_arena arena;
    struct ys_err err = {.code = YS_OK};
    const Yishi__V1__Message *message = NULL;
    ys_arena_init(&arena, YS_MESSAGE_ARENA_MAX);
    if (ys_message_decode(bytes, &arena, &message, &err) != YS_OK)
        printf("? %s\n", err.msg);
    else if (message->kind_case == YISHI__V1__MESSAGE__KIND_ERROR)
        printf("ERROR %s\n", message->error->text);
    else
        printf("%s\n", ys_message_name(message));
    ys_arena_clear(&arena);
}
