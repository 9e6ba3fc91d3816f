/* The home of a node: one folder, and what lies where in it.
 *
 *     yishi.conf        deployment, code, name, parent (config.h)
 *     node.key          master of the node's own keys
 *     keys/<body>.key   one body's key, keys/<body>.pub beside it (keystore.h)
 *     root.pub          pinned root policy of the district
 *     store/            the records (sync/store.h)
 *     attachments/      contents of attachments (sync/blob.h)
 *     model.db          what is derived from them (recall.h); may be deleted
 *     invites/          invitations given out (invite.h)
 *     pending/          requests to join that wait for an officer (application.h)
 *     doorbell          FIFO: "I have written to the store"
 *     lock              held by the daemon while it runs
 *     reserve           to be given up when the disk is full (reserve.h)
 *     alarms            membership records that nobody here asked for, jumps of the clock (alarm.h)
 *     sealed/           what stays at home, value by value (vault/vault.h)
 *     logbook           what was sealed, opened and erased, and why (vault/logbook.h)
 *     scratch/          what a command copies for a while (report/scratch.h); gone when it ends
 *     attachment-faults peers that sent wrong contents (attachment/fault.h)
 *     address, link, clock   what the running daemon says about itself
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_NODE_HOME_H
#define YS_NODE_HOME_H

#include "crypto/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { YS_HOME_MAX = PATH_MAX - 128, YS_ADDRESS_MAX = 128 };

/* Plain value. */
struct ys_home {
    char path[YS_HOME_MAX];
};

/* `option` (may be NULL), else YISHI_HOME, else ~/.local/share/yishi. Touches no file. */
YS_CHECKED enum ys_code ys_home_choose(const char *option, struct ys_home *out, struct ys_err *err);
/* Path of a file in it, such as "keys/rc.key" (asserted to be short). */
void ys_home_path(const struct ys_home *home, const char *name, char out[PATH_MAX]);
/* Is there a node? YS_IO with the advice to run `yishi init` if not. */
YS_CHECKED enum ys_code ys_home_check(const struct ys_home *home, struct ys_err *err);

/* A folder of its own beside the home, with keys/ and store/ in it, to be filled and then moved to
 * its place in one step. YS_EXISTS when the home has anything in it. */
YS_CHECKED enum ys_code ys_home_begin(const struct ys_home *home, struct ys_home *new_out,
                                      struct ys_err *err);
YS_CHECKED enum ys_code ys_home_commit(const struct ys_home *home, const struct ys_home *made,
                                       struct ys_err *err);
/* Remove what ys_home_begin made. */
void ys_home_abort(const struct ys_home *made);

/* The daemon's lock, held until `fd_out` is closed or the process ends. YS_BUSY when another daemon
 * has it. */
YS_CHECKED enum ys_code ys_home_lock(const struct ys_home *home, int *fd_out, struct ys_err *err);
/* Does a daemon hold the lock? Takes nothing. */
bool ys_home_daemon_runs(const struct ys_home *home);

/* The daemon's end of the doorbell: made when it is missing; readable after a ring, non-blocking. */
YS_CHECKED enum ys_code ys_home_doorbell_open(const struct ys_home *home, int *fd_out,
                                              struct ys_err *err);
/* Wake the daemon, if one runs. Never waits. */
void ys_home_ring(const struct ys_home *home);

/* What the running daemon tells: the endpoint where children dial, and the state of the link to its
 * parent ("connected", or why not). Saving replaces; loading gives "" when there is none or no daemon
 * runs. */
YS_CHECKED enum ys_code ys_home_save_address(const struct ys_home *home, const char *endpoint,
                                             struct ys_err *err);
void ys_home_load_address(const struct ys_home *home, char out[YS_ADDRESS_MAX]);
YS_CHECKED enum ys_code ys_home_save_link(const struct ys_home *home, const char *state,
                                          struct ys_err *err);
void ys_home_load_link(const struct ys_home *home, char out[YS_ADDRESS_MAX]);
/* Seconds by which its clock is ahead of the parent's; 0 while they agree, or when it is not known. */
YS_CHECKED enum ys_code ys_home_save_clock(const struct ys_home *home, int64_t ahead_s,
                                           struct ys_err *err);
int64_t ys_home_load_clock(const struct ys_home *home);
/* Remove all of them. */
void ys_home_forget_daemon(const struct ys_home *home);

#endif
