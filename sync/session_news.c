#include "crypto/assert.h"
#include "proto/wire.h"
#include "sync/session_state.h"

#include <stdlib.h>
#include <string.h>

void ys_fetch_end(struct ys_peer_log *log)
{
    free(log->fetch);
    log->fetch = NULL;
    log->wanted = false;
}

/* --- fetching --- */

enum ys_code ys_fetch_begin(struct ys_turn *turn, struct ys_peer_log *log, uint64_t goal,
                            struct ys_err *err)
{
    struct ys_log stored;
    if (log->fetch == NULL) {
        struct ys_fetch *const fetch = calloc(1, sizeof *fetch);
        if (fetch == NULL)
            return ys_fail(err, YS_NOMEM, "session: out of memory");
        log->fetch = fetch;
        const enum ys_code code = ys_log_find(turn->txn, log->origin, &stored, err);
        if (code == YS_OK)
            fetch->received = stored.frontier;
        else if (code != YS_NOT_FOUND)
            return code;
        fetch->began = fetch->durable = fetch->received.size;
        log->wanted = !log->asked;
    }
    if (log->fetch->goal < goal)
        log->fetch->goal = goal;
    return YS_OK;
}

/* Fetch up to a signed head: `note` with the lines that verified, or as it came while no key is known. */
static enum ys_code fetch_head(struct ys_turn *turn, struct ys_peer_log *log,
                               const struct ys_checked_head *head, struct ys_bytes note,
                               struct ys_err *err)
{
    if (note.size > YS_HEAD_MAX)
        return ys_fail(err, YS_LIMIT, "log %s: a head of %zu bytes", log->origin, note.size);
    const enum ys_code code = ys_fetch_begin(turn, log, head->checkpoint.size, err);
    if (code != YS_OK)
        return code;
    struct ys_fetch *const fetch = log->fetch;
    memcpy(fetch->target_note, note.data, note.size);
    fetch->target_size = note.size;
    fetch->target = head->checkpoint;
    fetch->introduced = head->key_known;
    return YS_OK;
}

/* One WANT for all logs that wait for one, the highest unit first. */
static enum ys_code send_wants(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    Yishi__V1__LogWant want[YS_WANT_COUNT_MAX];
    Yishi__V1__LogWant *pointer[YS_WANT_COUNT_MAX];
    struct ys_hash root[YS_WANT_COUNT_MAX];
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Want wants = YISHI__V1__WANT__INIT;
    size_t count = 0;
    for (int level = YS_LEVEL_DISTRICT; level <= YS_LEVEL_COMMUNITY; level++) {
        for (size_t i = 0; i < session->log_count && count < YS_WANT_COUNT_MAX; i++) {
            struct ys_peer_log *const log = &session->logs[i];
            if (!log->wanted || (int)ys_division_level(&log->division) != level)
                continue;
            log->wanted = false;
            log->asked = true;
            log->asked_from = log->fetch->received.size;
            ys_frontier_root(&log->fetch->received, &root[count]);
            want[count] = (Yishi__V1__LogWant)YISHI__V1__LOG_WANT__INIT;
            want[count].origin = log->origin;
            want[count].has_from_index = true;
            want[count].from_index = log->fetch->received.size;
            want[count].has_root = true;
            want[count].root = (ProtobufCBinaryData){YS_HASH_LEN, root[count].bytes};
            pointer[count] = &want[count];
            count++;
        }
    }
    if (count == 0)
        return YS_OK;
    wants.n_logs = count;
    wants.logs = pointer;
    wants.has_credit = true;
    wants.credit =
        ys_session_credit(session, turn, session->credit_given ? 0 : session->options.credit);
    session->credit_given = true;
    message.kind_case = YISHI__V1__MESSAGE__KIND_WANT;
    message.want = &wants;
    return ys_session_send(session, turn, &message, err);
}

uint64_t ys_session_credit(struct ys_session *session, const struct ys_turn *turn, uint64_t bytes)
{
    if (turn->no_credit) {
        session->credit_owed += bytes;
        return 0;
    }
    session->credit_in += (int64_t)bytes;
    return bytes;
}

enum ys_code ys_session_grant(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Want wants = YISHI__V1__WANT__INIT; /* of no further log */
    if (turn->no_credit)
        return YS_OK;
    if (session->credit_owed == 0)
        return ys_session_content_ask(session, turn, err);
    wants.has_credit = true;
    wants.credit = ys_session_credit(session, turn, session->credit_owed);
    session->credit_owed = 0;
    message.kind_case = YISHI__V1__MESSAGE__KIND_WANT;
    message.want = &wants;
    const enum ys_code code = ys_session_send(session, turn, &message, err);
    return code != YS_OK ? code : ys_session_content_ask(session, turn, err);
}

/* Of many heads that are looked at some are asked for before the last. */
static enum ys_code send_wants_early(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_err *err)
{
    enum { EARLY = 8 };
    size_t count = 0;
    for (size_t i = 0; i < session->log_count; i++)
        count += session->logs[i].wanted;
    return count < EARLY ? YS_OK : send_wants(session, turn, err);
}

enum ys_code ys_session_send_wants(struct ys_session *session, struct ys_turn *turn,
                                   struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (bool more = true; more && code == YS_OK;) {
        code = send_wants(session, turn, err);
        more = false;
        for (size_t i = 0; i < session->log_count; i++)
            more = more || session->logs[i].wanted;
    }
    return code;
}

/* --- HEADS and COSIGNED --- */

static void drop_bytes(struct ys_bytes *bytes)
{
    union {
        const uint8_t *in;
        void *out;
    } block = {.in = bytes->data};
    free(block.out);
    *bytes = (struct ys_bytes){0};
}

void ys_offers_clear(struct ys_peer_log *log)
{
    for (unsigned i = 0; i < YS_OFFERS; i++)
        drop_bytes(&log->offer[i]);
}

bool ys_offers_wait(const struct ys_peer_log *log)
{
    return log->offer[0].data != NULL;
}

/* Of two signed heads with one text the later one has all lines of the earlier. */
static bool same_text(struct ys_bytes a, struct ys_bytes b)
{
    struct ys_bytes text_a;
    struct ys_bytes text_b;
    struct ys_bytes line;
    return ys_note_peek(a, &text_a, &line) && ys_note_peek(b, &text_b, &line) &&
           ys_bytes_equal(text_a, text_b);
}

/* Keep a head whose keys are not known yet, or whose entries are on their way; it is looked at again
 * when the membership has changed or the entries have come. The oldest goes when there are too many. */
enum ys_code ys_offer_keep(struct ys_peer_log *log, struct ys_bytes note, struct ys_err *err)
{
    unsigned at = 0;
    while (at < YS_OFFERS && log->offer[at].data != NULL && !same_text(log->offer[at], note))
        at++;
    uint8_t *const copy = malloc(note.size);
    if (copy == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    memcpy(copy, note.data, note.size);
    if (at == YS_OFFERS) {
        drop_bytes(&log->offer[0]);
        memmove(log->offer, log->offer + 1, (YS_OFFERS - 1) * sizeof *log->offer);
        at = YS_OFFERS - 1;
        log->offer[at] = (struct ys_bytes){0};
    }
    drop_bytes(&log->offer[at]);
    log->offer[at] = (struct ys_bytes){copy, note.size};
    return YS_OK;
}

/* The entries are here by another way, or are not what the peer stands by: its head is looked at again,
 * unless a later form of it waits already. */
enum ys_code ys_fetch_end_early(struct ys_peer_log *log, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    if (log->fetch != NULL && log->fetch->target_size != 0) {
        const struct ys_bytes target = {log->fetch->target_note, log->fetch->target_size};
        bool waits = false;
        for (unsigned i = 0; i < YS_OFFERS; i++)
            waits = waits || (log->offer[i].data != NULL && same_text(log->offer[i], target));
        if (!waits)
            code = ys_offer_keep(log, target, err);
    }
    ys_fetch_end(log);
    return code;
}

/* A head ahead of us: fetch up to it, unless another of this very size was signed. */
static enum ys_code fetch_unless_forked(struct ys_session *session, struct ys_turn *turn,
                                        struct ys_peer_log *log, const struct ys_log *stored,
                                        const struct ys_checked_head *head, struct ys_err *err)
{
    bool forked = false;
    enum ys_code code = ys_session_dispute_size(session, turn, log, stored, head, &forked, err);
    if (code == YS_OK && !forked)
        code = fetch_head(turn, log, head, (struct ys_bytes){head->note, head->note_size}, err);
    return code;
}

/* A receipt for entries that we had and lost: they come back over another link, and it must wait. */
static enum ys_code keep_ahead(struct ys_peer_log *log, uint64_t size, struct ys_bytes note,
                               struct ys_err *err)
{
    if (log->ahead == 0 || size < log->ahead)
        log->ahead = size;
    return ys_offer_keep(log, note, err);
}

static enum ys_code consider(struct ys_session *session, struct ys_turn *turn,
                             struct ys_peer_log *log, struct ys_bytes bytes, bool may_fetch,
                             struct ys_err *err)
{
    struct ys_log stored;
    if (log->given_up)
        return YS_OK;
    struct ys_checked_head *const head = malloc(sizeof *head);
    if (head == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    enum ys_code code = ys_head_check(turn, log, bytes, head, err);
    if (code != YS_OK)
        goto out;
    /* The district's log brings its own key. */
    const bool introduces =
        ys_division_equal(&log->division, &ys_member_root(turn->member)->division) &&
        ys_member_log_key(turn->member, log->origin) == NULL;
    if (!head->key_known && !(introduces && may_fetch)) {
        code = ys_offer_keep(log, bytes, err);
        goto out;
    }
    if (head->unknown_witness)
        code = ys_offer_keep(log, bytes, err);
    if (code == YS_OK)
        code = ys_log_find(turn->txn, log->origin, &stored, err);
    const uint64_t have = code == YS_OK ? stored.frontier.size : 0;
    if (code == YS_OK && head->key_known && head->checkpoint.size <= have)
        code = ys_head_compare(session, turn, log, &stored, head, err);
    else if ((code == YS_OK || code == YS_NOT_FOUND) && may_fetch && log->fetch != NULL &&
             head->checkpoint.size <= log->fetch->goal)
        code = ys_offer_keep(log, bytes, err);
    else if (code == YS_OK && may_fetch && head->key_known)
        code = fetch_unless_forked(session, turn, log, &stored, head, err);
    else if ((code == YS_OK || code == YS_NOT_FOUND) && may_fetch)
        code = fetch_head(turn, log, head,
                          head->key_known ? (struct ys_bytes){head->note, head->note_size} : bytes,
                          err);
    else if (code == YS_OK || code == YS_NOT_FOUND)
        code = keep_ahead(log, head->checkpoint.size, bytes, err);
out:
    free(head);
    return code;
}

enum ys_code ys_session_send_ack(struct ys_session *session, struct ys_turn *turn,
                                 struct ys_peer_log *log, uint64_t durable_size, uint64_t credit,
                                 struct ys_err *err)
{
    enum { PARTS = 8 };
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Ack ack = YISHI__V1__ACK__INIT;
    struct ys_log stored;
    session->credit_back += credit;
    if (!ys_session_is_childs(session, log) && session->entries_in_flight != 0 &&
        session->credit_back < session->options.credit / PARTS)
        return YS_OK;
    ack.origin = log->origin;
    ack.has_durable_size = ack.has_credit = true;
    ack.durable_size = durable_size;
    ack.credit = ys_session_credit(session, turn, session->credit_back);
    session->credit_back = 0;
    if (ys_session_is_childs(session, log)) {
        /* It may sign what of its own log is on our disk. */
        const enum ys_code code = ys_log_find(turn->txn, log->origin, &stored, err);
        if (code != YS_OK && code != YS_NOT_FOUND)
            return code;
        ack.has_root = code == YS_OK;
        ack.durable_size = code == YS_OK ? stored.frontier.size : 0;
        ack.root = ys_wire_lend((struct ys_bytes){stored.root.bytes, YS_HASH_LEN});
        log->stated = ack.durable_size;
    }
    message.kind_case = YISHI__V1__MESSAGE__KIND_ACK;
    message.ack = &ack;
    return ys_session_send(session, turn, &message, err);
}

/* A child tells what of its own log nobody has signed. */
static enum ys_code consider_tail(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_peer_log *log, uint64_t size, struct ys_err *err)
{
    struct ys_log stored;
    log->tail_size = 0;
    if (log->given_up)
        return YS_OK;
    if (ys_member_log_key_at(turn->member, log->origin, size) == NULL) {
        log->tail_size = size;
        return YS_OK;
    }
    const enum ys_code code = ys_log_find(turn->txn, log->origin, &stored, err);
    if (code == YS_OK && stored.frontier.size >= size)
        return ys_session_send_ack(session, turn, log, stored.frontier.size, 0, err);
    return code == YS_OK || code == YS_NOT_FOUND ? ys_fetch_begin(turn, log, size, err) : code;
}

static bool may_tell(const struct ys_session *session, const struct ys_turn *turn,
                     const struct ys_peer_log *log, bool may_fetch)
{
    return may_fetch ? ys_session_receives(session, turn, &log->division)
                     : ys_session_provides(session, turn, &log->division);
}

static enum ys_code take_head(struct ys_session *session, struct ys_turn *turn,
                              const Yishi__V1__LogHead *head, bool may_fetch, struct ys_err *err)
{
    const struct ys_bytes note = {head->checkpoint.data, head->checkpoint.len};
    struct ys_peer_log *log = NULL;
    const enum ys_code code = ys_session_log(session, head->origin, &log, err);
    if (code != YS_OK)
        return code;
    /* Of our own log the parent may only answer a WANT. */
    if (!may_tell(session, turn, log, may_fetch) &&
        !(head->consistency != NULL && ys_session_is_own(turn, log)))
        return ys_fail(err, YS_DENIED, "%s may not speak of log %s", session->options.peer.digits,
                       log->origin);
    if (head->tail != NULL && !ys_session_is_childs(session, log))
        return ys_fail(err, YS_DENIED, "%s may not speak of what is unsigned in log %s",
                       session->options.peer.digits, log->origin);
    if (head->tail != NULL)
        return consider_tail(session, turn, log, head->tail->size, err);
    ys_peer_log_remember(log, note);
    if (head->consistency != NULL)
        return ys_session_on_past(session, turn, log, head, err);
    return consider(session, turn, log, note, may_fetch, err);
}

static enum ys_code take_heads(struct ys_session *session, struct ys_turn *turn,
                               Yishi__V1__LogHead *const *heads, size_t count, bool may_fetch,
                               struct ys_err *err)
{
    for (size_t i = 0; i < count; i++) {
        enum ys_code code = take_head(session, turn, heads[i], may_fetch, err);
        if (code == YS_OK)
            code = send_wants_early(session, turn, err);
        if (code != YS_OK)
            return code;
    }
    return ys_session_send_wants(session, turn, err);
}

enum ys_code ys_session_on_heads(struct ys_session *session, struct ys_turn *turn,
                                 const Yishi__V1__Heads *heads, struct ys_err *err)
{
    const enum ys_code code = take_heads(session, turn, heads->heads, heads->n_heads, true, err);
    if (code != YS_OK)
        return code;
    if (heads->has_changed)
        session->peer_changed = heads->changed;
    return ys_session_settle(session, turn, err);
}

enum ys_code ys_session_on_cosigned(struct ys_session *session, struct ys_turn *turn,
                                    const Yishi__V1__Cosigned *cosigned, struct ys_err *err)
{
    return take_heads(session, turn, cosigned->heads, cosigned->n_heads, false, err);
}

/* Look again at the heads kept for one log. */
enum ys_code ys_session_retry_log(struct ys_session *session, struct ys_turn *turn,
                                  struct ys_peer_log *log, struct ys_err *err)
{
    const bool may_fetch = may_tell(session, turn, log, true);
    struct ys_bytes kept[YS_OFFERS];
    enum ys_code code = YS_OK;
    memcpy(kept, log->offer, sizeof kept);
    memset(log->offer, 0, sizeof log->offer);
    log->ahead = 0;
    for (unsigned i = 0; i < YS_OFFERS; i++) {
        if (kept[i].data != NULL && code == YS_OK)
            code = consider(session, turn, log, kept[i], may_fetch, err);
        drop_bytes(&kept[i]);
    }
    if (code == YS_OK && log->tail_size != 0)
        code = consider_tail(session, turn, log, log->tail_size, err);
    return code;
}

enum ys_code ys_session_retry_ahead(struct ys_session *session, struct ys_turn *turn,
                                    struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < session->log_count && code == YS_OK; i++) {
        struct ys_peer_log *const log = &session->logs[i];
        struct ys_log stored;
        if (log->ahead == 0)
            continue;
        code = ys_log_find(turn->txn, log->origin, &stored, err);
        if (code == YS_OK && stored.frontier.size >= log->ahead)
            code = ys_session_retry_log(session, turn, log, err);
        else if (code == YS_NOT_FOUND)
            code = YS_OK;
    }
    return code;
}

enum ys_code ys_session_retry_offers(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_err *err)
{
    for (size_t i = 0; i < session->log_count; i++) {
        enum ys_code code = ys_session_retry_log(session, turn, &session->logs[i], err);
        if (code == YS_OK)
            code = send_wants_early(session, turn, err);
        if (code != YS_OK)
            return code;
    }
    const enum ys_code code = ys_session_send_wants(session, turn, err);
    return code != YS_OK ? code : ys_session_settle(session, turn, err);
}
