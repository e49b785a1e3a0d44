/* What the log shows of a vCPU whose domain crashed. */
#include "vmm/arch.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/log.h"
#include "x86/desc.h"

#define CRASH_WORDS 32

/* Logs the registers, and the words that the stack pointer points to. */
void arch_log_guest(struct vcpu *v) {
  const struct cpu_regs *r = v->regs;
  log_line("  d%u v%u: cs:eip %04x:%08x ss:esp %04x:%08x eflags %08x", v->domain->id, v->id, r->cs, r->eip,
           r->ss, r->esp, r->eflags);
  log_line("  eax %08x ebx %08x ecx %08x edx %08x", r->eax, r->ebx, r->ecx, r->edx);
  log_line("  esi %08x edi %08x ebp %08x cr2 %08x", r->esi, r->edi, r->ebp, v->info->arch.cr2);
  log_line("  ds %04x es %04x fs %04x gs %04x base table %x upcall mask %u", r->ds, r->es, r->fs, r->gs,
           v->arch.base.n, v->info->evtchn_upcall_mask);
  u32 base, words[4];
  if (v != current || !selector_base(v, r->ss, &base)) return;
  for (u32 at = 0; at < CRASH_WORDS * 4; at += sizeof(words)) {
    if (copy_from_guest(words, base + r->esp + at, sizeof(words))) {
      log_line("  [%08x] not mapped", r->esp + at);
      return;
    }
    log_line("  [%08x] %08x %08x %08x %08x", r->esp + at, words[0], words[1], words[2], words[3]);
  }
}
