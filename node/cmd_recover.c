#include "node/audit/heal.h"
#include "node/audit/open.h"
#include "node/child.h"
#include "node/cmd.h"
#include "node/file.h"
#include "node/guard.h"
#include "node/lang.h"
#include "node/node.h"
#include "node/view.h"
#include "proto/text.h"
#include "sync/heads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REASON_MAX = 300 };

struct recovery {
    struct ys_node node;
    struct ys_txn *txn;
    struct ys_log own;
    char guard_path[PATH_MAX];
    enum ys_guard_finding finding;
    struct ys_guard guard; /* as the file says */
    struct ys_guard held;  /* as the store says */
};

static void close_recovery(struct recovery *recovery)
{
    ys_txn_abort(&recovery->txn);
    ys_node_close(&recovery->node);
}

static bool is_guarded(const struct recovery *recovery)
{
    return ys_division_level(&recovery->node.origin.division) == YS_LEVEL_DISTRICT;
}

static enum ys_code look(const struct ys_call *call, struct recovery *recovery, struct ys_err *err)
{
    struct ys_node *const node = &recovery->node;
    enum ys_code code = ys_node_open(call->home, call->lang, node, err);
    if (code == YS_OK)
        code = ys_node_read(node, &recovery->txn, err);
    if (code == YS_OK)
        code = ys_log_load(recovery->txn, YS_OWN_LOG, &recovery->own, err);
    if (code == YS_OK)
        code = ys_guard_of_store(node->store, recovery->txn, &recovery->held, err);
    if (code != YS_OK || !is_guarded(recovery))
        return code;
    ys_guard_path(&node->home, &node->config, recovery->guard_path);
    return ys_guard_examine(recovery->guard_path, node->store, recovery->txn, &recovery->finding,
                            &recovery->guard, err);
}

/* What stands against going on from what is held here. */
static enum ys_code may_accept(const struct recovery *recovery, struct ys_err *err)
{
    struct ys_hash root;
    switch (recovery->finding) {
    case YS_GUARD_FITS:
        return ys_fail(err, YS_REFUSED, _("the guard fits the store: there is nothing to decide"));
    case YS_GUARD_MISSING:
        return YS_OK;
    case YS_GUARD_FOREIGN:
        if (!ys_name_equal(&recovery->guard.origin, &recovery->node.origin))
            return ys_fail(err, YS_REFUSED, _("%s: is the guard of another log; move it away"),
                           recovery->guard_path);
        if (recovery->guard.size <= recovery->own.frontier.size) {
            const enum ys_code code =
                ys_log_root_at(recovery->txn, &recovery->own, recovery->guard.size, &root, err);
            if (code != YS_OK)
                return code;
            if (ys_hash_equal(&root, &recovery->guard.root))
                return YS_OK;
        }
        break;
    case YS_GUARD_AHEAD:
    case YS_GUARD_DIFFERS:
        break;
    }
    return ys_fail(err, YS_REFUSED,
                   _("%llu entries were signed, and this store does not hold all of them: signing "
                     "further would make a second history. Let the daemon run until a child has "
                     "given them back, or restore a newer backup"),
                   (unsigned long long)recovery->guard.size);
}

/* One line at the end of HOME/decisions.log, on the disk before the guard is written. */
static enum ys_code record_decision(const struct recovery *recovery, const char *reason,
                                    struct ys_err *err)
{
    char path[PATH_MAX];
    char time_text[32];
    struct tm now;
    const time_t seconds = (time_t)ys_now_s();
    ys_home_path(&recovery->node.home, "decisions.log", path);
    gmtime_r(&seconds, &now);
    strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%SZ", &now);
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    const off_t before = lseek(fd, 0, SEEK_END);
    const int written = dprintf(
        fd, "%s uid=%u recover guard=%d signed=%llu held=%llu head=%llu reason=\"%s\"\n", time_text,
        (unsigned)getuid(), (int)recovery->finding, (unsigned long long)recovery->guard.size,
        (unsigned long long)recovery->own.frontier.size, (unsigned long long)recovery->held.size,
        reason);
    const bool good = written > 0 && fsync(fd) == 0;
    const int why = errno;
    if (!good && ftruncate(fd, before) != 0)
        errno = why; /* half a line stays; what is told is why it could not be whole */
    close(fd);
    return good ? YS_OK : ys_fail(err, YS_IO, "%s: %s", path, strerror(why));
}

static enum ys_code accept(struct recovery *recovery, const char *reason, struct ys_err *err)
{
    size_t points = 0;
    if (!is_guarded(recovery))
        return ys_fail(err, YS_USAGE,
                       _("--accept is for a district: here the parent holds the own log"));
    if (ys_text_check(ys_bytes_of_text(reason), &points) != YS_TEXT_GOOD || points == 0 ||
        points > REASON_MAX || strpbrk(reason, "\n\"") != NULL)
        return ys_fail(err, YS_USAGE, _("--accept: 1 to %d characters of text in one line"),
                       REASON_MAX);
    enum ys_code code = may_accept(recovery, err);
    if (code == YS_OK)
        ys_node_make_room(&recovery->node);
    if (code == YS_OK)
        code = record_decision(recovery, reason, err);
    if (code == YS_OK)
        code = ys_guard_save(recovery->guard_path, &recovery->held, err);
    if (code == YS_OK)
        ys_home_ring(&recovery->node.home);
    return code;
}

static enum ys_code recover(const struct ys_call *call, struct recovery *recovery,
                            struct ys_err *err)
{
    const char *const reason = ys_args_value(&call->args, "accept");
    uint64_t waiting = 0;
    enum ys_code code = look(call, recovery, err);
    if (code == YS_OK)
        code = ys_txn_count(recovery->txn, YS_DB_ASIDE, &waiting, err);
    if (code == YS_OK && reason != NULL)
        code = accept(recovery, reason, err);
    if (code != YS_OK)
        return code;
    (call->json ? &ys_view_json : &ys_view_text)
        ->recovery(&(struct ys_view_recovery){
            .origin = recovery->node.origin_text,
            .state = recovery->own.state,
            .size = recovery->own.frontier.size,
            .head_size = recovery->held.size,
            .waiting = waiting,
            .guard_path = is_guarded(recovery) ? recovery->guard_path : NULL,
            .finding = ys_guard_finding_text(recovery->finding),
            .fits = recovery->finding == YS_GUARD_FITS,
            .accepted = reason != NULL,
            .guarded = recovery->guard.size});
    return YS_OK;
}

/* Of another unit's log. */
static enum ys_code heal_locked(const struct ys_call *call, struct ys_node *node,
                                struct ys_err *err)
{
    struct ys_healing healing;
    struct ys_log log;
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_node_find_log(txn, call->args.word[0], &log, err);
    ys_txn_abort(&txn);
    if (code == YS_OK)
        ys_node_make_room(node);
    if (code == YS_OK)
        code = ys_heal(node, &log, &healing, err);
    if (code == YS_OK)
        (call->json ? &ys_view_json : &ys_view_text)
            ->healed(&(struct ys_view_healed){.origin = log.origin_text,
                                              .flaws = healing.flaws,
                                              .size = healing.size,
                                              .kept = healing.kept});
    return code;
}

/* In a child process: a damaged store may not let it come to its end. */
static enum ys_code heal(void *context, struct ys_err *err)
{
    const struct ys_call *const call = context;
    YS_NODE_SCOPED node = {.store = NULL};
    int lock = -1;
    enum ys_code code = ys_audit_open(call->home, call->lang, &node, err);
    if (code == YS_OK)
        code = ys_home_lock(&node.home, &lock, err);
    if (code == YS_BUSY)
        return ys_fail(err, code, _("the daemon of %s is running: stop it first"), node.home.path);
    if (code == YS_OK)
        code = heal_locked(call, &node, err);
    if (lock >= 0)
        close(lock);
    return code;
}

enum ys_code ys_cmd_recover(const struct ys_call *call, struct ys_err *err)
{
    struct recovery recovery = {.txn = NULL};
    if (call->args.word_count != 0) {
        struct ys_call copy = *call;
        return ys_args_has(&call->args, "accept")
                   ? ys_fail(err, YS_USAGE, _("--accept is about the own log, not about %s"),
                             call->args.word[0])
                   : ys_child_run(heal, &copy, err);
    }
    const enum ys_code code = recover(call, &recovery, err);
    close_recovery(&recovery);
    return code;
}
