/* The hypercalls about traps, callbacks, the kernel stack, and the return from a handler. */
#include "public/errno.h"
#include "public/layout.h"
#include "vmm/continuation.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/hypercall.h"
#include "vmm/preempt.h"
#include "vmm/refuse.h"
#include "vmm/string.h"
#include "x86/cpu.h"
#include "x86/desc.h"

/* set_trap_table(list). The list ends at an entry with address 0; NULL clears the table. */
int do_set_trap_table(u32 list, u32 b, u32 c, u32 d, u32 e, u32 f) {
  (void)b, (void)c, (void)d, (void)e, (void)f;
  struct vcpu *v = current;
  if (list == 0) memset(v->traps, 0, sizeof(v->traps));
  for (u32 done = call_progress(); list != 0; done++) {
    struct trap_info trap;
    const u32 at = list + done * sizeof(trap);
    if (done > call_progress() && preempt_wanted()) return call_interrupted(done);
    if (done >= CALL_ITEMS_MAX) return refuse(-XEN_E2BIG, "set_trap_table: the list does not end");
    if (read_argument(&trap, at, sizeof(trap))) return -XEN_EFAULT;
    if (trap.address == 0) break;
    trap.cs = selector_raise(trap.cs);
    v->traps[trap.vector] = trap;
    if (trap.vector == DIRECT_TRAP) descriptors_load_direct_trap(v);
  }
  if (list == 0) descriptors_load_direct_trap(v);
  return 0;
}

int do_stack_switch(u32 ss, u32 esp, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  descriptors_set_stack(current, selector_raise(ss), esp);
  return 0;
}

/* Takes any selector whose RPL is a guest's. One that cannot be loaded is noticed when it is used. */
static int set_callback(u32 type, u32 flags, u32 cs, u32 eip) {
  struct vcpu *v = current;
  const struct xen_callback callback = {selector_raise(cs), eip};
  switch (type) {
  case CALLBACKTYPE_event:
    v->arch.event = callback;
    return 0;
  case CALLBACKTYPE_failsafe:
    v->arch.failsafe = callback;
    v->arch.failsafe_masks_events = flags & CALLBACKF_mask_events;
    return 0;
  case CALLBACKTYPE_sysenter:
  case CALLBACKTYPE_syscall32:
    /* This is accepted and never used, since the processor that guests see has neither instruction. */
    return 0;
  default:
    return refuse(-XEN_ENOSYS, "callback_op: there is no callback of type %u", type);
  }
}

int do_set_callbacks(u32 event_cs, u32 event_eip, u32 failsafe_cs, u32 failsafe_eip, u32 e, u32 f) {
  (void)e, (void)f;
  set_callback(CALLBACKTYPE_event, 0, event_cs, event_eip);
  return set_callback(CALLBACKTYPE_failsafe, 0, failsafe_cs, failsafe_eip);
}

/* Callbacks can be replaced, but not removed. */
static int unregister_callback(u32 argument) {
  struct callback_unregister callback;
  if (read_argument(&callback, argument, sizeof(callback))) return -XEN_EFAULT;
  switch (callback.type) {
  case CALLBACKTYPE_event:
  case CALLBACKTYPE_failsafe:
  case CALLBACKTYPE_sysenter:
    return refuse(-XEN_EINVAL, "callback_op: callback %u cannot be taken away", callback.type);
  default:
    return refuse(-XEN_ENOSYS, "callback_op: there is no callback of type %u", callback.type);
  }
}

int do_callback_op(u32 command, u32 argument, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  struct callback_register callback;
  if (command == CALLBACKOP_unregister) return unregister_callback(argument);
  if (command != CALLBACKOP_register) return refuse_command("callback_op", command);
  if (read_argument(&callback, argument, sizeof(callback))) return -XEN_EFAULT;
  return set_callback(callback.type, callback.flags, callback.address.cs, callback.address.eip);
}

/* The frame at the guest's ESP, lowest word first. It has esp and ss only for a return to ring 2 or 3. */
struct iret_frame {
  u32 eax, eip, cs, eflags, esp, ss;
};
#define SAME_RING_WORDS 4
#define OUTWARD_WORDS   2

/* iret: returns from a handler and restores the mask of events. bounce.c describes the frames. */
int do_iret(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f) {
  (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
  struct vcpu *v = current;
  struct cpu_regs *regs = v->regs;
  struct iret_frame frame;
  u32 base;
  if (!selector_base(v, regs->ss, &base)) goto bad_stack;
  const u32 above = base + regs->esp + SAME_RING_WORDS * 4;
  if (words_from_guest(&frame, base + regs->esp, SAME_RING_WORDS)) goto bad_stack;
  if (unlikely(!(frame.cs & 3) || frame.eflags & EFLAGS_VM)) {
    domain_crash(v->domain, "iret: to ring 0 or virtual-8086 mode (cs %x, eflags %08x)", frame.cs,
                 frame.eflags);
    return 0;
  }
  if ((frame.cs & 3) == 1) {
    regs->esp += SAME_RING_WORDS * 4;
  } else {
    if (words_from_guest(&frame.esp, above, OUTWARD_WORDS)) goto bad_stack;
    regs->esp = frame.esp;
    regs->ss = frame.ss;
  }
  regs->eip = frame.eip;
  regs->cs = frame.cs;
  v->info->evtchn_upcall_mask = !(frame.eflags & EFLAGS_IF);
  if (v->domain->vm_assist & 1u << VMASST_TYPE_architectural_iopl) v->arch.iopl = frame.eflags >> 12 & 3;
  regs->eflags = (frame.eflags & EFLAGS_GUEST) | EFLAGS_IF | EFLAGS_FIXED;
  return frame.eax; /* The guest's EAX is returned as if it were a result. */
bad_stack:
  domain_crash(v->domain, "iret: the frame cannot be read at %x:%08x", regs->ss, regs->esp);
  return 0;
}
