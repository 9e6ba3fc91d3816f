#include "node/draft_state.h"

#include "node/file.h"
#include "node/overtaken.h"

#include <stdlib.h>

/* Classes of bodies of the record's unit that have a line under it. */
static unsigned signed_by(const struct ys_written *written)
{
    struct ys_note note;
    if (written->note.size == 0 || ys_note_parse(written->note, &note, NULL) != YS_OK)
        return 0;
    return ys_note_bodies(&note, &written->record.origin.division);
}

static unsigned lacking(const struct ys_kind *kind, unsigned classes, enum ys_level level)
{
    unsigned missing = kind->also & ~classes;
    for (unsigned class = 1; class < YS_BODY_ROOT && (classes & kind->authors) == 0; class <<= 1)
        if ((kind->authors & class) != 0 && ys_body_class_at(class, level))
            missing |= class;
    return missing;
}

void ys_draft_state(const struct ys_sheet *sheet, char id_room[YS_RECORD_ID_TEXT_MAX],
                    struct ys_view_draft *out)
{
    *out = (struct ys_view_draft){.no = sheet->no, .path = sheet->path, .id = "", .why = ""};
    if (!sheet->bound) {
        out->kind = sheet->draft.kind;
        out->subject = sheet->draft.subject;
        out->state = YS_VIEW_DRAFT_WRITING;
        return;
    }
    const struct ys_written *const written = &sheet->file.record[0];
    out->kind = ys_kind_by_name(ys_bytes_of_text(written->record.kind));
    out->subject = written->record.subject;
    out->signed_by = signed_by(written);
    out->lacking =
        lacking(out->kind, out->signed_by, ys_division_level(&written->record.origin.division));
    out->state = out->lacking == 0 ? YS_VIEW_DRAFT_COMPLETE : YS_VIEW_DRAFT_SIGNING;
    ys_record_id_print(&written->id, id_room);
    out->id = id_room;
}

/* The kind that the text names, if so much can be read. */
static const struct ys_kind *kind_in(const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    json_t *json = NULL;
    const struct ys_kind *kind = NULL;
    if (ys_file_read_all(path, YS_JSON_FILE_MAX, &bytes, &size, NULL) == YS_OK &&
        ys_sheet_json((struct ys_bytes){bytes, size}, &json, NULL) == YS_OK) {
        const char *const name = json_string_value(json_object_get(json, "kind"));
        kind = name == NULL ? NULL : ys_kind_by_name(ys_bytes_of_text(name));
    }
    free(bytes);
    json_decref(json);
    return kind;
}

void ys_draft_state_unread(const struct ys_sheet *sheet, const struct ys_err *why,
                           struct ys_view_draft *out)
{
    *out = (struct ys_view_draft){.no = sheet->no,
                                  .path = sheet->path,
                                  .kind = kind_in(sheet->path),
                                  .subject = "-",
                                  .id = "",
                                  .why = why->msg};
    out->state = out->kind == NULL ? YS_VIEW_DRAFT_BROKEN : YS_VIEW_DRAFT_WRITING;
}
