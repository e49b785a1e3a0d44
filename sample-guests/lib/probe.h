/*
 * Probes: instructions that may be refused. Each is in a function of its own, so that a trap handler can tell
 * by EIP which of them trapped, and continue after it. A probe returns 0, or, when it was refused, what the
 * handler left in EAX (PROBE_REFUSED).
 */
#ifndef LIB_PROBE_H
#define LIB_PROBE_H

#define PROBE_REFUSED 1

#include "base.h"

struct probe {
  u32 instruction; /* the address where it traps */
  u32 resume;      /* and where to go on */
  const char *name;
};

/*
 * The probe that trapped with this EIP (that of a fault, or of the instruction after a trap); NULL if there
 * is none.
 */
const struct probe *probe_at(u32 eip);

/* Prints what a probe returned. */
void probe_report(u32 refused);

u32 probe_read(const volatile void *address);
u32 probe_write(volatile void *address, u32 value);
u32 probe_breakpoint(void);

#endif
