/* Records for tests of the lower floors: body, note and signatures from a seed.
 *
 * The shipped way to write a record is node/author; this one can also write wrong
 * ones. Memory: the caller's buffers. */
#ifndef YS_TESTS_SUPPORT_SCRIBE_H
#define YS_TESTS_SUPPORT_SCRIBE_H

#include "proto/body.h"
#include "sync/log.h"
#include "tests/support/rng.h"

struct scribe_record {
    uint8_t note[4096];
    size_t note_size;
    uint8_t body[8192];
    size_t body_size;
};

/* Sign `body` (salt is filled in) as a record of `origin`; `kind` overrides the note's kind line when
 * not NULL. */
void scribe_write(struct scribe_record *out, struct rng *rng, const struct ys_name *origin,
                  const char *kind, uint64_t signed_at_s, Yishi__V1__Body *body,
                  const struct ys_signer *const *signers, unsigned count);
/* The same about a matter. */
void scribe_write_about(struct scribe_record *out, struct rng *rng, const struct ys_name *origin,
                        const char *subject, uint64_t signed_at_s, Yishi__V1__Body *body,
                        const struct ys_signer *const *signers, unsigned count);
/* Note over an arbitrary body. */
void scribe_write_raw(struct scribe_record *out, const struct ys_name *origin, const char *kind,
                      uint64_t signed_at_s, struct ys_bytes body,
                      const struct ys_signer *const *signers, unsigned count);
/* Of "kind_of_tomorrow", whose body is one that a later version might write. */
void scribe_write_unknown(struct scribe_record *out, struct rng *rng, const struct ys_name *origin,
                          uint64_t signed_at_s, const struct ys_signer *const *signers,
                          unsigned count);
struct ys_entry scribe_entry(const struct scribe_record *record);

/* Ready bodies; the returned object is static and overwritten by the next call. */
Yishi__V1__Body *scribe_acknowledgement(struct rng *rng);
Yishi__V1__Body *scribe_body_register(const struct ys_vkey *key, const char *log,
                                      uint64_t from_index);
Yishi__V1__Body *scribe_node_certificate(const struct ys_vkey *log, const struct ys_vkey *mirror,
                                         const uint8_t transport[YS_PUBKEY_LEN]);
Yishi__V1__Body *scribe_key_revoke(const struct ys_vkey *key, const char *log, uint64_t cut_size);
/* The end of what lets an observer with this transport key read as the unit of `log` may. */
Yishi__V1__Body *scribe_observer_end(const uint8_t transport[YS_PUBKEY_LEN], const char *log);
/* A `receipts` record of one item, and another item into the same; the roots are made up. */
Yishi__V1__Body *scribe_receipts(const char *log, uint64_t size, uint64_t time_s);
void scribe_add_receipt(const char *log, uint64_t size, uint64_t time_s);

/* Signer of a name with a seed drawn from `rng`. */
void scribe_signer(struct ys_signer *out, struct rng *rng, const struct ys_name *name);

#endif
