/* What in a text may be a person: a surname with a title or with 某 (张先生, 李某某), a name behind a word such as 居民
 * or 联系人, a home (3号楼2单元501室). A hint for whoever writes, never a reason to refuse: names cannot be told from other
 * words by looking at them.
 *
 * Threads: any. Memory: none allocated. */
#ifndef YS_NODE_PREVIEW_HINT_H
#define YS_NODE_PREVIEW_HINT_H

#include "crypto/bytes.h"

enum ys_hint_kind { YS_HINT_PERSON, YS_HINT_HOME };

struct ys_hint {
    enum ys_hint_kind kind;
    size_t offset, size; /* bytes of the text */
    uint32_t position;   /* characters up to and with its first */
};

/* The first at or behind byte `from`, where a character begins. False: none. */
bool ys_hint_find(struct ys_bytes text, size_t from, struct ys_hint *out);
/* "person_name", "home_address" */
const char *ys_hint_word(enum ys_hint_kind kind);

#endif
