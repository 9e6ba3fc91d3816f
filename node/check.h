/* Checking a proof bundle with nothing but the district's root file: no store, no
 * network, no clock.
 *
 * Every step is reported as it is made, so that a person can follow, and the
 * first that fails ends the check with its reason. Threads: any. Memory: heap. */
#ifndef YS_NODE_CHECK_H
#define YS_NODE_CHECK_H

#include "crypto/bundle.h"
#include "proto/evidence.h"
#include "sync/member.h"

enum ys_check_step {
    YS_CHECK_FORM,        /* the bundle and its record follow the format */
    YS_CHECK_ROOT,        /* it is of the root's deployment and district */
    YS_CHECK_EVIDENCE,    /* one membership record: proven in its log, effective */
    YS_CHECK_CHECKPOINT,  /* the head is signed by the log's key */
    YS_CHECK_COSIGNATURE, /* one ancestor holds everything below the head */
    YS_CHECK_INCLUSION,   /* the record is in the tree of the head */
    YS_CHECK_BODY,        /* the body is the one that was signed */
    YS_CHECK_SIGNATURES,  /* every required body signed, with keys valid at this place */
    YS_CHECK_FORK         /* of a fork proof: two heads under one key that cannot both be true */
};
/* "form", "root", ... */
const char *ys_check_step_name(enum ys_check_step step);

/* What a bundle was found to prove. Plain value. */
struct ys_check_result {
    struct ys_record record;
    struct ys_hash id;
    uint64_t index;
    uint64_t head_size;
    unsigned signed_by; /* mask of enum ys_body_class */
    bool known_kind;
    bool has_body;
    unsigned witnesses_wanted, witnesses_found;
    struct {
        struct ys_division division;
        bool found;
        uint64_t time_s;
    } witness[2]; /* the nearest first */
    unsigned
        unknown_lines; /* on its checkpoint, of keys that the evidence does not name: ignored */
    uint64_t latest_s; /* the later of the times found: it existed no later than this */
    uint64_t district_size; /* size of the largest district head in the evidence */
    unsigned revoked;       /* keys that the evidence revokes, each at its cut */
};

/* `step` is called for each step made; `text` says what was established. `out` is complete on YS_OK
 * only. */
struct ys_check_options {
    const struct ys_root_chain *roots;
    void (*step)(void *context, enum ys_check_step step, const char *text); /* may be NULL */
    void *context;
};
YS_CHECKED enum ys_code ys_check(const struct ys_check_options *options, struct ys_bytes bundle,
                                 struct ys_check_result *out, struct ys_err *err);

/* The extra line of a bundle, decoded, unchecked; an arena of YS_EVIDENCE_ARENA_MAX bytes is enough.
 * YS_MALFORMED when it has none, or fields that we do not know; YS_LIMIT or YS_NOMEM. */
YS_CHECKED enum ys_code ys_check_extra(const struct ys_bundle *bundle, struct ys_arena *arena,
                                       const Yishi__V1__ProofExtra **out, struct ys_err *err);
/* The record's note and body out of a bundle, unchecked, for printing; valid until the arena goes. */
YS_CHECKED enum ys_code ys_check_record(struct ys_bytes bundle, struct ys_arena *arena,
                                        struct ys_entry *out, struct ys_err *err);

#endif
