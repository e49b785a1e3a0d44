/* What each benchmark kernel gives, and what it may use. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define PAGE_SIZE 4096u

/* How often the work is done: the first number to be timed, the second to be checked only. */
#ifdef BENCH_SHORT
#define AMOUNT(timed, checked) (checked)
#else
#define AMOUNT(timed, checked) (timed)
#endif

/* The work; its checksum is printed, so that nothing can be left out and two machines can be compared. */
u32 bench_kernel(void);

void kernel_main(void);

/* A cheap generator of the same numbers everywhere (xorshift). */
static inline u32 bench_random(u32 *state) {
  u32 x = *state;

  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}
