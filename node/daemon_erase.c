/* What is to be erased by law, while the daemon runs: bodies give way at once, then a thread overwrites the
 * store's file, and a process of its own ('yishi erase') sees to the rest of the home. */
#include "crypto/crash_point.h"
#include "node/daemon_state.h"
#include "node/overwriter.h"
#include "sync/erasure.h"
#include "sync/restored.h"

#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { LOOK_MS = 300, AGAIN_MS = 1000 };

extern char **environ;

/* A store that is full is tried again later. */
static enum ys_code settle(struct ys_daemon *daemon, struct ys_err *err)
{
    size_t changed = 0;
    size_t tombstones = 0;
    enum ys_code code = YS_OK;
    do {
        YS_TXN_SCOPED txn = NULL;
        code = ys_store_begin(daemon->options->store, true, &txn, err);
        if (code == YS_OK)
            code = ys_erasures_settle(txn, daemon->member, daemon->erasing.all, &changed,
                                      &tombstones, err);
        if (code == YS_OK)
            code = ys_txn_commit(&txn, err);
    } while (code == YS_FULL && ys_kv_grow(ys_store_kv(daemon->options->store)));
    if (code != YS_OK)
        return code;
    YS_CRASH_POINT("erased_by_daemon");
    ys_journal(YS_PRIORITY_INFO, "erased", "redactions=%zu contents=%zu", changed, tombstones);
    daemon->erasing.carry = true;
    return YS_OK;
}

static enum ys_code look(struct ys_daemon *daemon, struct ys_daemon_turn *turn, struct ys_err *err)
{
    struct ys_erasing *const state = &daemon->erasing;
    bool due = false;
    uint64_t rows = 0;
    enum ys_code code = ys_daemon_turn_open(turn, err);
    if (code == YS_OK)
        code = ys_txn_count(turn->txn, YS_DB_REDACTION, &rows, err);
    if (code == YS_OK && !state->begun) /* what was begun before may not have come to its end */
        state->carry = rows != 0;
    state->begun = true;
    if (code == YS_OK)
        code = ys_erasures_due(turn->txn, daemon->member, state->all, &due, err);
    if (code == YS_OK && due) {
        ys_daemon_turn_close(turn);
        code = settle(daemon, err);
        ys_daemon_turn_close(turn);
        if (code == YS_OK)
            code = ys_daemon_turn_open(turn, err);
        if (code == YS_OK) /* what was bad for its body is judged by its note now */
            code = ys_daemon_judge(daemon, turn->txn, YS_JUDGE_NEW, false, err);
    }
    state->moved = state->all = code == YS_FULL;
    return code == YS_FULL ? YS_OK : code;
}

/* The file has been overwritten, or could not be. */
static enum ys_code end_wipe(struct ys_erasing *state, struct ys_err *err)
{
    struct ys_wiped done = {0};
    struct ys_err why = {0};
    const enum ys_code code = ys_overwriter_finish(state->overwriter, &done, &why);
    state->overwriter = NULL;
    if (code == YS_OK) {
        state->wiped = state->wiping;
        state->carry = true;
        ys_journal(YS_PRIORITY_INFO, "overwritten", "pages=%llu unused=%llu partial=%llu",
                   (unsigned long long)done.pages, (unsigned long long)done.unused,
                   (unsigned long long)done.partial);
    } else if (code != YS_BUSY && code != YS_FULL) {
        return ys_fail(err, code, "%s", why.msg);
    } else if (!state->told) {
        ys_journal_text(YS_PRIORITY_WARNING, "not_overwritten_yet", "reason", why.msg);
    }
    state->told = code != YS_OK;
    return YS_OK;
}

/* Also when another process erased: LMDB keeps memory of earlier pages in this one, and would write it out
 * again. */
static enum ys_code begin_wipe(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                               struct ys_err *err)
{
    struct ys_erasing *const state = &daemon->erasing;
    enum ys_code code = ys_daemon_turn_open(turn, err);
    if (code == YS_OK)
        code = ys_erased_count(turn->txn, &state->wiping, err);
    if (code != YS_OK || state->wiping == state->wiped)
        return code;
    ys_daemon_turn_close(turn);
    return ys_overwriter_begin(daemon->options->store, &state->overwriter, err);
}

/* The rest of the home takes as long as it takes, and has locks of its own. */
static void carry_out(struct ys_daemon *daemon)
{
    struct ys_erasing *const state = &daemon->erasing;
    char name[] = "yishi";
    char option[] = "--home";
    char command[] = "erase";
    char home[PATH_MAX];
    posix_spawnattr_t attributes;
    sigset_t none;
    if (state->child > 0 && waitpid(state->child, NULL, WNOHANG) != 0)
        state->child = 0;
    if (!state->carry || state->child > 0)
        return;
    (void)snprintf(home, sizeof home, "%s", daemon->options->home->path);
    char *arguments[] = {name, option, home, command, NULL};
    sigemptyset(&none);
    int rc = posix_spawnattr_init(&attributes);
    if (rc == 0) {
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        rc = posix_spawn(&state->child, "/proc/self/exe", NULL, &attributes, arguments, environ);
        (void)posix_spawnattr_destroy(&attributes);
    }
    state->carry = false;
    if (rc != 0) {
        state->child = 0;
        ys_journal_text(YS_PRIORITY_WARNING, "erase", "reason", strerror(rc));
    }
}

/* A restored store gives again what may be erased, once it knows what was. */
static enum ys_code end_restoring(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                  struct ys_err *err)
{
    struct ys_division parent;
    struct ys_cursor cursor = {.changed = 1};
    bool restored = false;
    enum ys_code code = ys_daemon_turn_open(turn, err);
    if (code == YS_OK)
        code = ys_restored_get(turn->txn, &restored, err);
    if (code == YS_OK && restored && ys_division_parent(&daemon->self, &parent))
        code = ys_cursor_load(turn->txn, &parent, &cursor, err);
    daemon->erasing.heard = false;
    if (code != YS_OK || !restored || cursor.changed == 0)
        return code;
    ys_daemon_turn_close(turn);
    code = ys_restored_set(daemon->options->store, false, err);
    if (code != YS_OK)
        return code;
    ys_journal(YS_PRIORITY_INFO, "restored", "state=\"knows what was erased since\"");
    /* What was held back is absent at peers: with HELLO they ask again. */
    ys_daemon_greet_again(daemon, turn, "it gives all contents again");
    return YS_OK;
}

enum ys_code ys_daemon_erase(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                             struct ys_err *err)
{
    struct ys_erasing *const state = &daemon->erasing;
    enum ys_code code = YS_OK;
    if (daemon->now_ms < state->next_ms)
        return YS_OK;
    /* Whoever writes would wait for it: nothing is settled meanwhile. */
    if (state->overwriter != NULL) {
        state->next_ms = daemon->now_ms + LOOK_MS;
        if (!ys_overwriter_ended(state->overwriter))
            return YS_OK;
        code = end_wipe(state, err);
        state->wipe_moved = state->told;
        if (state->told)
            state->next_ms = daemon->now_ms + AGAIN_MS;
        carry_out(daemon);
        return code;
    }
    if (state->moved) {
        state->next_ms = daemon->now_ms + LOOK_MS;
        code = look(daemon, turn, err);
        state->wipe_moved = true;
    }
    if (code == YS_OK && state->wipe_moved) {
        code = begin_wipe(daemon, turn, err);
        state->wipe_moved = state->overwriter != NULL;
    }
    if (code == YS_OK && state->heard && !state->moved && state->overwriter == NULL)
        code = end_restoring(daemon, turn, err);
    carry_out(daemon);
    return code;
}

void ys_daemon_erase_end(struct ys_daemon *daemon)
{
    struct ys_err why = {0};
    if (daemon->erasing.overwriter != NULL && end_wipe(&daemon->erasing, &why) != YS_OK)
        ys_journal_text(YS_PRIORITY_WARNING, "not_overwritten_yet", "reason", why.msg);
    if (daemon->erasing.child > 0)
        (void)waitpid(daemon->erasing.child, NULL, 0);
    daemon->erasing.child = 0;
}
