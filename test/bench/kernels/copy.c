/* Bytes copied one by one, and a buffer filled byte by byte. */
#include "bench.h"

#define LENGTH (1u << 18)
#define ROUNDS AMOUNT(1300, 2)

static u8 from[LENGTH], to[LENGTH];

/* The empty asm keeps the compiler from making double words of the bytes. */
static void copy(u8 *target, const u8 *source, u32 length) {
  for (u32 i = 0; i < length; i++) {
    target[i] = source[i];
    asm volatile("" : : : "memory");
  }
}

static void fill(u8 *target, u8 value, u32 length) {
  for (u32 i = 0; i < length; i++) {
    target[i] = value;
    asm volatile("" : : : "memory");
  }
}

u32 bench_kernel(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++) {
    fill(from, (u8)round, LENGTH);
    from[round * 997 % LENGTH] = (u8)(round + 1);
    copy(to, from, LENGTH);
    sum = sum * 31 + to[round * 997 % LENGTH] + to[LENGTH - 1];
  }
  return sum;
}
