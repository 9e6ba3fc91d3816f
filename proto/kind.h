/* The record kinds: one declarative table (DOMAIN.md 2.4) that publishing,
 * checking, help texts and documentation read.
 *
 * Field number of a kind in `Body.kind` = 100 + id; the note's kind line is the
 * field's name. Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_KIND_H
#define YS_PROTO_KIND_H

#include "proto/name.h"

enum { YS_KIND_REFS_MAX = 4, YS_KIND_REF_TO_MAX = 9, YS_KIND_SLOTS_MAX = 3 };

/* What the note's subject line of a kind's records holds. */
enum ys_kind_subject {
    YS_SUBJECT_NONE,   /* "-": the record is the organisation's */
    YS_SUBJECT_MATTER, /* the number of its matter */
    YS_SUBJECT_EITHER
};

/* Who of a kind's authors may write a record of it: as the target of its first reference has it. */
enum ys_kind_answerer {
    YS_ANSWERER_ANY,
    YS_ANSWERER_AUTHOR, /* the unit that wrote the target */
    YS_ANSWERER_NAMED, /* the body that the target names; for a department whoever keeps its node */
    YS_ANSWERER_MAKER  /* the unit that wrote what the target objects to, or one above: at least the
                         * street, when that is of a street or district */
};

/* One reference that a kind makes. */
struct ys_kind_ref {
    unsigned relation; /* Yishi__V1__Relation; 0 ends a kind's list */
    unsigned must; /* enum ys_body_class: whoever of these signs as author must make it; 0: it may
                        * be made */
    uint32_t
        to[YS_KIND_REF_TO_MAX]; /* ids of the kinds that it may name, 0 after the last; none: any
                                      * that people write */
};

struct ys_kind {
    uint32_t id;
    const char *name; /* the note's kind line, and the field in Body.kind */
    const char *zh;   /* 中文名 */
    const char *en;
    unsigned authors; /* enum ys_body_class: at least one of these must sign; YS_BODY_NODE: the
                          * node writes it, with its log key, and no person does */
    unsigned also;    /* and every one of these */
    unsigned may;     /* and any of these */
    const char
        *article; /* what the kind rests on: "12(3)", "DESIGN.md 3"; "L26" is article 26 of the
                          * 城市居民委员会组织法 of 2026 */
    enum ys_kind_subject subject;
    struct ys_kind_ref ref[YS_KIND_REFS_MAX];
    enum ys_kind_answerer answerer;
    const char
        *slot[YS_KIND_SLOTS_MAX]; /* what may be sealed in it, besides YS_KIND_SLOT_OPERATOR */
    bool membership;              /* counts when the membership is replayed */
    bool erasable;  /* its whole body may be erased by law (DOMAIN.md 5.3): what residents say, in
                        * words; nothing that counts or decides */
    bool as_target; /* is signed by the bodies that signed the record which it changes */
};

/* Who did the work at the desk (经办人), sealed in a record of any kind. */
#define YS_KIND_SLOT_OPERATOR "operator"

/* Rows in ascending id. */
const struct ys_kind *ys_kind_table(size_t *count_out);
/* NULL when unknown to this version. */
const struct ys_kind *ys_kind_by_name(struct ys_bytes name);
const struct ys_kind *ys_kind_by_id(uint32_t id);
/* May a body of a unit of this level write it? Never for what the node writes. */
bool ys_kind_issued_at(const struct ys_kind *kind, enum ys_level level);
/* The row of `kind` under which a reference of this relation may name a record of kind `to`; NULL when
 * there is none. */
const struct ys_kind_ref *ys_kind_ref_find(const struct ys_kind *kind, unsigned relation,
                                           const struct ys_kind *to);
/* "by the unit that wrote what it answers"; NULL for YS_ANSWERER_ANY. */
const char *ys_kind_answerer_text(enum ys_kind_answerer answerer, bool chinese);
/* "based_on"; "?" for what is no relation. */
const char *ys_relation_word(unsigned relation);
/* [a-z0-9._-]{1,64}: what may stand in the note's kind and subject lines. */
bool ys_kind_word_valid(struct ys_bytes text);

#endif
