/* What this machine can do: the figures that the others are compared with. */
#include "tests/bench/bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

/* --- signatures and nodes --- */

/* Texts of which each differs: a processor learns its way through one signature that comes again and again, and
  * is then 6 % quicker than with different ones. */
enum { TEXTS = 2048, SLICE = 64 };

struct verifying {
    struct ys_signer signer;
    size_t text_size;
    uint8_t *text; /* one behind the other */
    uint8_t (*signature)[YS_SIG_LEN];
    atomic_uint_fast64_t left; /* slices: a core that has more time takes more of them */
};

static bool verify_one(const struct verifying *work, size_t at)
{
    return ys_verify(work->signer.vkey.key,
                     (struct ys_bytes){work->text + at * work->text_size, work->text_size},
                     (struct ys_bytes){work->signature[at], YS_SIG_LEN}) == YS_OK;
}

static void *verify_many(void *argument)
{
    struct verifying *const work = argument;
    for (uint_fast64_t left = atomic_load(&work->left); left != 0;) {
        if (!atomic_compare_exchange_weak(&work->left, &left, left - 1))
            continue;
        for (unsigned i = 0; i < SLICE; i++)
            if (!verify_one(work, (size_t)(left * SLICE + i) % TEXTS))
                exit(3);
        left = atomic_load(&work->left);
    }
    return NULL;
}

/* `count` is of each thread. */
static double verify_per_s(struct verifying *work, uint64_t count, unsigned threads)
{
    pthread_t thread[THREADS_MAX];
    const uint64_t slices = (count * threads + SLICE - 1) / SLICE;
    const double begin = bench_now();
    atomic_store(&work->left, slices);
    for (unsigned i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, verify_many, work) != 0)
            exit(3);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return (double)(slices * SLICE) / (bench_now() - begin);
}

static double nodes_per_s(uint64_t count)
{
    struct ys_hash hash = {{0}};
    const double begin = bench_now();
    for (uint64_t i = 0; i < count; i++)
        ys_node_hash(&hash, &hash, &hash);
    return (double)count / (bench_now() - begin);
}

static unsigned all_cores(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (unsigned)cores;
}

/* Signed texts of so many bytes to verify. */
static void begin_verifying(const char *note_bytes, struct verifying *out)
{
    uint8_t seed[YS_SEED_LEN];
    out->text_size = (size_t)bench_number(note_bytes);
    if (out->text_size == 0 || out->text_size > YS_NOTE_MAX)
        exit(2);
    out->text = calloc(TEXTS, out->text_size);
    out->signature = calloc(TEXTS, sizeof *out->signature);
    rng_fill(bench_rng(), seed, sizeof seed);
    if (out->text == NULL || out->signature == NULL ||
        ys_signer_init(&out->signer, "bench.example/key", YS_SIG_ED25519, seed) != YS_OK)
        exit(3);
    rng_fill(bench_rng(), out->text, TEXTS * out->text_size);
    for (size_t i = 0; i < TEXTS; i++)
        ys_sign(&out->signer, (struct ys_bytes){out->text + i * out->text_size, out->text_size},
                out->signature[i]);
}

static void end_verifying(struct verifying *work)
{
    free(work->text);
    free(work->signature);
}

int bench_limits(char **words)
{
    struct verifying work;
    const uint64_t count = bench_number(words[0]);
    begin_verifying(words[1], &work);
    const double one = verify_per_s(&work, count, 1);
    const double many = verify_per_s(&work, count, all_cores());
    end_verifying(&work);
    printf("{\"cores\": %u, \"verify_one_core\": %.0f, \"verify_all_cores\": %.0f, "
           "\"sha256_backend\": \"%s\", \"sha256_nodes\": %.0f}\n",
           all_cores(), one, many, ys_sha256_backend(), nodes_per_s(count * 64));
    return 0;
}

int bench_verify(char **words)
{
    struct verifying work;
    begin_verifying(words[1], &work);
    printf("{\"per_s\": %.0f}\n", verify_per_s(&work, bench_number(words[0]), all_cores()));
    end_verifying(&work);
    return 0;
}

/* --- puts into our tables, and nothing else --- */

struct putting {
    struct ys_store *store;
    uint8_t *note, *body;
    size_t note_size, body_size;
    uint64_t done, run; /* records so far; of one log */
};

static void put(struct ys_txn *txn, enum ys_db db, const uint8_t *key, size_t key_size,
                const uint8_t *value, size_t size)
{
    struct ys_err err = {.code = YS_OK};
    bench_must(
        ys_txn_put(txn, db, (struct ys_bytes){key, key_size}, (struct ys_bytes){value, size}, &err),
        &err);
}

static void put_tile(struct ys_txn *txn, uint32_t log_id, unsigned level, uint64_t size)
{
    static const uint8_t hashes[256 * YS_HASH_LEN];
    uint8_t key[13];
    ys_be32_put(key, log_id);
    key[4] = (uint8_t)level;
    ys_be64_put(key + 5, (size - 1) / 256);
    put(txn, YS_DB_TILE, key, sizeof key, hashes, (size_t)((size - 1) % 256 + 1) * YS_HASH_LEN);
}

/* The rows of one group of records of one log, as ys_log_append writes them. */
static void put_run(struct putting *p, struct ys_txn *txn, uint32_t log_id, uint64_t first,
                    uint64_t count)
{
    uint8_t key[YS_ROW_KEY_LEN];
    uint8_t id[8];
    uint8_t counter[8];
    static const uint8_t row[512];
    for (uint64_t i = 0; i < count; i++) {
        ys_row_key(log_id, first + i, key);
        put(txn, YS_DB_ENTRY, key, sizeof key, p->note, p->note_size);
        put(txn, YS_DB_BODY, key, sizeof key, p->body, p->body_size);
        ys_be64_put(id, rng_next(bench_rng()));
        put(txn, YS_DB_BYID, id, sizeof id, key, sizeof key);
    }
    for (uint64_t end = first + count, at = first; at < end; at = at / 256 * 256 + 256)
        put_tile(txn, log_id, 0, at / 256 * 256 + 256 < end ? at / 256 * 256 + 256 : end);
    if ((first + count) / 256 != 0)
        put_tile(txn, log_id, 1, (first + count) / 256);
    ys_be64_put(counter, p->done);
    put(txn, YS_DB_ARRIVAL, counter, sizeof counter, row, 16);
    put(txn, YS_DB_CHANGED, counter, sizeof counter, row, 4);
    put(txn, YS_DB_LOG, key, 4, row, 300);
}

static double puts_per_s(struct putting *p, uint64_t records, uint64_t batch)
{
    struct ys_err err = {.code = YS_OK};
    const double begin = bench_now();
    while (p->done < records) {
        struct ys_txn *txn = NULL;
        const uint64_t end = p->done + batch < records ? p->done + batch : records;
        bench_must(ys_store_begin(p->store, true, &txn, &err), &err);
        while (p->done < end) {
            const uint64_t first = p->done % p->run;
            const uint64_t left = p->run - first;
            const uint64_t count = left < end - p->done ? left : end - p->done;
            put_run(p, txn, (uint32_t)(1 + p->done / p->run), first, count);
            p->done += count;
        }
        bench_must(ys_txn_commit(&txn, &err), &err);
    }
    return (double)records / (bench_now() - begin);
}

int bench_puts(char **words)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_identity identity;
    const uint64_t records = bench_number(words[1]);
    struct putting p = {.note_size = (size_t)bench_number(words[2]),
                        .body_size = (size_t)bench_number(words[3]) + 1,
                        .run = records / bench_number(words[4])};
    memset(&identity, 0, sizeof identity);
    bench_must(ys_name_parse(ys_bytes_of_text("bench.example/110199/1"), &identity.origin, &err),
               &err);
    bench_must(ys_store_create(words[0], &identity, &err), &err);
    bench_must(ys_store_open(words[0], 0, &p.store, &err), &err);
    p.note = malloc(p.note_size);
    p.body = malloc(p.body_size);
    if (p.note == NULL || p.body == NULL || p.run == 0)
        exit(3);
    rng_fill(bench_rng(), p.note, p.note_size);
    rng_fill(bench_rng(), p.body, p.body_size);
    printf("{\"per_s\": %.0f}\n", puts_per_s(&p, records, bench_number(words[5])));
    ys_store_close(p.store);
    free(p.note);
    free(p.body);
    return 0;
}
