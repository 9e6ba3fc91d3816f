#include "crypto/bundle.h"

#include "crypto/assert.h"
#include "crypto/base64.h"

#include <string.h>

#define FIRST_LINE   "c2sp.org/tlog-proof@v1"
#define EXTRA_PREFIX "extra "
#define INDEX_PREFIX "index "

enum ys_code ys_bundle_print(struct ys_writer *w, struct ys_bytes extra, uint64_t index,
                             const struct ys_proof *proof, struct ys_bytes checkpoint,
                             struct ys_err *err)
{
    YS_ASSERT(index < YS_TREE_SIZE_MAX);
    const size_t start = w->size;
    ys_writer_text(w, FIRST_LINE "\n");
    if (extra.size > 0) {
        ys_writer_text(w, EXTRA_PREFIX);
        ys_writer_base64(w, extra);
        ys_writer_text(w, "\n");
    }
    ys_writer_text(w, INDEX_PREFIX);
    ys_writer_decimal(w, index);
    ys_writer_text(w, "\n");
    ys_proof_print(w, proof);
    ys_writer_text(w, "\n");
    ys_writer_bytes(w, checkpoint);
    if (!w->overflow)
        return YS_OK;
    w->size = start;
    return ys_fail(err, YS_LIMIT, "proof bundle: does not fit in %zu bytes", w->capacity - start);
}

/* The `extra` line, if `line` is one; then the next line is read. */
static enum ys_code extra_parse(struct ys_bytes *rest, struct ys_bytes *line,
                                struct ys_bytes *extra_out, struct ys_err *err)
{
    *extra_out = (struct ys_bytes){0};
    if (!ys_bytes_starts_with(*line, EXTRA_PREFIX))
        return YS_OK;
    size_t size = 0;
    *extra_out = ys_bytes_skip(*line, strlen(EXTRA_PREFIX));
    if (extra_out->size == 0 || ys_base64_measure(*extra_out, &size) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "proof bundle: its extra line is not base64");
    if (!ys_bytes_take_line(rest, line))
        return ys_fail(err, YS_MALFORMED, "proof bundle: cut short after its extra line");
    return YS_OK;
}

enum ys_code ys_bundle_parse(struct ys_bytes bytes, struct ys_bundle *out, struct ys_err *err)
{
    struct ys_bundle bundle;
    struct ys_bytes rest = bytes;
    struct ys_bytes line;
    if (!ys_bytes_take_line(&rest, &line) || !ys_bytes_is_text(line, FIRST_LINE))
        return ys_fail(err, YS_MALFORMED, "proof bundle: the first line is not " FIRST_LINE);
    if (!ys_bytes_take_line(&rest, &line))
        return ys_fail(err, YS_MALFORMED, "proof bundle: cut short after its first line");
    enum ys_code code = extra_parse(&rest, &line, &bundle.extra_base64, err);
    if (code != YS_OK)
        return code;
    if (!ys_bytes_starts_with(line, INDEX_PREFIX) ||
        !ys_decimal_parse(ys_bytes_skip(line, strlen(INDEX_PREFIX)), YS_TREE_SIZE_MAX - 1,
                          &bundle.index))
        return ys_fail(err, YS_MALFORMED, "proof bundle: no index below 2^63 - 1");
    code = ys_proof_parse(&rest, &bundle.proof, err);
    if (code != YS_OK)
        return code;
    if (rest.size == 0)
        return ys_fail(err, YS_MALFORMED, "proof bundle: no checkpoint");
    if (rest.size > YS_NOTE_MAX)
        return ys_fail(err, YS_LIMIT, "proof bundle: checkpoint of %zu bytes, limit %d", rest.size,
                       YS_NOTE_MAX);
    bundle.checkpoint = rest;
    *out = bundle;
    return YS_OK;
}
