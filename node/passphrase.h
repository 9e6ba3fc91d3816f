/* Passphrases: from a file, a descriptor or a terminal, never from the command
 * line or the environment; wiped after use.
 *
 * Threads: main only (the terminal). Memory: the caller's structs. */
#ifndef YS_NODE_PASSPHRASE_H
#define YS_NODE_PASSPHRASE_H

#include "crypto/bytes.h"
#include "crypto/err.h"
#include "node/args.h"

enum { YS_PASSPHRASE_MAX = 1023, YS_PASSPHRASE_FILES_MAX = 16 };

struct ys_passphrase {
    size_t size; /* at least 1 */
    char bytes[YS_PASSPHRASE_MAX + 1];
};
void ys_passphrase_clear(struct ys_passphrase *passphrase);
#define YS_PASSPHRASE_SCOPED __attribute__((cleanup(ys_passphrase_clear))) struct ys_passphrase
struct ys_bytes ys_passphrase_bytes(const struct ys_passphrase *passphrase);

/* First line of a file. YS_IO when there is none, YS_REFUSED when others may read it, YS_MALFORMED
 * for an empty line or a NUL, YS_LIMIT. */
YS_CHECKED enum ys_code ys_passphrase_from_file(const char *path, struct ys_passphrase *out,
                                                struct ys_err *err);
/* First line that the descriptor gives; nothing behind it is read. */
YS_CHECKED enum ys_code ys_passphrase_from_fd(int fd, struct ys_passphrase *out,
                                              struct ys_err *err);
/* Ask on the terminal with echo off; twice, until both agree, when it is a new one. YS_REFUSED when
 * standard input is no terminal. */
YS_CHECKED enum ys_code ys_passphrase_ask(const char *prompt, bool is_new,
                                          struct ys_passphrase *out, struct ys_err *err);

/* Where the passphrases of one command come from: "--passphrase-file F" for every key,
 * "--passphrase-file rc=F" for one, "--passphrase-fd N" for every key. Texts are borrowed. */
struct ys_passphrases {
    size_t file_count;
    const char *file[YS_PASSPHRASE_FILES_MAX]; /* as given */
    struct ys_passphrase shared;               /* read from the descriptor */
};
void ys_passphrases_clear(struct ys_passphrases *from);
#define YS_PASSPHRASES_SCOPED __attribute__((cleanup(ys_passphrases_clear))) struct ys_passphrases

YS_CHECKED enum ys_code ys_passphrases_add_file(struct ys_passphrases *from, const char *text,
                                                struct ys_err *err);
/* Reads it now. YS_USAGE for a text that is no number. */
YS_CHECKED enum ys_code ys_passphrases_add_fd(struct ys_passphrases *from, const char *text,
                                              struct ys_err *err);
/* All that the options --passphrase-file and --passphrase-fd give; nothing without them. */
YS_CHECKED enum ys_code ys_passphrases_of_args(const struct ys_args *args,
                                               struct ys_passphrases *out, struct ys_err *err);
/* The passphrase of one body's key (or "root", "node"): its own file, else the common file or
 * descriptor, else the terminal. `what` stands in the prompt. */
YS_CHECKED enum ys_code ys_passphrases_get(const struct ys_passphrases *from, const char *body,
                                           const char *what, bool is_new, struct ys_passphrase *out,
                                           struct ys_err *err);

#endif
