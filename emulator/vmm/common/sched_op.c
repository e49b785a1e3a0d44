/* sched_op: what a vCPU may ask of the scheduler. */
#include "public/errno.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/refuse.h"
#include "vmm/sched.h"
#include "vmm/time.h"

#define POLL_PORTS_MAX 128

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
