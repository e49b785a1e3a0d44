/*
 * waiter: a domain that always wants to run, and notes for how long it could not. Its
 * command line says for how many milliseconds it looks at the clock.
 *
 * Verdict: its share of the time in hundredths, and a line with its longest wait in TSC
 * ticks (on Ringscope: instructions).
 */
#include "guest.h"
#include "print.h"

/* Between two readings of the clock nothing else ran. */
#define SHORT 100

static u64 tsc(void) {
  u64 ticks;

  asm volatile("rdtsc" : "=A"(ticks));
  return ticks;
}

static u32 argument(void) {
  u32 value = 0;

  for (const char *c = start_info->cmd_line; *c >= '0' && *c <= '9'; c++)
    value = value * 10 + (u32)(*c - '0');
  return value;
}

void kernel_main(void) {
  const u64 end = tsc() + argument() * 1000000ull;
  u64 longest = 0, before = tsc(), now;
  u32 own = 0;

  for (; before < end; before = now) {
    now = tsc();
    if (now - before > longest) longest = now - before;
    if (now - before < SHORT) own += (u32)(now - before);
  }
  printk("share: %u\n", own / (argument() * 10000));
  printk("longest wait: %u\n", (u32)longest);
}
