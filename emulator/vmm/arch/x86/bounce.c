/*
 * Telling a guest: the frames of its ABI on its kernel stack.
 *
 * From the top: [ss esp, from ring 3] eflags (IF = events enabled)
 * cs | saved upcall mask << 16, eip, [error code]. The failsafe frame goes on
 * with gs fs es ds.
 */
#include "x86/bounce.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/log.h"
#include "vmm/trace.h"
#include "x86/cpu.h"
#include "x86/desc.h"
#include "x86/guest_mode.h"

#define FRAME_WORDS 10

/* Words of a frame, written upwards from the lowest. */
struct bounce_frame {
  u32 words[FRAME_WORDS];
  u32 count;
};

static void frame_add(struct bounce_frame *frame, u32 word) {
  frame->words[frame->count++] = word;
}

static u32 guest_eflags(struct vcpu *v, const struct cpu_regs *regs) {
  u32 eflags = regs->eflags & ~(EFLAGS_IF | EFLAGS_IOPL);
  if (!v->info->evtchn_upcall_mask) eflags |= EFLAGS_IF;
  if (v->domain->vm_assist & 1u << VMASST_TYPE_architectural_iopl) eflags |= v->arch.iopl << 12;
  return eflags;
}

static void frame_add_return(struct bounce_frame *frame, struct vcpu *v, const struct cpu_regs *regs) {
  frame_add(frame, regs->eip);
  frame_add(frame, regs->cs | (u32)v->info->evtchn_upcall_mask << 16);
  frame_add(frame, guest_eflags(v, regs));
  if (guest_kernel_mode(regs)) return;
  frame_add(frame, regs->esp);
  frame_add(frame, regs->ss);
}

/* Puts the frame on the guest's kernel stack and sends the guest to cs:eip; crashes the domain if it cannot.
 */
static void bounce(struct vcpu *v, struct cpu_regs *regs, struct bounce_frame *frame, u32 cs, u32 eip,
                   const char *what) {
  bool kernel = guest_kernel_mode(regs);
  u32 ss = kernel ? regs->ss : v->arch.kernel_ss, esp = kernel ? regs->esp : v->arch.kernel_sp, base;
  u32 bytes = frame->count * sizeof(u32);
  if (!(cs & ~3)) return domain_crash(v->domain, "%s: no handler is registered", what);
  esp -= bytes;
  if (!selector_base(v, ss, &base) || copy_to_guest(base + esp, frame->words, bytes))
    return domain_crash(v->domain, "%s: its frame cannot be written at %x:%08x", what, ss, esp);
  regs->ss = ss;
  regs->esp = esp;
  regs->cs = cs;
  regs->eip = eip;
  regs->eflags &= ~(EFLAGS_TF | EFLAGS_VM | EFLAGS_RF | EFLAGS_NT);
}

static const char *const trap_names[] = {
    "divide error",
    "debug",
    "NMI",
    "breakpoint",
    "overflow",
    "bound range",
    "invalid opcode",
    "no coprocessor",
    "double fault",
    "coprocessor overrun",
    "invalid TSS",
    "segment not present",
    "stack fault",
    "general protection",
    "page fault",
    "reserved",
    "floating-point error",
    "alignment check",
};

static bool has_error_code(u32 vector) {
  return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
}

void bounce_trap(struct vcpu *v, struct cpu_regs *regs, u32 vector, u32 error_code) {
  const struct trap_info *trap = &v->traps[vector];
  struct bounce_frame frame = {.count = 0};
  char what[64];
  trace_bounce(v, vector);
  if (has_error_code(vector)) frame_add(&frame, error_code);
  frame_add_return(&frame, v, regs);
  format_text(what, sizeof(what), "%s (trap %u)",
              vector < ARRAY_LENGTH(trap_names) ? trap_names[vector] : "interrupt", vector);
  bounce(v, regs, &frame, trap->address ? trap->cs : 0, trap->address, what);
  if (trap->flags & TRAP_MASK_EVENTS) v->info->evtchn_upcall_mask = 1;
}

void bounce_event(struct vcpu *v, struct cpu_regs *regs) {
  struct bounce_frame frame = {.count = 0};
  trace_upcall(v);
  frame_add_return(&frame, v, regs);
  bounce(v, regs, &frame, v->arch.event.cs, v->arch.event.eip, "event upcall");
  v->info->evtchn_upcall_mask = 1;
}

/* A segment register or the return frame could not be loaded: the guest gets the selectors as data. */
void bounce_failsafe(struct vcpu *v, struct cpu_regs *regs) {
  struct bounce_frame frame = {.words = {regs->ds, regs->es, regs->fs, regs->gs}, .count = 4};
  frame_add_return(&frame, v, regs);
  bounce(v, regs, &frame, v->arch.failsafe.cs, v->arch.failsafe.eip, "failsafe callback");
  regs->ds = regs->es = regs->fs = regs->gs = 0;
  if (v->arch.failsafe_masks_events) v->info->evtchn_upcall_mask = 1;
}
