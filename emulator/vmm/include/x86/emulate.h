/* Instructions that ring 1 may not execute, and that the VMM executes for it. */
#ifndef X86_EMULATE_H
#define X86_EMULATE_H

#include "public/trap.h"
#include "vmm/types.h"

struct vcpu;

#define INSTRUCTION_MAX 15

/* Emulates the privileged instruction at EIP. False if it is not one; then the #GP is bounced. */
bool emulate_privileged(struct vcpu *v, struct cpu_regs *regs);
/* Emulates `ud2a; "xen"; cpuid`. False if it is an ordinary #UD. */
bool emulate_forced_cpuid(struct vcpu *v, struct cpu_regs *regs);
/*
 * Emulates a 0F opcode of ring 1. *length gets the length of the whole instruction, or 0 if it must be
 * executed again.
 */
bool emulate_control(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length);
/*
 * Emulates IN, OUT, INS and OUTS of a guest; `code` has INSTRUCTION_MAX bytes. True also after a page fault
 * of the instruction that was bounced.
 */
bool emulate_io(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length);

#endif
