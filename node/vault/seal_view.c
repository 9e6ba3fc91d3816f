#include "node/vault/seal_view.h"

#include "crypto/base64.h"
#include "node/json_out.h"
#include "node/lang.h"
#include "node/terminal.h"
#include "node/vault/retention.h"
#include "node/view.h"
#include "proto/moment.h"
#include "proto/record.h"
#include "proto/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void hash_text(const struct ys_hash *hash, char out[YS_HASH_TEXT_LEN + 1])
{
    struct ys_writer w = {.data = (uint8_t *)out, .capacity = YS_HASH_TEXT_LEN};
    ys_hash_print(&w, hash);
    out[w.size] = '\0';
}

static bool is_text(struct ys_bytes bytes)
{
    return ys_text_check(bytes, NULL) == YS_TEXT_GOOD;
}

/* --- for people --- */

/* Exactly; but what is no text could be a command to a terminal. */
static void put_value(struct ys_bytes value)
{
    if (isatty(STDOUT_FILENO) != 0 && value.data != NULL && !is_text(value))
        ys_terminal_put((const char *)value.data);
    else if (value.size != 0)
        (void)fwrite(value.data, 1, value.size, stdout);
    putchar('\n');
}

static void text_sealed(unsigned draft, const char *file, const struct ys_vault_tag *tag)
{
    char hash[YS_HASH_TEXT_LEN + 1];
    hash_text(&tag->commitment, hash);
    if (draft != 0)
        printf(_("Sealed: %s, in draft %u\n"), tag->slot, draft);
    else
        printf(_("Sealed: %s, in %s\n"), tag->slot, file);
    ys_terminal_pair(_("commitment"), hash);
}

static const char *retention_text(enum ys_vault_retention retention)
{
    switch (retention) {
    case YS_RETAIN_PURPOSE:
        return _("2 years after closing");
    case YS_RETAIN_BALLOTS:
        return _("1 year after the report");
    case YS_RETAIN_YEARS_10:
        return _("10 years");
    case YS_RETAIN_YEARS_30:
        return _("30 years");
    case YS_RETAIN_PERMANENT:
        return _("permanent");
    }
    return "?";
}

static void text_tag(const struct ys_vault_tag *tag, uint32_t until, bool expired)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    char where[64];
    char day[YS_DATE_TEXT_MAX] = "-";
    ys_record_id_print(&tag->record, id);
    if (tag->recorded)
        (void)snprintf(where, sizeof where, "%.12s", id);
    else if (tag->draft != 0)
        (void)snprintf(where, sizeof where, _("draft %u"), tag->draft);
    else
        (void)snprintf(where, sizeof where, "%s", _("no record"));
    if (until != 0)
        ys_date_print(until, day);
    ys_terminal_padded(where, 14);
    ys_terminal_padded(tag->kind, 28);
    ys_terminal_padded(tag->slot, 20);
    ys_terminal_padded(tag->basis == YS_BASIS_CONSENT ? _("consent") : _("legal duty"), 12);
    ys_terminal_padded(tag->keep_until != 0 ? _("until a day") : retention_text(tag->retention),
                       26);
    printf("%s%s%s", day, expired ? "  " : "", expired ? _("expired") : "");
    if (tag->purpose[0] != '\0') {
        fputs("  ", stdout);
        ys_terminal_put(tag->purpose);
    }
    putchar('\n');
}

static void text_value(const struct ys_seal_view_value *value)
{
    if (value->with_place)
        printf("%.12s %s: ", value->record, value->opened->tag.slot);
    put_value((struct ys_bytes){value->opened->bytes, value->opened->size});
}

static void text_opened(const struct ys_seal_view_opening *opening)
{
    printf(_("Written: %s, with the value and its salt. Hand it to nobody else.\n"), opening->file);
    printf(_("The opening is acknowledged by draft %u; sign and publish it: yishi publish %u\n"),
           opening->draft, opening->draft);
}

static void text_checked(const struct ys_seal_view_opening *opening)
{
    printf(_("Good: this value was sealed in record %s, %s, slot %s:\n"), opening->record,
           opening->kind, opening->slot);
    if (opening->content != NULL && opening->content[0] != '\0')
        ys_terminal_pair(_("file"), opening->content);
    else
        put_value(opening->value);
    puts(opening->by_bundle
             ? _("The record is proven by the bundle.")
             : _("The record is the one that is held here; a proof bundle (yishi prove) shows that "
                 "it is genuine."));
}

const struct ys_seal_view ys_seal_view_text = {.sealed = text_sealed,
                                               .tag = text_tag,
                                               .value = text_value,
                                               .opened = text_opened,
                                               .checked = text_checked};

/* --- JSON --- */

static json_t *json_hash(const struct ys_hash *hash)
{
    char text[YS_HASH_TEXT_LEN + 1];
    hash_text(hash, text);
    return json_string(text);
}

static void set_value(json_t *json, struct ys_bytes value)
{
    if (is_text(value)) {
        json_object_set_new(json, "value", json_stringn((const char *)value.data, value.size));
        return;
    }
    const size_t length = YS_BASE64_LEN(value.size);
    char *const text = malloc(length + 1);
    if (text == NULL)
        return;
    struct ys_writer w = {.data = (uint8_t *)text, .capacity = length};
    ys_writer_base64(&w, value);
    json_object_set_new(json, "value_base64", json_stringn(text, w.size));
    free(text);
}

static void json_sealed(unsigned draft, const char *file, const struct ys_vault_tag *tag)
{
    json_t *const json = json_object();
    json_object_set_new(json, "draft", draft == 0 ? json_null() : ys_json_number(draft));
    json_object_set_new(json, "file", ys_json_text(file));
    json_object_set_new(json, "slot", json_string(tag->slot));
    json_object_set_new(json, "commitment", json_hash(&tag->commitment));
    ys_json_line(json);
}

static void json_tag(const struct ys_vault_tag *tag, uint32_t until, bool expired)
{
    char id[YS_RECORD_ID_TEXT_MAX];
    json_t *const json = json_object();
    ys_record_id_print(&tag->record, id);
    json_object_set_new(json, "record", tag->recorded ? json_string(id) : json_null());
    json_object_set_new(json, "draft", tag->draft == 0 ? json_null() : ys_json_number(tag->draft));
    json_object_set_new(json, "kind", json_string(tag->kind));
    json_object_set_new(json, "slot", json_string(tag->slot));
    json_object_set_new(json, "content",
                        json_string(tag->content == YS_VAULT_FILE ? "file" : "value"));
    json_object_set_new(json, "commitment", json_hash(&tag->commitment));
    json_object_set_new(json, "basis", json_string(ys_basis_word(tag->basis)));
    json_object_set_new(json, "retention", json_string(ys_retention_word(tag->retention)));
    json_object_set_new(json, "keep_until", ys_json_day(until));
    json_object_set_new(json, "expired", json_boolean(expired));
    json_object_set_new(json, "purpose", ys_json_text_or_null(tag->purpose));
    json_object_set_new(json, "sealed_at", ys_json_time(true, tag->sealed_at_s));
    ys_json_line(json);
}

static void json_value(const struct ys_seal_view_value *value)
{
    json_t *const json = json_object();
    json_object_set_new(json, "record", ys_json_text_or_null(value->record));
    json_object_set_new(json, "kind", json_string(value->opened->tag.kind));
    json_object_set_new(json, "slot", json_string(value->opened->tag.slot));
    json_object_set_new(json, "commitment", json_hash(&value->opened->tag.commitment));
    set_value(json, (struct ys_bytes){value->opened->bytes, value->opened->size});
    ys_json_line(json);
}

static json_t *opening_json(const struct ys_seal_view_opening *opening)
{
    json_t *const json = json_object();
    json_object_set_new(json, "file", ys_json_text(opening->file));
    json_object_set_new(json, "record", json_string(opening->record));
    json_object_set_new(json, "kind", json_string(opening->kind));
    json_object_set_new(json, "slot", json_string(opening->slot));
    return json;
}

static void json_opened(const struct ys_seal_view_opening *opening)
{
    json_t *const json = opening_json(opening);
    json_object_set_new(json, "draft", ys_json_number(opening->draft));
    ys_json_line(json);
}

static void json_checked(const struct ys_seal_view_opening *opening)
{
    json_t *const json = opening_json(opening);
    if (opening->content != NULL && opening->content[0] != '\0')
        json_object_set_new(json, "value_file", ys_json_text(opening->content));
    else
        set_value(json, opening->value);
    json_object_set_new(json, "good", json_true());
    json_object_set_new(json, "record_proven", json_boolean(opening->by_bundle));
    ys_json_line(json);
}

const struct ys_seal_view ys_seal_view_json = {.sealed = json_sealed,
                                               .tag = json_tag,
                                               .value = json_value,
                                               .opened = json_opened,
                                               .checked = json_checked};
