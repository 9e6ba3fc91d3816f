/* The subcommands: one table, one file each (cmd_<name>.c), and the way from a
 * result code to an exit status.
 *
 * A command prints data on standard output and returns; main.c prints the one line
 * of a failure. Threads: main only. */
#ifndef YS_NODE_CMD_H
#define YS_NODE_CMD_H

#include "node/args.h"

struct ys_call;

struct ys_cmd {
    const char *name;
    enum ys_code (*run)(const struct ys_call *call, struct ys_err *err);
    const char *words;   /* what may stand beside options: "FILE|-", or "" */
    const char *summary; /* these three are marked with N_() */
    const char *about;   /* what it does, in lines of help text */
    const char *example; /* lines to copy, without "yishi" and not translated */
    const struct ys_option *options;
    size_t words_min, words_max;
};

/* One call of one command. */
struct ys_call {
    const struct ys_cmd *cmd;
    const char *home; /* --home, or NULL */
    const char *lang; /* --lang, or NULL */
    bool json;
    struct ys_args args; /* its own options, and the global ones */
};

/* Options that every command takes. */
extern const struct ys_option ys_cmd_globals[];
const struct ys_cmd *ys_cmd_table(size_t *count_out);
const struct ys_cmd *ys_cmd_find(const char *name);
/* Help of one command on standard output. */
void ys_cmd_print_help(const struct ys_cmd *cmd);

/* 0 ok, 1 failed check or refused, 2 usage, 3 environment. */
int ys_cmd_exit_status(enum ys_code code);

YS_CHECKED enum ys_code ys_cmd_init(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_key(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_invite(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_observers(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_root(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_join(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_admit(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_recover(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_run(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_new(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_draft(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_attach(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_preview(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_ballot(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_poster(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_attachment(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_publish(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_log(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_show(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_indicators(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_rules(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_findings(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_sign(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_status(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_verify(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_audit(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_prove(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_check(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_export(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_matter(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_inbox(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_backup(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_erase(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_report(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_reindex(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_seal(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_unseal(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_open_commitment(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_version(const struct ys_call *call, struct ys_err *err);
YS_CHECKED enum ys_code ys_cmd_help(const struct ys_call *call, struct ys_err *err);

/* Of admit, for `invite --wait`: sign the records that the request needs, tell the daemon. The caller
 * has shown it. */
struct ys_node;
struct ys_application;
YS_CHECKED enum ys_code ys_admit_application(const struct ys_call *call, const struct ys_node *node,
                                             const struct ys_application *application,
                                             struct ys_err *err);

#endif
