#include "tests/support/world.h"

#include "sync/heads.h"
#include "tests/support/scribe.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHANGES_MAX = 512, MESSAGES_MAX = 4096, MAP_BYTES = 64 << 20, PATH_BYTES = 256 };
static const char deployment[] = "beijing.example";

struct message {
    struct message *next;
    size_t size;
    uint8_t data[];
};

/* One direction of a connection. */
struct pipe {
    struct message *first, *last;
};

enum { CHILD_END = 0, PARENT_END = 1 };

struct link {
    struct world *world;
    int node[2];
    bool held;
    struct ys_session *session[2];
    struct pipe to[2]; /* [end]: messages on their way to this end */
    struct world_traffic traffic;
};

/* What a session's callbacks need to know. */
struct end {
    struct link *link;
    int side;
};

struct node {
    struct ys_name origin;
    char dir[PATH_BYTES];
    struct ys_store *store;
    struct ys_node_keys keys;
    struct ys_signer body[WORLD_BODIES_MAX];
    unsigned body_count;
    struct ys_member *member;
    struct ys_change *changes[CHANGES_MAX];
    size_t change_count;
    bool signing, store_moved, membership_moved;
};

struct world {
    struct rng rng;
    uint64_t seed, steps, event_hash, session_ids, clock_s;
    char dir[PATH_BYTES];
    struct node node[WORLD_NODES_MAX];
    unsigned node_count, streets, communities;
    bool rogue;                        /* somebody writes two histories: forks are to be noticed */
    struct link link[WORLD_NODES_MAX]; /* [i]: from node i to its parent; the district has none */
    struct ys_root root;
    struct ys_signer root_signer;
};

/* --- failing --- */

static void check(const struct world *w, bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "world: seed %016llx step %llu: %s\n", (unsigned long long)w->seed,
            (unsigned long long)w->steps, what);
    abort();
}

static void must(const struct world *w, enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    char text[400];
    snprintf(text, sizeof text, "%s: %s", ys_code_name(code), err->msg);
    check(w, false, text);
}

static void note_event(struct world *w, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) /* FNV-1a */
        w->event_hash = (w->event_hash ^ bytes[i]) * 0x100000001b3;
}

/* --- names --- */

int world_district(const struct world *w)
{
    (void)w;
    return 0;
}

int world_street(const struct world *w, unsigned i)
{
    (void)w;
    return (int)(1 + i);
}

int world_community(const struct world *w, unsigned i)
{
    return (int)(1 + w->streets + i);
}

unsigned world_node_count(const struct world *w)
{
    return w->node_count;
}

static int parent_of(const struct world *w, int node)
{
    if (node == 0)
        return -1;
    const int streets = (int)w->streets;
    if (node <= streets || streets == 0)
        return 0;
    return 1 + (node - 1 - streets) % streets;
}

struct ys_store *world_store(struct world *w, int node)
{
    return w->node[node].store;
}

const struct ys_member *world_member(struct world *w, int node)
{
    return w->node[node].member;
}

/* --- making --- */

static void append(struct world *w, struct node *node, const struct scribe_record *record)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log own;
    const struct ys_entry entry = scribe_entry(record);
    must(w, ys_store_begin(node->store, true, &txn, &err), &err);
    must(w, ys_log_load(txn, YS_OWN_LOG, &own, &err), &err);
    must(w, ys_log_append(txn, &own, &entry, 1, &err), &err);
    must(w, ys_txn_commit(&txn, &err), &err);
    node->store_moved = true;
    node->membership_moved = true;
}

static void open_node(struct world *w, struct node *node)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    must(w, ys_store_open(node->dir, MAP_BYTES, &node->store, &err), &err);
    must(w, ys_member_new(&w->root, &node->origin.division, &node->member, &err), &err);
    must(w, ys_store_begin(node->store, false, &txn, &err), &err);
    must(w, ys_member_rebuild(node->member, txn, NULL, &err), &err);
    ys_txn_abort(&txn);
    node->store_moved = true;
}

static void make_node(struct world *w, const char *code, const char *const *bodies)
{
    struct node *const node = &w->node[w->node_count];
    struct ys_identity identity;
    struct ys_division division;
    uint8_t master[YS_SEED_LEN];
    struct ys_err err = {0};
    must(w, ys_division_parse(ys_bytes_of_text(code), &division, &err), &err);
    node->origin = ys_name_log(deployment, &division, 1);
    rng_fill(&w->rng, master, sizeof master);
    must(w, ys_node_keys_derive(&node->keys, master, 0, &node->origin, &err), &err);
    for (; bodies[node->body_count] != NULL; node->body_count++) {
        const struct ys_name name = ys_name_body(deployment, &division, bodies[node->body_count]);
        scribe_signer(&node->body[node->body_count], &w->rng, &name);
    }
    const int length = snprintf(node->dir, sizeof node->dir, "%.200s/%s", w->dir, code);
    check(w, length > 0 && mkdir(node->dir, 0700) == 0, "mkdir");
    identity.origin = node->origin;
    rng_fill(&w->rng, identity.store_id, sizeof identity.store_id);
    must(w, ys_store_create(node->dir, &identity, &err), &err);
    open_node(w, node);
    w->node_count++;
}

/* Certificate and body keys of `subject` into the log of `issuer`. */
static void enrol(struct world *w, struct node *issuer, const struct node *subject,
                  const struct ys_signer *by)
{
    struct scribe_record record;
    char origin[YS_KEY_NAME_MAX + 1];
    ys_name_print(&subject->origin, origin);
    scribe_write(&record, &w->rng, &issuer->origin, NULL, w->clock_s,
                 scribe_node_certificate(&subject->keys.log.vkey, &subject->keys.mirror.vkey,
                                         subject->keys.transport_public),
                 &by, 1);
    append(w, issuer, &record);
    for (unsigned i = 0; i < subject->body_count; i++) {
        scribe_write(&record, &w->rng, &issuer->origin, NULL, w->clock_s,
                     scribe_body_register(&subject->body[i].vkey, origin, 0), &by, 1);
        append(w, issuer, &record);
    }
}

static void make_root(struct world *w)
{
    struct ys_division district;
    struct ys_err err = {0};
    must(w, ys_division_parse(ys_bytes_of_text("110105"), &district, &err), &err);
    const struct ys_name name = ys_name_root(deployment, &district);
    scribe_signer(&w->root_signer, &w->rng, &name);
    w->root = (struct ys_root){.division = district, .threshold = 1, .count = 1};
    snprintf(w->root.deployment, sizeof w->root.deployment, "%s", deployment);
    w->root.key[0] = w->root_signer.vkey;
}

struct world *world_new(const struct world_options *options)
{
    static const char *const district_bodies[] = {"da", NULL};
    static const char *const street_bodies[] = {"st", NULL};
    static const char *const community_bodies[] = {"rc", "po", "sc", NULL};
    struct world *const w = calloc(1, sizeof *w);
    if (w == NULL || 1 + options->streets + options->communities > WORLD_NODES_MAX)
        abort();
    w->seed = options->seed;
    w->rng = rng_from_seed(options->seed);
    w->event_hash = 0xcbf29ce484222325;
    w->clock_s = 1764000000;
    w->streets = options->streets;
    w->communities = options->communities;
    snprintf(w->dir, sizeof w->dir, "%s/yishi-world-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    check(w, mkdtemp(w->dir) != NULL, "mkdtemp");
    make_root(w);
    make_node(w, "110105", district_bodies);
    for (unsigned i = 0; i < w->streets; i++) {
        char code[YS_DIVISION_MAX + 1];
        snprintf(code, sizeof code, "110105%03u", 901 + i % 99);
        make_node(w, code, street_bodies);
    }
    for (unsigned i = 0; i < w->communities; i++) {
        char code[YS_DIVISION_MAX + 1];
        const int street = parent_of(w, world_community(w, i));
        snprintf(code, sizeof code, "110105%03d%03u", 900 + street % 100, 1 + i % 999);
        make_node(w, code, community_bodies);
    }
    enrol(w, &w->node[0], &w->node[0], &w->root_signer);
    for (unsigned i = 1; i < w->node_count; i++) {
        struct node *const issuer = &w->node[parent_of(w, (int)i)];
        enrol(w, issuer, &w->node[i], &issuer->body[0]);
        w->link[i] = (struct link){.world = w, .node = {(int)i, parent_of(w, (int)i)}};
    }
    return w;
}

static void empty_pipe(struct pipe *pipe)
{
    while (pipe->first != NULL) {
        struct message *const next = pipe->first;
        pipe->first = next->next;
        free(next);
    }
    pipe->last = NULL;
}

void world_cut(struct world *w, int child)
{
    struct link *const link = &w->link[child];
    for (int end = 0; end < 2; end++) {
        ys_session_free(link->session[end]);
        link->session[end] = NULL;
        empty_pipe(&link->to[end]);
    }
}

static void drop_changes(struct node *node)
{
    for (size_t i = 0; i < node->change_count; i++)
        ys_change_free(node->changes[i]);
    node->change_count = 0;
    node->signing = false;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

void world_free(struct world *w)
{
    for (unsigned i = 1; i < w->node_count; i++)
        world_cut(w, (int)i);
    for (unsigned i = 0; i < w->node_count; i++) {
        drop_changes(&w->node[i]);
        ys_member_free(w->node[i].member);
        ys_store_close(w->node[i].store);
    }
    nftw(w->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(w);
}

/* --- sessions in their world --- */

static void send_message(void *context, struct ys_bytes bytes)
{
    struct end *const end = context;
    struct pipe *const pipe = &end->link->to[1 - end->side];
    struct message *const message = malloc(sizeof *message + bytes.size);
    if (message == NULL)
        abort();
    message->next = NULL;
    message->size = bytes.size;
    memcpy(message->data, bytes.data, bytes.size);
    if (pipe->last != NULL)
        pipe->last->next = message;
    else
        pipe->first = message;
    pipe->last = message;
    end->link->traffic.messages++;
    end->link->traffic.bytes += bytes.size;
}

static void queue_change(void *context, struct ys_change *change)
{
    struct end *const end = context;
    struct node *const node = &end->link->world->node[end->link->node[end->side]];
    check(end->link->world, node->change_count < CHANGES_MAX, "too many changes queued");
    node->changes[node->change_count++] = change;
}

static void take_notice(void *context, enum ys_code code, const char *text)
{
    const struct end *const end = context;
    (void)text;
    check(end->link->world, code != YS_FORK || end->link->world->rogue,
          "an honest node is accused");
}

struct turn {
    struct end end;
    struct ys_txn *txn;
    struct ys_turn turn;
};

static void open_turn(struct turn *turn, struct link *link, int side)
{
    struct world *const w = link->world;
    struct node *const node = &w->node[link->node[side]];
    struct ys_err err = {0};
    *turn = (struct turn){.end = {.link = link, .side = side}};
    must(w, ys_store_begin(node->store, false, &turn->txn, &err), &err);
    turn->turn = (struct ys_turn){.store = node->store,
                                  .txn = turn->txn,
                                  .member = node->member,
                                  .clock_ms = (int64_t)w->clock_s * 1000,
                                  .room = UINT64_MAX,
                                  .context = &turn->end,
                                  .send = send_message,
                                  .change = queue_change,
                                  .notice = take_notice};
}

/* End a turn; a session that failed takes its connection with it. */
static void close_turn(struct turn *turn, enum ys_code code, const struct ys_err *err)
{
    struct world *const w = turn->end.link->world;
    ys_txn_abort(&turn->txn);
    check(w, code != YS_FORK, "an honest node is accused of a fork");
    check(w, code == YS_OK || ys_code_fault(code) == YS_FAULT_NONE, err->msg);
    if (code != YS_OK)
        world_cut(w, turn->end.link->node[CHILD_END]);
}

static void dial(struct world *w, struct link *link)
{
    struct ys_err err = {0};
    struct turn turn;
    for (int side = 0; side < 2; side++) {
        struct ys_session_options options = {.role = side == CHILD_END ? YS_SESSION_CHILD
                                                                       : YS_SESSION_PARENT,
                                             .id = ++w->session_ids,
                                             .peer = w->node[link->node[1 - side]].origin.division,
                                             .credit = 100000,
                                             .software = "world"};
        rng_fill(&w->rng, options.nonce, sizeof options.nonce);
        must(w, ys_session_new(&options, &link->session[side], &err), &err);
    }
    open_turn(&turn, link, CHILD_END);
    close_turn(&turn, ys_session_start(link->session[CHILD_END], &turn.turn, &err), &err);
}

static void deliver(struct world *w, struct link *link, int side)
{
    struct message *const message = link->to[side].first;
    struct ys_err err = {0};
    struct turn turn;
    link->to[side].first = message->next;
    if (message->next == NULL)
        link->to[side].last = NULL;
    note_event(w, message->data, message->size);
    open_turn(&turn, link, side);
    close_turn(&turn,
               ys_session_receive(link->session[side], &turn.turn,
                                  (struct ys_bytes){message->data, message->size}, &err),
               &err);
    free(message);
}

typedef enum ys_code session_call(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_err *err);

static void for_sessions(struct world *w, int node, session_call *call)
{
    for (unsigned i = 1; i < w->node_count; i++) {
        for (int side = 0; side < 2; side++) {
            struct link *const link = &w->link[i];
            struct ys_err err = {0};
            struct turn turn;
            if (link->node[side] != node || link->session[side] == NULL)
                continue;
            open_turn(&turn, link, side);
            close_turn(&turn, call(link->session[side], &turn.turn, &err), &err);
        }
    }
}

static void rebuild(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    must(w, ys_store_begin(node->store, false, &txn, &err), &err);
    must(w, ys_member_rebuild(node->member, txn, NULL, &err), &err);
    ys_txn_abort(&txn);
    for_sessions(w, index, ys_session_member_changed);
}

static void sign_own(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    const struct ys_session *const parent = index == 0 ? NULL : w->link[index].session[CHILD_END];
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log own;
    uint64_t size = 0;
    struct ys_bytes note;
    if (node->signing || !ys_session_may_sign(index != 0, parent))
        return;
    must(w, ys_store_begin(node->store, false, &txn, &err), &err);
    must(w, ys_log_load(txn, YS_OWN_LOG, &own, &err), &err);
    const enum ys_code code = ys_head_at_most(txn, YS_OWN_LOG, INT64_MAX, &size, &note, &err);
    ys_txn_abort(&txn);
    if (own.frontier.size == 0 || (code == YS_OK && size >= own.frontier.size))
        return;
    check(w, node->change_count < CHANGES_MAX, "too many changes queued");
    must(w, ys_change_new(YS_CHANGE_SIGN_OWN, 0, &node->changes[node->change_count], &err), &err);
    node->change_count++;
    node->signing = true;
}

/* What the daemon does at the end of each turn. */
static void settle(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    if (node->membership_moved) {
        node->membership_moved = false;
        rebuild(w, index);
    }
    if (node->store_moved) {
        node->store_moved = false;
        for_sessions(w, index, ys_session_changed);
    }
    sign_own(w, index);
}

/* --- safety --- */

/* No receipt stands above what its witness has on disk. */
static void check_receipts(struct world *w, int holder, uint32_t log_id, const struct ys_log *log,
                           struct ys_txn *txn)
{
    struct ys_err err = {0};
    for (unsigned i = 0; i < w->node_count; i++) {
        const struct ys_vkey *const mirror = &w->node[i].keys.mirror.vkey;
        struct ys_receipt receipt;
        struct ys_bytes note;
        struct ys_txn *other = NULL;
        struct ys_log copy = {0};
        if ((int)i == holder ||
            ys_receipt_newest(txn, log_id, mirror, &receipt, &note, &err) != YS_OK)
            continue;
        must(w, ys_store_begin(w->node[i].store, false, &other, &err), &err);
        const enum ys_code code = ys_log_find(other, log->origin_text, &copy, &err);
        check(w, code == YS_OK && copy.frontier.size >= receipt.size,
              "a receipt stands above what its witness holds");
        ys_txn_abort(&other);
    }
}

static void check_node(struct world *w, int index)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log log;
    must(w, ys_store_begin(w->node[index].store, false, &txn, &err), &err);
    for (uint32_t id = 0; ys_log_next(txn, id, &log, &err) == YS_OK; id = log.id + 1) {
        struct ys_hash root;
        ys_frontier_root(&log.frontier, &root);
        check(w, ys_hash_equal(&root, &log.root), "a frontier does not give its root");
        check_receipts(w, index, log.id, &log, txn);
    }
    ys_txn_abort(&txn);
}

static void commit(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    struct ys_change_result results[CHANGES_MAX];
    struct ys_err err = {0};
    const size_t count = 1 + rng_below(&w->rng, node->change_count);
    struct ys_change *group[CHANGES_MAX];
    memcpy(group, node->changes, count * sizeof *group);
    node->change_count -= count;
    memmove(node->changes, node->changes + count, node->change_count * sizeof *group);
    must(w, ys_change_apply(node->store, &node->keys, group, count, w->clock_s, results, &err),
         &err);
    for (size_t i = 0; i < count; i++) {
        ys_change_free(group[i]);
        check(w, results[i].code != YS_FORK, "a change of an honest node is taken for a fork");
        node->store_moved = node->store_moved || results[i].log_changed;
        node->membership_moved = node->membership_moved || results[i].membership;
        if (results[i].kind == YS_CHANGE_SIGN_OWN)
            node->signing = false;
        for (unsigned l = 1; l < w->node_count && results[i].session != 0; l++) {
            for (int side = 0; side < 2; side++) {
                struct link *const link = &w->link[l];
                struct turn turn;
                if (link->session[side] == NULL ||
                    ys_session_id(link->session[side]) != results[i].session)
                    continue;
                open_turn(&turn, link, side);
                close_turn(&turn,
                           ys_session_committed(link->session[side], &turn.turn, &results[i], &err),
                           &err);
            }
        }
    }
    check_node(w, index);
}

/* --- steps --- */

enum event_kind { EVENT_DIAL, EVENT_DELIVER, EVENT_COMMIT };
struct event {
    enum event_kind kind;
    int node; /* link or node */
    int side;
};

static size_t possible(const struct world *w, struct event *events)
{
    size_t count = 0;
    for (unsigned i = 1; i < w->node_count; i++) {
        const struct link *const link = &w->link[i];
        if (link->session[0] == NULL && !link->held)
            events[count++] = (struct event){EVENT_DIAL, (int)i, 0};
        for (int side = 0; side < 2; side++)
            if (link->to[side].first != NULL)
                events[count++] = (struct event){EVENT_DELIVER, (int)i, side};
    }
    for (unsigned i = 0; i < w->node_count; i++)
        if (w->node[i].change_count != 0)
            events[count++] = (struct event){EVENT_COMMIT, (int)i, 0};
    return count;
}

static bool step(struct world *w)
{
    struct event events[4 * WORLD_NODES_MAX];
    const size_t count = possible(w, events);
    if (count == 0)
        return false;
    const struct event event = events[rng_below(&w->rng, count)];
    w->steps++;
    w->clock_s += rng_below(&w->rng, 2);
    note_event(w, &event.kind, sizeof event.kind);
    note_event(w, &event.node, sizeof event.node);
    switch (event.kind) {
    case EVENT_DIAL:
        dial(w, &w->link[event.node]);
        break;
    case EVENT_DELIVER:
        deliver(w, &w->link[event.node], event.side);
        settle(w, w->link[event.node].node[event.side]);
        break;
    case EVENT_COMMIT:
        commit(w, event.node);
        settle(w, event.node);
        break;
    }
    return true;
}

void world_run(struct world *w, unsigned steps)
{
    for (unsigned i = 0; i < steps && step(w); i++)
        continue;
}

bool world_settles(struct world *w, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++)
        if (!step(w))
            return true;
    return false;
}

void world_hold(struct world *w, int child, bool held)
{
    w->link[child].held = held;
}

void world_crash(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    for (unsigned i = 1; i < w->node_count; i++)
        if (w->link[i].node[0] == index || w->link[i].node[1] == index)
            world_cut(w, (int)i);
    drop_changes(node);
    ys_member_free(node->member);
    ys_store_close(node->store);
    open_node(w, node);
}

/* --- writing --- */

static uint64_t own_size(struct world *w, int index)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log own;
    must(w, ys_store_begin(w->node[index].store, false, &txn, &err), &err);
    must(w, ys_log_load(txn, YS_OWN_LOG, &own, &err), &err);
    ys_txn_abort(&txn);
    return own.frontier.size;
}

uint64_t world_publish(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    struct scribe_record record;
    const struct ys_signer *const by = &node->body[0];
    scribe_write(&record, &w->rng, &node->origin, NULL, w->clock_s, scribe_acknowledgement(&w->rng),
                 &by, 1);
    append(w, node, &record);
    settle(w, index);
    return own_size(w, index) - 1;
}

uint64_t world_publish_unknown(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    struct scribe_record record;
    const struct ys_signer *const by = &node->body[0];
    scribe_write_unknown(&record, &w->rng, &node->origin, w->clock_s, &by, 1);
    append(w, node, &record);
    settle(w, index);
    return own_size(w, index) - 1;
}

void world_go_rogue(struct world *w, int index, unsigned size)
{
    struct node *const node = &w->node[index];
    struct ys_identity identity = {.origin = node->origin};
    struct ys_change *change = NULL;
    struct ys_change_result result;
    struct ys_err err = {0};
    w->rogue = true;
    world_cut(w, index);
    drop_changes(node);
    ys_member_free(node->member);
    ys_store_close(node->store);
    const int length = snprintf(node->dir, sizeof node->dir, "%.200s/rogue-%d", w->dir, index);
    check(w, length > 0 && mkdir(node->dir, 0700) == 0, "mkdir");
    rng_fill(&w->rng, identity.store_id, sizeof identity.store_id);
    must(w, ys_store_create(node->dir, &identity, &err), &err);
    open_node(w, node);
    for (unsigned i = 0; i < size; i++)
        world_publish(w, index);
    must(w, ys_change_new(YS_CHANGE_SIGN_OWN, 0, &change, &err), &err);
    must(w, ys_change_apply(node->store, &node->keys, &change, 1, w->clock_s, &result, &err), &err);
    ys_change_free(change);
}

/* --- the end --- */

static bool holds_all(struct world *w, struct ys_txn *txn, int owner)
{
    struct ys_log log;
    struct ys_err err = {0};
    char origin[YS_KEY_NAME_MAX + 1];
    ys_name_print(&w->node[owner].origin, origin);
    if (own_size(w, owner) == 0)
        return true;
    return ys_log_find(txn, origin, &log, &err) == YS_OK && log.frontier.size == own_size(w, owner);
}

static bool has_receipts(struct world *w, struct ys_txn *txn, int owner)
{
    struct ys_err err = {0};
    if (own_size(w, owner) == 0)
        return true;
    for (int witness = parent_of(w, owner); witness >= 0; witness = parent_of(w, witness)) {
        struct ys_receipt receipt;
        struct ys_bytes note;
        if (ys_receipt_newest(txn, YS_OWN_LOG, &w->node[witness].keys.mirror.vkey, &receipt, &note,
                              &err) != YS_OK ||
            receipt.size != own_size(w, owner))
            return false;
    }
    return true;
}

bool world_is_complete(struct world *w)
{
    bool complete = true;
    for (unsigned i = 0; i < w->node_count && complete; i++) {
        struct ys_err err = {0};
        struct ys_txn *txn = NULL;
        must(w, ys_store_begin(w->node[i].store, false, &txn, &err), &err);
        for (unsigned j = 0; j < w->node_count && complete; j++)
            if (ys_division_related(&w->node[i].origin.division, &w->node[j].origin.division))
                complete = holds_all(w, txn, (int)j);
        complete = complete && has_receipts(w, txn, (int)i);
        ys_txn_abort(&txn);
    }
    return complete;
}

struct world_traffic world_traffic(struct world *w, int child)
{
    const struct world_traffic traffic = w->link[child].traffic;
    w->link[child].traffic = (struct world_traffic){0};
    return traffic;
}

uint64_t world_event_hash(const struct world *w)
{
    return w->event_hash;
}
