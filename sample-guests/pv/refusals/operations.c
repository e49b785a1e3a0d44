/* mmu_update and mmuext_op: wrong commands, arguments and frames. */
#include "print.h"
#include "tables.h"

#define VMM_FRAME  0x100
#define UNKNOWN    99
#define ANOTHER_ID 77

static page_t page;

static void refuse_updates(void) {
  u64 entry = machine_address(l1_entry(page)), value = *l1_entry(page);
  struct mmu_update batch[] = {{entry, value | PTE_USER}, {entry, value | RESERVED}, {entry, 0}};
  u32 done = 0;

  report("store at an odd address", update(machine_address(page) | 4, 0));
  report("store into the hypervisor", update((u64)VMM_FRAME << 12, 0));
  report("store beyond the address space", update(1ull << 40, 0));
  report("an unknown kind of update", update(entry | 3, value));
  report("a list in the hypervisor's region",
         HYPERCALL4(mmu_update, HYPERVISOR_VIRT_START, 1, 0, DOMID_SELF));
  report("a list that is not mapped", HYPERCALL4(mmu_update, 0x70000000, 1, 0, DOMID_SELF));
  report("in the name of another domain", HYPERCALL4(mmu_update, (u32)batch, 1, 0, ANOTHER_ID));
  report("a batch of three, the second bad", HYPERCALL4(mmu_update, (u32)batch, 3, (u32)&done, DOMID_SELF));
  printk("  done: %u; the first is %s, the third is %s\n", done,
         *l1_entry(page) & PTE_USER ? "there" : "not there", *l1_entry(page) ? "not there" : "there");
}

static void refuse_pins(void) {
  u32 table = frame_of(*l2_entry(page)), directory = mfn_of(l3_entry(0));

  report("pin an L1 table as an L2", extended(MMUEXT_PIN_L2_TABLE, table, 0));
  report("pin a writable page as an L3", extended(MMUEXT_PIN_L3_TABLE, mfn_of(page), 0));
  report("pin an L4 table", extended(MMUEXT_PIN_L4_TABLE, mfn_of(page), 0));
  report("pin the L3 in use again", extended(MMUEXT_PIN_L3_TABLE, directory, 0));
  report("pin the hypervisor's frame", extended(MMUEXT_PIN_L1_TABLE, VMM_FRAME, 0));
  report("unpin an L1 table that is not pinned", extended(MMUEXT_UNPIN_TABLE, table, 0));
  report("unpin the L3 in use", extended(MMUEXT_UNPIN_TABLE, directory, 0));
  report("run on an L1 table", extended(MMUEXT_NEW_BASEPTR, table, 0));
  report("run on a writable page", extended(MMUEXT_NEW_BASEPTR, mfn_of(page), 0));
  report("run on the L3 in use", extended(MMUEXT_NEW_BASEPTR, directory, 0));
}

void refuse_operations(void) {
  u32 table = frame_of(*l2_entry(page)), done = UNKNOWN;
  struct mmuext_op batch[] = {
      {.cmd = MMUEXT_TLB_FLUSH_LOCAL}, {.cmd = UNKNOWN}, {.cmd = MMUEXT_TLB_FLUSH_LOCAL}};

  printk("-- operations\n");
  refuse_updates();
  refuse_pins();
  report("clear a page table", extended(MMUEXT_CLEAR_PAGE, table, 0));
  report("copy onto a page table", extended(MMUEXT_COPY_PAGE, table, mfn_of(page)));
  report("copy from the hypervisor", extended(MMUEXT_COPY_PAGE, mfn_of(page), VMM_FRAME));
  report("copy a page table onto a page", extended(MMUEXT_COPY_PAGE, mfn_of(page), table));
  report("an unknown operation", extended(UNKNOWN, 0, 0));
  report("a batch of three, the second unknown",
         HYPERCALL4(mmuext_op, (u32)batch, 3, (u32)&done, DOMID_SELF));
  printk("  done: %u\n", done);
}
