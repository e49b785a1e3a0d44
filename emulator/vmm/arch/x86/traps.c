/* Everything that arrives through the IDT: exceptions, interrupts and hypercalls. */
#include "x86/traps.h"

#include "vmm/continuation.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/log.h"
#include "vmm/runqueue.h"
#include "vmm/sched.h"
#include "vmm/time.h"
#include "vmm/trace.h"
#include "x86/bounce.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/emulate.h"
#include "x86/guest_mode.h"
#include "x86/interrupts.h"
#include "x86/pic.h"
#include "x86/vectors.h"

#define ERROR_EXTERNAL 1
#define ERROR_IDT      2

struct fixup {
  u32 from, to;
};
extern const struct fixup fixup_table_start[], fixup_table_end[];

/* Where the code that faulted at `eip` in ring 0 continues, or 0. */
static u32 fault_fixup(u32 eip) {
  for (const struct fixup *f = fixup_table_start; f < fixup_table_end; f++)
    if (f->from == eip) return f->to;
  return 0;
}

static void vmm_fault(struct cpu_regs *regs) {
  u32 to = fault_fixup(regs->eip);
  if (to == 0)
    vmm_bug(
        "trap %u, error code %x, at %08x in ring 0; eax %08x ebx %08x ecx %08x edx %08x esi %08x edi %08x "
        "ebp %08x cr2 %08x cr3 %08x",
        regs->entry_vector, regs->error_code, regs->eip, regs->eax, regs->ebx, regs->ecx, regs->edx,
        regs->esi, regs->edi, regs->ebp, read_cr2(), read_cr3());
  regs->eip = to;
}

/*
 * INT n of a guest is a #GP that names the IDT entry. The DPL that counts is the one that the guest
 * registered.
 */
always_inline bool software_interrupt(struct vcpu *v, struct cpu_regs *regs) {
  if ((regs->error_code & (ERROR_IDT | ERROR_EXTERNAL)) != ERROR_IDT) return false;
  u32 vector = regs->error_code >> 3;
  u32 dpl = v->traps[vector].flags & TRAP_DPL_MASK;
  if (dpl < (regs->cs & 3u)) return false;
  regs->eip += 2;
  bounce_trap(v, regs, vector, 0);
  return true;
}

always_inline void general_protection(struct vcpu *v, struct cpu_regs *regs) {
  if (software_interrupt(v, regs)) return;
  if (regs->error_code == 0 && emulate_privileged(v, regs)) return;
  bounce_trap(v, regs, VECTOR_GP, regs->error_code);
}

always_inline void guest_exception(struct vcpu *v, struct cpu_regs *regs) {
  switch (regs->entry_vector) {
  case VECTOR_GP:
    return general_protection(v, regs);
  case VECTOR_UD:
    if (emulate_forced_cpuid(v, regs)) return;
    break;
  case VECTOR_PF:
    v->info->arch.cr2 = read_cr2();
    break;
  case VECTOR_DB: {
    u32 dr6;
    asm volatile("mov %%dr6, %0" : "=r"(dr6));
    v->arch.debugreg[6] = dr6;
    break;
  }
  }
  bounce_trap(v, regs, regs->entry_vector, regs->error_code);
}

in_registers(1) void trap_dispatch(struct cpu_regs *regs) {
  u32 vector = regs->entry_vector;
  if (vector >= PIC_VECTOR)
    interrupt(vector - PIC_VECTOR);
  else if (vector == VECTOR_NMI)
    log_line("NMI ignored");
  else if (guest_mode(regs))
    guest_exception(current, regs);
  else
    vmm_fault(regs);
}

#define INT_BYTES 2 /* int 0x82 */

/* Sends the guest back to its instruction. A call is one row of a trace, however many parts it has. */
static void make_again(struct vcpu *v, struct cpu_regs *regs) {
  regs->eax |= v->again;
  regs->eip -= INT_BYTES;
  v->again = 0;
  v->interrupted_calls++;
}

/* The guest's instruction has made an interrupted call again, which was traced when it began. */
static void hypercall_go_on(struct vcpu *v, struct cpu_regs *regs) {
  const u32 nr = regs->eax;
  int result = hypercall_dispatch(nr, &regs->ebx);
  v->progress = 0;
  if (v->again) return make_again(v, regs);
  regs->eax = result;
  trace_hypercall_exit(v, nr, result);
}

in_registers(1) void hypercall_entry(struct cpu_regs *regs) {
  struct vcpu *v = current;
  if (unlikely(regs->eax & CALL_CONTINUED) && call_resume(v, regs)) return hypercall_go_on(v, regs);
  const u32 nr = regs->eax, *args = &regs->ebx; /* EBX ECX EDX ESI EDI EBP, as they lie in the frame */
  trace_hypercall_enter(v, nr, regs);
  int result = hypercall_dispatch(nr, args);
  if (unlikely(v->again)) return make_again(v, regs);
  regs->eax = result;
  trace_hypercall_exit(v, nr, result);
}

/*
 * The guest could not be resumed. Its failsafe callback gets the frame, unless the return to the callback
 * would fail as well. In that case the frame would be written again and again, each below the last, through
 * all of the guest's memory.
 */
in_registers(1) void failsafe_entry(struct cpu_regs *regs) {
  struct vcpu *v = current;
  const struct xen_callback *callback = &v->arch.failsafe;
  u32 ss = guest_kernel_mode(regs) ? regs->ss : v->arch.kernel_ss;
  const char *problem = callback->cs & ~3 ? return_problem(v, callback->cs, callback->eip, ss) : NULL;
  if (problem)
    domain_crash(v->domain, "failsafe callback: %s (%04x:%08x with stack %04x)", problem, callback->cs,
                 callback->eip, ss);
  else
    bounce_failsafe(v, regs);
}

/*
 * The last work before the guest runs, done if entry.S found a reason: first let others run, and then tell
 * the guest what has happened.
 */
in_registers(1) void exit_work(struct cpu_regs *regs) {
  struct vcpu *v = current;
  while (v->domain->dying || (sched_wanted && timer_slice_over()))
    schedule();
  if (v->info->evtchn_upcall_pending && !v->info->evtchn_upcall_mask) {
    bounce_event(v, regs);
    while (v->domain->dying)
      schedule();
  }
}
