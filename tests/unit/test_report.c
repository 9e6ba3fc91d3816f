#include "node/report/cell.h"
#include "node/report/csv.h"
#include "node/report/dictionary.h"
#include "node/report/html.h"
#include "node/report/json.h"
#include "node/report/xlsx.h"
#include "tests/support/folder.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

static const struct ys_report_column columns[] = {
    {"code", "代码", "Code", "单位代码", "code of the unit", YS_REPORT_CODE, true},
    {"note", "说明", "Note", "文字", "any | text", YS_REPORT_TEXT, true},
    {"count", "件数", "Count", "件数", "how many", YS_REPORT_INT, true},
    {"rate", "比率", "Rate", "比率", "a rate", YS_REPORT_RATE, true},
    {"day", "日期", "Day", "日期", "a day", YS_REPORT_DATE, true},
    {"money", "金额", "Money", "金额", "fen", YS_REPORT_MONEY, false},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* The same row again and again, with another text. */
struct rows {
    const char *const *note;
    uint64_t count, at;
};

static enum ys_code rewind_rows(void *source, struct ys_err *err)
{
    (void)err;
    ((struct rows *)source)->at = 0;
    return YS_OK;
}

static enum ys_code next_row(void *source, struct ys_report_cell *row, bool *row_out,
                             struct ys_err *err)
{
    struct rows *const rows = source;
    (void)err;
    *row_out = rows->at < rows->count;
    if (!*row_out)
        return YS_OK;
    const char *const note = rows->note[rows->at++ % 4];
    row[0] = (struct ys_report_cell){
        .there = true, .type = YS_REPORT_CODE, .text = ys_bytes_of_text("110105901001")};
    row[1] = (struct ys_report_cell){
        .there = note != NULL, .type = YS_REPORT_TEXT, .text = ys_bytes_of_text(note ? note : "")};
    row[2] = (struct ys_report_cell){.there = true, .type = YS_REPORT_INT, .num = -7};
    row[3] = (struct ys_report_cell){
        .there = rows->at % 2 == 1, .type = YS_REPORT_RATE, .num = 2, .den = 3, .small = true};
    row[4] = (struct ys_report_cell){.there = true, .type = YS_REPORT_DATE, .num = 20513};
    row[5] = (struct ys_report_cell){.there = true, .type = YS_REPORT_MONEY, .num = 1205};
    return YS_OK;
}

static const char *const nasty[4] = {"=HYPERLINK(\"http://x\",1)", "a\r\nb,<b>&'", NULL, "\t-1"};

struct sample {
    struct rows rows;
    struct ys_report_table table;
    struct ys_report_head head;
    struct ys_report_parameter parameter;
    struct ys_report_chart chart;
    struct ys_report report;
};

static void fill(struct sample *s, const char *const *note, uint64_t count)
{
    *s = (struct sample){
        .rows = {.note = note, .count = count},
        .table = {.name = "things",
                  .zh = "清单",
                  .en = "Things",
                  .about_zh = "所有",
                  .about_en = "all of them",
                  .column = columns,
                  .column_count = COLUMNS,
                  .print = true,
                  .rewind = rewind_rows,
                  .next = next_row},
        .head = {.log = "beijing.example/110105901001/1", .size = 12, .members = 0},
        .parameter = {.name = "notice_min_days", .scope = "110105", .value = "3", .record = ""},
        .chart = {.zh = "三率 <&>", .count = 1},
    };
    s->table.source = &s->rows;
    s->chart.bar[0].value =
        (struct ys_report_cell){.there = true, .type = YS_REPORT_RATE, .num = 9, .den = 10};
    (void)snprintf(s->chart.bar[0].label, sizeof s->chart.bar[0].label, "及时响应率");
    s->report = (struct ys_report){.unit = "110105901001",
                                   .unit_name = "示例社区\"<",
                                   .level = "community",
                                   .deployment = "beijing.example",
                                   .period = "2026-Q1",
                                   .from_day = 20454,
                                   .to_day = 20543,
                                   .as_of_day = 20600,
                                   .rule_set = "ab",
                                   .indicator_set = "cd",
                                   .software = "0.1.0",
                                   .head = &s->head,
                                   .head_count = 1,
                                   .parameter = &s->parameter,
                                   .parameter_count = 1,
                                   .chart = &s->chart,
                                   .chart_count = 1,
                                   .table = &s->table,
                                   .table_count = 1};
}

/* What `write` puts into a file, terminated; the caller frees it. */
static char *written(struct sample *s, int what, size_t *size_out)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const file = open_memstream(&text, &size);
    assert_non_null(file);
    enum ys_code code = YS_OK;
    switch (what) {
    case 'e':
        code = ys_csv_write(&s->table, YS_CSV_EXCEL, file, "x", NULL);
        break;
    case 'p':
        code = ys_csv_write(&s->table, YS_CSV_PLAIN, file, "x", NULL);
        break;
    case 'j':
        code = ys_report_json_write(&s->report, file, "x", NULL);
        break;
    case 'h':
        code = ys_html_write(&s->report, file, "x", NULL);
        break;
    default:
        code = ys_dictionary_write(&s->report, file, "x", NULL);
        break;
    }
    assert_int_equal(code, YS_OK);
    (void)fclose(file);
    if (size_out != NULL)
        *size_out = size;
    return text;
}

static void a_rate_is_rounded_by_integers_half_away_from_zero(void **state)
{
    static const struct {
        int64_t num, den;
        const char *text;
    } seen[] = {{1, 3, "33.3"},   {2, 3, "66.7"},        {1, 8, "12.5"},       {1, 16, "6.3"},
                {-1, 16, "-6.3"}, {0, 5, "0.0"},         {5, 5, "100.0"},      {1, 2000, "0.1"},
                {1, 2001, "0.0"}, {1999, 2000, "100.0"}, {1998, 2000, "99.9"}, {1, 40, "2.5"}};
    (void)state;
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        char text[YS_CELL_TEXT_MAX];
        ys_cell_decimal(seen[i].num, seen[i].den, 100, text);
        assert_string_equal(text, seen[i].text);
    }
}

static void an_empty_denominator_is_a_dash_and_a_small_one_is_marked(void **state)
{
    struct ys_report_cell cell = {.there = false, .type = YS_REPORT_RATE};
    char text[YS_CELL_TEXT_MAX];
    (void)state;
    ys_cell_show(&cell, text);
    assert_string_equal(text, "—");
    cell = (struct ys_report_cell){
        .there = true, .type = YS_REPORT_RATE, .num = 1, .den = 4, .small = true};
    ys_cell_show(&cell, text);
    assert_string_equal(text, "25.0%*");
}

static void csv_for_excel_keeps_codes_and_runs_nothing(void **state)
{
    struct sample s;
    (void)state;
    fill(&s, nasty, 4);
    char *const text = written(&s, 'e', NULL);
    assert_string_equal(
        text, "\xEF\xBB\xBF代码,说明,件数,比率,日期,金额\r\n"
              "\t110105901001,\"'=HYPERLINK(\"\"http://x\"\",1)\",-7,66.7,2026-03-01,12.05\r\n"
              "\t110105901001,\"a\r\nb,<b>&'\",-7,,2026-03-01,12.05\r\n"
              "\t110105901001,,-7,66.7,2026-03-01,12.05\r\n"
              "\t110105901001,'\t-1,-7,,2026-03-01,12.05\r\n");
    free(text);
}

static void csv_for_programs_adds_nothing(void **state)
{
    struct sample s;
    (void)state;
    fill(&s, nasty, 4);
    char *const text = written(&s, 'p', NULL);
    assert_string_equal(text,
                        "code,note,count,rate,day,money\n"
                        "110105901001,\"=HYPERLINK(\"\"http://x\"\",1)\",-7,66.7,2026-03-01,12.05\n"
                        "110105901001,\"a\r\nb,<b>&'\",-7,,2026-03-01,12.05\n"
                        "110105901001,,-7,66.7,2026-03-01,12.05\n"
                        "110105901001,\t-1,-7,,2026-03-01,12.05\n");
    free(text);
}

/* jansson sorts keys and writes no spaces; for these values that is RFC 8785. */
static void json_is_canonical_and_its_hash_can_be_made_again(void **state)
{
    struct sample s;
    struct ys_hash hash;
    char hex[YS_HASH_HEX_MAX];
    (void)state;
    fill(&s, nasty, 4);
    assert_int_equal(ys_report_seal(&s.report, NULL), YS_OK);
    size_t size = 0;
    char *const text = written(&s, 'j', &size);
    json_t *const root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    char *const again = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
    assert_int_equal(size, strlen(again) + 1);
    assert_memory_equal(text, again, size - 1);
    char *const inner = json_dumps(json_object_get(root, "report"), JSON_COMPACT | JSON_SORT_KEYS);
    ys_sha256(ys_bytes_of_text(inner), &hash);
    ys_hash_hex(&hash, hex);
    assert_string_equal(json_string_value(json_object_get(root, "hash")), hex);

    s.report.software = "another";
    assert_int_equal(ys_report_seal(&s.report, NULL), YS_OK);
    assert_true(ys_hash_equal(&hash, &s.report.hash));
    s.head.size++;
    assert_int_equal(ys_report_seal(&s.report, NULL), YS_OK);
    assert_false(ys_hash_equal(&hash, &s.report.hash));
    free(inner);
    free(again);
    free(text);
    json_decref(root);
}

static void html_escapes_what_others_wrote(void **state)
{
    struct sample s;
    static const char *const note[4] = {"<script>", "a&b\"'", "\xff\x01x", "]]>"};
    (void)state;
    fill(&s, note, 4);
    char *const text = written(&s, 'h', NULL);
    assert_null(strstr(text, "<script"));
    assert_non_null(strstr(text, "<td class=t>&lt;script&gt;</td>"));
    assert_non_null(strstr(text, "<td class=t>a&amp;b&quot;&#39;</td>"));
    assert_non_null(strstr(text, "<td class=t>\xEF\xBF\xBDx</td>"));
    assert_non_null(strstr(text, "示例社区&quot;&lt;"));
    assert_non_null(strstr(text, "三率 &lt;&amp;&gt;"));
    assert_null(strstr(text, "金额")); /* not for paper */
    assert_null(strstr(text, "http://x"));
    free(text);
}

static void the_dictionary_names_every_column(void **state)
{
    struct sample s;
    (void)state;
    fill(&s, nasty, 4);
    char *const text = written(&s, 'd', NULL);
    for (size_t i = 0; i < COLUMNS; i++)
        assert_non_null(strstr(text, columns[i].key));
    assert_non_null(strstr(text, "any \\| text"));
    free(text);
}

static char *file_bytes(const char *path, size_t *size_out)
{
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size_out = (size_t)ftell(file);
    rewind(file);
    char *const bytes = malloc(*size_out);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size_out, file), *size_out);
    (void)fclose(file);
    return bytes;
}

static void a_workbook_is_the_same_bytes_in_another_time_zone(void **state)
{
    struct folder *const folder = *state;
    struct sample s;
    char path[2][512];
    char *bytes[2];
    size_t size[2];
    fill(&s, nasty, 4);
    assert_int_equal(ys_report_seal(&s.report, NULL), YS_OK);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path[i], sizeof path[i], "%s/%d.xlsx", folder->path, i);
        assert_int_equal(setenv("TZ", i == 0 ? "Asia/Shanghai" : "America/New_York", 1), 0);
        tzset();
        assert_int_equal(ys_xlsx_write(&s.report, path[i], folder->path, NULL), YS_OK);
        bytes[i] = file_bytes(path[i], &size[i]);
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(bytes[0], bytes[1], size[0]);
    /* Local headers of a zip: 1980-01-01 00:00:00, whatever the clock says. */
    unsigned headers = 0;
    for (size_t at = 0; at + 14 <= size[0]; at++) {
        if (memcmp(bytes[0] + at, "PK\x03\x04", 4) != 0)
            continue;
        headers++;
        assert_memory_equal(bytes[0] + at + 10, "\0\0\x21\0", 4);
    }
    assert_true(headers >= 8);
    free(bytes[0]);
    free(bytes[1]);
}

static void a_disk_without_room_is_said(void **state)
{
    struct sample s;
    struct ys_err err;
    (void)state;
    fill(&s, nasty, 100000);
    FILE *const full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(ys_csv_write(&s.table, YS_CSV_PLAIN, full, "out.csv", &err), YS_FULL);
    assert_non_null(strstr(err.msg, "out.csv"));
    (void)fclose(full);
}

static long peak_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* A sanitizer multiplies memory and time: there it is a tenth, and nothing is measured. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MANY = 100000, MEASURED = 0 };
#else
enum { MANY = 1000000, MEASURED = 1 };
#endif

static void a_million_rows_take_no_memory(void **state)
{
    struct folder *const folder = *state;
    struct sample s;
    char path[512];
    static const char *const note[4] = {"路灯改造", "加装电梯", "停车管理", "垃圾分类"};
    fill(&s, note, MANY);
    FILE *const sink = fopen("/dev/null", "w");
    assert_non_null(sink);
    assert_int_equal(ys_csv_write(&s.table, YS_CSV_EXCEL, sink, "x", NULL), YS_OK);
    assert_int_equal(ys_report_json_write(&s.report, sink, "x", NULL), YS_OK);
    assert_int_equal(ys_html_write(&s.report, sink, "x", NULL), YS_OK);
    (void)fclose(sink);
    (void)snprintf(path, sizeof path, "%s/many.xlsx", folder->path);
    assert_int_equal(ys_xlsx_write(&s.report, path, folder->path, NULL), YS_OK);
    (void)unlink(path);
    if (MEASURED)
        assert_in_range(peak_kib(), 1, 64 * 1024 - 1);
}

static int make_folder(void **state)
{
    static struct folder folder;
    folder_make(&folder);
    *state = &folder;
    return 0;
}

static int remove_folder(void **state)
{
    folder_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_is_rounded_by_integers_half_away_from_zero),
        cmocka_unit_test(an_empty_denominator_is_a_dash_and_a_small_one_is_marked),
        cmocka_unit_test(csv_for_excel_keeps_codes_and_runs_nothing),
        cmocka_unit_test(csv_for_programs_adds_nothing),
        cmocka_unit_test(json_is_canonical_and_its_hash_can_be_made_again),
        cmocka_unit_test(html_escapes_what_others_wrote),
        cmocka_unit_test(the_dictionary_names_every_column),
        cmocka_unit_test_setup_teardown(a_workbook_is_the_same_bytes_in_another_time_zone,
                                        make_folder, remove_folder),
        cmocka_unit_test(a_disk_without_room_is_said),
        cmocka_unit_test_setup_teardown(a_million_rows_take_no_memory, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
