/* Tells to whom a frame of registers belongs. */
#ifndef X86_GUEST_MODE_H
#define X86_GUEST_MODE_H

#include "public/trap.h"
#include "vmm/types.h"

static inline bool guest_mode(const struct cpu_regs *regs) {
  return (regs->cs & 3) != 0;
}

static inline bool guest_kernel_mode(const struct cpu_regs *regs) {
  return (regs->cs & 3) == 1;
}

#endif
