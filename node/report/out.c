#include "node/report/out.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

void ys_out_bytes(struct ys_report_out *out, struct ys_bytes bytes)
{
    if (bytes.size == 0)
        return;
    if (out->hash != NULL)
        ys_sha256_update(out->hash, bytes);
    if (out->file != NULL && !out->failed &&
        fwrite(bytes.data, 1, bytes.size, out->file) != bytes.size) {
        out->failed = true;
        out->why = errno;
    }
}

void ys_out_text(struct ys_report_out *out, const char *text)
{
    ys_out_bytes(out, ys_bytes_of_text(text));
}

void ys_out_number(struct ys_report_out *out, int64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    ys_out_text(out, text);
}

static bool follows(struct ys_bytes text, size_t count)
{
    if (text.size < count)
        return false;
    for (size_t i = 1; i < count; i++)
        if ((text.data[i] & 0xC0) != 0x80)
            return false;
    return true;
}

size_t ys_out_character(struct ys_bytes text)
{
    const uint8_t c = text.data[0];
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c < 0xE0 && follows(text, 2))
        return 2;
    if (c >= 0xE0 && c < 0xF0 && follows(text, 3) && !(c == 0xE0 && text.data[1] < 0xA0) &&
        !(c == 0xED && text.data[1] >= 0xA0))
        return 3;
    if (c >= 0xF0 && c < 0xF5 && follows(text, 4) && !(c == 0xF0 && text.data[1] < 0x90) &&
        !(c == 0xF4 && text.data[1] >= 0x90))
        return 4;
    return 0;
}

static const char *json_escape(uint8_t c, char room[8])
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\t':
        return "\\t";
    case '\n':
        return "\\n";
    case '\f':
        return "\\f";
    case '\r':
        return "\\r";
    default:
        (void)snprintf(room, 8, "\\u%04x", c);
        return room;
    }
}

static const char *html_escape(uint8_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return c == '\t' || c == '\n' ? " " : "";
    }
}

static bool is_plain(uint8_t c, bool html)
{
    if (c < 0x20 || c == '"')
        return false;
    return html ? c != '&' && c != '<' && c != '>' && c != '\'' && c != 0x7F : c != '\\';
}

/* Runs of plain characters go out as they are. */
static void put_escaped(struct ys_report_out *out, struct ys_bytes text, bool html)
{
    size_t begun = 0;
    size_t at = 0;
    while (at < text.size) {
        char room[8];
        const size_t size = ys_out_character(ys_bytes_skip(text, at));
        if (size > 1 || (size == 1 && is_plain(text.data[at], html))) {
            at += size;
            continue;
        }
        ys_out_bytes(out, (struct ys_bytes){text.data + begun, at - begun});
        ys_out_text(out, size == 0 ? "\xEF\xBF\xBD"
                         : html    ? html_escape(text.data[at])
                                   : json_escape(text.data[at], room));
        begun = ++at;
    }
    ys_out_bytes(out, (struct ys_bytes){text.data + begun, at - begun});
}

void ys_out_json(struct ys_report_out *out, struct ys_bytes text)
{
    ys_out_text(out, "\"");
    put_escaped(out, text, false);
    ys_out_text(out, "\"");
}

void ys_out_html(struct ys_report_out *out, struct ys_bytes text)
{
    put_escaped(out, text, true);
}

enum ys_code ys_out_end(struct ys_report_out *out, struct ys_err *err)
{
    if (out->file != NULL && !out->failed && fflush(out->file) != 0) {
        out->failed = true;
        out->why = errno;
    }
    if (!out->failed)
        return YS_OK;
    return ys_fail(err, out->why == ENOSPC || out->why == EDQUOT ? YS_FULL : YS_IO, "%s: %s",
                   out->path == NULL ? "-" : out->path, strerror(out->why));
}
