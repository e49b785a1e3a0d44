/*
 * The operations that are counted, each between two readings of the TSC, which on
 * Ringscope counts instructions. Every function returns the instructions that the VMM
 * executed: the difference, less what ring 1 executed between the readings.
 */
#include "hypercall.h"
#include "layout.h"

        .text

/* In: nothing. EBP keeps the first reading; the second is taken by STOP, which subtracts `own` instructions of ring 1. */
.macro START name
        .globl  \name
\name:
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        pushl   %ebp
        movl    20(%esp), %ebx
        movl    24(%esp), %ecx
        movl    28(%esp), %edx
        movl    32(%esp), %esi
        movl    %edx, %edi
        rdtsc
        movl    %eax, %ebp
        movl    %edi, %edx
.endm

.macro STOP own
        rdtsc
        subl    %ebp, %eax
        subl    $\own, %eax
        popl    %ebp
        popl    %edi
        popl    %esi
        popl    %ebx
        ret
.endm

/* Two moves, the move of the number, INT, RDTSC itself. */
.macro CALL name, number
        START   \name
        movl    $\number, %eax
        int     $HYPERCALL_VECTOR
        STOP    5
.endm

        CALL    count_version, HYPERCALL_xen_version
        CALL    count_stack_switch, HYPERCALL_stack_switch
        CALL    count_update_va_mapping, HYPERCALL_update_va_mapping
        CALL    count_mmu_update, HYPERCALL_mmu_update
        CALL    count_multicall, HYPERCALL_multicall

/* What counting itself costs must be nothing. */
        START   count_nothing
        movl    $0, %eax
        nop
        STOP    5

        START   count_iret
        pushl   $0x202
        pushl   $FLAT_RING1_CS
        pushl   $1f
        pushl   $0
        movl    $HYPERCALL_iret, %eax
        int     $HYPERCALL_VECTOR
1:      STOP    9

/* The fault's handler goes on after the instruction. */
        START   count_page_fault
        movl    0x70000000, %eax
page_fault_end:
        STOP    6
        .globl  page_fault_entry
page_fault_entry:
        addl    $4, %esp
        movl    $page_fault_end, (%esp)
        iretl

        START   count_int
        int     $0x81
        STOP    5
        .globl  int_entry
int_entry:
        iretl

/*
 * An event to itself: the upcall's handler takes note of it, unmasks and goes back with
 * the processor's own IRET.
 */
        START   count_event
        movl    $HYPERCALL_event_channel_op, %eax
        int     $HYPERCALL_VECTOR
        STOP    10
        .globl  event_entry
event_entry:
        movb    $0, shared
        movl    $0, shared + 4
        movl    $0, shared + 2048
        movb    $0, shared + 1
        iretl
