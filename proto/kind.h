/* The record kinds: one declarative table (DOMAIN.md 2.4) that publishing,
 * checking, help texts and documentation read.
 *
 * Field number of a kind in `Body.kind` = 100 + id; the note's kind line is the
 * field's name. Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_KIND_H
#define YS_PROTO_KIND_H

#include "proto/name.h"

struct ys_kind {
    uint32_t id;
    const char *name; /* the note's kind line, and the field in Body.kind */
    const char *zh;   /* 中文名 */
    const char *en;
    unsigned authors;    /* enum ys_body_class: at least one of these must sign; YS_BODY_NODE: the
                          * node writes it, with its log key, and no person does */
    unsigned also;       /* and every one of these */
    const char *article; /* what the kind rests on: "12(3)", "DESIGN.md 3" */
    bool membership;     /* counts when the membership is replayed */
};

/* Rows in ascending id. */
const struct ys_kind *ys_kind_table(size_t *count_out);
/* NULL when unknown to this version. */
const struct ys_kind *ys_kind_by_name(struct ys_bytes name);
const struct ys_kind *ys_kind_by_id(uint32_t id);
/* [a-z0-9._-]{1,64}: what may stand in the note's kind and subject lines. */
bool ys_kind_word_valid(struct ys_bytes text);

#endif
