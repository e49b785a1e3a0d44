/* The sieve of Eratosthenes: byte stores at a stride, byte loads in a row. */
#include "bench.h"

#define LIMIT  AMOUNT(1000000, 50000)
#define ROUNDS AMOUNT(160, 5)

static u8 composite[LIMIT];

static u32 count_primes(void) {
  u32 primes = 0;

  for (u32 i = 0; i < LIMIT; i++)
    composite[i] = 0;
  for (u32 i = 2; i < LIMIT; i++) {
    if (composite[i]) continue;
    primes++;
    for (u32 j = 2 * i; j < LIMIT; j += i)
      composite[j] = 1;
  }
  return primes;
}

u32 bench_kernel(void) {
  u32 sum = 0;

  for (u32 round = 0; round < ROUNDS; round++)
    sum = sum * 31 + count_primes();
  return sum;
}
