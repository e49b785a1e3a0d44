/*
 * The bodies of the trace points. They are empty, and in a file of their own so that the calls are not
 * optimised away.
 */
#include "vmm/trace.h"

#define TRACE_POINT __attribute__((noinline, used))
#define KEEP(value) asm volatile("" : : "g"(value))

TRACE_POINT void trace_hypercall_enter(struct vcpu *v, u32 nr, struct cpu_regs *regs) {
  KEEP(v);
  KEEP(nr);
  KEEP(regs);
}

TRACE_POINT void trace_hypercall_exit(struct vcpu *v, u32 nr, u32 result) {
  KEEP(v);
  KEEP(nr);
  KEEP(result);
}

TRACE_POINT void trace_event_send(struct domain *d, u32 port) {
  KEEP(d);
  KEEP(port);
}

TRACE_POINT void trace_upcall(struct vcpu *v) {
  KEEP(v);
}

TRACE_POINT void trace_bounce(struct vcpu *v, u32 vector) {
  KEEP(v);
  KEEP(vector);
}

TRACE_POINT void trace_refusal(struct vcpu *v, const char *reason) {
  KEEP(v);
  KEEP(reason);
}

TRACE_POINT void trace_domain_crash(struct domain *d, const char *reason) {
  KEEP(d);
  KEEP(reason);
}
