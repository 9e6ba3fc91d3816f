#include "tests/sim/finale.h"

#include "sync/session_state.h"
#include "tests/sim/content.h"
#include "tests/sim/disk.h"

#include <string.h>

/* --- all is where it belongs --- */

static void check_arrived(struct run *run, int node, int owner)
{
    const struct holding *const held = &run->holding[node][owner];
    const uint64_t size = chain_size(&run->book[owner].own);
    const char *const node_text = run->world->node[node].origin_text;
    const char *const owner_text = run->world->node[owner].origin_text;
    if (node != owner && held->durable != size)
        run_fail(run, "after healing everything arrives", "%s holds %llu of %llu entries of %s",
                 node_text, (unsigned long long)held->durable, (unsigned long long)size,
                 owner_text);
    if (held->head != size)
        run_fail(run, "after healing everything arrives",
                 "%s has a head of size %llu for the %llu entries of %s", node_text,
                 (unsigned long long)held->head, (unsigned long long)size, owner_text);
    for (int witness = world_parent(run->world, owner); witness >= 0;
         witness = world_parent(run->world, witness))
        if (held->receipt[run_level(run, witness)] != size)
            run_fail(run, "after healing everything arrives",
                     "%s has a receipt of %s up to %llu for the %llu entries of %s", node_text,
                     run->world->node[witness].origin_text,
                     (unsigned long long)held->receipt[run_level(run, witness)],
                     (unsigned long long)size, owner_text);
}

static bool holds(const struct run *run, int node, int owner)
{
    return ys_division_related(&run->world->node[node].origin.division,
                               &run->world->node[owner].origin.division);
}

static void check_all_arrived(struct run *run)
{
    for (int node = 0; node < (int)run->world->node_count; node++) {
        for (int owner = 0; owner < (int)run->world->node_count; owner++) {
            if (!holds(run, node, owner) || run_is_rogue(run, owner) || run_is_rogue(run, node))
                continue;
            disk_check_log(run, node, owner);
            check_arrived(run, node, owner);
        }
    }
}

/* --- nothing is lost --- */

static void check_published(struct run *run, int owner)
{
    const struct book *const book = &run->book[owner];
    for (size_t i = 0; i < book->published_count; i++) {
        unsigned times = 0;
        for (uint64_t at = 0; at < chain_size(&book->own); at++)
            times += chain_has_leaf(&book->own, at, &book->published[i].leaf);
        if (times > 1 || (times == 0 && !book->published[i].lost))
            run_fail(run, "what was published stands in its log once",
                     "record %zu of %s stands there %u times", i,
                     run->world->node[owner].origin_text, times);
    }
}

/* --- credit --- */

static void check_credit(struct run *run, int child)
{
    const struct link *const link = &run->world->link[child];
    if (run_is_rogue(run, link->node[CHILD_END]))
        return;
    for (int side = 0; side < 2; side++) {
        const struct ys_session *const sender = link->session[side];
        const struct ys_session *const receiver = link->session[1 - side];
        const struct account *const account = &run->account[child][side];
        if (sender == NULL || receiver == NULL || link->at[0] != link->at[1])
            run_fail(run, "after healing every link is up", "%s has none",
                     run->world->node[link->node[CHILD_END]].origin_text);
        const int64_t given = receiver->credit_given ? (int64_t)receiver->options.credit : 0;
        if (sender->credit_out != given || account->under_way != 0)
            run_fail(run, "all credit comes back",
                     "%s has %lld bytes of the %lld given by %s, %llu are under way",
                     run->world->node[link->node[side]].origin_text, (long long)sender->credit_out,
                     (long long)given, run->world->node[link->node[1 - side]].origin_text,
                     (unsigned long long)account->under_way);
    }
}

/* --- membership --- */

/* What one issuer's log says about keys, as this node sees it. */
static struct ys_hash members_by(struct run *run, int node, int issuer)
{
    const struct ys_member *const member = run->world->node[node].member;
    struct ys_frontier sum = {0};
    struct ys_hash hash;
    for (size_t i = 0; i < ys_member_key_count(member); i++) {
        const struct ys_member_key *const key = ys_member_key_at(member, i);
        const int level = (int)ys_division_level(&key->name.division);
        struct ys_division above = key->name.division;
        uint8_t numbers[2 * 8];
        char text[YS_VKEY_TEXT_MAX];
        if (level != 0 && !ys_division_parent(&key->name.division, &above))
            continue;
        if (!ys_division_equal(&above, &run->world->node[issuer].origin.division))
            continue;
        ys_vkey_print(&key->vkey, text);
        ys_leaf_hash(ys_bytes_of_text(text), &hash);
        if (ys_frontier_append(&sum, &hash) != YS_OK)
            continue;
        ys_be64_put(numbers, key->from);
        ys_be64_put(numbers + 8, key->cut);
        ys_leaf_hash((struct ys_bytes){numbers, sizeof numbers}, &hash);
        if (ys_frontier_append(&sum, &hash) != YS_OK)
            continue;
    }
    ys_frontier_root(&sum, &hash);
    return hash;
}

static void check_members(struct run *run, int issuer)
{
    const struct ys_hash expected = members_by(run, issuer, issuer);
    for (int node = 0; node < (int)run->world->node_count; node++) {
        if (!holds(run, node, issuer) || run_is_rogue(run, node))
            continue;
        const struct ys_hash found = members_by(run, node, issuer);
        if (!ys_hash_equal(&found, &expected))
            run_fail(run, "the same logs give the same members",
                     "%s and %s differ about those of %s", run->world->node[node].origin_text,
                     run->world->node[issuer].origin_text, run->world->node[issuer].origin_text);
    }
}

void finale_check(struct run *run)
{
    check_all_arrived(run);
    for (int node = 0; node < (int)run->world->node_count; node++) {
        if (!run_is_rogue(run, node)) {
            check_published(run, node);
            content_check_erased(run, node);
            content_check_all(run, node);
        }
        if (run_level(run, node) < LEVELS - 1)
            check_members(run, node);
    }
    for (int child = 1; child < (int)run->world->link_count; child++)
        check_credit(run, child);
}
