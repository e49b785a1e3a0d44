/* Arithmetic on registers, each step on the one before; no memory. */
#include "bench.h"

#define STEPS AMOUNT(800000000u, 200000)

u32 bench_kernel(void) {
  u32 a = 1, b = 2, c = 3;

  for (u32 i = 0; i < STEPS; i++) {
    a += b ^ i;
    b = (b << 5 | b >> 27) + c;
    c ^= a;
  }
  return a ^ b ^ c;
}
