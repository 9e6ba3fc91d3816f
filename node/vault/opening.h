/* An opening: value and salt of one commitment, as a file that is handed to an auditor
 * (FORMATS.md 19.5). With the record it proves what was sealed, to anybody, with no more
 * than SHA-256.
 *
 * It holds personal data in the clear: its way is the people's to guard. It decides nothing about whether
 * the record is genuine: that is the proof bundle's. Threads: main. Memory: heap, wiped. */
#ifndef YS_NODE_VAULT_OPENING_H
#define YS_NODE_VAULT_OPENING_H

#include "node/vault/sealed_list.h"
#include "node/vault/vault.h"

#include <jansson.h>
#include <limits.h>

struct ys_opening {
    struct ys_hash record;
    char kind[YS_SEAL_WORD_MAX + 1];
    char slot[YS_SEAL_WORD_MAX + 1];
    struct ys_hash commitment;
    uint8_t salt[YS_SEAL_SALT_LEN];
    size_t size;
    uint8_t *value;          /* heap, with a terminator behind it; NULL of a file */
    char file[NAME_MAX + 1]; /* of a file: its name, beside the opening; "" of a value */
};
void ys_opening_clear(struct ys_opening *opening);
#define YS_OPENING_SCOPED __attribute__((cleanup(ys_opening_clear))) struct ys_opening

/* Of a value that was opened; with whom it is for, why, and how it is checked without yishi. `file` is the name
 * of the content, of a file; NULL of a value. The caller owns it; it holds the value. NULL without memory. */
json_t *ys_opening_json(const struct ys_vault_opened *opened, const struct ys_hash *record,
                        const char *file, const char *recipient, const char *purpose);
/* Is this text one? */
bool ys_opening_is(struct ys_bytes text);
/* YS_MALFORMED with the member that is wrong. */
YS_CHECKED enum ys_code ys_opening_parse(struct ys_bytes text, struct ys_opening *out,
                                         struct ys_err *err);
/* Do salt and value make the commitment, and does it stand in the record under that kind and slot? `id` and `list` are
 * the record's; `path` is the opening's own, beside which a file lies. YS_REFUSED with the reason, YS_IO. */
YS_CHECKED enum ys_code ys_opening_check(const struct ys_opening *opening, const char *path,
                                         const struct ys_hash *id,
                                         const struct ys_sealed_list *list, struct ys_err *err);

#endif
