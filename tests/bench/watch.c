/* What a store says while a daemon works on it. */
#include "tests/bench/bench.h"

#include "node/author.h"
#include "sync/heads.h"
#include "sync/status.h"

#include <limits.h>
#include <lmdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

/* --- waiting for writes to a store --- */

static int listen_to(const struct ys_node *node)
{
    char path[PATH_MAX];
    ys_home_path(&node->home, "store/data.mdb", path);
    const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0 || inotify_add_watch(fd, path, IN_MODIFY) < 0) {
        fprintf(stderr, "bench_tool: %s: cannot be watched\n", path);
        exit(3);
    }
    return fd;
}

/* Return at a write, or a moment later in any case. */
static void wait_for_write(int fd, int wait_ms)
{
    char events[4096];
    struct pollfd item = {.fd = fd, .events = POLLIN};
    if (poll(&item, 1, wait_ms) > 0)
        while (read(fd, events, sizeof events) > 0)
            continue;
}

static uint64_t last_commit(const struct ys_store *store)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_kv_info info;
    bench_must(ys_kv_info(ys_store_kv(store), &info, &err), &err);
    return info.last_txn;
}

/* --- watch: until all records are cosigned here, and until all are judged --- */

struct watching {
    struct ys_node node;
    struct ys_node_keys keys;
    uint64_t records; /* of communities, awaited */
    uint64_t here, cosigned, unchecked, good;
};

static void look(struct watching *w, bool statuses)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {.code = YS_OK};
    w->here = w->cosigned = w->unchecked = w->good = 0;
    bench_must(ys_store_begin(w->node.store, false, &txn, &err), &err);
    for (uint32_t id = 0;; id++) {
        struct ys_log log;
        struct ys_receipt receipt;
        struct ys_bytes note;
        uint64_t counts[YS_VERDICTS];
        const enum ys_code code = ys_log_next(txn, id, &log, &err);
        if (code == YS_NOT_FOUND)
            return;
        bench_must(code, &err);
        id = log.id;
        if (ys_division_level(&log.origin.division) != YS_LEVEL_COMMUNITY)
            continue;
        w->here += log.frontier.size;
        if (ys_receipt_newest(txn, id, &w->keys.mirror.vkey, &receipt, &note, &err) == YS_OK)
            w->cosigned += receipt.size;
        if (!statuses)
            continue;
        bench_must(ys_status_count(txn, id, log.frontier.size, counts, &err), &err);
        w->unchecked += counts[YS_VERDICT_UNCHECKED];
        w->good += counts[YS_VERDICT_OK];
    }
}

/* Prints that it watches, at once when all were cosigned, and at the end when all were judged good. */
int bench_watch(char **words)
{
    enum { REST_MS = 3 };
    struct watching w = {.records = bench_number(words[1])};
    struct ys_err err = {.code = YS_OK};
    double cosigned = 0;
    double good = 0;
    uint64_t commits = 0;
    bench_open(words[0], &w.node);
    bench_must(ys_keystore_load_node(&w.node.home, &w.node.origin, &w.keys, &err), &err);
    const int fd = listen_to(&w.node);
    const uint64_t before = last_commit(w.node.store);
    puts("watching");
    fflush(stdout);
    for (const double until = bench_now() + (double)bench_number(words[2]); good == 0;) {
        wait_for_write(fd, 100);
        const double now = bench_wall();
        look(&w, cosigned > 0);
        if (cosigned == 0 && w.cosigned >= w.records) {
            cosigned = now;
            commits = last_commit(w.node.store) - before;
            printf("%.6f\n", cosigned);
            fflush(stdout);
        }
        if (w.good >= w.records)
            good = now;
        if (bench_now() > until)
            break;
        nanosleep(&(struct timespec){.tv_nsec = REST_MS * 1000000}, NULL);
    }
    printf("{\"good\": %.6f, \"here\": %llu, \"good_records\": %llu, \"commits\": %llu}\n", good,
           (unsigned long long)w.here, (unsigned long long)w.good, (unsigned long long)commits);
    ys_node_close(&w.node);
    return good > 0 ? 0 : 1;
}

/* --- publish: one record after the other, each until the district's receipt is back --- */

enum { STORES = 3 };

struct publishing {
    struct ys_node node[STORES]; /* community, street, district */
    struct ys_vkey mirror;       /* of the district */
    struct ys_signer rc;
    int fd;
};

static void commits_of(const struct publishing *p, uint64_t out[STORES])
{
    for (int i = 0; i < STORES; i++)
        out[i] = last_commit(p->node[i].store);
}

static bool receipted(const struct publishing *p, uint64_t size)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {.code = YS_OK};
    struct ys_receipt receipt;
    struct ys_bytes note;
    bench_must(ys_store_begin(p->node[0].store, false, &txn, &err), &err);
    return ys_receipt_newest(txn, YS_OWN_LOG, &p->mirror, &receipt, &note, &err) == YS_OK &&
           receipt.size >= size;
}

static uint64_t append_one(struct publishing *p)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_draft draft;
    struct ys_written written;
    struct ys_appended appended;
    const struct ys_signer *const signer = &p->rc;
    ys_draft_of(bench_body(600), &draft);
    bench_must(ys_written_bind(&draft, &p->node[0].origin, ys_now_s(), &written, &err), &err);
    bench_must(ys_written_sign(&written, &signer, 1, &err), &err);
    bench_must(ys_author_append(&p->node[0], &(struct ys_append){.records = &written, .count = 1},
                                &appended, &err),
               &err);
    ys_written_clear(&written);
    ys_draft_clear(&draft);
    return appended.size;
}

/* Nothing is written any more, so that the next one starts from rest. */
static void rest(const struct publishing *p)
{
    enum { REST_MS = 20 };
    uint64_t before[STORES];
    uint64_t after[STORES];
    do {
        commits_of(p, before);
        nanosleep(&(struct timespec){.tv_nsec = REST_MS * 1000000}, NULL);
        commits_of(p, after);
    } while (memcmp(before, after, sizeof before) != 0);
}

static void publish_one(struct publishing *p, bool last)
{
    enum { DEADLINE_S = 30 };
    uint64_t before[STORES];
    uint64_t after[STORES];
    uint64_t later[STORES];
    commits_of(p, before);
    const double begin = bench_now();
    const uint64_t size = append_one(p);
    while (!receipted(p, size)) {
        wait_for_write(p->fd, 100);
        if (bench_now() - begin > DEADLINE_S) {
            fprintf(stderr, "bench_tool: no receipt of the district within %d s\n", DEADLINE_S);
            exit(1);
        }
    }
    const double seconds = bench_now() - begin;
    commits_of(p, after);
    rest(p);
    commits_of(p, later);
    printf("{\"seconds\": %.6f, \"commits\": [%llu, %llu, %llu], \"later\": %llu}%s\n", seconds,
           (unsigned long long)(after[0] - before[0]), (unsigned long long)(after[1] - before[1]),
           (unsigned long long)(after[2] - before[2]),
           (unsigned long long)(later[0] - after[0] + later[1] - after[1] + later[2] - after[2]),
           last ? "" : ",");
}

int bench_publish(char **words)
{
    struct publishing p;
    struct ys_err err = {.code = YS_OK};
    struct ys_txn *txn = NULL;
    const uint64_t count = bench_number(words[3]);
    memset(&p, 0, sizeof p);
    for (int i = 0; i < STORES; i++)
        bench_open(words[i], &p.node[i]);
    bench_must(ys_node_read(&p.node[0], &txn, &err), &err);
    const struct ys_vkey *const mirror =
        ys_member_mirror(p.node[0].member, &p.node[STORES - 1].origin.division);
    if (mirror == NULL)
        return 1;
    p.mirror = *mirror;
    ys_txn_abort(&txn);
    bench_body_key(&p.node[0], "rc", &p.rc);
    p.fd = listen_to(&p.node[0]);
    rest(&p);
    puts("[");
    for (uint64_t i = 0; i < count; i++)
        publish_one(&p, i + 1 == count);
    puts("]");
    for (int i = 0; i < STORES; i++)
        ys_node_close(&p.node[i]);
    return 0;
}

/* --- pages: what the tables of a store take --- */

int bench_pages(char **words)
{
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    unsigned page_bytes = 0;
    size_t pages = 0;
    int rc = mdb_env_create(&env);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(env, YS_DB_COUNT);
    if (rc == 0)
        rc = mdb_env_open(env, words[0], MDB_RDONLY | MDB_NOTLS, 0);
    if (rc == 0)
        rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    fputs("{\"tables\": {", stdout);
    for (int i = 0; rc == 0 && i < YS_DB_COUNT; i++) {
        MDB_dbi dbi = 0;
        MDB_stat info;
        rc = mdb_dbi_open(txn, ys_db_name((enum ys_db)i), 0, &dbi);
        if (rc == 0)
            rc = mdb_stat(txn, dbi, &info);
        if (rc != 0)
            break;
        const size_t used = info.ms_branch_pages + info.ms_leaf_pages + info.ms_overflow_pages;
        printf("%s\"%s\": %zu", i == 0 ? "" : ", ", ys_db_name((enum ys_db)i), used);
        page_bytes = info.ms_psize;
        pages += used;
    }
    if (rc != 0) {
        fprintf(stderr, "bench_tool: %s: %s\n", words[0], mdb_strerror(rc));
        return 3;
    }
    printf("}, \"bytes\": %zu}\n", pages * page_bytes);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return 0;
}
