/* Event channels. Port numbers start at 1; 0 is never a channel. */
#ifndef PUBLIC_EVENT_H
#define PUBLIC_EVENT_H

#include "types.h"

#define VIRQ_TIMER   0
#define VIRQ_DEBUG   1
#define VIRQ_CONSOLE 2
#define VIRQ_DOM_EXC 3
#define NR_VIRQS     24

#define EVTCHNOP_bind_interdomain 0
#define EVTCHNOP_bind_virq        1
#define EVTCHNOP_bind_pirq        2
#define EVTCHNOP_close            3
#define EVTCHNOP_send             4
#define EVTCHNOP_status           5
#define EVTCHNOP_alloc_unbound    6
#define EVTCHNOP_bind_ipi         7
#define EVTCHNOP_bind_vcpu        8
#define EVTCHNOP_unmask           9
#define EVTCHNOP_reset            10
#define EVTCHNOP_init_control     11

#define EVTCHNSTAT_closed      0
#define EVTCHNSTAT_unbound     1
#define EVTCHNSTAT_interdomain 2
#define EVTCHNSTAT_pirq        3
#define EVTCHNSTAT_virq        4
#define EVTCHNSTAT_ipi         5

struct evtchn_bind_interdomain {
  u16 remote_dom;
  u32 remote_port;
  u32 local_port; /* out */
};

struct evtchn_bind_virq {
  u32 virq;
  u32 vcpu;
  u32 port; /* out */
};

struct evtchn_bind_ipi {
  u32 vcpu;
  u32 port; /* out */
};

struct evtchn_bind_vcpu {
  u32 port;
  u32 vcpu;
};

struct evtchn_close {
  u32 port;
};

struct evtchn_send {
  u32 port;
};

struct evtchn_unmask {
  u32 port;
};

struct evtchn_reset {
  u16 dom;
};

struct evtchn_alloc_unbound {
  u16 dom;
  u16 remote_dom;
  u32 port; /* out */
};

struct evtchn_init_control {
  u64 control_gfn;
  u32 offset;
  u32 vcpu;
  u8 link_bits; /* out */
  u8 pad[7];
};

struct evtchn_status {
  u16 dom;
  u32 port;
  u32 status; /* out: EVTCHNSTAT_ */
  u32 vcpu;   /* out */
  union {     /* out, by status */
    struct {
      u16 dom;
    } unbound;
    struct {
      u16 dom;
      u32 port;
    } interdomain;
    u32 pirq;
    u32 virq;
  } u;
};

#endif
