/* Page-table entries by mmu_update, 512 in one hypercall. */
#include "pv.h"

#define BATCH  512
#define ROUNDS AMOUNT(12000, 5)

static u32 page[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static struct mmu_update updates[BATCH];

u32 bench_kernel(void) {
  u64 at = machine_address(pte_of(page));
  u64 entry = (u64)mfn_of(page) << PAGE_SHIFT | PTE_P;
  u32 sum = 0;

  for (u32 n = 0; n < BATCH; n++)
    updates[n] = (struct mmu_update){.ptr = at, .val = n & 1 ? entry | PTE_W : entry};
  for (u32 round = 0; round < ROUNDS; round++) {
    sum = sum * 31 + (u32)HYPERCALL4(mmu_update, (u32)updates, BATCH, 0, DOMID_SELF);
    page[round % 1024] += round;
  }
  for (u32 n = 0; n < 1024; n++)
    sum = sum * 31 + page[n];
  return sum;
}
