/*
 * pv/waiter: a kernel that measures how long it has to wait for its turn.
 *
 * It reads the time-stamp counter without a pause for four seconds. Between two readings
 * lie a few instructions, unless another domain had the processor: the longest gap is the
 * longest wait. Run it beside a domain that would like to keep the processor.
 */
#include "guest.h"
#include "print.h"

#define SECONDS 4

static u64 tsc(void) {
  u64 ticks;
  asm volatile("rdtsc" : "=A"(ticks));
  return ticks;
}

void kernel_main(void) {
  u64 last = tsc(), end = last + SECONDS * 1000000000ull, longest = 0;
  while (last < end) {
    u64 now = tsc();
    if (now - last > longest) longest = now - last;
    last = now;
  }
  printk("waiter: longest wait %u ns\n", (u32)longest);
  domain_shutdown(SHUTDOWN_poweroff);
}
