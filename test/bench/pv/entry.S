/* The ways into a paravirtual kernel of the benchmark, which call on_trap(). */
#include "entry.inc"

        TRAP_ENTRY page_fault_entry, 14, 1, handler=on_trap
        TRAP_ENTRY system_call_entry, 0x80, 0, iret, on_trap
        TRAP_ENTRY event_entry, 0x100, handler=on_trap

        .globl  failsafe_entry
failsafe_entry:
        jmp     failsafe_entry

        ENTER_RING3

        .bss
        .balign 16
        .skip   8192
        .globl  trap_stack_top
trap_stack_top:
