/* Enrolling: the records that introduce a node and its bodies, and the request that
 * asks for them.
 *
 * One place makes them, so that a district's first records, a request and an
 * admission say the same. Threads: main. Memory: texts and structs of the caller. */
#ifndef YS_NODE_CERTIFICATE_H
#define YS_NODE_CERTIFICATE_H

#include "node/author.h"
#include "proto/message.pb-c.h"
#include "proto/token.h"

/* What one node offers to be enrolled with: public keys, with the proofs that it holds them. */
struct ys_offer {
    bool observer; /* it asks to read, with keys of its own that are registered nowhere */
    struct ys_name origin;
    char origin_text[YS_KEY_NAME_MAX + 1];
    char name[YS_UNIT_NAME_MAX + 1];
    char address[YS_ADDRESS_MAX]; /* "" when children cannot be told one */
    uint64_t log_size;            /* from where in its log its new keys are valid */
    uint8_t transport[YS_PUBKEY_LEN];
    char log[YS_VKEY_TEXT_MAX], mirror[YS_VKEY_TEXT_MAX];
    uint8_t log_possession[YS_SIG_LEN], mirror_possession[YS_SIG_LEN];
    char token_id[YS_TOKEN_ID_TEXT_LEN + 1]; /* "" without a token */
    uint8_t token_proof[YS_SIG_LEN];         /* with one */
    size_t body_count;
    struct ys_offered_body {
        char body[YS_BODY_NAME_MAX + 1];
        char name[YS_UNIT_NAME_MAX + 1];
        char key[YS_VKEY_TEXT_MAX];
        uint8_t possession[YS_SIG_LEN];
    } body[YS_KEYSTORE_BODIES_MAX];
};

/* "tcp://192.0.2.7:7315" can be told to children; a port that the system chooses cannot, nor can "any
 * address". */
bool ys_address_can_be_told(const char *endpoint);
/* From a node's own home and keys. `log_size` is left 0. */
YS_CHECKED enum ys_code ys_offer_of_home(const struct ys_home *home, const struct ys_config *config,
                                         const struct ys_name *origin,
                                         const struct ys_node_keys *keys, struct ys_offer *out,
                                         struct ys_err *err);
/* Bind it to a token, with the node's log key. */
void ys_offer_bind(struct ys_offer *offer, const struct ys_signer *log, const char *token_id);
/* Appends the packed Join, checked (ys_join_check), of at most YS_JOIN_MAX bytes; and from it. */
YS_CHECKED enum ys_code ys_offer_encode(const struct ys_offer *offer, struct ys_writer *w,
                                        struct ys_err *err);
YS_CHECKED enum ys_code ys_offer_decode(struct ys_bytes join, struct ys_offer *out,
                                        struct ys_err *err);
/* From a Join that was checked. */
YS_CHECKED enum ys_code ys_offer_of_join(const Yishi__V1__Join *join, struct ys_offer *out,
                                         struct ys_err *err);
/* Write it as a request file; "-" is standard output. */
YS_CHECKED enum ys_code ys_offer_save(const struct ys_offer *offer, const char *path,
                                      struct ys_err *err);
/* Read a request file and check it (ys_join_check); messages name the file and the unit. */
YS_CHECKED enum ys_code ys_offer_load(const char *path, struct ys_offer *out, struct ys_err *err);

/* The drafts of its records: the node's certificate, then each body's registration. The bodies live in
 * `parts`, which must outlive the drafts. */
enum { YS_OFFER_RECORDS_MAX = 1 + YS_KEYSTORE_BODIES_MAX };
struct ys_offer_parts {
    Yishi__V1__Body body[YS_OFFER_RECORDS_MAX];
    Yishi__V1__NodeCertificate certificate;
    Yishi__V1__BodyRegister registration[YS_KEYSTORE_BODIES_MAX];
};
void ys_offer_certificate(struct ys_offer *offer, struct ys_offer_parts *parts,
                          Yishi__V1__Body **out);
void ys_offer_registration(struct ys_offer *offer, size_t at, struct ys_offer_parts *parts,
                           Yishi__V1__Body **out);

#endif
