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
  u64 direct_gate; /* the IDT's for int 0x80; 0: by way of the VMM */
  struct xen_callback event, failsafe;
  bool failsafe_masks_events;
  u32 area;     /* index of its GDT area */
  u32 gdt_ents; /* entries of the guest's own GDT */
  mfn_t gdt_frames[FIRST_RESERVED_GDT_PAGE];
  u32 ldt_base, ldt_ents;
  u32 iopl;           /* virtual */
  bool task_switched; /* virtual CR0.TS */
  u32 cr4;            /* the bits of CR4 that are the guest's: CR4_GUEST */
  u32 debugreg[8];
};

/*
 * Tables that are being taken apart; the last one comes first. There is room for an L3, an L2 of it, an L2 to
 * which that refers, and more.
 */
#define DOOMED_MAX 8

struct arch_domain {
  mfn_t doomed[DOOMED_MAX];
  u32 nr_doomed;
  /* How far the release of a dead domain has come. */
  enum release_stage { RELEASE_VCPUS, RELEASE_TABLES, RELEASE_FRAMES } release_stage;
  u32 release_next; /* frame number */
};

#endif
