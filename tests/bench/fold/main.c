#include "node/model/model.h"
#include "node/rules/rules.h"
#include "sync/status.h"
#include "tests/bench/fold/bench.h"

#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const size_t map_bytes = (size_t)4 << 30;

void must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "bench_fold: %s: %s\n", ys_code_name(code), err == NULL ? "" : err->msg);
    exit(1);
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double now_s(void)
{
    return seconds(CLOCK_MONOTONIC);
}

double cpu_s(void)
{
    return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

/* Anonymous memory of this process, in MiB. LMDB's map is none. */
static double anonymous_mib(const char *field)
{
    char line[256];
    unsigned long kib = 0;
    FILE *const file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, field, strlen(field)) == 0)
            kib = strtoul(line + strlen(field) + 1, NULL, 10);
    }
    if (file != NULL)
        (void)fclose(file);
    return (double)kib / 1024;
}

void path_of(const struct settings *settings, const char *name, char out[PATH_SIZE])
{
    const int size = snprintf(out, PATH_SIZE, "%s/%s", settings->folder, name);
    if (size < 0 || size >= PATH_SIZE)
        exit(2);
}

static size_t count_records(const struct ys_store *store)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    struct ys_log log = {.origin_text = ""};
    size_t count = 0;
    must(ys_store_begin(store, false, &txn, &err), &err);
    while (ys_log_next_origin(txn, log.origin_text, &log, &err) == YS_OK)
        count += log.frontier.size;
    return count;
}

/* A store is complete when its mark is there: a killed run leaves none. */
struct ys_store *store_of(const struct settings *settings, const struct year *year, unsigned unit,
                          size_t *records_out)
{
    const struct year_options *const o = &settings->year;
    char name[128];
    char path[PATH_SIZE];
    char mark[PATH_SIZE + 8];
    struct ys_store *store = NULL;
    struct ys_identity identity;
    struct ys_err err = {0};
    (void)snprintf(name, sizeof name, "year-%llx-%u-%u-%u-%u", (unsigned long long)o->seed,
                   o->streets, o->communities, o->matters, unit);
    path_of(settings, name, path);
    (void)snprintf(mark, sizeof mark, "%s/whole", path);
    if (access(mark, F_OK) == 0) {
        must(ys_store_open(path, map_bytes, &store, &err), &err);
        *records_out = count_records(store);
        return store;
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        must(YS_IO, NULL);
    struct year *const fresh = year_new(o);
    const double begin = now_s();
    year_identity(year, unit, &identity);
    must(ys_store_create(path, &identity, &err), &err);
    must(ys_store_open(path, map_bytes, &store, &err), &err);
    *records_out = year_fill(fresh, unit, store);
    year_free(fresh);
    say(settings, unit == 0 ? "making the store, once" : "making another store, once",
        now_s() - begin, "s");
    FILE *const file = fopen(mark, "w");
    if (file == NULL || fclose(file) != 0)
        must(YS_IO, NULL);
    return store;
}

static struct ys_member *member_of(const struct ys_store *store, const struct year *year,
                                   unsigned unit)
{
    YS_TXN_SCOPED txn = NULL;
    struct ys_err err = {0};
    struct ys_member *member = NULL;
    must(ys_member_new(year_root(year), &year_log(year, unit)->origin.division, &member, &err),
         &err);
    must(ys_store_begin(store, false, &txn, &err), &err);
    must(ys_member_rebuild(member, txn, NULL, &err), &err);
    return member;
}

static void remove_model(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[PATH_SIZE + 8];
    for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

/* One of a year of another size has the same name and, for the model, the same store. */
static void forget_model(const struct settings *settings)
{
    char path[PATH_SIZE];
    path_of(settings, "model.db", path);
    remove_model(path);
}

static int64_t file_bytes(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

/* From nothing; and once more when there is nothing new. */
static void fold_all(const struct settings *settings, const struct ys_store *store,
                     const struct ys_member *member, size_t records)
{
    const struct ys_fold_options options = {.store = store, .member = member};
    char path[PATH_SIZE];
    path_of(settings, "model.db", path);
    for (unsigned run = 0; run < settings->runs; run++) {
        struct ys_model *model = NULL;
        struct ys_err err = {0};
        remove_model(path);
        const double begin = now_s();
        const double cpu = cpu_s();
        const double own = seconds(CLOCK_THREAD_CPUTIME_ID);
        must(ys_model_open(path, store, &model, &err), &err);
        must(ys_model_catch_up(model, &options, &err), &err);
        const double took = now_s() - begin;
        say(settings, "fold from nothing", (double)records / took, "records/s");
        say(settings, "  time", took, "s");
        say(settings, "  CPU time", cpu_s() - cpu, "s");
        say(settings, "  of which the thread that writes", seconds(CLOCK_THREAD_CPUTIME_ID) - own,
            "s");
        const double again = now_s();
        must(ys_model_catch_up(model, &options, &err), &err);
        say(settings, "fold with nothing new", (now_s() - again) * 1000, "ms");
        ys_model_close(model);
        say(settings, "  model.db a record", (double)file_bytes(path) / (double)records, "bytes");
        say(settings, "  anonymous memory", anonymous_mib("RssAnon:"), "MiB");
    }
}

struct spread {
    double sum, worst;
};

static void spread_add(struct spread *spread, double took)
{
    spread->sum += took;
    spread->worst = took > spread->worst ? took : spread->worst;
}

/* One more record of a matter, into the store and into the full model; then the rules on it. */
static void fold_one(const struct settings *settings, struct ys_store *store,
                     const struct ys_member *member)
{
    enum { RECORDS = 50 };
    struct spread fold = {.worst = 0};
    struct spread judge = {.worst = 0};
    struct spread judge_cpu = {.worst = 0};
    const struct ys_fold_options options = {.store = store, .member = member};
    struct year_options next = settings->year;
    char path[PATH_SIZE];
    struct ys_model *model = NULL;
    struct ys_err err = {0};
    struct ys_rules *rules = NULL;
    next.year++; /* the same units and keys; the next year's records continue the logs */
    struct year *const year = year_new(&next);
    path_of(settings, "model.db", path);
    must(ys_model_open(path, store, &model, &err), &err);
    must(ys_rules_open(model, &rules, &err), &err);
    must(ys_rules_catch_up(rules, rules_today(settings), &err), &err);
    for (unsigned done = 0; done < RECORDS;) {
        struct year_entry entry;
        struct ys_log log;
        if (!year_next(year, &entry))
            break;
        if (entry.kind->membership || entry.log < 1 + next.streets)
            continue; /* enrolled already */
        YS_TXN_SCOPED txn = NULL;
        const struct ys_entry stored = {
            .note = entry.note, .content = YS_CONTENT_BODY, .body = entry.body};
        const uint8_t verdict = YS_VERDICT_OK;
        must(ys_store_begin(store, true, &txn, &err), &err);
        must(ys_log_find(txn, year_log(year, entry.log)->text, &log, &err), &err);
        must(ys_log_append(txn, &log, &stored, 1, &err), &err);
        must(ys_status_set(txn, log.id, log.frontier.size - 1, &verdict, 1, &err), &err);
        must(ys_txn_commit(&txn, &err), &err);
        const double begin = now_s();
        must(ys_model_catch_up(model, &options, &err), &err);
        spread_add(&fold, now_s() - begin);
        const double judged = now_s();
        const double cpu = cpu_s();
        must(ys_rules_catch_up(rules, rules_today(settings), &err), &err);
        spread_add(&judge, now_s() - judged);
        spread_add(&judge_cpu, cpu_s() - cpu);
        done++;
    }
    ys_rules_close(rules);
    ys_model_close(model);
    year_free(year);
    say(settings, "fold of one more record, mean", fold.sum / RECORDS * 1000, "ms");
    say(settings, "fold of one more record, worst", fold.worst * 1000, "ms");
    say(settings, "rules after one more record, mean", judge.sum / RECORDS * 1000, "ms");
    say(settings, "rules after one more record, worst", judge.worst * 1000, "ms");
    say(settings, "  CPU time, mean", judge_cpu.sum / RECORDS * 1000, "ms");
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"communities", required_argument, NULL, 'c'}, {"streets", required_argument, NULL, 's'},
        {"matters", required_argument, NULL, 'm'},     {"folder", required_argument, NULL, 'f'},
        {"runs", required_argument, NULL, 'r'},        {"json", no_argument, NULL, 'j'},
        {"only", required_argument, NULL, 'o'},        {NULL, 0, NULL, 0}};
    struct settings settings = {.year = year_district(1), .folder = NULL, .runs = 1};
    const char *only = "all";
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'c')
            settings.year.communities = number(optarg);
        else if (c == 's')
            settings.year.streets = number(optarg);
        else if (c == 'm')
            settings.year.matters = number(optarg);
        else if (c == 'f')
            settings.folder = optarg;
        else if (c == 'r')
            settings.runs = number(optarg);
        else if (c == 'j')
            settings.json = true;
        else if (c == 'o')
            only = optarg;
        else
            return 2;
    }
    if (settings.folder == NULL || sodium_init() < 0) {
        fprintf(stderr,
                "usage: bench_fold --folder DIR [--communities N] [--streets N] "
                "[--matters N] [--runs N] [--only fold|rules|indicators|publish] [--json]\n");
        return 2;
    }
    struct year *const year = year_new(&settings.year);
    if (strcmp(only, "publish") != 0) {
        size_t records = 0;
        struct ys_store *const store = store_of(&settings, year, 0, &records);
        const double begin = now_s();
        struct ys_member *const member = member_of(store, year, 0);
        say(&settings, "records", (double)records, "");
        say(&settings, "membership from its records", (now_s() - begin) * 1000, "ms");
        const bool report = strcmp(only, "indicators") == 0;
        if (strcmp(only, "rules") == 0)
            forget_model(&settings);
        else if (!report)
            fold_all(&settings, store, member, records);
        if (strcmp(only, "fold") != 0 && !report)
            rules_all(&settings, store, member);
        if (report || strcmp(only, "all") == 0)
            indicators_all(&settings, store, member);
        if (strcmp(only, "fold") != 0 && !report)
            fold_one(&settings, store, member);
        ys_member_free(member);
        ys_store_close(store);
    }
    if (strcmp(only, "all") == 0 || strcmp(only, "publish") == 0)
        publish_all(&settings);
    year_free(year);
    return 0;
}
