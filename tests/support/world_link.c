#include "tests/support/world_state.h"

#include <stdlib.h>
#include <string.h>

enum { DIAL_MIN_MS = 1000, DIAL_MAX_MS = 300000, CREDIT = 100000 };

/* --- messages under way --- */

static void put_message(struct pipe *pipe, struct message *message)
{
    message->next = NULL;
    if (pipe->last != NULL)
        pipe->last->next = message;
    else
        pipe->first = message;
    pipe->last = message;
}

static struct message *take_message(struct pipe *pipe)
{
    struct message *const message = pipe->first;
    pipe->first = message->next;
    if (message->next == NULL)
        pipe->last = NULL;
    return message;
}

/* All but the first `keep` are lost. */
static void empty_pipe(struct pipe *pipe, size_t keep)
{
    struct pipe kept = {0};
    while (pipe->first != NULL) {
        struct message *const message = take_message(pipe);
        if (keep != 0) {
            keep--;
            put_message(&kept, message);
        } else {
            free(message);
        }
    }
    *pipe = kept;
}

/* What a session's callbacks need to know. */
struct end {
    struct world *world;
    int child, side;
};

/* Nobody listens to what a parent says over a connection that the child has left. */
static bool is_lost(const struct link *link, int side)
{
    return side == PARENT_END &&
           (link->session[CHILD_END] == NULL || link->at[PARENT_END] != link->at[CHILD_END]);
}

static void send_message(void *context, struct ys_bytes bytes)
{
    const struct end *const end = context;
    struct world *const w = end->world;
    struct link *const link = &w->link[end->child];
    struct pipe *const pipe = &link->to[1 - end->side];
    if (w->watched)
        bytes = w->watch.sent(w->watch.context, end->child, end->side, bytes);
    link->traffic.messages++;
    link->traffic.bytes += bytes.size;
    if (is_lost(link, end->side))
        return;
    /* Not malloc, which fails for nodes only. */
    enum { ALIGNMENT = 16 };
    struct message *const message = aligned_alloc(
        ALIGNMENT, (sizeof *message + bytes.size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1));
    if (message == NULL)
        abort();
    message->size = bytes.size;
    message->connection = link->at[end->side];
    message->due_ms = w->now_ms + world_delay(w, w->options.delay_max_ms);
    if (pipe->last != NULL && pipe->last->due_ms > message->due_ms)
        message->due_ms = pipe->last->due_ms;
    memcpy(message->data, bytes.data, bytes.size);
    put_message(pipe, message);
}

static void queue_change(void *context, struct ys_change *change)
{
    const struct end *const end = context;
    world_put_change(end->world, end->world->link[end->child].node[end->side], change);
}

static void take_notice(void *context, enum ys_code code, const char *text)
{
    const struct end *const end = context;
    struct world *const w = end->world;
    if (code == YS_FORK && w->watched)
        w->watch.accused(w->watch.context, w->link[end->child].node[end->side], text);
    else
        world_check(w, code != YS_FORK || w->rogue, "an honest node is accused");
}

/* --- turns --- */

struct turn {
    struct end end;
    int node;
    struct ys_txn *txn;
    struct ys_turn turn;
};

/* False when a planted failure came in between. */
static bool open_turn(struct turn *turn, struct world *w, int child, int side)
{
    const int index = w->link[child].node[side];
    struct node *const node = &w->node[index];
    struct ys_err err = {0};
    *turn = (struct turn){.end = {.world = w, .child = child, .side = side}, .node = index};
    const enum ys_code code = ys_store_begin(node->store, false, &turn->txn, &err);
    turn->turn = (struct ys_turn){.store = node->store,
                                  .txn = turn->txn,
                                  .member = node->member,
                                  .clock_ms = (int64_t)world_clock_s(w, index) * 1000,
                                  .no_credit = node->full,
                                  .own_heads_max = UINT64_MAX,
                                  .context = &turn->end,
                                  .send = send_message,
                                  .change = queue_change,
                                  .notice = take_notice};
    return world_alive(w, index, code, &err);
}

/* The child hangs up. A parent says why and forgets the session, but not the connection. */
static void give_up_end(struct turn *turn, const struct ys_err *why)
{
    struct world *const w = turn->end.world;
    struct link *const link = &w->link[turn->end.child];
    if (turn->end.side == CHILD_END) {
        world_break(w, turn->end.child);
        return;
    }
    if (ys_code_fault(why->code) == YS_FAULT_PEER)
        ys_session_refuse(link->session[PARENT_END], &turn->turn, why, 60);
    world_drop_end(w, turn->end.child, PARENT_END);
}

/* End a turn; a session that failed ends with it. */
static void close_turn(struct turn *turn, enum ys_code code, struct ys_err *err)
{
    struct world *const w = turn->end.world;
    err->code = code;
    if (code != YS_OK && ys_code_fault(code) == YS_FAULT_LOCAL) {
        (void)world_alive(w, turn->node, code, err);
    } else if (code != YS_OK) {
        if (w->watched && ys_code_fault(code) == YS_FAULT_PEER)
            w->watch.refused(w->watch.context, turn->end.child, turn->end.side, err);
        else
            world_check(w, ys_code_fault(code) == YS_FAULT_NONE, err->msg);
        give_up_end(turn, err);
    }
    ys_txn_abort(&turn->txn);
}

/* --- connections --- */

void world_plan_dial(struct world *w, int child)
{
    struct link *const link = &w->link[child];
    int64_t delay = link->delay_ms == 0 ? DIAL_MIN_MS : link->delay_ms * 2;
    delay = delay > DIAL_MAX_MS ? DIAL_MAX_MS : delay;
    link->delay_ms = delay;
    link->dial_ms =
        w->now_ms + delay / 4 + (int64_t)rng_below(&w->rng, (uint64_t)(delay * 3 / 4 + 1));
}

void world_drop_end(struct world *w, int child, int side)
{
    struct link *const link = &w->link[child];
    ys_session_free(link->session[side]);
    link->session[side] = NULL;
    if (side == CHILD_END) {
        empty_pipe(&link->to[CHILD_END], 0);
        world_plan_dial(w, child);
    }
}

void world_break(struct world *w, int child)
{
    struct link *const link = &w->link[child];
    size_t waiting = 0;
    for (const struct message *m = link->to[PARENT_END].first; m != NULL; m = m->next)
        waiting++;
    empty_pipe(&link->to[PARENT_END], (size_t)rng_below(&w->rng, waiting + 1));
    if (link->session[CHILD_END] != NULL)
        world_drop_end(w, child, CHILD_END);
}

void world_cut(struct world *w, int child)
{
    struct link *const link = &w->link[child];
    for (int side = 0; side < 2; side++) {
        empty_pipe(&link->to[side], 0);
        if (link->session[side] != NULL)
            world_drop_end(w, child, side);
    }
}

void world_hold(struct world *w, int child, bool held)
{
    struct link *const link = &w->link[child];
    link->held = held;
    if (!held && link->dial_ms < w->now_ms)
        link->dial_ms = w->now_ms;
}

/* The certificate by which an observer is let in, as far as its host knows. */
static const struct ys_member_node *certificate(const struct world *w, int child)
{
    const struct link *const link = &w->link[child];
    const struct node *const host = &w->node[link->node[PARENT_END]];
    size_t at = 0;
    return ys_member_observer(host->member, w->node[link->node[CHILD_END]].keys.transport_public,
                              &host->origin.division, &at);
}

/* As whom the other end is heard. */
static void choose_role(struct world *w, int child, int side, struct ys_session_options *options)
{
    const struct link *const link = &w->link[child];
    const struct node *const other = &w->node[link->node[1 - side]];
    options->role = side == CHILD_END ? YS_SESSION_CHILD : YS_SESSION_PARENT;
    options->peer = other->origin.division;
    options->credit = w->options.credit != 0 ? w->options.credit : CREDIT;
    if (!world_is_observed(w, child))
        return;
    options->role = side == CHILD_END ? YS_SESSION_READER : YS_SESSION_HOST;
    if (side == CHILD_END)
        return;
    memcpy(options->reader, other->keys.transport_public, YS_PUBKEY_LEN);
    options->peer = certificate(w, child)->division;
    options->credit = 0;
}

/* False when there was no memory for it. */
static bool begin_session(struct world *w, int child, int side)
{
    struct link *const link = &w->link[child];
    struct ys_err err = {0};
    struct ys_session_options options = {.id = ++w->session_ids, .software = "world"};
    choose_role(w, child, side, &options);
    if (side == CHILD_END)
        rng_fill(&w->rng, options.nonce, sizeof options.nonce);
    const enum ys_code code = ys_session_new(&options, &link->session[side], &err);
    if (!world_alive(w, link->node[side], code, &err))
        return false;
    if (w->watched)
        w->watch.began(w->watch.context, child, side);
    return true;
}

void world_dial(struct world *w, int child)
{
    struct link *const link = &w->link[child];
    struct ys_err err = {0};
    struct turn turn;
    link->at[CHILD_END] = ++w->connections;
    if (!begin_session(w, child, CHILD_END))
        return;
    world_tell(w, "%s dials", w->node[link->node[CHILD_END]].origin_text);
    if (open_turn(&turn, w, child, CHILD_END))
        close_turn(&turn, ys_session_start(link->session[CHILD_END], &turn.turn, &err), &err);
    else
        close_turn(&turn, YS_OK, &err);
}

/* The session that hears a message: the newest connection of a key owns it. */
static struct ys_session *hearer(struct world *w, int child, int side, uint64_t connection,
                                 bool *is_new)
{
    struct link *const link = &w->link[child];
    *is_new = false;
    if (link->session[side] != NULL && link->at[side] == connection)
        return link->session[side];
    if (side == CHILD_END || connection < link->at[PARENT_END])
        return NULL;
    if (world_is_observed(w, child) && certificate(w, child) == NULL) {
        world_cut(w, child); /* its key is not known (yet): the handshake fails */
        return NULL;
    }
    if (link->session[PARENT_END] != NULL)
        world_drop_end(w, child, PARENT_END);
    link->at[PARENT_END] = connection;
    *is_new = begin_session(w, child, PARENT_END);
    return link->session[PARENT_END];
}

static void receive(struct world *w, int child, int side, const struct message *message)
{
    struct link *const link = &w->link[child];
    struct ys_err err = {0};
    struct turn turn;
    bool is_new = false;
    struct ys_session *const session = hearer(w, child, side, message->connection, &is_new);
    const struct ys_bytes bytes = {message->data, message->size};
    if (session == NULL)
        return;
    if (w->watched)
        w->watch.heard(w->watch.context, child, side, bytes);
    if (!open_turn(&turn, w, child, side)) {
        close_turn(&turn, YS_OK, &err);
        return;
    }
    enum ys_code code = ys_session_receive(session, &turn.turn, bytes, &err);
    if (code == YS_OK && is_new && !ys_session_open(session))
        code = ys_fail(&err, YS_NOT_FOUND, "it did not begin with HELLO");
    if (code == YS_OK && side == CHILD_END && ys_session_open(session))
        link->delay_ms = 0;
    close_turn(&turn, code, &err);
}

void world_deliver(struct world *w, int child, int side)
{
    struct message *const message = take_message(&w->link[child].to[side]);
    world_note(w, message->data, message->size);
    receive(w, child, side, message);
    free(message);
}

/* --- the sessions of one node --- */

/* `only` 0: all sessions of the node; else the one of that id. */
typedef enum ys_code visit(struct ys_session *session, struct ys_turn *turn, const void *context,
                           struct ys_err *err);

static void visit_sessions(struct world *w, int node, uint64_t only, visit *to, const void *context)
{
    for (int i = 1; i < (int)w->link_count; i++) {
        for (int side = 0; side < 2; side++) {
            struct link *const link = &w->link[i];
            struct ys_session *const session = link->session[side];
            struct ys_err err = {0};
            struct turn turn;
            if (link->node[side] != node || session == NULL ||
                (only != 0 && ys_session_id(session) != only))
                continue;
            enum ys_code code = YS_OK;
            if (open_turn(&turn, w, i, side))
                code = to(session, &turn.turn, context, &err);
            close_turn(&turn, code, &err);
        }
    }
}

struct calling {
    world_session_call *call;
};

static enum ys_code visit_call(struct ys_session *session, struct ys_turn *turn,
                               const void *context, struct ys_err *err)
{
    return ((const struct calling *)context)->call(session, turn, err);
}

void world_for_sessions(struct world *w, int node, world_session_call *call)
{
    visit_sessions(w, node, 0, visit_call, &(struct calling){call});
}

static enum ys_code visit_committed(struct ys_session *session, struct ys_turn *turn,
                                    const void *context, struct ys_err *err)
{
    return ys_session_committed(session, turn, context, err);
}

void world_hand_result(struct world *w, int node, const struct ys_change_result *result)
{
    if (result->session != 0)
        visit_sessions(w, node, result->session, visit_committed, result);
}

static enum ys_code visit_contents(struct ys_session *session, struct ys_turn *turn,
                                   const void *context, struct ys_err *err)
{
    const struct ys_change_result *const result = context;
    return result->absent ? ys_session_content_lacks(session, turn, result, err)
                          : ys_session_content_here(session, turn, result, err);
}

void world_tell_contents(struct world *w, int node, const struct ys_change_result *result)
{
    visit_sessions(w, node, 0, visit_contents, result);
}

struct world_traffic world_traffic(struct world *w, int child)
{
    const struct world_traffic traffic = w->link[child].traffic;
    w->link[child].traffic = (struct world_traffic){0};
    return traffic;
}
