/* Requests to join that wait for an officer: small files in the home of the parent.
 *
 *     pending/<code>.<first 16 hex digits of the applicant's hash>
 *     pending/<code>.<...>.refused   why an officer said no
 *
 * One applicant has one place, and its newest request takes it; another applicant for
 * the same code has its own, so that nobody pushes another out and the officer sees
 * both. Requests were checked (ys_join_check) when they came; whether the unit may
 * join is the officer's to say.
 *
 * Threads: any. Memory: a list is one heap block. */
#ifndef YS_NODE_APPLICATION_H
#define YS_NODE_APPLICATION_H

#include "node/certificate.h"

enum { YS_REFUSAL_MAX = 4 * 200 };

struct ys_application {
    uint64_t since_s; /* POSIX seconds of its first arrival */
    struct ys_offer offer;
    char refused[YS_REFUSAL_MAX + 1]; /* why; "" while it waits */
};
struct ys_applications {
    struct ys_application *item; /* by code, then by age */
    size_t count;
};
/* Those of one unit, or all (`division` NULL). YS_MALFORMED with the path for a file that is no
 * request. */
YS_CHECKED enum ys_code ys_applications_load(const struct ys_home *home,
                                             const struct ys_division *division,
                                             struct ys_applications *out, struct ys_err *err);
void ys_applications_clear(struct ys_applications *applications);
#define YS_APPLICATIONS_SCOPED \
    __attribute__((cleanup(ys_applications_clear))) struct ys_applications

/* Who an applicant is: transport and log key together. A transport key alone proves nothing of who
 * comes with a one-time key. */
void ys_applicant_hash(const struct ys_offer *offer, struct ys_hash *out);

/* What the applicant of this offer asked last. YS_NOT_FOUND. */
YS_CHECKED enum ys_code ys_application_load(const struct ys_home *home,
                                            const struct ys_offer *offer,
                                            struct ys_application *out, struct ys_err *err);
/* `join` are the bytes of the packed message, `offer` what they say. Keeps the time of the first
 * arrival; a refusal is taken back. Writes nothing when the same bytes are there and not refused.
 * YS_LIMIT when YS_APPLICATIONS_MAX others wait. */
YS_CHECKED enum ys_code ys_application_save(const struct ys_home *home,
                                            const struct ys_offer *offer, struct ys_bytes join,
                                            uint64_t now_s, struct ys_err *err);
YS_CHECKED enum ys_code ys_application_refuse(const struct ys_home *home,
                                              const struct ys_offer *offer, const char *why,
                                              struct ys_err *err);
/* Forget it: it was admitted. */
void ys_application_remove(const struct ys_home *home, const struct ys_offer *offer);

/* Fingerprint of a key for people to compare aloud: 80 bits of SHA-256 in groups of four. */
enum { YS_FINGERPRINT_MAX = 5 * 5 };
void ys_fingerprint_print(const uint8_t key[YS_PUBKEY_LEN], char out[YS_FINGERPRINT_MAX]);

#endif
