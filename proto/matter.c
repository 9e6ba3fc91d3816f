#include "proto/matter.h"

#include "crypto/assert.h"

#include <stdio.h>
#include <string.h>

/* All of `size` digits at `data`. */
static bool number_read(const uint8_t *data, size_t size, uint32_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++) {
        if (data[i] < '0' || data[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(data[i] - '0');
    }
    *out = value;
    return true;
}

enum ys_code ys_matter_parse(struct ys_bytes text, struct ys_matter *out, struct ys_err *err)
{
    enum { CODE = 12, YEAR = 4, NO_MIN = 4, NO_MAX = 6, NO_AT = CODE + 1 + YEAR + 1 };
    struct ys_matter matter = {.no = 0};
    const bool sized = text.size >= NO_AT + NO_MIN && text.size <= NO_AT + NO_MAX;
    if (!sized || text.data[CODE] != '-' || text.data[NO_AT - 1] != '-' ||
        ys_division_parse((struct ys_bytes){text.data, CODE}, &matter.division, NULL) != YS_OK ||
        !number_read(text.data + CODE + 1, YEAR, &matter.year) ||
        !number_read(text.data + NO_AT, text.size - NO_AT, &matter.no) ||
        matter.year < YS_MATTER_YEAR_MIN || matter.year > YS_MATTER_YEAR_MAX || matter.no == 0 ||
        (text.size > NO_AT + NO_MIN && text.data[NO_AT] == '0'))
        return ys_fail(
            err, YS_MALFORMED,
            "not a matter number such as 110108012016-2026-0007 (community, year, number)");
    *out = matter;
    return YS_OK;
}

enum ys_code ys_matter_parse_at(struct ys_bytes text, const struct ys_division *own,
                                struct ys_matter *out, struct ys_err *err)
{
    enum { YEAR = 4, NO_MAX = 6 };
    struct ys_matter matter = {.division = *own};
    if (ys_division_level(own) != YS_LEVEL_COMMUNITY || text.size < YEAR + 2 ||
        text.size > YEAR + 1 + NO_MAX || text.data[YEAR] != '-' ||
        !number_read(text.data, YEAR, &matter.year) ||
        !number_read(text.data + YEAR + 1, text.size - YEAR - 1, &matter.no) || matter.no == 0 ||
        matter.year < YS_MATTER_YEAR_MIN || matter.year > YS_MATTER_YEAR_MAX)
        return ys_matter_parse(text, out, err);
    *out = matter;
    return YS_OK;
}

void ys_matter_print(const struct ys_matter *matter, char out[YS_MATTER_TEXT_MAX])
{
    YS_ASSERT(ys_division_level(&matter->division) == YS_LEVEL_COMMUNITY && matter->no != 0 &&
              matter->no <= YS_MATTER_NO_MAX && matter->year >= YS_MATTER_YEAR_MIN &&
              matter->year <= YS_MATTER_YEAR_MAX);
    (void)snprintf(out, YS_MATTER_TEXT_MAX, "%s-%04u-%04u", matter->division.digits, matter->year,
                   matter->no);
}
