/* The two-byte privileged instructions of a ring-1 kernel: control and debug registers, CLTS, WBINVD, MSRs.
 */
#include "public/layout.h"
#include "public/mmu.h"
#include "vmm/continuation.h"
#include "vmm/domain.h"
#include "vmm/refuse.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/emulate.h"
#include "x86/mm.h"

/* The general register that ModRM's number names. */
static u32 *register_slot(struct cpu_regs *regs, u32 number) {
  u32 *const slots[] = {&regs->eax, &regs->ecx, &regs->edx, &regs->ebx,
                        &regs->esp, &regs->ebp, &regs->esi, &regs->edi};
  return slots[number & 7];
}

static u32 guest_cr0(const struct vcpu *v) {
  return (read_cr0() & ~(CR0_TS | CR0_EM)) | (v->arch.task_switched ? CR0_TS : 0);
}

/* The processor's CR4, except for the bits that are the guest's. Global pages belong to the VMM. */
static u32 guest_cr4(const struct vcpu *v) {
  return (read_cr4() & ~(CR4_PGE | CR4_GUEST)) | v->arch.cr4;
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
    *to = guest_cr4(v);
    return true;
  default:
    return false;
  }
}

/*
 * The new table may take long to validate, and the old one to take apart. In that case the guest executes its
 * instruction again.
 */
static bool move_to_cr3(struct vcpu *v, u32 value, u32 *length) {
  int error = tables_settle(v->domain);
  if (!error) error = set_base(v, MFN(xen_cr3_to_pfn(value)));
  if (error == -XEN_ERESTART)
    *length = 0;
  else
    tables_settle(v->domain);
  return error == 0 || error == -XEN_ERESTART;
}

/* Other bits keep their value. The guest is not told so, but the log is. */
static void move_to_cr4(struct vcpu *v, u32 value) {
  const u32 kept = (value ^ guest_cr4(v)) & ~CR4_GUEST;
  if (kept) refuse(0, "mov to CR4: bits %x keep their value", kept);
  v->arch.cr4 = value & CR4_GUEST;
  descriptors_load_cr4(v);
}

/* Only TS in CR0 is the guest's. Writing a value that is there already is no error. */
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
    move_to_cr4(v, value);
    return true;
  default:
    return false;
  }
}

/* Debug registers keep what was written, but watch nothing. */
static bool move_debug(struct vcpu *v, struct cpu_regs *regs, u8 modrm, bool write) {
  u32 number = modrm >> 3 & 7;
  if (number == 4 || number == 5) return false;
  if (write)
    v->arch.debugreg[number] = *register_slot(regs, modrm);
  else
    *register_slot(regs, modrm) = v->arch.debugreg[number];
  return true;
}

/* EFER has the value that the VMM set. Writing another value is logged and has no effect. */
static bool move_msr(struct cpu_regs *regs, bool write) {
  if (regs->ecx != MSR_EFER || !has_efer()) return false;
  const u64 value = rdmsr(MSR_EFER), wanted = (u64)regs->edx << 32 | regs->eax;
  if (write && wanted != value) refuse(0, "wrmsr: EFER keeps its value: %llx, not %llx", value, wanted);
  if (write) return true;
  regs->eax = (u32)value;
  regs->edx = (u32)(value >> 32);
  return true;
}

/* RDTSC arrives here if the guest has set CR4.TSD. Its kernel may execute it. */
static bool read_tsc(struct cpu_regs *regs) {
  const u64 tsc = rdtsc();
  regs->eax = (u32)tsc;
  regs->edx = (u32)(tsc >> 32);
  return true;
}

bool emulate_control(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length) {
  *length = 2;
  switch (code[1]) {
  case 0x06: /* clts */
    v->arch.task_switched = false;
    return true;
  case 0x09: /* wbinvd */
    return true;
  case 0x30:
    return move_msr(regs, true);
  case 0x31:
    return read_tsc(regs);
  case 0x32:
    return move_msr(regs, false);
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
    return false;
  }
}
