/* Round-robin scheduling: the next runnable vCPU after this one in the list. */
#include "vmm/sched.h"

#include "public/errno.h"
#include "vmm/arch.h"
#include "vmm/clock.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/evtchn.h"
#include "vmm/hypercall.h"
#include "vmm/refuse.h"
#include "vmm/time.h"

#define POLL_PORTS_MAX 128
#define REAP_NS        1000000u /* of giving back what a dead domain held, before others run again */

bool sched_wanted;
static struct vcpu *ring; /* any vCPU of the circular list; the last one that ran */

void sched_add(struct vcpu *v) {
  if (ring == NULL) {
    ring = v->next = v;
    return;
  }
  /* At the end of the round: the newest runs last. */
  struct vcpu *last = ring;
  while (last->next != ring)
    last = last->next;
  last->next = v;
  v->next = ring;
}

void sched_remove(struct vcpu *v) {
  struct vcpu *before = v;
  if (v->next == NULL) return;
  while (before->next != v)
    before = before->next;
  before->next = v->next;
  if (ring == v) ring = before == v ? NULL : before;
  v->next = NULL;
}

void sched_for_each(void (*visit)(struct vcpu *v)) {
  struct vcpu *v = ring;
  if (v == NULL) return;
  do {
    struct vcpu *next = v->next;
    visit(v);
    v = next;
  } while (v != ring);
}

bool sched_runnable(const struct vcpu *v) {
  return !v->blocked && !v->domain->dying;
}

static struct vcpu *pick_after(struct vcpu *v) {
  struct vcpu *candidate = v;
  if (v == NULL) return NULL;
  do {
    candidate = candidate->next;
    if (sched_runnable(candidate)) return candidate;
  } while (candidate != v);
  return NULL;
}

bool sched_contended(void) {
  struct vcpu *first = pick_after(ring);
  return first && (domains_dying > 0 || pick_after(first) != first);
}

void sched_wake(struct vcpu *v) {
  if (!v->blocked) return;
  v->blocked = v->polling = false;
  v->poll_deadline = 0;
  sched_wanted = true;
}

static void switch_to(struct vcpu *prev, struct vcpu *next) {
  current = next;
  if (next) {
    ring = next;
    time_publish(next);
    timer_start_slice();
  }
  if (prev != next) arch_switch(prev, next);
}

void schedule(void) {
  sched_wanted = false;
  struct vcpu *prev = current;
  /* The stack of a dying vCPU cannot be freed while it is in use: idle does it, a part between two slices. */
  switch_to(prev, domains_dying > 0 ? NULL : pick_after(ring));
}

static bool event_waits(const struct vcpu *v) {
  return v->info->evtchn_upcall_pending && !v->info->evtchn_upcall_mask;
}

/* When the idle context has to let others run. */
static u64 idle_until = ~0ull;

bool preempt_wanted(void) {
  if (current == NULL) return time_now() >= idle_until;
  arch_take_interrupts();
  return sched_wanted || event_waits(current);
}

void sched_idle(void) {
  for (;;) {
    idle_until = time_now() + REAP_NS;
    domain_reap();
    sched_wanted = false;
    struct vcpu *next = pick_after(ring);
    if (next)
      switch_to(NULL, next);
    else if (domains_dying > 0)
      arch_take_interrupts();
    else
      arch_wait();
  }
}

void sched_block(struct vcpu *v) {
  v->info->evtchn_upcall_mask = 0;
  if (event_waits(v)) return;
  v->blocked = true;
  schedule();
}

static bool port_pending(const struct domain *d, u32 port) {
  return d->shared_info->evtchn_pending[port / 32] >> (port % 32) & 1;
}

/* Waits, without upcalls, until a port is pending or the time has come. */
static int sched_poll(struct vcpu *v, u32 argument) {
  struct sched_poll poll;
  u32 ports[POLL_PORTS_MAX];
  if (read_argument(&poll, argument, sizeof(poll))) return -XEN_EFAULT;
  if (poll.nr_ports > POLL_PORTS_MAX)
    return refuse(-XEN_EINVAL, "poll: %u ports, of which %u may be", poll.nr_ports, POLL_PORTS_MAX);
  if (read_argument(ports, poll.ports, poll.nr_ports * sizeof(u32))) return -XEN_EFAULT;
  for (u32 i = 0; i < poll.nr_ports; i++)
    if (ports[i] >= NR_EVENT_CHANNELS) return refuse(-XEN_EINVAL, "poll: there is no port %u", ports[i]);
  for (u32 i = 0; i < poll.nr_ports; i++)
    if (port_pending(v->domain, ports[i])) return 0;
  v->poll_port = poll.nr_ports == 1 ? ports[0] : 0;
  v->poll_deadline = poll.timeout;
  v->blocked = v->polling = true;
  timer_run();
  if (v->blocked) schedule();
  return 0;
}

static int sched_shutdown(struct vcpu *v, u32 argument) {
  struct sched_shutdown shutdown;
  if (read_argument(&shutdown, argument, sizeof(shutdown))) return -XEN_EFAULT;
  domain_shutdown(v->domain, shutdown.reason);
  return 0;
}

int do_sched_op(u32 command, u32 argument, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  switch (command) {
  case SCHEDOP_yield:
    schedule();
    return 0;
  case SCHEDOP_block:
    sched_block(current);
    return 0;
  case SCHEDOP_shutdown:
    return sched_shutdown(current, argument);
  case SCHEDOP_poll:
    return sched_poll(current, argument);
  default:
    return refuse_command("sched_op", command);
  }
}
