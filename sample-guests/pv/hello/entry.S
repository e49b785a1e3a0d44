/*
 * The ways into this kernel and out of it.
 *
 * At each stub: ring 1, segments as they were interrupted. The stack is the interrupted
 * one out of ring 1, trap_stack out of ring 3 (stack_switch), and holds
 *     [error code] eip cs eflags [esp ss, out of ring 3]
 * The VMM wrote that frame, with its saved event mask in bits 16-23 of cs; only at
 * system_call_entry the processor did, by the gate that leads here directly.
 * A stub completes that to struct trap_frame, calls trap(), and returns what the frame
 * then says: by the iret hypercall, which restores the event mask along with EFLAGS.IF.
 */
#include "hypercall.h"
#include "layout.h"
#include "trap-entry.inc"

#define RING 1
#define hypercall_iret (hypercall_page + HYPERCALL_iret * HYPERCALL_SLOT_BYTES)

        .cfi_sections .debug_frame
        .text

/* With vector and error code pushed: completes the frame and hands it to trap(). */
.macro TRAP_CALL
        TRAP_SAVE
        movl    $FLAT_RING1_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        cld
        pushl   %esp
        .cfi_adjust_cfa_offset 4
        call    trap
        addl    $4, %esp
        .cfi_adjust_cfa_offset -4
.endm

/* A stub for `vector`; has_error: the frame begins with an error code. */
.macro TRAP_ENTRY name, vector, has_error=0, return=trap_return
        .globl  \name
        .type   \name, @function
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
        TRAP_CALL
        TRAP_RESTORE
        \return
        .cfi_endproc
        .size   \name, . - \name
.endm

.macro trap_return
        jmp     hypercall_iret
.endm

        TRAP_ENTRY breakpoint_entry, 3
        TRAP_ENTRY invalid_opcode_entry, 6
        TRAP_ENTRY general_protection_entry, 13, 1
        TRAP_ENTRY page_fault_entry, 14, 1
        TRAP_ENTRY bounced_call_entry, 0x81
        TRAP_ENTRY event_entry, 0x100
/* No VMM on the way in, none on the way out. */
        TRAP_ENTRY system_call_entry, 0x80, 0, iret

/*
 * The VMM could not load the segments, or take the frame, that a return asked for: it
 * comes here with the selectors ds, es, fs, gs below the frame. Nothing here asks for
 * such a thing (pv/failsafe does).
 */
        .globl  failsafe_entry
        .type   failsafe_entry, @function
failsafe_entry:
        CFI_TRAP_ENTRY 16, RING
        addl    $16, %esp
        .cfi_adjust_cfa_offset -16
        pushl   $0
        .cfi_adjust_cfa_offset 4
        pushl   $0x101
        .cfi_adjust_cfa_offset 4
        TRAP_CALL
1:      jmp     1b
        .cfi_endproc
        .size   failsafe_entry, . - failsafe_entry

/* void enter_ring3(u32 eip, u32 esp): EFLAGS.IF in the frame means that events are let through. */
        .globl  enter_ring3
        .type   enter_ring3, @function
enter_ring3:
        .cfi_startproc
        movl    4(%esp), %ecx
        movl    8(%esp), %edx
        movl    $FLAT_RING3_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        pushl   $FLAT_RING3_SS
        .cfi_adjust_cfa_offset 4
        pushl   %edx
        .cfi_adjust_cfa_offset 4
        pushl   $0x200
        .cfi_adjust_cfa_offset 4
        pushl   $FLAT_RING3_CS
        .cfi_adjust_cfa_offset 4
        pushl   %ecx
        .cfi_adjust_cfa_offset 4
        jmp     hypercall_iret
        .cfi_endproc
        .size   enter_ring3, . - enter_ring3

        .bss
        .balign 16
        .globl  trap_stack, trap_stack_top
trap_stack:
        .skip   8192
trap_stack_top:
