/* Whether long work should give way. */
#ifndef VMM_PREEMPT_H
#define VMM_PREEMPT_H

#include "vmm/types.h"

struct vcpu;

/*
 * Whether a long piece of work should give way: another vCPU's turn has come, or
 * an event waits for this one. In the idle context: its time is up.
 */
bool preempt_wanted(void);
/* When the idle context's time is up. */
void preempt_idle_at(u64 time);
/* An upcall is pending and not masked. */
bool event_waits(const struct vcpu *v);

#endif
