#include "node/overwriter.h"

#include "sync/erasure.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct ys_overwriter {
    const struct ys_store *store;
    pthread_t thread;
    atomic_bool ended; /* behind everything below */
    enum ys_code code;
    struct ys_wiped done;
    struct ys_err why;
};

static void *work(void *context)
{
    struct ys_overwriter *const overwriter = context;
    bool did = false;
    overwriter->code =
        ys_store_wipe(overwriter->store, true, &did, &overwriter->done, &overwriter->why);
    atomic_store_explicit(&overwriter->ended, true, memory_order_release);
    return NULL;
}

enum ys_code ys_overwriter_begin(const struct ys_store *store, struct ys_overwriter **out,
                                 struct ys_err *err)
{
    struct ys_overwriter *const overwriter = calloc(1, sizeof *overwriter);
    if (overwriter == NULL)
        return ys_fail(err, YS_NOMEM, "overwriting the store: out of memory");
    overwriter->store = store;
    const int rc = pthread_create(&overwriter->thread, NULL, work, overwriter);
    if (rc != 0) {
        free(overwriter);
        return ys_fail(err, YS_NOMEM, "overwriting the store: %s", strerror(rc));
    }
    *out = overwriter;
    return YS_OK;
}

bool ys_overwriter_ended(const struct ys_overwriter *overwriter)
{
    return atomic_load_explicit(&overwriter->ended, memory_order_acquire);
}

enum ys_code ys_overwriter_finish(struct ys_overwriter *overwriter, struct ys_wiped *out,
                                  struct ys_err *err)
{
    (void)pthread_join(overwriter->thread, NULL);
    const enum ys_code code = overwriter->code;
    *out = overwriter->done;
    if (code != YS_OK)
        (void)ys_fail(err, code, "%s", overwriter->why.msg);
    free(overwriter);
    return code;
}
