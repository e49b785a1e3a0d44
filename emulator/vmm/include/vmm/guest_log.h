/*
 * Lines of the log that a guest causes, as often as it likes: it may have a few hundred at once and then some
 * each second. What is left out is counted, and the count is logged. `guest-log=all` on the VMM's command
 * line lifts this.
 */
#ifndef VMM_GUEST_LOG_H
#define VMM_GUEST_LOG_H

#include "vmm/types.h"

struct domain;

/* A domain's share of the log. */
struct guest_log {
  u64 counted; /* system time up to which `used` has been worked off */
  u32 used;    /* lines, of those that it may have at once */
  u32 left_out;
  bool told; /* that lines are left out */
};

/* "d1: refused: frame 100 is the VMM's" for ("refused", "frame 100 is the VMM's"). */
void guest_log(struct domain *d, const char *what, const char *text);
/* Logs how many lines were left out, if any were. */
void guest_log_end(struct domain *d);

#endif
