/* Another process of this machine, as the system tells of it.
 *
 * Threads: any. Memory: none. */
#ifndef YS_NODE_PROCESS_H
#define YS_NODE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Plain value. */
struct ys_process {
    bool stopped; /* by a signal or a debugger */
    uint64_t age_s;
};
/* False when there is no such process, or nothing may be known of it. */
bool ys_process_look(int64_t pid, struct ys_process *out);

#endif
