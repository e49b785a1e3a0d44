/* Whether long work should give way. */
#include "vmm/preempt.h"

#include "vmm/arch.h"
#include "vmm/clock.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/runqueue.h"

bool event_waits(const struct vcpu *v) {
  return v->info->evtchn_upcall_pending && !v->info->evtchn_upcall_mask;
}

/* When the idle context has to let others run. */
static u64 idle_until = ~0ull;

void preempt_idle_at(u64 time) {
  idle_until = time;
}

bool preempt_wanted(void) {
  if (current == NULL) return time_now() >= idle_until;
  arch_take_interrupts();
  return sched_wanted || event_waits(current);
}
