/*
 * Page faults: an application in ring 3 touches page after page, and the kernel
 * in ring 0 maps each as it is touched and takes the one before away.
 */
#include "bench.h"
#include "paging.h"
#include "rings.h"

#define PAGES  64
#define ROUNDS AMOUNT(14000, 200)

static volatile u32 window[PAGES * PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static u32 mapped;
static u32 faults;

void on_page_fault(struct trap_frame *frame) {
  u32 linear;

  asm volatile("movl %%cr2, %0" : "=r"(linear));
  if (mapped) {
    *paging_entry(mapped) &= ~PTE_PRESENT;
    paging_invalidate(mapped);
  }
  *paging_entry(linear) |= PTE_PRESENT;
  mapped = linear;
  faults += frame->error_code;
}

static u32 application(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++)
    for (u32 page = 0; page < PAGES; page++)
      sum = sum * 3 + window[page * (PAGE_SIZE / 4)]++;
  return sum;
}

u32 bench_kernel(void) {
  rings_init();
  for (u32 page = 0; page < PAGES; page++) {
    u32 linear = (u32)&window[page * (PAGE_SIZE / 4)];

    *paging_entry(linear) &= ~PTE_PRESENT;
    paging_invalidate(linear);
  }
  return rings_call_user(application) + faults;
}
