/* Recursion through a pointer: calls, returns and the stack. */
#include "bench.h"

typedef u32 fib_function(u32 n);

static fib_function *volatile indirect;

static u32 fib(u32 n) {
  return n < 2 ? n : indirect(n - 1) + indirect(n - 2);
}

u32 bench_kernel(void) {
  indirect = fib;
  return fib(33);
}
