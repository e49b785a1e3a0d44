/*
 * The privileged instructions of a ring-1 kernel, which arrive as #GP(0). An instruction that is not emulated
 * here is reflected to the guest as #GP; among them are HLT, INVD and LMSW, for which there are hypercalls.
 */
#include "x86/emulate.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/string.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/guest_mode.h"
#include "x86/mm.h"

#define FORCED_PREFIX 5 /* ud2a "xen" */

/* Fetches as many bytes of code at EIP as can be read. The rest is 0. */
static void fetch(struct vcpu *v, const struct cpu_regs *regs, u8 code[INSTRUCTION_MAX]) {
  u32 base, length = INSTRUCTION_MAX;
  memset(code, 0, INSTRUCTION_MAX);
  if (!selector_base(v, regs->cs, &base)) return;
  while (length > 0 && copy_from_guest(code, base + regs->eip, length))
    length--;
}

/* A kernel's privilege level counts as 1, or as 0 if it has asked for the architecture's rules. */
static bool iopl_allows(const struct vcpu *v, const struct cpu_regs *regs) {
  const u32 kernel = v->domain->vm_assist & 1u << VMASST_TYPE_architectural_iopl ? 0 : 1;
  return v->arch.iopl >= (guest_kernel_mode(regs) ? kernel : 3);
}

/* CLI and STI have the guest's meaning: its mask of upcalls is its interrupt flag. */
static bool set_upcall_mask(struct vcpu *v, const struct cpu_regs *regs, u8 mask) {
  if (!iopl_allows(v, regs)) return false;
  v->info->evtchn_upcall_mask = mask;
  return true;
}

bool emulate_privileged(struct vcpu *v, struct cpu_regs *regs) {
  u8 code[INSTRUCTION_MAX];
  u32 length = 1;
  bool done;
  fetch(v, regs, code);
  switch (code[0]) {
  case 0xfa:
    done = set_upcall_mask(v, regs, 1);
    break;
  case 0xfb:
    done = set_upcall_mask(v, regs, 0);
    break;
  case 0x0f:
    done = guest_kernel_mode(regs) && emulate_control(v, regs, code, &length);
    break;
  default:
    done = iopl_allows(v, regs) && emulate_io(v, regs, code, &length);
  }
  if (done) regs->eip += length;
  return done;
}

/* Features that a guest must not find, because they are the VMM's or need its help. */
#define CPUID1_EDX_HIDDEN                                                                                    \
  (1u << 1 | 1u << 3 | 1u << 7 | 1u << 9 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17 | 1u << 0 |  \
   1u << 23 | 1u << 24 | 1u << 25 | 1u << 26)
#define HYPERVISOR_LEAF 0x40000000

static struct cpuid guest_cpuid(u32 leaf) {
  struct cpuid r = {0, 0, 0, 0};
  switch (leaf) {
  case HYPERVISOR_LEAF:
    /* The signature that guests look for, in EBX ECX EDX. */
    return (struct cpuid){HYPERVISOR_LEAF + 2, 0x566e6558, 0x65584d4d, 0x4d4d566e};
  case HYPERVISOR_LEAF + 1:
    return (struct cpuid){4 << 16 | 2, 0, 0, 0};
  case HYPERVISOR_LEAF + 2:
    return (struct cpuid){1, 0x40000000, 0, 0};
  case 1:
    r = cpuid(1);
    r.edx &= ~CPUID1_EDX_HIDDEN;
    r.ecx = 0;
    return r;
  default:
    return leaf - HYPERVISOR_LEAF < 0x100 ? r : cpuid(leaf);
  }
}

bool emulate_forced_cpuid(struct vcpu *v, struct cpu_regs *regs) {
  static const u8 wanted[] = {0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2};
  u8 code[INSTRUCTION_MAX];
  fetch(v, regs, code);
  if (memcmp(code, wanted, sizeof(wanted)) != 0) return false;
  struct cpuid r = guest_cpuid(regs->eax);
  regs->eax = r.eax;
  regs->ebx = r.ebx;
  regs->ecx = r.ecx;
  regs->edx = r.edx;
  regs->eip += sizeof(wanted);
  return true;
}
