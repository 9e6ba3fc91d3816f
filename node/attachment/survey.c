#include "node/attachment/survey.h"

#include <stdlib.h>
#include <string.h>

enum { WHOLE_MAX = 5000 }; /* files that are looked at each time */

/* --- what is here --- */

/* Hashes that a statement gave, in a heap block. */
struct hashes {
    struct ys_hash *hash;
    size_t count, capacity;
};

static enum ys_code add_hash(struct hashes *hashes, const struct ys_hash *hash, struct ys_err *err)
{
    if (hashes->count == hashes->capacity) {
        const size_t capacity = hashes->capacity == 0 ? 64 : hashes->capacity * 2;
        struct ys_hash *const more = reallocarray(hashes->hash, capacity, sizeof *more);
        if (more == NULL)
            return ys_fail(err, YS_NOMEM, "attachments: out of memory");
        hashes->hash = more;
        hashes->capacity = capacity;
    }
    hashes->hash[hashes->count++] = *hash;
    return YS_OK;
}

/* Of the hashes that a statement gives those of which the file is here, or is not. */
static enum ys_code sift(struct ys_sql *sql, const char *text, const struct ys_blobs *blobs,
                         bool here, struct hashes *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(sql, text, &query, err);
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row) {
        struct ys_hash hash;
        uint64_t size = 0;
        if (!ys_query_hash(query, 0, &hash))
            continue;
        const enum ys_code found = ys_blobs_size(blobs, &hash, &size, err);
        if (found != YS_OK && found != YS_NOT_FOUND)
            return found;
        if ((found == YS_OK) == here)
            code = add_hash(out, &hash, err);
    }
    return code;
}

static enum ys_code run_each(struct ys_sql *sql, const char *text, const struct hashes *hashes,
                             struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    enum ys_code code = ys_query_open(sql, text, &query, err);
    for (size_t i = 0; i < hashes->count && code == YS_OK; i++) {
        ys_query_set_blob(query, 1, (struct ys_bytes){hashes->hash[i].bytes, YS_HASH_LEN});
        code = ys_query_run(query, err);
    }
    return code;
}

static enum ys_code change(struct ys_sql *sql, const char *text, const struct hashes *hashes,
                           struct ys_err *err)
{
    enum ys_code code = run_each(sql, text, hashes, err);
    if (code == YS_OK) /* rules that ask for these are asked again */
        code = run_each(sql,
                        "INSERT OR IGNORE INTO touched SELECT 'record', rec FROM attachment"
                        " WHERE hash = ?",
                        hashes, err);
    return code;
}

static enum ys_code count_rows(struct ys_sql *sql, int64_t *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(sql, "SELECT count(*) FROM node_attachment", &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    *out = code == YS_OK && row ? ys_query_int(query, 0) : 0;
    return code;
}

static enum ys_code store(struct ys_sql *sql, const struct hashes *came, const struct hashes *went,
                          struct ys_err *err)
{
    enum ys_code code = ys_sql_run(sql, "BEGIN IMMEDIATE", err);
    if (code != YS_OK)
        return code;
    code = change(sql, "INSERT OR IGNORE INTO node_attachment VALUES (?)", came, err);
    if (code == YS_OK)
        code = change(sql, "DELETE FROM node_attachment WHERE hash = ?", went, err);
    return ys_sql_end(sql, code, err);
}

enum ys_code ys_attachment_survey(struct ys_model *model, const struct ys_blobs *blobs, bool whole,
                                  struct ys_err *err)
{
    struct ys_sql *const sql = ys_model_sql(model);
    struct hashes came = {0};
    struct hashes went = {0};
    int64_t known = 0;
    enum ys_code code = count_rows(sql, &known, err);
    if (code == YS_OK)
        code = sift(sql,
                    "SELECT DISTINCT hash FROM attachment_due"
                    " WHERE hash NOT IN (SELECT hash FROM node_attachment)",
                    blobs, true, &came, err);
    if (code == YS_OK && (whole || known <= WHOLE_MAX))
        code = sift(sql, "SELECT hash FROM node_attachment", blobs, false, &went, err);
    if (code == YS_OK && came.count + went.count != 0)
        code = store(sql, &came, &went, err);
    free(came.hash);
    free(went.hash);
    return code;
}

/* --- what should be --- */

static enum ys_code add_due(struct ys_attachment_index *index, size_t *capacity,
                            struct ys_query *query, struct ys_err *err)
{
    struct ys_attachment_due due = {.size = (uint64_t)ys_query_int(query, 1),
                                    .record = ys_query_int(query, 2),
                                    .here = ys_query_int(query, 4) != 0};
    if (!ys_query_hash(query, 0, &due.hash) || due.size > INT64_MAX ||
        ys_division_parse(ys_query_text(query, 3), &due.division, NULL) != YS_OK)
        return YS_OK;
    if (index->count == *capacity) {
        *capacity = *capacity == 0 ? 64 : *capacity * 2;
        struct ys_attachment_due *const more = reallocarray(index->due, *capacity, sizeof *more);
        if (more == NULL)
            return ys_fail(err, YS_NOMEM, "attachments: out of memory");
        index->due = more;
    }
    index->due[index->count++] = due;
    return YS_OK;
}

enum ys_code ys_attachment_index(struct ys_model *model, struct ys_attachment_index *out,
                                 struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    struct ys_attachment_index index = {0};
    size_t capacity = 0;
    bool row = false;
    enum ys_code code =
        ys_query_open(ys_model_sql(model),
                      "SELECT d.hash, d.size, min(d.rec), l.division, d.hash IN (SELECT hash FROM "
                      "node_attachment)"
                      "  FROM attachment_due d JOIN log l ON l.no = d.log"
                      " GROUP BY d.hash, d.size, l.division ORDER BY d.hash, min(d.rec)",
                      &query, err);
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row)
        code = add_due(&index, &capacity, query, err);
    if (code != YS_OK)
        ys_attachment_index_clear(&index);
    else
        *out = index;
    return code;
}

void ys_attachment_index_clear(struct ys_attachment_index *index)
{
    free(index->due);
    *index = (struct ys_attachment_index){0};
}

struct ys_attachment_due *ys_attachment_find(const struct ys_attachment_index *index,
                                             const struct ys_hash *hash)
{
    size_t low = 0;
    size_t high = index->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (memcmp(index->due[middle].hash.bytes, hash->bytes, YS_HASH_LEN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->count && ys_hash_equal(&index->due[low].hash, hash) ? &index->due[low]
                                                                            : NULL;
}

enum ys_code ys_attachment_sum(struct ys_model *model, const char *matter,
                               struct ys_attachment_sums *out, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(
        ys_model_sql(model),
        "SELECT here, count(*), coalesce(sum(size), 0) FROM"
        " (SELECT d.hash IN (SELECT hash FROM node_attachment) AS here, min(d.size) AS size"
        "    FROM attachment_due d JOIN record r ON r.no = d.rec"
        "   WHERE ?1 IS NULL OR r.subject = ?1 GROUP BY d.hash)"
        " GROUP BY here",
        &query, err);
    *out = (struct ys_attachment_sums){0};
    if (code == YS_OK && matter != NULL)
        ys_query_set_text(query, 1, ys_bytes_of_text(matter));
    while (code == YS_OK && (code = ys_query_step(query, &row, err)) == YS_OK && row) {
        const bool here = ys_query_int(query, 0) != 0;
        *(here ? &out->here : &out->missing) = (uint64_t)ys_query_int(query, 1);
        *(here ? &out->here_bytes : &out->missing_bytes) = (uint64_t)ys_query_int(query, 2);
    }
    return code;
}
