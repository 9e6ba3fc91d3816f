#include "node/author.h"

#include "crypto/assert.h"
#include "crypto/base64.h"
#include "crypto/crash_point.h"
#include "node/file.h"
#include "node/lang.h"
#include "node/reference.h"
#include "proto/exemption.h"
#include "proto/json.h"
#include "sync/rewind.h"
#include "sync/verdict.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- drafts --- */

void ys_draft_clear(struct ys_draft *draft)
{
    ys_arena_clear(&draft->arena);
    draft->body = NULL;
}

/* Take a text out of the object, if it is there. */
static enum ys_code take_text(json_t *object, const char *field, char *out, size_t size,
                              bool *found_out, struct ys_err *err)
{
    const json_t *const value = json_object_get(object, field);
    *found_out = value != NULL;
    if (value == NULL)
        return YS_OK;
    if (!json_is_string(value))
        return ys_fail(err, YS_MALFORMED, _("%s: is not a string"), field);
    if (json_string_length(value) >= size) /* jansson has refused NUL */
        return ys_fail(err, YS_LIMIT, _("%s: has more than %zu bytes"), field, size - 1);
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    json_object_del(object, field);
    return YS_OK;
}

/* A record says for which log it is made only to be refused by every other. */
static enum ys_code check_target(json_t *object, const struct ys_name *origin, struct ys_err *err)
{
    char own[YS_KEY_NAME_MAX + 1];
    char text[YS_KEY_NAME_MAX + 1];
    bool found = false;
    ys_name_print(origin, own);
    enum ys_code code = take_text(object, "deployment", text, sizeof text, &found, err);
    if (code == YS_OK && found && strcmp(text, origin->deployment) != 0)
        return ys_fail(err, YS_DENIED,
                       _("deployment: the record is made for %s, this node is of %s"), text,
                       origin->deployment);
    if (code == YS_OK)
        code = take_text(object, "origin", text, sizeof text, &found, err);
    if (code == YS_OK && found && strcmp(text, own) != 0)
        return ys_fail(err, YS_DENIED,
                       _("origin: the record is made for log %s, the log here is %s"), text, own);
    return code;
}

static enum ys_code take_subject(json_t *object, char subject[YS_KIND_NAME_MAX + 1],
                                 struct ys_err *err)
{
    bool found = false;
    const enum ys_code code =
        take_text(object, "subject", subject, YS_KIND_NAME_MAX + 1, &found, err);
    if (code != YS_OK)
        return code;
    if (!found)
        memcpy(subject, "-", 2);
    if (!ys_kind_word_valid(ys_bytes_of_text(subject)))
        return ys_fail(err, YS_MALFORMED,
                       _("subject: \"%s\" is no matter number (a-z, 0-9, point, dash, underscore)"),
                       subject);
    return YS_OK;
}

static enum ys_code take_kind(json_t *object, const struct ys_kind **out, struct ys_err *err)
{
    char name[YS_KIND_NAME_MAX + 1];
    bool found = false;
    const enum ys_code code = take_text(object, "kind", name, sizeof name, &found, err);
    if (code != YS_OK || !found)
        return code;
    *out = ys_kind_by_name(ys_bytes_of_text(name));
    if (*out == NULL)
        return ys_fail(err, YS_MALFORMED, _("kind: \"%s\" is not known to this version"), name);
    return YS_OK;
}

static enum ys_code decode_body(json_t *object, const struct ys_kind *said, struct ys_draft *draft,
                                struct ys_err *err)
{
    ProtobufCMessage *message = NULL;
    if (json_object_get(object, "salt") != NULL)
        return ys_fail(err, YS_MALFORMED, _("salt: is made by the node; leave it out"));
    const enum ys_code code =
        ys_json_decode(object, &yishi__v1__body__descriptor, "", &draft->arena, &message, err);
    if (code != YS_OK)
        return code;
    draft->body = (Yishi__V1__Body *)(void *)message;
    if (draft->body->kind_case == YISHI__V1__BODY__KIND__NOT_SET)
        return ys_fail(err, YS_MALFORMED, _("%s: is missing"), said == NULL ? "kind" : said->name);
    draft->kind = ys_body_kind(draft->body);
    if (said != NULL && said != draft->kind)
        return ys_fail(err, YS_MALFORMED, _("kind: is %s, but what stands in the record is %s"),
                       said->name, draft->kind->name);
    return YS_OK;
}

enum ys_code ys_draft_take(json_t *object, const struct ys_name *origin, struct ys_draft *out,
                           struct ys_err *err)
{
    const struct ys_kind *said = NULL;
    struct ys_draft draft = {.body = NULL};
    enum ys_code code = YS_OK;
    ys_arena_init(&draft.arena, YS_BODY_ARENA_MAX);
    if (!json_is_object(object))
        code = ys_fail(err, YS_MALFORMED, _("the record is no JSON object"));
    if (code == YS_OK)
        code = check_target(object, origin, err);
    if (code == YS_OK)
        code = take_subject(object, draft.subject, err);
    if (code == YS_OK)
        code = take_kind(object, &said, err);
    if (code == YS_OK)
        code = decode_body(object, said, &draft, err);
    if (code == YS_OK)
        *out = draft;
    else
        ys_draft_clear(&draft);
    return code;
}

enum ys_code ys_draft_parse(struct ys_bytes json, const struct ys_name *origin,
                            struct ys_draft *out, struct ys_err *err)
{
    json_t *object = NULL;
    enum ys_code code = ys_json_load(json, &object, err);
    if (code == YS_OK)
        code = ys_draft_take(object, origin, out, err);
    json_decref(object);
    return code;
}

enum ys_code ys_draft_read(const char *path, const struct ys_name *origin, struct ys_draft *out,
                           struct ys_err *err)
{
    struct ys_err why = {0};
    uint8_t *bytes = NULL;
    struct ys_bytes text = {0};
    enum ys_code code = ys_file_read_all(path, YS_JSON_FILE_MAX, &bytes, &text.size, err);
    if (code != YS_OK)
        return code;
    text.data = bytes;
    code = ys_draft_parse(text, origin, out, &why);
    free(bytes);
    return code == YS_OK ? YS_OK
                         : ys_fail(err, code, "%s: %s",
                                   strcmp(path, "-") == 0 ? _("standard input") : path, why.msg);
}

static enum ys_code salt_body(struct ys_draft *draft, struct ys_err *err)
{
    uint8_t *const salt = ys_arena_alloc(&draft->arena, YS_BODY_SALT_LEN);
    if (salt == NULL)
        return ys_arena_fail(&draft->arena, err);
    randombytes_buf(salt, YS_BODY_SALT_LEN);
    draft->body->has_salt = 1;
    draft->body->salt = (ProtobufCBinaryData){.len = YS_BODY_SALT_LEN, .data = salt};
    return YS_OK;
}

enum ys_code ys_draft_pack(json_t *object, const char *field, struct ys_err *err)
{
    ProtobufCMessage *message = NULL;
    YS_DRAFT_SCOPED draft = {.body = NULL};
    ys_arena_init(&draft.arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_json_decode(json_object_get(object, field), &yishi__v1__body__descriptor,
                                       field, &draft.arena, &message, err);
    if (code != YS_OK)
        return code;
    draft.body = (Yishi__V1__Body *)(void *)message;
    if (!draft.body->has_salt)
        code = salt_body(&draft, err);
    uint8_t *const room = malloc(YS_RECORD_BODY_MAX + YS_BASE64_LEN(YS_RECORD_BODY_MAX));
    if (code == YS_OK && room == NULL)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    struct ys_writer body = {.data = room, .capacity = YS_RECORD_BODY_MAX};
    if (code == YS_OK)
        code = ys_body_encode(draft.body, &body, err);
    if (code == YS_OK) {
        struct ys_writer text = {.data = room + YS_RECORD_BODY_MAX,
                                 .capacity = YS_BASE64_LEN(YS_RECORD_BODY_MAX)};
        ys_writer_base64(&text, (struct ys_bytes){body.data, body.size});
        json_object_set_new(object, field, json_stringn((const char *)text.data, text.size));
    }
    free(room);
    return code;
}

void ys_draft_of(Yishi__V1__Body *body, struct ys_draft *out)
{
    *out = (struct ys_draft){.body = body, .kind = ys_body_kind(body), .subject = "-"};
    ys_arena_init(&out->arena, YS_BODY_ARENA_MAX);
}

/* --- who signs --- */

static const char root_name[] = "root";

static unsigned class_of(const char *body)
{
    return strcmp(body, root_name) == 0 ? YS_BODY_ROOT : ys_body_class(body);
}

static bool class_possible(unsigned class, enum ys_level level)
{
    return class == YS_BODY_ROOT ? level == YS_LEVEL_DISTRICT : ys_body_class_at(class, level);
}

/* Add the body of a class: the two letters are its name, but for departments, which must be here. */
static bool add_class(struct ys_signatories *list, unsigned class,
                      const struct ys_body_names *present)
{
    static const struct {
        unsigned class;
        const char *name;
    } fixed[] = {{YS_BODY_RC, "rc"}, {YS_BODY_PO, "po"}, {YS_BODY_SC, "sc"},
                 {YS_BODY_ST, "st"}, {YS_BODY_DA, "da"}, {YS_BODY_ROOT, root_name}};
    const char *name = NULL;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (fixed[i].class == class)
            name = fixed[i].name;
    for (size_t i = 0; i < present->count && name == NULL; i++)
        if (class == YS_BODY_GD && ys_body_class(present->name[i]) == YS_BODY_GD)
            name = present->name[i];
    if (name == NULL || list->count == YS_SIGNATORIES_MAX)
        return false;
    memcpy(list->body[list->count++], name, strlen(name) + 1);
    return true;
}

static unsigned classes_of(const struct ys_signatories *list)
{
    unsigned classes = 0;
    for (size_t i = 0; i < list->count; i++)
        classes |= class_of(list->body[i]);
    return classes;
}

static enum ys_code check_named(const struct ys_kind *kind, const struct ys_division *unit,
                                const struct ys_signatories *as, struct ys_err *err)
{
    const enum ys_level level = ys_division_level(unit);
    for (size_t i = 0; i < as->count; i++)
        if (class_of(as->body[i]) == 0 || !class_possible(class_of(as->body[i]), level))
            return ys_fail(err, YS_USAGE, _("%s has no body \"%s\""), unit->digits, as->body[i]);
    const unsigned classes = classes_of(as);
    if ((classes & kind->authors) == 0)
        return ys_fail(err, YS_DENIED, _("%s: none of those named may write it"), kind->name);
    for (unsigned class = 1; class <= YS_BODY_ROOT; class <<= 1)
        if ((kind->also & ~classes & class) != 0)
            return ys_fail(err, YS_DENIED, _("%s: must also be signed by: %s"), kind->name,
                           ys_body_class_text(class, ys_lang_is_chinese()));
    return YS_OK;
}

enum ys_code ys_signatories_choose(const struct ys_kind *kind, const struct ys_division *unit,
                                   const struct ys_signatories *as,
                                   const struct ys_body_names *present, struct ys_signatories *out,
                                   struct ys_err *err)
{
    /* The first of these that may write it does; a department or the root only if nobody else may. */
    static const unsigned order[] = {YS_BODY_RC, YS_BODY_PO, YS_BODY_SC,  YS_BODY_ST,
                                     YS_BODY_DA, YS_BODY_GD, YS_BODY_ROOT};
    const enum ys_level level = ys_division_level(unit);
    struct ys_signatories list = {.count = 0};
    if (kind->authors == YS_BODY_NODE)
        return ys_fail(err, YS_DENIED,
                       _("%s: the node writes this kind by itself, nobody signs it"), kind->name);
    if (as != NULL && as->count != 0) {
        const enum ys_code code = check_named(kind, unit, as, err);
        if (code == YS_OK)
            *out = *as;
        return code;
    }
    for (size_t i = 0; i < sizeof order / sizeof *order && list.count == 0; i++)
        if ((kind->authors & order[i]) != 0 && class_possible(order[i], level))
            (void)add_class(&list, order[i], present);
    if (list.count == 0)
        return ys_fail(err, YS_DENIED, _("%s: no body of %s, a %s, may write it"), kind->name,
                       unit->digits, ys_level_name(level));
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if ((kind->also & ~classes_of(&list) & order[i]) != 0 &&
            !add_class(&list, order[i], present))
            return ys_fail(err, YS_DENIED, _("%s: must also be signed by: %s"), kind->name,
                           ys_body_class_text(order[i], ys_lang_is_chinese()));
    *out = list;
    return YS_OK;
}

struct ys_name ys_signatory_name(const struct ys_name *origin, const char *body)
{
    return strcmp(body, root_name) == 0 ? ys_name_root(origin->deployment, &origin->division)
                                        : ys_name_body(origin->deployment, &origin->division, body);
}

/* --- writing --- */

void ys_written_clear(struct ys_written *written)
{
    free(written->block);
    *written = (struct ys_written){.signer_count = 0};
}

enum { BLOCK_SIZE = YS_RECORD_BODY_MAX + YS_RECORD_TEXT_MAX + YS_RECORD_NOTE_MAX };

enum ys_code ys_written_bind(struct ys_draft *draft, const struct ys_name *origin,
                             uint64_t signed_at_s, struct ys_written *out, struct ys_err *err)
{
    YS_ASSERT(ys_kind_word_valid(ys_bytes_of_text(draft->subject)));
    enum ys_code code = salt_body(draft, err);
    if (code == YS_OK)
        code = ys_body_check_authored(draft->body, err);
    if (code == YS_OK)
        code = ys_exemption_check(draft->body, err);
    if (code != YS_OK)
        return code;
    YS_WRITTEN_SCOPED made = {.record = {.origin = *origin, .signed_at_s = signed_at_s}};
    made.block = malloc(BLOCK_SIZE);
    if (made.block == NULL)
        return ys_fail(err, YS_NOMEM, _("record: out of memory"));
    memcpy(made.record.kind, draft->kind->name, strlen(draft->kind->name) + 1);
    memcpy(made.record.subject, draft->subject, sizeof made.record.subject);

    struct ys_writer body = {.data = made.block, .capacity = YS_RECORD_BODY_MAX};
    code = ys_body_encode(draft->body, &body, err);
    if (code != YS_OK)
        return code;
    made.body = (struct ys_bytes){.data = body.data, .size = body.size};
    ys_record_bind(&made.record, made.body);
    struct ys_writer text = {.data = made.block + YS_RECORD_BODY_MAX,
                             .capacity = YS_RECORD_TEXT_MAX};
    ys_record_print(&text, &made.record);
    YS_ASSERT(!text.overflow);
    made.text = (struct ys_bytes){.data = text.data, .size = text.size};
    ys_record_id(made.text, &made.id);
    *out = made;
    made.block = NULL;
    return YS_OK;
}

static struct ys_writer note_room(const struct ys_written *written)
{
    return (struct ys_writer){.data = written->block + YS_RECORD_BODY_MAX + YS_RECORD_TEXT_MAX,
                              .capacity = YS_RECORD_NOTE_MAX};
}

/* Whoever made the draft: what is a person's is not signed here, nor what this version cannot read. */
static enum ys_code check_impersonal(const struct ys_written *written, struct ys_err *err)
{
    struct ys_arena arena;
    const Yishi__V1__Body *body = NULL;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    enum ys_code code = ys_body_decode(written->body, &arena, &body, err);
    if (code == YS_OK)
        code = ys_exemption_check(body, err);
    ys_arena_clear(&arena);
    return code;
}

enum ys_code ys_written_sign(struct ys_written *written, const struct ys_signer *const *signers,
                             unsigned count, struct ys_err *err)
{
    YS_ASSERT(written->block != NULL && count <= YS_NOTE_LINES_AUTHORED);
    struct ys_writer note = note_room(written);
    enum ys_code code = check_impersonal(written, err);
    if (code == YS_OK)
        code = ys_note_sign(&note, written->text, signers, count, 0, err);
    if (code != YS_OK)
        return code;
    written->note = (struct ys_bytes){.data = note.data, .size = note.size};
    for (unsigned i = 0; i < count; i++)
        written->signer[i] = signers[i]->vkey;
    written->signer_count = count;
    return YS_OK;
}

enum ys_code ys_written_read(struct ys_bytes bytes, struct ys_bytes body, struct ys_written *out,
                             struct ys_err *err)
{
    YS_WRITTEN_SCOPED read = {.signer_count = 0};
    struct ys_note note = {.text = bytes};
    const bool is_note = memmem(bytes.data, bytes.size, "\n\n", 2) != NULL;
    enum ys_code code = is_note ? ys_note_parse(bytes, &note, err) : YS_OK;
    if (code == YS_OK)
        code = ys_record_parse(note.text, &read.record, err);
    if (code == YS_OK)
        code = ys_record_check_body(&read.record, body, err);
    if (code != YS_OK)
        return code;
    read.block = malloc(BLOCK_SIZE);
    if (read.block == NULL)
        return ys_fail(err, YS_NOMEM, _("record: out of memory"));
    YS_ASSERT(body.size <= YS_RECORD_BODY_MAX && note.text.size <= YS_RECORD_TEXT_MAX);
    struct ys_writer room = note_room(&read);
    memcpy(read.block, body.data, body.size);
    memcpy(read.block + YS_RECORD_BODY_MAX, note.text.data, note.text.size);
    if (is_note)
        memcpy(room.data, bytes.data, bytes.size);
    read.body = (struct ys_bytes){read.block, body.size};
    read.text = (struct ys_bytes){read.block + YS_RECORD_BODY_MAX, note.text.size};
    read.note = (struct ys_bytes){room.data, is_note ? bytes.size : 0};
    ys_record_id(read.text, &read.id);
    *out = read;
    read.block = NULL;
    return YS_OK;
}

enum ys_code ys_written_add_line(struct ys_written *written, const struct ys_signer *signer,
                                 struct ys_err *err)
{
    enum { ONE_LINE_MAX = YS_RECORD_TEXT_MAX + YS_VKEY_TEXT_MAX + 256 };
    uint8_t single[ONE_LINE_MAX];
    struct ys_writer w = {.data = single, .capacity = sizeof single};
    struct ys_note added;
    struct ys_note note = {.line_count = 0};
    if (written->note.size == 0)
        return ys_written_sign(written, &signer, 1, err);
    enum ys_code code = check_impersonal(written, err);
    if (code == YS_OK)
        code = ys_note_sign(&w, written->text, &signer, 1, 0, err);
    if (code == YS_OK)
        code = ys_note_parse((struct ys_bytes){single, w.size}, &added, err);
    if (code == YS_OK)
        code = ys_note_parse(written->note, &note, err);
    if (code == YS_OK && ys_note_check(&note, &signer->vkey, NULL) != YS_LINE_ABSENT)
        code = ys_fail(err, YS_EXISTS, _("key %08x has signed already"), signer->vkey.id);
    if (code == YS_OK && note.line_count >= YS_NOTE_LINES_AUTHORED)
        code = ys_fail(err, YS_LIMIT, _("record: it has %d signatures, and may have no more"),
                       YS_NOTE_LINES_AUTHORED);
    if (code != YS_OK)
        return code;
    uint8_t *const joined = malloc(YS_RECORD_NOTE_MAX);
    struct ys_writer all = {.data = joined, .capacity = YS_RECORD_NOTE_MAX};
    if (joined == NULL)
        return ys_fail(err, YS_NOMEM, _("record: out of memory"));
    note.line[note.line_count++] = added.line[0];
    code = ys_note_join(&all, written->text, note.line, note.line_count, err);
    if (code == YS_OK) {
        memcpy(note_room(written).data, joined, all.size);
        written->note = (struct ys_bytes){note_room(written).data, all.size};
        written->signer[written->signer_count++] = signer->vkey;
    }
    free(joined);
    return code;
}

enum ys_code ys_written_join(struct ys_written *written, struct ys_bytes bytes, struct ys_err *err)
{
    struct ys_note one = {.line_count = 0};
    struct ys_note other = {.line_count = 0};
    if (bytes.size == 0)
        return YS_OK;
    enum ys_code code = ys_note_parse(bytes, &other, err);
    if (code == YS_OK && written->note.size != 0)
        code = ys_note_parse(written->note, &one, err);
    if (code != YS_OK)
        return code;
    YS_ASSERT(ys_bytes_equal(other.text, written->text));
    uint8_t *const joined = malloc(YS_RECORD_NOTE_MAX);
    struct ys_writer all = {.data = joined, .capacity = YS_RECORD_NOTE_MAX};
    if (joined == NULL)
        return ys_fail(err, YS_NOMEM, _("record: out of memory"));
    for (unsigned i = 0; i < other.line_count && one.line_count < YS_NOTE_LINES_MAX; i++)
        one.line[one.line_count++] = other.line[i];
    code = ys_note_join(&all, written->text, one.line, one.line_count, err);
    if (code == YS_OK) {
        memcpy(note_room(written).data, joined, all.size);
        written->note = (struct ys_bytes){note_room(written).data, all.size};
    }
    free(joined);
    return code;
}

/* --- may these keys sign? --- */

static bool is_root_key(const struct ys_root_chain *roots, const struct ys_vkey *vkey)
{
    for (unsigned i = 0; i < roots->count; i++)
        if (ys_root_has_key(&roots->policy[i], vkey))
            return true;
    return false;
}

/* Does the membership say anything about keys of this unit? */
static bool unit_known(const struct ys_member *member, const struct ys_division *unit)
{
    if (ys_member_node(member, unit) != NULL)
        return true;
    for (size_t i = 0; i < ys_member_key_count(member); i++)
        if (ys_division_equal(&ys_member_key_at(member, i)->name.division, unit))
            return true;
    return false;
}

static enum ys_code check_key(const struct ys_node *node, const struct ys_vkey *vkey,
                              uint64_t index, bool *known_out, struct ys_err *err)
{
    const struct ys_member *const member = node->member;
    const struct ys_member_key *registered = NULL;
    const struct ys_member_key *other = NULL;
    *known_out = true;
    if (is_root_key(&node->roots, vkey))
        return YS_OK;
    for (size_t i = 0; i < ys_member_key_count(member); i++) {
        const struct ys_member_key *const key = ys_member_key_at(member, i);
        if (ys_vkey_equal(&key->vkey, vkey))
            registered = key;
        else if (strcmp(key->vkey.name, vkey->name) == 0)
            other = key;
    }
    if (registered != NULL && index >= registered->cut)
        return ys_fail(err, YS_DENIED, _("%s: this key was revoked from index %llu on"), vkey->name,
                       (unsigned long long)registered->cut);
    if (registered != NULL && index < registered->from)
        return ys_fail(err, YS_DENIED,
                       _("%s: this key is valid from index %llu on, the next is %llu"), vkey->name,
                       (unsigned long long)registered->from, (unsigned long long)index);
    if (registered != NULL)
        return YS_OK;
    if (other != NULL)
        return ys_fail(err, YS_DENIED,
                       _("%s: another key is registered under this name; have this "
                         "one admitted first (yishi join, yishi admit)"),
                       vkey->name);
    if (unit_known(member, &node->origin.division))
        return ys_fail(err, YS_DENIED,
                       _("%s: this key is not registered; have it admitted first "
                         "(yishi join, yishi admit)"),
                       vkey->name);
    *known_out = false;
    return YS_OK;
}

enum ys_code ys_author_standing(const struct ys_node *node, const struct ys_written *written,
                                uint64_t index, enum ys_standing *out, struct ys_err *err)
{
    enum ys_standing standing = YS_STANDING_REGISTERED;
    if (node->member == NULL) {
        *out = YS_STANDING_UNKNOWN;
        return YS_OK;
    }
    for (unsigned i = 0; i < written->signer_count; i++) {
        bool known = false;
        const enum ys_code code = check_key(node, &written->signer[i], index, &known, err);
        if (code != YS_OK)
            return code;
        if (!known)
            standing = YS_STANDING_UNKNOWN;
    }
    *out = standing;
    return YS_OK;
}

/* --- appending --- */

static struct ys_entry entry_of(const struct ys_written *written)
{
    return (struct ys_entry){
        .note = written->note, .content = YS_CONTENT_BODY, .body = written->body};
}

/* While the own log is recovered from elsewhere, what is written waits for it. */
static enum ys_code check_open(const struct ys_log *own, struct ys_err *err)
{
    if (own->state == YS_LOG_FOLLOWING || own->state == YS_LOG_RECOVERING)
        return YS_OK;
    return ys_fail(err, YS_REFUSED, _("log %s is %s: nothing is written to it now"),
                   own->origin_text, ys_log_state_name(own->state));
}

/* Verdicts that are certain already; what is open is left to the daemon. */
static enum ys_code judge(const struct ys_node *node, struct ys_txn *txn,
                          const struct ys_append *append, uint64_t first, struct ys_err *err)
{
    for (size_t i = 0; i < append->count; i++) {
        const struct ys_entry entry = entry_of(&append->records[i]);
        struct ys_err why = {0};
        const enum ys_verdict verdict =
            ys_judge(node->member, &node->origin, first + i, &entry, &why);
        if (verdict == YS_VERDICT_BAD)
            return ys_fail(err, YS_REFUSED, "%s: %s", append->records[i].record.kind, why.msg);
        if (verdict != YS_VERDICT_OK)
            continue;
        const uint8_t ok = YS_VERDICT_OK;
        const enum ys_code code = ys_status_set(txn, YS_OWN_LOG, first + i, &ok, 1, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

/* Everybody learns the district's log key from its first record: it must be the certificate. */
static enum ys_code check_first(const struct ys_log *own, const struct ys_written *first,
                                struct ys_err *err)
{
    if (own->frontier.size != 0 || ys_division_level(&own->origin.division) != YS_LEVEL_DISTRICT ||
        strcmp(first->record.kind, "node_certificate") == 0)
        return YS_OK;
    return ys_fail(err, YS_REFUSED,
                   _("log %s is empty: its first record is the district's certificate, which the "
                     "root signs (yishi root request)"),
                   own->origin_text);
}

/* A cut that names the root of another tree than the one held here would be worth nothing to those who
 * hold the same. A log that is not here, or not that far, cannot be compared. */
static enum ys_code check_cut(struct ys_txn *txn, const Yishi__V1__KeyRevoke *revoke,
                              struct ys_err *err)
{
    struct ys_log log;
    struct ys_hash root;
    enum ys_code code = ys_log_find(txn, revoke->log, &log, err);
    if (code == YS_NOT_FOUND || (code == YS_OK && revoke->cut_size > log.frontier.size))
        return YS_OK;
    if (code == YS_OK)
        code = ys_log_root_at(txn, &log, revoke->cut_size, &root, err);
    if (code != YS_OK)
        return code;
    if (revoke->cut_root.len == YS_HASH_LEN &&
        memcmp(root.bytes, revoke->cut_root.data, YS_HASH_LEN) == 0)
        return YS_OK;
    return ys_fail(err, YS_REFUSED,
                   _("cut_root: log %s has another root at size %llu; see: yishi log"), revoke->log,
                   (unsigned long long)revoke->cut_size);
}

static enum ys_code check_cuts(struct ys_txn *txn, const struct ys_append *append,
                               struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < append->count && code == YS_OK; i++) {
        struct ys_arena arena;
        const Yishi__V1__Body *body = NULL;
        ys_arena_init(&arena, YS_BODY_ARENA_MAX);
        code = ys_body_decode(append->records[i].body, &arena, &body, err);
        if (code == YS_OK && body->kind_case == YISHI__V1__BODY__KIND_KEY_REVOKE)
            code = check_cut(txn, body->key_revoke, err);
        ys_arena_clear(&arena);
    }
    return code;
}

static unsigned classes_signed(const struct ys_written *written)
{
    unsigned classes = 0;
    for (unsigned i = 0; i < written->signer_count; i++) {
        struct ys_name name;
        if (ys_name_parse(ys_bytes_of_text(written->signer[i].name), &name, NULL) == YS_OK)
            classes |=
                name.kind == YS_NAME_BODY ? ys_body_class(name.body) : (unsigned)YS_BODY_ROOT;
    }
    return classes;
}

/* Is one of them of the membership? */
static bool names_keys(const struct ys_append *append)
{
    for (size_t i = 0; i < append->count; i++) {
        const struct ys_kind *const kind =
            ys_kind_by_name(ys_bytes_of_text(append->records[i].record.kind));
        if (kind != NULL && kind->membership)
            return true;
    }
    return false;
}

/* Whoever publishes next finds it kept. */
static enum ys_code recall_member(const struct ys_node *node, struct ys_txn *txn,
                                  struct ys_err *err)
{
    const enum ys_code code = ys_member_recall(node->member, txn, NULL, err);
    return code == YS_OK ? ys_member_keep(node->member, txn, err) : code;
}

static enum ys_code append_all(const struct ys_node *node, struct ys_txn *txn,
                               const struct ys_append *append, struct ys_appended *out,
                               struct ys_err *err)
{
    struct ys_log own;
    enum ys_code code = ys_log_load(txn, YS_OWN_LOG, &own, err);
    if (code == YS_OK)
        code = check_open(&own, err);
    if (code == YS_OK && append->count != 0)
        code = check_first(&own, &append->records[0], err);
    if (code == YS_OK)
        code = check_cuts(txn, append, err);
    if (code == YS_OK)
        code = recall_member(node, txn, err);
    *out = (struct ys_appended){.first_index = own.frontier.size,
                                .waits = own.state == YS_LOG_RECOVERING};
    for (size_t i = 0; i < append->count && code == YS_OK; i++) {
        const struct ys_entry entry = entry_of(&append->records[i]);
        enum ys_standing standing = YS_STANDING_REGISTERED;
        code = ys_author_standing(node, &append->records[i],
                                  out->waits ? INT64_MAX : own.frontier.size, &standing, err);
        if (standing == YS_STANDING_UNKNOWN)
            out->standing = standing;
        if (code == YS_OK)
            code = ys_reference_check(node, txn, &append->records[i],
                                      classes_signed(&append->records[i]), err);
        if (code == YS_OK)
            code = out->waits ? ys_aside_put(txn, &entry, err)
                              : ys_log_append(txn, &own, &entry, 1, err);
    }
    out->size = own.frontier.size;
    if (code == YS_OK && !out->waits && names_keys(append)) /* nothing else changes who may sign */
        code = recall_member(node, txn, err);
    if (code == YS_OK && !out->waits)
        code = judge(node, txn, append, out->first_index, err);
    return code;
}

enum ys_code ys_author_check_new(const struct ys_node *node, const struct ys_written *records,
                                 size_t count, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        struct ys_position at;
        size_t found = 0;
        code = ys_log_by_id(txn, &records[i].id, &at, 1, &found, err);
        if (code == YS_OK && found != 0)
            return ys_fail(err, YS_EXISTS, _("record %zu of the request stands at index %llu"),
                           i + 1, (unsigned long long)at.index);
    }
    return code;
}

static enum ys_code append_once(const struct ys_node *node, const struct ys_append *append,
                                struct ys_appended *out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_appended appended = {0};
    for (size_t i = 0; i < append->count; i++)
        YS_ASSERT(append->records[i].signer_count > 0);
    if (node->member == NULL)
        return ys_fail(err, YS_REFUSED,
                       _("%s: no root is pinned; give the district's with: yishi join --root FILE"),
                       node->home.path);
    enum ys_code code = ys_store_begin(node->store, true, &txn, err);
    if (code == YS_OK)
        code = append_all(node, txn, append, &appended, err);
    if (code == YS_OK && append->effective != NULL && appended.waits)
        code = ys_fail(err, YS_BUSY,
                       _("the own log is being recovered from the parent; try again when "
                         "`yishi status` says that it follows"));
    if (code == YS_OK && append->effective != NULL &&
        !append->effective(node->member, append->context, err))
        code = YS_REFUSED;
    YS_CRASH_POINT("records_appended");
    if (code == YS_OK)
        code = ys_txn_commit(&txn, err);
    if (code != YS_OK)
        return code;
    YS_CRASH_POINT("records_committed");
    ys_home_ring(&node->home);
    YS_CRASH_POINT("doorbell_rung");
    *out = appended;
    return YS_OK;
}

enum ys_code ys_author_append(const struct ys_node *node, const struct ys_append *append,
                              struct ys_appended *out, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    ys_node_make_room(node);
    do
        code = append_once(node, append, out, err);
    while (code == YS_FULL && ys_kv_grow(ys_store_kv(node->store)));
    return code;
}
