/* Null hypercalls: into ring 0 and back to ring 1, with nothing done there. */
#include "pv.h"

#define ROUNDS AMOUNT(8000000, 3000)

u32 bench_kernel(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++)
    sum = sum * 31 + (u32)HYPERCALL2(xen_version, XENVER_version, 0);
  return sum;
}
