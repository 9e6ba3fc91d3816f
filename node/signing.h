/* The keys that sign in one command: each is unlocked once, however many records it
 * signs.
 *
 * --key BODY=FILE names a key file (FILE alone when one body signs), else it is
 * keys/BODY.key of the home. Threads: main. Memory: heap; secrets are wiped. */
#ifndef YS_NODE_SIGNING_H
#define YS_NODE_SIGNING_H

#include "node/author.h"
#include "node/cmd.h"

struct ys_signing {
    const struct ys_call *call;
    const struct ys_node *node;
    struct ys_signatories as;     /* --as */
    struct ys_body_names present; /* bodies with keys here */
    struct ys_passphrases from;
    struct ys_signatories unlocked; /* whose keys `signer` holds */
    struct ys_signer signer[YS_SIGNATORIES_MAX];
};
/* Reads the options. YS_USAGE. */
YS_CHECKED enum ys_code ys_signing_begin(const struct ys_call *call, const struct ys_node *node,
                                         struct ys_signing *out, struct ys_err *err);
void ys_signing_clear(struct ys_signing *signing);
#define YS_SIGNING_SCOPED __attribute__((cleanup(ys_signing_clear))) struct ys_signing

/* Those who sign a record of this kind (ys_signatories_choose). */
YS_CHECKED enum ys_code ys_signing_choose(const struct ys_signing *signing,
                                          const struct ys_kind *kind, struct ys_signatories *out,
                                          struct ys_err *err);
/* All their key files are there. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_signing_check_files(const struct ys_signing *signing,
                                               const struct ys_kind *kind,
                                               const struct ys_signatories *signatories,
                                               struct ys_err *err);
/* The body's signer, unlocked now or before; valid until `signing` is cleared. */
YS_CHECKED enum ys_code ys_signing_unlock(struct ys_signing *signing, const char *body,
                                          const struct ys_signer **out, struct ys_err *err);
/* Sign the record by all of them. */
YS_CHECKED enum ys_code ys_signing_sign(struct ys_signing *signing,
                                        const struct ys_signatories *signatories,
                                        struct ys_written *written, struct ys_err *err);

/* Classes of those named. */
unsigned ys_signatories_classes(const struct ys_signatories *list);

#endif
