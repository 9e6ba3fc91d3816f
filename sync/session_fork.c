#include "proto/wire.h"
#include "sync/dispute.h"
#include "sync/session_state.h"

#include <stdlib.h>
#include <string.h>

/* Two histories of one log (TLOG.md 2.5): proofs made of what a peer shows, told on and taken in. What
 * no proof can be made of accuses nobody. */

void ys_session_give_up(struct ys_turn *turn, struct ys_peer_log *log, const struct ys_err *why)
{
    if (!log->given_up)
        turn->notice(turn->context, YS_FORK, why->msg);
    log->given_up = true;
    ys_fetch_end(log);
    ys_offers_clear(log);
}

/* --- making --- */

static enum ys_code keep_proof(struct ys_session *session, struct ys_turn *turn,
                               struct ys_peer_log *log, struct ys_bytes proof, struct ys_err *err)
{
    struct ys_change *change = NULL;
    const enum ys_code code = ys_change_new(YS_CHANGE_FORK, proof.size + 8, &change, err);
    if (code != YS_OK)
        return code;
    change->session = session->options.id;
    memcpy(change->origin, log->origin, sizeof change->origin);
    change->proof = ys_change_keep(change, proof);
    session->in_flight++;
    turn->change(turn->context, change);
    return YS_OK;
}

/* A proof was made, or `code` says that there is none. */
static enum ys_code accuse(struct ys_session *session, struct ys_turn *turn,
                           struct ys_peer_log *log, enum ys_code code, const struct ys_writer *w,
                           struct ys_err *err)
{
    struct ys_err why = {0};
    if (code != YS_OK)
        return code;
    (void)ys_fail(&why, YS_FORK, "log %s: two histories are signed by its key", log->origin);
    ys_session_give_up(turn, log, &why);
    return keep_proof(session, turn, log, (struct ys_bytes){w->data, w->size}, err);
}

/* Nothing is proved: a child that signs something else than it gave unsigned is believed what it
 * signed; another log is left alone. */
static enum ys_code without_proof(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_peer_log *log, const struct ys_log *stored,
                                  const struct ys_checked_head *head, struct ys_err *err)
{
    uint64_t signed_size = 0;
    struct ys_bytes note;
    struct ys_err why = {0};
    if (ys_session_is_own(turn, log))
        return YS_OK; /* what the parent says of our log decides (session_own.c) */
    enum ys_code code = ys_head_at_most(turn->txn, stored->id, INT64_MAX, &signed_size, &note, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    if (ys_session_is_childs(session, log) && signed_size < stored->frontier.size) {
        code = ys_offer_keep(log, (struct ys_bytes){head->note, head->note_size}, err);
        if (code != YS_OK || log->rewinding)
            return code;
        log->rewinding = true;
        return ys_session_ask(session, turn, YS_CHANGE_REWIND, log->origin, err);
    }
    (void)ys_fail(&why, YS_FORK,
                  "log %s: its head of size %llu is not of the history that is held here, and no "
                  "proof can be made of it yet",
                  log->origin, (unsigned long long)head->checkpoint.size);
    ys_session_give_up(turn, log, &why);
    return YS_OK;
}

enum ys_code ys_session_dispute(struct ys_session *session, struct ys_turn *turn,
                                struct ys_peer_log *log, const struct ys_log *stored,
                                const struct ys_checked_head *head, struct ys_err *err)
{
    const struct ys_foreign_head foreign = {.note = {head->note, head->note_size},
                                            .checkpoint = &head->checkpoint};
    struct ys_writer w = {.capacity = YS_DISPUTE_MAX};
    if ((w.data = malloc(w.capacity)) == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    enum ys_code code = ys_dispute_by_tree(turn->txn, stored, &foreign, &w, err);
    code = code == YS_NOT_FOUND ? without_proof(session, turn, log, stored, head, err)
                                : accuse(session, turn, log, code, &w, err);
    free(w.data);
    return code;
}

enum ys_code ys_session_dispute_size(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_peer_log *log, const struct ys_log *stored,
                                     const struct ys_checked_head *head, bool *forked_out,
                                     struct ys_err *err)
{
    /* Its own past at its own size is its root: what is stored there must have the same. */
    const struct ys_foreign_past past = {.old_size = head->checkpoint.size,
                                         .old_root = head->checkpoint.root};
    const struct ys_foreign_head foreign = {.note = {head->note, head->note_size},
                                            .checkpoint = &head->checkpoint};
    struct ys_writer w = {.capacity = YS_DISPUTE_MAX};
    if ((w.data = malloc(w.capacity)) == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    enum ys_code code = ys_dispute_by_past(turn->txn, stored, &foreign, &past, &w, err);
    *forked_out = code == YS_OK;
    code = code == YS_NOT_FOUND ? YS_OK : accuse(session, turn, log, code, &w, err);
    free(w.data);
    return code;
}

enum ys_code ys_session_look_back(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_peer_log *log, uint64_t after, struct ys_err *err)
{
    struct ys_log stored;
    struct ys_writer w = {.capacity = YS_DISPUTE_MAX};
    enum ys_code code = ys_log_find(turn->txn, log->origin, &stored, err);
    if (code != YS_OK || stored.state == YS_LOG_FORKED)
        return code;
    if ((w.data = malloc(w.capacity)) == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    code = ys_dispute_stored(turn->txn, &stored, after, &w, err);
    code = code == YS_NOT_FOUND ? YS_OK : accuse(session, turn, log, code, &w, err);
    free(w.data);
    return code;
}

/* --- a WANT that begins in another history --- */

enum ys_code ys_session_tell_past(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_peer_log *log, const struct ys_log *stored,
                                  uint64_t old_size, struct ys_err *err)
{
    struct ys_log_place place = {.txn = turn->txn, .id = stored->id};
    const struct ys_tree tree = ys_log_tree(&place);
    Yishi__V1__LogHead head = YISHI__V1__LOG_HEAD__INIT;
    Yishi__V1__Consistency consistency = YISHI__V1__CONSISTENCY__INIT;
    ProtobufCBinaryData hashes[YS_PROOF_MAX];
    struct ys_proof proof;
    struct ys_hash root;
    struct ys_bytes note;
    uint64_t size = 0;
    enum ys_code code = ys_session_newest_head(turn, stored, &size, &note, err);
    if (code == YS_NOT_FOUND || (code == YS_OK && size < old_size))
        return YS_OK; /* nothing is signed there */
    if (code == YS_OK)
        code = ys_log_root_at(turn->txn, stored, old_size, &root, err);
    if (code == YS_OK)
        code = ys_tree_consistency(&tree, old_size, size, &proof, err);
    if (code != YS_OK)
        return code;
    for (unsigned i = 0; i < proof.count; i++)
        hashes[i] = ys_wire_lend((struct ys_bytes){proof.hash[i].bytes, YS_HASH_LEN});
    consistency.has_old_size = consistency.has_old_root = true;
    consistency.old_size = old_size;
    consistency.old_root = ys_wire_lend((struct ys_bytes){root.bytes, YS_HASH_LEN});
    consistency.n_proof = proof.count;
    consistency.proof = hashes;
    head.origin = log->origin;
    head.has_checkpoint = true;
    head.checkpoint = ys_wire_lend(note);
    head.consistency = &consistency;
    return ys_session_send_head(session, turn, &head, err);
}

static enum ys_code look_at_past(struct ys_session *session, struct ys_turn *turn,
                                 struct ys_peer_log *log, const struct ys_checked_head *head,
                                 const Yishi__V1__Consistency *consistency, struct ys_err *err)
{
    const struct ys_foreign_head foreign = {.note = {head->note, head->note_size},
                                            .checkpoint = &head->checkpoint};
    struct ys_foreign_past past = {.old_size = consistency->old_size,
                                   .proof = {.count = (unsigned)consistency->n_proof}};
    struct ys_log stored;
    struct ys_writer w = {.capacity = YS_DISPUTE_MAX};
    enum ys_code code = ys_log_find(turn->txn, log->origin, &stored, err);
    if (code == YS_NOT_FOUND || (code == YS_OK && past.old_size > stored.frontier.size))
        return YS_OK;
    if (code != YS_OK)
        return code;
    memcpy(past.old_root.bytes, consistency->old_root.data, YS_HASH_LEN);
    for (size_t i = 0; i < consistency->n_proof; i++)
        memcpy(past.proof.hash[i].bytes, consistency->proof[i].data, YS_HASH_LEN);
    if ((w.data = malloc(w.capacity)) == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    code = ys_dispute_by_past(turn->txn, &stored, &foreign, &past, &w, err);
    code = code == YS_NOT_FOUND ? without_proof(session, turn, log, &stored, head, err)
                                : accuse(session, turn, log, code, &w, err);
    free(w.data);
    return code;
}

enum ys_code ys_session_on_past(struct ys_session *session, struct ys_turn *turn,
                                struct ys_peer_log *log, const Yishi__V1__LogHead *head,
                                struct ys_err *err)
{
    if (log->given_up)
        return YS_OK;
    struct ys_checked_head *const checked = malloc(sizeof *checked);
    if (checked == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    enum ys_code code = ys_head_check(turn, log, ys_wire_view(&head->checkpoint), checked, err);
    if (code == YS_OK && checked->key_known)
        code = look_at_past(session, turn, log, checked, head->consistency, err);
    free(checked);
    return code;
}

/* --- proofs that others have made --- */

/* A proof convicts whichever key of the log signed both heads, also one that was cut since. */
static enum ys_code check_by_any_key(const struct ys_member *member, const char *origin,
                                     const struct ys_fork_proof *proof, struct ys_err *err)
{
    enum ys_code code = YS_BAD_SIG;
    for (size_t i = 0; i < ys_member_key_count(member) && code != YS_OK; i++) {
        const struct ys_vkey *const key = &ys_member_key_at(member, i)->vkey;
        struct ys_checkpoint a;
        struct ys_checkpoint b;
        if (strcmp(key->name, origin) == 0)
            code = ys_fork_check(proof, key, &a, &b, err);
    }
    return code;
}

enum ys_code ys_session_on_fork(struct ys_session *session, struct ys_turn *turn,
                                const Yishi__V1__Fork *fork, struct ys_err *err)
{
    const struct ys_bytes bytes = ys_wire_view(&fork->proof);
    struct ys_peer_log *log = NULL;
    struct ys_log stored;
    struct ys_fork_proof proof;
    enum ys_code code = ys_session_log(session, fork->origin, &log, err);
    if (code != YS_OK)
        return code;
    if (!ys_session_provides(session, turn, &log->division) &&
        !ys_session_receives(session, turn, &log->division))
        return ys_fail(err, YS_DENIED, "%s may not speak of log %s", session->options.peer.digits,
                       log->origin);
    if (ys_member_log_key(turn->member, log->origin) == NULL)
        return YS_OK; /* told again in the next session */
    code = ys_fork_parse(bytes, &proof, err);
    if (code == YS_OK)
        code = check_by_any_key(turn->member, log->origin, &proof, err);
    if (code != YS_OK)
        return code;
    log->fork_told = true;
    code = ys_log_find(turn->txn, log->origin, &stored, err);
    if (code == YS_OK && stored.state == YS_LOG_FORKED)
        return YS_OK;
    return code == YS_OK || code == YS_NOT_FOUND ? keep_proof(session, turn, log, bytes, err)
                                                 : code;
}

enum ys_code ys_session_tell_fork(struct ys_session *session, struct ys_turn *turn,
                                  const struct ys_log *log, struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Fork fork = YISHI__V1__FORK__INIT;
    struct ys_peer_log *peer_log = NULL;
    struct ys_bytes proof;
    enum ys_code code = ys_session_log(session, log->origin_text, &peer_log, err);
    if (code != YS_OK || peer_log->fork_told)
        return code;
    code = ys_dispute_load(turn->txn, log->id, &proof, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    peer_log->fork_told = true;
    fork.origin = peer_log->origin;
    fork.has_proof = true;
    fork.proof = ys_wire_lend(proof);
    message.kind_case = YISHI__V1__MESSAGE__KIND_FORK;
    message.fork = &fork;
    return ys_session_send(session, turn, &message, err);
}
