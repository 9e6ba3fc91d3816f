#include "node/daemon_state.h"
#include "node/reserve.h"

#include <string.h>
#include <unistd.h>

enum {
    LOOK_EVERY_MS = 1000,
    CLEAR_EVERY_MS = 60000,
    LAG_TOLD = 1000 /* transactions that a reader may be behind before the operator is told */
};
static const uint64_t held_told_bytes = (uint64_t)16 << 20;

/* --- readers and writers --- */

static void tell_reader(struct ys_daemon *daemon, const struct ys_kv_info *info)
{
    const uint64_t lag = info->last_txn - info->oldest_reader_txn;
    if (info->readers == 0 || info->oldest_reader_pid == getpid() ||
        (lag < LAG_TOLD && info->held_bytes < held_told_bytes) ||
        (daemon->space.reader_pid == info->oldest_reader_pid &&
         daemon->space.reader_txn == info->oldest_reader_txn))
        return;
    daemon->space.reader_pid = info->oldest_reader_pid;
    daemon->space.reader_txn = info->oldest_reader_txn;
    ys_journal(YS_PRIORITY_WARNING, "old_reader",
               "pid=%lld transactions=%llu held_bytes=%llu advice=\"the store grows while this "
               "process reads; let it go on, or end it\"",
               (long long)info->oldest_reader_pid, (unsigned long long)lag,
               (unsigned long long)info->held_bytes);
}

/* Somebody has written. A `publish` that was killed behind its commit has not rung. */
static enum ys_code look_at_writers(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                    uint64_t last_txn, struct ys_err *err)
{
    if (daemon->space.last_txn == last_txn)
        return YS_OK;
    daemon->space.last_txn = last_txn;
    return ys_daemon_look_at_own(daemon, turn, err);
}

static enum ys_code look_at_store(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                  struct ys_err *err)
{
    struct ys_kv *const kv = ys_store_kv(daemon->options->store);
    struct ys_kv_info info;
    int cleared = 0;
    enum ys_code code = YS_OK;
    if (daemon->space.cleared_ms == 0 ||
        daemon->now_ms - daemon->space.cleared_ms >= CLEAR_EVERY_MS) {
        daemon->space.cleared_ms = daemon->now_ms;
        code = ys_kv_clear_dead_readers(kv, &cleared, err);
        if (code == YS_OK && cleared != 0)
            ys_journal(YS_PRIORITY_INFO, "dead_readers", "cleared=%d", cleared);
    }
    if (code == YS_OK)
        code = ys_kv_info(kv, &info, err);
    if (code != YS_OK)
        return code;
    tell_reader(daemon, &info);
    return look_at_writers(daemon, turn, info.last_txn, err);
}

/* --- room --- */

/* Why no credit is given, or NULL. Gives up the reserve, or makes it. */
static const char *find_short(struct ys_daemon *daemon, struct ys_room *room, struct ys_err *why)
{
    const struct ys_home *const home = daemon->options->home;
    if (ys_committer_trouble(daemon->committer, why) == YS_FULL) {
        if (ys_kv_shortage(ys_store_kv(daemon->options->store)) == YS_SHORT_DISK)
            ys_daemon_give_up_reserve(daemon);
        return why->msg;
    }
    if (daemon->guard_waits)
        return "the guard cannot be written";
    if (home == NULL)
        return NULL;
    enum ys_code code = ys_reserve_make(home, why);
    if (code != YS_OK && code != YS_FULL && !daemon->space.told)
        ys_journal_text(YS_PRIORITY_WARNING, "reserve", "reason", why->msg);
    if (code == YS_OK)
        code = ys_room_look(home, room, why);
    daemon->space.told = code != YS_OK;
    return code == YS_FULL || (code == YS_OK && ys_room_is_short(room)) ? "little is free" : NULL;
}

void ys_daemon_give_up_reserve(struct ys_daemon *daemon)
{
    if (daemon->options->home != NULL && ys_reserve_give_up(daemon->options->home))
        ys_journal(YS_PRIORITY_WARNING, "reserve_given_up", "bytes=%d", YS_RESERVE_BYTES);
}

static void tell_short(const struct ys_daemon *daemon, const char *reason)
{
    struct ys_room room = {0};
    const struct ys_home *const home = daemon->options->home;
    if (home == NULL || ys_room_look(home, &room, NULL) != YS_OK)
        room = (struct ys_room){0};
    ys_journal_reason(YS_PRIORITY_ALERT, "store_full", reason,
                      "free=%llu needed=%llu advice=\"nothing more is asked of others; free space "
                      "on the disk of %.200s\"",
                      (unsigned long long)room.free_bytes,
                      (unsigned long long)ys_room_needed(&room), home == NULL ? "-" : home->path);
}

/* There is room: what was owed is given. */
static enum ys_code grant(struct ys_daemon *daemon, struct ys_daemon_turn *turn, struct ys_err *err)
{
    const enum ys_code code = ys_daemon_turn_open(turn, err);
    for (struct ys_peer *peer = daemon->peers; peer != NULL && code == YS_OK; peer = peer->next) {
        struct ys_err why = {0};
        struct ys_turn session_turn = ys_daemon_peer_turn(peer, turn);
        ys_daemon_peer_failed(peer, ys_session_grant(peer->session, &session_turn, &why), &why);
    }
    return code;
}

static enum ys_code look_at_room(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                 struct ys_err *err)
{
    struct ys_err why = {0};
    struct ys_room room = {0};
    const char *const reason = find_short(daemon, &room, &why);
    const bool is_short = reason != NULL;
    if (is_short == daemon->space.is_short)
        return YS_OK;
    daemon->space.is_short = is_short;
    if (is_short) {
        tell_short(daemon, reason);
        return YS_OK;
    }
    ys_journal(YS_PRIORITY_INFO, "store_has_room", "free=%llu",
               (unsigned long long)room.free_bytes);
    return grant(daemon, turn, err);
}

enum ys_code ys_daemon_look_at_space(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                     struct ys_err *err)
{
    if (daemon->space.looked_ms != 0 && daemon->now_ms - daemon->space.looked_ms < LOOK_EVERY_MS)
        return YS_OK;
    daemon->space.looked_ms = daemon->now_ms;
    enum ys_code code = ys_kv_check_place(ys_store_kv(daemon->options->store), err);
    if (code == YS_OK && daemon->guard_waits) {
        code = ys_daemon_turn_open(turn, err);
        if (code == YS_OK)
            code = ys_daemon_guard_signed(daemon, turn->txn, err);
        daemon->store_moved = daemon->store_moved || !daemon->guard_waits;
    }
    if (code == YS_OK)
        code = look_at_store(daemon, turn, err);
    return code != YS_OK ? code : look_at_room(daemon, turn, err);
}
