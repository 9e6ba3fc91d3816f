/* What the files of the daemon share: daemon.c runs the loop, daemon_peers.c keeps
 * the sessions, daemon_links.c dials, daemon_join.c hears who wants to join, daemon_store.c follows the
 * store, daemon_erase.c carries out erasures, daemon_guard.c minds the guard, daemon_space.c room on the
 * disk and readers, daemon_blobs.c attachments, daemon_watch.c the connections, daemon_clock.c the wall
 * clock. Nobody else includes this. */
#ifndef YS_NODE_DAEMON_STATE_H
#define YS_NODE_DAEMON_STATE_H

#include "node/committer.h"
#include "node/daemon.h"
#include "node/invite.h"
#include "node/outbox.h"
#include "node/quota.h"
#include "node/verifier.h"
#include "sync/poll.h"
#include "sync/session.h"
#include "sync/zmq_link.h"

#include <sys/types.h>

/* One end of a link: a child or an observer that dialled us, or the parent, or one whom we observe, that we
 * dialled. */
struct ys_peer {
    struct ys_peer *next;
    struct ys_daemon *daemon;
    struct ys_link *link;       /* that we dialled; NULL: it dialled us */
    bool observer;              /* it dialled us, and only reads */
    struct ys_route route;      /* of who dialled us */
    uint8_t key[YS_PUBKEY_LEN]; /* likewise */
    struct ys_session *session;
    struct ys_outbox outbox;
    struct ys_err failure;  /* set: to be dropped at the end of the turn */
    bool no_wish;           /* there is no attachment that it could bring: not looked for again */
    uint32_t retry_after_s; /* to tell it then */
};

/* A connection that asked to join; `heard` 0: none. */
struct ys_applicant {
    struct ys_route route;
    unsigned heard; /* messages of it */
    bool ended;     /* it misbehaved: not listened to any more */
    uint8_t nonce[YS_SESSION_NONCE_LEN];
    uint8_t *join; /* heap; packed Join that waits for an officer, else NULL */
    size_t join_size;
};
enum { YS_APPLICANTS_MAX = 64 };

/* A link that we dial. */
struct ys_link {
    struct ys_link_setting setting;
    const char *state; /* as last told */
    struct ys_dialer *dialer;
    bool greeted;     /* the session has begun */
    int64_t began_ms; /* this attempt */
    int64_t next_ms;
    int64_t delay_ms;
    int64_t floor_ms; /* least delay after this connection */
};

/* What is cosigned and not written down yet. */
struct ys_receipting {
    struct ys_receipts_cursor cursor;
    struct ys_receipts_news news;
    uint64_t changed; /* looked at up to here */
    bool asked;       /* a RECEIPTS is on its way */
};

/* Room on the disk, and who keeps some of the store's from being used. */
struct ys_spacing {
    bool is_short; /* no credit is given */
    bool told;     /* that the reserve cannot be made */
    int64_t looked_ms, cleared_ms;
    int64_t reader_pid; /* of the reader that was told of */
    uint64_t reader_txn;
    uint64_t last_txn; /* up to which was looked who has written */
};

/* Offsets are milliseconds by which a wall clock is before the clock of the timers. */
struct ys_clocking {
    int64_t offset_ms, parent_offset_ms;
    bool offset_known, parent_known;
    int64_t looked_ms, slept_ms; /* when looked at last, and how long the machine had slept */
    int64_t told_s;              /* ahead of the parent's */
};

/* What was erased by law. */
struct ys_erasing {
    bool moved;      /* records or verdicts are new: look */
    bool all;        /* the membership is another: look at all */
    bool wipe_moved; /* see whether the file is to be overwritten */
    bool begun;      /* the first look is done */
    bool carry;      /* the rest of the home is to be seen to */
    bool told;       /* that it cannot be overwritten yet */
    bool heard;      /* all that the parent told is on the disk */
    int64_t next_ms;
    struct ys_overwriter *overwriter; /* NULL: the file is not being overwritten */
    uint64_t wiping;                  /* erasures that it sees to */
    uint64_t wiped; /* erasures after which this process has overwritten the file */
    pid_t child;    /* 'yishi erase', 0: none */
};

struct ys_daemon {
    const struct ys_daemon_options *options;
    void *zmq;
    struct ys_zap *zap;
    struct ys_listener *listener;
    struct ys_committer *committer;
    struct ys_verifier *verifier;
    struct ys_member *member;
    struct ys_division self;
    bool has_parent;
    bool observer; /* this node only reads: it signs and cosigns nothing */
    struct ys_peer *peers;
    struct ys_invites invites;
    struct ys_applicant applicant[YS_APPLICANTS_MAX];
    size_t applicant_next; /* place that the next new one takes */
    struct ys_link links[YS_LINKS_MAX];
    size_t link_count;
    uint64_t sessions_made, dials;
    uint64_t own_size;               /* of the own log, as last seen */
    bool signing;                    /* a SIGN_OWN is on its way */
    struct ys_receipting receipting; /* of a street or district */
    bool guard_fits;                 /* also without a guard: what is here may be signed further */
    bool guard_told;                 /* that it does not fit */
    bool guard_waits;                /* for room on the disk: a signed head does not leave */
    struct ys_spacing space;
    struct ys_clocking clock;
    struct ys_erasing erasing;
    struct ys_blobbing *blobs; /* attachments; NULL: none are kept */
    bool mending;              /* a RECOVER or RESUME of ours is on its way */
    uint64_t guarded_size;     /* own heads up to this size may leave */
    bool membership_moved;     /* rebuild at the end of the turn */
    bool applicants_moved;     /* look at the end of the turn who was admitted or refused */
    bool store_moved;          /* tell the sessions at the end of the turn */
    bool ending;
    int64_t now_ms;    /* monotonic, of this turn */
    int64_t looked_ms; /* at the children's connections */
    struct ys_quota quota;
    struct ys_err fatal; /* the node must end */
};

/* --- daemon_peers.c, daemon_links.c --- */
/* Read transaction of a turn and a turn for one peer; the transaction is opened when first needed. */
struct ys_daemon_turn {
    struct ys_daemon *daemon;
    struct ys_txn *txn;
};
enum ys_code ys_daemon_turn_open(struct ys_daemon_turn *turn, struct ys_err *err);
void ys_daemon_turn_close(struct ys_daemon_turn *turn);

bool ys_daemon_allows(void *context, const uint8_t key[YS_PUBKEY_LEN]);
enum ys_code ys_daemon_hear_children(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                     struct ys_err *err);
/* Take the links of the settings. */
void ys_daemon_begin_links(struct ys_daemon *daemon, int64_t first_ms);
/* Move on with every link that we dial: dial, greet, hear, give up. */
enum ys_code ys_daemon_tend_links(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                  struct ys_err *err);
/* Milliseconds of the monotonic clock at which the next is to be dialled; INT64_MAX: none. */
int64_t ys_daemon_next_dial_ms(const struct ys_daemon *daemon);
void ys_daemon_dial_now(struct ys_daemon *daemon);
/* Take up changed links; an open one to another address than now is given up. */
void ys_daemon_reload(struct ys_daemon *daemon);
struct ys_peer *ys_daemon_peer(struct ys_daemon *daemon, uint64_t session_id);
/* Of a link that we dialled; NULL while nothing is spoken over it. */
struct ys_peer *ys_daemon_peer_of(struct ys_daemon *daemon, const struct ys_link *link);
struct ys_peer *ys_daemon_parent(struct ys_daemon *daemon);
enum ys_code ys_daemon_new_peer(struct ys_daemon *daemon, const struct ys_session_options *options,
                                struct ys_peer **out, struct ys_err *err);
/* Send what waits, drop who failed. True while something still waits. */
bool ys_daemon_flush(struct ys_daemon *daemon, struct ys_daemon_turn *turn);
void ys_daemon_drop_peers(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                          const char *reason);
/* Say goodbye to everybody; who still may comes again, and both ends say HELLO. */
void ys_daemon_greet_again(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                           const char *reason);
/* A turn of one peer; what it fails with ends the peer, unless it is our own fault. */
struct ys_turn ys_daemon_peer_turn(struct ys_peer *peer, struct ys_daemon_turn *turn);
void ys_daemon_peer_failed(struct ys_peer *peer, enum ys_code code, const struct ys_err *err);

/* --- daemon_guard.c --- */
/* Compare guard and store: at the start, after a decision of the operator, and when the own log was
 * fetched from elsewhere. */
enum ys_code ys_daemon_guard_look(struct ys_daemon *daemon, struct ys_txn *txn, struct ys_err *err);
/* A head of the own log was signed: it may leave when the guard is on the disk. Without room for that,
 * `guard_waits`, and YS_OK. */
enum ys_code ys_daemon_guard_signed(struct ys_daemon *daemon, struct ys_txn *txn,
                                    struct ys_err *err);
/* --- daemon_space.c --- */
/* Once a second: is the store where it was, is there room, who reads, who has written? An error ends the daemon. */
enum ys_code ys_daemon_look_at_space(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                     struct ys_err *err);
/* So that what must be written now can be. */
void ys_daemon_give_up_reserve(struct ys_daemon *daemon);

/* --- daemon_blobs.c --- */
enum ys_code ys_daemon_blobs_open(struct ys_daemon *daemon, struct ys_err *err);
void ys_daemon_blobs_close(struct ys_daemon *daemon);
/* Readable when its threads have something; -1: none are kept. */
int ys_daemon_blobs_fd(const struct ys_daemon *daemon);
const struct ys_blob_desk *ys_daemon_blobs_desk(const struct ys_daemon *daemon);
void ys_daemon_blobs_take(struct ys_daemon *daemon, struct ys_daemon_turn *turn);
/* The folder, or whose records count, may be another now. */
void ys_daemon_blobs_moved(struct ys_daemon *daemon);
/* Verdicts have come: of records that name attachments, perhaps. */
void ys_daemon_blobs_judged(struct ys_daemon *daemon);
/* The membership changed: other records may count soon. */
void ys_daemon_blobs_rejudged(struct ys_daemon *daemon);
/* These entries are new. */
void ys_daemon_blobs_heard(struct ys_daemon *daemon, struct ys_txn *txn, uint32_t log_id,
                           uint64_t first, uint64_t count);
/* At the end of each turn, when everything else was said. */
void ys_daemon_blobs_tend(struct ys_daemon *daemon, struct ys_daemon_turn *turn);
/* A session begins: what was missing at this peer may be there now. */
void ys_daemon_blobs_met(struct ys_peer *peer);
/* This peer goes. */
void ys_daemon_blobs_left(struct ys_peer *peer);
int64_t ys_daemon_blobs_wait_ms(const struct ys_daemon *daemon, int64_t wait_ms);

/* --- daemon_clock.c --- */
/* The parent has said what its wall clock is. */
void ys_daemon_parent_clock(struct ys_daemon *daemon, int64_t clock_ms);
/* Once a second: did ours jump, does it differ from the parent's? */
void ys_daemon_look_at_clock(struct ys_daemon *daemon);

/* --- daemon_erase.c --- */
/* Look at what is to be erased, when it is time; needs no transaction to be open, and closes that of the
 * turn. */
enum ys_code ys_daemon_erase(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                             struct ys_err *err);
/* Wait for the process that was begun. */
void ys_daemon_erase_end(struct ys_daemon *daemon);

/* End sessions with children whose keys the membership does not have any more. */
void ys_daemon_expel(struct ys_daemon *daemon);

/* --- daemon_join.c --- */
/* Read the invitations of the home again. */
void ys_daemon_reload_invites(struct ys_daemon *daemon);
/* Is this the one-time key of an invitation, open or lately ended? It may speak JOIN only. */
bool ys_daemon_invited(const struct ys_daemon *daemon, const uint8_t key[YS_PUBKEY_LEN]);
/* A message of a connection that has no session: of an invitation's key (`node` NULL), or a JOIN of an
 * enrolled child. Answers it. False when the key is of neither. */
bool ys_daemon_hear_applicant(struct ys_daemon *daemon, const struct ys_route *route,
                              const uint8_t key[YS_PUBKEY_LEN], const struct ys_member_node *node,
                              struct ys_bytes message);
bool ys_daemon_is_join(struct ys_bytes message);
/* Tell those who wait that they were admitted or refused. */
void ys_daemon_tell_applicants(struct ys_daemon *daemon);
void ys_daemon_forget_applicants(struct ys_daemon *daemon);

/* --- daemon_watch.c --- */
/* Look at the children's connections, when it is time: cut who sends without end. */
enum ys_code ys_daemon_watch(struct ys_daemon *daemon, struct ys_err *err);
/* `wait_ms`, or less when a look is due before. */
int64_t ys_daemon_watch_wait_ms(const struct ys_daemon *daemon, int64_t wait_ms);
/* A line of the journal about a peer, within its quota. `key`: its transport key, NULL when unknown.
 * `code`: NULL: the unit whose key that is. */
void ys_daemon_tell_of(struct ys_daemon *daemon, enum ys_priority priority, const char *event,
                       const uint8_t *key, const char *code, const char *reason);

/* --- daemon_store.c --- */
/* First look at the store: membership, and what was never judged. */
enum ys_code ys_daemon_begin(struct ys_daemon *daemon, struct ys_err *err);
/* Queue for judging whatever of every log, or only of those that a rebuild has `touched`, has one of the
 * verdicts in `which` (verifier.h). */
enum ys_code ys_daemon_judge(struct ys_daemon *daemon, struct ys_txn *txn, unsigned which,
                             bool touched, struct ys_err *err);
/* Results of the writer. */
enum ys_code ys_daemon_take_results(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                    struct ys_err *err);
/* Has another process appended to the own log? In a new transaction. */
enum ys_code ys_daemon_look_at_own(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                   struct ys_err *err);
/* Another process rang: it has appended to the own log, or something else is new. */
enum ys_code ys_daemon_doorbell(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                                struct ys_err *err);
/* End of a turn: rebuild the membership, tell the sessions, write receipts, sign the own head. */
enum ys_code ys_daemon_settle(struct ys_daemon *daemon, struct ys_daemon_turn *turn,
                              struct ys_err *err);

#endif
