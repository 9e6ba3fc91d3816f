/* One sync session between a node and its parent: a pure state machine.
 *
 * In: messages of the peer, results of commits, news that the own store changed.
 * Out: messages to the peer and changes asked of the store. It reads the store
 * through the read transaction of the current turn and knows neither clock, nor
 * network, nor threads, so that whole federations run in one process.
 *
 *     HELLO <-> HELLO -> HEADS -> WANT -> ENTRIES ... -> [commit] -> ACK, COSIGNED
 *     CONTENT_WANT -> CONTENT, for bodies that are absent
 *     BLOB_WANT -> BLOB, when there is nothing else to say (session_blob.h)
 *
 * Of the own log a child first gives what nobody has signed; the parent's ACK says
 * that it is on its disk, and only that is signed (session_own.c). So two copies of
 * one node cannot sign two histories, whenever they come and go.
 *
 * An observer only reads: it gets what a unit would that it observes, and whatever it sends but WANT, ACK and
 * CONTENT_WANT ends the session. Nothing is asked of it.
 *
 * Both ends run the same code; `role` says who dialled. What may be read and sent
 * is decided by the peer's division, which comes from its transport key and never
 * from what it says.
 *
 * Threads: the owner's. Memory: a small block a log that was talked about; a
 * fetch in progress holds about 3 KiB more. */
#ifndef YS_SYNC_SESSION_H
#define YS_SYNC_SESSION_H

#include "proto/message.h"
#include "sync/change.h"
#include "sync/member.h"
#include "sync/session_blob.h"

struct ys_session;

enum { YS_CLOCK_APART_MAX_S = 120 }; /* a person is told when two clocks differ by more */

/* CHILD dials PARENT and both give; READER (an observer) dials HOST, and only HOST gives. */
enum ys_session_role { YS_SESSION_CHILD, YS_SESSION_PARENT, YS_SESSION_READER, YS_SESSION_HOST };

struct ys_session_options {
    enum ys_session_role role;           /* ours */
    uint64_t id;                         /* not 0; comes back in changes and results */
    struct ys_division peer;             /* of the other end, by its transport key */
    uint8_t reader[YS_PUBKEY_LEN];       /* HOST: that key; its certificates say what it may read */
    uint8_t nonce[YS_SESSION_NONCE_LEN]; /* random; the child's choice */
    uint64_t credit;                     /* bytes of ENTRIES that may be under way to us */
    const char *software;                /* for HELLO; borrowed for the session's life */
};

/* What a session may use during one call. The transaction is a read transaction opened after the last
 * commit it was told about. */
struct ys_turn {
    const struct ys_store *store;
    struct ys_txn *txn;
    const struct ys_member *member;
    int64_t clock_ms;                 /* wall clock, only told to the peer */
    bool no_credit;                   /* our disk has no room: nothing more is to come */
    uint64_t own_heads_max;           /* heads of the own log above this size may not leave yet */
    const struct ys_blob_desk *blobs; /* who keeps attachments; NULL: nobody */
    void *context;
    /* May more ENTRIES be sent now? NULL: always. */
    bool (*has_room)(void *context);
    /* A message for the peer; the bytes are valid during the call. */
    void (*send)(void *context, struct ys_bytes message);
    /* A change asked of the store; ownership passes. */
    void (*change)(void *context, struct ys_change *change);
    /* Something a person should know: `code` says whose fault. One line. */
    void (*notice)(void *context, enum ys_code code, const char *text);
};

YS_CHECKED enum ys_code ys_session_new(const struct ys_session_options *options,
                                       struct ys_session **out, struct ys_err *err);
void ys_session_free(struct ys_session *session);
uint64_t ys_session_id(const struct ys_session *session);
const struct ys_division *ys_session_peer(const struct ys_session *session);

/* The child speaks first. */
YS_CHECKED enum ys_code ys_session_start(struct ys_session *session, struct ys_turn *turn,
                                         struct ys_err *err);
/* A message came. Anything but YS_OK ends the session: tell the peer with ys_session_refuse. */
YS_CHECKED enum ys_code ys_session_receive(struct ys_session *session, struct ys_turn *turn,
                                           struct ys_bytes message, struct ys_err *err);
/* A change that this session asked for was committed, or refused by its own fault. */
YS_CHECKED enum ys_code ys_session_committed(struct ys_session *session, struct ys_turn *turn,
                                             const struct ys_change_result *result,
                                             struct ys_err *err);
/* The store changed, by whatever cause: announce what the peer may see, serve what it waits for. */
YS_CHECKED enum ys_code ys_session_changed(struct ys_session *session, struct ys_turn *turn,
                                           struct ys_err *err);
/* There is room again: give the credit that was held back while `no_credit` was set. */
YS_CHECKED enum ys_code ys_session_grant(struct ys_session *session, struct ys_turn *turn,
                                         struct ys_err *err);
/* The membership changed: look again at heads whose keys were unknown. */
YS_CHECKED enum ys_code ys_session_member_changed(struct ys_session *session, struct ys_turn *turn,
                                                  struct ys_err *err);
/* A body came here that was absent: the peer is told, unless it was it who gave it. */
YS_CHECKED enum ys_code ys_session_content_here(struct ys_session *session, struct ys_turn *turn,
                                                const struct ys_change_result *filled,
                                                struct ys_err *err);
/* Entries came here of which some are absent: the peer is asked. Also the one that gave them: what it told
 * since, while they were on their way to our disk, was of nothing that we had. */
YS_CHECKED enum ys_code ys_session_content_lacks(struct ys_session *session, struct ys_turn *turn,
                                                 const struct ys_change_result *came,
                                                 struct ys_err *err);
/* Attachments. Whatever may be asked or answered now: at the end of each turn. */
YS_CHECKED enum ys_code ys_session_blob_tend(struct ys_session *session, struct ys_turn *turn,
                                             struct ys_err *err);
/* Answers of the desk. `offset`: what is here. YS_EXISTS: all of it; else it is given up. */
YS_CHECKED enum ys_code ys_session_blob_begun(struct ys_session *session, struct ys_turn *turn,
                                              const struct ys_hash *hash, uint64_t offset,
                                              enum ys_code result, struct ys_err *err);
/* `finished`: it was the last, and the whole has its name. YS_MALFORMED: the whole was not it. */
YS_CHECKED enum ys_code ys_session_blob_written(struct ys_session *session, struct ys_turn *turn,
                                                const struct ys_hash *hash, bool finished,
                                                enum ys_code result, struct ys_err *err);
YS_CHECKED enum ys_code ys_session_blob_read(struct ys_session *session, struct ys_turn *turn,
                                             const struct ys_blob_piece *piece, struct ys_err *err);
/* A file is here now: a peer that asked in vain is told. */
YS_CHECKED enum ys_code ys_session_blob_held(struct ys_session *session, struct ys_turn *turn,
                                             const struct ys_hash *hash, struct ys_err *err);
/* What it asked for in vain; valid until the session is called again. */
unsigned ys_session_blob_missed(const struct ys_session *session, const struct ys_hash **out);
/* The peer has not gone on with it: somebody else may. */
void ys_session_blob_give_up(struct ys_session *session, struct ys_turn *turn,
                             const struct ys_hash *hash);
/* Send an ERROR with this failure. The owner closes afterwards. */
void ys_session_refuse(struct ys_session *session, struct ys_turn *turn, const struct ys_err *why,
                       uint32_t retry_after_s);
/* Send BYE before an orderly end. */
void ys_session_bye(struct ys_session *session, struct ys_turn *turn, const char *reason);

/* How much of the own log may be signed now: what the parent has on its disk, with our root there. 0
 * without a session that fits (DESIGN.md 5); when it does not, the session asks for the log to be recovered by
 * itself. `session` may be NULL. */
uint64_t ys_session_agreed(const struct ys_session *session, struct ys_hash *root_out);
/* Seconds after which the peer's ERROR lets us come again; 0 when it said nothing of that. */
uint32_t ys_session_retry_after_s(const struct ys_session *session);
/* The peer's wall clock when it said HELLO, in milliseconds. */
int64_t ys_session_peer_clock_ms(const struct ys_session *session);
/* Have both HELLOs been exchanged? */
bool ys_session_open(const struct ys_session *session);

/* May a peer of division `peer`, who is our child or our parent as `role` (ours) says, be given the log
 * of `origin`; may it give it to us? A READER gives nothing, a HOST takes nothing; what a HOST gives its
 * reader's certificates say (session_scope.c). */
bool ys_scope_provides(enum ys_session_role role, const struct ys_division *self,
                       const struct ys_division *peer, const struct ys_division *origin);
bool ys_scope_receives(enum ys_session_role role, const struct ys_division *self,
                       const struct ys_division *peer, const struct ys_division *origin);

#endif
