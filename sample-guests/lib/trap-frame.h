/*
 * What a trap leaves on the kernel's stack, for kernels in ring 0 (bare) and in ring 1 (pv) alike. The
 * processor, or the VMM in its place, pushes the lower part of this picture, and the entry stub
 * (trap-entry.inc) the upper one. Low addresses come first.
 */
#ifndef LIB_TRAP_FRAME_H
#define LIB_TRAP_FRAME_H

#include "base.h"

struct trap_frame {
  u32 es, ds;
  u32 edi, esi, ebp, ignored_esp, ebx, edx, ecx, eax; /* as PUSHA leaves them */
  u32 vector;
  u32 error_code;
  u32 eip;
  u32 cs; /* pv, through the VMM: bits 16-23 hold the saved upcall mask */
  u32 eflags;
  u32 esp, ss; /* only when the trap came from an outer ring */
};

_Static_assert(offsetof(struct trap_frame, vector) == 40, "TRAP_SAVE pushes ten words");

/*
 * Flags that must be left out when EFLAGS of frames are compared: CF PF AF ZF SF OF, which the code before
 * left, and RF, which processors set in the frame of a fault and QEMU does not.
 */
#define EFLAGS_VARYING 0x108d5u

#endif
