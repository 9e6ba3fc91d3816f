/* What the files of a session share: session.c opens and announces, session_own.c
 * agrees on the own log, session_news.c hears what the peer has, session_heads.c
 * looks at signed heads, session_receive.c takes entries, session_serve.c gives,
 * session_fork.c accuses, session_blob.c exchanges attachments, session_content.c asks
 * again for bodies that are absent. Tests apart, nobody else includes this. */
#ifndef YS_SYNC_SESSION_STATE_H
#define YS_SYNC_SESSION_STATE_H

#include "sync/session.h"

enum { YS_EXCHANGED = 4, YS_OFFERS = 4 };

/* A head that was sent ahead of its entries, and how far these have come. */
struct ys_fetch {
    struct ys_frontier received; /* with what is on its way to the disk */
    uint64_t began;              /* size when it began */
    uint64_t durable;
    uint64_t goal;   /* size at which it ends */
    bool introduced; /* the log's key is known and the target verified */
    bool has_key;
    struct ys_vkey key; /* of the log, as soon as it is known */
    struct ys_checkpoint target;
    size_t
        target_size; /* bytes of the signed target, lines verified when introduced; 0: unsigned */
    uint8_t target_note[YS_HEAD_MAX];
};

/* One log as seen by this session. */
struct ys_peer_log {
    char origin[YS_KEY_NAME_MAX + 1];
    struct ys_division division;
    bool wanted;            /* a WANT has to be sent for `fetch` */
    bool asked;             /* one was sent: the peer goes on by itself */
    uint64_t asked_from;    /* what it said */
    uint64_t tail_size;     /* of a child's unsigned end, told before the log's key was known */
    uint64_t stated;        /* of a child's own log: the size on our disk that it was told last */
    bool rewinding;         /* a REWIND is on its way */
    bool fork_told;         /* the peer knows of its two histories */
    struct ys_fetch *fetch; /* NULL unless we are behind a head of the peer's */
    struct ys_bytes offer[YS_OFFERS]; /* signed heads to be looked at again; heap */
    uint64_t ahead;      /* the smallest of these that waits for entries over another link; or 0 */
    bool given_up;       /* it tells two histories: nothing more of it in this session */
    bool serving;        /* the peer asked for it */
    uint64_t next_index; /* first entry it has not been sent */
    struct ys_hash exchanged[YS_EXCHANGED]; /* heads that both ends have seen; a ring */
    unsigned exchanged_at;
};

/* Bodies that are absent at one end and may be at the other. The walk over what is absent here begins anywhere, by
 * the session's nonce: where a session ends early another begins elsewhere. */
enum {
    YS_CONTENT_AGAIN = 64, /* told to be there, and not asked for yet; more are forgotten */
    YS_CONTENT_FRESH = 8,  /* runs that came later; with more the walk begins anew */
    YS_CONTENT_LATER =
        16, /* asked for by the peer before they could be given; more are forgotten */
    YS_CONTENT_VAIN = 1024, /* answers without a body after which a session's walk ends */
    YS_CONTENT_UNTRUE =
        8 /* told to be there and was not, or not the body: it is not asked any more */
};
/* What a question is about: a place, and the record there, since one log may have two histories. */
struct ys_content_asked {
    struct ys_position at;
    struct ys_hash record;
    bool told; /* by `here` */
};
struct ys_content_want {
    char origin[YS_KEY_NAME_MAX + 1];
    uint64_t index;
    struct ys_hash record;
};
struct ys_content_range {
    uint32_t log_id;
    uint64_t first, end;
};
struct ys_content_talk {
    bool spoken; /* the peer answers CONTENT_WANT, and knows `here` */
    bool walking, wrapped;
    struct ys_position start, next;
    struct ys_content_asked asked[YS_CONTENT_WINDOW]; /* questions of ours, oldest first */
    unsigned asked_count, writing;
    struct ys_position again[YS_CONTENT_AGAIN]; /* told to be there, oldest first */
    unsigned again_count, vain, untrue;
    struct ys_content_range fresh[YS_CONTENT_FRESH]; /* to be looked through, oldest first */
    unsigned fresh_count;
    struct ys_content_want want[YS_CONTENT_WINDOW]; /* questions of the peer, oldest first */
    unsigned want_count;
    struct ys_content_want
        later[YS_CONTENT_LATER]; /* of these, what it is told when it may have it */
    unsigned later_count;
};

struct ys_tree_size {
    uint64_t size;
    struct ys_hash root;
};

struct ys_session {
    struct ys_session_options options;
    enum { YS_OWN_UNKNOWN, YS_OWN_FITS, YS_OWN_DIFFERS } own_log;
    struct ys_tree_size held;   /* what the parent said last that it holds of our log */
    struct ys_tree_size agreed; /* the largest of these that is the beginning of ours */
    uint64_t tail_told;         /* size of the own log that the parent was offered */
    bool mending;               /* a RECOVER or RESUME is on its way */
    bool mended;                /* the own log went back: what is served begins at what is held */
    bool hello_sent, hello_received;
    uint32_t retry_after_s;
    int64_t peer_clock_ms;
    uint8_t peer_store_id[YS_STORE_ID_LEN];
    uint64_t told;         /* counter of our `changed` up to which the peer was told */
    bool told_all;         /* the first announcement was of every log */
    uint64_t peer_changed; /* counter the peer has told us up to */
    uint64_t saved_changed;
    uint64_t in_flight;         /* changes asked for and not yet answered */
    uint64_t entries_in_flight; /* of these such as bring entries */
    int64_t credit_out; /* bytes that we may still send; below 0 when the last message took more */
    int64_t credit_in;  /* bytes that the peer may still send; likewise */
    bool credit_given;
    uint64_t credit_owed; /* held back while our disk is full */
    uint64_t credit_back; /* to be given back with the next ACK */
    bool records_wait;    /* some could be sent, if there were credit or room */
    struct ys_blob_talk blobs;
    struct ys_content_talk contents;
    struct ys_peer_log *logs;
    size_t log_count, log_capacity;
};

/* --- session.c --- */
enum ys_code ys_session_send(struct ys_session *session, struct ys_turn *turn,
                             Yishi__V1__Message *message, struct ys_err *err);
/* Send HEADS of this one. */
enum ys_code ys_session_send_head(struct ys_session *session, struct ys_turn *turn,
                                  Yishi__V1__LogHead *head, struct ys_err *err);
/* The newest head of a log that our disk covers and that may leave. YS_NOT_FOUND when there is none. */
enum ys_code ys_session_newest_head(const struct ys_turn *turn, const struct ys_log *log,
                                    uint64_t *size_out, struct ys_bytes *note_out,
                                    struct ys_err *err);
/* The log's entry in the session, made when missing. */
enum ys_code ys_session_log(struct ys_session *session, const char *origin,
                            struct ys_peer_log **out, struct ys_err *err);
/* --- session_scope.c: what may be said to whom --- */
bool ys_session_provides(const struct ys_session *session, const struct ys_turn *turn,
                         const struct ys_division *origin);
bool ys_session_receives(const struct ys_session *session, const struct ys_turn *turn,
                         const struct ys_division *origin);
/* Did the other end dial us; is it a link on which only one end gives? */
bool ys_session_listens(const struct ys_session *session);
bool ys_session_one_way(const struct ys_session *session);

/* Is it the own log; is it that of the peer's unit, which is our child? */
bool ys_session_is_own(const struct ys_turn *turn, const struct ys_peer_log *log);
bool ys_session_is_childs(const struct ys_session *session, const struct ys_peer_log *log);
/* Remember a signed head that both ends have; was it remembered before? */
bool ys_peer_log_seen(const struct ys_peer_log *log, struct ys_bytes note);
void ys_peer_log_remember(struct ys_peer_log *log, struct ys_bytes note);
/* The peer gives credit, with a WANT or back with an ACK. */
enum ys_code ys_session_take_credit(struct ys_session *session, uint64_t bytes, struct ys_err *err);
/* The peer's news up to `peer_changed` are on our disk: note it, so that it need not tell again. */
enum ys_code ys_session_settle(struct ys_session *session, struct ys_turn *turn,
                               struct ys_err *err);
/* Ask the store for a change about `origin`. */
enum ys_code ys_session_ask(struct ys_session *session, struct ys_turn *turn,
                            enum ys_change_kind kind, const char *origin, struct ys_err *err);

/* --- session_own.c --- */
/* The peer says how much of our log is on its disk: in HELLO, WANT and ACK. */
enum ys_code ys_session_own_held(struct ys_session *session, struct ys_turn *turn, uint64_t size,
                                 const uint8_t root[YS_HASH_LEN], struct ys_err *err);
/* The same again, after our log has changed under us. */
enum ys_code ys_session_own_again(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_err *err);
/* Has any key that was ever registered for our unit signed this note? Whether it still may is a matter
 * of verdicts: a record that counts no more stands in the log all the same. */
bool ys_session_is_ours(const struct ys_turn *turn, struct ys_bytes note);
/* Tell the parent what of our log it lacks and nobody has signed. */
enum ys_code ys_session_offer_tail(struct ys_session *session, struct ys_turn *turn,
                                   struct ys_err *err);

/* --- session_news.c: what the peer tells, and what of it is fetched --- */
enum ys_code ys_session_on_heads(struct ys_session *session, struct ys_turn *turn,
                                 const Yishi__V1__Heads *heads, struct ys_err *err);
enum ys_code ys_session_on_cosigned(struct ys_session *session, struct ys_turn *turn,
                                    const Yishi__V1__Cosigned *cosigned, struct ys_err *err);
/* Look again at the heads kept: of all logs, of those that our disk has caught up with, of one. */
enum ys_code ys_session_retry_offers(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_err *err);
enum ys_code ys_session_retry_ahead(struct ys_session *session, struct ys_turn *turn,
                                    struct ys_err *err);
enum ys_code ys_session_retry_log(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_peer_log *log, struct ys_err *err);
enum ys_code ys_session_send_wants(struct ys_session *session, struct ys_turn *turn,
                                   struct ys_err *err);
/* Fetch from what is on our disk up to `goal`; goes on when it is under way already. */
enum ys_code ys_fetch_begin(struct ys_turn *turn, struct ys_peer_log *log, uint64_t goal,
                            struct ys_err *err);
void ys_fetch_end(struct ys_peer_log *log);
/* The same before its goal: the head is kept to be looked at again. */
enum ys_code ys_fetch_end_early(struct ys_peer_log *log, struct ys_err *err);
void ys_offers_clear(struct ys_peer_log *log);
bool ys_offers_wait(const struct ys_peer_log *log);
/* Keep a head to be looked at again when the membership has changed or its entries have come. */
enum ys_code ys_offer_keep(struct ys_peer_log *log, struct ys_bytes note, struct ys_err *err);
/* How much of it the peer is told now: all, or nothing while our disk is full, and then it is owed. */
uint64_t ys_session_credit(struct ys_session *session, const struct ys_turn *turn, uint64_t bytes);
/* Credit back, in no more parts than need be: a group of entries is committed at once, and the peer need
 * not hear of each. Of a child's own log at once, and with size and root on our disk, which it may sign. */
enum ys_code ys_session_send_ack(struct ys_session *session, struct ys_turn *turn,
                                 struct ys_peer_log *log, uint64_t durable_size, uint64_t credit,
                                 struct ys_err *err);

/* --- session_receive.c: entries, and what became of them --- */
enum ys_code ys_session_on_entries(struct ys_session *session, struct ys_turn *turn,
                                   const Yishi__V1__Entries *entries, struct ys_err *err);

/* --- session_heads.c: signed heads of the peer --- */
struct ys_checked_head {
    struct ys_checkpoint checkpoint;
    bool key_known;       /* of the log; else nothing else is set */
    bool unknown_witness; /* a line of an ancestor whose mirror key is not known yet */
    uint8_t note[YS_HEAD_MAX];
    size_t note_size; /* the text with every line that verified */
};
enum ys_code ys_head_check(struct ys_turn *turn, const struct ys_peer_log *log,
                           struct ys_bytes bytes, struct ys_checked_head *out, struct ys_err *err);
/* Keep the log's line, which the caller has verified, and those cosignatures that verify. A bad line is left out and not held against
 * the log: anybody on the way could have added it. */
enum ys_code ys_head_keep_good(const struct ys_member *member, const struct ys_note *note,
                               const struct ys_vkey *log_key, const struct ys_division *division,
                               struct ys_checked_head *out, struct ys_err *err);
bool ys_session_is_descendant(const struct ys_turn *turn, const struct ys_division *division);
/* A head that covers no more than `stored`: ask for it to be kept, unless it says nothing new; a head
 * that does not fit is an accusation or, of a child's unsigned end, the end of that. */
enum ys_code ys_head_compare(struct ys_session *session, struct ys_turn *turn,
                             struct ys_peer_log *log, const struct ys_log *stored,
                             const struct ys_checked_head *head, struct ys_err *err);

/* --- session_fork.c --- */
/* A log with two histories is left alone in this session; the others on this link go on. */
void ys_session_give_up(struct ys_turn *turn, struct ys_peer_log *log, const struct ys_err *why);
/* Make a proof of a signed head that the tree held contradicts, and ask for it to be kept; without a
 * proof the log is given up, or a child's unsigned end taken back. */
enum ys_code ys_session_dispute(struct ys_session *session, struct ys_turn *turn,
                                struct ys_peer_log *log, const struct ys_log *stored,
                                const struct ys_checked_head *head, struct ys_err *err);
/* A head ahead of us: was another of its very size signed? Then as above. */
enum ys_code ys_session_dispute_size(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_peer_log *log, const struct ys_log *stored,
                                     const struct ys_checked_head *head, bool *forked_out,
                                     struct ys_err *err);
/* The answer to a WANT from another history than the peer's. */
enum ys_code ys_session_on_past(struct ys_session *session, struct ys_turn *turn,
                                struct ys_peer_log *log, const Yishi__V1__LogHead *head,
                                struct ys_err *err);
/* Answer a WANT that begins in another history than ours. */
enum ys_code ys_session_tell_past(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_peer_log *log, const struct ys_log *stored,
                                  uint64_t old_size, struct ys_err *err);
/* After a catch-up: heads that it left behind and that the whole log contradicts. */
enum ys_code ys_session_look_back(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_peer_log *log, uint64_t after, struct ys_err *err);
enum ys_code ys_session_on_fork(struct ys_session *session, struct ys_turn *turn,
                                const Yishi__V1__Fork *fork, struct ys_err *err);
/* Send the proof that is kept for this log, once. */
enum ys_code ys_session_tell_fork(struct ys_session *session, struct ys_turn *turn,
                                  const struct ys_log *log, struct ys_err *err);

/* --- session_serve.c --- */
enum ys_code ys_session_on_want(struct ys_session *session, struct ys_turn *turn,
                                const Yishi__V1__Want *want, struct ys_err *err);
/* What is unsigned goes from a log's owner to its parent, and back to an owner that lost it. */
bool ys_session_may_have_tail(const struct ys_session *session, const struct ys_log *log);
/* Send what the peer waits for, as far as its credit goes. */
enum ys_code ys_session_serve(struct ys_session *session, struct ys_turn *turn, struct ys_err *err);

/* --- session_content.c --- */
/* HELLO came: ask for what is absent here. */
enum ys_code ys_session_content_begin(struct ys_session *session, struct ys_turn *turn,
                                      struct ys_err *err);
/* Ask as far as the window goes; answer as far as there is room. */
enum ys_code ys_session_content_ask(struct ys_session *session, struct ys_turn *turn,
                                    struct ys_err *err);
enum ys_code ys_session_content_give(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_err *err);
/* The store changed: tell what the peer asked for in vain and may have now. */
enum ys_code ys_session_content_now(struct ys_session *session, struct ys_turn *turn,
                                    struct ys_err *err);
/* A body that this session brought is on the disk, or was of no use. */
enum ys_code ys_session_content_committed(struct ys_session *session, struct ys_turn *turn,
                                          struct ys_err *err);
enum ys_code ys_session_on_content_want(struct ys_session *session, struct ys_turn *turn,
                                        const Yishi__V1__ContentWant *want, struct ys_err *err);
enum ys_code ys_session_on_content(struct ys_session *session, struct ys_turn *turn,
                                   const Yishi__V1__Content *content, struct ys_err *err);

/* --- session_blob.c --- */
enum ys_code ys_session_on_blob_want(struct ys_session *session, struct ys_turn *turn,
                                     const Yishi__V1__BlobWant *want, struct ys_err *err);
enum ys_code ys_session_on_blob(struct ys_session *session, struct ys_turn *turn,
                                const Yishi__V1__Blob *blob, struct ys_err *err);

#endif
