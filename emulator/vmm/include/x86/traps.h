/* Traps: how the VMM is entered, and how guests are told. */
#ifndef X86_TRAPS_H
#define X86_TRAPS_H

#include "public/trap.h"
#include "vmm/types.h"

struct vcpu;

enum vector {
  VECTOR_DB = 1,
  VECTOR_NMI = 2,
  VECTOR_UD = 6,
  VECTOR_GP = 13,
  VECTOR_PF = 14,
};

/* Bits of a page fault's error code. */
#define PF_PRESENT 1
#define PF_WRITE   2
#define PF_USER    4

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
/* A 0F opcode of ring 1; *length counts the whole instruction, 0: it is to be executed again. */
bool emulate_control(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length);
/*
 * IN, OUT, INS and OUTS of a guest; `code` has INSTRUCTION_MAX bytes. Also true
 * after a page fault of theirs that was bounced.
 */
#define INSTRUCTION_MAX 15
bool emulate_io(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length);

/* Where a fault at `eip` in ring 0 continues, or 0. */
u32 fault_fixup(u32 eip);
void serial_interrupt(void);
void timer_interrupt(void);

#endif
