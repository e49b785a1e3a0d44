/* Bytes copied one by one, then in double words by REP MOVSD. */
#include "bench.h"

#define LENGTH (1 << 18)
#define ROUNDS 200

static u8 from[LENGTH], to[LENGTH];

static void copy_bytes(u8 *target, const u8 *source, u32 length) {
  for (u32 i = 0; i < length; i++) {
    target[i] = source[i];
    asm volatile("" : : : "memory");
  }
}

static void copy_words(u8 *target, const u8 *source, u32 length) {
  u32 count = length / 4;

  asm volatile("rep movsl" : "+D"(target), "+S"(source), "+c"(count) : : "memory");
}

u32 bench_kernel(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++) {
    from[round * 997 % LENGTH] = (u8)(round + 1);
    copy_bytes(to, from, LENGTH);
    copy_words(from, to, LENGTH);
    sum = sum * 31 + to[round * 997 % LENGTH];
  }
  return sum;
}
