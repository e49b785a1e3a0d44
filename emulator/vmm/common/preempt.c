/* Tells whether long work should give way to others. */
#include "vmm/preempt.h"

#include "vmm/clock.h"

/* The time at which the idle context has to let others run. */
static u64 idle_until = ~0ull;

void preempt_idle_at(u64 time) {
  idle_until = time;
}

bool preempt_wanted_idle(void) {
  return time_now() >= idle_until;
}
