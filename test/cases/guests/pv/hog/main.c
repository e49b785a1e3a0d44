/* reader/hog: one hypercall of an unprivileged domain keeps the processor as long as it likes: nothing
 * preempts it. */
#include "guest.h"
#include "print.h"
static struct mmu_update list[4096];
static struct multicall_entry calls[4096];
static unsigned long long tsc(void) {
  unsigned long long t;
  asm volatile("rdtsc" : "=A"(t));
  return t;
}
void kernel_main(void) {
  u32 mfn = mfn_of(list);
  const u32 *m2p = (const u32 *)MACH2PHYS_VIRT_START;
  for (u32 i = 0; i < 4096; i++) {
    list[i].ptr = (unsigned long long)mfn << 12 | 2;
    list[i].val = m2p[mfn];
  }
  for (u32 n = 16; n <= 1024; n *= 8) {
    for (u32 i = 0; i < n; i++) {
      calls[i].op = HYPERCALL_mmu_update;
      calls[i].args[0] = (u32)list;
      calls[i].args[1] = 4096;
      calls[i].args[2] = 0;
      calls[i].args[3] = 0x7ff0;
    }
    unsigned long long a = tsc();
    int r = HYPERCALL2(multicall, (u32)calls, n);
    u32 ms = (u32)((tsc() - a) >> 20);
    printk("one multicall of %u x 4096 updates: result %d, about %u ms without another domain's turn (slice: "
           "10 ms)\n",
           n, r, ms);
  }
}
