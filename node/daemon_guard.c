#include "crypto/crash_point.h"
#include "node/daemon_state.h"
#include "node/guard.h"

#include <string.h>

/* The own log goes back to its newest head, to be fetched from the children; or goes on. */
static enum ys_code mend(struct ys_daemon *daemon, enum ys_change_kind kind,
                         const struct ys_log *own, struct ys_err *err)
{
    struct ys_change *change = NULL;
    if (daemon->mending)
        return YS_OK;
    const enum ys_code code = ys_change_new(kind, 0, &change, err);
    if (code != YS_OK)
        return code;
    memcpy(change->origin, own->origin_text, sizeof change->origin);
    daemon->mending = true;
    ys_committer_put(daemon->committer, change);
    return YS_OK;
}

static void tell(struct ys_daemon *daemon, enum ys_guard_finding finding,
                 const struct ys_guard *guard, const struct ys_log *own)
{
    if (daemon->guard_told)
        return;
    daemon->guard_told = true;
    ys_journal(YS_PRIORITY_ALERT, "guard",
               "state=\"%s\" file=%s signed=%llu held=%llu advice=\"nothing is signed; see: yishi "
               "recover\"",
               ys_guard_finding_text(finding), daemon->options->guard_path,
               (unsigned long long)guard->size, (unsigned long long)own->frontier.size);
}

enum ys_code ys_daemon_guard_look(struct ys_daemon *daemon, struct ys_txn *txn, struct ys_err *err)
{
    enum ys_guard_finding finding = YS_GUARD_FITS;
    struct ys_guard guard;
    struct ys_log own;
    daemon->guarded_size = UINT64_MAX;
    daemon->guard_fits = true;
    if (daemon->options->guard_path == NULL)
        return YS_OK;
    enum ys_code code = ys_guard_examine(daemon->options->guard_path, daemon->options->store, txn,
                                         &finding, &guard, err);
    if (code == YS_OK)
        code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code != YS_OK)
        return code;
    if (finding == YS_GUARD_FITS) {
        daemon->guard_told = false;
        code = ys_daemon_guard_signed(daemon, txn, err);
        return code == YS_OK && own.state == YS_LOG_RECOVERING
                   ? mend(daemon, YS_CHANGE_RESUME, &own, err)
                   : code;
    }
    daemon->guarded_size = 0;
    daemon->guard_fits = false;
    tell(daemon, finding, &guard, &own);
    return own.state == YS_LOG_FOLLOWING ? mend(daemon, YS_CHANGE_RECOVER, &own, err) : YS_OK;
}

enum ys_code ys_daemon_guard_signed(struct ys_daemon *daemon, struct ys_txn *txn,
                                    struct ys_err *err)
{
    struct ys_guard guard;
    if (daemon->options->guard_path == NULL)
        return YS_OK;
    enum ys_code code = ys_guard_of_store(daemon->options->store, txn, &guard, err);
    YS_CRASH_POINT("own_head_committed");
    if (code == YS_OK)
        code = ys_guard_save(daemon->options->guard_path, &guard, err);
    if (code == YS_FULL) {
        ys_daemon_give_up_reserve(daemon);
        code = ys_guard_save(daemon->options->guard_path, &guard, err);
    }
    daemon->guard_waits = code == YS_FULL;
    YS_CRASH_POINT("guard_saved");
    if (code == YS_OK)
        daemon->guarded_size = guard.size;
    else if (daemon->guarded_size == UINT64_MAX)
        daemon->guarded_size = 0;
    return code == YS_FULL ? YS_OK : code;
}
