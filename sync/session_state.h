/* What the files of a session share: session.c opens and announces,
 * session_receive.c fetches, session_serve.c gives. Nobody else includes this. */
#ifndef YS_SYNC_SESSION_STATE_H
#define YS_SYNC_SESSION_STATE_H

#include "sync/session.h"

enum { YS_EXCHANGED = 4, YS_OFFERS = 4 };

/* A head that was sent ahead of its entries, and how far these have come. */
struct ys_fetch {
    struct ys_frontier received; /* with what is on its way to the disk */
    uint64_t durable;
    bool introduced; /* the log's key is known and the target verified */
    bool has_key;
    struct ys_vkey key; /* of the log, as soon as it is known */
    struct ys_checkpoint target;
    size_t target_size; /* bytes of the signed target, lines verified when introduced */
    uint8_t target_note[YS_HEAD_MAX];
};

/* One log as seen by this session. */
struct ys_peer_log {
    char origin[YS_KEY_NAME_MAX + 1];
    struct ys_division division;
    bool wanted;                      /* a WANT has to be sent for `fetch` */
    struct ys_fetch *fetch;           /* NULL unless we are behind a head of the peer's */
    struct ys_bytes offer[YS_OFFERS]; /* signed heads to be looked at again; heap */
    bool given_up;       /* it tells two histories: nothing more of it in this session */
    bool serving;        /* the peer asked for it */
    uint64_t next_index; /* first entry it has not been sent */
    struct ys_hash exchanged[YS_EXCHANGED]; /* heads that both ends have seen; a ring */
    unsigned exchanged_at;
};

struct ys_session {
    struct ys_session_options options;
    enum ys_own_log own_log;
    bool hello_sent, hello_received;
    uint8_t peer_store_id[YS_STORE_ID_LEN];
    uint64_t told;         /* counter of our `changed` up to which the peer was told */
    bool told_all;         /* the first announcement was of every log */
    uint64_t peer_changed; /* counter the peer has told us up to */
    uint64_t saved_changed;
    uint64_t in_flight;  /* changes asked for and not yet answered */
    uint64_t credit_out; /* bytes that we may still send */
    bool credit_given;
    struct ys_peer_log *logs;
    size_t log_count, log_capacity;
};

/* --- session.c --- */
enum ys_code ys_session_send(struct ys_session *session, struct ys_turn *turn,
                             Yishi__V1__Message *message, struct ys_err *err);
/* The log's entry in the session, made when missing. */
enum ys_code ys_session_log(struct ys_session *session, const char *origin,
                            struct ys_peer_log **out, struct ys_err *err);
/* Remember a signed head that both ends have; was it remembered before? */
bool ys_peer_log_seen(const struct ys_peer_log *log, struct ys_bytes note);
void ys_peer_log_remember(struct ys_peer_log *log, struct ys_bytes note);
/* The peer's news up to `peer_changed` are on our disk: note it, so that it need not tell again. */
enum ys_code ys_session_settle(struct ys_session *session, struct ys_turn *turn,
                               struct ys_err *err);

/* --- session_receive.c --- */
enum ys_code ys_session_on_heads(struct ys_session *session, struct ys_turn *turn,
                                 const Yishi__V1__Heads *heads, struct ys_err *err);
enum ys_code ys_session_on_cosigned(struct ys_session *session, struct ys_turn *turn,
                                    const Yishi__V1__Cosigned *cosigned, struct ys_err *err);
enum ys_code ys_session_on_entries(struct ys_session *session, struct ys_turn *turn,
                                   const Yishi__V1__Entries *entries, struct ys_err *err);
enum ys_code ys_session_retry_offers(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_err *err);
void ys_fetch_end(struct ys_peer_log *log);
void ys_offers_clear(struct ys_peer_log *log);
bool ys_offers_wait(const struct ys_peer_log *log);

/* --- session_serve.c --- */
enum ys_code ys_session_on_want(struct ys_session *session, struct ys_turn *turn,
                                const Yishi__V1__Want *want, struct ys_err *err);
/* Send what the peer waits for, as far as its credit goes. */
enum ys_code ys_session_serve(struct ys_session *session, struct ys_turn *turn, struct ys_err *err);

#endif
