/* Traps, callbacks and the registers of a guest. */
#ifndef PUBLIC_TRAP_H
#define PUBLIC_TRAP_H

#include "types.h"

/* trap_info.flags: bits 0-1 are the DPL for software interrupts, and bit 2 masks events on entry. */
#define TRAP_DPL_MASK    3
#define TRAP_MASK_EVENTS 4

/* One virtual IDT entry of set_trap_table; `address` 0 ends the list. */
struct trap_info {
  u8 vector;
  u8 flags;
  u16 cs;
  u32 address;
};

/*
 * The registers of an interrupted context, lowest address first as they lie on
 * the VMM's stack. EIP to SS is the processor's own frame; ESP to GS are there
 * only when the context was outside ring 0.
 */
struct cpu_regs {
  u32 ebx;
  u32 ecx;
  u32 edx;
  u32 esi;
  u32 edi;
  u32 ebp;
  u32 eax;
  u16 error_code;
  u16 entry_vector;
  u32 eip;
  u16 cs;
  u8 saved_upcall_mask;
  u8 pad0;
  u32 eflags;
  u32 esp;
  u16 ss, pad1;
  u16 es, pad2;
  u16 ds, pad3;
  u16 fs, pad4;
  u16 gs, pad5;
};

#define CALLBACKTYPE_event     0
#define CALLBACKTYPE_failsafe  1
#define CALLBACKTYPE_sysenter  5
#define CALLBACKTYPE_syscall32 7
#define CALLBACKOP_register    0
#define CALLBACKOP_unregister  1
#define CALLBACKF_mask_events  1

struct xen_callback {
  u32 cs;
  u32 eip;
};

struct callback_register {
  u16 type;
  u16 flags;
  struct xen_callback address;
};

struct callback_unregister {
  u16 type;
  u16 unused;
};

#endif
