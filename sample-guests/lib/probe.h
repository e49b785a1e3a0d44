/*
 * Probes: instructions that may be refused. Each is a function of its own, so that
 * a trap handler can tell by EIP which of them trapped, and go on behind it. A probe
 * returns 0, or what the handler left in EAX (PROBE_REFUSED) when it was refused.
 */
#ifndef LIB_PROBE_H
#define LIB_PROBE_H

#define PROBE_REFUSED 1

#ifndef __ASSEMBLY__

#include "types.h"

struct probe {
    u32 instruction; /* the address where it traps */
    u32 resume;      /* and where to go on */
    const char *name;
};

/* The probe that trapped with this EIP (of a fault, or of the instruction after a trap); NULL if none did. */
const struct probe *probe_at(u32 eip);

u32 probe_read(const volatile void *address);
u32 probe_write(volatile void *address, u32 value);
u32 probe_breakpoint(void);

#else

/* Begins the function `name`; EAX is 0 and the arithmetic flags are known. */
.macro PROBE name
        .globl  \name
        .type   \name, @function
\name:
        .cfi_startproc
        xorl    %eax, %eax
.endm

/* Ends it: local label 1 is the instruction that traps; returns to the caller from 2. */
.macro PROBE_END name
2:      ret
        .cfi_endproc
        .size   \name, . - \name
        .pushsection .probes, "a"
        .long   1b, 2b, 3f
        .popsection
        .pushsection .rodata.probes, "a"
3:      .string "\name"
        .popsection
.endm

#endif
#endif
