/*
 * Trace points: empty functions that a debugger may watch. Each is a plain call with its arguments on the
 * stack, so a breakpoint at its first instruction finds them at [esp + 4], [esp + 8], ... A trace point costs
 * only the call.
 */
#ifndef VMM_TRACE_H
#define VMM_TRACE_H

#include "vmm/types.h"

struct vcpu;
struct domain;
struct cpu_regs;

void trace_hypercall_enter(struct vcpu *v, u32 nr, struct cpu_regs *regs);
/* Called also for the iret hypercall (with result 0), just before it leaves. */
void trace_hypercall_exit(struct vcpu *v, u32 nr, u32 result);
void trace_event_send(struct domain *d, u32 port);
void trace_upcall(struct vcpu *v);
void trace_bounce(struct vcpu *v, u32 vector);
void trace_refusal(struct vcpu *v, const char *reason);
/* d is NULL if a domain could not even be built. */
void trace_domain_crash(struct domain *d, const char *reason);

#endif
