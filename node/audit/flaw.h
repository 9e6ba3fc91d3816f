/* What was found to be wrong: a list that grows, each with its place and its evidence.
 *
 * Threads: a list is one thread's at a time. Memory: heap; beyond YS_FLAWS_MAX they are
 * counted and no longer kept. */
#ifndef YS_NODE_AUDIT_FLAW_H
#define YS_NODE_AUDIT_FLAW_H

#include "crypto/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { YS_FLAWS_MAX = 1000, YS_FLAW_WHERE_MAX = 160, YS_FLAW_TEXT_MAX = 400 };

/* X(NAME, word). The words stand in JSON: they stay. */
#define YS_FLAW_KINDS(X)                                                                          \
    X(ROW, "row")         /* a row of a table that nothing explains, or none where one must be */ \
    X(ENTRY, "entry")     /* an entry is missing */                                               \
    X(CONTENT, "content") /* a body is missing, or not that of its note */                        \
    X(TREE, "tree")       /* tiles, frontier, root */                                             \
    X(SIGNATURE, "signature")     /* of a record */                                               \
    X(CACHE, "cache")             /* what was noted before is not what is found now */            \
    X(HEAD, "head")               /* a signed head is not one of this log */                      \
    X(COSIGNATURE, "cosignature") /* does not verify, or its time goes back */                    \
    X(RECEIPT, "receipt")         /* a receipts record and the log contradict each other */       \
    X(REFERENCE, "reference")     /* to a record that is not there */                             \
    X(MISSING, "missing")         /* a log, or its end, that others say exists */                 \
    X(SILENT, "silent")           /* enrolled, and nothing heard for too long */                  \
    X(FORK, "fork")               /* two signed histories */                                      \
    X(ATTACHMENT, "attachment")   /* a file that is not what its record says */                   \
    X(REPORT, "report")           /* a sealed report that its inputs do not give */               \
    X(UNKNOWN, "unknown")         /* a check that could not be made */

enum ys_flaw_kind {
#define YS_FLAW_ENUM(name, word) YS_FLAW_##name,
    YS_FLAW_KINDS(YS_FLAW_ENUM)
#undef YS_FLAW_ENUM
        YS_FLAW_KIND_COUNT
};
const char *ys_flaw_word(enum ys_flaw_kind kind);

struct ys_flaw {
    enum ys_flaw_kind kind;
    bool has_index;
    uint64_t index;                /* of the entry */
    char where[YS_FLAW_WHERE_MAX]; /* a log's origin or a table's name */
    char text[YS_FLAW_TEXT_MAX];   /* the whole sentence, with the entry's number */
};

/* Zero is empty. */
struct ys_flaws {
    struct ys_flaw *item;
    size_t kept, room;
    uint64_t count;   /* also those that are not kept */
    uint64_t unknown; /* of kind UNKNOWN among them */
};

void ys_flaws_clear(struct ys_flaws *flaws);
void ys_flaw_add(struct ys_flaws *flaws, enum ys_flaw_kind kind, const char *where,
                 const char *format, ...) YS_PRINTF(4, 5);
/* The same of an entry; the text is put behind "entry N: ". */
void ys_flaw_add_entry(struct ys_flaws *flaws, enum ys_flaw_kind kind, const char *where,
                       uint64_t index, const char *format, ...) YS_PRINTF(5, 6);
/* Move all behind those of `to`. */
void ys_flaws_move(struct ys_flaws *from, struct ys_flaws *to);

#endif
