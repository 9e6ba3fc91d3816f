#include "tests/support/world_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DELAY_MAX_MS = 50, START_S = 1764000000, NO_UNITS = 999999 };
static const char deployment[] = "beijing.example";

/* --- failing and telling --- */

void world_check(struct world *w, bool condition, const char *what)
{
    if (condition)
        return;
    if (w->watched)
        w->watch.failed(w->watch.context, what);
    fprintf(stderr, "world: seed %016llx step %llu: %s\n", (unsigned long long)w->options.seed,
            (unsigned long long)w->steps, what);
    abort();
}

void world_must(struct world *w, enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    char text[400];
    snprintf(text, sizeof text, "%s: %s", ys_code_name(code), err->msg);
    world_check(w, false, text);
}

void world_note(struct world *w, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) /* FNV-1a */
        w->event_hash = (w->event_hash ^ bytes[i]) * 0x100000001b3;
}

void world_tell(struct world *w, const char *format, ...)
{
    char line[300];
    va_list arguments;
    if (!w->watched)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    w->watch.event(w->watch.context, line);
}

void world_watch(struct world *w, const struct world_watch *watch)
{
    w->watch = *watch;
    w->watched = true;
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
    return (int)(1 + w->options.streets + i);
}

unsigned world_node_count(const struct world *w)
{
    return w->unit_count;
}

int world_observer(const struct world *w)
{
    return w->node_count == w->unit_count ? -1 : (int)w->unit_count;
}

int world_observer_link(const struct world *w, unsigned i)
{
    return (int)(w->unit_count + i);
}

bool world_is_observed(const struct world *w, int link)
{
    return link >= (int)w->unit_count;
}

int world_parent(const struct world *w, int node)
{
    const int streets = (int)w->options.streets;
    if (node == 0 || node >= (int)w->unit_count)
        return -1;
    if (node <= streets || streets == 0)
        return 0;
    return 1 + (node - 1 - streets) % streets;
}

struct ys_store *world_store(struct world *w, int node)
{
    return w->node[node].store;
}

const struct ys_signer *world_body(struct world *w, int node, unsigned body)
{
    world_check(w, body < w->node[node].body_count, "the node has no such body");
    return &w->node[node].body[body];
}

const struct ys_member *world_member(struct world *w, int node)
{
    return w->node[node].member;
}

/* --- making --- */

/* Certificate and body keys of `subject` into the log of `issuer`. */
static void enrol(struct world *w, int issuer, const struct node *subject,
                  const struct ys_signer *by)
{
    struct scribe_record record;
    const struct ys_name *const origin = &w->node[issuer].origin;
    scribe_write(&record, &w->rng, origin, NULL, START_S,
                 scribe_node_certificate(&subject->keys.log.vkey, &subject->keys.mirror.vkey,
                                         subject->keys.transport_public),
                 &by, 1);
    (void)world_append(w, issuer, &record);
    for (unsigned i = 0; i < subject->body_count; i++) {
        scribe_write(&record, &w->rng, origin, NULL, START_S,
                     scribe_body_register(&subject->body[i].vkey, subject->origin_text, 0), &by, 1);
        (void)world_append(w, issuer, &record);
    }
}

static void make_root(struct world *w)
{
    struct ys_division district;
    struct ys_err err = {0};
    world_must(w, ys_division_parse(ys_bytes_of_text("110105"), &district, &err), &err);
    const struct ys_name name = ys_name_root(deployment, &district);
    scribe_signer(&w->root_signer, &w->rng, &name);
    w->root = (struct ys_root){.division = district, .threshold = 1, .count = 1};
    snprintf(w->root.deployment, sizeof w->root.deployment, "%s", deployment);
    w->root.key[0] = w->root_signer.vkey;
}

static void make_nodes(struct world *w)
{
    static const char *const district_bodies[] = {"da", NULL};
    static const char *const street_bodies[] = {"st", NULL};
    static const char *const community_bodies[] = {"rc", "po", "sc", NULL};
    char code[YS_DIVISION_MAX + 1];
    world_make_node(w, "110105", district_bodies, 1);
    for (unsigned i = 0; i < w->options.streets; i++) {
        snprintf(code, sizeof code, "110105%03u", 901 + i % 99);
        world_make_node(w, code, street_bodies, 1);
    }
    for (unsigned i = 0; i < w->options.communities; i++) {
        const int street = world_parent(w, world_community(w, i));
        snprintf(code, sizeof code, "110105%03d%03u", 900 + street % 100, 1 + i % 999);
        world_make_node(w, code, community_bodies, 1);
    }
}

/* `host` lets the observer in, as one of `unit`. */
static void observe(struct world *w, int host, const struct node *unit)
{
    const int observer = world_observer(w);
    const struct ys_signer *const by = &w->node[host].body[0];
    struct scribe_record record;
    Yishi__V1__Body *const body = scribe_node_certificate(
        &unit->keys.log.vkey, &unit->keys.mirror.vkey, w->node[observer].keys.transport_public);
    body->node_certificate->role = YISHI__V1__NODE_ROLE__NODE_ROLE_OBSERVER;
    scribe_write(&record, &w->rng, &w->node[host].origin, NULL, START_S, body, &by, 1);
    (void)world_append(w, host, &record);
    w->link[w->link_count++] =
        (struct link){.world = w, .node = {observer, host}, .reads = unit->origin.division};
}

static void make_observer(struct world *w)
{
    static const char *const no_bodies[] = {NULL};
    const int community = world_community(w, 0);
    world_make_node(w, "110105", no_bodies, NO_UNITS);
    w->node[world_observer(w)].observer = true;
    observe(w, 0, &w->node[0]);
    observe(w, world_parent(w, community), &w->node[community]);
}

struct world *world_new(const struct world_options *options)
{
    struct world *const w = calloc(1, sizeof *w);
    if (w == NULL ||
        1 + options->streets + options->communities + options->observer > WORLD_NODES_MAX)
        abort();
    w->options = *options;
    if (options->delay_max_ms == 0)
        w->options.delay_max_ms = DELAY_MAX_MS;
    if (options->commit_max_ms == 0)
        w->options.commit_max_ms = DELAY_MAX_MS;
    w->rng = rng_from_seed(options->seed);
    w->event_hash = 0xcbf29ce484222325;
    folder_make(&w->folder);
    w->unit_count = w->link_count = 1 + options->streets + options->communities;
    make_root(w);
    make_nodes(w);
    enrol(w, 0, &w->node[0], &w->root_signer);
    for (int i = 1; i < (int)w->unit_count; i++) {
        const int issuer = world_parent(w, i);
        enrol(w, issuer, &w->node[i], &w->node[issuer].body[0]);
        w->link[i] = (struct link){.world = w, .node = {i, issuer}};
    }
    if (options->observer)
        make_observer(w);
    return w;
}

void world_free(struct world *w)
{
    for (int i = 1; i < (int)w->link_count; i++)
        world_cut(w, i);
    for (int i = 0; i < (int)w->node_count; i++)
        world_close_node(w, i);
    folder_remove(&w->folder);
    free(w);
}

/* --- time --- */

int64_t world_now_ms(const struct world *w)
{
    return w->now_ms;
}

int64_t world_delay(struct world *w, unsigned max_ms)
{
    return 1 + (int64_t)rng_below(&w->rng, max_ms);
}

uint64_t world_clock_s(const struct world *w, int node)
{
    return (uint64_t)(START_S + w->now_ms / 1000 + w->node[node].clock_ahead_s);
}

void world_set_clock(struct world *w, int node, int64_t ahead_s)
{
    w->node[node].clock_ahead_s = ahead_s;
}

void world_set_full(struct world *w, int node, bool full)
{
    w->node[node].full = full;
    if (!full)
        world_for_sessions(w, node, ys_session_grant);
}

uint64_t world_event_hash(const struct world *w)
{
    return w->event_hash;
}

/* --- steps --- */

enum event_kind { EVENT_DIAL, EVENT_DELIVER, EVENT_COMMIT, EVENT_START };
struct event {
    enum event_kind kind;
    int node; /* link or node */
    int side;
    int64_t due_ms;
};

/* Those of the earliest time, so that one of them can be drawn. */
struct agenda {
    struct event event[4 * WORLD_LINKS_MAX];
    size_t count;
    int64_t due_ms;
};

static void plan(struct agenda *agenda, const struct event *event)
{
    if (event->due_ms > agenda->due_ms)
        return;
    if (event->due_ms < agenda->due_ms)
        agenda->count = 0;
    agenda->due_ms = event->due_ms;
    agenda->event[agenda->count++] = *event;
}

static void list_next(const struct world *w, struct agenda *agenda)
{
    agenda->count = 0;
    agenda->due_ms = INT64_MAX;
    for (int i = 1; i < (int)w->link_count; i++) {
        const struct link *const link = &w->link[i];
        const bool down[2] = {w->node[link->node[0]].down, w->node[link->node[1]].down};
        if (link->session[CHILD_END] == NULL && !link->held && !down[0] && !down[1])
            plan(agenda, &(struct event){EVENT_DIAL, i, 0, link->dial_ms});
        for (int side = 0; side < 2; side++)
            if (link->to[side].first != NULL && !down[side])
                plan(agenda, &(struct event){EVENT_DELIVER, i, side, link->to[side].first->due_ms});
    }
    for (int i = 0; i < (int)w->node_count; i++) {
        if (w->node[i].down)
            plan(agenda, &(struct event){EVENT_START, i, 0, w->node[i].up_ms});
        else if (w->node[i].change_count != 0)
            plan(agenda, &(struct event){EVENT_COMMIT, i, 0, w->node[i].commit_ms});
    }
}

void world_starve(struct world *w, world_feed *feed)
{
    w->feed = feed;
}

static void happen(struct world *w, const struct event *event)
{
    const int node = event->kind == EVENT_DELIVER || event->kind == EVENT_DIAL
                         ? w->link[event->node].node[event->side]
                         : event->node;
    world_arm(w, node, w->node[node].fail);
    if (w->feed != NULL)
        w->feed(false);
    switch (event->kind) {
    case EVENT_DIAL:
        world_dial(w, event->node);
        break;
    case EVENT_DELIVER:
        world_deliver(w, event->node, event->side);
        break;
    case EVENT_COMMIT:
        world_commit(w, event->node);
        break;
    case EVENT_START:
        w->node[node].down = false;
        world_tell(w, "%s starts again", w->node[node].origin_text);
        break;
    }
    world_settle(w, node);
    if (w->feed != NULL)
        w->feed(true);
    world_disarm(w, node);
}

static bool step(struct world *w)
{
    struct agenda agenda;
    list_next(w, &agenda);
    if (agenda.count == 0)
        return false;
    const struct event *const event = &agenda.event[rng_below(&w->rng, agenda.count)];
    w->steps++;
    if (event->due_ms > w->now_ms)
        w->now_ms = event->due_ms;
    world_note(w, &event->kind, sizeof event->kind);
    world_note(w, &event->node, sizeof event->node);
    world_note(w, &w->now_ms, sizeof w->now_ms);
    happen(w, event);
    return true;
}

int64_t world_next_ms(const struct world *w)
{
    struct agenda agenda;
    list_next(w, &agenda);
    if (agenda.count == 0)
        return INT64_MAX;
    return agenda.due_ms > w->now_ms ? agenda.due_ms : w->now_ms;
}

void world_wait(struct world *w, int64_t now_ms)
{
    if (now_ms > w->now_ms)
        w->now_ms = now_ms;
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

/* --- writing --- */

bool world_write(struct world *w, int index, const struct scribe_record *record)
{
    world_arm(w, index, w->node[index].fail);
    const bool written = world_append(w, index, record);
    world_settle(w, index);
    world_disarm(w, index);
    return written;
}

uint64_t world_publish(struct world *w, int index)
{
    const struct node *const node = &w->node[index];
    struct scribe_record record;
    const struct ys_signer *const by = &node->body[0];
    scribe_write(&record, &w->rng, &node->origin, NULL, world_clock_s(w, index),
                 scribe_acknowledgement(&w->rng), &by, 1);
    (void)world_write(w, index, &record);
    return world_own_size(w, index) - 1;
}

uint64_t world_publish_unknown(struct world *w, int index)
{
    const struct node *const node = &w->node[index];
    struct scribe_record record;
    const struct ys_signer *const by = &node->body[0];
    scribe_write_unknown(&record, &w->rng, &node->origin, world_clock_s(w, index), &by, 1);
    (void)world_write(w, index, &record);
    return world_own_size(w, index) - 1;
}

void world_expect_forks(struct world *w)
{
    w->rogue = true;
}

void world_sign_all(struct world *w, int index)
{
    struct ys_change *change = NULL;
    struct ys_err err = {0};
    world_must(w, ys_change_new(YS_CHANGE_SIGN_OWN, 0, &change, &err), &err);
    change->checkpoint_size = world_own_size(w, index);
    change->first_root = world_own_root(w, index);
    world_put_change(w, index, change);
    while (w->node[index].change_count != 0)
        world_commit(w, index);
    world_settle(w, index);
}

void world_go_rogue(struct world *w, int index, unsigned size)
{
    struct node *const node = &w->node[index];
    struct ys_identity identity = {.origin = node->origin};
    struct ys_err err = {0};
    w->rogue = true;
    world_crash(w, index);
    world_close_node(w, index);
    const int length =
        snprintf(node->dir, sizeof node->dir, "%.200s/rogue-%d", w->folder.path, index);
    world_check(w, length > 0 && mkdir(node->dir, 0700) == 0, "mkdir");
    rng_fill(&w->rng, identity.store_id, sizeof identity.store_id);
    world_must(w, ys_store_create(node->dir, &identity, &err), &err);
    world_open_node(w, index);
    for (unsigned i = 0; i < size; i++)
        world_publish(w, index);
    world_sign_all(w, index);
}
