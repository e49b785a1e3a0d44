/*
 * Event channels. A port's pending and mask bits live in the shared page, which
 * the guest may write at any time: they are only ever set and tested here, never
 * trusted. What the port is lives in the VMM.
 */
#include "vmm/evtchn.h"

#include "public/errno.h"
#include "vmm/console.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/heap.h"
#include "vmm/hypercall.h"
#include "vmm/sched.h"
#include "vmm/trace.h"

#define TABLE_PAGES PAGES(NR_EVENT_CHANNELS * sizeof(struct evtchn))

int evtchn_init(struct domain *d) {
  d->evtchns = heap_alloc(TABLE_PAGES);
  return d->evtchns ? 0 : -XEN_ENOMEM;
}

void evtchn_release(struct domain *d) {
  heap_free(d->evtchns, TABLE_PAGES);
  d->evtchns = NULL;
}

static struct evtchn *find_port(struct domain *d, u32 port) {
  return port > 0 && port < NR_EVENT_CHANNELS ? &d->evtchns[port] : NULL;
}

static u32 free_port(struct domain *d) {
  for (u32 port = 1; port < NR_EVENT_CHANNELS; port++)
    if (d->evtchns[port].state == EVTCHNSTAT_closed) return port;
  return 0;
}

static bool test_and_set(u32 *words, u32 bit) {
  bool old = words[bit / 32] >> (bit % 32) & 1;
  words[bit / 32] |= 1u << (bit % 32);
  return old;
}

/* The port is pending and not masked: tells the vCPU. */
static void raise_upcall(struct vcpu *v, u32 port) {
  if (test_and_set(&v->info->evtchn_pending_sel, port / 32)) return;
  v->info->evtchn_upcall_pending = 1;
  sched_wake(v);
}

void evtchn_set_pending(struct domain *d, u32 port) {
  struct vcpu *v = d->vcpu[d->evtchns[port].vcpu];
  trace_event_send(d, port);
  if (test_and_set(d->shared_info->evtchn_pending, port)) return;
  bool masked = d->shared_info->evtchn_mask[port / 32] >> (port % 32) & 1;
  if (!masked) raise_upcall(v, port);
  /* A poller waits for the port itself: it may be masked. */
  if (v->polling && (v->poll_port == 0 || v->poll_port == port)) sched_wake(v);
}

void evtchn_send_virq(struct vcpu *v, u32 virq) {
  if (v->virq_port[virq]) evtchn_set_pending(v->domain, v->virq_port[virq]);
}

void evtchn_reserve(struct domain *d, u32 port) {
  d->evtchns[port] = (struct evtchn){.state = EVTCHNSTAT_interdomain, .remote_domain = EVTCHN_PEER_VMM};
}

static int bind_virq(struct domain *d, u32 argument) {
  struct evtchn_bind_virq bind;
  if (copy_from_guest(&bind, argument, sizeof(bind))) return -XEN_EFAULT;
  if (bind.virq >= NR_VIRQS) return -XEN_EINVAL;
  if (bind.vcpu >= MAX_DOMAIN_VCPUS || d->vcpu[bind.vcpu] == NULL) return -XEN_ENOENT;
  struct vcpu *v = d->vcpu[bind.vcpu];
  if (v->virq_port[bind.virq]) return -XEN_EEXIST;
  bind.port = free_port(d);
  if (bind.port == 0) return -XEN_ENOSPC;
  if (copy_to_guest(argument, &bind, sizeof(bind))) return -XEN_EFAULT;
  d->evtchns[bind.port] = (struct evtchn){.state = EVTCHNSTAT_virq, .virq = bind.virq, .vcpu = bind.vcpu};
  v->virq_port[bind.virq] = bind.port;
  return 0;
}

static int bind_ipi(struct domain *d, u32 argument) {
  struct evtchn_bind_ipi bind;
  if (copy_from_guest(&bind, argument, sizeof(bind))) return -XEN_EFAULT;
  if (bind.vcpu >= MAX_DOMAIN_VCPUS || d->vcpu[bind.vcpu] == NULL) return -XEN_ENOENT;
  bind.port = free_port(d);
  if (bind.port == 0) return -XEN_ENOSPC;
  if (copy_to_guest(argument, &bind, sizeof(bind))) return -XEN_EFAULT;
  d->evtchns[bind.port] = (struct evtchn){.state = EVTCHNSTAT_ipi, .vcpu = bind.vcpu};
  return 0;
}

static int close_port(struct domain *d, u32 argument) {
  struct evtchn_close close;
  if (copy_from_guest(&close, argument, sizeof(close))) return -XEN_EFAULT;
  struct evtchn *channel = find_port(d, close.port);
  if (channel == NULL || channel->state == EVTCHNSTAT_closed) return -XEN_EINVAL;
  if (channel->state == EVTCHNSTAT_virq) d->vcpu[channel->vcpu]->virq_port[channel->virq] = 0;
  d->shared_info->evtchn_pending[close.port / 32] &= ~(1u << (close.port % 32));
  *channel = (struct evtchn){.state = EVTCHNSTAT_closed};
  return 0;
}

static int send_port(struct domain *d, u32 argument) {
  struct evtchn_send send;
  if (copy_from_guest(&send, argument, sizeof(send))) return -XEN_EFAULT;
  struct evtchn *channel = find_port(d, send.port);
  if (channel == NULL) return -XEN_EINVAL;
  switch (channel->state) {
  case EVTCHNSTAT_ipi:
    evtchn_set_pending(d, send.port);
    return 0;
  case EVTCHNSTAT_interdomain:
    trace_event_send(d, send.port);
    if (send.port == EVTCHN_CONSOLE_PORT) console_drain(d);
    return 0;
  case EVTCHNSTAT_unbound:
    return 0;
  default:
    return -XEN_EINVAL;
  }
}

static int port_status(struct domain *d, u32 argument) {
  struct evtchn_status status;
  if (copy_from_guest(&status, argument, sizeof(status))) return -XEN_EFAULT;
  if (status.dom != DOMID_SELF && status.dom != d->id) return d->privileged ? -XEN_ESRCH : -XEN_EPERM;
  struct evtchn *channel = find_port(d, status.port);
  if (channel == NULL) return -XEN_EINVAL;
  status.status = channel->state;
  status.vcpu = channel->vcpu;
  status.u.interdomain.port = 0;
  if (channel->state == EVTCHNSTAT_virq) status.u.virq = channel->virq;
  if (channel->state == EVTCHNSTAT_interdomain) {
    status.u.interdomain.dom = channel->remote_domain;
    status.u.interdomain.port = channel->remote_port;
  }
  return copy_to_guest(argument, &status, sizeof(status));
}

/* Clears the mask; an event that came meanwhile is delivered now. */
static int unmask_port(struct domain *d, u32 argument) {
  struct evtchn_unmask unmask;
  if (copy_from_guest(&unmask, argument, sizeof(unmask))) return -XEN_EFAULT;
  struct evtchn *channel = find_port(d, unmask.port);
  if (channel == NULL) return -XEN_EINVAL;
  u32 word = unmask.port / 32, bit = 1u << (unmask.port % 32);
  bool was_masked = d->shared_info->evtchn_mask[word] & bit;
  d->shared_info->evtchn_mask[word] &= ~bit;
  if (was_masked && d->shared_info->evtchn_pending[word] & bit)
    raise_upcall(d->vcpu[channel->vcpu], unmask.port);
  return 0;
}

/* There is no FIFO of events: no control block suits it. */
static int init_control(u32 argument) {
  struct evtchn_init_control control;
  if (copy_from_guest(&control, argument, sizeof(control))) return -XEN_EFAULT;
  return refuse(-XEN_EINVAL, "init_control: events have two levels, no FIFO");
}

int do_event_channel_op(u32 command, u32 argument, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  switch (command) {
  case EVTCHNOP_bind_virq:
    return bind_virq(current->domain, argument);
  case EVTCHNOP_bind_ipi:
    return bind_ipi(current->domain, argument);
  case EVTCHNOP_close:
    return close_port(current->domain, argument);
  case EVTCHNOP_send:
    return send_port(current->domain, argument);
  case EVTCHNOP_status:
    return port_status(current->domain, argument);
  case EVTCHNOP_unmask:
    return unmask_port(current->domain, argument);
  case EVTCHNOP_init_control:
    return init_control(argument);
  default:
    return -XEN_ENOSYS;
  }
}
