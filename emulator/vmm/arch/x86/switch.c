/* Switching from one vCPU to another: descriptors, address space and VMM stack. */
#include "vmm/arch.h"
#include "vmm/domain.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/mm.h"

void stack_switch_to(u32 *save_esp, u32 esp);

static u32 idle_esp;

void arch_switch(struct vcpu *prev, struct vcpu *next) {
  if (next) {
    descriptors_load(next);
    write_cr3(next->arch.base.n << PAGE_SHIFT);
  } else {
    write_cr3((u32)idle_l3 - VMM_OFFSET);
  }
  tlb_clock++;
  stack_switch_to(prev ? &prev->arch.vmm_esp : &idle_esp, next ? next->arch.vmm_esp : idle_esp);
}
