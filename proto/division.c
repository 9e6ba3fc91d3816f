#include "proto/division.h"

#include "crypto/assert.h"

#include <string.h>

enum { DIGITS_DISTRICT = 6, DIGITS_STREET = 9, DIGITS_COMMUNITY = 12, DIGITS_A_LEVEL = 3 };
_Static_assert((int)DIGITS_COMMUNITY == (int)YS_DIVISION_MAX, "a community has the longest code");

enum ys_code ys_division_parse(struct ys_bytes text, struct ys_division *out, struct ys_err *err)
{
    bool good =
        text.size == DIGITS_DISTRICT || text.size == DIGITS_STREET || text.size == DIGITS_COMMUNITY;
    for (size_t i = 0; good && i < text.size; i++)
        good = text.data[i] >= '0' && text.data[i] <= '9';
    if (!good || text.data[0] == '0')
        return ys_fail(err, YS_MALFORMED,
                       "a division code has 6, 9 or 12 digits and does not start with 0");
    struct ys_division division = {0};
    memcpy(division.digits, text.data, text.size);
    *out = division;
    return YS_OK;
}

enum ys_level ys_division_level(const struct ys_division *division)
{
    const size_t digits = strlen(division->digits);
    YS_ASSERT(digits == DIGITS_DISTRICT || digits == DIGITS_STREET || digits == DIGITS_COMMUNITY);
    if (digits == DIGITS_DISTRICT)
        return YS_LEVEL_DISTRICT;
    return digits == DIGITS_STREET ? YS_LEVEL_STREET : YS_LEVEL_COMMUNITY;
}

bool ys_division_parent(const struct ys_division *division, struct ys_division *out)
{
    if (ys_division_level(division) == YS_LEVEL_DISTRICT)
        return false;
    struct ys_division parent = {0};
    memcpy(parent.digits, division->digits, strlen(division->digits) - DIGITS_A_LEVEL);
    *out = parent;
    return true;
}

bool ys_division_equal(const struct ys_division *a, const struct ys_division *b)
{
    return strcmp(a->digits, b->digits) == 0;
}

bool ys_division_within(const struct ys_division *inner, const struct ys_division *outer)
{
    const size_t digits = strlen(outer->digits);
    YS_ASSERT(digits > 0);
    return strncmp(inner->digits, outer->digits, digits) == 0;
}

bool ys_division_related(const struct ys_division *a, const struct ys_division *b)
{
    return ys_division_within(a, b) || ys_division_within(b, a);
}

const char *ys_level_name(enum ys_level level)
{
    switch (level) {
    case YS_LEVEL_DISTRICT:
        return "district";
    case YS_LEVEL_STREET:
        return "street";
    case YS_LEVEL_COMMUNITY:
        return "community";
    }
    return "?";
}
