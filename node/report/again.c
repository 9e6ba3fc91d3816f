#include "node/report/again.h"

#include "node/report/json.h"
#include "proto/division.h"
#include "proto/moment.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ys_again_clear(struct ys_report_again *again)
{
    for (size_t i = 0; i < again->head_count; i++)
        free((void *)(uintptr_t)again->head[i].log);
    free(again->head);
    *again = (struct ys_report_again){.head = NULL};
}

static bool read_text(const json_t *object, const char *key, char *out, size_t size)
{
    const char *const text = json_string_value(json_object_get(object, key));
    return text != NULL && snprintf(out, size, "%s", text) < (int)size;
}

static bool read_day(const json_t *object, const char *key, int32_t *out)
{
    uint32_t date = 0;
    const char *const text = json_string_value(json_object_get(object, key));
    if (text == NULL || ys_date_parse(ys_bytes_of_text(text), &date) != YS_OK)
        return false;
    *out = ys_date_days(date);
    return true;
}

static bool read_hash(const json_t *object, const char *key, struct ys_hash *out)
{
    const char *const text = json_string_value(json_object_get(object, key));
    if (text == NULL || strlen(text) != (size_t)2 * YS_HASH_LEN ||
        strspn(text, "0123456789abcdef") != (size_t)2 * YS_HASH_LEN)
        return false;
    for (size_t i = 0; i < YS_HASH_LEN; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        out->bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

static bool read_size(const json_t *object, const char *key, uint64_t *out)
{
    const json_t *const value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool read_heads(const json_t *list, struct ys_report_again *out)
{
    const size_t count = json_array_size(list);
    out->head = calloc(count + 1, sizeof *out->head);
    if (out->head == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *const item = json_array_get(list, i);
        const char *const log = json_string_value(json_object_get(item, "log"));
        struct ys_report_head *const head = &out->head[out->head_count];
        if (log == NULL || !read_size(item, "size", &head->size) ||
            !read_size(item, "members", &head->members) || !read_hash(item, "root", &head->root))
            return false;
        head->log = strdup(log);
        if (head->log == NULL)
            return false;
        out->head_count++;
    }
    return count > 0;
}

static const char *read_all(const json_t *root, struct ys_report_again *out)
{
    const json_t *const report = json_object_get(root, "report");
    struct ys_division division;
    int32_t from = 0;
    int32_t to = 0;
    char period[YS_PERIOD_TEXT_MAX + 1];
    const char *const schema = json_string_value(json_object_get(root, "schema"));
    if (schema == NULL || strcmp(schema, YS_REPORT_SCHEMA) != 0)
        return "schema";
    if (!read_text(root, "hash", out->hash, sizeof out->hash))
        return "hash";
    if (!read_text(root, "software", out->software, sizeof out->software))
        return "software";
    if (!read_text(report, "unit", out->unit, sizeof out->unit) ||
        ys_division_parse(ys_bytes_of_text(out->unit), &division, NULL) != YS_OK)
        return "report.unit";
    if (!read_text(report, "period", period, sizeof period) ||
        ys_report_period_parse(period, &out->period, NULL) != YS_OK ||
        !read_day(report, "from", &from) || !read_day(report, "to", &to) ||
        from != out->period.from_day || to != out->period.to_day)
        return "report.period";
    if (!read_day(report, "as_of", &out->as_of_day))
        return "report.as_of";
    if (!json_is_boolean(json_object_get(report, "by_unit")))
        return "report.by_unit";
    out->by_unit = json_is_true(json_object_get(report, "by_unit"));
    if (!read_text(report, "rule_set", out->rule_set, sizeof out->rule_set))
        return "report.rule_set";
    if (!read_text(report, "indicator_set", out->indicator_set, sizeof out->indicator_set))
        return "report.indicator_set";
    return read_heads(json_object_get(report, "heads"), out) ? NULL : "report.heads";
}

enum ys_code ys_again_parse(struct ys_bytes json, const char *name, struct ys_report_again *out,
                            struct ys_err *err)
{
    json_error_t error;
    *out = (struct ys_report_again){.head = NULL};
    json_t *const root =
        json_loadb((const char *)json.data, json.size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        return ys_fail(err, YS_MALFORMED, "%s: line %d: %.100s", name, error.line, error.text);
    const char *const wrong = read_all(root, out);
    json_decref(root);
    if (wrong == NULL)
        return YS_OK;
    ys_again_clear(out);
    return ys_fail(err, YS_MALFORMED, "%s: %s is missing or wrong: is it a report in JSON?", name,
                   wrong);
}
