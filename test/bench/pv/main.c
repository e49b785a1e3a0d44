/* Runs the kernel as a guest of the VMM and prints its checksum in eight hexadecimal digits. */
#include "print.h"
#include "pv.h"

extern char page_fault_entry[], system_call_entry[], event_entry[], failsafe_entry[], trap_stack_top[];

void kernel_main(void) {
  bench_end(bench_kernel());
}

void bench_end(u32 sum) {
  printk("%08x\n", sum);
  domain_shutdown(SHUTDOWN_poweroff);
}

void traps_init(void) {
  struct trap_info table[] = {
      {VECTOR_PAGE_FAULT, TRAP_MASK_EVENTS, FLAT_RING1_CS, (u32)page_fault_entry},
      {VECTOR_SYSTEM_CALL, 3, FLAT_RING1_CS, (u32)system_call_entry},
      {0},
  };

  HYPERCALL1(set_trap_table, (u32)table);
  HYPERCALL4(set_callbacks, FLAT_RING1_CS, (u32)event_entry, FLAT_RING1_CS, (u32)failsafe_entry);
  HYPERCALL2(stack_switch, FLAT_RING1_SS, (u32)trap_stack_top);
}

/* Of kernels that expect none. */
__attribute__((weak)) void on_trap(struct trap_frame *frame) {
  printk("trap %x at %08x\n", frame->vector, frame->eip);
  domain_shutdown(SHUTDOWN_crash);
}

static const u64 *table_of(u64 entry) {
  return address_of_mfn((u32)(entry >> PAGE_SHIFT) & 0xffffff);
}

u64 *pte_of(const volatile void *address) {
  u32 linear = (u32)address;
  const u64 *directory = table_of(((const u64 *)start_info->pt_base)[linear >> 30]);

  return (u64 *)table_of(directory[linear >> 21 & 511]) + (linear >> PAGE_SHIFT & 511);
}

u64 machine_address(const volatile void *address) {
  return (u64)mfn_of(address) << PAGE_SHIFT | ((u32)address & (PAGE_SIZE - 1));
}
