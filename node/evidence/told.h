/* A record for people who read it without this program: JSON, and text with the Chinese
 * names of its fields. Threads: one. Memory: none kept. */
#ifndef YS_NODE_EVIDENCE_TOLD_H
#define YS_NODE_EVIDENCE_TOLD_H

#include "node/evidence/parcel.h"
#include "node/exhibit.h"

/* <folder>/record.json and <folder>/record.txt; the exhibit was loaded with its body. */
YS_CHECKED enum ys_code ys_told_write(const struct ys_exhibit *exhibit, const char *folder,
                                      struct ys_parcel *parcel, struct ys_err *err);

#endif
