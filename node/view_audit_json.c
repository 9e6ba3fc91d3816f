#include "crypto/base64.h"
#include "node/json_out.h"
#include "node/view_audit.h"

#include <sodium.h>

static json_t *flaws_of(const struct ys_flaws *flaws)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < flaws->kept; i++) {
        const struct ys_flaw *const flaw = &flaws->item[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o, s:o}", "kind", ys_flaw_word(flaw->kind),
                                        "where", ys_json_text(flaw->where), "index",
                                        flaw->has_index ? ys_json_number(flaw->index) : json_null(),
                                        "text", ys_json_text(flaw->text)));
    }
    return list;
}

static json_t *root_of(const struct ys_hash *root)
{
    uint8_t text[YS_BASE64_LEN(YS_HASH_LEN)];
    struct ys_writer w = {.data = text, .capacity = sizeof text};
    ys_writer_base64(&w, (struct ys_bytes){root->bytes, YS_HASH_LEN});
    return json_stringn((const char *)text, w.size);
}

static void put_log(json_t *object, const struct ys_scrub_log *log)
{
    json_t *const verdicts = json_object();
    for (unsigned i = 0; i < YS_VERDICTS; i++)
        json_object_set_new(verdicts, ys_verdict_name((enum ys_verdict)i),
                            ys_json_number(log->verdicts[i]));
    json_object_set_new(object, "size", ys_json_number(log->log->frontier.size));
    json_object_set_new(object, "root", root_of(&log->log->root));
    json_object_set_new(object, "state", json_string(ys_log_state_name(log->log->state)));
    json_object_set_new(object, "verdicts", verdicts);
    json_object_set_new(object, "heads", ys_json_number(log->heads));
    json_object_set_new(object, "cosignatures", ys_json_number(log->cosignatures));
    json_object_set_new(object, "last_cosigned",
                        ys_json_time(log->last_cosigned_s != 0, log->last_cosigned_s));
    json_object_set_new(object, "references", ys_json_number(log->references));
    json_object_set_new(object, "receipts", ys_json_number(log->receipts));
    json_object_set_new(object, "files", ys_json_number(log->files));
    json_object_set_new(object, "absent_bodies", ys_json_number(log->absent_bodies));
    json_object_set_new(object, "erased_bodies", ys_json_number(log->tombstones));
}

void ys_json_audit_line(const struct ys_audit_line *line)
{
    json_t *const object =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "verdict", ys_audit_word(line->verdict), "code",
                  ys_json_text_or_null(line->code), "name", ys_json_text_or_null(line->name),
                  "origin", ys_json_text_or_null(line->origin), "flaw_count",
                  ys_json_number(line->flaws->count), "flaws", flaws_of(line->flaws));
    if (line->scrubbed != NULL)
        put_log(object, line->scrubbed);
    ys_json_line(object);
}

void ys_json_audit_end(const struct ys_view_audit_end *end)
{
    const struct ys_audit_totals *const totals = end->totals;
    ys_json_line(json_pack(
        "{s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", totals->failed + totals->open == 0,
        "root", end->root, "audited_at", ys_json_time(true, end->at_s), "logs",
        ys_json_number(totals->logs), "records", ys_json_number(totals->records), "signatures_ok",
        ys_json_number(totals->signatures_ok), "failed", ys_json_number(totals->failed), "open",
        ys_json_number(totals->open), "flaws", ys_json_number(totals->flaws)));
}

void ys_json_healed(const struct ys_view_healed *healed)
{
    ys_json_line(json_pack("{s:s, s:o, s:o, s:o}", "origin", healed->origin, "flaws",
                           ys_json_number(healed->flaws), "size", ys_json_number(healed->size),
                           "kept", ys_json_number(healed->kept)));
}

void ys_json_committed(const struct ys_view_committed *committed)
{
    ys_json_line(json_pack("{s:o, s:s}", "file", ys_json_text(committed->file), "purpose",
                           committed->purpose));
}

static json_t *id_of(const struct ys_hash *hash)
{
    char text[YS_RECORD_ID_TEXT_MAX];
    ys_record_id_print(hash, text);
    return json_string(text);
}

void ys_json_drawn(const struct ys_view_drawn *view)
{
    const struct ys_drawn *const drawn = view->drawn;
    ys_json_line(json_pack("{s:o, s:b, s:s, s:o, s:o, s:s, s:s, s:o}", "number",
                           ys_json_number(view->number), "ok", drawn->flaws.count == 0, "origin",
                           drawn->origin, "index", ys_json_number(drawn->index), "id",
                           drawn->here ? id_of(&drawn->id) : json_null(), "kind", drawn->kind,
                           "matter", drawn->subject, "flaws", flaws_of(&drawn->flaws)));
}

void ys_json_sample(const struct ys_view_sample *view)
{
    const struct ys_sample *const sample = view->sample;
    char nonce[2 * YS_NONCE_LEN + 1];
    json_t *const logs = json_array();
    sodium_bin2hex(nonce, sizeof nonce, view->nonce, YS_NONCE_LEN);
    for (size_t i = 0; i < sample->logs.count; i++)
        json_array_append_new(logs, json_pack("{s:s, s:o}", "origin", sample->logs.item[i].origin,
                                              "size", ys_json_number(sample->logs.item[i].size)));
    ys_json_line(json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "nonce", nonce, "commitment",
        id_of(&sample->commitment), "commitment_index", ys_json_number(sample->commitment_index),
        "commitments_before", ys_json_number(sample->commitments_before), "receipts",
        id_of(&sample->beacon), "receipts_index", ys_json_number(sample->beacon_index), "seed",
        id_of(&sample->seed), "population", ys_json_number(sample->population), "drawn",
        ys_json_number(sample->count), "logs", logs));
}

void ys_json_evidence(const struct ys_view_evidence *view)
{
    ys_json_line(json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "matter", view->matter, "folder",
                           ys_json_text(view->folder), "archive", ys_json_text(view->archive),
                           "records", ys_json_number(view->made->records), "membership",
                           ys_json_number(view->made->membership), "keys",
                           ys_json_number(view->made->keys), "unproven",
                           ys_json_number(view->made->unproven)));
}
