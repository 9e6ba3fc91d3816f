#include "node/attachment/lister.h"

#include "node/attachment/keep.h"
#include "node/recall.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ys_lister {
    struct ys_node node; /* store and roots are borrowed; the membership is its own */
    int fd;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t wake;
    bool asked, collect, closing;
    bool there;
    struct ys_listed listed;
};

static enum ys_code clear_away(struct ys_lister *l, struct ys_listed *out, struct ys_err *err)
{
    YS_BLOBS_SCOPED *blobs = NULL;
    enum ys_code code = ys_attachments_open(&l->node.home, &l->node.config, &blobs, err);
    if (code == YS_OK)
        code = ys_attachment_collect(
            &l->node, blobs,
            &(struct ys_collect_options){.now_s = (int64_t)ys_now_s(), .age_s = YS_COLLECT_AGE_S},
            &out->removed, err);
    out->collected = code == YS_OK;
    return code;
}

/* The root may have been succeeded. What is not to be read now was read before. */
static enum ys_code follow_roots(struct ys_lister *l, struct ys_err *err)
{
    char path[PATH_MAX];
    ys_home_path(&l->node.home, "root.pub", path);
    if (ys_roots_load(path, &l->node.origin, &l->node.roots, NULL) != YS_OK)
        return YS_OK;
    return ys_member_follow(l->node.member, &l->node.roots, err);
}

static void look(struct ys_lister *l, bool collect, struct ys_listed *out)
{
    YS_RECALL_SCOPED model = NULL;
    *out = (struct ys_listed){.code = YS_OK};
    if (collect)
        out->code = clear_away(l, out, &out->err);
    if (out->code == YS_OK || out->code == YS_REFUSED) /* a draft that cannot be read is told */
        out->code = follow_roots(l, &out->err);
    if (out->code == YS_OK)
        out->code = ys_recall_open(&l->node, false, &model, &out->err);
    if (out->code == YS_OK)
        out->code = ys_attachment_index(model, &out->index, &out->err);
}

static void *work(void *argument)
{
    struct ys_lister *const l = argument;
    const uint64_t one = 1;
    pthread_mutex_lock(&l->mutex);
    for (;;) {
        while (!l->asked && !l->closing)
            pthread_cond_wait(&l->wake, &l->mutex);
        if (l->closing)
            break;
        struct ys_listed listed;
        const bool collect = l->collect;
        l->asked = l->collect = false;
        pthread_mutex_unlock(&l->mutex);
        look(l, collect, &listed);
        pthread_mutex_lock(&l->mutex);
        if (l->there)
            ys_attachment_index_clear(&l->listed.index);
        l->listed = listed;
        l->there = true;
        if (write(l->fd, &one, sizeof one) < 0)
            continue; /* the counter is full: it is readable in any case */
    }
    pthread_mutex_unlock(&l->mutex);
    return NULL;
}

enum ys_code ys_lister_open(const struct ys_home *home, const struct ys_store *store,
                            const struct ys_root_chain *roots, int fd, struct ys_lister **out,
                            struct ys_err *err)
{
    struct ys_lister *const l = calloc(1, sizeof *l);
    if (l == NULL)
        return ys_fail(err, YS_NOMEM, "attachments: out of memory");
    l->fd = fd;
    l->node.home = *home;
    l->node.origin = ys_store_identity(store)->origin;
    ys_name_print(&l->node.origin, l->node.origin_text);
    l->node.has_root = true;
    l->node.roots = *roots;
    memcpy(&l->node.store, &store, sizeof store); /* which it only reads */
    enum ys_code code = ys_config_load(home, &l->node.config, err);
    if (code == YS_OK)
        code = ys_member_new(&roots->policy[0], &l->node.origin.division, &l->node.member, err);
    if (code == YS_OK)
        code = ys_member_follow(l->node.member, roots, err);
    if (code != YS_OK) {
        ys_member_free(l->node.member);
        free(l);
        return code;
    }
    pthread_mutex_init(&l->mutex, NULL);
    pthread_cond_init(&l->wake, NULL);
    const int rc = pthread_create(&l->thread, NULL, work, l);
    if (rc != 0) {
        ys_member_free(l->node.member);
        free(l);
        return ys_fail(err, YS_IO, "attachments: thread: %s", strerror(rc));
    }
    *out = l;
    return YS_OK;
}

void ys_lister_close(struct ys_lister *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->mutex);
    l->closing = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->mutex);
    pthread_join(l->thread, NULL);
    if (l->there)
        ys_attachment_index_clear(&l->listed.index);
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->mutex);
    ys_member_free(l->node.member);
    free(l);
}

void ys_lister_ask(struct ys_lister *l, bool collect)
{
    pthread_mutex_lock(&l->mutex);
    l->asked = true;
    l->collect = l->collect || collect;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->mutex);
}

bool ys_lister_take(struct ys_lister *l, struct ys_listed *out)
{
    pthread_mutex_lock(&l->mutex);
    const bool there = l->there;
    if (there)
        *out = l->listed;
    l->there = false;
    pthread_mutex_unlock(&l->mutex);
    return there;
}
