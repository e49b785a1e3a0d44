/* Domains and their virtual processors. */
#ifndef VMM_DOMAIN_H
#define VMM_DOMAIN_H

#include "public/xen.h"
#include "vmm/evtchn.h"
#include "vmm/guest_log.h"
#include "vmm/types.h"
#include "x86/domain.h"

#define MAX_DOMAIN_VCPUS 1

struct vcpu {
  struct domain *domain;
  u32 id;
  /* The guest's registers, at the top of this vCPU's VMM stack. */
  struct cpu_regs *regs;
  struct vcpu_info *info;
  struct vcpu *next; /* circular list of all vCPUs: the order of the scheduler */
  bool blocked;      /* in SCHEDOP_block or SCHEDOP_poll */
  u32 poll_port;     /* the only port polled, 0 for several; meaningful while `polling` */
  bool polling;
  bool timer_armed;
  u64 timer_deadline; /* system time in ns */
  u64 poll_deadline;  /* 0: none */
  struct trap_info traps[256];
  u32 virq_port[NR_VIRQS];
  /* For hypercalls in parts: see vmm/hypercall.h. */
  u32 progress;          /* of the call in progress: what earlier parts have done */
  u32 again;             /* not 0: the call is to be made again, with this in EAX */
  u32 interrupted_calls; /* that were not made again yet */
  struct arch_vcpu arch;
};

struct domain {
  u32 id;
  struct domain *next;
  bool privileged;
  bool dying;
  u32 nr_pages;
  u32 max_pages;
  u32 vm_assist; /* bit per VMASST_TYPE_ */
  struct shared_info *shared_info;
  struct console_ring *console_ring; /* NULL for the first domain */
  struct evtchn *evtchns;            /* NR_EVENT_CHANNELS of them */
  struct vcpu *vcpu[MAX_DOMAIN_VCPUS];
  struct arch_domain arch;
  char line[128]; /* console output waiting for its newline, when lines carry a prefix */
  u32 line_length;
  struct guest_log log;
};

extern struct domain *domain_list;
extern u32 domain_count;

/* Whether the vCPU must be called back before it runs on. */
always_inline bool vcpu_event_waits(const struct vcpu *v) {
  return v->info->evtchn_upcall_pending && !v->info->evtchn_upcall_mask;
}

extern u32 domains_dying; /* of them: ended, and not given back yet */

/*
 * Creates a domain with one vCPU that is not runnable yet, or NULL without memory. Domain 0 is the privileged
 * one.
 */
struct domain *domain_create(u32 id);
/* Releases what a domain holds that could not be built and was never started. */
void domain_abandon(struct domain *d);
struct domain *domain_find(u32 id);
/* Makes the vCPU known to the scheduler. */
void domain_start(struct domain *d);

/*
 * Ends a domain that did something that cannot be answered. The reason, the registers and the guest's stack
 * are logged. The function returns normally; the domain's vCPU leaves for the scheduler on its way to the
 * guest.
 */
void domain_crash(struct domain *d, const char *format, ...) printf_like(2, 3);
/* Ends a domain at its own request; `reason` is SHUTDOWN_. */
void domain_shutdown(struct domain *d, u32 reason);
/*
 * Is called from the idle context. Releases what dead domains held, as long as preempt_wanted() allows. Ends
 * the machine after the last domain.
 */
void domain_reap(void);
/* Reports that a domain could not be built. The others run; without the first one the machine ends. */
void domain_not_started(u32 id, const char *reason);
/* Ends the machine after its last domain has ended. The status tells what went wrong. */
noreturn void domains_ended(void);

#endif
