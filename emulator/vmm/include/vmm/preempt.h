/* Tells whether long work should give way to others. */
#ifndef VMM_PREEMPT_H
#define VMM_PREEMPT_H

#include "vmm/arch.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/runqueue.h"
#include "vmm/types.h"

/*
 * Whether a long piece of work should give way: another vCPU's turn has come, or an event waits for this one.
 * In the idle context: whether its time is up.
 */
bool preempt_wanted_idle(void);
always_inline bool preempt_wanted(void) {
  if (unlikely(current == NULL)) return preempt_wanted_idle();
  arch_take_interrupts();
  return sched_wanted || vcpu_event_waits(current);
}
/* Sets when the idle context's time is up. */
void preempt_idle_at(u64 time);

#endif
