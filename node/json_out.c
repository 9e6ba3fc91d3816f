#include "node/json_out.h"

#include "crypto/assert.h"
#include "proto/json_memory.h"
#include "proto/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* jansson gives NULL only when memory is gone; json_pack and the *_new functions accept that, and leave
 * it out. So it is looked at once, here, and told by ys_view_flush. Steals the reference. */
void ys_json_line(json_t *object)
{
    char *const line = ys_json_memory_failures() != 0 ? NULL : json_dumps(object, 0);
    YS_ASSERT(line != NULL || ys_json_memory_failures() != 0);
    if (line != NULL)
        puts(line);
    free(line);
    json_decref(object);
}

/* RFC 3339 in +08:00, or null. */
json_t *ys_json_time(bool there, uint64_t time_s)
{
    char shown[YS_TIME_TEXT_MAX];
    if (!there || time_s > (uint64_t)(YS_TIME_LAST_MS / 1000))
        return json_null();
    ys_time_print((int64_t)time_s * 1000, shown);
    return json_string(shown);
}

json_t *ys_json_day(uint32_t yyyymmdd)
{
    char text[YS_DATE_TEXT_MAX];
    if (yyyymmdd == 0)
        return json_null();
    ys_date_print(yyyymmdd, text);
    return json_string(text);
}

json_t *ys_json_words(const char *names)
{
    json_t *const list = json_array();
    while (*names != '\0') {
        const size_t length = strcspn(names, " ");
        json_array_append_new(list, json_stringn(names, length));
        names += length + (names[length] == ' ');
    }
    return list;
}

json_t *ys_json_number(uint64_t value)
{
    return json_integer((json_int_t)(value > INT64_MAX ? INT64_MAX : value));
}

/* A string, whatever its bytes: paths, and foreign text that was cut, may be no UTF-8. */
json_t *ys_json_text(const char *bytes)
{
    enum { SHOWN_MAX = 1024 };
    char shown[SHOWN_MAX];
    json_t *const string = json_string(bytes);
    if (string != NULL)
        return string;
    size_t length = 0;
    for (; bytes[length] != '\0' && length + 1 < sizeof shown; length++)
        shown[length] = bytes[length] >= ' ' && bytes[length] <= '~' ? bytes[length] : '?';
    return json_stringn(shown, length);
}

json_t *ys_json_text_or_null(const char *bytes)
{
    return bytes == NULL || bytes[0] == '\0' ? json_null() : ys_json_text(bytes);
}
