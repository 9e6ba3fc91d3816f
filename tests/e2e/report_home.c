/* A node's home with an invented year in it (tests/support/year.h), as if it had come over the wire:
 *
 *   report_home HOME UNIT [--streets N] [--communities N] [--matters N] [--records N] [--backwards] [--unjudged]
 *
 * UNIT 0 is the district, then the streets, then the communities. --records: only so many of the year, in
 * the order of time. --backwards: one log after the other, the last first. --unjudged: nobody has looked at
 * the signatures yet. Without these three it is filled in large steps. Prints how many records it holds. */
#include "node/config.h"
#include "node/node.h"
#include "sync/heads.h"
#include "sync/status.h"
#include "tests/support/year.h"

#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TURN = 2048 };

struct wish {
    struct year_options year;
    unsigned unit;
    uint64_t records;
    bool backwards, unjudged;
};

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "report_home: %s: %s\n", ys_code_name(code), err->msg);
    exit(1);
}

static void put_record(struct ys_txn *txn, const struct year *year, const struct year_entry *entry,
                       bool judged)
{
    const struct year_log *const about = year_log(year, entry->log);
    const uint8_t good = YS_VERDICT_OK;
    struct ys_err err = {0};
    struct ys_log log;
    enum ys_code code = ys_log_find(txn, about->text, &log, &err);
    if (code == YS_NOT_FOUND)
        code = ys_log_add(txn, &about->origin, &log, &err);
    must(code, &err);
    const uint64_t index = log.frontier.size;
    const struct ys_entry record = {
        .note = entry->note, .content = YS_CONTENT_BODY, .body = entry->body};
    must(ys_log_append(txn, &log, &record, 1, &err), &err);
    if (judged)
        must(ys_status_set(txn, log.id, index, &good, 1, &err), &err);
}

/* One pass over the year; only the records of `only`, or of all logs for UINT32_MAX. The heads at its end. */
static size_t pass(const struct wish *wish, struct ys_store *store, unsigned only)
{
    struct year *const year = year_new(&wish->year);
    const struct ys_division *const self = &year_log(year, wish->unit)->origin.division;
    struct year_entry entry;
    struct ys_err err = {0};
    size_t count = 0;
    bool more = true;
    for (uint64_t done = 0; more;) {
        YS_TXN_SCOPED txn = NULL;
        must(ys_store_begin(store, true, &txn, &err), &err);
        for (unsigned turn = 0; turn < TURN && more; turn++) {
            more = done < wish->records && year_next(year, &entry);
            done++;
            if (!more || (only != UINT32_MAX && entry.log != only) ||
                !ys_division_related(self, &year_log(year, entry.log)->origin.division))
                continue;
            put_record(txn, year, &entry, !wish->unjudged);
            count++;
        }
        for (unsigned i = 0; !more && i < year_log_count(year); i++) {
            uint8_t buffer[YEAR_HEAD_MAX];
            const struct year_log *const about = year_log(year, i);
            struct ys_log log;
            bool changed = false;
            if (about->frontier.size == 0 || ys_log_find(txn, about->text, &log, NULL) != YS_OK ||
                log.frontier.size != about->frontier.size)
                continue;
            must(ys_head_put(txn, log.id, log.frontier.size, log.frontier.size,
                             year_head(year, i, buffer), &changed, &err),
                 &err);
        }
        must(ys_txn_commit(&txn, &err), &err);
    }
    year_free(year);
    return count;
}

static size_t fill(const struct wish *wish, struct year *year, struct ys_store *store)
{
    size_t count = 0;
    if (wish->records == UINT64_MAX && !wish->backwards && !wish->unjudged)
        return year_fill(year, wish->unit, store);
    if (!wish->backwards)
        return pass(wish, store, UINT32_MAX);
    while (year_next(year, &(struct year_entry){.log = 0}))
        ; /* communities may begin new logs: to know how many there are */
    for (unsigned i = year_log_count(year); i-- > 0;)
        count += pass(wish, store, i);
    return count;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"streets", required_argument, NULL, 's'},
        {"communities", required_argument, NULL, 'c'},
        {"matters", required_argument, NULL, 'm'},
        {"records", required_argument, NULL, 'r'},
        {"backwards", no_argument, NULL, 'b'},
        {"unjudged", no_argument, NULL, 'u'},
        {NULL, 0, NULL, 0},
    };
    struct wish wish = {
        .year = {.seed = 1, .streets = 2, .communities = 4, .matters = 6, .year = 2026},
        .records = UINT64_MAX};
    struct ys_home home;
    struct ys_config config = {.name = "示例单位"};
    struct ys_identity identity;
    struct ys_root_chain roots = {.count = 1};
    struct ys_store *store = NULL;
    struct ys_err err = {0};
    char path[PATH_MAX];
    for (int c = 0; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        const unsigned long long value = optarg == NULL ? 0 : strtoull(optarg, NULL, 10);
        switch (c) {
        case 's':
            wish.year.streets = (unsigned)value;
            break;
        case 'c':
            wish.year.communities = (unsigned)value;
            break;
        case 'm':
            wish.year.matters = (unsigned)value;
            break;
        case 'r':
            wish.records = value;
            break;
        case 'b':
            wish.backwards = true;
            break;
        case 'u':
            wish.unjudged = true;
            break;
        default:
            return 2;
        }
    }
    if (argc - optind != 2 || sodium_init() < 0)
        return 2;
    wish.unit = (unsigned)strtoul(argv[optind + 1], NULL, 10);
    struct year *const year = year_new(&wish.year);
    year_identity(year, wish.unit, &identity);
    roots.policy[0] = *year_root(year);
    must(ys_home_choose(argv[optind], &home, &err), &err);
    (void)mkdir(home.path, 0700);
    ys_home_path(&home, "store", path);
    (void)mkdir(path, 0700);
    memcpy(config.deployment, identity.origin.deployment, sizeof config.deployment);
    config.division = identity.origin.division;
    must(ys_config_create(&home, &config, &err), &err);
    must(ys_roots_pin(&home, &roots, &err), &err);
    must(ys_store_create(path, &identity, &err), &err);
    must(ys_store_open(path, 0, &store, &err), &err);
    printf("%zu\n", fill(&wish, year, store));
    ys_store_close(store);
    year_free(year);
    return 0;
}
