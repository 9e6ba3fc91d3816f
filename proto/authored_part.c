#include "proto/authored_part.h"

#include "crypto/assert.h"
#include "proto/matter.h"

#include <stdio.h>
#include <string.h>

enum { WHERE_MAX = 128 };

enum ys_code ys_authored_span(const Yishi__V1__Date *from, const Yishi__V1__Date *to,
                              const char *where, struct ys_err *err)
{
    if (from != NULL && to != NULL && to->yyyymmdd < from->yyyymmdd)
        return ys_fail(err, YS_MALFORMED, "%s: the last day is before the first", where);
    return YS_OK;
}

enum ys_code ys_authored_need(bool there, const char *where, const char *why, struct ys_err *err)
{
    return there ? YS_OK : ys_fail(err, YS_MALFORMED, "%s: is missing: %s", where, why);
}

enum ys_code ys_authored_division(const char *text, bool community, const char *where,
                                  struct ys_err *err)
{
    struct ys_division division;
    if (ys_division_parse(ys_bytes_of_text(text), &division, NULL) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "%s: not a division code", where);
    if (community && ys_division_level(&division) != YS_LEVEL_COMMUNITY)
        return ys_fail(err, YS_MALFORMED, "%s: not the code of a community", where);
    return YS_OK;
}

/* Element `at` of a list of texts is not one of those before it. */
static enum ys_code differs(char *const *texts, size_t at, const char *where, struct ys_err *err)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(texts[i], texts[at]) == 0)
            return ys_fail(err, YS_MALFORMED, "%s: stands twice", where);
    }
    return YS_OK;
}

enum ys_code ys_authored_communities(char *const *codes, size_t count, const char *where,
                                     struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        char at[WHERE_MAX];
        (void)snprintf(at, sizeof at, "%s[%zu]", where, i);
        code = ys_authored_division(codes[i], true, at, err);
        if (code == YS_OK)
            code = differs(codes, i, at, err);
    }
    return code;
}

enum ys_code ys_authored_matter(const char *text, const char *where, struct ys_err *err)
{
    struct ys_matter matter;
    struct ys_err why;
    if (ys_matter_parse(ys_bytes_of_text(text), &matter, &why) != YS_OK)
        return ys_fail(err, YS_MALFORMED, "%s: %s", where, why.msg);
    return YS_OK;
}

enum ys_code ys_authored_matters(char *const *numbers, size_t count, const char *where,
                                 struct ys_err *err)
{
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++) {
        char at[WHERE_MAX];
        (void)snprintf(at, sizeof at, "%s[%zu]", where, i);
        code = ys_authored_matter(numbers[i], at, err);
        if (code == YS_OK)
            code = differs(numbers, i, at, err);
    }
    return code;
}

enum ys_code ys_authored_once(unsigned *seen, int value, const char *where, size_t at,
                              const char *field, struct ys_err *err)
{
    YS_ASSERT(value >= 0 && value < 32);
    const unsigned bit = 1u << (unsigned)value;
    if ((*seen & bit) != 0)
        return ys_fail(err, YS_MALFORMED, "%s[%zu].%s: stands twice", where, at, field);
    *seen |= bit;
    return YS_OK;
}

enum ys_code ys_authored_parties(Yishi__V1__PartyCount *const *parties, size_t count,
                                 const char *where, struct ys_err *err)
{
    unsigned seen = 0;
    enum ys_code code = YS_OK;
    for (size_t i = 0; i < count && code == YS_OK; i++)
        code = ys_authored_once(&seen, (int)parties[i]->party_kind, where, i, "party_kind", err);
    return code;
}

enum ys_code ys_authored_items(Yishi__V1__ItemNumber *const *items, size_t count, const char *where,
                               struct ys_err *err)
{
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i]->no <= last)
            return ys_fail(err, YS_MALFORMED,
                           "%s[%zu].no: is %u, but numbers of items begin at 1 and ascend", where,
                           i, items[i]->no);
        last = items[i]->no;
    }
    return YS_OK;
}

enum ys_code ys_authored_form(Yishi__V1__Form form, const char *text, const char *where,
                              struct ys_err *err)
{
    const bool other = form == YISHI__V1__FORM__FORM_OTHER;
    if (other && text == NULL)
        return ys_fail(err, YS_MALFORMED, "%s: is missing: the form is \"other\"", where);
    if (!other && text != NULL)
        return ys_fail(err, YS_MALFORMED, "%s: only a form that is \"other\" is said in words",
                       where);
    return YS_OK;
}

enum ys_code ys_authored_year(uint32_t year, const char *where, struct ys_err *err)
{
    if (year >= YS_MATTER_YEAR_MIN && year <= YS_MATTER_YEAR_MAX)
        return YS_OK;
    return ys_fail(err, YS_MALFORMED, "%s: is %u, not a year from %d to %d", where, year,
                   YS_MATTER_YEAR_MIN, YS_MATTER_YEAR_MAX);
}

bool ys_authored_refers(const Yishi__V1__Body *body, Yishi__V1__Relation relation)
{
    for (size_t i = 0; i < body->n_refs; i++) {
        if (body->refs[i]->rel == relation)
            return true;
    }
    return false;
}
