#include "node/model/parameter_rows.h"

#include "node/model/model_state.h"
#include "proto/moment.h"

#include <stdlib.h>
#include <string.h>

static enum ys_code add(struct ys_parameter_rows *rows, struct ys_parameter_value *value,
                        struct ys_bytes text, struct ys_err *err)
{
    struct ys_parameter_value *const grown =
        realloc(rows->value, (rows->count + 1) * sizeof *grown);
    if (grown != NULL)
        rows->value = grown;
    uint8_t *const copy = malloc(text.size + 1);
    if (grown == NULL || copy == NULL) {
        free(copy);
        return ys_fail(err, YS_NOMEM, "read model: out of memory");
    }
    memcpy(copy, text.data, text.size);
    value->text = (struct ys_bytes){copy, text.size};
    grown[rows->count++] = *value;
    return YS_OK;
}

enum ys_code ys_parameter_rows_load(struct ys_model *model, struct ys_parameter_rows *out,
                                    struct ys_err *err)
{
    struct ys_query *const query = model->query[YS_MODEL_PARAMETERS];
    enum ys_code code = YS_OK;
    bool row = true;
    ys_parameter_rows_clear(out);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        const struct ys_parameter_row *const known = ys_parameter_by_word(ys_query_text(query, 0));
        struct ys_parameter_value value = {.signed_at_s = (uint64_t)ys_query_int(query, 4)};
        const struct ys_bytes text = ys_query_text(query, 1);
        const struct ys_bytes id = ys_query_blob(query, 5);
        if (known == NULL || ys_query_is_null(query, 2) || id.size != sizeof value.record.bytes ||
            ys_division_parse(ys_query_text(query, 3), &value.scope, NULL) != YS_OK ||
            ys_parameter_parse(known, text, &value.value, NULL) != YS_OK)
            continue;
        value.id = known->id;
        value.effective_from = ys_date_from_days((int32_t)ys_query_int(query, 2));
        memcpy(value.record.bytes, id.data, id.size);
        code = add(out, &value, text, err);
    }
    ys_query_reset(query);
    return code;
}

void ys_parameter_rows_clear(struct ys_parameter_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free((void *)(uintptr_t)rows->value[i].text.data);
    free(rows->value);
    *rows = (struct ys_parameter_rows){.count = 0};
}
