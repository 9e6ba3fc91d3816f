#include "crypto/assert.h"
#include "proto/wire.h"
#include "sync/session_state.h"

#include <stdlib.h>
#include <string.h>

/* --- ENTRIES --- */

/* The first entry of the district's log brings the key with which its heads are verified. */
static enum ys_code introduce(struct ys_turn *turn, struct ys_peer_log *log,
                              const Yishi__V1__Entries *entries, struct ys_vkey *key,
                              struct ys_err *err)
{
    const Yishi__V1__Entry *const first = entries->entries[0];
    if (entries->first_index != 0 || first->content_case != YISHI__V1__ENTRY__CONTENT_BODY)
        return ys_fail(err, YS_DENIED, "log %s: it does not begin with its certificate",
                       log->origin);
    enum ys_code code = ys_member_introduce(turn->member, ys_wire_view(&first->note),
                                            ys_wire_view(&first->body), key, err);
    if (code == YS_OK && strcmp(key->name, log->origin) != 0)
        code = ys_fail(err, YS_DENIED, "log %s: its certificate is of %s", log->origin, key->name);
    return code;
}

/* What one entry brings: a body only if it is the one that the note names. */
static enum ys_code read_entry(const Yishi__V1__Entry *in, struct ys_entry *out, struct ys_err *err)
{
    struct ys_note note;
    struct ys_record record;
    *out = (struct ys_entry){.note = ys_wire_view(&in->note), .content = YS_CONTENT_ABSENT};
    if (in->note.len > YS_RECORD_NOTE_MAX)
        return ys_fail(err, YS_LIMIT, "a note of %zu bytes", in->note.len);
    if (in->content_case == YISHI__V1__ENTRY__CONTENT_TOMBSTONE) {
        out->body =
            ys_wire_view(&in->tombstone); /* absent until that redaction is in effect here */
    } else if (in->content_case == YISHI__V1__ENTRY__CONTENT_BODY &&
               ys_note_parse(out->note, &note, NULL) == YS_OK &&
               ys_record_parse(note.text, &record, NULL) == YS_OK &&
               ys_record_check_body(&record, ys_wire_view(&in->body), NULL) == YS_OK) {
        out->content = YS_CONTENT_BODY;
        out->body = ys_wire_view(&in->body);
    }
    return YS_OK;
}

/* Make the message's checkpoint the target, if it is another than that announced. */
static enum ys_code adopt_target(struct ys_turn *turn, struct ys_peer_log *log,
                                 const Yishi__V1__Entries *entries, struct ys_err *err)
{
    struct ys_fetch *const fetch = log->fetch;
    const struct ys_bytes bytes = ys_wire_view(&entries->checkpoint);
    struct ys_note note;
    struct ys_note ours;
    struct ys_checkpoint checkpoint;
    struct ys_checked_head *head = NULL;
    enum ys_code code = ys_note_parse(bytes, &note, err);
    if (code == YS_OK)
        code = ys_checkpoint_parse(note.text, &checkpoint, err);
    if (code != YS_OK)
        return code;
    if (fetch->introduced &&
        ys_note_parse((struct ys_bytes){fetch->target_note, fetch->target_size}, &ours, NULL) ==
            YS_OK &&
        ys_bytes_equal(ours.text, note.text))
        return YS_OK;
    const struct ys_vkey *const known =
        ys_member_log_key_at(turn->member, log->origin, checkpoint.size);
    if (known != NULL)
        fetch->key = *known;
    else if (ys_member_log_key(turn->member, log->origin) != NULL)
        code = ys_fail(err, YS_DENIED, "log %s: no key of it is valid for a head of size %llu",
                       log->origin, (unsigned long long)checkpoint.size);
    else if (!fetch->has_key)
        code = introduce(turn, log, entries, &fetch->key, err);
    fetch->has_key = code == YS_OK;
    if (code == YS_OK)
        code = ys_checkpoint_open(bytes, &fetch->key, &checkpoint, &note, err);
    if (code != YS_OK)
        return code;
    if ((head = malloc(sizeof *head)) == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    code = ys_head_keep_good(turn->member, &note, &fetch->key, &log->division, head, err);
    if (code == YS_OK) {
        memcpy(fetch->target_note, head->note, head->note_size);
        fetch->target_size = head->note_size;
        fetch->target = checkpoint;
        fetch->introduced = true;
    }
    free(head);
    return code;
}

/* Unsigned entries: a child's to us, or our own back from the parent. */
static enum ys_code adopt_tail(const struct ys_session *session, const struct ys_turn *turn,
                               const struct ys_peer_log *log, const Yishi__V1__Entries *entries,
                               struct ys_err *err)
{
    struct ys_fetch *const fetch = log->fetch;
    if (!ys_session_is_own(turn, log) && !ys_session_is_childs(session, log))
        return ys_fail(err, YS_DENIED, "%s may not give what is unsigned in log %s",
                       session->options.peer.digits, log->origin);
    fetch->target = (struct ys_checkpoint){.size = entries->tail->size};
    memcpy(fetch->target.root.bytes, entries->tail->root.data, YS_HASH_LEN);
    fetch->target_size = 0;
    fetch->introduced = false;
    return YS_OK;
}

/* Our own unsigned entries must be what our bodies have signed: a parent adds nothing to our log. */
static enum ys_code check_ours(const struct ys_turn *turn, const struct ys_peer_log *log,
                               const Yishi__V1__Entries *entries, struct ys_err *err)
{
    if (entries->tail == NULL || !ys_session_is_own(turn, log))
        return YS_OK;
    for (size_t i = 0; i < entries->n_entries; i++)
        if (!ys_session_is_ours(turn, ys_wire_view(&entries->entries[i]->note)))
            return ys_fail(err, YS_DENIED,
                           "log %s: the parent holds an entry %llu of our own log that no key of "
                           "ours has signed: nothing more is signed",
                           log->origin, (unsigned long long)(entries->first_index + i));
    return YS_OK;
}

/* The entries must lead from what we have to the signed head; `next` is the tree after them. */
static enum ys_code check_tree(const struct ys_peer_log *log, const Yishi__V1__Entries *entries,
                               struct ys_hash leaf[YS_ENTRIES_COUNT_MAX], struct ys_frontier *next,
                               struct ys_err *err)
{
    const struct ys_fetch *const fetch = log->fetch;
    struct ys_proof proof = {.count = (unsigned)entries->n_proof};
    struct ys_hash root;
    *next = fetch->received;
    for (size_t i = 0; i < entries->n_entries; i++) {
        ys_leaf_hash(ys_wire_view(&entries->entries[i]->note), &leaf[i]);
        if (ys_frontier_append(next, &leaf[i]) != YS_OK)
            return ys_fail(err, YS_LIMIT, "log %s: too long", log->origin);
    }
    for (size_t i = 0; i < entries->n_proof; i++)
        memcpy(proof.hash[i].bytes, entries->proof[i].data, YS_HASH_LEN);
    ys_frontier_root(next, &root);
    if (next->size > fetch->target.size ||
        ys_consistency_verify(next->size, &root, fetch->target.size, &fetch->target.root, &proof) !=
            YS_OK)
        return ys_fail(
            err, YS_FORK, "log %s: entries up to %llu do not lead to the signed head of size %llu",
            log->origin, (unsigned long long)next->size, (unsigned long long)fetch->target.size);
    return YS_OK;
}

static uint64_t payload_bytes(const Yishi__V1__Entries *entries)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < entries->n_entries; i++) {
        const Yishi__V1__Entry *const entry = entries->entries[i];
        bytes += entry->note.len;
        if (entry->content_case == YISHI__V1__ENTRY__CONTENT_BODY)
            bytes += entry->body.len;
        else if (entry->content_case == YISHI__V1__ENTRY__CONTENT_TOMBSTONE)
            bytes += entry->tombstone.len;
    }
    return bytes;
}

/* Will the peer send more without waiting for an ACK of these? Then they may wait for company. */
static bool more_to_come(const struct ys_session *session, const struct ys_peer_log *log,
                         uint64_t end)
{
    if (session->credit_in <= 0)
        return false;
    for (size_t i = 0; i < session->log_count; i++) {
        const struct ys_peer_log *const one = &session->logs[i];
        if (one->fetch != NULL && (one == log ? end : one->fetch->received.size) < one->fetch->goal)
            return true;
    }
    return false;
}

static enum ys_code ask_for_entries(struct ys_session *session, struct ys_turn *turn,
                                    struct ys_peer_log *log, const Yishi__V1__Entries *entries,
                                    const struct ys_hash *leaf, struct ys_err *err)
{
    const uint64_t bytes = payload_bytes(entries);
    const size_t room = entries->n_entries * (sizeof(struct ys_entry) + sizeof *leaf + 16) + bytes +
                        log->fetch->target_size + 64;
    struct ys_change *change = NULL;
    enum ys_code code = ys_change_new(YS_CHANGE_ENTRIES, room, &change, err);
    if (code != YS_OK)
        return code;
    change->session = session->options.id;
    memcpy(change->origin, log->origin, sizeof change->origin);
    change->first_index = entries->first_index;
    ys_frontier_root(&log->fetch->received, &change->first_root);
    change->count = entries->n_entries;
    change->credit = bytes;
    change->more = more_to_come(session, log, entries->first_index + entries->n_entries);
    change->cosign = ys_session_is_descendant(turn, &log->division);
    change->leaf = (const struct ys_hash *)(const void *)ys_change_keep(
                       change, (struct ys_bytes){leaf->bytes, entries->n_entries * sizeof *leaf})
                       .data;
    change->entries = ys_change_room(change, entries->n_entries * sizeof(struct ys_entry));
    for (size_t i = 0; i < entries->n_entries && code == YS_OK; i++) {
        struct ys_entry *const entry = &change->entries[i];
        code = read_entry(entries->entries[i], entry, err);
        entry->note = ys_change_keep(change, entry->note);
        entry->body = ys_change_keep(change, entry->body);
    }
    if (code != YS_OK) {
        ys_change_free(change);
        return code;
    }
    change->checkpoint =
        ys_change_keep(change, (struct ys_bytes){log->fetch->target_note, log->fetch->target_size});
    change->checkpoint_size = log->fetch->target.size;
    session->in_flight++;
    session->entries_in_flight++;
    turn->change(turn->context, change);
    return YS_OK;
}

/* What is under way to us waits in memory for our disk, so it is we who say how much. A last message
 * may take more than was left. */
static enum ys_code spend_credit(struct ys_session *session, const Yishi__V1__Entries *entries,
                                 struct ys_err *err)
{
    if (!session->credit_given)
        return ys_fail(err, YS_LIMIT, "ENTRIES of log %.128s that nobody asked for",
                       entries->origin);
    if (session->credit_in <= 0)
        return ys_fail(err, YS_LIMIT, "ENTRIES beyond the credit of %llu bytes",
                       (unsigned long long)session->options.credit);
    session->credit_in -= (int64_t)payload_bytes(entries);
    return YS_OK;
}

enum ys_code ys_session_on_entries(struct ys_session *session, struct ys_turn *turn,
                                   const Yishi__V1__Entries *entries, struct ys_err *err)
{
    struct ys_peer_log *log = NULL;
    struct ys_hash leaf[YS_ENTRIES_COUNT_MAX];
    struct ys_frontier next;
    enum ys_code code = spend_credit(session, entries, err);
    if (code == YS_OK)
        code = ys_session_log(session, entries->origin, &log, err);
    if (code != YS_OK)
        return code;
    if (log->fetch == NULL) { /* of a log that was given up, or gone back in */
        log->asked = false;
        return ys_session_send_ack(session, turn, log, 0, payload_bytes(entries), err);
    }
    if (entries->first_index != log->fetch->received.size) {
        /* Sent before our last WANT reached the peer: of no use, but its credit is. */
        log->wanted = log->asked_from != log->fetch->received.size;
        code = ys_session_send_ack(session, turn, log, log->fetch->durable, payload_bytes(entries),
                                   err);
        return code != YS_OK ? code : ys_session_send_wants(session, turn, err);
    }
    code = entries->tail != NULL ? adopt_tail(session, turn, log, entries, err)
                                 : adopt_target(turn, log, entries, err);
    if (code == YS_OK && log->fetch->goal < log->fetch->target.size)
        log->fetch->goal = log->fetch->target.size;
    struct ys_err why = {0};
    if (code == YS_OK && (check_ours(turn, log, entries, &why) != YS_OK ||
                          check_tree(log, entries, leaf, &next, &why) != YS_OK)) {
        ys_session_give_up(turn, log, &why);
        return ys_session_send_ack(session, turn, log, 0, payload_bytes(entries), err);
    }
    if (code == YS_OK)
        code = ask_for_entries(session, turn, log, entries, leaf, err);
    if (code == YS_OK)
        log->fetch->received = next;
    return code;
}

/* --- commits --- */

/* The log moved under us, for instance by an older session's change: begin again from the disk. */
static enum ys_code begin_again(struct ys_turn *turn, struct ys_peer_log *log, struct ys_err *err)
{
    struct ys_log stored;
    if (log->fetch == NULL)
        return YS_OK;
    const enum ys_code code = ys_log_find(turn->txn, log->origin, &stored, err);
    if (code != YS_OK)
        return code == YS_NOT_FOUND ? YS_OK : code;
    if (stored.frontier.size >= log->fetch->goal)
        return ys_fetch_end_early(log, err);
    log->fetch->received = stored.frontier;
    log->fetch->durable = stored.frontier.size;
    log->wanted = true;
    return YS_OK;
}

/* The fetch has come to its end: look again at what waited for it. */
static enum ys_code end_fetch(struct ys_session *session, struct ys_turn *turn,
                              struct ys_peer_log *log, struct ys_err *err)
{
    const uint64_t began = log->fetch->began;
    ys_fetch_end(log);
    const enum ys_code code = ys_session_look_back(session, turn, log, began, err);
    return code != YS_OK ? code : ys_session_retry_log(session, turn, log, err);
}

static enum ys_code entries_committed(struct ys_session *session, struct ys_turn *turn,
                                      struct ys_peer_log *log,
                                      const struct ys_change_result *result, struct ys_err *err)
{
    enum ys_code code =
        ys_session_send_ack(session, turn, log, result->durable_size, result->credit, err);
    if (code == YS_OK && result->code != YS_OK)
        code = begin_again(turn, log, err);
    else if (log->fetch != NULL && result->durable_size > log->fetch->durable)
        log->fetch->durable = result->durable_size;
    if (code == YS_OK && log->fetch == NULL)
        code = ys_session_retry_log(session, turn, log, err);
    else if (code == YS_OK && log->fetch->durable >= log->fetch->goal &&
             log->fetch->durable == log->fetch->received.size)
        code = end_fetch(session, turn, log, err);
    return code == YS_OK && ys_session_is_own(turn, log) ? ys_session_own_again(session, turn, err)
                                                         : code;
}

/* A child's unsigned end was taken back: say so, and fetch what it stands by. */
static enum ys_code rewound(struct ys_session *session, struct ys_turn *turn,
                            struct ys_peer_log *log, struct ys_err *err)
{
    log->rewinding = false;
    log->asked = false;
    enum ys_code code = ys_fetch_end_early(log, err);
    if (code == YS_OK)
        code = ys_session_send_ack(session, turn, log, 0, 0, err);
    return code != YS_OK ? code : ys_session_retry_log(session, turn, log, err);
}

static enum ys_code on_result(struct ys_session *session, struct ys_turn *turn,
                              struct ys_peer_log *log, const struct ys_change_result *result,
                              struct ys_err *err)
{
    switch (result->kind) {
    case YS_CHANGE_ENTRIES:
        return entries_committed(session, turn, log, result, err);
    case YS_CHANGE_RECOVER:
    case YS_CHANGE_RESUME:
        session->mending = false;
        return ys_session_own_again(session, turn, err);
    case YS_CHANGE_REWIND:
        return rewound(session, turn, log, err);
    case YS_CHANGE_CONTENT:
        return ys_session_content_committed(session, turn, err);
    case YS_CHANGE_HEAD:
    case YS_CHANGE_SIGN_OWN:
    case YS_CHANGE_VERDICTS:
    case YS_CHANGE_CURSOR:
    case YS_CHANGE_STATE:
    case YS_CHANGE_FORK:
    case YS_CHANGE_RECEIPTS:
    case YS_CHANGE_MEMBERS:
        break;
    }
    return YS_OK;
}

enum ys_code ys_session_committed(struct ys_session *session, struct ys_turn *turn,
                                  const struct ys_change_result *result, struct ys_err *err)
{
    struct ys_peer_log *log = NULL;
    YS_ASSERT(session->in_flight > 0);
    session->in_flight--;
    session->entries_in_flight -= result->kind == YS_CHANGE_ENTRIES;
    enum ys_code code = ys_session_log(session, result->origin, &log, err);
    if (code != YS_OK)
        return code;
    if (result->code == YS_FORK)
        ys_session_give_up(turn, log, &result->err); /* asked again it would tell the same */
    code = on_result(session, turn, log, result, err);
    if (code == YS_OK)
        code = ys_session_send_wants(session, turn, err);
    return code != YS_OK ? code : ys_session_settle(session, turn, err);
}
