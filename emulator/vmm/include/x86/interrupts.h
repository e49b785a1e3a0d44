/* Interrupts of the machine's devices. */
#ifndef X86_INTERRUPTS_H
#define X86_INTERRUPTS_H

#include "vmm/types.h"

void interrupt(u32 irq);

#endif
