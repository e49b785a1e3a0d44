/*
 * Privileged instructions of a ring-1 kernel, which arrive as #GP(0). What is
 * not emulated here goes back to the guest as #GP.
 */
#include "public/layout.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/hypercall.h"
#include "vmm/log.h"
#include "vmm/sched.h"
#include "vmm/string.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/mm.h"
#include "x86/traps.h"

#define INSTRUCTION_MAX 15
#define FORCED_PREFIX   5 /* ud2a "xen" */

/* As many bytes of code at EIP as can be read; the rest 0. */
static void fetch(struct vcpu *v, const struct cpu_regs *regs, u8 code[INSTRUCTION_MAX]) {
  u32 base, length = INSTRUCTION_MAX;
  memset(code, 0, INSTRUCTION_MAX);
  if (!selector_base(v, regs->cs, &base)) return;
  while (length > 0 && copy_from_guest(code, base + regs->eip, length))
    length--;
}

/* The general register that ModRM's number names. */
static u32 *register_slot(struct cpu_regs *regs, u32 number) {
  u32 *const slots[] = {&regs->eax, &regs->ecx, &regs->edx, &regs->ebx,
                        &regs->esp, &regs->ebp, &regs->esi, &regs->edi};
  return slots[number & 7];
}

static u32 guest_cr0(const struct vcpu *v) {
  return (read_cr0() & ~(CR0_TS | CR0_EM)) | (v->arch.task_switched ? CR0_TS : 0);
}

static bool move_from_control(struct vcpu *v, struct cpu_regs *regs, u8 modrm) {
  u32 *to = register_slot(regs, modrm);
  switch (modrm >> 3 & 7) {
  case 0:
    *to = guest_cr0(v);
    return true;
  case 2:
    *to = v->info->arch.cr2;
    return true;
  case 3:
    *to = xen_pfn_to_cr3(v->arch.base.n);
    return true;
  case 4:
    *to = read_cr4() & ~CR4_PGE;
    return true;
  default:
    return false;
  }
}

/* The new table may take long to validate, the old one to take apart: then the guest executes its instruction
 * again. */
static bool move_to_cr3(struct vcpu *v, u32 value, u32 *length) {
  int error = tables_settle(v->domain);
  if (!error) error = set_base(v, MFN(xen_cr3_to_pfn(value)));
  if (error == -XEN_ERESTART)
    *length = 0;
  else
    tables_settle(v->domain);
  return error == 0 || error == -XEN_ERESTART;
}

/* Of CR0 only TS is the guest's, of CR4 nothing: writing what is there already is no error. */
static bool move_to_control(struct vcpu *v, struct cpu_regs *regs, u8 modrm, u32 *length) {
  u32 value = *register_slot(regs, modrm);
  switch (modrm >> 3 & 7) {
  case 0:
    if ((value ^ guest_cr0(v)) & ~CR0_TS) return false;
    v->arch.task_switched = value & CR0_TS;
    return true;
  case 2:
    v->info->arch.cr2 = value;
    return true;
  case 3:
    return move_to_cr3(v, value, length);
  case 4:
    return value == (read_cr4() & ~CR4_PGE);
  default:
    return false;
  }
}

/* Debug registers hold what was written; nothing is watched. */
static bool move_debug(struct vcpu *v, struct cpu_regs *regs, u8 modrm, bool write) {
  u32 number = modrm >> 3 & 7;
  if (number == 4 || number == 5) return false;
  if (write)
    v->arch.debugreg[number] = *register_slot(regs, modrm);
  else
    *register_slot(regs, modrm) = v->arch.debugreg[number];
  return true;
}

/* Second byte of a 0F opcode; *length counts the whole instruction. */
static bool emulate_two_byte(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length) {
  bool register_form = (code[2] & 0xc0) == 0xc0;
  *length = 2;
  switch (code[1]) {
  case 0x06: /* clts */
    v->arch.task_switched = false;
    return true;
  case 0x08: /* invd */
  case 0x09: /* wbinvd */
    return true;
  case 0x01: /* lmsw r16 */
    *length = 3;
    if (!register_form || (code[2] >> 3 & 7) != 6) return false;
    v->arch.task_switched = *register_slot(regs, code[2]) & CR0_TS;
    return true;
  case 0x20:
    *length = 3;
    return move_from_control(v, regs, code[2]);
  case 0x22:
    *length = 3;
    return move_to_control(v, regs, code[2], length);
  case 0x21:
    *length = 3;
    return move_debug(v, regs, code[2], false);
  case 0x23:
    *length = 3;
    return move_debug(v, regs, code[2], true);
  default:
    return false; /* rdmsr and wrmsr among them */
  }
}

static bool iopl_allows(const struct vcpu *v, const struct cpu_regs *regs) {
  return v->arch.iopl >= (guest_kernel_mode(regs) ? 1u : 3u);
}

/* CLI and STI as the guest means them: the mask of upcalls is its interrupt flag. */
static bool set_upcall_mask(struct vcpu *v, const struct cpu_regs *regs, u8 mask) {
  if (!iopl_allows(v, regs)) return false;
  v->info->evtchn_upcall_mask = mask;
  return true;
}

static bool halt(struct vcpu *v, struct cpu_regs *regs) {
  if (!guest_kernel_mode(regs)) return false;
  regs->eip++;
  sched_block(v);
  regs->eip--;
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
  case 0xf4:
    done = halt(v, regs);
    break;
  case 0x0f:
    done = guest_kernel_mode(regs) && emulate_two_byte(v, regs, code, &length);
    break;
  default:
    done = iopl_allows(v, regs) && emulate_io(v, regs, code, &length);
  }
  if (done) regs->eip += length;
  return done;
}

/* Features that a guest must not find: they are the VMM's, or would need its help. */
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
