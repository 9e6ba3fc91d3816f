#include "proto/authored.h"

#include "proto/authored_part.h"
#include "proto/body.h"

#include <string.h>

/* --- what any kind may carry --- */

/* What a record rests on or comes after may be said of any; the other relations have their kinds. */
static bool relation_fits(const struct ys_kind *kind, Yishi__V1__Relation relation)
{
    if (relation == YISHI__V1__RELATION__RELATION_BASED_ON ||
        relation == YISHI__V1__RELATION__RELATION_FOLLOWS)
        return true;
    for (size_t i = 0; i < YS_KIND_REFS_MAX; i++) {
        if (kind->ref[i].relation == (unsigned)relation)
            return true;
    }
    return false;
}

static enum ys_code refs_check(const Yishi__V1__Body *body, const struct ys_kind *kind,
                               struct ys_err *err)
{
    for (size_t i = 0; i < body->n_refs; i++) {
        const Yishi__V1__Reference *ref = body->refs[i];
        if (!relation_fits(kind, ref->rel))
            return ys_fail(err, YS_MALFORMED, "body.refs[%zu].rel: %s is nothing that a %s does", i,
                           ys_relation_word((unsigned)ref->rel), kind->name);
        for (size_t earlier = 0; earlier < i; earlier++) {
            if (body->refs[earlier]->rel == ref->rel &&
                memcmp(body->refs[earlier]->record.data, ref->record.data, ref->record.len) == 0)
                return ys_fail(err, YS_MALFORMED, "body.refs[%zu]: stands twice", i);
        }
    }
    return YS_OK;
}

static bool slot_fits(const struct ys_kind *kind, const char *slot)
{
    for (size_t i = 0; i < YS_KIND_SLOTS_MAX && kind->slot[i] != NULL; i++) {
        if (strcmp(kind->slot[i], slot) == 0)
            return true;
    }
    return strcmp(slot, YS_KIND_SLOT_OPERATOR) == 0;
}

static enum ys_code sealed_check(const Yishi__V1__Body *body, const struct ys_kind *kind,
                                 struct ys_err *err)
{
    for (size_t i = 0; i < body->n_sealed; i++) {
        if (!slot_fits(kind, body->sealed[i]->slot))
            return ys_fail(err, YS_MALFORMED, "body.sealed[%zu].slot: a %s has no slot \"%s\"", i,
                           kind->name, body->sealed[i]->slot);
    }
    return YS_OK;
}

/* --- the kinds, group by group --- */

enum ys_code ys_authored_check(const Yishi__V1__Body *body, struct ys_err *err)
{
    static enum ys_code (*const groups[])(const Yishi__V1__Body *, struct ys_err *) = {
        ys_authored_membership, ys_authored_topic,      ys_authored_meeting,
        ys_authored_outcome,    ys_authored_evaluation, ys_authored_oversight};
    if (body->kind_case == YISHI__V1__BODY__KIND__NOT_SET)
        return ys_fail(err, YS_MALFORMED, "body: has no kind");
    const struct ys_kind *kind = ys_body_kind(body);
    enum ys_code code = refs_check(body, kind, err);
    if (code == YS_OK)
        code = sealed_check(body, kind, err);
    for (size_t i = 0; i < sizeof groups / sizeof *groups && code == YS_OK; i++)
        code = groups[i](body, err);
    return code;
}
