/* Gives the processor to one vCPU after the other, for a time slice each. */
#include "vmm/sched.h"

#include "public/errno.h"
#include "vmm/arch.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/evtchn.h"
#include "vmm/preempt.h"
#include "vmm/runqueue.h"
#include "vmm/time.h"

void sched_switch(struct vcpu *prev, struct vcpu *next) {
  current = next;
  if (next) {
    runqueue_took(next);
    time_publish(next);
    timer_start_slice();
  }
  if (prev != next) arch_switch(prev, next);
}

void schedule(void) {
  sched_wanted = false;
  struct vcpu *prev = current;
  /*
   * The stack of a dying vCPU cannot be freed while it is in use. The idle context frees it, part by part
   * between slices.
   */
  sched_switch(prev, domains_dying > 0 ? NULL : runqueue_next());
}

void sched_block(struct vcpu *v) {
  v->info->evtchn_upcall_mask = 0;
  if (vcpu_event_waits(v)) return;
  v->blocked = true;
  schedule();
}
