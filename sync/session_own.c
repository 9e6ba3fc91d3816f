#include "proto/wire.h"
#include "sync/session_state.h"

#include <string.h>

/* The own log on the link to the parent (DESIGN.md 5). What was appended here is provisional until the
 * parent has it: the parent says how much it holds, that must be the beginning of what is here, and only
 * that is signed. When it is not, the own end is set aside, the parent's fetched, and ours appended
 * behind. */

uint64_t ys_session_agreed(const struct ys_session *session, struct ys_hash *root_out)
{
    if (session == NULL || !ys_session_open(session) || session->own_log != YS_OWN_FITS)
        return 0;
    *root_out = session->agreed.root;
    return session->agreed.size;
}

static enum ys_code mend(struct ys_session *session, struct ys_turn *turn, enum ys_change_kind kind,
                         const struct ys_log *own, struct ys_err *err)
{
    if (session->mending)
        return YS_OK;
    session->mending = true;
    return ys_session_ask(session, turn, kind, own->origin_text, err);
}

/* Fetch what the parent holds behind our last signed head. */
static enum ys_code fetch_own(struct ys_session *session, struct ys_turn *turn,
                              const struct ys_log *own, struct ys_err *err)
{
    struct ys_peer_log *log = NULL;
    enum ys_code code = ys_session_log(session, own->origin_text, &log, err);
    /* Until our certificate is here again its heads cannot be looked at. */
    if (code != YS_OK || log->given_up || ys_member_log_key(turn->member, log->origin) == NULL)
        return code;
    if (session->held.size <= own->frontier.size)
        return YS_OK; /* it holds something else below a head that we have signed: heads will show */
    if (log->fetch != NULL && log->fetch->goal >= session->held.size)
        return YS_OK;
    log->asked = false; /* of our own log the parent does not go on by itself */
    code = ys_fetch_begin(turn, log, session->held.size, err);
    return code != YS_OK ? code : ys_session_send_wants(session, turn, err);
}

static enum ys_code recover(struct ys_session *session, struct ys_turn *turn,
                            const struct ys_log *own, struct ys_err *err)
{
    const bool told = session->own_log == YS_OWN_DIFFERS;
    session->agreed = (struct ys_tree_size){0};
    session->tail_told = 0;
    session->mended = true;
    session->own_log = YS_OWN_DIFFERS;
    if (!told)
        turn->notice(turn->context, YS_BUSY,
                     "the parent holds another continuation of our own log (an old backup, or a "
                     "copy of this node?): it is fetched, and ours is appended behind it");
    switch (own->state) {
    case YS_LOG_FOLLOWING:
        return mend(session, turn, YS_CHANGE_RECOVER, own, err);
    case YS_LOG_RECOVERING:
        return fetch_own(session, turn, own, err);
    case YS_LOG_FORKED:
    case YS_LOG_CLOSED:
        break;
    }
    return YS_OK;
}

/* A district has no parent: what it lost of its own log its children have. */
static enum ys_code fetch_from_child(struct ys_session *session, struct ys_turn *turn,
                                     const struct ys_log *own, struct ys_err *err)
{
    struct ys_division parent;
    return own->state == YS_LOG_RECOVERING && !ys_division_parent(&own->origin.division, &parent) &&
                   session->held.size > own->frontier.size
               ? fetch_own(session, turn, own, err)
               : YS_OK;
}

bool ys_session_is_ours(const struct ys_turn *turn, struct ys_bytes bytes)
{
    const struct ys_division *const self = &ys_store_identity(turn->store)->origin.division;
    struct ys_note note;
    if (ys_note_parse(bytes, &note, NULL) != YS_OK)
        return false;
    for (size_t i = 0; i < ys_member_key_count(turn->member); i++) {
        const struct ys_member_key *const key = ys_member_key_at(turn->member, i);
        if (ys_division_equal(&key->name.division, self) &&
            ys_note_check(&note, &key->vkey, NULL) == YS_LINE_GOOD)
            return true;
    }
    return false;
}

enum ys_code ys_session_own_again(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_err *err)
{
    struct ys_log own;
    struct ys_hash root;
    if (session->mending || !session->hello_received || ys_session_one_way(session))
        return YS_OK;
    enum ys_code code = ys_log_load(turn->txn, YS_OWN_LOG, &own, err);
    if (code == YS_OK && session->options.role == YS_SESSION_PARENT)
        return fetch_from_child(session, turn, &own, err);
    if (code != YS_OK)
        return code;
    if (session->held.size > own.frontier.size)
        return recover(session, turn, &own, err);
    code = ys_log_root_at(turn->txn, &own, session->held.size, &root, err);
    if (code != YS_OK)
        return code;
    if (!ys_hash_equal(&root, &session->held.root))
        return recover(session, turn, &own, err);
    session->own_log = YS_OWN_FITS;
    if (own.state == YS_LOG_RECOVERING)
        return mend(session, turn, YS_CHANGE_RESUME, &own, err);
    if (session->mended) {
        struct ys_peer_log *log = NULL;
        code = ys_session_log(session, own.origin_text, &log, err);
        if (code != YS_OK)
            return code;
        log->next_index = session->held.size;
        session->mended = false;
    }
    if (session->held.size >= session->agreed.size)
        session->agreed = session->held;
    return ys_session_offer_tail(session, turn, err);
}

enum ys_code ys_session_own_held(struct ys_session *session, struct ys_turn *turn, uint64_t size,
                                 const uint8_t root[YS_HASH_LEN], struct ys_err *err)
{
    session->held.size = size;
    memcpy(session->held.root.bytes, root, YS_HASH_LEN);
    return ys_session_own_again(session, turn, err);
}

enum ys_code ys_session_offer_tail(struct ys_session *session, struct ys_turn *turn,
                                   struct ys_err *err)
{
    struct ys_log own;
    struct ys_bytes note;
    uint64_t signed_size = 0;
    Yishi__V1__LogHead head = YISHI__V1__LOG_HEAD__INIT;
    Yishi__V1__TreeHead tail = YISHI__V1__TREE_HEAD__INIT;
    if (session->options.role != YS_SESSION_CHILD || session->own_log != YS_OWN_FITS ||
        session->mending)
        return YS_OK;
    enum ys_code code = ys_log_load(turn->txn, YS_OWN_LOG, &own, err);
    if (code != YS_OK || own.state != YS_LOG_FOLLOWING ||
        own.frontier.size <= session->agreed.size || own.frontier.size <= session->tail_told)
        return code;
    code = ys_head_at_least(turn->txn, YS_OWN_LOG, own.frontier.size, &signed_size, &note, err);
    if (code != YS_NOT_FOUND) /* it is told of that head */
        return code;
    session->tail_told = own.frontier.size;
    tail.has_size = tail.has_root = true;
    tail.size = own.frontier.size;
    tail.root = ys_wire_lend((struct ys_bytes){own.root.bytes, YS_HASH_LEN});
    head.origin = own.origin_text;
    head.tail = &tail;
    return ys_session_send_head(session, turn, &head, err);
}
