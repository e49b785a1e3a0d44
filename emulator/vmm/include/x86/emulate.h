/* Instructions that ring 1 may not execute, done on its behalf. */
#ifndef X86_EMULATE_H
#define X86_EMULATE_H

#include "public/trap.h"
#include "vmm/types.h"

struct vcpu;

#define INSTRUCTION_MAX 15

/* Emulates the privileged instruction at EIP; false: not one, bounce the #GP. */
bool emulate_privileged(struct vcpu *v, struct cpu_regs *regs);
/* `ud2a; "xen"; cpuid`; false: an ordinary #UD. */
bool emulate_forced_cpuid(struct vcpu *v, struct cpu_regs *regs);
/* A 0F opcode of ring 1; *length counts the whole instruction, 0: it is to be executed again. */
bool emulate_control(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length);
/*
 * IN, OUT, INS and OUTS of a guest; `code` has INSTRUCTION_MAX bytes. Also true
 * after a page fault of theirs that was bounced.
 */
bool emulate_io(struct vcpu *v, struct cpu_regs *regs, const u8 *code, u32 *length);

#endif
