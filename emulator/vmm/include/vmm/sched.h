/* Round-robin scheduling of vCPUs. */
#ifndef VMM_SCHED_H
#define VMM_SCHED_H

#include "vmm/arch.h"
#include "vmm/current.h"
#include "vmm/types.h"

struct vcpu;

/* Gives the processor away. Returns when this vCPU is chosen again. */
void schedule(void);
/* Switches from one vCPU to the other; NULL is the idle context. */
void sched_switch(struct vcpu *prev, struct vcpu *next);
/* Blocks the current vCPU until sched_wake. Returns at once if an event waits already. */
void sched_block(struct vcpu *v);

#endif
