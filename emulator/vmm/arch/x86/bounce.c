/*
 * Makes a guest enter one of its handlers, with the frame of its ABI on its kernel stack.
 *
 * A frame, from the top: [ss esp, if from ring 3] eflags (IF = events enabled) cs | saved upcall mask << 16,
 * eip, [error code]. Below that the failsafe frame has gs fs es ds.
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

/* The words of a frame, from the lowest upwards. */
struct bounce_frame {
  u32 count;
  u32 words[FRAME_WORDS];
};

/* Kinds of bounce that are not vectors; their numbers are above those of the vectors. */
#define BOUNCE_EVENT    256
#define BOUNCE_FAILSAFE 257

always_inline u32 guest_eflags(struct vcpu *v, const struct cpu_regs *regs) {
  u32 eflags = regs->eflags & ~(EFLAGS_IF | EFLAGS_IOPL);
  if (!v->info->evtchn_upcall_mask) eflags |= EFLAGS_IF;
  if (v->domain->vm_assist & 1u << VMASST_TYPE_architectural_iopl) eflags |= v->arch.iopl << 12;
  return eflags;
}

always_inline void frame_add_return(struct bounce_frame *frame, struct vcpu *v, const struct cpu_regs *regs) {
  u32 *word = &frame->words[frame->count];
  word[0] = regs->eip;
  word[1] = regs->cs | (u32)v->info->evtchn_upcall_mask << 16;
  word[2] = guest_eflags(v, regs);
  frame->count += 3;
  if (guest_kernel_mode(regs)) return;
  word[3] = regs->esp;
  word[4] = regs->ss;
  frame->count += 2;
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

/* Ends the domain. The text is made only here, where somebody reads it. */
static void bounce_failed(struct vcpu *v, u32 what, const char *why, u32 ss, u32 esp) {
  const char *name = what == BOUNCE_EVENT              ? "event upcall"
                     : what == BOUNCE_FAILSAFE         ? "failsafe callback"
                     : what < ARRAY_LENGTH(trap_names) ? trap_names[what]
                                                       : "interrupt";
  char number[16] = "", place[32] = "";
  if (what < BOUNCE_EVENT) format_text(number, sizeof(number), " (trap %u)", what);
  if (esp) format_text(place, sizeof(place), " at %x:%08x", ss, esp);
  domain_crash(v->domain, "%s%s: %s%s", name, number, why, place);
}

/* Puts the frame on the guest's kernel stack and sends the guest to cs:eip; crashes the domain if it cannot.
 */
always_inline void bounce(struct vcpu *v, struct cpu_regs *regs, const struct bounce_frame *frame, u32 cs,
                          u32 eip, u32 what) {
  bool kernel = guest_kernel_mode(regs);
  u32 ss = kernel ? regs->ss : v->arch.kernel_ss, esp = kernel ? regs->esp : v->arch.kernel_sp, base;
  if (unlikely(!(cs & ~3))) return bounce_failed(v, what, "no handler is registered", 0, 0);
  esp -= frame->count * sizeof(u32);
  if (unlikely(!selector_base(v, ss, &base) || words_to_guest(base + esp, frame->words, frame->count)))
    return bounce_failed(v, what, "its frame cannot be written", ss, esp);
  regs->ss = ss;
  regs->esp = esp;
  regs->cs = cs;
  regs->eip = eip;
  regs->eflags &= ~(EFLAGS_TF | EFLAGS_VM | EFLAGS_RF | EFLAGS_NT);
}

/* Bit N is set if vector N pushes an error code (8, 10-14, 17). */
#define WITH_ERROR_CODE 0x00027d00u

void bounce_trap(struct vcpu *v, struct cpu_regs *regs, u32 vector, u32 error_code) {
  const struct trap_info *trap = &v->traps[vector];
  struct bounce_frame frame;
  trace_bounce(v, vector);
  frame.count = vector < 32 ? WITH_ERROR_CODE >> vector & 1 : 0;
  frame.words[0] = error_code;
  frame_add_return(&frame, v, regs);
  bounce(v, regs, &frame, trap->address ? trap->cs : 0, trap->address, vector);
  if (trap->flags & TRAP_MASK_EVENTS) v->info->evtchn_upcall_mask = 1;
}

void bounce_event(struct vcpu *v, struct cpu_regs *regs) {
  struct bounce_frame frame;
  trace_upcall(v);
  frame.count = 0;
  frame_add_return(&frame, v, regs);
  bounce(v, regs, &frame, v->arch.event.cs, v->arch.event.eip, BOUNCE_EVENT);
  v->info->evtchn_upcall_mask = 1;
}

/* A segment register or the return frame could not be loaded. The guest gets the selectors as data. */
void bounce_failsafe(struct vcpu *v, struct cpu_regs *regs) {
  struct bounce_frame frame = {.words = {regs->ds, regs->es, regs->fs, regs->gs}, .count = 4};
  frame_add_return(&frame, v, regs);
  bounce(v, regs, &frame, v->arch.failsafe.cs, v->arch.failsafe.eip, BOUNCE_FAILSAFE);
  regs->ds = regs->es = regs->fs = regs->gs = 0;
  if (v->arch.failsafe_masks_events) v->info->evtchn_upcall_mask = 1;
}
