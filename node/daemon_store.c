#include "crypto/crash_point.h"
#include "node/daemon_state.h"
#include "sync/erasure.h"
#include "sync/heads.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum ys_code ys_daemon_judge(struct ys_daemon *daemon, struct ys_txn *txn, unsigned which,
                             bool touched, struct ys_err *err)
{
    for (uint32_t id = 0;; id++) {
        struct ys_log log;
        enum ys_code code = ys_log_next(txn, id, &log, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code != YS_OK)
            return code;
        id = log.id;
        if (touched && !ys_member_touched(daemon->member, &log.origin.division))
            continue;
        uint64_t counts[YS_VERDICTS];
        code = ys_status_count(txn, id, log.frontier.size, counts, err);
        uint64_t open = 0;
        for (unsigned verdict = 0; verdict < YS_VERDICTS; verdict++)
            open += (which >> verdict & 1) != 0 ? counts[verdict] : 0;
        if (code == YS_OK && open != 0)
            code = ys_verifier_put(daemon->verifier, id, 0, log.frontier.size, which, err);
        if (code != YS_OK)
            return code;
    }
}

static enum ys_code read_own_size(struct ys_daemon *daemon, struct ys_txn *txn, struct ys_err *err)
{
    struct ys_log own;
    const enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code == YS_OK)
        daemon->own_size = own.frontier.size;
    return code;
}

/* What stands in the own log now that was not heard of before: whoever wrote it. */
static enum ys_code hear_own(struct ys_daemon *daemon, struct ys_txn *txn, struct ys_err *err)
{
    const uint64_t before = daemon->own_size;
    const enum ys_code code = read_own_size(daemon, txn, err);
    if (code != YS_OK || daemon->own_size <= before)
        return code;
    ys_daemon_blobs_heard(daemon, txn, YS_OWN_LOG, before, daemon->own_size - before);
    daemon->erasing.moved = true;
    daemon->store_moved = true;
    daemon->membership_moved = true;
    return ys_verifier_put(daemon->verifier, YS_OWN_LOG, before, daemon->own_size - before,
                           YS_JUDGE_NEW, err);
}

/* A community cosigns nobody, and an observer neither. */
static enum ys_code look_for_receipts(struct ys_daemon *daemon, struct ys_txn *txn,
                                      struct ys_err *err)
{
    return daemon->observer || ys_division_level(&daemon->self) == YS_LEVEL_COMMUNITY
               ? YS_OK
               : ys_receipts_look(txn, &daemon->options->keys->mirror.vkey,
                                  &daemon->receipting.changed, &daemon->receipting.news, err);
}

/* Once a day, or at once when a cut may wait for it. */
static enum ys_code write_receipts(struct ys_daemon *daemon, struct ys_err *err)
{
    struct ys_receipting *const state = &daemon->receipting;
    struct ys_change *change = NULL;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (state->asked || daemon->observer || !daemon->guard_fits || now.tv_sec < 0 ||
        !ys_receipts_due(&state->cursor, &state->news, (uint64_t)now.tv_sec))
        return YS_OK;
    const enum ys_code code = ys_change_new(YS_CHANGE_RECEIPTS, 0, &change, err);
    if (code != YS_OK)
        return code;
    randombytes_buf(change->salt, sizeof change->salt);
    state->asked = true;
    ys_committer_put(daemon->committer, change);
    return YS_OK;
}

/* What was cosigned meanwhile is looked for again. */
static enum ys_code receipts_written(struct ys_daemon *daemon, struct ys_txn *txn,
                                     const struct ys_change_result *result, struct ys_err *err)
{
    struct ys_receipting *const state = &daemon->receipting;
    state->asked = false;
    state->news = (struct ys_receipts_news){0};
    if (result->count == 0)
        return YS_OK;
    ys_journal(YS_PRIORITY_INFO, "receipts_written", "from=%llu n=%llu",
               (unsigned long long)result->first_index, (unsigned long long)result->count);
    const enum ys_code code = ys_receipts_cursor_load(txn, &state->cursor, err);
    state->changed = state->cursor.changed;
    return code != YS_OK ? code : look_for_receipts(daemon, txn, err);
}

/* What the membership comes to may be kept in the same transaction, since nobody waits yet. */
static enum ys_code leap(const struct ys_daemon *daemon, bool keep, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(daemon->options->store, true, &txn, err);
    if (code == YS_OK)
        code = ys_changed_leap(txn, randombytes_random(), err);
    if (code == YS_OK && keep)
        code = ys_member_recall(daemon->member, txn, NULL, err);
    if (code == YS_OK && keep)
        code = ys_member_keep(daemon->member, txn, err);
    return code != YS_OK ? code : ys_txn_commit(&txn, err);
}

enum ys_code ys_daemon_begin(struct ys_daemon *daemon, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    daemon->erasing = (struct ys_erasing){.moved = true, .all = true};
    enum ys_code code = leap(daemon, true, err);
    if (code == YS_FULL) {
        ys_daemon_give_up_reserve(daemon);
        code = leap(daemon, false, err); /* with as little as can be */
    }
    if (code == YS_OK)
        code = ys_store_begin(daemon->options->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_member_recall(daemon->member, txn, NULL, err);
    if (code == YS_OK && daemon->options->membership != NULL)
        daemon->options->membership(daemon->options->context, txn);
    if (code == YS_OK)
        code = read_own_size(daemon, txn, err);
    if (code == YS_OK)
        code = ys_wiped_load(txn, &daemon->erasing.wiped, err);
    if (code == YS_OK)
        code = ys_receipts_cursor_load(txn, &daemon->receipting.cursor, err);
    daemon->receipting.changed = daemon->receipting.cursor.changed;
    if (code == YS_OK)
        code = look_for_receipts(daemon, txn, err);
    if (code == YS_OK)
        code = ys_daemon_judge(daemon, txn, YS_JUDGE_OPEN, false, err);
    return code != YS_OK ? code : ys_daemon_guard_look(daemon, txn, err);
}

/* Have the parts written that were read from records, so that nobody reads them again. */
static enum ys_code keep_members(struct ys_daemon *daemon, struct ys_err *err)
{
    for (size_t at = 0;;) {
        struct ys_division issuer;
        struct ys_writer row;
        struct ys_change *change = NULL;
        enum ys_code code = ys_member_kept_next(daemon->member, &at, &issuer, &row, err);
        if (code != YS_OK)
            return code == YS_NOT_FOUND ? YS_OK : code;
        code = ys_change_new(YS_CHANGE_MEMBERS, row.size, &change, err);
        if (code == YS_OK) {
            change->peer = issuer;
            change->row = ys_change_keep(change, (struct ys_bytes){row.data, row.size});
            ys_committer_put(daemon->committer, change);
        }
        free(row.data);
        if (code != YS_OK)
            return code;
    }
}

static enum ys_code recall(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                           struct ys_err *err)
{
    bool changed = false;
    enum ys_code code = ys_daemon_turn_open(turn, err);
    if (code != YS_OK)
        return code;
    ys_verifier_hold(daemon->verifier);
    code = ys_member_recall(daemon->member, turn->txn, &changed, err);
    ys_verifier_release(daemon->verifier);
    if (code == YS_OK)
        code = keep_members(daemon, err);
    if (code == YS_OK && daemon->options->membership != NULL)
        daemon->options->membership(daemon->options->context, turn->txn);
    if (code != YS_OK || !changed)
        return code;
    daemon->erasing.moved = daemon->erasing.all = true;
    ys_journal(YS_PRIORITY_INFO, "membership", "nodes=%zu keys=%zu",
               ys_member_node_count(daemon->member), ys_member_key_count(daemon->member));
    ys_daemon_expel(daemon);
    daemon->applicants_moved = true;
    code = ys_daemon_judge(daemon, turn->txn, YS_JUDGE_ALL, true, err);
    for (struct ys_peer *peer = daemon->peers; peer != NULL && code == YS_OK; peer = peer->next) {
        struct ys_err why = {0};
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        ys_daemon_peer_failed(peer, ys_session_member_changed(peer->session, &session_turn, &why),
                              &why);
    }
    return code;
}

/* Successors of the root that were pinned while we run. */
static void take_roots(struct ys_daemon *daemon)
{
    struct ys_root_chain roots;
    struct ys_err err = {0};
    const unsigned before = ys_member_roots(daemon->member)->count;
    if (!daemon->options->reload_roots(daemon->options->context, &roots) || roots.count == before)
        return;
    ys_verifier_hold(daemon->verifier);
    const enum ys_code code = ys_member_follow(daemon->member, &roots, &err);
    ys_verifier_release(daemon->verifier);
    if (code != YS_OK)
        ys_journal_text(YS_PRIORITY_WARNING, "root", "reason", err.msg);
    else
        ys_journal(YS_PRIORITY_INFO, "root", "policies=%u", roots.count);
    daemon->membership_moved = true;
}

enum ys_code ys_daemon_look_at_own(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                   struct ys_err *err)
{
    ys_daemon_turn_close(turn); /* the news are in a newer transaction */
    enum ys_code code = ys_daemon_turn_open(turn, err);
    if (code == YS_OK)
        code = hear_own(daemon, turn->txn, err);
    if (code == YS_OK && !daemon->guard_fits)
        code = ys_daemon_guard_look(daemon, turn->txn, err);
    return code;
}

enum ys_code ys_daemon_doorbell(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                struct ys_err *err)
{
    const uint64_t before = daemon->own_size;
    take_roots(daemon);
    daemon->erasing.moved = true;
    const enum ys_code code = ys_daemon_look_at_own(daemon, turn, err);
    if (code == YS_OK && daemon->own_size == before)
        ys_daemon_blobs_moved(daemon); /* it rang for something else */
    return code;
}

static void report(const struct ys_change_result *result)
{
    if (result->code != YS_OK && result->code != YS_BUSY)
        ys_journal_text(ys_code_fault(result->code) == YS_FAULT_LOCAL ? YS_PRIORITY_ERROR
                                                                      : YS_PRIORITY_WARNING,
                        "change_refused", "reason", result->err.msg);
    else if (result->kind == YS_CHANGE_ENTRIES && result->count != 0)
        ys_journal(YS_PRIORITY_INFO, "received", "log=%s from=%llu n=%llu size=%llu",
                   result->origin, (unsigned long long)result->first_index,
                   (unsigned long long)result->count, (unsigned long long)result->durable_size);
    else if (result->kind == YS_CHANGE_CONTENT && result->count != 0)
        ys_journal(YS_PRIORITY_INFO, "content_filled", "log=%s index=%llu", result->origin,
                   (unsigned long long)result->first_index);
    else if (result->kind == YS_CHANGE_SIGN_OWN && result->log_changed)
        ys_journal(YS_PRIORITY_INFO, "head_signed", "entries=%llu",
                   (unsigned long long)result->durable_size);
    else if (result->kind == YS_CHANGE_RECOVER && result->log_changed)
        ys_journal(YS_PRIORITY_WARNING, "recovering", "log=%s size=%llu", result->origin,
                   (unsigned long long)result->durable_size);
    else if (result->kind == YS_CHANGE_RESUME && result->log_changed)
        ys_journal(YS_PRIORITY_WARNING, "recovered", "log=%s size=%llu", result->origin,
                   (unsigned long long)result->durable_size);
    else if (result->kind == YS_CHANGE_REWIND && result->log_changed)
        ys_journal(YS_PRIORITY_WARNING, "unsigned_end_dropped", "log=%s size=%llu", result->origin,
                   (unsigned long long)result->durable_size);
    else if (result->forked)
        ys_journal(YS_PRIORITY_ALERT, "forked", "log=%s advice=\"yishi prove --fork %s\"",
                   result->origin, result->origin);
}

static enum ys_code own_log_changed(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                    const struct ys_change_result *result, struct ys_err *err)
{
    enum ys_code code = hear_own(daemon, turn->txn, err);
    if (code == YS_OK && result->kind == YS_CHANGE_SIGN_OWN)
        code = ys_daemon_guard_signed(daemon, turn->txn, err);
    else if (code == YS_OK && !daemon->guard_fits)
        code = ys_daemon_guard_look(daemon, turn->txn, err);
    return code;
}

/* Entries are new, or stand where others stood. */
static enum ys_code judge_result(struct ys_daemon *daemon, const struct ys_change_result *result,
                                 struct ys_err *err)
{
    if (result->kind == YS_CHANGE_ENTRIES || result->kind == YS_CHANGE_RECEIPTS ||
        result->kind == YS_CHANGE_CONTENT)
        return ys_verifier_put(daemon->verifier, result->log_id, result->first_index, result->count,
                               YS_JUDGE_NEW, err);
    if (result->log_changed &&
        (result->kind == YS_CHANGE_RECOVER || result->kind == YS_CHANGE_RESUME ||
         result->kind == YS_CHANGE_REWIND))
        return ys_verifier_put(daemon->verifier, result->log_id, 0, result->durable_size,
                               YS_JUDGE_OPEN, err);
    return YS_OK;
}

/* A body came that was absent: others may lack it, too. An entry came without its body: others may have it. */
static void tell_contents(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                          const struct ys_change_result *result)
{
    for (struct ys_peer *peer = daemon->peers; peer != NULL; peer = peer->next) {
        struct ys_err why = {0};
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        const enum ys_code code =
            result->absent ? ys_session_content_lacks(peer->session, &session_turn, result, &why)
                           : ys_session_content_here(peer->session, &session_turn, result, &why);
        ys_daemon_peer_failed(peer, code, &why);
    }
}

static enum ys_code take_result(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                const struct ys_change_result *result, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    report(result);
    if (result->membership)
        ys_daemon_blobs_rejudged(daemon);
    if (result->kind == YS_CHANGE_VERDICTS)
        ys_daemon_blobs_judged(daemon);
    else if (result->code == YS_OK && result->count != 0)
        ys_daemon_blobs_heard(daemon, turn->txn, result->log_id, result->first_index,
                              result->count);
    daemon->store_moved = daemon->store_moved || result->log_changed;
    daemon->membership_moved = daemon->membership_moved || result->membership;
    if (result->kind == YS_CHANGE_SIGN_OWN)
        daemon->signing = false;
    if (result->session == 0 &&
        (result->kind == YS_CHANGE_RECOVER || result->kind == YS_CHANGE_RESUME))
        daemon->mending = false;
    if (result->code == YS_OK && result->log_id == YS_OWN_LOG && result->log_changed)
        code = own_log_changed(daemon, turn, result, err);
    if (code == YS_OK && result->kind == YS_CHANGE_RECEIPTS)
        code = receipts_written(daemon, turn->txn, result, err);
    if (code == YS_OK && result->code == YS_OK)
        code = judge_result(daemon, result, err);
    if (result->kind == YS_CHANGE_CURSOR && result->code == YS_OK)
        daemon->erasing.heard = true;
    if (code == YS_OK && result->code == YS_OK &&
        (result->kind == YS_CHANGE_CONTENT || result->absent))
        tell_contents(daemon, turn, result);
    struct ys_peer *const peer =
        result->session == 0 ? NULL : ys_daemon_peer(daemon, result->session);
    if (code != YS_OK || peer == NULL)
        return code;
    struct ys_err why = {0};
    struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
    ys_daemon_peer_failed(peer, ys_session_committed(peer->session, &session_turn, result, &why),
                          &why);
    return YS_OK;
}

enum ys_code ys_daemon_take_results(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                    struct ys_err *err)
{
    enum { RESULTS = 64 };
    struct ys_change_result results[RESULTS];
    enum ys_code code = ys_committer_trouble(daemon->committer, err);
    if (code != YS_OK && code != YS_FULL)
        return code;
    const size_t count = ys_committer_take(daemon->committer, results, RESULTS);
    if (count == 0)
        return YS_OK;
    YS_CRASH_POINT("results_taken");
    daemon->erasing.moved = true;
    ys_daemon_turn_close(turn);
    code = ys_daemon_turn_open(turn, err);
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = take_result(daemon, turn, &results[i], err);
    return code;
}

/* What of the own log may be signed now: what the parent says that it has on its disk; a district, who
 * has none, may sign all. */
static uint64_t agreed_size(struct ys_daemon *daemon, const struct ys_log *own,
                            struct ys_hash *root_out)
{
    const struct ys_peer *const parent = ys_daemon_parent(daemon);
    if (daemon->has_parent)
        return ys_session_agreed(parent == NULL ? NULL : parent->session, root_out);
    *root_out = own->root;
    return own->frontier.size;
}

static enum ys_code sign_own(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                             struct ys_err *err)
{
    uint64_t size = 0;
    struct ys_bytes note;
    struct ys_log own;
    struct ys_hash root;
    struct ys_change *change = NULL;
    if (daemon->signing || daemon->observer || !daemon->guard_fits)
        return YS_OK;
    enum ys_code code = ys_daemon_turn_open(turn, err);
    if (code == YS_OK)
        code = ys_log_load(turn->txn, YS_OWN_LOG, &own, err);
    if (code != YS_OK || own.state != YS_LOG_FOLLOWING)
        return code;
    const uint64_t agreed = agreed_size(daemon, &own, &root);
    code = ys_head_at_most(turn->txn, YS_OWN_LOG, INT64_MAX, &size, &note, err);
    if (code == YS_NOT_FOUND)
        code = YS_OK; /* nothing signed yet: size is 0 */
    if (code != YS_OK || size >= agreed)
        return code;
    code = ys_change_new(YS_CHANGE_SIGN_OWN, 0, &change, err);
    if (code != YS_OK)
        return code;
    change->checkpoint_size = agreed;
    change->first_root = root;
    daemon->signing = true;
    ys_committer_put(daemon->committer, change);
    return YS_OK;
}

enum ys_code ys_daemon_settle(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                              struct ys_err *err)
{
    enum ys_code code = YS_OK;
    if (daemon->membership_moved) {
        daemon->membership_moved = false;
        code = recall(daemon, turn, err);
    }
    if (code == YS_OK && daemon->applicants_moved)
        ys_daemon_tell_applicants(daemon);
    if (code == YS_OK && daemon->store_moved) {
        daemon->store_moved = false;
        code = ys_daemon_turn_open(turn, err);
        if (code == YS_OK)
            code = look_for_receipts(daemon, turn->txn, err);
        for (struct ys_peer *peer = daemon->peers; peer != NULL && code == YS_OK;
             peer = peer->next) {
            struct ys_err why = {0};
            struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
            ys_daemon_peer_failed(peer, ys_session_changed(peer->session, &session_turn, &why),
                                  &why);
        }
    }
    if (code == YS_OK)
        code = write_receipts(daemon, err);
    if (code == YS_OK)
        code = ys_daemon_erase(daemon, turn, err);
    return code != YS_OK ? code : sign_own(daemon, turn, err);
}
