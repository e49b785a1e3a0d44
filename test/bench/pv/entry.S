/*
 * The ways into a paravirtual kernel of the benchmark: each completes struct trap_frame,
 * calls on_trap(), and goes back by the iret hypercall, or by IRET from a system call,
 * which came by its gate without the VMM.
 */
#include "hypercall.h"
#include "layout.h"
#include "trap-entry.inc"

#define RING 1
#define hypercall_iret (hypercall_page + HYPERCALL_iret * HYPERCALL_SLOT_BYTES)

        .text
.macro TRAP_ENTRY name, vector, has_error=0
        .globl  \name
\name:
        .if \has_error
        CFI_TRAP_ENTRY 4, RING
        .else
        CFI_TRAP_ENTRY 0, RING
        pushl   $0
        .cfi_adjust_cfa_offset 4
        .endif
        pushl   $\vector
        .cfi_adjust_cfa_offset 4
        TRAP_SAVE
        movl    $FLAT_RING1_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        cld
        pushl   %esp
        .cfi_adjust_cfa_offset 4
        call    on_trap
        addl    $4, %esp
        .cfi_adjust_cfa_offset -4
        TRAP_RESTORE
        .if \vector == 0x80
        iret
        .else
        jmp     hypercall_iret
        .endif
        .cfi_endproc
.endm

        TRAP_ENTRY page_fault_entry, 14, 1
        TRAP_ENTRY system_call_entry, 0x80
        TRAP_ENTRY event_entry, 0x100

        .globl  failsafe_entry
failsafe_entry:
        jmp     failsafe_entry

/* void enter_ring3(void (*application)(void), u32 stack) */
        .globl  enter_ring3
enter_ring3:
        movl    4(%esp), %ecx
        movl    8(%esp), %edx
        movl    $FLAT_RING3_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        pushl   $FLAT_RING3_SS
        pushl   %edx
        pushl   $0x200
        pushl   $FLAT_RING3_CS
        pushl   %ecx
        jmp     hypercall_iret

        .bss
        .balign 16
        .skip   8192
        .globl  trap_stack_top
trap_stack_top:
