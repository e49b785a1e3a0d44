/*
 * Event channels. The pending and mask bits of a port are in the shared page, which the guest may write at
 * any time. The VMM only sets and tests them, and never trusts them. The state of a port is in the VMM's
 * memory.
 */
#include "vmm/evtchn.h"

#include "public/errno.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/heap.h"
#include "vmm/hypercall.h"
#include "vmm/refuse.h"
#include "vmm/runqueue.h"
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

/* Finds a port. If there is no such port, it refuses in the name of `operation` and returns NULL. */
always_inline struct evtchn *find_port(struct domain *d, const char *operation, u32 port) {
  if (port > 0 && port < NR_EVENT_CHANNELS) return &d->evtchns[port];
  refuse(-XEN_EINVAL, "%s: there is no port %u", operation, port);
  return NULL;
}

/* Finds a free port. If all are in use, it refuses and returns 0. */
static u32 free_port(struct domain *d, const char *operation) {
  for (u32 port = 1; port < NR_EVENT_CHANNELS; port++)
    if (d->evtchns[port].state == EVTCHNSTAT_closed) return port;
  refuse(-XEN_ENOSPC, "%s: all ports are in use", operation);
  return 0;
}

static int check_vcpu(struct domain *d, const char *operation, u32 vcpu) {
  if (vcpu < MAX_DOMAIN_VCPUS && d->vcpu[vcpu]) return 0;
  return refuse(-XEN_ENOENT, "%s: there is no vCPU %u", operation, vcpu);
}

always_inline bool test_and_set(u32 *words, u32 bit) {
  bool old = words[bit / 32] >> (bit % 32) & 1;
  words[bit / 32] |= 1u << (bit % 32);
  return old;
}

/* The port is pending and not masked, so the vCPU must be told. */
always_inline void raise_upcall(struct vcpu *v, u32 port) {
  if (test_and_set(&v->info->evtchn_pending_sel, port / 32)) return;
  v->info->evtchn_upcall_pending = 1;
  sched_wake(v);
}

void evtchn_set_pending(struct domain *d, u32 port) {
  struct vcpu *v = d->vcpu[d->evtchns[port].vcpu];
  /* While a dead domain is released in parts, its shared page may be gone already. */
  if (d->dying) return;
  trace_event_send(d, port);
  if (test_and_set(d->shared_info->evtchn_pending, port)) return;
  bool masked = d->shared_info->evtchn_mask[port / 32] >> (port % 32) & 1;
  if (!masked) raise_upcall(v, port);
  /* A poller waits for the port itself, which may be masked. */
  if (v->polling && (v->poll_port == 0 || v->poll_port == port)) sched_wake(v);
}

void evtchn_send_virq(struct vcpu *v, u32 virq) {
  if (v->virq_port[virq]) evtchn_set_pending(v->domain, v->virq_port[virq]);
}

void evtchn_connect(struct domain *d, u32 port, void (*peer)(struct domain *d)) {
  d->evtchns[port] =
      (struct evtchn){.state = EVTCHNSTAT_interdomain, .remote_domain = EVTCHN_PEER_VMM, .peer = peer};
}

void evtchn_send_from_vmm(struct domain *d, u32 port) {
  const struct evtchn *channel = &d->evtchns[port];
  if (channel->state == EVTCHNSTAT_interdomain && channel->remote_domain == EVTCHN_PEER_VMM)
    evtchn_set_pending(d, port);
}

static int bind_virq(struct domain *d, u32 argument) {
  struct evtchn_bind_virq bind;
  if (read_argument(&bind, argument, sizeof(bind))) return -XEN_EFAULT;
  if (bind.virq >= NR_VIRQS) return refuse(-XEN_EINVAL, "bind_virq: there is no VIRQ %u", bind.virq);
  int error = check_vcpu(d, "bind_virq", bind.vcpu);
  if (error) return error;
  struct vcpu *v = d->vcpu[bind.vcpu];
  if (v->virq_port[bind.virq])
    return refuse(-XEN_EEXIST, "bind_virq: VIRQ %u has port %u already", bind.virq, v->virq_port[bind.virq]);
  bind.port = free_port(d, "bind_virq");
  if (bind.port == 0) return -XEN_ENOSPC;
  if (write_result(argument, &bind, sizeof(bind))) return -XEN_EFAULT;
  d->evtchns[bind.port] = (struct evtchn){.state = EVTCHNSTAT_virq, .virq = bind.virq, .vcpu = bind.vcpu};
  v->virq_port[bind.virq] = bind.port;
  return 0;
}

static int bind_ipi(struct domain *d, u32 argument) {
  struct evtchn_bind_ipi bind;
  if (read_argument(&bind, argument, sizeof(bind))) return -XEN_EFAULT;
  int error = check_vcpu(d, "bind_ipi", bind.vcpu);
  if (error) return error;
  bind.port = free_port(d, "bind_ipi");
  if (bind.port == 0) return -XEN_ENOSPC;
  if (write_result(argument, &bind, sizeof(bind))) return -XEN_EFAULT;
  d->evtchns[bind.port] = (struct evtchn){.state = EVTCHNSTAT_ipi, .vcpu = bind.vcpu};
  return 0;
}

static int close_port(struct domain *d, u32 argument) {
  struct evtchn_close close;
  if (read_argument(&close, argument, sizeof(close))) return -XEN_EFAULT;
  struct evtchn *channel = find_port(d, "close", close.port);
  if (channel == NULL) return -XEN_EINVAL;
  if (channel->state == EVTCHNSTAT_closed)
    return refuse(-XEN_EINVAL, "close: port %u is not open", close.port);
  if (channel->state == EVTCHNSTAT_virq) d->vcpu[channel->vcpu]->virq_port[channel->virq] = 0;
  d->shared_info->evtchn_pending[close.port / 32] &= ~(1u << (close.port % 32));
  *channel = (struct evtchn){.state = EVTCHNSTAT_closed};
  return 0;
}

static int send_port(struct domain *d, u32 argument) {
  struct evtchn_send send;
  if (words_from_guest(&send, argument, sizeof(send) / 4)) return refuse_read(argument, sizeof(send));
  struct evtchn *channel = find_port(d, "send", send.port);
  if (channel == NULL) return -XEN_EINVAL;
  switch (channel->state) {
  case EVTCHNSTAT_ipi:
    evtchn_set_pending(d, send.port);
    return 0;
  case EVTCHNSTAT_interdomain:
    trace_event_send(d, send.port);
    if (channel->peer) channel->peer(d);
    return 0;
  case EVTCHNSTAT_unbound:
    return 0;
  default:
    return refuse(-XEN_EINVAL, "send: port %u is nothing to send to", send.port);
  }
}

static int port_status(struct domain *d, u32 argument) {
  struct evtchn_status status;
  if (read_argument(&status, argument, sizeof(status))) return -XEN_EFAULT;
  if (status.dom != DOMID_SELF && status.dom != d->id)
    return refuse(d->privileged ? -XEN_ESRCH : -XEN_EPERM, "status: of domain %x", status.dom);
  struct evtchn *channel = find_port(d, "status", status.port);
  if (channel == NULL) return -XEN_EINVAL;
  status.status = channel->state;
  status.vcpu = channel->vcpu;
  status.u.interdomain.port = 0;
  if (channel->state == EVTCHNSTAT_virq) status.u.virq = channel->virq;
  if (channel->state == EVTCHNSTAT_interdomain) {
    status.u.interdomain.dom = channel->remote_domain;
    status.u.interdomain.port = channel->remote_port;
  }
  return write_result(argument, &status, sizeof(status));
}

/* Clears the mask. An event that came meanwhile is delivered now. */
static int unmask_port(struct domain *d, u32 argument) {
  struct evtchn_unmask unmask;
  if (read_argument(&unmask, argument, sizeof(unmask))) return -XEN_EFAULT;
  struct evtchn *channel = find_port(d, "unmask", unmask.port);
  if (channel == NULL) return -XEN_EINVAL;
  u32 word = unmask.port / 32, bit = 1u << (unmask.port % 32);
  bool was_masked = d->shared_info->evtchn_mask[word] & bit;
  d->shared_info->evtchn_mask[word] &= ~bit;
  if (was_masked && d->shared_info->evtchn_pending[word] & bit)
    raise_upcall(d->vcpu[channel->vcpu], unmask.port);
  return 0;
}

/* There are no FIFO events, so no control block is valid. */
static int init_control(u32 argument) {
  struct evtchn_init_control control;
  if (read_argument(&control, argument, sizeof(control))) return -XEN_EFAULT;
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
    return refuse_command("event_channel_op", command);
  }
}
