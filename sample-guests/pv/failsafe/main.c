/*
 * pv/failsafe: a kernel asks the VMM to return to something that no processor can.
 *
 * The iret hypercall takes a frame from the guest's stack and the VMM's own IRET
 * instruction loads it: with a null SS, or a data segment in CS, that
 * instruction faults in ring 0. The VMM does not crash, nor does the guest: it is told at
 * its failsafe callback, with the frame that could not be loaded and the selectors that
 * the segment registers held.
 */
#include "failsafe.h"
#include "guest.h"
#include "print.h"

static const struct {
  const char *what;
  struct return_frame frame;
} attempts[] = {
    {"a null stack segment", {0x1000, FLAT_RING3_CS, EFLAGS_IF, 0x2000, 0}},
    {"a data segment as CS", {0x1000, FLAT_RING3_DS, EFLAGS_IF, 0x2000, FLAT_RING3_SS}},
};

static u32 next;

static _Noreturn void attempt(void) {
  if (next == ARRAY_LENGTH(attempts)) {
    printk("kernel: power off\n");
    domain_shutdown(SHUTDOWN_poweroff);
  }
  printk("return with %s\n", attempts[next].what);
  return_to(&attempts[next++].frame);
}

/* Called by the stub, with events masked. There is nothing to return to, so it goes on to the next case. */
void failsafe(const struct failsafe_frame *saved) {
  const struct return_frame *frame = &saved->frame;

  printk("  failsafe: ds %04x es %04x fs %04x gs %04x\n", saved->ds, saved->es, saved->fs, saved->gs);
  printk("  frame: eip %08x cs %08x eflags %08x esp %08x ss %08x\n", frame->eip, frame->cs, frame->eflags,
         frame->esp, frame->ss);
  attempt();
}

void kernel_main(void) {
  printk("pv/failsafe\n");
  HYPERCALL4(set_callbacks, FLAT_RING1_CS, 0, FLAT_RING1_CS, (u32)failsafe_entry);
  HYPERCALL2(stack_switch, FLAT_RING1_SS, (u32)trap_stack_top);
  attempt();
}
