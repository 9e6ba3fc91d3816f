#include "node/report/basis.h"

#include "node/model/parameter_rows.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ys_basis_close(struct ys_basis *basis)
{
    if (basis->model != NULL && ys_sql_in_transaction(ys_model_sql(basis->model)) &&
        ys_sql_run(ys_model_sql(basis->model), "ROLLBACK", NULL) != YS_OK)
        basis->rules = NULL; /* closing ends it, too */
    ys_rules_close(basis->own_rules);
    ys_cut_close(basis->cut);
    for (size_t i = 0; i < basis->head_count; i++)
        free((void *)(uintptr_t)basis->head[i].log);
    for (size_t i = 0; i < basis->left_out_count; i++)
        free((void *)(uintptr_t)basis->left_out[i].log);
    for (size_t i = 0; i < basis->parameter_count; i++)
        free((void *)(uintptr_t)basis->parameter[i].name);
    free(basis->head);
    free(basis->left_out);
    free(basis->receipt);
    free(basis->receipt_text);
    free(basis->parameter);
    *basis = (struct ys_basis){.rules = NULL};
}

enum ys_code ys_basis_renew(struct ys_basis *basis, struct ys_err *err)
{
    struct ys_sql *const sql = ys_model_sql(basis->model);
    const enum ys_code code = ys_sql_run(sql, "ROLLBACK", err);
    return code == YS_OK ? ys_sql_run(sql, "BEGIN", err) : code;
}

static enum ys_code no_memory(struct ys_err *err)
{
    return ys_fail(err, YS_NOMEM, "report: out of memory");
}

/* The next item of a list; NULL without memory. */
static void *one_more(void **list, size_t *count, size_t size)
{
    void *const grown = realloc(*list, (*count + 1) * size);
    if (grown == NULL)
        return NULL;
    *list = grown;
    memset((char *)grown + *count * size, 0, size);
    return (char *)grown + (*count)++ * size;
}

static enum ys_code add_head(struct ys_basis *basis, const struct ys_report_head *head,
                             struct ys_err *err)
{
    void *list = basis->head;
    struct ys_report_head *const item = one_more(&list, &basis->head_count, sizeof *item);
    basis->head = list;
    if (item == NULL)
        return no_memory(err);
    *item = *head;
    item->log = strdup(head->log);
    return item->log == NULL ? no_memory(err) : YS_OK;
}

static enum ys_code add_left_out(struct ys_basis *basis, const char *log, const char *why,
                                 struct ys_err *err)
{
    void *list = basis->left_out;
    struct ys_report_left_out *const item = one_more(&list, &basis->left_out_count, sizeof *item);
    basis->left_out = list;
    if (item == NULL)
        return no_memory(err);
    *item = (struct ys_report_left_out){.log = strdup(log), .why = why};
    return item->log == NULL ? no_memory(err) : YS_OK;
}

/* Heads of all logs that are related to the unit, as the store has them, by origin. `others_out`: there are
 * further logs here, or one is left out. */
static enum ys_code look(const struct ys_basis_options *options, const struct ys_division *unit,
                         struct ys_basis *basis, bool *others_out, struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_log log = {.origin_text = ""};
    enum ys_code code = ys_store_begin(options->store, false, &txn, err);
    *others_out = false;
    while (code == YS_OK) {
        struct ys_report_head head = {.log = log.origin_text};
        code = ys_log_next_origin(txn, log.origin_text, &log, err);
        if (code == YS_NOT_FOUND)
            return YS_OK;
        if (code != YS_OK)
            break;
        if (!ys_division_related(unit, &log.origin.division)) {
            *others_out = true;
            continue;
        }
        if (log.state == YS_LOG_FORKED || log.state == YS_LOG_RECOVERING) {
            *others_out = true;
            code = add_left_out(basis, log.origin_text, ys_log_state_name(log.state), err);
            continue;
        }
        head.size = log.frontier.size;
        head.root = log.root;
        code = ys_member_counted_size(options->member, txn, &log, &head.members, err);
        if (code == YS_OK && head.size > 0)
            code = add_head(basis, &head, err);
    }
    return code;
}

/* Has the read model exactly these heads, and have the rules caught up with it? */
static enum ys_code is_state_of(struct ys_basis *basis, bool *same_out, struct ys_err *err)
{
    YS_QUERY_SCOPED logs = NULL;
    YS_QUERY_SCOPED touched = NULL;
    struct ys_sql *const sql = ys_model_sql(basis->model);
    bool row = false;
    size_t at = 0;
    *same_out = false;
    enum ys_code code = ys_query_open(
        sql, "SELECT origin, size, root FROM log WHERE size > 0 ORDER BY origin", &logs, err);
    if (code == YS_OK)
        code = ys_query_open(sql, "SELECT 1 FROM touched LIMIT 1", &touched, err);
    if (code == YS_OK)
        code = ys_query_step(touched, &row, err);
    if (code != YS_OK || row)
        return code;
    for (;; at++) {
        code = ys_query_step(logs, &row, err);
        if (code != YS_OK || !row)
            break;
        if (at >= basis->head_count ||
            !ys_bytes_is_text(ys_query_text(logs, 0), basis->head[at].log) ||
            (uint64_t)ys_query_int(logs, 1) != basis->head[at].size ||
            !ys_bytes_equal(ys_query_blob(logs, 2),
                            (struct ys_bytes){basis->head[at].root.bytes, YS_HASH_LEN}))
            return YS_OK;
    }
    *same_out = code == YS_OK && at == basis->head_count;
    return code;
}

/* --- what stands in the model about it --- */

static enum ys_code read_receipts(struct ys_basis *basis, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(ys_model_sql(basis->model),
                                      "SELECT lower(hex(r.id)) FROM record r WHERE r.no IN (SELECT "
                                      "record FROM receipt) ORDER BY 1",
                                      &query, err);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        void *list = basis->receipt_text;
        char *const text = one_more(&list, &basis->receipt_count, sizeof *basis->receipt_text);
        basis->receipt_text = list;
        if (text == NULL)
            return no_memory(err);
        (void)ys_query_copy(query, 0, text, sizeof *basis->receipt_text);
    }
    basis->receipt = calloc(basis->receipt_count + 1, sizeof *basis->receipt);
    if (code == YS_OK && basis->receipt == NULL)
        return no_memory(err);
    for (size_t i = 0; code == YS_OK && i < basis->receipt_count; i++)
        basis->receipt[i] = basis->receipt_text[i];
    return code;
}

/* Texts of one parameter lie in one block that begins with its name. */
static enum ys_code add_parameter(struct ys_basis *basis, const char *name, const char *scope,
                                  struct ys_bytes value, const char *record, int32_t from_day,
                                  struct ys_err *err)
{
    const size_t name_size = strlen(name) + 1;
    const size_t scope_size = strlen(scope) + 1;
    const size_t record_size = strlen(record) + 1;
    void *list = basis->parameter;
    struct ys_report_parameter *const item = one_more(&list, &basis->parameter_count, sizeof *item);
    basis->parameter = list;
    if (item == NULL)
        return no_memory(err);
    char *const text = calloc(1, name_size + scope_size + record_size + value.size + 1);
    if (text == NULL)
        return no_memory(err);
    memcpy(text, name, name_size);
    memcpy(text + name_size, scope, scope_size);
    memcpy(text + name_size + scope_size, record, record_size);
    if (value.size > 0)
        memcpy(text + name_size + scope_size + record_size, value.data, value.size);
    *item = (struct ys_report_parameter){.name = text,
                                         .scope = text + name_size,
                                         .record = text + name_size + scope_size,
                                         .value = text + name_size + scope_size + record_size,
                                         .from_day = from_day};
    return YS_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct ys_report_parameter *const x = a;
    const struct ys_report_parameter *const y = b;
    int order = strcmp(x->name, y->name);
    if (order == 0)
        order = strcmp(x->scope, y->scope);
    if (order == 0)
        order = x->from_day < y->from_day ? -1 : x->from_day > y->from_day;
    return order != 0 ? order : strcmp(x->record, y->record);
}

/* Defaults, where nobody has set anything, then what the district has signed. */
static enum ys_code read_parameters(struct ys_basis *basis, struct ys_err *err)
{
    struct ys_parameter_rows rows = {.count = 0};
    enum ys_code code = ys_parameter_rows_load(basis->model, &rows, err);
    for (unsigned i = 0; code == YS_OK && i < YS_PARAMETER_COUNT; i++) {
        const struct ys_parameter_row *const row = ys_parameter_row((enum ys_parameter)i);
        const char *const word = ys_parameter_word(row, row->initial);
        char number[16];
        (void)snprintf(number, sizeof number, "%u", row->initial);
        if (row->unit == YS_UNIT_WEIGHTS)
            (void)snprintf(number, sizeof number, "%u %u %u", row->initial >> 16 & 255,
                           row->initial >> 8 & 255, row->initial & 255);
        code = add_parameter(
            basis, row->word, "",
            ys_bytes_of_text(row->unit == YS_UNIT_DATES || row->unit == YS_UNIT_SCORECARD ? ""
                             : word != NULL                                               ? word
                                                                                          : number),
            "", 0, err);
    }
    for (size_t i = 0; code == YS_OK && i < rows.count; i++) {
        char record[YS_HASH_HEX_MAX];
        ys_hash_hex(&rows.value[i].record, record);
        code = add_parameter(basis, ys_parameter_row(rows.value[i].id)->word,
                             rows.value[i].scope.digits, rows.value[i].text, record,
                             ys_date_days(rows.value[i].effective_from), err);
    }
    ys_parameter_rows_clear(&rows);
    if (code == YS_OK && basis->parameter_count > 0)
        qsort(basis->parameter, basis->parameter_count, sizeof *basis->parameter, by_name);
    return code;
}

static enum ys_code read_facts(struct ys_basis *basis, struct ys_err *err)
{
    struct ys_hash rule_set;
    bool made = false;
    enum ys_code code = read_receipts(basis, err);
    if (code == YS_OK)
        code = read_parameters(basis, err);
    if (code == YS_OK)
        code = ys_rules_made_for(ys_model_sql(basis->model), &rule_set, &made, err);
    if (code == YS_OK && made)
        ys_hash_hex(&rule_set, basis->rule_set);
    return code;
}

/* --- the two ways --- */

static enum ys_code cut_out(const struct ys_basis_options *options, struct ys_basis *basis,
                            struct ys_err *err)
{
    const struct ys_cut_options cut = {.store = options->store,
                                       .roots = options->roots,
                                       .head = basis->head,
                                       .head_count = basis->head_count,
                                       .folder = options->folder,
                                       .progress = options->progress,
                                       .context = options->context};
    enum ys_code code = ys_cut_open(&cut, &basis->cut, err);
    if (code != YS_OK)
        return code;
    basis->model = ys_cut_model(basis->cut);
    code = ys_rules_open(basis->model, &basis->own_rules, err);
    if (code == YS_OK)
        code = ys_rules_catch_up(basis->own_rules, ys_date_from_days(options->as_of_day), err);
    basis->rules = basis->own_rules;
    if (code == YS_OK)
        code = ys_sql_run(ys_model_sql(basis->model), "BEGIN", err);
    return code;
}

static void forget_heads(struct ys_basis *basis)
{
    ys_basis_close(basis);
}

/* The node's own read model, in a state that the store has. Others may write meanwhile: a few times. */
static enum ys_code take_own(const struct ys_basis_options *options, const struct ys_division *unit,
                             struct ys_basis *basis, bool *taken_out, struct ys_err *err)
{
    *taken_out = false;
    for (int turn = 0; turn < 8 && !*taken_out; turn++) {
        bool others = false;
        forget_heads(basis);
        enum ys_code code = options->recall(options->node, &basis->model, &basis->rules, err);
        if (code == YS_OK)
            code = ys_sql_run(ys_model_sql(basis->model), "BEGIN", err);
        if (code == YS_OK)
            code = look(options, unit, basis, &others, err);
        if (code == YS_OK && !others)
            code = is_state_of(basis, taken_out, err);
        if (code != YS_OK)
            return code;
    }
    return YS_OK;
}

enum ys_code ys_basis_now(const struct ys_basis_options *options, const char *unit,
                          struct ys_basis *out, struct ys_err *err)
{
    struct ys_division division;
    bool others = false;
    bool taken = false;
    *out = (struct ys_basis){.rules = NULL};
    enum ys_code code = ys_division_parse(ys_bytes_of_text(unit), &division, err);
    if (code == YS_OK)
        code = look(options, &division, out, &others, err);
    if (code == YS_OK && !others)
        code = take_own(options, &division, out, &taken, err);
    if (code == YS_OK && !taken) {
        forget_heads(out);
        code = look(options, &division, out, &others, err);
        if (code == YS_OK)
            code = cut_out(options, out, err);
    }
    if (code == YS_OK)
        code = read_facts(out, err);
    if (code != YS_OK)
        ys_basis_close(out);
    return code;
}

enum ys_code ys_basis_of_heads(const struct ys_basis_options *options,
                               const struct ys_report_head *head, size_t count,
                               struct ys_basis *out, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    *out = (struct ys_basis){.rules = NULL};
    for (size_t i = 0; code == YS_OK && i < count; i++)
        code = add_head(out, &head[i], err);
    if (code == YS_OK)
        code = cut_out(options, out, err);
    if (code == YS_OK)
        code = read_facts(out, err);
    if (code != YS_OK)
        ys_basis_close(out);
    return code;
}

void ys_basis_fill(const struct ys_basis *basis, struct ys_report *report)
{
    report->rule_set = basis->rule_set;
    report->head = basis->head;
    report->head_count = basis->head_count;
    report->receipts = basis->receipt;
    report->receipt_count = basis->receipt_count;
    report->parameter = basis->parameter;
    report->parameter_count = basis->parameter_count;
    report->left_out = basis->left_out;
    report->left_out_count = basis->left_out_count;
}
