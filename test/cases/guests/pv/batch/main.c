/* batch: 2,000 mmu_updates of 512 entries each. Time it beside QEMU with the same vmm.elf. */
#include "pv.h"
static page_t p;
static struct mmu_update l[512];
void kernel_main(void) {
  u64 *q = l1e((u32)&p);
  for (u32 k = 0; k < 512; k++) {
    l[k].ptr = ma(q);
    l[k].val = pte(mfn_of(&p), k & 1 ? P : P | W);
  }
  for (u32 i = 0; i < 2000; i++)
    HYPERCALL4(mmu_update, (u32)l, 512, 0, DOMID_SELF);
  printk("done\n");
}
