#include "node/report/chart.h"

#include "node/report/cell.h"

enum { LEFT = 190, WIDTH = 560, ROW = 30, BAR_ROOM = 290, COLUMN_ROOM = 130, COLUMN_BASE = 160 };

static void attribute(struct ys_report_out *out, const char *name, int64_t value)
{
    ys_out_text(out, " ");
    ys_out_text(out, name);
    ys_out_text(out, "=\"");
    ys_out_number(out, value);
    ys_out_text(out, "\"");
}

static void label(struct ys_report_out *out, int64_t x, int64_t y, const char *anchor,
                  const char *text)
{
    ys_out_text(out, "<text");
    attribute(out, "x", x);
    attribute(out, "y", y);
    ys_out_text(out, " text-anchor=\"");
    ys_out_text(out, anchor);
    ys_out_text(out, "\">");
    ys_out_html(out, ys_bytes_of_text(text));
    ys_out_text(out, "</text>\n");
}

static void rectangle(struct ys_report_out *out, int64_t x, int64_t y, int64_t width,
                      int64_t height, const char *class)
{
    ys_out_text(out, "<rect");
    attribute(out, "x", x);
    attribute(out, "y", y);
    attribute(out, "width", width);
    attribute(out, "height", height);
    ys_out_text(out, " class=\"");
    ys_out_text(out, class);
    ys_out_text(out, "\"/>\n");
}

/* How much of `room` the value takes, where `most` is the whole. */
static int64_t part(const struct ys_report_cell *value, int64_t most, int64_t room)
{
    if (!value->there || value->num <= 0)
        return 0;
    const int64_t size = value->type == YS_REPORT_INT
                             ? (most > 0 ? value->num * room / most : 0)
                             : value->num * room / (value->den * (most > 0 ? most : 1));
    return size > room ? room : size;
}

static int64_t largest(const struct ys_report_chart *chart)
{
    int64_t most = 1;
    for (size_t i = 0; i < chart->count; i++)
        if (chart->bar[i].value.there && chart->bar[i].value.type == YS_REPORT_INT &&
            chart->bar[i].value.num > most)
            most = chart->bar[i].value.num;
    return most;
}

static void draw_bars(struct ys_report_out *out, const struct ys_report_chart *chart)
{
    char text[YS_CELL_TEXT_MAX];
    const int64_t most = largest(chart);
    for (size_t i = 0; i < chart->count; i++) {
        const int64_t y = (int64_t)i * ROW + 6;
        const bool rate = chart->bar[i].value.type == YS_REPORT_RATE;
        label(out, LEFT - 8, y + 14, "end", chart->bar[i].label);
        if (rate)
            rectangle(out, LEFT, y, BAR_ROOM, 18, "whole");
        rectangle(out, LEFT, y, part(&chart->bar[i].value, most, BAR_ROOM), 18, "part");
        ys_cell_show(&chart->bar[i].value, text);
        label(out, LEFT + BAR_ROOM + 8, y + 14, "start", text);
    }
}

static void draw_columns(struct ys_report_out *out, const struct ys_report_chart *chart)
{
    char text[YS_CELL_TEXT_MAX];
    const int64_t most = largest(chart);
    const int64_t step = (WIDTH - 20) / (int64_t)(chart->count == 0 ? 1 : chart->count);
    for (size_t i = 0; i < chart->count; i++) {
        const int64_t x = 10 + (int64_t)i * step;
        const int64_t height = part(&chart->bar[i].value, most, COLUMN_ROOM);
        rectangle(out, x + step / 6, COLUMN_BASE - height, step - step / 3, height, "part");
        ys_cell_show(&chart->bar[i].value, text);
        label(out, x + step / 2, COLUMN_BASE - height - 4, "middle", text);
        label(out, x + step / 2, COLUMN_BASE + 16, "middle", chart->bar[i].label);
    }
    rectangle(out, 10, COLUMN_BASE, WIDTH - 20, 1, "part");
}

void ys_chart_write(struct ys_report_out *out, const struct ys_report_chart *chart)
{
    const int64_t height = chart->upright ? COLUMN_BASE + 24 : (int64_t)chart->count * ROW + 8;
    ys_out_text(out, "<figure><figcaption>");
    ys_out_html(out, ys_bytes_of_text(chart->zh));
    ys_out_text(out, "</figcaption>\n<svg role=\"img\" viewBox=\"0 0 ");
    ys_out_number(out, WIDTH);
    ys_out_text(out, " ");
    ys_out_number(out, height);
    ys_out_text(out, "\" xmlns=\"http://www.w3.org/2000/svg\">\n");
    if (chart->upright)
        draw_columns(out, chart);
    else
        draw_bars(out, chart);
    ys_out_text(out, "</svg></figure>\n");
}
