/*
 * The context of the processor when no vCPU runs. This file is above scheduling, time and the end of domains.
 */
#include "vmm/idle.h"

#include "vmm/arch.h"
#include "vmm/clock.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/preempt.h"
#include "vmm/runqueue.h"
#include "vmm/sched.h"

#define REAP_NS 1000000u /* of giving back what a dead domain held, before others run again */

void idle(void) {
  for (;;) {
    preempt_idle_at(time_now() + REAP_NS);
    domain_reap();
    sched_wanted = false;
    struct vcpu *next = runqueue_next();
    if (next)
      sched_switch(NULL, next);
    else if (domains_dying > 0)
      arch_take_interrupts();
    else
      arch_wait();
  }
}
