/* REP STOS and REP MOVS as kernels use them: pages cleared and copied, short strings of any length. */
#include "bench.h"

#define ROUNDS  AMOUNT(250000, 20)
#define PAGES   16
#define STRINGS 16

static u8 source[PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static u8 target[PAGES * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void store_words(u8 *to, u32 value, u32 words) {
  asm volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(value) : "memory");
}

static void move_words(u8 *to, const u8 *from, u32 words) {
  asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

static void move_bytes(u8 *to, const u8 *from, u32 bytes) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

u32 bench_kernel(void) {
  u32 seed = 1, sum = 0;

  for (u32 round = 0; round < ROUNDS; round++) {
    u32 page = round % PAGES * PAGE_SIZE;

    store_words(source + page, round, PAGE_SIZE / 4);
    move_words(target + page, source + page, PAGE_SIZE / 4);
    for (u32 i = 0; i < STRINGS; i++) {
      u32 random = bench_random(&seed);
      u32 from = random % (sizeof source - 64), to = (random >> 8) % (sizeof target - 64);

      move_bytes(target + to, source + from, random >> 26);
      sum = sum * 31 + target[to];
    }
  }
  return sum;
}
