/*
 * The ways into this kernel, all from ring 1. The stack holds [error code] eip cs
 * eflags; a stub completes that to struct trap_frame and calls trap(), which says
 * where to go on. An IRET of the processor's leads back: no ring changes, and events
 * are not used here.
 */
#include "trap-entry.inc"

        .cfi_sections .debug_frame
        .text

.macro TRAP_ENTRY name, vector, has_error=0
        .globl  \name
        .type   \name, @function
\name:
        .if \has_error
        CFI_TRAP_ENTRY 4, 1
        .else
        CFI_TRAP_ENTRY 0, 1
        pushl   $0
        .cfi_adjust_cfa_offset 4
        .endif
        pushl   $\vector
        .cfi_adjust_cfa_offset 4
        TRAP_SAVE
        pushl   %esp
        .cfi_adjust_cfa_offset 4
        call    trap
        addl    $4, %esp
        .cfi_adjust_cfa_offset -4
        TRAP_RESTORE
        iretl
        .cfi_endproc
        .size   \name, . - \name
.endm

        TRAP_ENTRY invalid_opcode_entry, 6
        TRAP_ENTRY no_coprocessor_entry, 7
        TRAP_ENTRY general_protection_entry, 13, 1
        TRAP_ENTRY gate_entry, 0x80
