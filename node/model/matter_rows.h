/* Rows of one matter: what the procedure says of it, in the tables of schema.sql.
 *
 * Threads and memory as model.h. */
#ifndef YS_NODE_MODEL_MATTER_ROWS_H
#define YS_NODE_MODEL_MATTER_ROWS_H

#include "node/model/model.h"
#include "node/model/procedure.h"

struct ys_matter_rows {
    struct ys_bytes subject;
    const struct ys_division *division;
    const struct ys_procedure *procedure;
    /* What was given to the procedure, and the numbers of these records. */
    const struct ys_step *step;
    const int64_t *number;
    size_t count;
};
YS_CHECKED enum ys_code ys_matter_rows_put(struct ys_model *model,
                                           const struct ys_matter_rows *rows, struct ys_err *err);
YS_CHECKED enum ys_code ys_matter_rows_clear(struct ys_model *model, struct ys_bytes subject,
                                             struct ys_err *err);

#endif
