/* A pointer chase through 16 MiB in random order: every load waits for the one before and misses. */
#include "bench.h"

#define NODES AMOUNT(16u << 20 >> 2, 1u << 16)
#define STEPS AMOUNT(10000000, 500000)

static u32 next[NODES];

u32 bench_kernel(void) {
  u32 seed = 1, at = 0;

  for (u32 i = 0; i < NODES; i++)
    next[i] = i;
  /* Sattolo's shuffle makes one cycle of all nodes. */
  for (u32 i = NODES - 1; i > 0; i--) {
    u32 j = bench_random(&seed) % i;
    u32 other = next[i];

    next[i] = next[j];
    next[j] = other;
  }
  for (u32 step = 0; step < STEPS; step++)
    at = next[at];
  return at;
}
