/*
 * Bounces to a guest. Each makes the guest continue at its handler, with the frame of its ABI on its kernel
 * stack.
 */
#ifndef X86_BOUNCE_H
#define X86_BOUNCE_H

#include "public/trap.h"
#include "vmm/types.h"

struct vcpu;

void bounce_trap(struct vcpu *v, struct cpu_regs *regs, u32 vector, u32 error_code);
void bounce_event(struct vcpu *v, struct cpu_regs *regs);
void bounce_failsafe(struct vcpu *v, struct cpu_regs *regs);

#endif
