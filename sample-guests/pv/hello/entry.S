/* The ways into this kernel and out of it: lib/pv/entry.inc has the stubs, which call trap(). */
#include "entry.inc"

        TRAP_ENTRY breakpoint_entry, 3
        TRAP_ENTRY invalid_opcode_entry, 6
        TRAP_ENTRY general_protection_entry, 13, 1
        TRAP_ENTRY page_fault_entry, 14, 1
        TRAP_ENTRY bounced_call_entry, 0x81
        TRAP_ENTRY event_entry, 0x100
/* The VMM takes no part in this way in or in the way out. */
        TRAP_ENTRY system_call_entry, 0x80, 0, iret

/*
 * The VMM could not load the segments, or take the frame, for which a return asked. It comes here with the
 * selectors ds, es, fs and gs below the frame. No code of this kernel asks for such a return (pv/failsafe
 * does).
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

        ENTER_RING3

        .bss
        .balign 16
        .globl  trap_stack, trap_stack_top
trap_stack:
        .skip   8192
trap_stack_top:
