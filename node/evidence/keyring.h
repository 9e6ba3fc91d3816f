/* The keys that signed something in the evidence: each as a PEM file that openssl reads,
 * with its verifier key as text and the record that registered it.
 *
 * Threads: one. Memory: heap. */
#ifndef YS_NODE_EVIDENCE_KEYRING_H
#define YS_NODE_EVIDENCE_KEYRING_H

#include "node/evidence/parcel.h"
#include "sync/member.h"

enum { YS_KEY_FILE_MAX = YS_KEY_NAME_MAX + 32 };

struct ys_ring_key {
    struct ys_vkey vkey;
    bool of_root;
    struct ys_position source; /* else: of the record that registered it */
};
struct ys_keyring {
    const struct ys_member *member; /* borrowed */
    struct ys_ring_key *key;
    size_t count, room;
};

/* keys/<name, with _ for />-<id><end> */
void ys_ring_file(const struct ys_vkey *key, const char *end, char out[YS_KEY_FILE_MAX]);
void ys_keyring_clear(struct ys_keyring *ring);
/* The key of a line, by its name and id; the first time its files are written. NULL in `*out`: it is not
 * known here. `file` is where the PEM lies, below the parcel. */
YS_CHECKED enum ys_code ys_keyring_take(struct ys_keyring *ring, struct ys_parcel *parcel,
                                        const struct ys_note_line *line,
                                        const struct ys_ring_key **out, char file[YS_KEY_FILE_MAX],
                                        struct ys_err *err);

#endif
