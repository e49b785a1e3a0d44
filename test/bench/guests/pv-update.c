/* One page-table entry at a time, by mmu_update and by update_va_mapping in turn: read-only, writable. */
#include "pv.h"

#define ROUNDS AMOUNT(2400000, 1500)

static u32 page[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

u32 bench_kernel(void) {
  u64 entry = (u64)mfn_of(page) << PAGE_SHIFT | PTE_P;
  struct mmu_update update = {.ptr = machine_address(pte_of(page)), .val = entry};
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++) {
    u64 writable = entry | PTE_W;

    sum = sum * 31 + (u32)HYPERCALL4(mmu_update, (u32)&update, 1, 0, DOMID_SELF);
    sum = sum * 31 +
          (u32)HYPERCALL4(update_va_mapping, (u32)page, (u32)writable, (u32)(writable >> 32), UVMF_INVLPG);
    page[round % 1024] += round;
  }
  for (u32 n = 0; n < 1024; n++)
    sum = sum * 31 + page[n];
  return sum;
}
