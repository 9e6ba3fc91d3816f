/* A page of HTML to be printed on A4: self-contained (no script, no address, no foreign font), with one
 * style sheet for all papers of a node. Whatever text goes in is escaped here, at the last step, and nowhere
 * before; characters that turn the direction of writing are left out.
 *
 * Threads: main. Memory: the caller's stream; ys_page_finish sees whether all was written. */
#ifndef YS_NODE_PAPER_PAGE_H
#define YS_NODE_PAPER_PAGE_H

#include "crypto/err.h"

#include <stdint.h>
#include <stdio.h>

/* Classes that the style sheet knows: h1 (title of an official paper), .lead (一、主持人), .field, .note, .sign (at the
 * lower right), .sheet (one page), .grid (slips or papers, cut along the lines), .cell, .mono, table. */
void ys_page_begin(FILE *out, const char *title);
void ys_page_end(FILE *out);

/* Markup of ours, as it is. */
void ys_page_put(FILE *out, const char *markup);
/* Text of anybody; a line feed becomes a break. */
void ys_page_text(FILE *out, const char *text);
/* A paragraph for each line. */
void ys_page_paragraphs(FILE *out, const char *text);
/* <p class="field"><b>name</b>text</p> */
void ys_page_field(FILE *out, const char *name, const char *text);
/* 2026年11月25日, and with the time of day 09:30 in Shanghai; "" for what is no day. */
enum { YS_PAGE_DAY_MAX = 64 };
void ys_page_day(uint32_t yyyymmdd, char out[YS_PAGE_DAY_MAX]);
void ys_page_time(int64_t unix_ms, char out[YS_PAGE_DAY_MAX]);

/* Into a new private file, which replaces `path` when all of it is on the disk; "-" is standard output.
 * ys_page_open and ys_page_finish are a pair; `stream` is of memory. */
struct ys_page_file {
    const char *path;
    char *text;
    size_t size;
    FILE *stream;
};
YS_CHECKED enum ys_code ys_page_open(const char *path, struct ys_page_file *out,
                                     struct ys_err *err);
/* Closes in every case, and wipes what was in memory. */
YS_CHECKED enum ys_code ys_page_finish(struct ys_page_file *file, struct ys_err *err);
void ys_page_abort(struct ys_page_file *file);

#endif
