/*
 * The ways into this kernel and out of it.
 *
 * At each stub: interrupts are off (all gates are interrupt gates), CS and SS are the
 * kernel's, the other segments still the interrupted code's. The stack is the
 * interrupted one in ring 0, trap_stack out of ring 3, and holds
 *     [error code] eip cs eflags [esp ss, out of ring 3]
 * A stub completes that to struct trap_frame, calls trap(), and returns what the frame
 * then says.
 */
#include "kernel.h"
#include "trap-entry.inc"

#define RING 0

        .cfi_sections .debug_frame
        .text

/* One stub, and its address in trap_entries. has_error: the processor pushes an error code. */
.macro TRAP_ENTRY vector, has_error=0
1:
        .if \has_error
        CFI_TRAP_ENTRY 4, RING
        .else
        CFI_TRAP_ENTRY 0, RING
        pushl   $0
        .cfi_adjust_cfa_offset 4
        .endif
        pushl   $\vector
        .cfi_adjust_cfa_offset 4
        jmp     trap_common
        .cfi_endproc
        .pushsection .rodata
        .long   1b
        .popsection
.endm

        .section .rodata
        .balign 4
        .globl  trap_entries
trap_entries:
        .text

/* Exceptions 8, 10-14 and 17 have an error code (SDM vol. 3A, table 6-1). */
.altmacro
.macro EXCEPTION vector
        .if \vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17
        TRAP_ENTRY \vector, 1
        .else
        TRAP_ENTRY \vector, 0
        .endif
.endm
.set vector, 0
.rept 32
        EXCEPTION %vector
        .set vector, vector + 1
.endr
.rept 16
        TRAP_ENTRY %vector
        .set vector, vector + 1
.endr
        .globl  system_call_entry
system_call_entry:
        CFI_TRAP_ENTRY 0, RING
        pushl   $0
        .cfi_adjust_cfa_offset 4
        pushl   $VECTOR_SYSTEM_CALL
        .cfi_adjust_cfa_offset 4
        jmp     trap_common
        .cfi_endproc

trap_common:
        CFI_TRAP_ENTRY 8, RING
        TRAP_SAVE
        movl    $KERNEL_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        cld
        pushl   %esp
        .cfi_adjust_cfa_offset 4
        call    trap
        addl    $4, %esp
        .cfi_adjust_cfa_offset -4
        TRAP_RESTORE
        iret
        .cfi_endproc

/*
 * Enters ring 3 by a return from a trap that never happened: IRET takes the frame for ring 3 from the stack.
 */
        .globl  application_start
        .type   application_start, @function
application_start:
        .cfi_startproc
        movl    $USER_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        pushl   %eax
        pushl   $app_stack_top
        pushl   $0x202                  /* IF */
        pushl   $USER_CS
        pushl   $app_entry
        .cfi_adjust_cfa_offset 20
        iret
        .cfi_endproc
        .size   application_start, . - application_start

        .bss
        .balign 16
        .skip   8192
        .globl  trap_stack_top
trap_stack_top:
