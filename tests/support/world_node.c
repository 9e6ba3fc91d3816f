#include "sync/erasure.h"
#include "sync/heads.h"
#include "sync/rewind.h"
#include "tests/support/world_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAP_BYTES = 64 << 20 };
static const char deployment[] = "beijing.example";

/* --- a process --- */

static void leap(struct world *w, struct ys_store *store)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    world_must(w, ys_store_begin(store, true, &txn, &err), &err);
    world_must(w, ys_changed_leap(txn, (uint32_t)rng_next(&w->rng), &err), &err);
    world_must(w, ys_txn_commit(&txn, &err), &err);
}

void world_open_node(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    world_must(w, ys_store_open(node->dir, MAP_BYTES, &node->store, &err), &err);
    leap(w, node->store);
    world_must(w, ys_member_new(&w->root, &node->origin.division, &node->member, &err), &err);
    world_must(w, ys_store_begin(node->store, true, &txn, &err), &err);
    world_must(w, ys_member_recall(node->member, txn, NULL, &err), &err);
    world_must(w, ys_member_keep(node->member, txn, &err), &err);
    world_must(w, ys_txn_commit(&txn, &err), &err);
    node->store_moved = true;
}

void world_close_node(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    for (size_t i = 0; i < node->change_count; i++)
        ys_change_free(node->changes[i]);
    node->change_count = 0;
    node->signing = node->membership_moved = false;
    node->dying = node->dies_after_commit = false;
    node->fail = node->fail_late = 0;
    ys_member_free(node->member);
    node->member = NULL;
    ys_store_close(node->store);
    node->store = NULL;
}

void world_make_node(struct world *w, const char *code, const char *const *bodies,
                     uint32_t incarnation)
{
    const int index = (int)w->node_count++;
    struct node *const node = &w->node[index];
    struct ys_identity identity;
    struct ys_division division;
    uint8_t master[YS_SEED_LEN];
    struct ys_err err = {0};
    world_must(w, ys_division_parse(ys_bytes_of_text(code), &division, &err), &err);
    node->origin = ys_name_log(deployment, &division, incarnation);
    ys_name_print(&node->origin, node->origin_text);
    rng_fill(&w->rng, master, sizeof master);
    world_must(w, ys_node_keys_derive(&node->keys, master, 0, &node->origin, &err), &err);
    for (; bodies[node->body_count] != NULL; node->body_count++) {
        const struct ys_name name = ys_name_body(deployment, &division, bodies[node->body_count]);
        scribe_signer(&node->body[node->body_count], &w->rng, &name);
    }
    const int length =
        snprintf(node->dir, sizeof node->dir, "%.200s/%s-%u", w->folder.path, code, incarnation);
    world_check(w, length > 0 && mkdir(node->dir, 0700) == 0, "mkdir");
    identity.origin = node->origin;
    rng_fill(&w->rng, identity.store_id, sizeof identity.store_id);
    world_must(w, ys_store_create(node->dir, &identity, &err), &err);
    world_open_node(w, index);
}

/* What others see of a process that is gone: its children at once, its parent not yet. */
static void lose_links(struct world *w, int index)
{
    for (int i = 1; i < (int)w->link_count; i++) {
        if (w->link[i].node[PARENT_END] == index)
            world_cut(w, i);
        if (w->link[i].node[CHILD_END] == index)
            world_break(w, i);
    }
}

void world_crash(struct world *w, int index)
{
    world_tell(w, "%s crashes", w->node[index].origin_text);
    lose_links(w, index);
    world_close_node(w, index);
    world_open_node(w, index);
}

void world_stop(struct world *w, int index, int64_t for_ms)
{
    world_crash(w, index);
    w->node[index].down = true;
    w->node[index].up_ms = w->now_ms + for_ms;
}

/* --- old copies --- */

static void disk_path(const struct world *w, int index, bool copy, char out[PATH_BYTES])
{
    if (snprintf(out, PATH_BYTES, "%.200s/data.mdb%s", w->node[index].dir, copy ? ".old" : "") <= 0)
        abort();
}

static void copy_file(struct world *w, const char *from, const char *to)
{
    static uint8_t buffer[1 << 16];
    FILE *const in = fopen(from, "rb");
    FILE *const out = fopen(to, "wb");
    world_check(w, in != NULL && out != NULL, "open a copy of a store");
    for (size_t size = 0; (size = fread(buffer, 1, sizeof buffer, in)) != 0;)
        world_check(w, fwrite(buffer, 1, size, out) == size, "write a copy of a store");
    fclose(in);
    world_check(w, fclose(out) == 0, "close a copy of a store");
}

void world_copy(struct world *w, int index)
{
    char disk[PATH_BYTES];
    char copy[PATH_BYTES];
    disk_path(w, index, false, disk);
    disk_path(w, index, true, copy);
    copy_file(w, disk, copy);
}

static void go_back(struct world *w, int index, bool swap)
{
    char disk[PATH_BYTES];
    char copy[PATH_BYTES];
    char kept[PATH_BYTES + 8];
    disk_path(w, index, false, disk);
    disk_path(w, index, true, copy);
    world_tell(w, "%s goes back to an old copy of its disk", w->node[index].origin_text);
    w->node[index].went_back = true;
    lose_links(w, index);
    world_close_node(w, index);
    (void)snprintf(kept, sizeof kept, "%s.kept", disk);
    if (swap)
        copy_file(w, disk, kept);
    copy_file(w, copy, disk);
    if (swap)
        world_check(w, rename(kept, copy) == 0, "rename a copy of a store");
    world_open_node(w, index);
}

void world_restore(struct world *w, int index)
{
    go_back(w, index, false);
}

void world_swap(struct world *w, int index)
{
    go_back(w, index, true);
}

/* --- planted failures --- */

void world_plan_crash(struct world *w, int index, unsigned calls, bool late)
{
    if (late)
        w->node[index].fail_late = calls;
    else
        w->node[index].fail = calls;
}

void world_plan_crash_after_commit(struct world *w, int index)
{
    w->node[index].dies_after_commit = true;
}

void world_arm(struct world *w, int index, unsigned calls)
{
    if (calls != 0)
        ys_kv_fail_after(ys_store_kv(w->node[index].store), calls);
}

void world_disarm(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    ys_kv_fail_after(ys_store_kv(node->store), 0);
    node->fail = node->fail_late = 0;
    if (node->dying)
        world_crash(w, index);
}

static void kill_node(struct world *w, int index, bool after_commit)
{
    w->node[index].dying = true;
    if (w->watched)
        w->watch.killed(w->watch.context, index, after_commit);
}

bool world_alive(struct world *w, int index, enum ys_code code, const struct ys_err *err)
{
    struct node *const node = &w->node[index];
    if ((code == YS_IO && (node->fail != 0 || node->fail_late != 0)) ||
        (code == YS_NOMEM && w->feed != NULL))
        kill_node(w, index, false);
    else
        world_must(w, code, err);
    return !node->dying;
}

/* --- changes --- */

void world_put_change(struct world *w, int index, struct ys_change *change)
{
    struct node *const node = &w->node[index];
    world_check(w, node->change_count < CHANGES_MAX, "too many changes queued");
    if (node->change_count == 0)
        node->commit_ms = w->now_ms + world_delay(w, w->options.commit_max_ms);
    node->changes[node->change_count++] = change;
}

static void take_results(struct world *w, int index, const struct ys_change_result *results,
                         size_t count)
{
    struct node *const node = &w->node[index];
    for (size_t i = 0; i < count && !node->dying; i++) {
        world_check(w, w->watched || w->rogue || results[i].code != YS_FORK,
                    "a change of an honest node is taken for a fork");
        node->store_moved = node->store_moved || results[i].log_changed;
        node->membership_moved = node->membership_moved || results[i].membership;
        if (results[i].kind == YS_CHANGE_SIGN_OWN)
            node->signing = false;
        if (results[i].code == YS_OK && (results[i].kind == YS_CHANGE_CONTENT || results[i].absent))
            world_tell_contents(w, index, &results[i]);
        world_hand_result(w, index, &results[i]);
    }
}

static void look(struct world *w, int index)
{
    if (w->feed != NULL)
        w->feed(true);
    world_check_node(w, index);
    if (w->feed != NULL)
        w->feed(false);
}

/* Any group that begins with the oldest change may become one transaction. */
void world_commit(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    struct ys_change_result results[CHANGES_MAX];
    struct ys_change *group[CHANGES_MAX];
    struct ys_err err = {0};
    const size_t count = 1 + rng_below(&w->rng, node->change_count);
    memcpy(group, node->changes, count * sizeof *group);
    node->change_count -= count;
    memmove(node->changes, node->changes + count, node->change_count * sizeof *group);
    node->commit_ms = w->now_ms + world_delay(w, w->options.commit_max_ms);
    const enum ys_code code = ys_change_apply(node->store, &node->keys, group, count,
                                              world_clock_s(w, index), results, &err);
    const bool alive = world_alive(w, index, code, &err);
    ys_kv_fail_after(ys_store_kv(node->store), 0);
    node->fail = 0;
    if (alive) {
        world_tell(w, "%s commits %zu changes", node->origin_text, count);
        if (w->watched)
            w->watch.committed(w->watch.context, index, group, results, count);
        else
            look(w, index);
        if (node->dies_after_commit)
            kill_node(w, index, true);
        node->dies_after_commit = false;
        world_arm(w, index, node->fail_late);
        take_results(w, index, results, count);
    }
    for (size_t i = 0; i < count; i++)
        ys_change_free(group[i]);
}

/* --- the end of a turn --- */

static void recall(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    bool changed = false;
    enum ys_code code = ys_store_begin(node->store, false, &txn, &err);
    if (code == YS_OK)
        code = ys_member_recall(node->member, txn, &changed, &err);
    ys_txn_abort(&txn);
    if (world_alive(w, index, code, &err) && changed)
        world_for_sessions(w, index, ys_session_member_changed);
}

static void sign_own(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    const struct ys_session *const parent =
        index == 0 || node->observer ? NULL : w->link[index].session[CHILD_END];
    struct ys_change *change = NULL;
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log own = {0};
    uint64_t size = 0;
    struct ys_bytes note;
    struct ys_hash root;
    uint64_t agreed = ys_session_agreed(parent, &root);
    if (node->signing || (index != 0 && agreed == 0))
        return;
    enum ys_code code = ys_store_begin(node->store, false, &txn, &err);
    if (code == YS_OK)
        code = ys_log_load(txn, YS_OWN_LOG, &own, &err);
    if (code == YS_OK)
        code = ys_head_at_most(txn, YS_OWN_LOG, INT64_MAX, &size, &note, &err);
    ys_txn_abort(&txn);
    if (code == YS_NOT_FOUND)
        code = YS_OK;
    if (index == 0) {
        agreed = own.frontier.size;
        root = own.root;
    }
    if (!world_alive(w, index, code, &err) || own.state != YS_LOG_FOLLOWING || size >= agreed)
        return;
    if (!world_alive(w, index, ys_change_new(YS_CHANGE_SIGN_OWN, 0, &change, &err), &err))
        return;
    change->checkpoint_size = agreed;
    change->first_root = root;
    world_put_change(w, index, change);
    node->signing = true;
}

/* What was erased by law goes. */
static void erase(struct world *w, int index, bool all)
{
    struct node *const node = &w->node[index];
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    bool due = false;
    size_t changed = 0;
    size_t tombstones = 0;
    enum ys_code code = ys_store_begin(node->store, false, &txn, &err);
    if (code == YS_OK)
        code = ys_erasures_due(txn, node->member, all, &due, &err);
    ys_txn_abort(&txn);
    if (code == YS_OK && due)
        code = ys_store_begin(node->store, true, &txn, &err);
    if (code == YS_OK && due)
        code = ys_erasures_settle(txn, node->member, all, &changed, &tombstones, &err);
    if (code == YS_OK && due)
        code = ys_txn_commit(&txn, &err);
    ys_txn_abort(&txn);
    (void)world_alive(w, index, code, &err);
}

void world_settle(struct world *w, int index)
{
    struct node *const node = &w->node[index];
    const bool moved = node->store_moved;
    const bool all = node->membership_moved;
    if (node->membership_moved && !node->dying) {
        node->membership_moved = false;
        recall(w, index);
    }
    if (node->store_moved && !node->dying) {
        node->store_moved = false;
        world_for_sessions(w, index, ys_session_changed);
    }
    if ((moved || all) && !node->dying)
        erase(w, index, all);
    if (!node->dying)
        sign_own(w, index);
}

/* --- the own log --- */

/* Other records leave the membership as it is: no need to replay it for them. */
static bool is_membership(const struct scribe_record *record)
{
    struct ys_bytes text;
    struct ys_bytes name;
    const struct ys_kind *kind = NULL;
    if (ys_note_peek((struct ys_bytes){record->note, record->note_size}, &text, &name))
        kind = ys_kind_by_name(name);
    return kind != NULL && kind->membership;
}

bool world_append(struct world *w, int index, const struct scribe_record *record)
{
    struct node *const node = &w->node[index];
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log own;
    const struct ys_entry entry = scribe_entry(record);
    bool waits = false;
    enum ys_code code = ys_store_begin(node->store, true, &txn, &err);
    if (code == YS_OK)
        code = ys_log_load(txn, YS_OWN_LOG, &own, &err);
    if (code == YS_OK) {
        waits = own.state == YS_LOG_RECOVERING;
        code = waits ? ys_aside_put(txn, &entry, &err) : ys_log_append(txn, &own, &entry, 1, &err);
    }
    if (code == YS_OK)
        code = ys_txn_commit(&txn, &err);
    ys_txn_abort(&txn);
    if (!world_alive(w, index, code, &err))
        return false;
    if (w->watched)
        w->watch.written(w->watch.context, index, record, waits);
    node->store_moved = true;
    node->membership_moved = node->membership_moved || is_membership(record);
    return true;
}

uint64_t world_own_size(struct world *w, int index)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log own;
    world_must(w, ys_store_begin(w->node[index].store, false, &txn, &err), &err);
    world_must(w, ys_log_load(txn, YS_OWN_LOG, &own, &err), &err);
    ys_txn_abort(&txn);
    return own.frontier.size;
}

struct ys_hash world_own_root(struct world *w, int index)
{
    struct ys_err err = {0};
    struct ys_txn *txn = NULL;
    struct ys_log own;
    world_must(w, ys_store_begin(w->node[index].store, false, &txn, &err), &err);
    world_must(w, ys_log_load(txn, YS_OWN_LOG, &own, &err), &err);
    ys_txn_abort(&txn);
    return own.root;
}
