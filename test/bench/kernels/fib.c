/* Plain recursion: calls, returns and the stack. */
#include "bench.h"

#define N AMOUNT(38, 24)

/* Inlined into itself it would be a loop with few calls. */
__attribute__((noinline, noclone, optimize("no-optimize-sibling-calls"))) static u32 fib(u32 n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

u32 bench_kernel(void) {
  return fib(N);
}
