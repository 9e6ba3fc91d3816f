#include "node/alarm.h"
#include "node/cmd.h"
#include "node/daemon.h"
#include "node/guard.h"
#include "node/journal.h"
#include "node/keystore.h"
#include "node/lang.h"
#include "node/node.h"
#include "node/report/scratch.h"
#include "node/reserve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { DIAL_DELAY_MAX_MS = 2000, OPEN_FILES = 65536 };

/* What one run holds, to be let go in the opposite order. */
struct run {
    struct ys_node node;
    struct ys_node_keys keys;
    int lock_fd, doorbell_fd, signal_fd;
    char guard_path[PATH_MAX];
};

typedef enum ys_code save_line(const struct ys_home *home, const char *text, struct ys_err *err);

/* What the daemon says about itself; for so much there is a reserve. */
static void save(const struct run *run, const char *name, save_line *to_file, const char *text)
{
    struct ys_err err = {0};
    enum ys_code code = to_file(&run->node.home, text, &err);
    if (code == YS_FULL && ys_reserve_give_up(&run->node.home))
        code = to_file(&run->node.home, text, &err);
    if (code != YS_OK)
        ys_journal_text(YS_PRIORITY_WARNING, name, "reason", err.msg);
}

static void ready(void *context, const char *endpoint)
{
    struct run *const run = context;
    if (endpoint != NULL)
        save(run, "address", ys_home_save_address, endpoint);
    ys_journal(YS_PRIORITY_INFO, "ready", "code=%s listen=%s", run->node.origin.division.digits,
               endpoint == NULL ? "-" : endpoint);
}

static void link_state(void *context, const char *state)
{
    save(context, "link", ys_home_save_link, state);
}

static void clock_state(void *context, int64_t ahead_s)
{
    const struct run *const run = context;
    struct ys_err err = {0};
    if (ys_home_save_clock(&run->node.home, ahead_s, &err) != YS_OK)
        ys_journal_text(YS_PRIORITY_WARNING, "clock", "reason", err.msg);
}

static void clock_jumped(void *context, int64_t jump_s, int64_t now_s)
{
    const struct run *const run = context;
    struct ys_alarms alarms;
    struct ys_err err = {0};
    enum ys_code code = ys_alarms_load(&run->node.home, &alarms, &err);
    if (code == YS_OK)
        code = ys_alarms_add_jump(&alarms, run->node.origin_text, jump_s,
                                  now_s < 0 ? 0 : (uint64_t)now_s, &err);
    if (code == YS_OK)
        code = ys_alarms_save(&run->node.home, &alarms, &err);
    if (code == YS_FULL && ys_reserve_give_up(&run->node.home))
        code = ys_alarms_save(&run->node.home, &alarms, &err);
    if (code != YS_OK)
        ys_journal_text(YS_PRIORITY_ERROR, "alarms", "reason", err.msg);
}

static void tell_alarms(const struct ys_alarms *alarms, size_t first)
{
    for (size_t i = first; i < alarms->count; i++) {
        const struct ys_alarm *const alarm = &alarms->alarm[i];
        char id[YS_RECORD_ID_TEXT_MAX];
        ys_record_id_print(&alarm->record, id);
        ys_journal(YS_PRIORITY_ALERT, "alarm", "record=%.16s kind=%s key=%s log=%s index=%llu", id,
                   alarm->kind, alarm->key, alarm->origin, (unsigned long long)alarm->index);
    }
}

/* Has somebody above said anything about us that we did not ask for? */
static void look_for_alarms(void *context, struct ys_txn *txn)
{
    struct run *const run = context;
    struct ys_own_keys own;
    struct ys_alarms alarms;
    struct ys_err err = {0};
    enum ys_code code = ys_own_keys_load(&run->node.home, &run->keys, &own, &err);
    if (code == YS_OK)
        code = ys_alarms_load(&run->node.home, &alarms, &err);
    if (code == YS_OK) {
        const size_t known = alarms.count;
        code = ys_alarms_find(txn, &run->node.origin.division, &own, &alarms, &err);
        tell_alarms(&alarms, known);
        if (alarms.count != known && ys_alarms_save(&run->node.home, &alarms, &err) != YS_OK)
            code = err.code;
    }
    if (code != YS_OK)
        ys_journal_text(YS_PRIORITY_ERROR, "alarms", "reason", err.msg);
}

static struct ys_link_settings links_of(const struct ys_node *node, const struct ys_config *config)
{
    struct ys_link_settings settings = {.count = 0};
    struct ys_link_setting *const link = settings.link;
    if (node->observer) {
        for (; settings.count < config->observed_count; settings.count++) {
            const struct ys_observed *const observed = &config->observed[settings.count];
            link[settings.count].host = observed->host;
            memcpy(link[settings.count].endpoint, observed->endpoint, sizeof observed->endpoint);
            memcpy(link[settings.count].public_key, observed->key, sizeof observed->key);
        }
    } else if (ys_division_parent(&node->origin.division, &link->host)) {
        settings.count = 1;
        snprintf(link->endpoint, sizeof link->endpoint, "%s", config->parent);
        memcpy(link->public_key, config->parent_key, sizeof link->public_key);
    }
    return settings;
}

static bool reload(void *context, struct ys_link_settings *out)
{
    struct run *const run = context;
    struct ys_config config;
    struct ys_err err = {0};
    if (ys_config_load(&run->node.home, &config, &err) != YS_OK) {
        ys_journal_text(YS_PRIORITY_WARNING, "settings", "reason", err.msg);
        return false;
    }
    *out = links_of(&run->node, &config);
    return true;
}

static bool reload_roots(void *context, struct ys_root_chain *out)
{
    struct run *const run = context;
    char path[PATH_MAX];
    struct ys_err err = {0};
    ys_home_path(&run->node.home, "root.pub", path);
    if (ys_roots_load(path, &run->node.origin, out, &err) == YS_OK)
        return true;
    ys_journal_text(YS_PRIORITY_WARNING, "root", "reason", err.msg);
    return false;
}

/* Signals come through a descriptor; they are blocked before the first thread starts. */
static enum ys_code take_signals(int *fd_out, struct ys_err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return ys_fail(err, YS_IO, "signals: %s", strerror(errno));
    signal(SIGPIPE, SIG_IGN);
    *fd_out = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return *fd_out < 0 ? ys_fail(err, YS_IO, "signals: %s", strerror(errno)) : YS_OK;
}

/* A listener needs a descriptor a child; take what the system allows. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= OPEN_FILES)
        return;
    limit.rlim_cur = limit.rlim_max < OPEN_FILES ? limit.rlim_max : OPEN_FILES;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        ys_journal(YS_PRIORITY_WARNING, "file_limit", "open_files=%llu",
                   (unsigned long long)limit.rlim_cur);
}

static enum ys_code open_run(struct run *run, const struct ys_call *call, struct ys_err *err)
{
    struct ys_node *const node = &run->node;
    enum ys_code code = ys_node_open(call->home, call->lang, node, err);
    if (code == YS_OK)
        code = ys_home_lock(&node->home, &run->lock_fd, err);
    if (code == YS_OK)
        ys_scratch_empty(node->home.path);
    if (code == YS_OK && !node->has_root)
        code = ys_fail(err, YS_IO, "%s: %s", node->home.path,
                       _("no root is pinned; give it with 'yishi join --root FILE'"));
    if (code == YS_OK)
        code = ys_keystore_load_node(&node->home, &node->origin, &run->keys, err);
    if (code == YS_OK)
        code = ys_home_doorbell_open(&node->home, &run->doorbell_fd, err);
    return code != YS_OK ? code : take_signals(&run->signal_fd, err);
}

static void close_run(struct run *run)
{
    const int fds[] = {run->signal_fd, run->doorbell_fd};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    ys_node_close(&run->node);
    ys_node_keys_clear(&run->keys);
    if (run->lock_fd >= 0) {
        ys_home_forget_daemon(&run->node.home);
        close(run->lock_fd);
    }
}

enum ys_code ys_cmd_run(const struct ys_call *call, struct ys_err *err)
{
    struct run run = {.lock_fd = -1, .doorbell_fd = -1, .signal_fd = -1};
    enum ys_code code = open_run(&run, call, err);
    if (code == YS_OK) {
        const char *const asked = ys_args_value(&call->args, "listen");
        const char *const listen = asked != NULL ? asked : run.node.config.listen;
        const bool community = ys_division_level(&run.node.origin.division) == YS_LEVEL_COMMUNITY;
        const bool district = ys_division_level(&run.node.origin.division) == YS_LEVEL_DISTRICT;
        ys_guard_path(&run.node.home, &run.node.config, run.guard_path);
        const struct ys_daemon_options options = {
            .store = run.node.store,
            .keys = &run.keys,
            .roots = &run.node.roots,
            .listen = community || run.node.observer || listen[0] == '\0' ? NULL : listen,
            .home = &run.node.home,
            .links = links_of(&run.node, &run.node.config),
            .guard_path = district && !run.node.observer ? run.guard_path : NULL,
            .doorbell_fd = run.doorbell_fd,
            .signal_fd = run.signal_fd,
            .dial_delay_max_ms = DIAL_DELAY_MAX_MS,
            .software = "yishi " YISHI_VERSION,
            .ready = ready,
            .link = link_state,
            .clock = clock_state,
            .jumped = clock_jumped,
            .membership = run.node.observer ? NULL : look_for_alarms,
            .reload = reload,
            .reload_roots = reload_roots,
            .context = &run,
        };
        raise_file_limit();
        code = ys_daemon_run(&options, err);
        ys_journal(YS_PRIORITY_INFO, "stopped", "code=%s", run.node.origin.division.digits);
    }
    close_run(&run);
    return code;
}
