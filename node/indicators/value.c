/* Numbers as they are printed. Rounded once, out of integers: half up, and below zero half down, so that
 * a figure and its negative have the same digits. */
#include "crypto/assert.h"
#include "node/indicators/indicators_state.h"

#include <inttypes.h>
#include <stdio.h>

__extension__ typedef __int128 wide;

enum { MILLION = 1000000, POINTS = 5 };

/* n / d, d > 0. */
static int64_t rounded(wide n, wide d)
{
    const bool negative = n < 0;
    const wide cut = ((negative ? -n : n) * 2 + d) / (d * 2);
    YS_ASSERT(cut <= INT64_MAX);
    return negative ? -(int64_t)cut : (int64_t)cut;
}

int64_t ys_value_millionths(int64_t n, int64_t d, unsigned scale)
{
    return rounded((wide)n * scale * MILLION, d);
}

int64_t ys_value_rounded(int64_t n, int64_t d)
{
    return rounded(n, d);
}

static int64_t power_of_ten(unsigned exponent)
{
    int64_t out = 1;
    for (unsigned i = 0; i < exponent; i++)
        out *= 10;
    return out;
}

bool ys_result_value(const struct ys_result *result, int64_t *out)
{
    const struct ys_figure *const figure = result->figure;
    const int64_t unit = power_of_ten(figure->decimals);
    if (result->none)
        return false;
    switch (figure->kind) {
    case YS_FIGURE_COUNT:
        *out = rounded((wide)result->n * figure->scale * unit, 1);
        return true;
    case YS_FIGURE_MEDIAN:
    case YS_FIGURE_MAX:
        *out = rounded(((wide)result->low + result->high) * figure->scale * unit, 2);
        return true;
    case YS_FIGURE_RATE:
    case YS_FIGURE_MEAN:
    case YS_FIGURE_SHARE:
    case YS_FIGURE_DERIVED:
        *out = rounded((wide)result->n * figure->scale * unit, result->d);
        return true;
    }
    return false;
}

static void print(int64_t value, unsigned decimals, char out[YS_RESULT_TEXT_MAX])
{
    const int64_t unit = power_of_ten(decimals);
    const int64_t whole = (value < 0 ? -value : value) / unit;
    const int64_t rest = (value < 0 ? -value : value) % unit;
    const char *const sign = value < 0 ? "-" : "";
    if (decimals == 0)
        (void)snprintf(out, YS_RESULT_TEXT_MAX, "%s%" PRId64, sign, whole);
    else
        (void)snprintf(out, YS_RESULT_TEXT_MAX, "%s%" PRId64 ".%0*" PRId64, sign, whole,
                       (int)decimals, rest);
}

void ys_result_print(const struct ys_result *result, char out[YS_RESULT_TEXT_MAX])
{
    int64_t value = 0;
    if (ys_result_value(result, &value))
        print(value, result->figure->decimals, out);
    else
        (void)snprintf(out, YS_RESULT_TEXT_MAX, "—");
}

bool ys_result_mean_differs(const struct ys_result *result)
{
    const enum ys_figure_kind kind = result->figure->kind;
    if (result->none || result->communities == 0 ||
        (kind != YS_FIGURE_RATE && kind != YS_FIGURE_DERIVED))
        return false;
    const int64_t pooled = ys_value_millionths(result->n, result->d, result->figure->scale);
    const int64_t apart = pooled < result->mean ? result->mean - pooled : pooled - result->mean;
    return apart > (int64_t)POINTS * MILLION;
}

void ys_result_print_mean(const struct ys_result *result, char out[YS_RESULT_TEXT_MAX])
{
    if (result->communities == 0)
        (void)snprintf(out, YS_RESULT_TEXT_MAX, "—");
    else
        print(rounded((wide)result->mean * power_of_ten(result->figure->decimals), MILLION),
              result->figure->decimals, out);
}
