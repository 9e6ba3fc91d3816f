/* The parameter values that stand in the read model.
 *
 * Those that districts have signed. A street's are not taken: it could give itself more time, and there
 * is no record of the range that its district leaves it. Threads: the model's. Memory: heap. */
#ifndef YS_NODE_MODEL_PARAMETER_ROWS_H
#define YS_NODE_MODEL_PARAMETER_ROWS_H

#include "node/model/model.h"
#include "node/model/parameter.h"

struct ys_parameter_rows {
    struct ys_parameter_value *value; /* their texts are owned, too */
    size_t count;
};

/* All in force, in no order. What is no value of ours has no effect here: publishing refuses it. */
YS_CHECKED enum ys_code ys_parameter_rows_load(struct ys_model *model,
                                               struct ys_parameter_rows *out, struct ys_err *err);
void ys_parameter_rows_clear(struct ys_parameter_rows *rows);

#endif
