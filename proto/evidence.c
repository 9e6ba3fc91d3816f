#include "proto/evidence.h"

#include "proto/field.h"
#include "proto/wire.h"

enum ys_code ys_evidence_decode(struct ys_bytes bytes, struct ys_arena *arena,
                                const Yishi__V1__ProofExtra **out, struct ys_err *err)
{
    ProtobufCMessage *message = NULL;
    if (bytes.size > YS_EVIDENCE_MAX)
        return ys_fail(err, YS_LIMIT, "extra: has %zu bytes, limit %d", bytes.size,
                       YS_EVIDENCE_MAX);
    enum ys_code code =
        ys_wire_decode(bytes, &yishi__v1__proof_extra__descriptor, "extra", arena, &message, err);
    if (code == YS_OK)
        code = ys_field_check(message, YS_FIELD_REQUIRED, "extra", err);
    if (code == YS_OK)
        *out = (const void *)message;
    return code;
}

enum ys_code ys_evidence_encode(const Yishi__V1__ProofExtra *extra, struct ys_writer *w,
                                struct ys_err *err)
{
    return ys_wire_encode(&extra->base, YS_EVIDENCE_MAX, w, err);
}
