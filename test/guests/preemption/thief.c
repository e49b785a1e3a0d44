/*
 * thief: an attack on the other domains' time. It sleeps for a moment (its command line
 * says how many nanoseconds), over and over: whoever is chosen meanwhile loses the
 * processor again before it has executed anything, if a vCPU that wakes runs at once.
 *
 * Expected end: after a third of a second. The other domain has had half of the time at least.
 */
#include "guest.h"
#include "print.h"

#define END 300000000u

static volatile u8 shared[4096] __attribute__((aligned(4096)));

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
  const struct shared_info *info = (const struct shared_info *)shared;
  const u32 nap = argument();
  struct evtchn_bind_virq bind = {.virq = VIRQ_TIMER, .vcpu = 0};

  HYPERCALL4(update_va_mapping, (u32)shared, start_info->shared_info | 3, 0, UVMF_INVLPG);
  HYPERCALL2(event_channel_op, EVTCHNOP_bind_virq, (u32)&bind);
  while (tsc() < END) {
    /* On Ringscope a tick is a nanosecond. */
    struct sched_poll poll = {(u32)&bind.port, 1, tsc() - info->vcpu_info[0].time.tsc_timestamp + nap};
    HYPERCALL2(sched_op, SCHEDOP_poll, (u32)&poll);
  }
}
