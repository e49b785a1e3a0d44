/* Yields of two domains to each other: each is a change of page tables, stack and segments. */
#include "pv.h"

#define ROUNDS AMOUNT(300000, 500)

u32 bench_kernel(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++)
    sum = sum * 31 + (u32)HYPERCALL2(sched_op, SCHEDOP_yield, 0) + round;
  return sum;
}
