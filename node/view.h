/* What commands print on standard output: one table of functions, once as text for
 * people and once as JSON.
 *
 * JSON fields are only ever added. Foreign text on a terminal loses its control and
 * direction characters. Nothing here reads the store. Threads: main. Memory: jansson's. */
#ifndef YS_NODE_VIEW_H
#define YS_NODE_VIEW_H

#include "node/alarm.h"
#include "node/application.h"
#include "node/attachment/fault.h"
#include "node/attachment/survey.h"
#include "node/audit/audit.h"
#include "node/audit/sample.h"
#include "node/check.h"
#include "node/dossier.h"
#include "node/evidence/evidence.h"
#include "node/exhibit.h"
#include "node/indicators/indicators.h"
#include "node/invite.h"
#include "node/process.h"
#include "node/rules/finding.h"

/* init: a new home. */
struct ys_view_made {
    const char *home, *origin, *root_fingerprint; /* fingerprint "" without a root */
    const struct ys_body_names *bodies;
    unsigned root_key_count; /* root keys that were made here: to be taken offline */
    const char *guard_path;  /* of a district (guard.h); else NULL */
    bool has_vault;          /* a key for sealed values was made (vault/vault_key.h) */
};

/* key list. */
struct ys_view_keys {
    const char *log, *mirror, *transport, *root_fingerprint;
    size_t body_count;
    struct {
        const char *body;
        char key[YS_VKEY_TEXT_MAX];
    } body[YS_KEYSTORE_BODIES_MAX];
};

/* root policy and root next: a root file as it is now. */
struct ys_view_root_policy {
    const char *file, *fingerprint;
    unsigned policies, keys, threshold; /* of the last policy */
    bool has_next;
};
/* root request and root sign. */
struct ys_view_root_request {
    const char *file, *deployment, *code, *fingerprint;
    unsigned policy, policies, keys, threshold, have_signed;
    size_t record_count;
    struct {
        const char *kind, *id;
        json_t *body;
    } record[1 + YS_KEYSTORE_BODIES_MAX];
};

/* publish, and each record of admit. */
struct ys_view_written {
    const char *origin, *id, *kind, *subject, *text;
    size_t signer_count;
    const char *signer[YS_EXHIBIT_SIGNERS_MAX];
    bool dry;   /* nothing was written: index and size mean nothing */
    bool waits; /* appended when the own log is recovered: the same */
    uint64_t index, size;
    const json_t *body;    /* of a dry run */
    const json_t *preview; /* the same; printed by itself for people */
};

/* new, and each draft of draft list: what it is and who has to do what. */
enum ys_view_draft_state {
    YS_VIEW_DRAFT_WRITING,  /* it can still be changed */
    YS_VIEW_DRAFT_SIGNING,  /* its text is fixed; somebody has to sign */
    YS_VIEW_DRAFT_COMPLETE, /* it may be published */
    YS_VIEW_DRAFT_BROKEN    /* `why` says what is wrong with the file */
};
struct ys_view_draft {
    unsigned no;
    const char *path;
    const struct ys_kind *kind; /* NULL when broken */
    const char *subject;
    enum ys_view_draft_state state;
    unsigned signed_by, lacking; /* enum ys_body_class */
    const char *id;              /* "" while it is being written */
    const char *why;
    const json_t *body; /* of draft show; NULL otherwise */
};

/* join: the request is written. */
struct ys_view_joined {
    const char *request, *code, *parent, *root_fingerprint;
};

/* invite: the token, and what it says. */
struct ys_view_invited {
    const struct ys_token *token;
    const char *text;
};

/* join over the wire: what the parent says. */
struct ys_view_asked {
    bool admitted; /* else pending */
    const struct ys_offer *offer;
    const char *parent, *address, *root_fingerprint;
};

/* admit: who asks. */
struct ys_view_applicant {
    const struct ys_application *application;
    bool conflict; /* another one asks for the same code */
};

/* admit: what the child needs. */
struct ys_view_admitted {
    const char *code, *name;
    bool already, dry, over_wire; /* over the wire the child knows all it needs */
    size_t record_count;
    struct ys_view_written record[2 + YS_KEYSTORE_BODIES_MAX];
    const char *address, *key, *root_fingerprint; /* address "" when it is not known */
};

/* observers. */
struct ys_view_observer {
    const char *code, *name, *issuer, *fingerprint;
    uint64_t index; /* of its certificate, in the issuer's log */
};

/* status. */
struct ys_view_receipt {
    bool there;
    uint64_t size, time_s;
};
enum { YS_VIEW_WITNESSES_MAX = 4 };
struct ys_view_log {
    struct ys_log log;
    const char *name;
    uint64_t head_size; /* 0 without a head */
    uint64_t verdicts[YS_VERDICTS];
    size_t receipt_count;
    struct {
        const char *witness, *level;
        uint64_t size, time_s;
    } receipt[YS_VIEW_WITNESSES_MAX];
};
/* Where the store lies, and who reads it. */
struct ys_view_ground {
    const char *home;
    bool is_short, reserved;
    uint64_t free_bytes, needed_bytes;
    uint64_t store_bytes, held_bytes; /* of these a reader keeps so much from being used again */
    unsigned readers;
    uint64_t lag; /* of the oldest, in transactions */
    int64_t pid;  /* of the oldest; 0 without one */
    bool process_known;
    struct ys_process process;
};
/* How the times that cosignatures carry fit to the clock of this machine, in seconds; 0 where they do. */
struct ys_view_clock {
    uint64_t witness_time_s; /* of the newest cosignature given here, when it lies ahead */
    uint64_t witness_ahead_s;
    /* Above 0: the newest receipt lies ahead of the clock. Below: it is older than the newest record that
     * it covers. */
    int64_t street_s, district_s;
};
struct ys_view_status {
    const char *deployment, *code, *name, *level, *origin;
    uint64_t size;
    bool has_street, has_district; /* does this unit have them above it? */
    struct ys_view_receipt street, district;
    const char *parent; /* "" without */
    bool connected;
    const char *link; /* what the daemon says of it; "" when unknown */
    bool running;
    const char *address;   /* of the running daemon; "" when it does not listen */
    int64_t clock_ahead_s; /* of the parent's; 0 while they agree */
    uint64_t waiting;      /* records that wait for the recovery of the own log */
    size_t observers;      /* who may read here */
    bool observes;         /* this node itself only reads */
    size_t requests;       /* to join, that wait for an officer */
    size_t log_count;
    const struct ys_view_log *log;
    const struct ys_alarms *alarms; /* those that are open are shown */
    struct ys_view_clock clock;
    struct ys_view_ground ground;
    uint64_t logbook_lines; /* what was sealed, opened and erased here */
    bool logbook_broken;
    const char *logbook; /* why, in words; "" for a good one */
    struct ys_attachment_sums attachments;
    const struct ys_blob_faults *faults;
};

/* recover: how the own log stands, and what was decided. */
struct ys_view_recovery {
    const char *origin;
    enum ys_log_state state;
    uint64_t size, head_size, waiting;
    const char *guard_path; /* NULL without a guard: then the parent guards */
    const char *finding;    /* of the guard, in words */
    bool fits, accepted;
    uint64_t guarded; /* size that the guard says was signed */
};

/* verify: one log, or the tables that span them all (`is_log` false, with problems only). */
enum { YS_VIEW_PROBLEMS_MAX = 8 };
struct ys_view_verified {
    bool is_log;
    const char *origin, *code; /* of a log */
    uint64_t size, heads, cosignatures, absent_bodies, tombstones;
    uint64_t verdicts[YS_VERDICTS];
    uint64_t problem_count;                  /* also those that are not listed */
    char problem[YS_VIEW_PROBLEMS_MAX][440]; /* "<log or table>: <finding>" */
};

/* audit: what it rested on, and what came of it. */
struct ys_view_audit_end {
    const char *root; /* fingerprint of the pinned root */
    uint64_t at_s;
    const struct ys_audit_totals *totals;
};

/* audit --commit and --sample. */
struct ys_view_committed {
    const char *file, *purpose;
};
struct ys_view_drawn {
    size_t number; /* from 1 */
    const struct ys_drawn *drawn;
};
struct ys_view_sample {
    const uint8_t *nonce; /* YS_NONCE_LEN bytes */
    const struct ys_sample *sample;
};

/* recover of another unit's log: what was dropped to be fetched again. */
struct ys_view_healed {
    const char *origin;
    uint64_t flaws, size, kept; /* no flaws: nothing was done */
};

/* prove and export: what was written, and where. */
struct ys_view_proved {
    const char *file, *id, *origin; /* id NULL: proof of a fork */
    uint64_t index;
    size_t bytes;
};
struct ys_view_exported {
    const char *folder, *origin;
    uint64_t size;
};

struct ys_view_evidence {
    const char *matter, *folder, *archive;
    const struct ys_evidence_made *made;
};

/* check: the steps that were made, and what came of them. */
enum { YS_VIEW_STEPS_MAX = 64, YS_VIEW_STEP_TEXT_MAX = 400 };
struct ys_view_step {
    enum ys_check_step step;
    char text[YS_VIEW_STEP_TEXT_MAX];
};
struct ys_view_checked {
    size_t step_count;
    struct ys_view_step step[YS_VIEW_STEPS_MAX];
    const char *reason;                   /* NULL when everything held; else what did not */
    const struct ys_check_result *result; /* NULL with a reason, and for a fork proof */
    const struct ys_checkpoint *fork[2];  /* of a fork proof that holds: the two heads; else NULL */
    const json_t *body;                   /* what the record says; NULL when that is not known */
};

struct ys_view {
    void (*made)(const struct ys_view_made *made);
    void (*keys)(const struct ys_view_keys *keys);
    void (*new_key)(const char *body, const char *key);
    void (*root_key)(const char *file, const char *key);
    void (*root_policy)(const struct ys_view_root_policy *policy);
    void (*root_request)(const struct ys_view_root_request *request);
    void (*written)(const struct ys_view_written *written);
    void (*drafted)(const char *file, size_t records);
    void (*draft)(const struct ys_view_draft *draft);
    void (*kind)(const struct ys_kind *kind, const char *signers);
    void (*joined)(const struct ys_view_joined *joined);
    void (*invited)(const struct ys_view_invited *invited);
    void (*invite)(const struct ys_invite *invite, enum ys_invite_state state);
    void (*asked)(const struct ys_view_asked *asked);
    void (*applicant)(const struct ys_view_applicant *applicant);
    void (*observer)(const struct ys_view_observer *observer);
    void (*admitted)(const struct ys_view_admitted *admitted);
    /* log: a heading, then one a record. */
    void (*log_begin)(const struct ys_log *log, const char *name);
    void (*log_entry)(const struct ys_exhibit *exhibit);
    void (*record)(const struct ys_exhibit *exhibit);
    void (*status)(const struct ys_view_status *status);
    void (*recovery)(const struct ys_view_recovery *recovery);
    void (*verified)(const struct ys_view_verified *verified);
    void (*committed)(const struct ys_view_committed *committed);
    void (*drawn)(const struct ys_view_drawn *drawn);
    void (*sample)(const struct ys_view_sample *sample);
    void (*healed)(const struct ys_view_healed *healed);
    void (*audited)(const struct ys_audit_line *line);
    void (*audit_end)(const struct ys_view_audit_end *end);
    void (*proved)(const struct ys_view_proved *proved);
    void (*evidence)(const struct ys_view_evidence *evidence);
    void (*exported)(const struct ys_view_exported *exported);
    void (*exported_tables)(const char *folder, const char *hash);
    void (*checked)(const struct ys_view_checked *checked);
    void (*matter)(const struct ys_dossier *dossier);
    void (*matter_line)(const struct ys_dossier_head *head);
    void (*task)(const struct ys_dossier_task *task);
    void (*rule)(const struct ys_rule *rule);
    void (*rule_line)(const struct ys_rule *rule);
    void (*finding)(const struct ys_finding *finding);
    void (*finding_count)(const struct ys_finding *finding,
                          unsigned count); /* of its rule and unit */
    void (*duty)(const struct ys_duty *duty);
    void (*indicator)(const struct ys_indicator *indicator);
    void (*indicator_line)(const struct ys_indicator *indicator);
    void (*version)(const char *version);
};
extern const struct ys_view ys_view_text, ys_view_json;

/* Copy without control characters (C0, C1, DEL) and without characters that turn the direction of
 * writing; cut at a whole character when `out` is too small. */
void ys_view_clean(const char *text, char *out, size_t size);
/* Let what is printed wait in memory, up to a few MiB: while the store is being read, nobody waits for a
 * slow reader of standard output, such as a pager. */
void ys_view_hold(void);
/* Does so much wait that it should be let go, outside of a transaction? */
bool ys_view_held_much(void);
/* Everything printed reached standard output. YS_IO otherwise. */
YS_CHECKED enum ys_code ys_view_flush(struct ys_err *err);

#endif
