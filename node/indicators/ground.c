/* Units and places in memory, so that each row of a view finds the sums that it adds to. */
#include "node/indicators/indicators_state.h"

#include <stdlib.h>
#include <string.h>

static enum ys_code count_rows(struct ys_sql *sql, const char *question, size_t *out,
                               struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = false;
    enum ys_code code = ys_query_open(sql, question, &query, err);
    if (code == YS_OK)
        code = ys_query_step(query, &row, err);
    if (code == YS_OK)
        *out = (size_t)ys_query_int(query, 0);
    return code;
}

static enum ys_code make_room(struct ys_sql *sql, struct ys_ground *ground, struct ys_err *err)
{
    size_t places = 0;
    size_t units = 0;
    enum ys_code code = count_rows(sql, "SELECT count(*) FROM place", &places, err);
    if (code == YS_OK)
        code = count_rows(sql, "SELECT count(*) FROM asked_unit", &units, err);
    if (code != YS_OK)
        return code;
    ground->place = calloc(places + 1, sizeof *ground->place);
    ground->unit = calloc(units + 1, sizeof *ground->unit);
    return ground->place == NULL || ground->unit == NULL
               ? ys_fail(err, YS_NOMEM, "indicators: out of memory")
               : YS_OK;
}

static enum ys_code load_units(struct ys_sql *sql, struct ys_ground *ground, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(
        sql, "SELECT unit, level = 'community' FROM asked_unit ORDER BY unit", &query, err);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        struct ys_ground_unit *const unit = &ground->unit[ground->unit_count++];
        (void)ys_query_copy(query, 0, unit->digits, sizeof unit->digits);
        unit->community = ys_query_int(query, 1) != 0;
    }
    return code;
}

static enum ys_code load_places(struct ys_sql *sql, struct ys_ground *ground, struct ys_err *err)
{
    YS_QUERY_SCOPED query = NULL;
    bool row = true;
    enum ys_code code = ys_query_open(
        sql, "SELECT division, unit FROM inside ORDER BY division, unit", &query, err);
    while (code == YS_OK) {
        code = ys_query_step(query, &row, err);
        if (code != YS_OK || !row)
            break;
        struct ys_ground_place *place = &ground->place[ground->place_count];
        if (ground->place_count > 0 &&
            ys_bytes_equal(ys_query_text(query, 0), ys_bytes_of_text(place[-1].division)))
            place--;
        else {
            (void)ys_query_copy(query, 0, place->division, sizeof place->division);
            ground->place_count++;
        }
        if (place->inside_count == YS_INSIDE_MAX)
            return ys_fail(err, YS_CORRUPT, "indicators: %s lies in too many units",
                           place->division);
        place->inside[place->inside_count++] = ys_ground_unit(ground, ys_query_text(query, 1));
    }
    return code;
}

enum ys_code ys_ground_load(struct ys_sql *sql, struct ys_ground *out, struct ys_err *err)
{
    ys_ground_clear(out);
    enum ys_code code = make_room(sql, out, err);
    if (code == YS_OK)
        code = load_units(sql, out, err);
    return code == YS_OK ? load_places(sql, out, err) : code;
}

void ys_ground_clear(struct ys_ground *ground)
{
    free(ground->place);
    free(ground->unit);
    *ground = (struct ys_ground){.place = NULL};
}

static int compare(struct ys_bytes a, const char *b)
{
    const size_t size = strlen(b);
    const int order = memcmp(a.data, b, a.size < size ? a.size : size);
    return order != 0 ? order : (a.size > size) - (a.size < size);
}

size_t ys_ground_place(const struct ys_ground *ground, struct ys_bytes division, size_t near)
{
    size_t from = 0;
    size_t until = ground->place_count;
    if (division.size == 0)
        return until;
    if (near < until && compare(division, ground->place[near].division) == 0)
        return near;
    while (from < until) {
        const size_t middle = from + (until - from) / 2;
        const int order = compare(division, ground->place[middle].division);
        if (order == 0)
            return middle;
        if (order < 0)
            until = middle;
        else
            from = middle + 1;
    }
    return ground->place_count;
}

size_t ys_ground_unit(const struct ys_ground *ground, struct ys_bytes digits)
{
    for (size_t i = 0; i < ground->unit_count; i++)
        if (compare(digits, ground->unit[i].digits) == 0)
            return i;
    return ground->unit_count;
}
