/* The options of each command, which cmd_table.c hands to it. Nobody else includes this. */
#ifndef YS_NODE_CMD_OPTIONS_H
#define YS_NODE_CMD_OPTIONS_H

#include "node/cmd.h"

extern const struct ys_option ys_init_options[], ys_key_options[], ys_invite_options[],
    ys_root_options[], ys_observers_options[], ys_join_options[], ys_admit_options[],
    ys_matter_options[], ys_inbox_options[], ys_rules_options[], ys_findings_options[],
    ys_audit_options[], ys_report_options[], ys_run_options[], ys_new_options[], ys_draft_options[],
    ys_attach_options[], ys_attachment_options[], ys_publish_options[], ys_sign_options[],
    ys_seal_options[], ys_unseal_options[], ys_open_commitment_options[], ys_log_options[],
    ys_show_options[], ys_prove_options[], ys_ballot_options[], ys_poster_options[],
    ys_check_options[], ys_export_options[], ys_recover_options[], ys_status_options[],
    ys_backup_options[], ys_erase_options[], ys_no_options[];

#endif
