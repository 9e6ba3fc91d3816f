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

/* --- signed heads of the peer --- */

/* A signed head whose lines were looked at. */
struct checked_head {
    struct ys_checkpoint checkpoint;
    bool key_known;       /* of the log; else nothing else is set */
    bool unknown_witness; /* a line of an ancestor whose mirror key is not known yet */
    uint8_t note[YS_HEAD_MAX];
    size_t note_size; /* the text with every line that verified */
};

/* Is this the cosignature name of a unit above `division`? */
static bool names_witness(struct ys_bytes line_name, const struct ys_division *division,
                          struct ys_division *witness)
{
    struct ys_name name;
    if (ys_name_parse(line_name, &name, NULL) != YS_OK || name.kind != YS_NAME_MIRROR ||
        ys_division_equal(&name.division, division) ||
        !ys_division_within(division, &name.division))
        return false;
    *witness = name.division;
    return true;
}

/* Keep the log's line and those cosignatures that verify. A bad line is left out and not held against
 * the log: anybody on the way could have added it. */
static enum ys_code keep_good_lines(const struct ys_member *member, const struct ys_note *note,
                                    const struct ys_vkey *log_key,
                                    const struct ys_division *division, struct checked_head *out,
                                    struct ys_err *err)
{
    struct ys_note_line lines[YS_NOTE_LINES_MAX];
    unsigned count = 0;
    out->unknown_witness = false;
    for (unsigned i = 0; i < note->line_count; i++) {
        struct ys_division witness;
        const struct ys_vkey *key = NULL;
        if (ys_bytes_is_text(note->line[i].name, log_key->name)) {
            key = log_key;
        } else if (names_witness(note->line[i].name, division, &witness)) {
            key = ys_member_mirror(member, &witness);
            out->unknown_witness = out->unknown_witness || key == NULL;
        }
        if (key != NULL && key->id == note->line[i].key_id &&
            ys_note_check(note, key, NULL) == YS_LINE_GOOD)
            lines[count++] = note->line[i];
    }
    struct ys_writer w = {.data = out->note, .capacity = sizeof out->note};
    const enum ys_code code = ys_note_join(&w, note->text, lines, count, err);
    out->note_size = w.size;
    return code;
}

static enum ys_code check_head(struct ys_turn *turn, const struct ys_peer_log *log,
                               struct ys_bytes bytes, struct checked_head *out, struct ys_err *err)
{
    struct ys_note note;
    out->unknown_witness = false;
    const struct ys_vkey *const key = ys_member_log_key(turn->member, log->origin);
    out->key_known = key != NULL;
    if (key == NULL) {
        const enum ys_code code = ys_note_parse(bytes, &note, err);
        return code != YS_OK ? code : ys_checkpoint_parse(note.text, &out->checkpoint, err);
    }
    enum ys_code code = ys_checkpoint_open(bytes, key, &out->checkpoint, &note, err);
    if (code == YS_OK && out->checkpoint.size == 0)
        code = ys_fail(err, YS_MALFORMED, "log %s: a head of an empty log", log->origin);
    return code != YS_OK ? code
                         : keep_good_lines(turn->member, &note, key, &log->division, out, err);
}

/* --- fetching --- */

static enum ys_code begin_fetch(struct ys_turn *turn, struct ys_peer_log *log,
                                const struct checked_head *head, struct ys_bytes raw,
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
        fetch->durable = fetch->received.size;
        log->wanted = true;
    }
    struct ys_fetch *const fetch = log->fetch;
    const struct ys_bytes note =
        head->key_known ? (struct ys_bytes){head->note, head->note_size} : raw;
    if (note.size > sizeof fetch->target_note)
        return ys_fail(err, YS_LIMIT, "log %s: a head of %zu bytes", log->origin, note.size);
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
    wants.credit = session->credit_given ? 0 : session->options.credit;
    session->credit_given = true;
    message.kind_case = YISHI__V1__MESSAGE__KIND_WANT;
    message.want = &wants;
    return ys_session_send(session, turn, &message, err);
}

static enum ys_code send_all_wants(struct ys_session *session, struct ys_turn *turn,
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

/* A log with two histories is left alone; the others on this link go on. */
static void give_up(struct ys_turn *turn, struct ys_peer_log *log, const struct ys_err *why)
{
    turn->notice(turn->context, YS_FORK, why->msg);
    log->given_up = true;
    ys_fetch_end(log);
    ys_offers_clear(log);
}

/* --- heads of entries that are here --- */

static bool is_descendant(const struct ys_turn *turn, const struct ys_division *division)
{
    const struct ys_division *const self = &ys_store_identity(turn->store)->origin.division;
    return ys_division_within(division, self) && !ys_division_equal(division, self);
}

static void set_origin(struct ys_change *change, const struct ys_peer_log *log)
{
    memcpy(change->origin, log->origin, sizeof change->origin);
}

static enum ys_code keep_head(struct ys_session *session, struct ys_turn *turn,
                              struct ys_peer_log *log, const struct checked_head *head,
                              struct ys_err *err)
{
    struct ys_change *change = NULL;
    const enum ys_code code = ys_change_new(YS_CHANGE_HEAD, head->note_size + 8, &change, err);
    if (code != YS_OK)
        return code;
    change->session = session->options.id;
    set_origin(change, log);
    change->checkpoint = ys_change_keep(change, (struct ys_bytes){head->note, head->note_size});
    change->checkpoint_size = head->checkpoint.size;
    change->cosign = is_descendant(turn, &log->division);
    session->in_flight++;
    turn->change(turn->context, change);
    return YS_OK;
}

/* Is there anything in this head that the store lacks? */
static enum ys_code head_is_news(struct ys_turn *turn, const struct ys_log *stored,
                                 const struct checked_head *head, bool *news, struct ys_err *err)
{
    uint64_t size = 0;
    struct ys_bytes bytes;
    struct ys_note ours;
    struct ys_note theirs;
    *news = true;
    const enum ys_code code =
        ys_head_at_least(turn->txn, stored->id, head->checkpoint.size, &size, &bytes, err);
    if (code == YS_NOT_FOUND || (code == YS_OK && size != head->checkpoint.size)) {
        /* A smaller head without a cosignature says nothing that the larger one does not. */
        struct ys_note note;
        *news =
            code == YS_NOT_FOUND ||
            ys_note_parse((struct ys_bytes){head->note, head->note_size}, &note, NULL) != YS_OK ||
            note.line_count > 1;
        return YS_OK;
    }
    if (code != YS_OK)
        return code;
    if (ys_note_parse(bytes, &ours, err) != YS_OK ||
        ys_note_parse((struct ys_bytes){head->note, head->note_size}, &theirs, err) != YS_OK)
        return YS_OK;
    *news = false;
    for (unsigned i = 0; i < theirs.line_count; i++) {
        bool found = false;
        for (unsigned j = 0; j < ours.line_count && !found; j++)
            found = theirs.line[i].key_id == ours.line[j].key_id &&
                    ys_bytes_equal(theirs.line[i].name, ours.line[j].name);
        *news = *news || !found;
    }
    return YS_OK;
}

static enum ys_code compare_head(struct ys_session *session, struct ys_turn *turn,
                                 struct ys_peer_log *log, const struct ys_log *stored,
                                 const struct checked_head *head, struct ys_err *err)
{
    struct ys_hash root;
    bool news = false;
    enum ys_code code = ys_log_root_at(turn->txn, stored, head->checkpoint.size, &root, err);
    if (code != YS_OK)
        return code;
    if (!ys_hash_equal(&root, &head->checkpoint.root)) {
        struct ys_err why = {0};
        (void)ys_fail(&why, YS_FORK, "log %s: two signed histories up to entry %llu", log->origin,
                      (unsigned long long)head->checkpoint.size);
        give_up(turn, log, &why);
        return YS_OK;
    }
    code = head_is_news(turn, stored, head, &news, err);
    return code != YS_OK || !news ? code : keep_head(session, turn, log, head, err);
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
static enum ys_code keep_offer(struct ys_peer_log *log, struct ys_bytes note, struct ys_err *err)
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

static enum ys_code consider(struct ys_session *session, struct ys_turn *turn,
                             struct ys_peer_log *log, struct ys_bytes bytes, bool may_fetch,
                             struct ys_err *err)
{
    struct ys_log stored;
    if (log->given_up)
        return YS_OK;
    struct checked_head *const head = malloc(sizeof *head);
    if (head == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    enum ys_code code = check_head(turn, log, bytes, head, err);
    if (code != YS_OK)
        goto out;
    const bool is_root = ys_division_equal(&log->division, &ys_member_root(turn->member)->division);
    if (!head->key_known && !(is_root && may_fetch)) {
        code = keep_offer(log, bytes, err);
        goto out;
    }
    if (head->unknown_witness)
        code = keep_offer(log, bytes, err);
    if (code == YS_OK)
        code = ys_log_find(turn->txn, log->origin, &stored, err);
    const uint64_t have = code == YS_OK ? stored.frontier.size : 0;
    if (code == YS_OK && head->key_known && head->checkpoint.size <= have)
        code = compare_head(session, turn, log, &stored, head, err);
    else if ((code == YS_OK || code == YS_NOT_FOUND) && may_fetch && log->fetch != NULL &&
             head->checkpoint.size <= log->fetch->target.size)
        code = keep_offer(log, bytes, err);
    else if ((code == YS_OK || code == YS_NOT_FOUND) && may_fetch)
        code = begin_fetch(turn, log, head, bytes, err);
    else if (code == YS_NOT_FOUND)
        code = YS_OK;
out:
    free(head);
    return code;
}

static enum ys_code take_heads(struct ys_session *session, struct ys_turn *turn,
                               Yishi__V1__LogHead *const *heads, size_t count, bool may_fetch,
                               struct ys_err *err)
{
    const struct ys_division *const self = &ys_store_identity(turn->store)->origin.division;
    for (size_t i = 0; i < count; i++) {
        const struct ys_bytes note = {heads[i]->checkpoint.data, heads[i]->checkpoint.len};
        struct ys_peer_log *log = NULL;
        enum ys_code code = ys_session_log(session, heads[i]->origin, &log, err);
        if (code != YS_OK)
            return code;
        const bool in_scope = may_fetch ? ys_scope_receives(session->options.role, self,
                                                            &session->options.peer, &log->division)
                                        : ys_scope_provides(session->options.role, self,
                                                            &session->options.peer, &log->division);
        if (!in_scope)
            return ys_fail(err, YS_DENIED, "%s may not speak of log %s",
                           session->options.peer.digits, log->origin);
        ys_peer_log_remember(log, note);
        code = consider(session, turn, log, note, may_fetch, err);
        if (code != YS_OK)
            return code;
    }
    return send_all_wants(session, turn, err);
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
static enum ys_code retry_log(struct ys_session *session, struct ys_turn *turn,
                              struct ys_peer_log *log, struct ys_err *err)
{
    const struct ys_division *const self = &ys_store_identity(turn->store)->origin.division;
    const bool may_fetch =
        ys_scope_receives(session->options.role, self, &session->options.peer, &log->division);
    struct ys_bytes kept[YS_OFFERS];
    enum ys_code code = YS_OK;
    memcpy(kept, log->offer, sizeof kept);
    memset(log->offer, 0, sizeof log->offer);
    for (unsigned i = 0; i < YS_OFFERS; i++) {
        if (kept[i].data != NULL && code == YS_OK)
            code = consider(session, turn, log, kept[i], may_fetch, err);
        drop_bytes(&kept[i]);
    }
    return code;
}

enum ys_code ys_session_retry_offers(struct ys_session *session, struct ys_turn *turn,
                                     struct ys_err *err)
{
    for (size_t i = 0; i < session->log_count; i++) {
        const enum ys_code code = retry_log(session, turn, &session->logs[i], err);
        if (code != YS_OK)
            return code;
    }
    const enum ys_code code = send_all_wants(session, turn, err);
    return code != YS_OK ? code : ys_session_settle(session, turn, err);
}

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

/* Make the message's checkpoint the target, if it is another than that announced. */
static enum ys_code adopt_target(struct ys_turn *turn, struct ys_peer_log *log,
                                 const Yishi__V1__Entries *entries, struct ys_err *err)
{
    struct ys_fetch *const fetch = log->fetch;
    const struct ys_bytes bytes = ys_wire_view(&entries->checkpoint);
    const struct ys_vkey *const known = ys_member_log_key(turn->member, log->origin);
    struct ys_note note;
    struct ys_note ours;
    struct ys_checkpoint checkpoint;
    struct checked_head *head = NULL;
    enum ys_code code = YS_OK;
    if (fetch->introduced &&
        ys_note_parse((struct ys_bytes){fetch->target_note, fetch->target_size}, &ours, NULL) ==
            YS_OK &&
        ys_note_parse(bytes, &note, NULL) == YS_OK && ys_bytes_equal(ours.text, note.text))
        return YS_OK;
    if (known != NULL)
        fetch->key = *known;
    else if (!fetch->has_key)
        code = introduce(turn, log, entries, &fetch->key, err);
    fetch->has_key = code == YS_OK;
    if (code == YS_OK)
        code = ys_checkpoint_open(bytes, &fetch->key, &checkpoint, &note, err);
    if (code != YS_OK)
        return code;
    if ((head = malloc(sizeof *head)) == NULL)
        return ys_fail(err, YS_NOMEM, "session: out of memory");
    code = keep_good_lines(turn->member, &note, &fetch->key, &log->division, head, err);
    if (code == YS_OK) {
        memcpy(fetch->target_note, head->note, head->note_size);
        fetch->target_size = head->note_size;
        fetch->target = checkpoint;
        fetch->introduced = true;
    }
    free(head);
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
        out->content = YS_CONTENT_TOMBSTONE;
        out->body = ys_wire_view(&in->tombstone);
    } else if (in->content_case == YISHI__V1__ENTRY__CONTENT_BODY &&
               ys_note_parse(out->note, &note, NULL) == YS_OK &&
               ys_record_parse(note.text, &record, NULL) == YS_OK &&
               ys_record_check_body(&record, ys_wire_view(&in->body), NULL) == YS_OK) {
        out->content = YS_CONTENT_BODY;
        out->body = ys_wire_view(&in->body);
    }
    return YS_OK;
}

/* The entries must lead from what we have to the signed head; `next` is the tree after them. */
static enum ys_code check_tree(const struct ys_peer_log *log, const Yishi__V1__Entries *entries,
                               struct ys_frontier *next, struct ys_err *err)
{
    const struct ys_fetch *const fetch = log->fetch;
    struct ys_proof proof = {.count = (unsigned)entries->n_proof};
    struct ys_hash root;
    *next = fetch->received;
    for (size_t i = 0; i < entries->n_entries; i++) {
        struct ys_hash leaf;
        ys_leaf_hash(ys_wire_view(&entries->entries[i]->note), &leaf);
        if (ys_frontier_append(next, &leaf) != YS_OK)
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

static enum ys_code ask_for_entries(struct ys_session *session, struct ys_turn *turn,
                                    struct ys_peer_log *log, const Yishi__V1__Entries *entries,
                                    struct ys_err *err)
{
    const uint64_t bytes = payload_bytes(entries);
    const size_t room =
        entries->n_entries * (sizeof(struct ys_entry) + 16) + bytes + log->fetch->target_size + 64;
    struct ys_change *change = NULL;
    enum ys_code code = ys_change_new(YS_CHANGE_ENTRIES, room, &change, err);
    if (code != YS_OK)
        return code;
    change->session = session->options.id;
    set_origin(change, log);
    change->first_index = entries->first_index;
    ys_frontier_root(&log->fetch->received, &change->first_root);
    change->count = entries->n_entries;
    change->credit = bytes;
    change->cosign = is_descendant(turn, &log->division);
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
    turn->change(turn->context, change);
    return YS_OK;
}

static enum ys_code send_ack(struct ys_session *session, struct ys_turn *turn,
                             struct ys_peer_log *log, uint64_t durable_size, uint64_t credit,
                             struct ys_err *err)
{
    Yishi__V1__Message message = YISHI__V1__MESSAGE__INIT;
    Yishi__V1__Ack ack = YISHI__V1__ACK__INIT;
    ack.origin = log->origin;
    ack.has_durable_size = ack.has_credit = true;
    ack.durable_size = durable_size;
    ack.credit = credit;
    message.kind_case = YISHI__V1__MESSAGE__KIND_ACK;
    message.ack = &ack;
    return ys_session_send(session, turn, &message, err);
}

enum ys_code ys_session_on_entries(struct ys_session *session, struct ys_turn *turn,
                                   const Yishi__V1__Entries *entries, struct ys_err *err)
{
    struct ys_peer_log *log = NULL;
    struct ys_frontier next;
    enum ys_code code = ys_session_log(session, entries->origin, &log, err);
    if (code != YS_OK)
        return code;
    /* Sent before our last WANT reached the peer: of no use, but its credit is. */
    if (log->fetch == NULL || entries->first_index != log->fetch->received.size)
        return send_ack(session, turn, log, log->fetch == NULL ? 0 : log->fetch->durable,
                        payload_bytes(entries), err);
    code = adopt_target(turn, log, entries, err);
    struct ys_err why = {0};
    if (code == YS_OK && check_tree(log, entries, &next, &why) != YS_OK) {
        give_up(turn, log, &why);
        return send_ack(session, turn, log, 0, payload_bytes(entries), err);
    }
    if (code == YS_OK)
        code = ask_for_entries(session, turn, log, entries, err);
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
    if (stored.frontier.size >= log->fetch->target.size) {
        ys_fetch_end(log);
        return YS_OK;
    }
    log->fetch->received = stored.frontier;
    log->fetch->durable = stored.frontier.size;
    log->wanted = true;
    return YS_OK;
}

enum ys_code ys_session_committed(struct ys_session *session, struct ys_turn *turn,
                                  const struct ys_change_result *result, struct ys_err *err)
{
    struct ys_peer_log *log = NULL;
    enum ys_code code = YS_OK;
    YS_ASSERT(session->in_flight > 0);
    session->in_flight--;
    code = ys_session_log(session, result->origin, &log, err);
    if (code != YS_OK)
        return code;
    if (result->code == YS_FORK)
        give_up(turn, log, &result->err); /* asked again it would tell the same */
    if (result->kind == YS_CHANGE_ENTRIES) {
        code = send_ack(session, turn, log, result->durable_size, result->credit, err);
        if (code == YS_OK && result->code != YS_OK)
            code = begin_again(turn, log, err);
        else if (log->fetch != NULL && result->durable_size > log->fetch->durable)
            log->fetch->durable = result->durable_size;
        if (log->fetch != NULL && log->fetch->durable >= log->fetch->target.size)
            ys_fetch_end(log);
        if (code == YS_OK && log->fetch == NULL)
            code = retry_log(session, turn, log, err);
    }
    if (code == YS_OK)
        code = send_all_wants(session, turn, err);
    return code != YS_OK ? code : ys_session_settle(session, turn, err);
}
