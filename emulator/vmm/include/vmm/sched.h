/* Round-robin scheduling of vCPUs. */
#ifndef VMM_SCHED_H
#define VMM_SCHED_H

#include "vmm/types.h"

struct vcpu;

/* Set when another vCPU should get the processor at the next chance. */
extern bool sched_wanted;

void sched_add(struct vcpu *v);
void sched_remove(struct vcpu *v);
bool sched_runnable(const struct vcpu *v);
/* More than one vCPU could run: time slices are needed. */
bool sched_contended(void);
/* Lets a blocked vCPU run again. */
void sched_wake(struct vcpu *v);
/*
 * Whether a long piece of work should give way: another vCPU's turn has come, or
 * an event waits for this one. In the idle context: its time is up.
 */
bool preempt_wanted(void);
/* Gives the processor away; comes back when this vCPU is chosen again. */
void schedule(void);
/* Blocks the current vCPU until sched_wake; at once back if an event waits already. */
void sched_block(struct vcpu *v);
/* The context of the processor when no vCPU can run. */
noreturn void sched_idle(void);
/* Called for each vCPU in the list. */
void sched_for_each(void (*visit)(struct vcpu *v));

#endif
