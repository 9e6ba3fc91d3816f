/* The home of a district's node that holds a generated year (tests/support/year.h), as `yishi` opens it.
 *
 *     year_home HOME SEED STREETS COMMUNITIES MATTERS
 *
 * It has no keys: it can be read, not written. */
#include "node/node.h"
#include "sync/member.h"
#include "tests/support/year.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void must(enum ys_code code, const struct ys_err *err)
{
    if (code == YS_OK)
        return;
    fprintf(stderr, "year_home: %s: %s\n", ys_code_name(code), err->msg);
    exit(1);
}

static void make(const struct ys_home *home, struct year *year)
{
    char path[PATH_MAX];
    struct ys_err err = {0};
    struct ys_identity identity;
    struct ys_store *store = NULL;
    struct ys_config config = {.name = "District"};
    struct ys_root_chain roots = {.policy = {*year_root(year)}, .count = 1};
    year_identity(year, 0, &identity);
    memcpy(config.deployment, identity.origin.deployment, sizeof config.deployment);
    config.division = identity.origin.division;
    ys_home_path(home, "store", path);
    if (mkdir(home->path, 0700) != 0 || mkdir(path, 0700) != 0)
        must(YS_IO, &err);
    must(ys_config_create(home, &config, &err), &err);
    must(ys_roots_pin(home, &roots, &err), &err);
    must(ys_store_create(path, &identity, &err), &err);
    must(ys_store_open(path, 0, &store, &err), &err);
    printf("%zu\n", year_fill(year, 0, store));
    ys_store_close(store);
}

int main(int argc, char *argv[])
{
    struct ys_err err = {0};
    struct ys_home home;
    if (argc != 6 || sodium_init() < 0) {
        fprintf(stderr, "year_home HOME SEED STREETS COMMUNITIES MATTERS\n");
        return 2;
    }
    const struct year_options options = {.seed = strtoull(argv[2], NULL, 10),
                                         .streets = (unsigned)strtoul(argv[3], NULL, 10),
                                         .communities = (unsigned)strtoul(argv[4], NULL, 10),
                                         .matters = (unsigned)strtoul(argv[5], NULL, 10),
                                         .year = 2026};
    must(ys_home_choose(argv[1], &home, &err), &err);
    struct year *const year = year_new(&options);
    make(&home, year);
    year_free(year);
    return 0;
}
