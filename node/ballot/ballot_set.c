#include "node/ballot/ballot_set.h"

#include "crypto/assert.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS_MAX = 33 }; /* of a tree of fewer than 2^32 leaves */

/* A slot of the tree. */
struct seat {
    struct ys_hash leaf;
    uint32_t ballot;
    uint8_t dimension, grade; /* dimension 3: not valid */
};

struct ys_ballot_set {
    size_t count, seat_count;
    struct ys_ballot *ballot;
    struct seat *seat; /* in the order of the tree */
    uint64_t *place;   /* [ballot * 3 + dimension]: its slot */
    struct ys_hash
        *level[LEVELS_MAX]; /* [k]: of the complete subtrees of 2^k leaves; [0] are the leaves */
    struct ys_ballot_tally tally;
};

void ys_ballot_set_free(struct ys_ballot_set *set)
{
    if (set == NULL)
        return;
    if (set->ballot != NULL)
        sodium_memzero(set->ballot, set->count * sizeof *set->ballot);
    free(set->ballot);
    free(set->seat);
    free(set->place);
    for (unsigned k = 0; k < LEVELS_MAX; k++)
        free(set->level[k]);
    free(set);
}

/* --- making it --- */

/* By dimension, then from the highest grade down, then by leaf: the salt decides, not who came first. */
static int by_slot(const void *a, const void *b)
{
    const struct seat *const x = a;
    const struct seat *const y = b;
    if (x->dimension != y->dimension)
        return x->dimension < y->dimension ? -1 : 1;
    if (x->grade != y->grade)
        return x->grade > y->grade ? -1 : 1;
    return memcmp(x->leaf.bytes, y->leaf.bytes, YS_HASH_LEN);
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct ys_ballot *)a)->code, ((const struct ys_ballot *)b)->code);
}

static bool have_room(struct ys_ballot_set *set, size_t count, size_t seats)
{
    set->ballot = calloc(count + 1, sizeof *set->ballot);
    set->seat = calloc(seats + 1, sizeof *set->seat);
    set->place = calloc(count * YS_BALLOT_DIMENSIONS + 1, sizeof *set->place);
    bool good = set->ballot != NULL && set->seat != NULL && set->place != NULL;
    for (unsigned k = 0; k < LEVELS_MAX && good; k++) {
        if (k > 0 && (seats >> k) == 0)
            break;
        set->level[k] = calloc((seats >> k) + 1, sizeof *set->level[k]);
        good = set->level[k] != NULL;
    }
    return good;
}

static void add_seats(struct ys_ballot_set *set, const struct ys_ballot_round *round, size_t at)
{
    const struct ys_ballot *const ballot = &set->ballot[at];
    for (unsigned d = 0; d < (ballot->valid ? YS_BALLOT_DIMENSIONS : 1U); d++) {
        struct seat *const seat = &set->seat[set->seat_count++];
        *seat = (struct seat){.ballot = (uint32_t)at,
                              .dimension = (uint8_t)(ballot->valid ? d : YS_BALLOT_DIMENSIONS),
                              .grade = ballot->valid ? ballot->grade[d] : 0};
        ys_ballot_leaf(round, ballot, d, &seat->leaf);
        if (ballot->valid)
            set->tally.count[d][ballot->grade[d]]++;
    }
    set->tally.returned++;
    set->tally.valid += ballot->valid;
}

static void grow_tree(struct ys_ballot_set *set)
{
    for (size_t i = 0; i < set->seat_count; i++) {
        const struct seat *const seat = &set->seat[i];
        const unsigned d = seat->dimension == YS_BALLOT_DIMENSIONS ? 0 : seat->dimension;
        set->level[0][i] = seat->leaf;
        set->place[(size_t)seat->ballot * YS_BALLOT_DIMENSIONS + d] = i;
    }
    for (unsigned k = 1; k < LEVELS_MAX && (set->seat_count >> k) > 0; k++)
        for (size_t i = 0; i < set->seat_count >> k; i++)
            ys_node_hash(&set->level[k - 1][2 * i], &set->level[k - 1][2 * i + 1],
                         &set->level[k][i]);
}

enum ys_code ys_ballot_set_new(const struct ys_ballot_round *round, const struct ys_ballot *ballots,
                               size_t count, uint32_t issued, struct ys_ballot_set **out,
                               struct ys_err *err)
{
    size_t seats = 0;
    if (count > YS_BALLOTS_MAX)
        return ys_fail(err, YS_LIMIT, "%zu ballots, limit %d", count, YS_BALLOTS_MAX);
    for (size_t i = 0; i < count; i++)
        seats += ballots[i].valid ? YS_BALLOT_DIMENSIONS : 1;
    struct ys_ballot_set *set = calloc(1, sizeof *set);
    if (set == NULL || !have_room(set, count, seats)) {
        ys_ballot_set_free(set);
        return ys_fail(err, YS_NOMEM, "ballots: out of memory");
    }
    set->count = count;
    set->tally.issued = issued;
    if (count != 0)
        memcpy(set->ballot, ballots, count * sizeof *ballots);
    qsort(set->ballot, count, sizeof *set->ballot, by_code);
    for (size_t i = 1; i < count; i++) {
        if (by_code(&set->ballot[i - 1], &set->ballot[i]) == 0) {
            ys_ballot_set_free(set);
            return ys_fail(err, YS_EXISTS, "ballots: one code stands on two papers");
        }
    }
    for (size_t i = 0; i < count; i++)
        add_seats(set, round, i);
    qsort(set->seat, set->seat_count, sizeof *set->seat, by_slot);
    grow_tree(set);
    *out = set;
    return YS_OK;
}

/* --- what it comes to --- */

const struct ys_ballot_tally *ys_ballot_set_tally(const struct ys_ballot_set *set)
{
    return &set->tally;
}

size_t ys_ballot_set_count(const struct ys_ballot_set *set)
{
    return set->count;
}

const struct ys_ballot *ys_ballot_set_at(const struct ys_ballot_set *set, size_t at)
{
    YS_ASSERT(at < set->count);
    return &set->ballot[at];
}

static enum ys_code read_level(void *context, unsigned level, uint64_t index, struct ys_hash *out,
                               struct ys_err *err)
{
    const struct ys_ballot_set *const set = context;
    (void)err;
    YS_ASSERT(level < LEVELS_MAX && index < set->seat_count >> level);
    *out = set->level[level][index];
    return YS_OK;
}

void ys_ballot_set_root(const struct ys_ballot_set *set, struct ys_hash *out)
{
    struct ys_ballot_set *const context = (struct ys_ballot_set *)(uintptr_t)set;
    const struct ys_tree tree = {read_level, context};
    const enum ys_code code = ys_tree_root(&tree, set->seat_count, out, NULL);
    YS_ASSERT(code == YS_OK);
}

void ys_ballot_set_place(const struct ys_ballot_set *set, size_t at,
                         struct ys_ballot_place out[YS_BALLOT_PROOFS])
{
    struct ys_ballot_set *const context = (struct ys_ballot_set *)(uintptr_t)set;
    const struct ys_tree tree = {read_level, context};
    YS_ASSERT(at < set->count);
    for (unsigned d = 0; d < (set->ballot[at].valid ? YS_BALLOT_DIMENSIONS : 1U); d++) {
        out[d].index = set->place[at * YS_BALLOT_DIMENSIONS + d];
        const enum ys_code code =
            ys_tree_inclusion(&tree, out[d].index, set->seat_count, &out[d].proof, NULL);
        YS_ASSERT(code == YS_OK);
    }
}

/* --- breakdowns --- */

static size_t smallest_said(const uint32_t *out, size_t count)
{
    size_t smallest = count;
    for (size_t kind = 0; kind < count; kind++)
        if (out[kind] != UINT32_MAX && (smallest == count || out[kind] < out[smallest]))
            smallest = kind;
    return smallest;
}

void ys_ballot_set_kinds(const struct ys_ballot_set *set, uint32_t *out, size_t count)
{
    uint64_t rest = set->count; /* of those that are not said */
    memset(out, 0, count * sizeof *out);
    for (size_t i = 0; i < set->count; i++)
        if (set->ballot[i].kind != 0 && set->ballot[i].kind < count)
            out[set->ballot[i].kind]++;
    for (size_t kind = 0; kind < count; kind++) {
        if (out[kind] < YS_BALLOT_GROUP_MIN)
            out[kind] = UINT32_MAX;
        else
            rest -= out[kind];
    }
    /* What is not said follows from the sum; so it must be nothing, or enough. */
    while (rest > 0 && rest < YS_BALLOT_GROUP_MIN) {
        const size_t next = smallest_said(out, count);
        if (next == count)
            return;
        rest += out[next];
        out[next] = UINT32_MAX;
    }
}
