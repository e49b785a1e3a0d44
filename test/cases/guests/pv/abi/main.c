/* Answers that were once others than Xen's: a multicall in a multicall, and a failsafe callback that masks
 * events. */
#include "failsafe.h"
#include "guest.h"
#include "print.h"

#define UPCALL_MASK 1 /* in the shared page: the first vCPU's */

static u32 failures;
static volatile u8 shared_page[4096] __attribute__((aligned(4096)));

/* No processor loads a null stack segment for ring 3. */
static _Noreturn void fail_to_return(void) {
  static const struct return_frame frame = {0x1000, FLAT_RING3_CS, EFLAGS_IF, 0x2000, 0};

  if (failures++ == 2) domain_shutdown(SHUTDOWN_poweroff);
  return_to(&frame);
}

void failsafe(const struct failsafe_frame *saved) {
  (void)saved;
  printk("  upcall mask on entry of the failsafe callback: %d (Xen with CALLBACKF_mask_events: 1)\n",
         shared_page[UPCALL_MASK]);
  fail_to_return();
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
  fail_to_return();
}
