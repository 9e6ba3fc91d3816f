/* All that a read model says, as text: without the numbers that are the file's own, in
 * an order that depends on the content alone. Aborts when it fails. Memory: heap. */
#ifndef YS_TESTS_SUPPORT_MODEL_DUMP_H
#define YS_TESTS_SUPPORT_MODEL_DUMP_H

#include "node/model/model.h"

/* One line a row: "table|value|…". Terminated; free it. */
char *model_dump(struct ys_model *model);
/* The same of these tables alone; NULL ends them. */
char *model_dump_of(struct ys_model *model, const char *const *tables);
/* Compare two dumps; when they differ, the first differing lines are printed. */
bool model_dumps_equal(const char *a, const char *b);

#endif
