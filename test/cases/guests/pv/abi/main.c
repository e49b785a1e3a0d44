/*
 * pv/failsafe: a kernel asks the VMM to return to something that no processor can.
 *
 * The iret hypercall takes a frame from the guest's stack and the VMM's own IRET
 * instruction loads it: with a null SS, or a data segment in CS, that
 * instruction faults in ring 0. The VMM does not crash, nor does the guest: it is told at
 * its failsafe callback, with the frame that could not be loaded and the selectors that
 * the segment registers held.
 */
#include "guest.h"
#include "print.h"

/* What IRET takes from the stack. */
struct return_frame {
  u32 eip, cs, eflags, esp, ss;
};

/* The VMM puts the selectors below the frame. */
struct failsafe_frame {
  u32 ds, es, fs, gs;
  struct return_frame frame;
};

/* entry.S */
extern char failsafe_entry[], trap_stack_top[];
_Noreturn void return_to(const struct return_frame *frame);
void failsafe(const struct failsafe_frame *frame);

#define EFLAGS_IF 0x200

static const struct {
  const char *what;
  struct return_frame frame;
} attempts[] = {
    {"a null stack segment", {0x1000, FLAT_RING3_CS, EFLAGS_IF, 0x2000, 0}},
    {"a data segment as CS", {0x1000, FLAT_RING3_DS, EFLAGS_IF, 0x2000, FLAT_RING3_SS}},
};

static u32 next;
static u8 shared_page[4096] __attribute__((aligned(4096)));

static _Noreturn void attempt(void) {
  if (next == ARRAY_LENGTH(attempts)) {
    printk("kernel: power off\n");
    domain_shutdown(SHUTDOWN_poweroff);
  }
  printk("return with %s\n", attempts[next].what);
  return_to(&attempts[next++].frame);
}

/* Called by the stub, with events masked. There is nothing to go back to: on to the next. */
void failsafe(const struct failsafe_frame *saved) {
  const struct return_frame *frame = &saved->frame;
  volatile u8 *info = (u8 *)shared_page;
  printk("  upcall mask on entry of the failsafe callback: %d (Xen with CALLBACKF_mask_events: 1)\n",
         info[1]);

  printk("  failsafe: ds %04x es %04x fs %04x gs %04x\n", saved->ds, saved->es, saved->fs, saved->gs);
  printk("  frame: eip %08x cs %08x eflags %08x esp %08x ss %08x\n", frame->eip, frame->cs, frame->eflags,
         frame->esp, frame->ss);
  attempt();
}

void kernel_main(void) {
  static struct multicall_entry list[3];
  list[0].op = HYPERCALL_multicall; /* refused as an entry: -EINVAL in its result on Xen, the list goes on */
  list[0].result = list[1].result = 0x55555555;
  list[1].op = HYPERCALL_xen_version;
  list[1].args[0] = 0;
  int all = HYPERCALL2(multicall, (u32)list, 2);
  printk("multicall of (multicall, xen_version): returns %d, results %x %x (Xen: 0, ffffffea 40002)\n", all,
         list[0].result, list[1].result);
  printk("vm_assist(enable, 4gb_segments) = %d\n", HYPERCALL2(vm_assist, 0, 0));
  struct callback_register failsafe_cb = {
      CALLBACKTYPE_failsafe, CALLBACKF_mask_events, {FLAT_RING1_CS, (u32)failsafe_entry}};
  printk("callback_op(register failsafe, mask_events) = %d\n",
         HYPERCALL2(callback_op, CALLBACKOP_register, (u32)&failsafe_cb));
  HYPERCALL4(update_va_mapping, (u32)shared_page, start_info->shared_info | 3, 0, UVMF_INVLPG);
  HYPERCALL2(stack_switch, FLAT_RING1_SS, (u32)trap_stack_top);
  attempt();
}
