/* One-shot timers of vCPUs, and their time slices. */
#ifndef VMM_TIME_H
#define VMM_TIME_H

#include "vmm/types.h"

struct vcpu;

/* Wall-clock time of the machine's boot: the same on every machine, so that runs repeat. */
#define BOOT_WALLCLOCK 1066521600u /* 2003-10-19 00:00 UTC */
#define SLICE_NS       10000000u
#define WAKE_NS        1000000u /* of its slice, after which the running vCPU goes for one that was woken */

/* Publishes the time scale in the vCPU's shared page. */
void time_publish(struct vcpu *v);
/* Fires what is due and programs the interrupt for what comes next. */
void timer_run(void);
/*
 * Whether the running vCPU has to go, where sched_wanted says that another could run. One that was woken
 * waits until the running one has had WAKE_NS of its slice: otherwise a domain that sleeps for a moment again
 * and again would take the processor from the others before they have executed anything.
 */
bool timer_slice_over(void);
/* Starts the time slice of the vCPU that is about to run. */
void timer_start_slice(void);

#endif
