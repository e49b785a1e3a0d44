/* A function in two parts: the compiler moves what seldom runs out of it, to .text.unlikely. */
typedef unsigned u32;

volatile u32 sink;
static volatile int limit = 3;

__attribute__((cold, noinline)) void complain(int code, const char *why) {
  sink = code;
  sink = why[0];
}

static inline int reduced(int excess) {
  sink = excess;
  complain(excess, "reduced");
  return excess / 2;
}

__attribute__((noinline)) int work(int a, int b) {
  int sum = a + b;
  if (a > limit) {
    int excess = a - limit;
    sink = excess;
    complain(excess, "too large");
    sum -= reduced(excess);
    sink = sum;
  }
  if (b > limit) complain(b, "both in one line");
  sink = sum;
  return sum * 3;
}

void kernel_main(void) {
  int result = work(9, 2);
  sink = result;
  result = work(1, 2);
  sink = result;
  result = work(1, 5);
  sink = result;
}
