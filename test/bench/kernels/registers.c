/* Arithmetic on registers, each step on the one before; no memory. */
#include "bench.h"

u32 bench_kernel(void) {
  u32 a = 1, b = 2, c = 3;

  for (u32 i = 0; i < 40000000; i++) {
    a += b ^ i;
    b = (b << 5 | b >> 27) + c;
    c ^= a;
  }
  return a ^ b ^ c;
}
