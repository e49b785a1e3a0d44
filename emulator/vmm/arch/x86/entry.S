/*
 * Every way into the VMM and back to the guest.
 *
 * The stack of a vCPU, from its top downwards:
 *
 *      gs fs ds es             stored by ENTER when it came from a guest
 *      ss esp                  \  only from a guest
 *      eflags cs eip            } the processor's frame
 *      vector:error code       (16 bits each)
 *      eax ebp edi esi edx ecx ebx     <- ESP = struct cpu_regs *
 *
 * TSS.esp0 points below `es`, so the frame of a guest fills a struct cpu_regs.
 * An entry from ring 0 (idle, or a fault that the fixup table knows) has no
 * esp, ss or segment words.
 *
 * Interrupts are off from entry to exit. DS and ES are the VMM's after ENTER;
 * FS and GS stay the guest's, the VMM never uses them. All segment registers
 * are loaded again from the frame on the way out.
 */
#include "asm-offsets.h"
#include "public/layout.h"
#include "vmm/config.h"
#include "x86/asm.h"

/*
 * Unwinding: the CFA is the address after the return EIP, so the word at the
 * CFA is CS. The interrupted ESP was pushed at CFA+8 if CS has an RPL, and is
 * CFA+8 itself otherwise.
 */
.macro CFI_FRAME at
        .cfi_startproc simple
        .cfi_signal_frame
        .cfi_def_cfa esp, \at + 4
        .cfi_offset eip, -4
        .cfi_offset 9, 4
        .cfi_offset 41, 0
        /* DW_CFA_val_expression esp: dup deref lit3 and swap plus_uconst(8) swap bra(3) skip(1) deref */
        .cfi_escape 0x16, 4, 15, 0x12, 0x06, 0x33, 0x1a, 0x16, 0x23, 8, 0x16, 0x28, 3, 0, 0x2f, 1, 0, 0x06
        .cfi_same_value ebx
        .cfi_same_value esi
        .cfi_same_value edi
        .cfi_same_value ebp
        .cfi_same_value eax
        .cfi_same_value ecx
        .cfi_same_value edx
.endm

.macro SAVE_GENERAL
        PUSH eax
        PUSH ebp
        PUSH edi
        PUSH esi
        PUSH edx
        PUSH ecx
        PUSH ebx
.endm

.macro VMM_SEGMENTS
        movl $VMM_DS, %eax
        mov %eax, %ds
        mov %eax, %es
.endm

        .text

/*
 * One stub for each vector. In: the processor's frame, with or without its error code. Out: `vector:error
 * code` below it; the stub goes on to the common path.
 */
.macro STUB vector, has_error
        .align 16
trap_stub_\vector:
        .cfi_endproc
        .if \has_error
        CFI_FRAME 4
        .else
        CFI_FRAME 0
        pushl $0
        .cfi_adjust_cfa_offset 4
        .endif
        movw $\vector, 2(%esp)
        jmp trap_common
.endm

        .globl trap_stubs
trap_stubs:
        CFI_FRAME 0
        .irp vector, 0, 1, 2, 3, 4, 5, 6, 7
        STUB \vector, 0
        .endr
        STUB 8, 1
        STUB 9, 0
        .irp vector, 10, 11, 12, 13, 14
        STUB \vector, 1
        .endr
        STUB 15, 0
        STUB 16, 0
        STUB 17, 1
        .irp vector, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        STUB \vector, 0
        .endr
        .irp vector, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47
        STUB \vector, 0
        .endr
        .cfi_endproc

/* In: ESP at `vector:error code`. Calls trap_dispatch(regs), as all C functions here with `regs` in EAX. */
        .type trap_common, @function
trap_common:
        CFI_FRAME 4
        SAVE_GENERAL
        testb $3, REGS_cs(%esp)
        jz 1f
        mov %es, REGS_es(%esp)
        mov %ds, REGS_ds(%esp)
        mov %fs, REGS_fs(%esp)
        mov %gs, REGS_gs(%esp)
1:      VMM_SEGMENTS
        cld
        movl %esp, %eax
        call trap_dispatch
        testb $3, REGS_cs(%esp)
        jnz resume_guest
        jmp resume_ring0
        .cfi_endproc
        .size trap_common, . - trap_common

/* int 0x82: DPL 1, so only ever from a guest kernel. Calls hypercall_entry(regs). */
        .globl hypercall_gate
        .type hypercall_gate, @function
hypercall_gate:
        CFI_FRAME 0
        pushl $(HYPERCALL_VECTOR << 16)
        .cfi_adjust_cfa_offset 4
        SAVE_GENERAL
        mov %es, REGS_es(%esp)
        mov %ds, REGS_ds(%esp)
        mov %fs, REGS_fs(%esp)
        mov %gs, REGS_gs(%esp)
        VMM_SEGMENTS
        cld
        movl %esp, %eax
        call hypercall_entry
        .cfi_endproc
        /* fall through */
        .size hypercall_gate, . - hypercall_gate

/*
 * Back to the guest. In: ESP = the guest's struct cpu_regs, interrupts off.
 * A selector that cannot be loaded, or a frame that IRET refuses, leads to the
 * guest's failsafe callback.
 */
        .globl resume_guest
        .type resume_guest, @function
resume_guest:
        CFI_FRAME REGS_eip
        .cfi_rel_offset ebx, 0
        .cfi_rel_offset ecx, 4
        .cfi_rel_offset edx, 8
        .cfi_rel_offset esi, 12
        .cfi_rel_offset edi, 16
        .cfi_rel_offset ebp, 20
        .cfi_rel_offset eax, 24
        movl current, %eax
        cmpb $0, sched_wanted
        movl VCPU_info(%eax), %eax
        jne 6f
        cmpb $0, (%eax) /* evtchn_upcall_pending */
        jne 6f
1:      mov REGS_gs(%esp), %gs
2:      mov REGS_fs(%esp), %fs
3:      mov REGS_es(%esp), %es
4:      mov REGS_ds(%esp), %ds
        FIXUP 1b, failsafe_segments
        FIXUP 2b, failsafe_segments
        FIXUP 3b, failsafe_segments
        FIXUP 4b, failsafe_segments
        POP ebx
        POP ecx
        POP edx
        POP esi
        POP edi
        POP ebp
        POP eax
        addl $4, %esp
        .cfi_adjust_cfa_offset -4
5:      iretl
        FIXUP 5b, failsafe_iret
        .cfi_adjust_cfa_offset REGS_eip
        .cfi_rel_offset ebx, 0
        .cfi_rel_offset ecx, 4
        .cfi_rel_offset edx, 8
        .cfi_rel_offset esi, 12
        .cfi_rel_offset edi, 16
        .cfi_rel_offset ebp, 20
        .cfi_rel_offset eax, 24
6:      movl %esp, %eax
        call exit_work
        jmp 1b
        .cfi_endproc
        .size resume_guest, . - resume_guest

/* In: ESP = a struct cpu_regs that stops at eflags. */
        .type resume_ring0, @function
resume_ring0:
        CFI_FRAME REGS_eip
        .cfi_rel_offset ebx, 0
        .cfi_rel_offset ecx, 4
        .cfi_rel_offset edx, 8
        .cfi_rel_offset esi, 12
        .cfi_rel_offset edi, 16
        .cfi_rel_offset ebp, 20
        .cfi_rel_offset eax, 24
        POP ebx
        POP ecx
        POP edx
        POP esi
        POP edi
        POP ebp
        POP eax
        addl $4, %esp
        .cfi_adjust_cfa_offset -4
        iretl
        .cfi_endproc
        .size resume_ring0, . - resume_ring0

/* In: the guest's general registers, ESP at its IRET frame. */
        .type failsafe_iret, @function
failsafe_iret:
        CFI_FRAME 0
        pushl $0
        .cfi_adjust_cfa_offset 4
        SAVE_GENERAL
        jmp failsafe_segments
        .cfi_endproc
        .size failsafe_iret, . - failsafe_iret

/* In: ESP = the guest's struct cpu_regs, whole; some segment registers already the guest's. */
        .type failsafe_segments, @function
failsafe_segments:
        CFI_FRAME REGS_eip
        .cfi_rel_offset ebx, 0
        .cfi_rel_offset ecx, 4
        .cfi_rel_offset edx, 8
        .cfi_rel_offset esi, 12
        .cfi_rel_offset edi, 16
        .cfi_rel_offset ebp, 20
        .cfi_rel_offset eax, 24
        VMM_SEGMENTS
        movl %esp, %eax
        call failsafe_entry
        jmp resume_guest
        .cfi_endproc
        .size failsafe_segments, . - failsafe_segments
