/* Records of a district that its root is to sign, on their way between the node and
 * the people who keep the root keys offline.
 *
 * A request file is JSON: the root file, the number of the policy whose keys are to
 * sign, and each record's note (its text alone before the first signature) and body.
 * Everybody adds lines to the same file; once there are as many as the policy asks
 * for, the district's node appends the records. It is a draft: nothing in it counts
 * before. Threads: main. Memory: heap, through the records. */
#ifndef YS_NODE_ROOT_REQUEST_H
#define YS_NODE_ROOT_REQUEST_H

#include "node/certificate.h"

struct ys_root_request {
    struct ys_root_chain roots;
    unsigned policy; /* index of the one whose keys sign */
    size_t count;
    struct ys_written record[YS_OFFER_RECORDS_MAX];
};
void ys_root_request_clear(struct ys_root_request *request);
#define YS_ROOT_REQUEST_SCOPED \
    __attribute__((cleanup(ys_root_request_clear))) struct ys_root_request

/* What the district's node and its bodies still lack: the certificate, unless one that says the same is
 * in force, and each key of a body that is not registered. With `succession` all of it again, for the
 * policy that comes after the one in force. YS_REFUSED when nothing is lacking, there is no successor,
 * or the node is no district's. */
YS_CHECKED enum ys_code ys_root_request_make(const struct ys_node *node, bool succession,
                                             struct ys_root_request *out, struct ys_err *err);
/* One record of a kind that a root may write, for the policy in force. The draft is used up. */
YS_CHECKED enum ys_code ys_root_request_of_draft(const struct ys_node *node, struct ys_draft *draft,
                                                 struct ys_root_request *out, struct ys_err *err);

YS_CHECKED enum ys_code ys_root_request_save(const struct ys_root_request *request,
                                             const char *path, struct ys_err *err);
/* Reads and checks: records of one district, of kinds that its root may write, with bodies that are
 * theirs, and lines of the policy's keys only, each good. Messages begin with the path. */
YS_CHECKED enum ys_code ys_root_request_load(const char *path, struct ys_root_request *out,
                                             struct ys_err *err);

/* How many different keys of the policy have signed every record. */
unsigned ys_root_request_signed(const struct ys_root_request *request);
/* Add the lines of one key. YS_DENIED when it is none of the policy's; YS_EXISTS when it has signed. */
YS_CHECKED enum ys_code ys_root_request_sign(struct ys_root_request *request,
                                             const struct ys_signer *signer, struct ys_err *err);

/* Append the records to the district's own log. YS_REFUSED while lines are missing or when the policy
 * would not be in force afterwards, YS_EXISTS when they stand there already, YS_DENIED when the request
 * rests on another root. Successors of the root that come with it are pinned. */
YS_CHECKED enum ys_code ys_root_request_install(struct ys_node *node,
                                                struct ys_root_request *request,
                                                struct ys_appended *out, struct ys_err *err);

#endif
