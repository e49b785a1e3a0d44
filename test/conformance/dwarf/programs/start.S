/*
 * Entry of the test programs. Linux enters with argc at ESP and argv above it;
 * main's result becomes the exit status. `trap_entry` is never run: it carries
 * the frame description of an interrupt entry, with the hardware frame
 * (EIP, CS, EFLAGS) below an error code that the handler's stub has pushed.
 */
    .text
    .globl _start
    .type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined eip
    movl (%esp), %eax
    leal 4(%esp), %edx
    pushl %edx
    .cfi_adjust_cfa_offset 4
    pushl %eax
    .cfi_adjust_cfa_offset 4
    call main
    movl %eax, %ebx
    movl $1, %eax
    int $0x80
    hlt
    .cfi_endproc
    .size _start, . - _start

    .globl trap_entry
    .type trap_entry, @function
trap_entry:
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa esp, 16
    .cfi_offset eip, -12
    .cfi_offset esp, 0
    pushl %ebp
    .cfi_adjust_cfa_offset 4
    .cfi_rel_offset ebp, 0
    pushl %esi
    .cfi_adjust_cfa_offset 4
    .cfi_rel_offset esi, 0
    cld
    popl %esi
    .cfi_adjust_cfa_offset -4
    .cfi_restore esi
    popl %ebp
    .cfi_adjust_cfa_offset -4
    .cfi_restore ebp
    addl $4, %esp
    .cfi_adjust_cfa_offset -4
    iret
    .cfi_endproc
    .size trap_entry, . - trap_entry

    .section .note.GNU-stack, "", @progbits
