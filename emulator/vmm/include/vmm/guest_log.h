/*
 * Lines of the log that a guest may cause as often as it likes. It may write a few hundred at once, and then
 * some in each second. Lines that are left out are counted, and the count is logged. `guest-log=all` on the
 * VMM's command line removes the limit.
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

/* Logs "d1: refused: frame 100 is the VMM's" for ("refused", "frame 100 is the VMM's"). */
void guest_log(struct domain *d, const char *what, const char *text);
/* Logs how many lines were left out, if any were. */
void guest_log_end(struct domain *d);

#endif
