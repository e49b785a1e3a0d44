/* The TLB emptied again and again: 16 INVLPG and a load of CR3, then 64 pages touched. */
#include "bench.h"
#include "paging.h"

#define PAGES   64
#define INVLPGS 16
#define ROUNDS  AMOUNT(100000, 2000)

static volatile u32 window[PAGES * PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

u32 bench_kernel(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++) {
    for (u32 page = 0; page < INVLPGS; page++)
      paging_invalidate((u32)&window[page * (PAGE_SIZE / 4)]);
    paging_flush();
    for (u32 page = 0; page < PAGES; page++)
      sum = sum * 3 + (window[page * (PAGE_SIZE / 4) + page] += round);
  }
  return sum;
}
