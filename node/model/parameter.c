#include "node/model/parameter.h"

#include "crypto/assert.h"
#include "node/model/grading.h"
#include "proto/moment.h"

#include <string.h>

static const struct ys_parameter_row rows[YS_PARAMETER_COUNT] = {
#define ROW(name, word, unit, initial, least, most, since, basis, zh, en) \
    {YS_PARAMETER_##name, word, YS_UNIT_##unit, initial, least, most, since, basis, zh, en},
    YS_PARAMETERS(ROW)
#undef ROW
};

/* Words of the units whose values are words, by value; the rest is NULL. */
enum { WORDS_MAX = 4 };
static const struct {
    const char *unit;
    const char *words[WORDS_MAX];
} units[] = {
    [YS_UNIT_DAYS] = {"days", {NULL}},
    [YS_UNIT_WORKDAYS] = {"workdays", {NULL}},
    [YS_UNIT_NUMBER] = {"number", {NULL}},
    [YS_UNIT_PERCENT] = {"percent", {NULL}},
    [YS_UNIT_COUNTING] = {"counting", {"calendar", "full_days_between"}},
    [YS_UNIT_PERIOD] = {"period", {"month", "quarter", "half_year", "year"}},
    [YS_UNIT_SCOPE] = {"scope", {"commissioned", "commissioned_and_public_service"}},
    [YS_UNIT_WEIGHTS] = {"weights", {NULL}},
    [YS_UNIT_DATES] = {"dates", {NULL}},
    [YS_UNIT_SCORECARD] = {"scorecard", {NULL}},
};

const struct ys_parameter_row *ys_parameter_row(enum ys_parameter id)
{
    YS_ASSERT((unsigned)id < YS_PARAMETER_COUNT);
    YS_ASSERT(rows[id].id == id);
    return &rows[id];
}

const struct ys_parameter_row *ys_parameter_by_word(struct ys_bytes word)
{
    for (size_t i = 0; i < YS_PARAMETER_COUNT; i++) {
        if (ys_bytes_is_text(word, rows[i].word))
            return &rows[i];
    }
    return NULL;
}

const char *ys_parameter_unit_word(enum ys_parameter_unit unit)
{
    YS_ASSERT((size_t)unit < sizeof units / sizeof units[0]);
    return units[unit].unit;
}

const char *ys_parameter_word(const struct ys_parameter_row *row, uint32_t value)
{
    return value < WORDS_MAX ? units[row->unit].words[value] : NULL;
}

/* The next word of `rest`: what stands between blanks, commas and line feeds. */
static bool take_word(struct ys_bytes *rest, struct ys_bytes *word_out)
{
    size_t begin = 0;
    while (begin < rest->size && strchr(" ,\n", rest->data[begin]) != NULL)
        begin++;
    size_t end = begin;
    while (end < rest->size && strchr(" ,\n", rest->data[end]) == NULL)
        end++;
    if (begin == end)
        return false;
    *word_out = (struct ys_bytes){.data = rest->data + begin, .size = end - begin};
    *rest = ys_bytes_skip(*rest, end);
    return true;
}

bool ys_parameter_date_take(struct ys_bytes *rest, uint32_t *day_out)
{
    struct ys_bytes word;
    return take_word(rest, &word) && ys_date_parse(word, day_out) == YS_OK;
}

static enum ys_code parse_word(const struct ys_parameter_row *row, struct ys_bytes text,
                               uint32_t *out, struct ys_err *err)
{
    const char *const *words = units[row->unit].words;
    for (uint32_t i = 0; i < WORDS_MAX && words[i] != NULL; i++) {
        if (ys_bytes_is_text(text, words[i])) {
            *out = i;
            return YS_OK;
        }
    }
    return ys_fail(err, YS_MALFORMED, "parameter %s: \"%.*s\" is none of %s, %s%s%s%s%s", row->word,
                   (int)(text.size < 40 ? text.size : 40), (const char *)text.data, words[0],
                   words[1], words[2] != NULL ? ", " : "", words[2] != NULL ? words[2] : "",
                   words[3] != NULL ? ", " : "", words[3] != NULL ? words[3] : "");
}

/* "2 1 1", or "1/3 1/3 1/3" with one denominator, which falls out of a weighted mean. */
static enum ys_code parse_weights(const struct ys_parameter_row *row, struct ys_bytes text,
                                  uint32_t *out, struct ys_err *err)
{
    uint32_t packed = 0;
    struct ys_bytes rest = text;
    struct ys_bytes word;
    struct ys_bytes denominator = {.data = NULL, .size = 0};
    for (unsigned i = 0; i < 3; i++) {
        uint64_t weight = 0;
        if (!take_word(&rest, &word))
            return ys_fail(err, YS_MALFORMED, "parameter %s: wants three weights", row->word);
        const uint8_t *slash = memchr(word.data, '/', word.size);
        const size_t size = slash != NULL ? (size_t)(slash - word.data) : word.size;
        const struct ys_bytes under = ys_bytes_skip(word, size);
        if (!ys_decimal_parse((struct ys_bytes){.data = word.data, .size = size}, 255, &weight) ||
            (i > 0 && !ys_bytes_equal(under, denominator)))
            return ys_fail(err, YS_MALFORMED,
                           "parameter %s: weight %u is not a number up to 255, or the three have "
                           "different denominators",
                           row->word, i + 1);
        denominator = under;
        packed = (packed << 8) | (uint32_t)weight;
    }
    if (take_word(&rest, &word) || packed == 0)
        return ys_fail(err, YS_MALFORMED, "parameter %s: wants three weights, not all 0",
                       row->word);
    *out = packed;
    return YS_OK;
}

static enum ys_code parse_dates(const struct ys_parameter_row *row, struct ys_bytes text,
                                uint32_t *out, struct ys_err *err)
{
    uint32_t dates = 0;
    struct ys_bytes rest = text;
    struct ys_bytes word;
    uint32_t day = 0;
    while (take_word(&rest, &word)) {
        if (ys_date_parse(word, &day) != YS_OK)
            return ys_fail(err, YS_MALFORMED, "parameter %s: \"%.*s\" is no date like 2026-10-01",
                           row->word, (int)(word.size < 40 ? word.size : 40),
                           (const char *)word.data);
        dates++;
    }
    if (dates == 0)
        return ys_fail(err, YS_MALFORMED, "parameter %s: names no date", row->word);
    *out = dates;
    return YS_OK;
}

static enum ys_code parse_scorecard(const struct ys_parameter_row *row, struct ys_bytes text,
                                    uint32_t *out, struct ys_err *err)
{
    struct ys_grading grading;
    const enum ys_code code = ys_grading_parse(text, row->word, &grading, err);
    if (code == YS_OK)
        *out = grading.count;
    return code;
}

enum ys_code ys_parameter_parse(const struct ys_parameter_row *row, struct ys_bytes text,
                                uint32_t *value_out, struct ys_err *err)
{
    uint64_t number = 0;
    switch (row->unit) {
    case YS_UNIT_COUNTING:
    case YS_UNIT_PERIOD:
    case YS_UNIT_SCOPE:
        return parse_word(row, text, value_out, err);
    case YS_UNIT_WEIGHTS:
        return parse_weights(row, text, value_out, err);
    case YS_UNIT_DATES:
        return parse_dates(row, text, value_out, err);
    case YS_UNIT_SCORECARD:
        return parse_scorecard(row, text, value_out, err);
    case YS_UNIT_DAYS:
    case YS_UNIT_WORKDAYS:
    case YS_UNIT_NUMBER:
    case YS_UNIT_PERCENT:
        break;
    }
    if (!ys_decimal_parse(text, UINT32_MAX, &number))
        return ys_fail(err, YS_MALFORMED, "parameter %s: \"%.*s\" is not a whole number", row->word,
                       (int)(text.size < 40 ? text.size : 40), (const char *)text.data);
    if (number < row->least || number > row->most)
        return ys_fail(err, YS_LIMIT, "parameter %s: %llu is outside of %u to %u", row->word,
                       (unsigned long long)number, row->least, row->most);
    *value_out = (uint32_t)number;
    return YS_OK;
}

/* Does `a` go before `b`, both in force on the same day? */
static bool stronger(const struct ys_parameter_value *a, const struct ys_parameter_value *b)
{
    const size_t narrow_a = strlen(a->scope.digits);
    const size_t narrow_b = strlen(b->scope.digits);
    if (narrow_a != narrow_b)
        return narrow_a > narrow_b;
    if (a->effective_from != b->effective_from)
        return a->effective_from > b->effective_from;
    if (a->signed_at_s != b->signed_at_s)
        return a->signed_at_s > b->signed_at_s;
    return memcmp(a->record.bytes, b->record.bytes, YS_HASH_LEN) > 0;
}

const struct ys_parameter_value *ys_parameter_in_force(const struct ys_parameters *parameters,
                                                       enum ys_parameter id, uint32_t day)
{
    const struct ys_parameter_value *best = NULL;
    for (size_t i = 0; i < parameters->count; i++) {
        const struct ys_parameter_value *value = &parameters->values[i];
        if (value->id == id && value->effective_from <= day &&
            ys_division_within(&parameters->division, &value->scope) &&
            (best == NULL || stronger(value, best)))
            best = value;
    }
    return best;
}

uint32_t ys_parameter_on(const struct ys_parameters *parameters, enum ys_parameter id, uint32_t day)
{
    const struct ys_parameter_value *value = ys_parameter_in_force(parameters, id, day);
    return value != NULL ? value->value : ys_parameter_row(id)->initial;
}
