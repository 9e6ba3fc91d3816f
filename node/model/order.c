#include "node/model/order.h"

#include "crypto/assert.h"
#include "proto/limits.h"

#include <stdlib.h>
#include <string.h>

enum {
    ORDER_STEPS_MAX = 1 << 24,
    SEARCH_MAX = 64 /* references that are followed before what is found is remembered */
};
#define NOWHERE UINT32_MAX

/* Working memory. Nodes are numbered by record id until they have a position. */
struct graph {
    size_t count;
    const struct ys_step **nodes; /* ascending by id */
    uint32_t *by_log;             /* nodes in the order of their logs */
    uint32_t *by_key;             /* nodes by proven time and id */
    uint32_t *position;
    uint32_t *waits_for;  /* edges that end in the node and are not released yet */
    uint32_t *edge_first; /* edges by the node in which they begin */
    uint32_t *edge_to;
    size_t edge_count;
    uint32_t *heap; /* nodes that wait for nothing, least key first */
    size_t heap_size;
};

/* --- comparing ---------------------------------------------------------------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_places(const struct ys_step *a, const struct ys_step *b)
{
    int order = strcmp(a->division.digits, b->division.digits);
    if (order == 0)
        order = compare_numbers(a->incarnation, b->incarnation);
    return order != 0 ? order : compare_numbers(a->index, b->index);
}

/* Of a district, which has no parent, the time of signing: by the clock that proves all others. */
static uint64_t known_since(const struct ys_step *step)
{
    const bool top = ys_division_level(&step->division) == YS_LEVEL_DISTRICT;
    return step->proven_s == 0 && top ? step->signed_at_s : step->proven_s;
}

/* A record that is not proven comes last. */
static int compare_proven(const struct ys_step *a, const struct ys_step *b)
{
    return compare_numbers(known_since(a) - 1, known_since(b) - 1);
}

/* By id; the same record twice by all that the order can see of it. */
static int compare_ids(const void *left, const void *right)
{
    const struct ys_step *a = *(const struct ys_step *const *)left;
    const struct ys_step *b = *(const struct ys_step *const *)right;
    int order = memcmp(a->id.bytes, b->id.bytes, YS_HASH_LEN);
    if (order == 0)
        order = compare_places(a, b);
    return order != 0 ? order : compare_proven(a, b);
}

static bool key_less(const struct graph *g, uint32_t a, uint32_t b)
{
    const int order = compare_proven(g->nodes[a], g->nodes[b]);
    return order != 0 ? order < 0 : a < b; /* nodes ascend by id */
}

/* Sort `nodes` by log or by key: a heap sort, since qsort carries no context. */
static bool sorts_before(const struct graph *g, bool by_log, uint32_t a, uint32_t b)
{
    const int order = by_log ? compare_places(g->nodes[a], g->nodes[b]) : 0;
    return order != 0 ? order < 0 : key_less(g, a, b);
}

static void sift_down(const struct graph *g, bool by_log, uint32_t *list, size_t at, size_t size)
{
    for (size_t child = 2 * at + 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && sorts_before(g, by_log, list[child], list[child + 1]))
            child++;
        if (!sorts_before(g, by_log, list[at], list[child]))
            return;
        const uint32_t swap = list[at];
        list[at] = list[child];
        list[child] = swap;
        at = child;
    }
}

static void sort_nodes(const struct graph *g, bool by_log, uint32_t *list)
{
    for (size_t i = 0; i < g->count; i++)
        list[i] = (uint32_t)i;
    for (size_t i = g->count / 2; i-- > 0;)
        sift_down(g, by_log, list, i, g->count);
    for (size_t size = g->count; size-- > 1;) {
        const uint32_t largest = list[0];
        list[0] = list[size];
        list[size] = largest;
        sift_down(g, by_log, list, 0, size);
    }
}

/* --- references --------------------------------------------------------------------------------- */

/* References of a step at `at` of its signed body, then of the effective one. NULL at the end. */
static const Yishi__V1__Reference *reference_at(const struct ys_step *step, size_t at)
{
    const Yishi__V1__Body *first = step->signed_body;
    if (first != NULL && at < first->n_refs)
        return first->refs[at];
    const size_t rest = first != NULL ? at - first->n_refs : at;
    return step->body != NULL && step->body != first && rest < step->body->n_refs
               ? step->body->refs[rest]
               : NULL;
}

static uint32_t find(const struct graph *g, ProtobufCBinaryData id)
{
    size_t low = 0;
    size_t high = g->count;
    if (id.len != YS_HASH_LEN)
        return NOWHERE;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = memcmp(g->nodes[middle]->id.bytes, id.data, YS_HASH_LEN);
        if (order == 0)
            return (uint32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NOWHERE;
}

static bool same_log_follows(const struct graph *g, size_t at)
{
    return strcmp(g->nodes[g->by_log[at - 1]]->division.digits,
                  g->nodes[g->by_log[at]]->division.digits) == 0;
}

/* Each reference, and each pair of neighbours in a log, is an edge from the earlier to the later. */
static void count_edges(struct graph *g)
{
    for (size_t i = 0; i < g->count; i++) {
        const Yishi__V1__Reference *ref = NULL;
        for (size_t at = 0; (ref = reference_at(g->nodes[i], at)) != NULL; at++) {
            const uint32_t to = find(g, ref->record);
            if (to != NOWHERE && to != i)
                g->edge_first[to + 1]++;
        }
        if (i > 0 && same_log_follows(g, i))
            g->edge_first[g->by_log[i - 1] + 1]++;
    }
    for (size_t i = 0; i < g->count; i++)
        g->edge_first[i + 1] += g->edge_first[i];
    g->edge_count = g->edge_first[g->count];
}

static void add_edge(struct graph *g, uint32_t *next, uint32_t from, uint32_t to)
{
    g->edge_to[next[from]++] = to;
    g->waits_for[to]++;
}

/* `next` is where each node's next edge goes. */
static void add_edges(struct graph *g, uint32_t *next)
{
    memcpy(next, g->edge_first, g->count * sizeof *next);
    for (size_t i = 0; i < g->count; i++) {
        const Yishi__V1__Reference *ref = NULL;
        for (size_t at = 0; (ref = reference_at(g->nodes[i], at)) != NULL; at++) {
            const uint32_t to = find(g, ref->record);
            if (to != NOWHERE && to != i)
                add_edge(g, next, to, (uint32_t)i);
        }
        if (i > 0 && same_log_follows(g, i))
            add_edge(g, next, g->by_log[i - 1], g->by_log[i]);
    }
}

/* --- the order itself --------------------------------------------------------------------------- */

static void heap_push(struct graph *g, uint32_t node)
{
    size_t at = g->heap_size++;
    while (at > 0 && key_less(g, node, g->heap[(at - 1) / 2])) {
        g->heap[at] = g->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    g->heap[at] = node;
}

static uint32_t heap_pop(struct graph *g)
{
    const uint32_t least = g->heap[0];
    const uint32_t node = g->heap[--g->heap_size];
    size_t at = 0;
    for (size_t child = 1; child < g->heap_size; child = 2 * at + 1) {
        if (child + 1 < g->heap_size && key_less(g, g->heap[child + 1], g->heap[child]))
            child++;
        if (!key_less(g, g->heap[child], node))
            break;
        g->heap[at] = g->heap[child];
        at = child;
    }
    g->heap[at] = node;
    return least;
}

static void place(struct graph *g, struct ys_order *out)
{
    size_t placed = 0;
    size_t least = 0; /* of by_key: where a cycle is cut */
    for (size_t i = 0; i < g->count; i++) {
        g->position[i] = NOWHERE;
        if (g->waits_for[i] == 0)
            heap_push(g, (uint32_t)i);
    }
    while (placed < g->count) {
        if (g->heap_size == 0) {
            while (g->position[g->by_key[least]] != NOWHERE)
                least++;
            g->waits_for[g->by_key[least]] = 0;
            heap_push(g, g->by_key[least]);
        }
        const uint32_t node = heap_pop(g);
        g->position[node] = (uint32_t)placed;
        out->steps[placed++] = g->nodes[node];
        for (uint32_t e = g->edge_first[node]; e < g->edge_first[node + 1]; e++) {
            const uint32_t to = g->edge_to[e];
            if (g->waits_for[to] > 0 && --g->waits_for[to] == 0)
                heap_push(g, to);
        }
    }
}

static bool has_ref(const struct ys_order *order, uint32_t first, uint32_t end, uint32_t to,
                    Yishi__V1__Relation relation)
{
    for (uint32_t i = first; i < end; i++) {
        if (order->refs[i].to == to && order->refs[i].relation == relation)
            return true;
    }
    return false;
}

/* References once more, by position, each once. Missing ones are those of the record as signed. */
static void resolve(const struct graph *g, struct ys_order *out)
{
    uint32_t used = 0;
    for (size_t i = 0; i < out->count; i++) {
        YS_ASSERT(out->steps[i] != NULL); /* every node has its place */
        const Yishi__V1__Body *as_signed = out->steps[i]->signed_body;
        const size_t own = as_signed != NULL ? as_signed->n_refs : SIZE_MAX;
        const Yishi__V1__Reference *ref = NULL;
        out->first[i] = used;
        for (size_t at = 0; (ref = reference_at(out->steps[i], at)) != NULL; at++) {
            const uint32_t node = find(g, ref->record);
            const uint32_t to = node != NOWHERE ? g->position[node] : NOWHERE;
            if (to == NOWHERE) {
                out->missing[i] += at < own ? 1 : 0;
            } else if (to != i && !has_ref(out, out->first[i], used, to, ref->rel)) {
                out->ring = out->ring || to > i;
                out->refs[used++] = (struct ys_order_ref){.to = to, .relation = ref->rel};
            }
        }
    }
    out->first[out->count] = used;
}

static void *room(size_t count, size_t size)
{
    return calloc(count + 1, size);
}

static size_t nodes_unique(struct graph *g)
{
    size_t kept = 0;
    qsort(g->nodes, g->count, sizeof(const struct ys_step *), compare_ids);
    for (size_t i = 0; i < g->count; i++) {
        if (kept == 0 || !ys_hash_equal(&g->nodes[kept - 1]->id, &g->nodes[i]->id))
            g->nodes[kept++] = g->nodes[i];
    }
    return kept;
}

static enum ys_code build(struct graph *g, struct ys_order *out, struct ys_err *err)
{
    sort_nodes(g, true, g->by_log);
    sort_nodes(g, false, g->by_key);
    count_edges(g);
    g->edge_to = room(g->edge_count, sizeof *g->edge_to);
    out->refs = room(g->edge_count, sizeof *out->refs);
    if (g->edge_to == NULL || out->refs == NULL)
        return ys_fail(err, YS_NOMEM, "procedure: no memory for %zu references", g->edge_count);
    add_edges(g, g->heap); /* the heap is empty yet: its memory holds the next edges */
    place(g, out);
    resolve(g, out);
    return YS_OK;
}

enum ys_code ys_order_init(const struct ys_step *steps, size_t count, struct ys_order *out,
                           struct ys_err *err)
{
    *out = (struct ys_order){.count = 0};
    if (count > ORDER_STEPS_MAX)
        return ys_fail(err, YS_LIMIT, "procedure: %zu records in one matter, limit %d", count,
                       ORDER_STEPS_MAX);
    struct graph g = {.count = count};
    g.nodes = room(count, sizeof *g.nodes);
    g.by_log = room(count, sizeof *g.by_log);
    g.by_key = room(count, sizeof *g.by_key);
    g.position = room(count, sizeof *g.position);
    g.waits_for = room(count, sizeof *g.waits_for);
    g.edge_first = room(count, sizeof *g.edge_first);
    g.heap = room(count, sizeof *g.heap);
    out->steps = room(count, sizeof *out->steps);
    out->first = room(count, sizeof *out->first);
    out->missing = room(count, sizeof *out->missing);
    out->seen = room(count, sizeof *out->seen);
    out->stack = room(count, sizeof *out->stack);

    enum ys_code code = YS_OK;
    if (g.nodes == NULL || g.by_log == NULL || g.by_key == NULL || g.position == NULL ||
        g.waits_for == NULL || g.edge_first == NULL || g.heap == NULL || out->steps == NULL ||
        out->first == NULL || out->missing == NULL || out->seen == NULL || out->stack == NULL)
        code = ys_fail(err, YS_NOMEM, "procedure: no memory for %zu records", count);
    if (code == YS_OK) {
        for (size_t i = 0; i < count; i++)
            g.nodes[i] = &steps[i];
        g.count = nodes_unique(&g);
        out->count = g.count;
        code = build(&g, out, err);
    }
    free(g.nodes);
    free(g.by_log);
    free(g.by_key);
    free(g.position);
    free(g.waits_for);
    free(g.edge_first);
    free(g.edge_to);
    free(g.heap);
    return code;
}

void ys_order_clear(struct ys_order *order)
{
    free(order->steps);
    free(order->first);
    free(order->refs);
    free(order->missing);
    free(order->seen);
    free(order->stack);
    free(order->follows);
    *order = (struct ys_order){.count = 0};
}

/* Follow all references. False, and nothing is known, when that takes more than `limit`. */
static bool search(struct ys_order *order, uint32_t later, uint32_t earlier, uint64_t limit,
                   bool *follows_out)
{
    size_t depth = 0;
    const uint32_t search = ++order->search;
    const uint64_t end = order->work + limit;
    order->stack[depth++] = later;
    order->seen[later] = search;
    *follows_out = false;
    while (depth > 0) {
        const uint32_t at = order->stack[--depth];
        for (uint32_t i = order->first[at]; i < order->first[at + 1]; i++) {
            const uint32_t to = order->refs[i].to;
            if (order->work++ == end)
                return false;
            *follows_out = to == earlier;
            if (*follows_out)
                return true;
            /* What stands before `earlier` cannot refer to it. */
            if (to < earlier || order->seen[to] == search)
                continue;
            order->seen[to] = search;
            order->stack[depth++] = to;
        }
    }
    return true;
}

/* In order, each by those before it: without a ring, a step refers to earlier ones only. */
static bool remembered(struct ys_order *order, uint32_t later, uint32_t earlier)
{
    struct ys_order_memo *const memo = &order->memo[earlier % YS_ORDER_MEMOS];
    uint8_t *const follows = order->follows + (size_t)(earlier % YS_ORDER_MEMOS) * order->count;
    if (memo->earlier != earlier)
        *memo = (struct ys_order_memo){.earlier = earlier, .known = earlier};
    while (memo->known < later) {
        const uint32_t at = ++memo->known;
        follows[at] = 0;
        for (uint32_t i = order->first[at]; i < order->first[at + 1] && follows[at] == 0; i++) {
            const uint32_t to = order->refs[i].to;
            order->work++;
            follows[at] = to == earlier || (to > earlier && follows[to] != 0);
        }
    }
    return follows[later] != 0;
}

bool ys_order_follows(struct ys_order *order, uint32_t later, uint32_t earlier)
{
    bool follows = false;
    YS_ASSERT(later < order->count && earlier < order->count);
    if (search(order, later, earlier, order->ring ? UINT64_MAX / 2 : SEARCH_MAX, &follows))
        return follows;
    if (later <= earlier)
        return false;
    if (order->follows == NULL)
        order->follows = malloc(YS_ORDER_MEMOS * order->count);
    if (order->follows != NULL)
        return remembered(order, later, earlier);
    (void)search(order, later, earlier, UINT64_MAX / 2, &follows); /* no memory, only time */
    return follows;
}
