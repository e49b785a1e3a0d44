/* A return that the VMM's own IRET cannot make, and what the kernel is told about it (failsafe.inc). */
#ifndef LIB_PV_FAILSAFE_H
#define LIB_PV_FAILSAFE_H

#include "base.h"

/* What IRET takes from the stack. */
struct return_frame {
  u32 eip, cs, eflags, esp, ss;
};

/* The VMM puts the selectors below the frame. */
struct failsafe_frame {
  u32 ds, es, fs, gs;
  struct return_frame frame;
};

extern char failsafe_entry[], trap_stack_top[];
_Noreturn void return_to(const struct return_frame *frame);

/* Defined by the kernel and called by the stub, with events masked. There is nothing to return to. */
void failsafe(const struct failsafe_frame *frame);

#define EFLAGS_IF 0x200

#endif
