#include "proto/exemption.h"

#include "crypto/assert.h"
#include "proto/body.h"

#include <stdio.h>
#include <string.h>

static const char root[] = "body";

static Yishi__V1__PersonalNumber number_of(enum ys_personal_kind kind)
{
    switch (kind) {
    case YS_PERSONAL_IDENTITY:
        return YISHI__V1__PERSONAL_NUMBER__PERSONAL_NUMBER_IDENTITY_NUMBER;
    case YS_PERSONAL_MOBILE:
        return YISHI__V1__PERSONAL_NUMBER__PERSONAL_NUMBER_MOBILE_NUMBER;
    case YS_PERSONAL_CARD:
        return YISHI__V1__PERSONAL_NUMBER__PERSONAL_NUMBER_BANK_CARD;
    }
    YS_ASSERT(false);
}

/* --- looking --- */

struct look {
    const Yishi__V1__Body *body;
    const char *where;
    const struct ys_exemption_seer *seer;
};

/* Is it this number at this place? Paths of exemptions begin with "body", wherever the body itself is. */
static bool covers(const Yishi__V1__NotPersonal *exempt, const char *inside,
                   const struct ys_personal_hit *hit)
{
    return exempt->path != NULL && strncmp(exempt->path, root, sizeof root - 1) == 0 &&
           strcmp(exempt->path + sizeof root - 1, inside) == 0 && exempt->has_position &&
           exempt->position == hit->position && exempt->looks_like == number_of(hit->kind);
}

static enum ys_code see(void *context, const char *path, const struct ys_personal_hit *hit,
                        struct ys_err *err)
{
    const struct look *const look = context;
    const Yishi__V1__NotPersonal *exempt = NULL;
    for (size_t i = 0; i < look->body->n_not_personal && exempt == NULL; i++)
        if (covers(look->body->not_personal[i], path + strlen(look->where), hit))
            exempt = look->body->not_personal[i];
    return look->seer->see(look->seer->context, path, hit, exempt, err);
}

enum ys_code ys_exemption_scan(const Yishi__V1__Body *body, const char *where,
                               const struct ys_exemption_seer *seer, struct ys_err *err)
{
    struct look look = {body, where, seer};
    const struct ys_personal_seer all = {see, &look};
    return ys_personal_scan(&body->base, where, &all, err);
}

static bool is_correction(const Yishi__V1__Body *body)
{
    return body->kind_case == YISHI__V1__BODY__KIND_CORRECTION;
}

/* NULL when it cannot be read; others say so. */
static const Yishi__V1__Body *replacement_of(const Yishi__V1__Body *body, struct ys_arena *arena)
{
    const Yishi__V1__Body *out = NULL;
    return ys_body_replacement(body->correction, arena, &out, NULL) == YS_OK ? out : NULL;
}

enum ys_code ys_exemption_scan_all(const Yishi__V1__Body *body,
                                   const struct ys_exemption_seer *seer, struct ys_err *err)
{
    struct ys_arena arena;
    enum ys_code code = ys_exemption_scan(body, root, seer, err);
    if (code != YS_OK || !is_correction(body))
        return code;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    const Yishi__V1__Body *const inner = replacement_of(body, &arena);
    if (inner != NULL)
        code = ys_exemption_scan(inner, "body.correction.replacement", seer, err);
    ys_arena_clear(&arena);
    return code;
}

/* --- refusing --- */

static enum ys_code refuse(void *context, const char *path, const struct ys_personal_hit *hit,
                           const Yishi__V1__NotPersonal *exempt, struct ys_err *err)
{
    (void)context;
    if (exempt != NULL)
        return YS_OK;
    return ys_fail(
        err, YS_REFUSED,
        "R-G-06: %s, character %u: looks like a number of a person (%s); take it out, or "
        "say in not_personal with path, position, looks_like and reason why it is none",
        path, hit->position, ys_personal_word(hit->kind));
}

struct search {
    const Yishi__V1__NotPersonal *want;
    bool found;
};

static enum ys_code find(void *context, const char *path, const struct ys_personal_hit *hit,
                         const Yishi__V1__NotPersonal *exempt, struct ys_err *err)
{
    struct search *const search = context;
    (void)path;
    (void)hit;
    (void)err;
    search->found = search->found || exempt == search->want;
    return YS_OK;
}

/* Each covers one number; the first of two alike covers it, so the second is found to cover nothing. */
static enum ys_code check_used(const Yishi__V1__Body *body, const char *where, struct ys_err *err)
{
    for (size_t i = 0; i < body->n_not_personal; i++) {
        struct search search = {body->not_personal[i], false};
        const struct ys_exemption_seer seer = {find, &search};
        const enum ys_code code = ys_exemption_scan(body, where, &seer, err);
        if (code != YS_OK)
            return code;
        if (!search.found)
            return ys_fail(
                err, YS_MALFORMED,
                "%s.not_personal[%zu]: no such number stands at character %u of %s, or it "
                "is named twice",
                where, i, body->not_personal[i]->position,
                body->not_personal[i]->path == NULL ? "" : body->not_personal[i]->path);
    }
    return YS_OK;
}

enum ys_code ys_exemption_check(const Yishi__V1__Body *body, struct ys_err *err)
{
    const struct ys_exemption_seer seer = {refuse, NULL};
    struct ys_arena arena;
    enum ys_code code = ys_exemption_scan_all(body, &seer, err);
    if (code == YS_OK)
        code = check_used(body, root, err);
    if (code != YS_OK || !is_correction(body))
        return code;
    ys_arena_init(&arena, YS_BODY_ARENA_MAX);
    const Yishi__V1__Body *const inner = replacement_of(body, &arena);
    if (inner != NULL)
        code = check_used(inner, "body.correction.replacement", err);
    ys_arena_clear(&arena);
    return code;
}
