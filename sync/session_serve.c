#include "crypto/assert.h"
#include "proto/wire.h"
#include "sync/restored.h"
#include "sync/session_state.h"

#include <stdlib.h>
#include <string.h>

static enum ys_code want_one(struct ys_session *session, struct ys_turn *turn,
                             const Yishi__V1__LogWant *want, struct ys_err *err)
{
    struct ys_peer_log *peer_log = NULL;
    struct ys_log log;
    struct ys_hash root;
    enum ys_code code = ys_session_log(session, want->origin, &peer_log, err);
    if (code != YS_OK)
        return code;
    const bool is_own = ys_session_is_own(turn, peer_log);
    /* A log goes back to its owner when its own copy was lost. */
    const bool is_its_own = !ys_session_one_way(session) &&
                            ys_division_equal(&peer_log->division, &session->options.peer);
    if (!is_its_own && !ys_session_provides(session, turn, &peer_log->division))
        return ys_fail(err, YS_DENIED, "log %s is not for %s", peer_log->origin,
                       session->options.peer.digits);
    code = ys_log_find(turn->txn, peer_log->origin, &log, err);
    if (code == YS_NOT_FOUND)
        return YS_OK; /* it went between HEADS and WANT: nothing to send */
    if (code != YS_OK)
        return code;
    bool fits = want->from_index <= log.frontier.size;
    if (fits) {
        code = ys_log_root_at(turn->txn, &log, want->from_index, &root, err);
        if (code != YS_OK)
            return code;
        fits = memcmp(root.bytes, want->root.data, YS_HASH_LEN) == 0;
        if (!fits)
            code = ys_session_tell_past(session, turn, peer_log, &log, want->from_index, err);
    }
    if (!fits && code == YS_OK && is_own)
        code = ys_session_own_held(session, turn, want->from_index, want->root.data, err);
    if (!fits)
        return code; /* the other logs that it wants go on */
    peer_log->serving = true;
    peer_log->next_index = want->from_index;
    return YS_OK;
}

enum ys_code ys_session_on_want(struct ys_session *session, struct ys_turn *turn,
                                const Yishi__V1__Want *want, struct ys_err *err)
{
    enum ys_code code = ys_session_take_credit(session, want->credit, err);
    if (code != YS_OK)
        return code;
    for (size_t i = 0; i < want->n_logs; i++) {
        code = want_one(session, turn, want->logs[i], err);
        if (code != YS_OK)
            return code;
    }
    return ys_session_serve(session, turn, err);
}

/* One ENTRIES under construction: pointers into the transaction. */
struct load {
    Yishi__V1__Entry entry[YS_ENTRIES_COUNT_MAX];
    Yishi__V1__Entry *pointer[YS_ENTRIES_COUNT_MAX];
    ProtobufCBinaryData proof[YS_PROOF_MAX];
    struct ys_proof hashes;
    size_t count;
    uint64_t bytes;
};

static void load_entry(struct load *load, const struct ys_entry *entry)
{
    Yishi__V1__Entry *const out = &load->entry[load->count];
    yishi__v1__entry__init(out);
    out->has_note = true;
    out->note = ys_wire_lend(entry->note);
    switch (entry->content) {
    case YS_CONTENT_BODY:
        out->content_case = YISHI__V1__ENTRY__CONTENT_BODY;
        out->body = ys_wire_lend(entry->body);
        break;
    case YS_CONTENT_TOMBSTONE:
        out->content_case = YISHI__V1__ENTRY__CONTENT_TOMBSTONE;
        out->tombstone = ys_wire_lend(entry->body);
        break;
    case YS_CONTENT_ABSENT:
        out->content_case = YISHI__V1__ENTRY__CONTENT_ABSENT;
        out->absent = 1;
        break;
    }
    load->pointer[load->count++] = out;
    load->bytes += entry->note.size + entry->body.size;
}

/* As many entries from `first` below `end` as fit in one message. */
static enum ys_code fill(struct ys_turn *turn, const struct ys_log *log, uint64_t first,
                         uint64_t end, struct load *load, struct ys_err *err)
{
    bool restored = false;
    load->count = 0;
    load->bytes = 0;
    const enum ys_code asked = ys_restored_get(turn->txn, &restored, err);
    if (asked != YS_OK)
        return asked;
    for (uint64_t index = first; index < end && load->count < YS_ENTRIES_COUNT_MAX; index++) {
        struct ys_entry entry;
        const enum ys_code code = ys_log_entry(turn->txn, log->id, index, &entry, err);
        if (code == YS_NOT_FOUND)
            return ys_fail(err, YS_CORRUPT, "log %s: entry %llu of %llu is missing",
                           log->origin_text, (unsigned long long)index,
                           (unsigned long long)log->frontier.size);
        if (code != YS_OK)
            return code;
        /* Also without what a peer said of its erasure: that does not travel, and costs no credit. */
        if (entry.content == YS_CONTENT_ABSENT || (restored && ys_restored_holds_back(&entry)))
            entry = (struct ys_entry){.note = entry.note, .content = YS_CONTENT_ABSENT};
        if (load->count != 0 && load->bytes + entry.note.size + entry.body.size > YS_ENTRIES_MAX)
            break;
        load_entry(load, &entry);
    }
    return YS_OK;
}

/* What a load leads to: a signed head, or the end of what nobody has signed. */
struct aim {
    uint64_t size;
    struct ys_bytes note; /* empty: unsigned */
    struct ys_hash root;
};

static enum ys_code send_load(struct ys_session *session, struct ys_turn *turn,
                              struct ys_peer_log *peer_log, const struct ys_log *log,
                              const struct aim *aim, struct load *load, struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Entries entries = YISHI__V1__ENTRIES__INIT;
    Yishi__V1__TreeHead tail = YISHI__V1__TREE_HEAD__INIT;
    struct ys_log_place place = {.txn = turn->txn, .id = log->id};
    const struct ys_tree tree = ys_log_tree(&place);
    const uint64_t end = peer_log->next_index + load->count;
    enum ys_code code = ys_tree_consistency(&tree, end, aim->size, &load->hashes, err);
    if (code != YS_OK)
        return code;
    for (unsigned i = 0; i < load->hashes.count; i++)
        load->proof[i] = ys_wire_lend((struct ys_bytes){load->hashes.hash[i].bytes, YS_HASH_LEN});
    entries.origin = ys_wire_lend_text(log->origin_text);
    entries.has_first_index = true;
    entries.first_index = peer_log->next_index;
    entries.n_entries = load->count;
    entries.entries = load->pointer;
    entries.has_checkpoint = aim->note.size != 0;
    entries.checkpoint = ys_wire_lend(aim->note);
    if (!entries.has_checkpoint) {
        tail.has_size = tail.has_root = true;
        tail.size = aim->size;
        tail.root = ys_wire_lend((struct ys_bytes){aim->root.bytes, YS_HASH_LEN});
        entries.tail = &tail;
    }
    entries.n_proof = load->hashes.count;
    entries.proof = load->proof;
    message.kind_case = YISHI__V1__MESSAGE__KIND_ENTRIES;
    message.entries = &entries;
    code = ys_session_send(session, turn, &message, err);
    if (code == YS_OK) {
        peer_log->next_index = end;
        session->credit_out -= (int64_t)load->bytes;
    }
    return code;
}

bool ys_session_may_have_tail(const struct ys_session *session, const struct ys_log *log)
{
    if (session->options.role == YS_SESSION_PARENT)
        return ys_division_equal(&log->origin.division, &session->options.peer);
    return session->options.role == YS_SESSION_CHILD && log->id == YS_OWN_LOG &&
           log->state == YS_LOG_FOLLOWING && session->own_log == YS_OWN_FITS && !session->mending;
}

static enum ys_code choose_aim(const struct ys_session *session, struct ys_turn *turn,
                               const struct ys_peer_log *peer_log, const struct ys_log *log,
                               struct aim *aim, struct ys_err *err)
{
    *aim = (struct aim){0};
    const enum ys_code code = ys_session_newest_head(turn, log, &aim->size, &aim->note, err);
    if (code != YS_OK && code != YS_NOT_FOUND)
        return code;
    if ((code == YS_NOT_FOUND || peer_log->next_index >= aim->size) &&
        ys_session_may_have_tail(session, log))
        *aim = (struct aim){.size = log->frontier.size, .root = log->root};
    return YS_OK;
}

/* One message of this log, if there is something below a head that it has not got. */
static enum ys_code serve_one(struct ys_session *session, struct ys_turn *turn,
                              struct ys_peer_log *peer_log, struct load *load, bool *sent,
                              struct ys_err *err)
{
    struct ys_log log;
    struct aim aim;
    *sent = false;
    enum ys_code code = ys_log_find(turn->txn, peer_log->origin, &log, err);
    if (code == YS_OK)
        code = choose_aim(session, turn, peer_log, &log, &aim, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    if (peer_log->next_index >= aim.size) {
        /* A child that has its own log back goes on by itself. */
        peer_log->serving = !ys_session_is_childs(session, peer_log);
        return YS_OK;
    }
    code = fill(turn, &log, peer_log->next_index, aim.size, load, err);
    if (code == YS_OK)
        code = send_load(session, turn, peer_log, &log, &aim, load, err);
    *sent = code == YS_OK;
    return code;
}

static bool has_room(const struct ys_turn *turn)
{
    return turn->has_room == NULL || turn->has_room(turn->context);
}

enum ys_code ys_session_serve(struct ys_session *session, struct ys_turn *turn, struct ys_err *err)
{
    struct load *load = NULL;
    enum ys_code code = YS_OK;
    session->records_wait = false;
    /* A log is sent to its end before the next begins, in the order in which they were first named:
     * runs of one log cost the receiver least. */
    for (size_t i = 0; i < session->log_count && code == YS_OK; i++) {
        bool sent = session->logs[i].serving;
        if (sent && (session->credit_out <= 0 || !has_room(turn))) {
            /* Whether there is more of it is not looked up: attachments wait a moment longer. */
            session->records_wait = true;
            break;
        }
        if (sent && load == NULL && (load = malloc(sizeof *load)) == NULL)
            return ys_fail(err, YS_NOMEM, "session: out of memory");
        while (sent && session->credit_out > 0 && has_room(turn) && code == YS_OK)
            code = serve_one(session, turn, &session->logs[i], load, &sent, err);
        session->records_wait = session->records_wait || sent;
    }
    free(load);
    return code != YS_OK ? code : ys_session_content_give(session, turn, err);
}
