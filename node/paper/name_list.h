/* Names of those who take part, for a poster: they never stand in a record (PIPL 25; DOMAIN.md finding 6).
 *
 * CSV with a header: 姓名 name, 主体 kind, 同意公开 consent (是, 否, yes, no; empty is no); or JSON, a list of objects
 * with name, kind and consent (true, false). Threads: main. Memory: heap, wiped when it is freed. */
#ifndef YS_NODE_PAPER_NAME_LIST_H
#define YS_NODE_PAPER_NAME_LIST_H

#include "crypto/bytes.h"
#include "crypto/err.h"

enum { YS_PERSON_NAME_MAX = 64, YS_PERSONS_MAX = 2000 };

struct ys_person {
    char name[YS_PERSON_NAME_MAX];
    unsigned kind; /* PartyKind */
    bool consent;  /* the person agreed, apart from all else, that the name is made public */
};
struct ys_name_list {
    size_t count;
    struct ys_person *person;
};
void ys_name_list_clear(struct ys_name_list *list);
#define YS_NAME_LIST_SCOPED __attribute__((cleanup(ys_name_list_clear))) struct ys_name_list

/* Messages name the row, and never the name. */
YS_CHECKED enum ys_code ys_name_list_read(struct ys_bytes text, struct ys_name_list *out,
                                          struct ys_err *err);

#endif
