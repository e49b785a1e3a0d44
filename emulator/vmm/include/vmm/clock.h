/* System time: nanoseconds since boot, from the TSC. */
#ifndef VMM_CLOCK_H
#define VMM_CLOCK_H

#include "vmm/types.h"

/* ns = ((tsc - base) << shift) * mul >> 32, for shift >= 0; >> -shift else. */
struct time_scale {
  u32 mul;
  s8 shift;
  u64 base; /* TSC at system time 0 */
};
extern struct time_scale time_scale; /* measured by arch/ at the start */

u64 time_now(void);

#endif
