#include "node/lang.h"
#include "node/preview/preview.h"
#include "node/view.h"

#include <string.h>

enum { CLEAN_MAX = 16 * 1024 };

static void put(FILE *out, const char *text)
{
    char clean[CLEAN_MAX];
    ys_view_clean(text, clean, sizeof clean);
    (void)fputs(clean, out);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *const text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

/* A text of several lines, each behind a margin. */
static void put_lines(FILE *out, const char *margin, const char *text)
{
    while (*text != '\0') {
        const size_t size = strcspn(text, "\n");
        char line[CLEAN_MAX];
        (void)snprintf(line, sizeof line, "%.*s",
                       (int)(size < sizeof line ? size : sizeof line - 1), text);
        (void)fputs(margin, out);
        put(out, line);
        (void)fputc('\n', out);
        text += size + (text[size] == '\n');
    }
}

static void put_field(FILE *out, const json_t *field)
{
    const bool chinese = ys_lang_is_chinese();
    const json_t *const value = json_object_get(field, "value");
    const char *const label = text_of(field, "label");
    const char *const meaning = text_of(field, "text");
    (void)fputs("   ", out);
    put(out, chinese && label[0] != '\0' ? label : text_of(field, "path"));
    (void)fputs(": ", out);
    if (chinese && meaning[0] != '\0') {
        put(out, meaning);
    } else if (json_is_string(value) && strchr(json_string_value(value), '\n') != NULL) {
        (void)fputc('\n', out);
        put_lines(out, "      ", json_string_value(value));
        return;
    } else if (json_is_string(value)) {
        put(out, json_string_value(value));
    } else {
        (void)json_dumpf(value, out, JSON_ENCODE_ANY | JSON_COMPACT);
    }
    (void)fputc('\n', out);
}

static void put_sealed(FILE *out, const json_t *list)
{
    size_t at = 0;
    json_t *one = NULL;
    if (json_array_size(list) == 0)
        return;
    (void)fputs(_("Sealed: the values stay here; only a commitment leaves, from which nobody can "
                  "read them:\n"),
                out);
    json_array_foreach(list, at, one)
    {
        (void)fprintf(out, "   %s  %.16s...\n", text_of(one, "slot"), text_of(one, "commitment"));
    }
}

static void put_attachments(FILE *out, const json_t *list)
{
    size_t at = 0;
    json_t *one = NULL;
    if (json_array_size(list) == 0)
        return;
    (void)fputs(_("Files:\n"), out);
    json_array_foreach(list, at, one)
    {
        (void)fputs("   ", out);
        put(out, text_of(one, "title"));
        (void)fprintf(out, "  %s  %lld  %s\n", text_of(one, "media_type"),
                      (long long)json_integer_value(json_object_get(one, "size")),
                      json_is_true(json_object_get(one, "leaves"))
                          ? _("LEAVES: copied to all holders")
                          : _("stays here; only its hash leaves"));
    }
}

static void put_holders(FILE *out, const json_t *preview)
{
    size_t at = 0;
    json_t *one = NULL;
    (void)fputs(_("Held from then on by:\n"), out);
    json_array_foreach(json_object_get(preview, "goes_to"), at, one)
    {
        (void)fprintf(out, "   %s  ", text_of(one, "code"));
        put(out, text_of(one, "name"));
        (void)fputc('\n', out);
    }
    if (json_is_true(json_object_get(preview, "goes_below")))
        (void)fputs(_("   and by every unit below this one\n"), out);
}

static const char *what_text(const char *word)
{
    return strcmp(word, "identity_number") == 0 ? _("identity number")
           : strcmp(word, "mobile_number") == 0 ? _("mobile number")
           : strcmp(word, "bank_card") == 0     ? _("number of a bank card")
           : strcmp(word, "home_address") == 0  ? _("a home")
                                                : _("a person's name");
}

static void put_place(FILE *out, const json_t *one, const char *what)
{
    (void)fprintf(out, _("   %s, character %lld: "), text_of(one, "path"),
                  (long long)json_integer_value(json_object_get(one, "position")));
    (void)fputs(what_text(text_of(one, what)), out);
}

static void put_personal(FILE *out, const json_t *preview)
{
    const json_t *const numbers = json_object_get(preview, "numbers");
    const json_t *const hints = json_object_get(preview, "hints");
    size_t at = 0;
    json_t *one = NULL;
    if (json_array_size(numbers) + json_array_size(hints) == 0)
        return;
    (void)fputs(_("Perhaps about a person:\n"), out);
    json_array_foreach(numbers, at, one)
    {
        put_place(out, one, "looks_like");
        if (json_is_string(json_object_get(one, "exempt"))) {
            (void)fputs(_("; the author says that it is none: "), out);
            put(out, text_of(one, "exempt"));
        } else {
            (void)fputs(_("; REFUSED (R-G-06)"), out);
        }
        (void)fputc('\n', out);
    }
    json_array_foreach(hints, at, one)
    {
        put_place(out, one, "what");
        (void)fputs("? ", out);
        put(out, text_of(one, "text"));
        (void)fputc('\n', out);
    }
}

void ys_preview_print(FILE *out, const json_t *preview)
{
    size_t at = 0;
    json_t *one = NULL;
    (void)fprintf(out, _("PREVIEW: %s, %s. This leaves the node:\n"),
                  text_of(preview, ys_lang_is_chinese() ? "kind_zh" : "kind"),
                  text_of(preview, "subject"));
    if (text_of(preview, "note")[0] != '\0') {
        (void)fputs(_("Text that is signed: stays for ever, cannot be changed or erased:\n"), out);
        put_lines(out, "   ", text_of(preview, "note"));
    }
    (void)fputs(_("Content: cannot be changed once it is signed; can be erased only as a whole, by "
                  "order of law:\n"),
                out);
    json_array_foreach(json_object_get(preview, "fields"), at, one)
    {
        put_field(out, one);
    }
    put_sealed(out, json_object_get(preview, "sealed"));
    put_attachments(out, json_object_get(preview, "attachments"));
    put_holders(out, preview);
    put_personal(out, preview);
    if (text_of(preview, "missing")[0] != '\0') {
        (void)fputs(_("Cannot be published yet: "), out);
        put(out, text_of(preview, "missing"));
        (void)fputc('\n', out);
    }
}
