#include "proto/wire.h"
#include "sync/session_state.h"

#include <string.h>

/* --- their lines --- */

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

enum ys_code ys_head_keep_good(const struct ys_member *member, const struct ys_note *note,
                               const struct ys_vkey *log_key, const struct ys_division *division,
                               struct ys_checked_head *out, struct ys_err *err)
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
            (key == log_key || ys_note_check(note, key, NULL) == YS_LINE_GOOD))
            lines[count++] = note->line[i];
    }
    struct ys_writer w = {.data = out->note, .capacity = sizeof out->note};
    const enum ys_code code = ys_note_join(&w, note->text, lines, count, err);
    out->note_size = w.size;
    return code;
}

enum ys_code ys_head_check(struct ys_turn *turn, const struct ys_peer_log *log,
                           struct ys_bytes bytes, struct ys_checked_head *out, struct ys_err *err)
{
    struct ys_note note;
    out->unknown_witness = out->key_known = false;
    enum ys_code code = ys_note_parse(bytes, &note, err);
    if (code == YS_OK)
        code = ys_checkpoint_parse(note.text, &out->checkpoint, err);
    if (code != YS_OK)
        return code;
    /* A key that was cut signs no head above its cut. */
    const struct ys_vkey *const key =
        ys_member_log_key_at(turn->member, log->origin, out->checkpoint.size);
    if (key == NULL)
        return YS_OK;
    out->key_known = true;
    code = ys_checkpoint_open(bytes, key, &out->checkpoint, &note, err);
    if (code == YS_OK && out->checkpoint.size == 0)
        code = ys_fail(err, YS_MALFORMED, "log %s: a head of an empty log", log->origin);
    return code != YS_OK ? code
                         : ys_head_keep_good(turn->member, &note, key, &log->division, out, err);
}

/* --- heads of entries that are here --- */

bool ys_session_is_descendant(const struct ys_turn *turn, const struct ys_division *division)
{
    const struct ys_name *const self = &ys_store_identity(turn->store)->origin;
    return !ys_name_is_observers(self) && ys_division_within(division, &self->division) &&
           !ys_division_equal(division, &self->division);
}

static enum ys_code keep_head(struct ys_session *session, struct ys_turn *turn,
                              struct ys_peer_log *log, const struct ys_checked_head *head,
                              struct ys_err *err)
{
    struct ys_change *change = NULL;
    const enum ys_code code = ys_change_new(YS_CHANGE_HEAD, head->note_size + 8, &change, err);
    if (code != YS_OK)
        return code;
    change->session = session->options.id;
    memcpy(change->origin, log->origin, sizeof change->origin);
    change->checkpoint = ys_change_keep(change, (struct ys_bytes){head->note, head->note_size});
    change->checkpoint_size = head->checkpoint.size;
    change->cosign = ys_session_is_descendant(turn, &log->division);
    session->in_flight++;
    turn->change(turn->context, change);
    return YS_OK;
}

/* Is there anything in this head that the store lacks? */
static enum ys_code head_is_news(struct ys_turn *turn, const struct ys_log *stored,
                                 const struct ys_checked_head *head, bool *news, struct ys_err *err)
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

enum ys_code ys_head_compare(struct ys_session *session, struct ys_turn *turn,
                             struct ys_peer_log *log, const struct ys_log *stored,
                             const struct ys_checked_head *head, struct ys_err *err)
{
    struct ys_hash root;
    bool news = false;
    enum ys_code code = ys_log_root_at(turn->txn, stored, head->checkpoint.size, &root, err);
    if (code != YS_OK)
        return code;
    if (!ys_hash_equal(&root, &head->checkpoint.root))
        return ys_session_dispute(session, turn, log, stored, head, err);
    code = head_is_news(turn, stored, head, &news, err);
    return code != YS_OK || !news ? code : keep_head(session, turn, log, head, err);
}
