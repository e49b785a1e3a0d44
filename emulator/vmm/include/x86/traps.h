/* Traps: how the VMM is entered. */
#ifndef X86_TRAPS_H
#define X86_TRAPS_H

#include "public/trap.h"
#include "vmm/types.h"

/* Called by entry.S. */
void trap_dispatch(struct cpu_regs *regs);
void hypercall_entry(struct cpu_regs *regs);
void exit_work(struct cpu_regs *regs);
void failsafe_entry(struct cpu_regs *regs);

#endif
