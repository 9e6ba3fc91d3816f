#include "node/paper/page.h"

#include "node/file.h"
#include "node/lang.h"
#include "proto/moment.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Official papers (GB/T 9704): A4, title in small standard Song, text in imitation Song, 16 points, 28 mm and 26 mm at the left
 * and right. Fonts are those of the computer that prints. */
static const char style[] =
    "@page{size:A4;margin:18mm 18mm 16mm 20mm}"
    "*{box-sizing:border-box}"
    "body{margin:0;color:#000;background:#fff;font:14pt/1.6 FangSong_GB2312,FangSong,仿宋_GB2312,"
    "仿宋,STFangsong,'Noto Serif CJK SC',SimSun,serif;overflow-wrap:anywhere}"
    "h1{font:bold 26pt/1.35 FZXiaoBiaoSong-B05S,'方正小标宋简体','Source Han Serif SC',"
    "'Noto Serif CJK SC',SimSun,serif;text-align:center;margin:0 0 7mm;letter-spacing:.05em}"
    "h2,.lead{font:bold 14pt/1.6 SimHei,黑体,'Noto Sans CJK SC',sans-serif;margin:1.5mm 0 0}"
    "p{margin:0 0 .6mm;text-indent:2em}p.plain,td p,.cell p{text-indent:0}"
    ".field b,.cell b{font-weight:bold}"
    ".note{break-inside:avoid;font-size:9pt;line-height:1.4;text-indent:0;margin-top:4mm;border-"
    "top:.3mm solid #000;"
    "padding-top:2mm}"
    ".sign{break-inside:avoid;text-align:right;text-indent:0;margin-top:6mm;padding-right:8mm}"
    ".sheet{break-after:page}.sheet:last-child{break-after:auto}"
    "table{border-collapse:collapse;width:100%;margin:2mm 0;font-size:12pt;line-height:1.5}"
    "th,td{border:.3mm solid #000;padding:1mm 2mm;text-align:center}th{font-weight:bold}"
    "td.left{text-align:left}thead{display:table-header-group}tr{break-inside:avoid}"
    ".grid{display:grid;grid-template-columns:1fr;gap:0}"
    ".cell{break-inside:avoid;border-bottom:.3mm dashed #000;padding:4mm 0;font-size:10.5pt;"
    "line-height:1.45;display:grid;grid-template-columns:1fr auto;column-gap:5mm}"
    ".cell:last-child{border-bottom:0}.cell p{margin:0}"
    ".cell h2{font-size:12pt;margin:0 0 1mm}"
    ".cell table{font-size:10.5pt;margin:1mm 0}.cell td,.cell th{padding:.6mm 1mm}"
    ".mono{font-family:'DejaVu Sans Mono','Liberation "
    "Mono',Consolas,monospace;letter-spacing:.03em}"
    ".code{font-size:13pt;font-weight:bold;white-space:nowrap}"
    ".small{font-size:8.5pt;line-height:1.35}"
    ".qr svg{display:block;width:54mm;height:54mm}"
    ".box{display:inline-block;width:3.6mm;height:3.6mm;border:.3mm solid "
    "#000;vertical-align:-.4mm;"
    "margin-right:1mm}";

void ys_page_put(FILE *out, const char *markup)
{
    (void)fputs(markup, out);
}

/* Bytes of a character that turns the direction of writing: U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
static size_t turning(const char *at)
{
    const uint8_t *const p = (const uint8_t *)at;
    if (p[0] != 0xE2)
        return 0;
    if (p[1] == 0x80 && (p[2] == 0x8E || p[2] == 0x8F || (p[2] >= 0xAA && p[2] <= 0xAE)))
        return 3;
    return p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9 ? 3 : 0;
}

static void put_character(FILE *out, char c)
{
    switch (c) {
    case '&':
        (void)fputs("&amp;", out);
        break;
    case '<':
        (void)fputs("&lt;", out);
        break;
    case '>':
        (void)fputs("&gt;", out);
        break;
    case '"':
        (void)fputs("&quot;", out);
        break;
    case '\'':
        (void)fputs("&#39;", out);
        break;
    case '\n':
        (void)fputs("<br>", out);
        break;
    default:
        if ((uint8_t)c >= 0x20 && c != 0x7F)
            (void)fputc(c, out);
    }
}

static void put_text(FILE *out, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const size_t skip = turning(text + at);
        if (skip == 0)
            put_character(out, text[at]);
        at += skip == 0 ? 1 : skip;
    }
}

void ys_page_text(FILE *out, const char *text)
{
    put_text(out, text, strlen(text));
}

void ys_page_begin(FILE *out, const char *title)
{
    ys_page_put(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'\"><title>");
    ys_page_text(out, title);
    ys_page_put(out, "</title><style>");
    ys_page_put(out, style);
    ys_page_put(out, "</style></head><body>\n");
}

void ys_page_end(FILE *out)
{
    ys_page_put(out, "</body></html>\n");
}

void ys_page_paragraphs(FILE *out, const char *text)
{
    while (*text != '\0') {
        const size_t size = strcspn(text, "\n");
        ys_page_put(out, "<p>");
        put_text(out, text, size);
        ys_page_put(out, "</p>\n");
        text += size + (text[size] == '\n');
    }
}

void ys_page_field(FILE *out, const char *name, const char *text)
{
    ys_page_put(out, "<p class=\"field\"><b>");
    ys_page_text(out, name);
    ys_page_put(out, "</b>");
    ys_page_text(out, text);
    ys_page_put(out, "</p>\n");
}

void ys_page_day(uint32_t yyyymmdd, char out[YS_PAGE_DAY_MAX])
{
    out[0] = '\0';
    if (ys_date_valid(yyyymmdd))
        (void)snprintf(out, YS_PAGE_DAY_MAX, "%u年%u月%u日", yyyymmdd / 10000, yyyymmdd / 100 % 100,
                       yyyymmdd % 100);
}

void ys_page_time(int64_t unix_ms, char out[YS_PAGE_DAY_MAX])
{
    out[0] = '\0';
    if (!ys_time_valid(unix_ms))
        return;
    const uint32_t day = ys_date_of_time(unix_ms);
    const unsigned minute = (unsigned)((unix_ms - ys_time_of_date(day)) / 60000);
    const unsigned hour = minute / 60;
    char text[YS_PAGE_DAY_MAX];
    ys_page_day(day, text);
    (void)snprintf(out, YS_PAGE_DAY_MAX, "%.30s%02u:%02u", text, hour, minute % 60);
}

enum ys_code ys_page_open(const char *path, struct ys_page_file *out, struct ys_err *err)
{
    *out = (struct ys_page_file){.path = path};
    out->stream = open_memstream(&out->text, &out->size);
    return out->stream != NULL ? YS_OK : ys_fail(err, YS_NOMEM, _("out of memory"));
}

static void drop(struct ys_page_file *file)
{
    if (file->text != NULL)
        sodium_memzero(file->text, file->size);
    free(file->text);
    *file = (struct ys_page_file){.path = file->path};
}

void ys_page_abort(struct ys_page_file *file)
{
    if (file->stream != NULL)
        (void)fclose(file->stream);
    drop(file);
}

enum ys_code ys_page_finish(struct ys_page_file *file, struct ys_err *err)
{
    enum ys_code code = YS_OK;
    const bool failed = ferror(file->stream) != 0;
    if (fclose(file->stream) != 0 || failed)
        code = ys_fail(err, YS_NOMEM, _("out of memory"));
    file->stream = NULL;
    if (code == YS_OK && strcmp(file->path, "-") == 0)
        (void)fwrite(file->text, 1, file->size, stdout);
    else if (code == YS_OK)
        code = ys_file_write(file->path, 0600,
                             (struct ys_bytes){(const uint8_t *)file->text, file->size}, err);
    drop(file);
    return code;
}
