#include "node/attachment/media_type.h"

#include <string.h>
#include <strings.h>

/* Contents that say themselves what they are. Office files are all ZIP or OLE: their names decide. */
static const struct {
    const char *bytes;
    size_t at, size;
    const char *type;
} heads[] = {
    {"\xff\xd8\xff", 0, 3, "image/jpeg"}, {"\x89PNG\r\n\x1a\n", 0, 8, "image/png"},
    {"GIF8", 0, 4, "image/gif"},          {"WEBP", 8, 4, "image/webp"},
    {"ftypheic", 4, 8, "image/heic"},     {"%PDF-", 0, 5, "application/pdf"},
    {"II*\0", 0, 4, "image/tiff"},        {"MM\0*", 0, 4, "image/tiff"},
};

static const struct {
    const char *ending, *type;
} endings[] = {
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".png", "image/png"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".heic", "image/heic"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".pdf", "application/pdf"},
    {".ofd", "application/ofd"}, /* GB/T 33190, of public offices */
    {".txt", "text/plain"},
    {".csv", "text/csv"},
    {".html", "text/html"},
    {".htm", "text/html"},
    {".json", "application/json"},
    {".xml", "application/xml"},
    {".doc", "application/msword"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xls", "application/vnd.ms-excel"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".ppt", "application/vnd.ms-powerpoint"},
    {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".odt", "application/vnd.oasis.opendocument.text"},
    {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {".wps", "application/vnd.ms-works"},
    {".zip", "application/zip"},
    {".mp3", "audio/mpeg"},
    {".m4a", "audio/mp4"},
    {".wav", "audio/wav"},
    {".mp4", "video/mp4"},
};

const char *ys_media_type(const char *name, struct ys_bytes head)
{
    const char *const dot = strrchr(name, '.');
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (head.size >= heads[i].at + heads[i].size &&
            memcmp(head.data + heads[i].at, heads[i].bytes, heads[i].size) == 0)
            return heads[i].type;
    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i].ending) == 0)
            return endings[i].type;
    return "application/octet-stream";
}
