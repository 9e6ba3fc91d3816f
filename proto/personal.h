/* Numbers of persons in a text: identity numbers (GB 11643), mobile numbers, bank cards.
 * They must not stand in what is replicated (PIPL 6, 51).
 *
 * It looks at figures, ASCII or full-width, alone or in the groups in which people write them, also when one
 * line feed breaks them. What is so
 * found may be no person's after all; names and addresses it does not know. Digits in a word with more than
 * 16 letters and digits around them (a key, a hash) are none.
 * Threads: any. Memory: none allocated. */
#ifndef YS_PROTO_PERSONAL_H
#define YS_PROTO_PERSONAL_H

#include "crypto/bytes.h"
#include "crypto/err.h"

#include <protobuf-c/protobuf-c.h>

enum ys_personal_kind {
    YS_PERSONAL_IDENTITY, /* 18 characters, a possible birthday, the check digit of MOD 11-2 */
    YS_PERSONAL_MOBILE,   /* 11 digits from 13 to 19, with 86, 0086 or 0 before it or not */
    YS_PERSONAL_CARD,     /* 16 to 19 digits with the check digit of Luhn */
};

struct ys_personal_hit {
    enum ys_personal_kind kind;
    size_t offset, size; /* bytes of the text */
    uint32_t
        position; /* characters of the text up to and with its first; 0 from ys_personal_find */
};

/* The first at or behind byte `from`, where a character begins. False: none. */
bool ys_personal_find(struct ys_bytes text, size_t from, struct ys_personal_hit *out);
/* "identity_number", "mobile_number", "bank_card" */
const char *ys_personal_word(enum ys_personal_kind kind);

/* What is done with one; `path` is that of its field, as in "body.consensus.items[2].text". */
struct ys_personal_seer {
    enum ys_code (*see)(void *context, const char *path, const struct ys_personal_hit *hit,
                        struct ys_err *err);
    void *context;
};
/* All in the strings of a message and of those inside it. Ends with the first code that is not YS_OK. */
YS_CHECKED enum ys_code ys_personal_scan(const ProtobufCMessage *message, const char *where,
                                         const struct ys_personal_seer *seer, struct ys_err *err);

#endif
