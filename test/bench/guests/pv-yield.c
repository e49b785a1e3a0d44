/* Yields of the only domain: the scheduler runs, and comes back to where it was. */
#include "pv.h"

#define ROUNDS AMOUNT(6000000, 3000)

u32 bench_kernel(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++)
    sum = sum * 31 + (u32)HYPERCALL2(sched_op, SCHEDOP_yield, 0) + round;
  return sum;
}
