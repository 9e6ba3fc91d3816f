#include "proto/personal.h"

#include "crypto/assert.h"
#include "proto/path.h"
#include "proto/reflect.h"

#include <string.h>

enum {
    ID_DIGITS = 18,
    MOBILE_DIGITS = 11,
    CARD_MIN = 16,
    CARD_MAX = 19,
    RUN_MAX = 24, /* digits that are looked at from one place on */
    GROUPS_MAX = 6,
    AROUND_MAX = 16 /* letters and digits directly before and behind a number of a person */
};

/* Digits from one place on, in groups with one blank or hyphen between. */
struct run {
    size_t begin, end; /* bytes; end: of its last whole group */
    unsigned count;
    uint8_t digit[RUN_MAX];
    unsigned groups;
    struct group {
        unsigned size; /* digits */
        size_t end;    /* byte behind it */
    } group[GROUPS_MAX];
};

/* Bytes of the digit at `at`, 0 when there is none. */
static size_t digit_at(struct ys_bytes text, size_t at, uint8_t *out)
{
    const uint8_t *const p = text.data + at;
    const size_t left = text.size - at;
    if (left > 0 && (uint8_t)(p[0] - '0') < 10) {
        *out = (uint8_t)(p[0] - '0');
        return 1;
    }
    if (left >= 3 && p[0] == 0xEF && p[1] == 0xBC && (uint8_t)(p[2] - 0x90) < 10) {
        *out = (uint8_t)(p[2] - 0x90); /* U+FF10 to U+FF19 */
        return 3;
    }
    return 0;
}

/* Bytes of the one of these characters that stands at `at`, 0 when none does. */
static size_t any_at(struct ys_bytes text, size_t at, const char *const *characters)
{
    for (; *characters != NULL; characters++) {
        const size_t size = strlen(*characters);
        if (text.size - at >= size && memcmp(text.data + at, *characters, size) == 0)
            return size;
    }
    return 0;
}

/* Blank, hyphen; no-break space, ideographic space, full-width hyphen, hyphens and en dash. */
static size_t blank_at(struct ys_bytes text, size_t at)
{
    static const char *const blanks[] = {" ",
                                         "-",
                                         "\xC2\xA0",
                                         "\xE3\x80\x80",
                                         "\xEF\xBC\x8D",
                                         "\xE2\x80\x90",
                                         "\xE2\x80\x91",
                                         "\xE2\x80\x93",
                                         NULL};
    return any_at(text, at, blanks);
}

static bool is_word(uint8_t c)
{
    return (uint8_t)(c - '0') < 10 || (uint8_t)((c | 0x20) - 'a') < 26;
}

/* Bytes of the check character X at `at`, when no word goes on behind it. */
static size_t x_at(struct ys_bytes text, size_t at)
{
    static const char *const letters[] = {"X", "x", "\xEF\xBC\xB8", "\xEF\xBD\x98", NULL};
    uint8_t digit = 0;
    const size_t size = any_at(text, at, letters);
    if (size == 0 || (at + size < text.size && is_word(text.data[at + size])) ||
        digit_at(text, at + size, &digit) != 0)
        return 0;
    return size;
}

/* A blank, perhaps at the end of a line that is `broken`. */
static size_t gap_at(struct ys_bytes text, size_t at, bool *broken)
{
    const size_t size = blank_at(text, at);
    uint8_t digit = 0;
    if (!*broken || size == 0 || at + size + 1 >= text.size || text.data[at + size] != '\n' ||
        digit_at(text, at + size + 1, &digit) == 0)
        return size;
    *broken = false;
    return size + 1;
}

/* Bytes of a digit, and of the line feed before it when the line is `broken` there. */
static size_t next_digit(struct ys_bytes text, size_t at, bool *broken, uint8_t *out)
{
    const size_t size = digit_at(text, at, out);
    if (size != 0 || !*broken || at + 1 >= text.size || text.data[at] != '\n')
        return size;
    const size_t behind = digit_at(text, at + 1, out);
    if (behind == 0)
        return 0;
    *broken = false;
    return 1 + behind;
}

/* `broken`: read on behind one line feed, as if it were not there. */
static void read_run(struct ys_bytes text, size_t at, bool broken, struct run *out)
{
    out->begin = at;
    out->end = at;
    out->count = 0;
    out->groups = 0;
    while (out->groups < GROUPS_MAX) {
        struct group *const group = &out->group[out->groups];
        const unsigned before = out->count;
        uint8_t digit = 0;
        for (size_t size = 0; (size = next_digit(text, at, &broken, &digit)) != 0; at += size) {
            if (out->count == RUN_MAX)
                return; /* this group is too long to be looked at */
            out->digit[out->count++] = digit;
        }
        if (out->count == before)
            return;
        *group = (struct group){out->count - before, at};
        out->groups++;
        out->end = at;
        at += gap_at(text, at, &broken);
    }
}

/* Byte behind the group that ends with digit `count`; 0: none does. */
static size_t end_of(const struct run *run, unsigned count)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < run->groups && sum < count; i++) {
        sum += run->group[i].size;
        if (sum == count)
            return run->group[i].end;
    }
    return 0;
}

/* --- each kind: the byte behind it, 0 when none begins here ------------------------------------------ */

static bool is_birthday(const uint8_t *d)
{
    const unsigned century = d[0] * 10U + d[1];
    const unsigned month = d[4] * 10U + d[5];
    const unsigned day = d[6] * 10U + d[7];
    return century >= 18 && century <= 20 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* GB 11643: ISO 7064 MOD 11-2 over the first 17 digits. */
static size_t identity_at(struct ys_bytes text, const struct run *run)
{
    static const uint8_t weight[ID_DIGITS - 1] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                                  3, 7, 9,  10, 5, 8, 4, 2};
    unsigned sum = 0;
    if (run->count < ID_DIGITS - 1 || run->digit[0] == 0 || !is_birthday(run->digit + 6))
        return 0;
    for (unsigned i = 0; i < ID_DIGITS - 1; i++)
        sum += (unsigned)weight[i] * run->digit[i];
    const unsigned check = (12 - sum % 11) % 11; /* 10 is written X */
    if (check < 10)
        return run->count >= ID_DIGITS && run->digit[ID_DIGITS - 1] == check
                   ? end_of(run, ID_DIGITS)
                   : 0;
    const size_t end = end_of(run, ID_DIGITS - 1);
    const size_t x = end == 0 ? 0 : x_at(text, end);
    return x == 0 ? 0 : end + x;
}

/* One group; or fours, the last of which may be shorter; or the six of the bank, and the rest. */
static bool is_card_grouped(const struct run *run, unsigned count)
{
    unsigned sum = 0;
    if (run->group[0].size == count ||
        (run->group[0].size == 6 && run->groups > 1 && run->group[1].size == count - 6))
        return true;
    for (unsigned i = 0; i < run->groups && sum < count; i++) {
        if (run->group[i].size != 4 && sum + run->group[i].size != count)
            return false;
        sum += run->group[i].size;
    }
    return sum == count;
}

static bool is_luhn(const uint8_t *digit, unsigned count)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++) {
        const unsigned twice = digit[i] * 2U;
        sum += (count - i) % 2 == 1 ? digit[i] : twice > 9 ? twice - 9 : twice;
    }
    return sum % 10 == 0;
}

static size_t card_at(const struct run *run)
{
    const unsigned first = run->digit[0];
    if (first != 9 && (first < 3 || first > 6))
        return 0; /* no bank's */
    for (unsigned count = CARD_MAX; count >= CARD_MIN; count--) {
        const size_t end = run->count < count ? 0 : end_of(run, count);
        if (end != 0 && is_card_grouped(run, count) && is_luhn(run->digit, count))
            return end;
    }
    return 0;
}

/* Digits of what is dialled before a mobile number, when they stand in its first group. */
static unsigned dialled_before(const struct run *run)
{
    static const uint8_t before[][4] = {{0, 0, 8, 6}, {8, 6}, {0}};
    static const unsigned size[] = {4, 2, 1};
    for (unsigned i = 0; i < 3; i++)
        if (run->group[0].size > size[i] && memcmp(run->digit, before[i], size[i]) == 0)
            return size[i];
    return 0;
}

static size_t mobile_at(const struct run *run)
{
    static const uint8_t patterns[][3] = {{11, 0, 0}, {3, 4, 4}, {3, 8, 0},
                                          {7, 4, 0},  {4, 3, 4}, {4, 4, 3}};
    const unsigned skip = dialled_before(run);
    if (run->count < skip + MOBILE_DIGITS || run->digit[skip] != 1 || run->digit[skip + 1] < 3)
        return 0;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        unsigned groups = 0;
        bool fits = true;
        for (; groups < 3 && patterns[i][groups] != 0; groups++)
            fits = fits && groups < run->groups &&
                   run->group[groups].size == patterns[i][groups] + (groups == 0 ? skip : 0);
        if (fits)
            return run->group[groups - 1].end;
    }
    return 0;
}

/* --- a text ------------------------------------------------------------------------------------------ */

/* Does it stand in a long word of letters and digits? */
static bool is_in_word(struct ys_bytes text, size_t begin, size_t end)
{
    unsigned around = 0;
    for (size_t at = begin; at > 0 && is_word(text.data[at - 1]) && around <= AROUND_MAX; at--)
        around++;
    for (size_t at = end; at < text.size && is_word(text.data[at]) && around <= AROUND_MAX; at++)
        around++;
    return around > AROUND_MAX;
}

static bool hit_at(struct ys_bytes text, const struct run *run, struct ys_personal_hit *out)
{
    const size_t end[] = {[YS_PERSONAL_IDENTITY] = identity_at(text, run),
                          [YS_PERSONAL_MOBILE] = mobile_at(run),
                          [YS_PERSONAL_CARD] = card_at(run)};
    for (unsigned kind = 0; kind < sizeof end / sizeof end[0]; kind++) {
        if (end[kind] == 0 || is_in_word(text, run->begin, end[kind]))
            continue;
        *out = (struct ys_personal_hit){(enum ys_personal_kind)kind, run->begin,
                                        end[kind] - run->begin, 0};
        return true;
    }
    return false;
}

/* The first byte at or behind `at` where a digit may begin. */
static size_t skip_others(struct ys_bytes text, size_t at)
{
    while (at < text.size && (uint8_t)(text.data[at] - '0') >= 10 && text.data[at] != 0xEF)
        at++; /* no byte inside a character looks like the first of a digit */
    return at;
}

/* One whose first digit stands at `at`, in one line or in two. */
static bool hit_begins(struct ys_bytes text, size_t at, struct ys_personal_hit *out)
{
    struct run run;
    for (unsigned lines = 1; lines <= 2; lines++) {
        read_run(text, at, lines == 2, &run);
        if (run.count >= MOBILE_DIGITS && run.groups > 0 && hit_at(text, &run, out))
            return true;
    }
    return false;
}

bool ys_personal_find(struct ys_bytes text, size_t from, struct ys_personal_hit *out)
{
    for (size_t at = skip_others(text, from); at < text.size; at = skip_others(text, at)) {
        uint8_t digit = 0;
        if (text.size - at < MOBILE_DIGITS)
            return false;
        if (digit_at(text, at, &digit) == 0) {
            at++;
            continue;
        }
        if (hit_begins(text, at, out))
            return true;
        for (size_t size = 0; (size = digit_at(text, at, &digit)) != 0;)
            at += size;
    }
    return false;
}

const char *ys_personal_word(enum ys_personal_kind kind)
{
    switch (kind) {
    case YS_PERSONAL_IDENTITY:
        return "identity_number";
    case YS_PERSONAL_MOBILE:
        return "mobile_number";
    case YS_PERSONAL_CARD:
        return "bank_card";
    }
    YS_ASSERT(false);
}

/* --- a message --------------------------------------------------------------------------------------- */

/* Messages from the outermost to the one that is being read. */
struct walk {
    const char *where;
    unsigned depth;
    struct visit {
        const ProtobufCMessage *message;
        unsigned field;
        size_t element; /* values of the field that have been read */
    } visit[YS_PATH_DEPTH_MAX + 1];
};

static void print_path(const struct walk *walk, char out[YS_PATH_TEXT_MAX])
{
    struct ys_path path = ys_path_from(walk->where);
    for (unsigned i = 0; i < walk->depth; i++) {
        const struct visit *const visit = &walk->visit[i];
        const ProtobufCFieldDescriptor *const field =
            &visit->message->descriptor->fields[visit->field];
        ys_path_push(&path, field->name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            ys_path_index(&path, visit->element - 1);
    }
    ys_path_print(&path, out);
}

/* Characters of the first `size` bytes. */
static uint32_t characters(struct ys_bytes text, size_t size)
{
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += (text.data[i] & 0xC0) != 0x80;
    return count;
}

static enum ys_code scan_text(const struct walk *walk, const char *string,
                              const struct ys_personal_seer *seer, struct ys_err *err)
{
    const struct ys_bytes text = ys_bytes_of_text(string);
    struct ys_personal_hit hit = {.size = 0};
    enum ys_code code = YS_OK;
    while (code == YS_OK && ys_personal_find(text, hit.offset + hit.size, &hit)) {
        char path[YS_PATH_TEXT_MAX];
        print_path(walk, path);
        hit.position = characters(text, hit.offset) + 1;
        code = seer->see(seer->context, path, &hit, err);
    }
    return code;
}

/* Behind a field: of a oneof, behind all of it, for only one member is there. */
static void leave_field(struct visit *visit)
{
    const ProtobufCMessageDescriptor *const type = visit->message->descriptor;
    const ProtobufCFieldDescriptor *const left = &type->fields[visit->field++];
    visit->element = 0;
    if (!ys_reflect_in_oneof(left))
        return;
    if (type->fields[type->n_fields - 1].quantifier_offset == left->quantifier_offset)
        visit->field = type->n_fields; /* as Body's, of fifty members */
    while (visit->field < type->n_fields &&
           type->fields[visit->field].quantifier_offset == left->quantifier_offset)
        visit->field++;
}

/* From the first member of a oneof to the one that is there, if any is. */
static void choose_member(struct visit *visit)
{
    const ProtobufCMessageDescriptor *const type = visit->message->descriptor;
    const uint32_t number = ys_reflect_case(visit->message, &type->fields[visit->field]);
    const ProtobufCFieldDescriptor *const there =
        protobuf_c_message_descriptor_get_field(type, number);
    if (number != 0 && there != NULL)
        visit->field = (unsigned)(there - type->fields);
}

/* Can a text stand in it, or in what is inside it? */
static bool holds_text(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;
}

/* Another value of a field that has been begun; false: it has no more. */
static bool next_value(struct visit *visit, const ProtobufCFieldDescriptor *field)
{
    if (visit->element > 0 && field->label != PROTOBUF_C_LABEL_REPEATED)
        return false;
    return holds_text(field) && visit->element < ys_reflect_count(visit->message, field);
}

/* The next value of the innermost message, or the next field when it has no more. */
static enum ys_code step(struct walk *walk, struct visit *visit,
                         const struct ys_personal_seer *seer, struct ys_err *err)
{
    const ProtobufCFieldDescriptor *field = &visit->message->descriptor->fields[visit->field];
    if (visit->element == 0 && ys_reflect_in_oneof(field)) {
        choose_member(visit);
        field = &visit->message->descriptor->fields[visit->field];
    }
    if (!next_value(visit, field)) {
        leave_field(visit);
        return YS_OK;
    }
    const size_t at = visit->element++;
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return scan_text(walk, ys_reflect_text(visit->message, field, at), seer, err);
    YS_ASSERT(walk->depth <= YS_PATH_DEPTH_MAX);
    walk->visit[walk->depth++] =
        (struct visit){.message = ys_reflect_message(visit->message, field, at)};
    return YS_OK;
}

enum ys_code ys_personal_scan(const ProtobufCMessage *message, const char *where,
                              const struct ys_personal_seer *seer, struct ys_err *err)
{
    struct walk walk = {.where = where, .depth = 1, .visit = {{.message = message}}};
    enum ys_code code = YS_OK;
    while (code == YS_OK && walk.depth > 0) {
        struct visit *const visit = &walk.visit[walk.depth - 1];
        if (visit->field == visit->message->descriptor->n_fields)
            walk.depth--;
        else
            code = step(&walk, visit, seer, err);
    }
    return code;
}
