/* A draft as it lies in a file: still being written, or bound to a text and on its
 * way round those who sign it (draft_file.h).
 *
 * Drafts of the node lie in HOME/drafts, each under a number; any other file may be
 * named as well. What people write is JSON in which whole lines that begin with two
 * slashes say something to the reader, and a comma may stand behind the last member.
 *
 * Threads: main. Memory: heap. */
#ifndef YS_NODE_SHEET_H
#define YS_NODE_SHEET_H

#include "node/draft_file.h"

enum { YS_SHEETS_MAX = 256 };

struct ys_sheet {
    unsigned no;         /* its number in the home; 0 for another file */
    char path[PATH_MAX]; /* "-": standard input */
    bool bound;
    struct ys_draft draft;     /* unless bound */
    struct ys_draft_file file; /* if bound */
};
void ys_sheet_clear(struct ys_sheet *sheet);
#define YS_SHEET_SCOPED __attribute__((cleanup(ys_sheet_clear))) struct ys_sheet

/* The file that a number of a draft or a path means. YS_NOT_FOUND for a number that is none. */
YS_CHECKED enum ys_code ys_sheet_find(const struct ys_home *home, const char *word,
                                      struct ys_sheet *out, struct ys_err *err);
/* Read what ys_sheet_find found. Names of records are looked up (reference.h). Messages begin with the
 * path. */
YS_CHECKED enum ys_code ys_sheet_read(const struct ys_node *node, struct ys_sheet *sheet,
                                      struct ys_err *err);
/* Text of people to JSON. */
YS_CHECKED enum ys_code ys_sheet_json(struct ys_bytes text, json_t **out, struct ys_err *err);
/* A new number with this text; the path and number into `out`. */
YS_CHECKED enum ys_code ys_sheet_add(const struct ys_home *home, struct ys_bytes text,
                                     struct ys_sheet *out, struct ys_err *err);
/* Numbers that are there, ascending. YS_LIMIT when there are more than YS_SHEETS_MAX. */
YS_CHECKED enum ys_code ys_sheet_list(const struct ys_home *home, unsigned out[YS_SHEETS_MAX],
                                      size_t *count_out, struct ys_err *err);
/* The draft of the home that holds the same records as `file`. YS_NOT_FOUND. `out` is read; the caller
 * clears it. */
YS_CHECKED enum ys_code ys_sheet_twin(const struct ys_node *node, const struct ys_draft_file *file,
                                      struct ys_sheet *out, struct ys_err *err);
/* It is published, or thrown away: only a draft of the home goes. */
YS_CHECKED enum ys_code ys_sheet_remove(const struct ys_sheet *sheet, struct ys_err *err);
YS_CHECKED enum ys_code ys_sheet_remove_no(const struct ys_home *home, unsigned no,
                                           struct ys_err *err);

/* Bind a draft that is being written: the matter's number is given, if it is to be, and kept in the
 * draft; then the text is made. With `dry` nothing is given or kept. */
YS_CHECKED enum ys_code ys_sheet_bind(const struct ys_node *node, struct ys_sheet *sheet, bool dry,
                                      struct ys_written *out, struct ys_err *err);

#endif
