/* Rings 0 and 3 for the kernels that cross between them: flat segments, a TSS, gates. Interrupts stay off. */
#pragma once

#include "bench.h"

/* What a gate pushed before it called its C function, and what the stub gives back afterwards. */
struct trap_frame {
  u32 es, ds;
  u32 edi, esi, ebp, unused_esp, ebx, edx, ecx, eax;
  u32 error_code;
  u32 eip, cs, eflags, esp, ss;
};

/* What the gates call. A kernel defines the one that it uses; the other ends the machine. */
void on_system_call(struct trap_frame *frame);
void on_page_fault(struct trap_frame *frame);

/* Loads GDT, IDT and TSS. INT 0x80 has DPL 3. */
void rings_init(void);

/* Runs `work` in ring 3 on a stack of its own; its result. */
u32 rings_call_user(u32 (*work)(void));

static inline u32 rings_system_call(u32 number, u32 argument) {
  u32 result;

  asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(argument) : "memory");
  return result;
}
