/* inlined: functions that the compiler puts into others, in loops, in each other, and twice in a line. */
typedef unsigned int u32;

volatile u32 sink, source = 5;

struct pair {
  u32 a, b;
};

static inline __attribute__((always_inline)) u32 mix(u32 a, u32 b) {
  u32 c = a * 31 + sink;
  sink = c;
  if (c & 1) c ^= b;
  return c + 7;
}

static inline __attribute__((always_inline)) u32 twice(u32 a) {
  u32 first = mix(a, 3);
  u32 second = mix(first, 4);
  return first + second;
}

static inline __attribute__((always_inline)) u32 clamp(u32 value, u32 top) {
  return value > top ? top : value;
}

static inline __attribute__((always_inline)) void put(struct pair *pair, u32 value) {
  pair->a = value;
  pair->b = clamp(value, 10);
  sink = pair->b;
}

static inline __attribute__((always_inline)) u32 get(const struct pair *pair) {
  sink = pair->a;
  return pair->a + pair->b;
}

__attribute__((noinline)) u32 work(u32 n) {
  struct pair pair = {n, n};
  u32 a = twice(n);
  sink = a;
  switch (n & 3) {
  case 0:
    sink = 4;
    break;
  case 1:
    put(&pair, n);
    break;
  default:
    sink = 9;
  }
  for (u32 i = 0; i < 2; i++)
    put(&pair, get(&pair) + i);
  do {
    n -= clamp(n, 2);
    sink = n;
  } while (n);
  u32 c = mix(a, n);
  if (c > source * 1000000u) c -= mix(c, 1);
  c -= mix(c, 1) | 1u << 30;
  return get(&pair) + c;
}

void kernel_main(void) {
  u32 x = source;
  x = work(x);
  sink = x;
}
