/* A QR code as SVG in a page. Threads: any. Memory: libqrencode's, freed before return. */
#ifndef YS_NODE_PAPER_QR_H
#define YS_NODE_PAPER_QR_H

#include <stdbool.h>
#include <stdio.h>

/* The bytes of `text`, error correction L. False, and nothing is written, when it is too long (2,953 bytes) or there
 * is no memory. */
bool ys_qr_put(FILE *out, const char *text);

#endif
