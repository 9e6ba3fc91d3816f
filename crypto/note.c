#include "crypto/note.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <string.h>

#define LINE_PREFIX "\xe2\x80\x94 " /* an em dash and a space */

enum {
    KEY_ID_LEN = 4,
    TIME_LEN = 8,
    PAYLOAD_MAX = KEY_ID_LEN + TIME_LEN + YS_SIG_LEN, /* of a line we can judge */
};

/* ---- UTF-8 -------------------------------------------------------------------------------- */

/* Bytes of the character at `at`, which is not ASCII; 0 when it is not well formed (RFC 3629). */
static size_t character_size(const uint8_t *at, size_t left)
{
    const uint8_t first = at[0];
    const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || left < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    const bool overlong = (first == 0xe0 && at[1] < 0xa0) || (first == 0xf0 && at[1] < 0x90);
    const bool surrogate = first == 0xed && at[1] >= 0xa0;
    const bool above_unicode = first == 0xf4 && at[1] >= 0x90;
    return overlong || surrogate || above_unicode ? 0 : size;
}

/* Are these eight bytes all from 0x20 to 0x7f? Most of a note is. */
static bool are_plain_ascii(const uint8_t *at)
{
    static const uint64_t low = UINT64_C(0x2020202020202020);
    static const uint64_t high = UINT64_C(0x8080808080808080);
    uint64_t eight = 0;
    memcpy(&eight, at, sizeof eight);
    /* A byte below 0x20 borrows, and so sets a high bit, its own or that of one behind a borrower. */
    return ((eight | (eight - low)) & high) == 0;
}

/* Well-formed UTF-8 without control characters but the line feed? */
static bool is_plain_text(struct ys_bytes bytes)
{
    size_t i = 0;
    while (i < bytes.size) {
        if (bytes.size - i >= 8 && are_plain_ascii(bytes.data + i)) {
            i += 8;
            continue;
        }
        const uint8_t byte = bytes.data[i];
        if (byte < 0x20 && byte != '\n')
            return false;
        const size_t size = byte < 0x80 ? 1 : character_size(bytes.data + i, bytes.size - i);
        if (size == 0)
            return false;
        i += size;
    }
    return true;
}

/* The spaces of Unicode beyond ASCII, which no key name may hold. */
static bool is_wide_space(const uint8_t *at, size_t size)
{
    static const char *const spaces[] = {"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80",
                                         "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
                                         "\xe2\x81\x9f", "\xe3\x80\x80"};
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        if (strlen(spaces[i]) == size && memcmp(at, spaces[i], size) == 0)
            return true;
    }
    /* U+2000 to U+200A */
    return size == 3 && at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0x80 && at[2] <= 0x8a;
}

/* May it stand as a key name in a line? Wider than ours: names of foreign witnesses may be UTF-8 of
 * any length. `name` is plain text already. */
static bool is_foreign_name(struct ys_bytes name)
{
    if (name.size == 0 || memchr(name.data, '+', name.size) != NULL)
        return false;
    for (size_t i = 0; i < name.size;) {
        const size_t size = name.data[i] < 0x80 ? 1 : character_size(name.data + i, name.size - i);
        if (size > 1 && is_wide_space(name.data + i, size))
            return false;
        i += size;
    }
    return true;
}

/* ---- parsing ------------------------------------------------------------------------------ */

static bool line_parse(struct ys_bytes line, struct ys_note_line *out)
{
    if (!ys_bytes_starts_with(line, LINE_PREFIX))
        return false;
    const struct ys_bytes rest = ys_bytes_skip(line, strlen(LINE_PREFIX));
    const uint8_t *space = rest.size == 0 ? NULL : memchr(rest.data, ' ', rest.size);
    if (space == NULL)
        return false;
    out->name = (struct ys_bytes){.data = rest.data, .size = (size_t)(space - rest.data)};
    out->base64 = ys_bytes_skip(rest, out->name.size + 1);

    size_t size = 0;
    if (!is_foreign_name(out->name) || ys_base64_measure(out->base64, &size) != YS_OK ||
        size < KEY_ID_LEN + 1)
        return false;
    /* The key id stands in the first two groups of four digits; the rest is read when it is ours. */
    uint8_t start[6];
    const struct ys_bytes groups = {.data = out->base64.data, .size = YS_BASE64_LEN(sizeof start)};
    if (ys_base64_decode(groups, start, sizeof start, &size) != YS_OK)
        return false;
    out->key_id = ys_be32_get(start);
    return true;
}

/* First empty line in `bytes`: its line feed, or NULL. */
static const uint8_t *empty_line(struct ys_bytes bytes)
{
    if (bytes.size > 0 && bytes.data[0] == '\n')
        return bytes.data;
    const uint8_t *two = bytes.size == 0 ? NULL : memmem(bytes.data, bytes.size, "\n\n", 2);
    return two == NULL ? NULL : two + 1;
}

enum ys_code ys_note_parse(struct ys_bytes bytes, struct ys_note *out, struct ys_err *err)
{
    if (bytes.size > YS_NOTE_MAX)
        return ys_fail(err, YS_LIMIT, "note: %zu bytes, limit %d", bytes.size, YS_NOTE_MAX);
    if (!is_plain_text(bytes))
        return ys_fail(err, YS_MALFORMED, "note: not UTF-8, or a control character in it");
    const uint8_t *empty = empty_line(bytes);
    if (empty == NULL)
        return ys_fail(err, YS_MALFORMED, "note: no empty line between text and signatures");
    if (empty == bytes.data)
        return ys_fail(err, YS_MALFORMED, "note: it begins with an empty line");

    struct ys_note note;
    note.text = (struct ys_bytes){.data = bytes.data, .size = (size_t)(empty - bytes.data)};
    note.line_count = 0;
    struct ys_bytes rest = ys_bytes_skip(bytes, note.text.size + 1);
    if (rest.size == 0)
        return ys_fail(err, YS_MALFORMED, "note: no signature line");
    while (rest.size > 0) {
        struct ys_bytes line;
        if (!ys_bytes_take_line(&rest, &line))
            return ys_fail(err, YS_MALFORMED, "note: the last line is cut short");
        if (note.line_count == YS_NOTE_LINES_MAX)
            return ys_fail(err, YS_LIMIT, "note: more than %d signature lines", YS_NOTE_LINES_MAX);
        /* An empty line here means that the text holds one: refused by the same test. */
        if (!line_parse(line, &note.line[note.line_count]))
            return ys_fail(err, YS_MALFORMED, "note: line %u after the text is no signature line",
                           note.line_count + 1);
        note.line_count++;
    }

    out->text = note.text;
    out->line_count = note.line_count;
    memcpy(out->line, note.line, note.line_count * sizeof note.line[0]);
    return YS_OK;
}

/* ---- checking ----------------------------------------------------------------------------- */

/* The message of a cosignature/v1 over `text`: C2SP tlog-cosignature. */
static void cosigned_message(struct ys_writer *w, struct ys_bytes text, uint64_t time_s)
{
    ys_writer_text(w, "cosignature/v1\ntime ");
    ys_writer_decimal(w, time_s);
    ys_writer_text(w, "\n");
    ys_writer_bytes(w, text);
}
enum { COSIGNED_MESSAGE_MAX = 64 + YS_COSIGNED_TEXT_MAX };

static bool plain_line_verifies(struct ys_bytes text, const struct ys_vkey *key,
                                struct ys_bytes payload)
{
    return ys_verify(key->key, text, ys_bytes_skip(payload, KEY_ID_LEN)) == YS_OK;
}

static bool cosignature_verifies(struct ys_bytes text, const struct ys_vkey *key,
                                 struct ys_bytes payload, uint64_t *time_out)
{
    if (payload.size != PAYLOAD_MAX || text.size > YS_COSIGNED_TEXT_MAX)
        return false;
    const uint64_t time_s = ys_be64_get(payload.data + KEY_ID_LEN);
    if (time_s > YS_COSIGNED_TIME_MAX)
        return false;
    uint8_t message[COSIGNED_MESSAGE_MAX];
    struct ys_writer w = {.data = message, .capacity = sizeof message};
    cosigned_message(&w, text, time_s);
    YS_ASSERT(!w.overflow);
    *time_out = time_s;
    return ys_verify(key->key, (struct ys_bytes){.data = message, .size = w.size},
                     ys_bytes_skip(payload, KEY_ID_LEN + TIME_LEN)) == YS_OK;
}

static bool line_verifies(struct ys_bytes text, const struct ys_vkey *key,
                          const struct ys_note_line *line, uint64_t *time_out)
{
    uint8_t bytes[PAYLOAD_MAX];
    size_t size = 0;
    if (ys_base64_decode(line->base64, bytes, sizeof bytes, &size) != YS_OK)
        return false;
    const struct ys_bytes payload = {.data = bytes, .size = size};
    switch ((enum ys_sig_type)key->type) {
    case YS_SIG_ED25519:
        return plain_line_verifies(text, key, payload);
    case YS_SIG_COSIGNATURE_V1:
        return cosignature_verifies(text, key, payload, time_out);
    }
    return false;
}

enum ys_line_verdict ys_note_check(const struct ys_note *note, const struct ys_vkey *key,
                                   uint64_t *time_out)
{
    const struct ys_bytes name = ys_bytes_of_text(key->name);
    for (unsigned i = 0; i < note->line_count; i++) {
        const struct ys_note_line *line = &note->line[i];
        if (line->key_id != key->id || !ys_bytes_equal(line->name, name))
            continue;
        uint64_t time_s = 0;
        if (!line_verifies(note->text, key, line, &time_s))
            return YS_LINE_BAD;
        if (time_out != NULL)
            *time_out = time_s;
        return YS_LINE_GOOD;
    }
    return YS_LINE_ABSENT;
}

/* ---- signing ------------------------------------------------------------------------------ */

static void write_line(struct ys_writer *w, struct ys_bytes name, struct ys_bytes payload)
{
    ys_writer_text(w, LINE_PREFIX);
    ys_writer_bytes(w, name);
    ys_writer_text(w, " ");
    ys_writer_base64(w, payload);
    ys_writer_text(w, "\n");
}

void ys_note_sign_line(struct ys_writer *w, const struct ys_signer *signer, struct ys_bytes text,
                       uint64_t time_s)
{
    uint8_t payload[PAYLOAD_MAX];
    size_t size = KEY_ID_LEN;
    ys_be32_put(payload, signer->vkey.id);
    switch ((enum ys_sig_type)signer->vkey.type) {
    case YS_SIG_ED25519:
        ys_sign(signer, text, payload + size);
        break;
    case YS_SIG_COSIGNATURE_V1: {
        uint8_t message[COSIGNED_MESSAGE_MAX];
        struct ys_writer m = {.data = message, .capacity = sizeof message};
        if (text.size > YS_COSIGNED_TEXT_MAX) {
            w->overflow = true;
            return;
        }
        YS_ASSERT(time_s <= YS_COSIGNED_TIME_MAX);
        cosigned_message(&m, text, time_s);
        YS_ASSERT(!m.overflow);
        ys_be64_put(payload + size, time_s);
        size += TIME_LEN;
        ys_sign(signer, (struct ys_bytes){.data = message, .size = m.size}, payload + size);
        break;
    }
    }
    size += YS_SIG_LEN;
    write_line(w, ys_bytes_of_text(signer->vkey.name),
               (struct ys_bytes){.data = payload, .size = size});
}

/* A line's place among the others. */
struct rank {
    struct ys_bytes name;
    uint32_t key_id;
    unsigned from; /* index in what the caller gave */
};

static int rank_compare(const struct rank *a, const struct rank *b)
{
    const size_t common = a->name.size < b->name.size ? a->name.size : b->name.size;
    const int order = common == 0 ? 0 : memcmp(a->name.data, b->name.data, common);
    if (order != 0)
        return order;
    if (a->name.size != b->name.size)
        return a->name.size < b->name.size ? -1 : 1;
    return a->key_id == b->key_id ? 0 : a->key_id < b->key_id ? -1 : 1;
}

/* Insert by name, then id; what is there already stays and the newcomer is dropped. False when
 * there is no room. */
static bool rank_insert(struct rank *ranks, unsigned *count, unsigned capacity,
                        const struct rank *rank)
{
    unsigned at = *count;
    while (at > 0 && rank_compare(&ranks[at - 1], rank) > 0)
        at--;
    if (at > 0 && rank_compare(&ranks[at - 1], rank) == 0)
        return true;
    if (*count == capacity)
        return false;
    memmove(&ranks[at + 1], &ranks[at], (*count - at) * sizeof ranks[0]);
    ranks[at] = *rank;
    (*count)++;
    return true;
}

static enum ys_code begin_note(struct ys_writer *w, struct ys_bytes text, unsigned lines,
                               struct ys_err *err)
{
    if (lines == 0)
        return ys_fail(err, YS_MALFORMED, "note: nobody to sign it");
    if (text.size > YS_NOTE_MAX)
        return ys_fail(err, YS_LIMIT, "note: text of %zu bytes, limit %d", text.size, YS_NOTE_MAX);
    if (text.size == 0 || text.data[text.size - 1] != '\n' || !is_plain_text(text) ||
        empty_line(text) != NULL)
        return ys_fail(err, YS_MALFORMED,
                       "note: the text must be whole lines of UTF-8, none of them empty");
    ys_writer_bytes(w, text);
    ys_writer_text(w, "\n");
    return YS_OK;
}

static enum ys_code end_note(struct ys_writer *w, size_t start, struct ys_err *err)
{
    const size_t size = w->size - start;
    if (!w->overflow && size <= YS_NOTE_MAX)
        return YS_OK;
    w->size = start;
    return ys_fail(err, YS_LIMIT, "note: does not fit in %zu bytes",
                   w->capacity - start < YS_NOTE_MAX ? w->capacity - start : (size_t)YS_NOTE_MAX);
}

enum ys_code ys_note_sign(struct ys_writer *w, struct ys_bytes text,
                          const struct ys_signer *const *signers, unsigned count, uint64_t time_s,
                          struct ys_err *err)
{
    struct rank ranks[YS_NOTE_LINES_AUTHORED];
    unsigned lines = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct rank rank = {.name = ys_bytes_of_text(signers[i]->vkey.name),
                                  .key_id = signers[i]->vkey.id,
                                  .from = i};
        if (!rank_insert(ranks, &lines, YS_NOTE_LINES_AUTHORED, &rank))
            return ys_fail(err, YS_LIMIT, "note: more than %d signers", YS_NOTE_LINES_AUTHORED);
    }
    const size_t start = w->size;
    const enum ys_code code = begin_note(w, text, lines, err);
    if (code != YS_OK)
        return code;
    for (unsigned i = 0; i < lines; i++)
        ys_note_sign_line(w, signers[ranks[i].from], text, time_s);
    return end_note(w, start, err);
}

enum ys_code ys_note_join(struct ys_writer *w, struct ys_bytes text,
                          const struct ys_note_line *lines, unsigned count, struct ys_err *err)
{
    struct rank ranks[YS_NOTE_LINES_MAX];
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++) {
        const struct rank rank = {.name = lines[i].name, .key_id = lines[i].key_id, .from = i};
        if (!rank_insert(ranks, &kept, YS_NOTE_LINES_MAX, &rank))
            return ys_fail(err, YS_LIMIT, "note: more than %d signature lines", YS_NOTE_LINES_MAX);
    }
    const size_t start = w->size;
    const enum ys_code code = begin_note(w, text, kept, err);
    if (code != YS_OK)
        return code;
    for (unsigned i = 0; i < kept; i++) {
        const struct ys_note_line *line = &lines[ranks[i].from];
        ys_writer_text(w, LINE_PREFIX);
        ys_writer_bytes(w, line->name);
        ys_writer_text(w, " ");
        ys_writer_bytes(w, line->base64);
        ys_writer_text(w, "\n");
    }
    return end_note(w, start, err);
}
