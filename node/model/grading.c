#include "node/model/grading.h"

#include <string.h>

/* How many there are of each letter; those of the annex (G-05, G-07 to G-09) are this node's own. */
static bool is_counted(const uint8_t *id)
{
    static const unsigned last[] = {12, 10, 8, 7, 10, 9, 11};
    const unsigned group = (unsigned)(id[0] - 'A');
    const unsigned number = (unsigned)(id[2] - '0') * 10 + (unsigned)(id[3] - '0');
    return group < sizeof last / sizeof *last && number >= 1 && number <= last[group] &&
           !(id[0] == 'G' && (number == 5 || (number >= 7 && number <= 9)));
}

/* Cut off what stands before `mark`; false when it is not there. */
static bool cut(struct ys_bytes *rest, const char *mark, struct ys_bytes *out)
{
    const size_t length = strlen(mark);
    for (size_t i = 0; i + length <= rest->size; i++)
        if (memcmp(rest->data + i, mark, length) == 0) {
            *out = (struct ys_bytes){rest->data, i};
            *rest = ys_bytes_skip(*rest, i + length);
            return true;
        }
    return false;
}

static bool parse_item(struct ys_bytes word, struct ys_grading_item *out)
{
    struct ys_bytes id;
    struct ys_bytes weight;
    struct ys_bytes zero;
    struct ys_bytes rest = word;
    uint64_t number[3] = {0};
    if (!cut(&rest, "=", &id) || !cut(&rest, ":", &weight) || !cut(&rest, "..", &zero) ||
        id.size != 4 || id.data[1] != '-' || id.data[2] < '0' || id.data[2] > '9' ||
        id.data[3] < '0' || id.data[3] > '9' || !is_counted(id.data) ||
        !ys_decimal_parse(weight, 255, &number[0]) || number[0] == 0 ||
        !ys_decimal_parse(zero, YS_GRADING_VALUE_MAX, &number[1]) ||
        !ys_decimal_parse(rest, YS_GRADING_VALUE_MAX, &number[2]) || number[1] == number[2])
        return false;
    *out = (struct ys_grading_item){
        .weight = (uint32_t)number[0], .zero = (int32_t)number[1], .full = (int32_t)number[2]};
    memcpy(out->indicator, id.data, id.size);
    return true;
}

static bool is_there(const struct ys_grading *grading, const char *indicator)
{
    for (uint32_t i = 0; i < grading->count; i++)
        if (strcmp(grading->item[i].indicator, indicator) == 0)
            return true;
    return false;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == ',' || byte == '\n';
}

enum ys_code ys_grading_parse(struct ys_bytes text, const char *name, struct ys_grading *out,
                              struct ys_err *err)
{
    struct ys_grading made = {.count = 0};
    if (ys_bytes_is_text(text, "none")) {
        *out = made;
        return YS_OK;
    }
    for (size_t at = 0; at < text.size;) {
        size_t end = at;
        struct ys_grading_item item;
        while (end < text.size && !is_blank(text.data[end]))
            end++;
        const struct ys_bytes word = {text.data + at, end - at};
        at = end + 1;
        if (word.size == 0)
            continue;
        if (!parse_item(word, &item) || is_there(&made, item.indicator))
            return ys_fail(err, YS_MALFORMED,
                           "parameter %s: \"%.*s\" is no item like E-03=3:0..100, or the second of "
                           "its indicator",
                           name, (int)(word.size < 40 ? word.size : 40), (const char *)word.data);
        if (made.count == YS_GRADING_ITEMS_MAX)
            return ys_fail(err, YS_LIMIT, "parameter %s: more than %d items", name,
                           YS_GRADING_ITEMS_MAX);
        made.item[made.count++] = item;
    }
    if (made.count == 0)
        return ys_fail(err, YS_MALFORMED, "parameter %s: names no indicator; \"none\" ends it",
                       name);
    *out = made;
    return YS_OK;
}
