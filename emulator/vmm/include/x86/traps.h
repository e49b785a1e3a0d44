/* Traps: the ways into the VMM. */
#ifndef X86_TRAPS_H
#define X86_TRAPS_H

#include "public/trap.h"
#include "vmm/types.h"

/* Called by entry.S. */
in_registers(1) void trap_dispatch(struct cpu_regs *regs);
in_registers(1) void hypercall_entry(struct cpu_regs *regs);
in_registers(1) void exit_work(struct cpu_regs *regs);
in_registers(1) void failsafe_entry(struct cpu_regs *regs);

#endif
