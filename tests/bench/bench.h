/* What the files of the benchmark's tool share: main.c lists the subcommands, one
 * file each carries some of them out. Each prints one JSON object.
 *
 * Whatever goes wrong ends the program with one line. Threads: main, but for
 * limits.c. Memory: until the end of the process. */
#ifndef YS_TESTS_BENCH_BENCH_H
#define YS_TESTS_BENCH_BENCH_H

#include "node/keystore.h"
#include "node/node.h"
#include "tests/support/scribe.h"

enum { BENCH_GROUP_MAX = 4096, BENCH_BODY_MAX = 4096 };

void bench_must(enum ys_code code, const struct ys_err *err);
/* A number of an argument; ends the program when it is none. */
uint64_t bench_number(const char *text);
/* Monotonic seconds; and those of the wall clock, which other processes can compare with. */
double bench_now(void);
double bench_wall(void);

/* --- write.c: records --- */
/* Random bytes for salts and names; the benchmark needs no seed. */
struct rng *bench_rng(void);
void bench_open(const char *home, struct ys_node *node);
/* The key of one body in a home, which has no passphrase. */
void bench_body_key(const struct ys_node *node, const char *body, struct ys_signer *out);
/* An acknowledgement whose body is `body_bytes` long, signed by one. */
void bench_record(const struct ys_name *origin, const struct ys_signer *signer, size_t body_bytes,
                  struct scribe_record *out);
/* The same as a message that node/author takes: valid until the next call. */
Yishi__V1__Body *bench_body(size_t body_bytes);

/* --- the subcommands: words behind the name of the subcommand --- */
int bench_record_size(char **words);
int bench_limits(char **words);
int bench_verify(char **words);
int bench_puts(char **words);
int bench_stock(char **words);
int bench_enrol(char **words);
int bench_mixed(char **words);
int bench_pages(char **words);
int bench_watch(char **words);
int bench_publish(char **words);

#endif
