/* What the commands about sealed values print: text for people, or JSON.
 *
 * Threads: main. Memory: none kept. */
#ifndef YS_NODE_VAULT_SEAL_VIEW_H
#define YS_NODE_VAULT_SEAL_VIEW_H

#include "node/vault/vault.h"

/* One value that was opened. */
struct ys_seal_view_value {
    const char *record; /* id in hex, or number of a draft; "" when it is not known */
    const struct ys_vault_opened *opened;
    bool with_place; /* also say where it belongs, in text */
};
/* An opening that was written, or checked. */
struct ys_seal_view_opening {
    const char *file;
    const char *record, *kind, *slot;
    struct ys_bytes value; /* of one that was checked */
    const char *content;   /* name of the file with it, of a sealed file; "" or NULL of a value */
    unsigned draft;        /* of the acknowledgement, of one that was written */
    bool by_bundle;        /* the record was proven by a bundle, not only held here */
};

struct ys_seal_view {
    void (*sealed)(unsigned draft, const char *file, const struct ys_vault_tag *tag);
    void (*tag)(const struct ys_vault_tag *tag, uint32_t until, bool expired);
    void (*value)(const struct ys_seal_view_value *value);
    void (*opened)(const struct ys_seal_view_opening *opening);
    void (*checked)(const struct ys_seal_view_opening *opening);
};
extern const struct ys_seal_view ys_seal_view_text, ys_seal_view_json;

#endif
