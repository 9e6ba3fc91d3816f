/* A commitment written into a draft that is being written: one more element of `sealed`.
 *
 * What people wrote for themselves in the file (lines that begin with two slashes) stays as far as
 * it can. Threads: main. Memory: jansson's. */
#ifndef YS_NODE_VAULT_DRAFT_SEAL_H
#define YS_NODE_VAULT_DRAFT_SEAL_H

#include "node/sheet.h"
#include "node/vault/sealed_list.h"

/* The draft of a file, as text and as JSON. */
struct ys_draft_text {
    uint8_t *bytes;
    size_t size;
    json_t *json;
    const struct ys_kind *kind;
};
void ys_draft_text_clear(struct ys_draft_text *text);
#define YS_DRAFT_TEXT_SCOPED __attribute__((cleanup(ys_draft_text_clear))) struct ys_draft_text

/* Read it. YS_REFUSED when it has its text already, and perhaps signatures; YS_MALFORMED when it says no
 * kind that is known. Messages name the file. */
YS_CHECKED enum ys_code ys_draft_text_load(const struct ys_sheet *sheet, struct ys_draft_text *out,
                                           struct ys_err *err);
/* May `slot` be sealed in this kind? YS_USAGE with those that may. */
YS_CHECKED enum ys_code ys_draft_seal_check(const struct ys_kind *kind, const char *slot,
                                            struct ys_err *err);
/* Take the commitments of `slot` out of the JSON and into `out`. */
YS_CHECKED enum ys_code ys_draft_unseal(struct ys_draft_text *text, const char *slot,
                                        struct ys_sealed_list *out, struct ys_err *err);
/* Add one and save the file. */
YS_CHECKED enum ys_code ys_draft_seal(const struct ys_sheet *sheet, struct ys_draft_text *text,
                                      const char *slot, const struct ys_hash *commitment,
                                      struct ys_err *err);

#endif
