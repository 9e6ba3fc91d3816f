#include "node/sheet.h"

#include "crypto/assert.h"
#include "node/correction.h"
#include "node/file.h"
#include "node/json_file.h"
#include "node/lang.h"
#include "node/matter_number.h"
#include "node/reference.h"
#include "proto/json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NUMBER_MAX = 999999, NAME_MAX_BYTES = 32 };

void ys_sheet_clear(struct ys_sheet *sheet)
{
    if (sheet->bound)
        ys_draft_file_clear(&sheet->file);
    else
        ys_draft_clear(&sheet->draft);
}

/* --- where it lies --- */

static unsigned number_of(const char *text)
{
    const size_t length = strlen(text);
    if (length == 0 || length > 6 || text[0] == '0' || strspn(text, "0123456789") != length)
        return 0;
    return (unsigned)strtoul(text, NULL, 10);
}

static void path_of(const struct ys_home *home, unsigned no, char out[PATH_MAX])
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "drafts/%u.json", no);
    ys_home_path(home, name, out);
}

enum ys_code ys_sheet_find(const struct ys_home *home, const char *word, struct ys_sheet *out,
                           struct ys_err *err)
{
    *out = (struct ys_sheet){.no = number_of(word)};
    if (out->no != 0)
        path_of(home, out->no, out->path);
    else if (snprintf(out->path, sizeof out->path, "%s", word) >= (int)sizeof out->path)
        return ys_fail(err, YS_USAGE, _("%s: the path is too long"), word);
    if (out->no != 0 && access(out->path, F_OK) != 0)
        return ys_fail(err, YS_NOT_FOUND, _("there is no draft %u; see: yishi draft"), out->no);
    return YS_OK;
}

static int compare(const void *a, const void *b)
{
    const unsigned *const left = a;
    const unsigned *const right = b;
    return *left < *right ? -1 : *left > *right;
}

static unsigned number_of_file(const char *name)
{
    char digits[NAME_MAX_BYTES];
    const char *const end = strstr(name, ".json");
    if (end == NULL || strcmp(end, ".json") != 0 || (size_t)(end - name) >= sizeof digits)
        return 0;
    memcpy(digits, name, (size_t)(end - name));
    digits[end - name] = '\0';
    return number_of(digits);
}

enum ys_code ys_sheet_list(const struct ys_home *home, unsigned out[YS_SHEETS_MAX],
                           size_t *count_out, struct ys_err *err)
{
    char path[PATH_MAX];
    enum ys_code code = YS_OK;
    ys_home_path(home, "drafts", path);
    *count_out = 0;
    DIR *const folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT ? YS_OK : ys_fail(err, YS_IO, "%s: %s", path, strerror(errno));
    for (const struct dirent *entry = readdir(folder); entry != NULL && code == YS_OK;
         entry = readdir(folder)) {
        const unsigned no = number_of_file(entry->d_name);
        if (no != 0 && *count_out == YS_SHEETS_MAX)
            code =
                ys_fail(err, YS_LIMIT, _("%s: there are more than %d drafts"), path, YS_SHEETS_MAX);
        else if (no != 0)
            out[(*count_out)++] = no;
    }
    closedir(folder);
    qsort(out, *count_out, sizeof *out, compare);
    return code;
}

/* The file is made first and filled then, so that two commands never take one number. */
static enum ys_code take_number(const struct ys_home *home, struct ys_sheet *out,
                                struct ys_err *err)
{
    unsigned numbers[YS_SHEETS_MAX];
    size_t count = 0;
    ys_home_path(home, "drafts", out->path);
    if (mkdir(out->path, 0700) != 0 && errno != EEXIST)
        return ys_fail(err, YS_IO, "%s: %s", out->path, strerror(errno));
    enum ys_code code = ys_sheet_list(home, numbers, &count, err);
    if (code == YS_OK && count == YS_SHEETS_MAX)
        code = ys_fail(err, YS_LIMIT, _("%s: there are %d drafts already; publish or delete some"),
                       out->path, YS_SHEETS_MAX);
    out->no = count == 0 ? 0 : numbers[count - 1];
    while (code == YS_OK) {
        if (out->no++ == NUMBER_MAX)
            return ys_fail(err, YS_LIMIT, _("%s: no number is left"), out->path);
        path_of(home, out->no, out->path);
        const int fd = open(out->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0) {
            close(fd);
            return YS_OK;
        }
        if (errno != EEXIST)
            code = ys_fail(err, YS_IO, "%s: %s", out->path, strerror(errno));
    }
    return code;
}

enum ys_code ys_sheet_add(const struct ys_home *home, struct ys_bytes text, struct ys_sheet *out,
                          struct ys_err *err)
{
    *out = (struct ys_sheet){.no = 0};
    enum ys_code code = take_number(home, out, err);
    if (code != YS_OK)
        return code;
    code = ys_file_write(out->path, 0600, text, err);
    if (code != YS_OK)
        (void)unlink(out->path); /* the number alone is no draft */
    return code;
}

enum ys_code ys_sheet_remove(const struct ys_sheet *sheet, struct ys_err *err)
{
    if (sheet->no != 0 && unlink(sheet->path) != 0 && errno != ENOENT)
        return ys_fail(err, YS_IO, "%s: %s", sheet->path, strerror(errno));
    return YS_OK;
}

enum ys_code ys_sheet_remove_no(const struct ys_home *home, unsigned no, struct ys_err *err)
{
    struct ys_sheet sheet = {.no = no};
    path_of(home, no, sheet.path);
    return ys_sheet_remove(&sheet, err);
}

/* --- what stands in it --- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Blanks take the place of lines that begin with two slashes, and of a comma behind the last member: so
 * line and column of messages are those of the file. */
static void blank_out(char *text, size_t size)
{
    bool in_string = false;
    bool line_begins = true;
    char last = '\0';        /* what stood last that is no space */
    size_t comma = SIZE_MAX; /* where it stood, if it was a comma behind a value */
    for (size_t i = 0; i < size; i++) {
        if (!in_string && line_begins && i + 1 < size && text[i] == '/' && text[i + 1] == '/') {
            for (; i < size && text[i] != '\n'; i++)
                text[i] = ' ';
            continue;
        }
        if (is_space(text[i])) {
            line_begins = line_begins || text[i] == '\n';
            continue;
        }
        line_begins = false;
        if (in_string) {
            in_string = text[i] != '"';
            i += text[i] == '\\' ? 1 : 0;
        } else if (text[i] == ',') {
            comma = strchr("{[,", last) == NULL ? i : SIZE_MAX;
        } else {
            in_string = text[i] == '"';
            if ((text[i] == '}' || text[i] == ']') && last == ',' && comma != SIZE_MAX)
                text[comma] = ' ';
        }
        last = i < size ? text[i] : '\0';
    }
}

enum ys_code ys_sheet_json(struct ys_bytes text, json_t **out, struct ys_err *err)
{
    char *const copy = malloc(text.size + 1);
    if (copy == NULL)
        return ys_fail(err, YS_NOMEM, _("out of memory"));
    if (text.size != 0)
        memcpy(copy, text.data, text.size);
    blank_out(copy, text.size);
    size_t blank = 0;
    while (blank < text.size && is_space(copy[blank]))
        blank++;
    const enum ys_code code =
        blank == text.size /* of a command that was killed before it had written it */
            ? ys_fail(err, YS_MALFORMED, _("nothing stands in it; delete it, and begin anew"))
            : ys_json_load((struct ys_bytes){(const uint8_t *)copy, text.size}, out, err);
    free(copy);
    return code;
}

static enum ys_code read_json(const struct ys_node *node, json_t *json, struct ys_sheet *sheet,
                              struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    sheet->bound = json_object_get(json, "records") != NULL;
    if (sheet->bound)
        return ys_draft_file_parse(json, &sheet->file, err);
    enum ys_code code = ys_store_begin(node->store, false, &txn, err);
    if (code == YS_OK)
        code = ys_reference_resolve(txn, json, err);
    if (code == YS_OK)
        code = ys_correction_fill(txn, json, err);
    return code == YS_OK ? ys_draft_take(json, &node->origin, &sheet->draft, err) : code;
}

enum ys_code ys_sheet_read(const struct ys_node *node, struct ys_sheet *sheet, struct ys_err *err)
{
    struct ys_err why = {0};
    struct ys_bytes text = {0};
    uint8_t *bytes = NULL;
    json_t *json = NULL;
    enum ys_code code = ys_file_read_all(sheet->path, YS_JSON_FILE_MAX, &bytes, &text.size, err);
    if (code != YS_OK)
        return code;
    text.data = bytes;
    code = ys_sheet_json(text, &json, &why);
    if (code == YS_OK)
        code = read_json(node, json, sheet, &why);
    free(bytes);
    json_decref(json);
    return code == YS_OK
               ? YS_OK
               : ys_fail(err, code, "%s: %s",
                         strcmp(sheet->path, "-") == 0 ? _("standard input") : sheet->path,
                         why.msg);
}

static bool same_records(const struct ys_draft_file *a, const struct ys_draft_file *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->count != b->count || !ys_hash_equal(&a->record[i].id, &b->record[i].id))
            return false;
    return true;
}

enum ys_code ys_sheet_twin(const struct ys_node *node, const struct ys_draft_file *file,
                           struct ys_sheet *out, struct ys_err *err)
{
    unsigned numbers[YS_SHEETS_MAX];
    size_t count = 0;
    enum ys_code code = ys_sheet_list(&node->home, numbers, &count, err);
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        *out = (struct ys_sheet){.no = numbers[i]};
        path_of(&node->home, numbers[i], out->path);
        if (ys_sheet_read(node, out, NULL) == YS_OK) {
            if (out->bound && same_records(&out->file, file))
                return YS_OK;
            ys_sheet_clear(out);
        }
    }
    *out = (struct ys_sheet){.no = 0};
    return code == YS_OK ? YS_NOT_FOUND : code;
}

/* --- binding --- */

/* The number that was given stands in the draft from now on, whatever becomes of this command. */
static enum ys_code keep_subject(const struct ys_sheet *sheet, struct ys_err *err)
{
    struct ys_bytes text = {0};
    uint8_t *bytes = NULL;
    json_t *json = NULL;
    if (sheet->no == 0)
        return YS_OK;
    enum ys_code code = ys_file_read_all(sheet->path, YS_JSON_FILE_MAX, &bytes, &text.size, err);
    if (code != YS_OK)
        return code;
    text.data = bytes;
    code = ys_sheet_json(text, &json, err);
    free(bytes);
    if (code != YS_OK)
        return code;
    json_object_set_new(json, "subject", json_string(sheet->draft.subject));
    return ys_json_file_save(sheet->path, json, err);
}

/* "2026-7" becomes the whole number; anything else stays. */
static void write_out_number(const struct ys_node *node, struct ys_sheet *sheet)
{
    struct ys_matter matter;
    if (ys_matter_parse_at(ys_bytes_of_text(sheet->draft.subject), &node->origin.division, &matter,
                           NULL) == YS_OK)
        ys_matter_print(&matter, sheet->draft.subject);
}

enum ys_code ys_sheet_bind(const struct ys_node *node, struct ys_sheet *sheet, bool dry,
                           struct ys_written *out, struct ys_err *err)
{
    char number[YS_MATTER_TEXT_MAX];
    const uint64_t now_s = ys_now_s();
    enum ys_code code = YS_OK;
    YS_ASSERT(!sheet->bound);
    write_out_number(node, sheet);
    if (strcmp(sheet->draft.subject, YS_MATTER_NEW) != 0)
        return ys_written_bind(&sheet->draft, &node->origin, now_s, out, err);
    /* Nothing is given out for what cannot be signed anyhow. */
    code = ys_written_bind(&sheet->draft, &node->origin, now_s, out, err);
    if (code != YS_OK)
        return code;
    ys_written_clear(out);
    if (sheet->draft.kind->subject == YS_SUBJECT_NONE)
        return ys_fail(err, YS_MALFORMED, _("subject: a %s belongs to no matter; leave it out"),
                       sheet->draft.kind->name);
    code = ys_matter_number_give(node, now_s, !dry, number, err);
    if (code != YS_OK)
        return code;
    memcpy(sheet->draft.subject, number, strlen(number) + 1);
    if (!dry)
        code = keep_subject(sheet, err);
    if (code == YS_OK)
        code = ys_written_bind(&sheet->draft, &node->origin, now_s, out, err);
    if (dry)
        memcpy(sheet->draft.subject, YS_MATTER_NEW, sizeof YS_MATTER_NEW);
    return code;
}
