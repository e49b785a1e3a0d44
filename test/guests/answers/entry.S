/* The traps of this kernel, and the instructions that it tries: 0 when one was done, 1 after a fault. */
#include "hypercall.h"
#include "layout.h"

        .text

/*
 * A fault ends the function that was tried: it goes on at `refused`, with the stack of
 * the function's entry, which every function here notes.
 */
.macro FAULT_ENTRY name, vector
        .globl  \name
\name:
        pushal
        movl    44(%esp), %eax          /* eflags */
        pushl   %eax
        movl    44(%esp), %eax          /* cs */
        pushl   %eax
        movl    44(%esp), %eax          /* eip */
        pushl   %eax
        movl    44(%esp), %eax          /* error code */
        pushl   %eax
        pushl   $\vector
        call    note_fault
        addl    $20, %esp
        popal
        addl    $4, %esp
        movl    $refused, (%esp)
        iretl
.endm

        FAULT_ENTRY gp_entry, 13
        FAULT_ENTRY pf_entry, 14

/* ECX and EDI or ESI are noted for the strings, whose functions keep them in registers. */
refused:
        movl    %ecx, tried_ecx
        movl    %edi, tried_edi
        movl    %esi, tried_esi
        movl    tried_esp, %esp
        movl    $1, %eax
        jmp     leave_try

.macro TRY name
        .globl  \name
\name:
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        pushl   %ebp
        movl    %esp, tried_esp
.endm

/* Arguments of a TRY function. */
#define ARGUMENT(n) (20 + 4 * n)(%esp)

.macro TRIED
        movl    %ecx, tried_ecx
        movl    %edi, tried_edi
        movl    %esi, tried_esi
        xorl    %eax, %eax
        jmp     leave_try
.endm

leave_try:
        popl    %ebp
        popl    %edi
        popl    %esi
        popl    %ebx
        pushl   %eax
        movl    tried_ecx, %eax
        movl    %eax, insb_registers
        movl    %eax, outsb_registers
        movl    tried_edi, %eax
        movl    %eax, insb_registers + 4
        movl    tried_esi, %eax
        movl    %eax, outsb_registers + 4
        popl    %eax
        ret

        TRY     try_hlt
        hlt
        TRIED
        TRY     try_lmsw
        movl    $9, %eax
        lmsw    %ax
        TRIED
        TRY     try_invd
        invd
        TRIED
        TRY     try_cli
        cli
        TRIED
        TRY     try_in
        movl    $0x250, %edx
        inb     %dx, %al
        TRIED
        TRY     try_insb
        movl    ARGUMENT(0), %ecx
        movl    ARGUMENT(1), %edi
        movl    $0x250, %edx
        cld
        rep insb
        TRIED
        TRY     try_outsb
        movl    ARGUMENT(0), %ecx
        movl    ARGUMENT(1), %esi
        movl    $0x250, %edx
        cld
        rep outsb
        TRIED
        TRY     try_to_cr4
        movl    ARGUMENT(0), %eax
        movl    %eax, %cr4
        TRIED
        TRY     try_rdtsc
        rdtsc
        TRIED
        TRY     try_rdmsr
        movl    ARGUMENT(0), %ecx
        rdmsr
        movl    %eax, efer_low
        movl    %edx, efer_high
        TRIED
        TRY     try_wrmsr
        movl    ARGUMENT(0), %ecx
        movl    ARGUMENT(1), %eax
        movl    ARGUMENT(2), %edx
        wrmsr
        TRIED

        .globl  read_cr4
read_cr4:
        movl    %cr4, %eax
        ret

/* u32 multicall_with_iret(list, count, eax): the iret of the list comes back here, with `eax` in EAX. */
        .globl  multicall_with_iret
multicall_with_iret:
        pushl   %ebx
        movl    8(%esp), %ebx
        movl    12(%esp), %ecx
        movl    16(%esp), %edx
        pushl   $0x202
        pushl   $FLAT_RING1_CS
        pushl   $1f
        pushl   %edx
        movl    $HYPERCALL_multicall, %eax
        int     $HYPERCALL_VECTOR
        ud2
1:      popl    %ebx
        ret

/* u32 iret_flags(eflags): what EFLAGS are after an iret hypercall with these. */
        .globl  iret_flags
iret_flags:
        movl    4(%esp), %eax
        pushl   %eax
        pushl   $FLAT_RING1_CS
        pushl   $1f
        pushl   $0
        movl    $HYPERCALL_iret, %eax
        int     $HYPERCALL_VECTOR
        ud2
1:      pushfl
        popl    %eax
        ret

/* An iret to ring 3 without a stack: the failsafe callback, which comes back here. */
        .globl  iret_to_null_stack
iret_to_null_stack:
        pushal
        movl    %esp, tried_esp
        pushl   $0
        pushl   $0x2000
        pushl   $0x202
        pushl   $FLAT_RING3_CS
        pushl   $0x1000
        pushl   $0
        movl    %esp, %eax
        movl    $HYPERCALL_stack_switch, %eax
        movl    $FLAT_RING1_SS, %ebx
        movl    $failsafe_stack_top, %ecx
        int     $HYPERCALL_VECTOR
        movl    $HYPERCALL_iret, %eax
        int     $HYPERCALL_VECTOR
        ud2

        .globl  failsafe_entry
failsafe_entry:
        movl    $FLAT_RING1_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        incl    failsafe_count
        movzbl  shared_mask, %eax
        movl    %eax, failsafe_mask
        movl    tried_esp, %esp
        popal
        ret

        .set    shared_mask, shared + 1

        .bss
        .balign 16
        .skip   4096
failsafe_stack_top:
        .globl  failsafe_count, failsafe_mask
failsafe_count:
        .skip   4
failsafe_mask:
        .skip   4
tried_esp:
        .skip   4
tried_ecx:
        .skip   4
tried_edi:
        .skip   4
tried_esi:
        .skip   4
