/* Whether long work should give way. */
#include "vmm/preempt.h"

#include "vmm/clock.h"

/* When the idle context has to let others run. */
static u64 idle_until = ~0ull;

void preempt_idle_at(u64 time) {
  idle_until = time;
}

bool preempt_wanted_idle(void) {
  return time_now() >= idle_until;
}
