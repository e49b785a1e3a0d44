/* Calls through a table at random: no branch predictor and no cache of targets helps. */
#include "bench.h"

#define ROUNDS AMOUNT(50000000, 60000)

typedef u32 step_function(u32 x);

#define STEP(name, expression)                                                                               \
  __attribute__((noinline)) static u32 name(u32 x) {                                                         \
    return expression;                                                                                       \
  }

STEP(add, x + 0x9e3779b9)
STEP(subtract, x - 0x7f4a7c15)
STEP(invert, ~x)
STEP(negate, -x)
STEP(triple, x * 3)
STEP(rotate, x << 7 | x >> 25)
STEP(fold, x ^ x >> 15)
STEP(spread, x ^ x << 11)
STEP(mask, x ^ 0xf0f0f0f0)
STEP(halve, (x >> 1) + 0x1234567)
STEP(swap, x << 16 | x >> 16)
STEP(times33, x * 33)
STEP(low, x | 1)
STEP(high, x ^ 0x80000000)
STEP(square, (x * x) + 1)
STEP(mix, (x ^ 61) + (x >> 16))

static step_function *const steps[16] = {add,  subtract, invert, negate,  triple, rotate, fold,   spread,
                                         mask, halve,    swap,   times33, low,    high,   square, mix};

u32 bench_kernel(void) {
  u32 seed = 1, x = 1;

  for (u32 round = 0; round < ROUNDS; round++)
    x = steps[bench_random(&seed) >> 28](x);
  return x;
}
