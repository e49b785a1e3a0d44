/* The processor's part of a vCPU. */
#ifndef X86_DOMAIN_H
#define X86_DOMAIN_H

#include "public/layout.h"
#include "public/trap.h"
#include "vmm/types.h"

struct arch_vcpu {
  u32 vmm_esp; /* where arch_switch left this vCPU */
  u8 *stack;
  mfn_t base; /* L3 table, held with a type reference */
  u32 kernel_ss, kernel_sp;
  struct xen_callback event, failsafe;
  u32 area;     /* index of its GDT area */
  u32 gdt_ents; /* entries of the guest's own GDT */
  mfn_t gdt_frames[FIRST_RESERVED_GDT_PAGE];
  u32 ldt_base, ldt_ents;
  u32 iopl;           /* virtual */
  bool task_switched; /* virtual CR0.TS */
  u32 debugreg[8];
};

#endif
