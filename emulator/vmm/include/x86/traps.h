/* Traps: how the VMM is entered, and how guests are told. */
#ifndef X86_TRAPS_H
#define X86_TRAPS_H

#include "public/trap.h"
#include "vmm/types.h"

struct vcpu;

/* Called by entry.S. */
void trap_dispatch(struct cpu_regs *regs);
void hypercall_entry(struct cpu_regs *regs);
void exit_work(struct cpu_regs *regs);
void failsafe_entry(struct cpu_regs *regs);

static inline bool guest_mode(const struct cpu_regs *regs) {
  return (regs->cs & 3) != 0;
}

static inline bool guest_kernel_mode(const struct cpu_regs *regs) {
  return (regs->cs & 3) == 1;
}

/* Makes the guest continue at its handler for `vector`, with the frame of its ABI. */
void bounce_trap(struct vcpu *v, struct cpu_regs *regs, u32 vector, u32 error_code);
void bounce_event(struct vcpu *v, struct cpu_regs *regs);
void bounce_failsafe(struct vcpu *v, struct cpu_regs *regs);

/* Emulates the privileged instruction at EIP; false: not one, bounce the #GP. */
bool emulate_privileged(struct vcpu *v, struct cpu_regs *regs);
/* `ud2a; "xen"; cpuid`; false: an ordinary #UD. */
bool emulate_forced_cpuid(struct vcpu *v, struct cpu_regs *regs);
/* IN and OUT of a guest. */
bool emulate_io(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length);

/* Where a fault at `eip` in ring 0 continues, or 0. */
u32 fault_fixup(u32 eip);
void serial_interrupt(void);
void timer_interrupt(void);

#endif
