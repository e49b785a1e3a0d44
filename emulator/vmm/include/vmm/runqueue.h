/* The vCPUs that may run, in a circle. */
#ifndef VMM_RUNQUEUE_H
#define VMM_RUNQUEUE_H

#include "vmm/domain.h"
#include "vmm/types.h"

/* Set when another vCPU could run: it does once the one that runs has had its time (timer_slice_over). */
extern bool sched_wanted;

void sched_add(struct vcpu *v);
void sched_remove(struct vcpu *v);
bool sched_runnable(const struct vcpu *v);
/* Whether more than one vCPU could run, so that time slices are needed. */
bool sched_contended(void);
/* Lets a blocked vCPU run again. */
void sched_unblock(struct vcpu *v);
always_inline void sched_wake(struct vcpu *v) {
  if (v->blocked) sched_unblock(v);
}
/* Calls `visit` for each vCPU in the list. */
void sched_for_each(void (*visit)(struct vcpu *v));
/* The vCPU whose turn comes after the one that ran last; NULL if none can run. */
struct vcpu *runqueue_next(void);
/* Notes which vCPU runs now. */
void runqueue_took(struct vcpu *v);

#endif
