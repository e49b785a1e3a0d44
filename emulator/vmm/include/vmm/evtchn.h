/* Event channels: state of one port, and sending. */
#ifndef VMM_EVTCHN_H
#define VMM_EVTCHN_H

#include "public/event.h"
#include "vmm/types.h"

struct domain;
struct vcpu;

struct evtchn {
  u8 state; /* EVTCHNSTAT_ */
  u8 virq;
  u16 remote_domain; /* unbound: who may bind; interdomain: the peer */
  u16 remote_port;
  u16 vcpu; /* whom it notifies */
  /* The other end, if a part of the VMM is there; NULL if nobody listens. */
  void (*peer)(struct domain *d);
};

/* Ports of a domain whose console and store the VMM serves itself. */
#define EVTCHN_STORE_PORT   1
#define EVTCHN_CONSOLE_PORT 2
/* The remote_domain of a channel whose other end is the VMM. */
#define EVTCHN_PEER_VMM DOMID_XEN

int evtchn_init(struct domain *d);
void evtchn_release(struct domain *d);
/* Marks a port of `d` pending and, unless masked, asks for an upcall and wakes. */
void evtchn_set_pending(struct domain *d, u32 port);
/* Raises a virtual interrupt of `v` if it is bound. */
void evtchn_send_virq(struct vcpu *v, u32 virq);
/* Connects a port that the builder hands out. What the guest sends there is passed to `peer`. */
void evtchn_connect(struct domain *d, u32 port, void (*peer)(struct domain *d));
/* Sends from the VMM's end of such a port. Nothing happens once the guest has closed its own end. */
void evtchn_send_from_vmm(struct domain *d, u32 port);

#endif
