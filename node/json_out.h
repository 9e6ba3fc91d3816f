/* Values of the JSON that commands print. New references; jansson's memory.
 *
 * Threads: main. */
#ifndef YS_NODE_JSON_OUT_H
#define YS_NODE_JSON_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* One object on a line of standard output; it is taken. */
void ys_json_line(json_t *object);
/* RFC 3339 in +08:00, or null. */
json_t *ys_json_time(bool there, uint64_t time_s);
/* A day as in proto/moment.h; null for 0. */
json_t *ys_json_day(uint32_t yyyymmdd);
/* An array of those that are parted by a space each. */
json_t *ys_json_words(const char *names);
json_t *ys_json_number(uint64_t value);
/* A string, whatever its bytes: paths, and foreign text that was cut, may be no UTF-8. */
json_t *ys_json_text(const char *bytes);
/* null for "" and NULL. */
json_t *ys_json_text_or_null(const char *bytes);

#endif
