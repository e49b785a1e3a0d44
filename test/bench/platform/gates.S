/*
 * The ways between rings 0 and 3. A gate from ring 3 finds on the stack that the
 * TSS names:
 *
 *     SS, ESP, EFLAGS, CS, EIP [, error code]
 *
 * and completes it to a struct trap_frame (rings.h), as a kernel does: general
 * registers and data segments are saved, the kernel's segments loaded.
 */
#include "selectors.h"

        .macro  gate name, handler
        .globl  \name
\name:
        pushal
        pushl   %ds
        pushl   %es
        movl    $SELECTOR_KERNEL_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        cld
        pushl   %esp
        call    \handler
        addl    $4, %esp
        popl    %es
        popl    %ds
        popal
        addl    $4, %esp
        iret
        .endm

        .text
        gate    page_fault_gate, on_page_fault

        .globl  system_call_gate
system_call_gate:
        pushl   $0              /* in the place of an error code */
        gate    system_call_frame, on_system_call

/* u32 rings_call_user(u32 (*work)(void)) */
        .globl  rings_call_user
rings_call_user:
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        movl    20(%esp), %ecx
        movl    %esp, caller_esp
        movl    $SELECTOR_USER_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        pushl   %eax
        pushl   $user_stack_top
        pushfl
        pushl   $SELECTOR_USER_CODE
        pushl   $user_start
        iret
user_start:
        call    *%ecx
        int     $0x81

/* From ring 3 back to who called rings_call_user, with EAX. */
        .globl  back_gate
back_gate:
        movl    $SELECTOR_KERNEL_DATA, %ecx
        movl    %ecx, %ds
        movl    %ecx, %es
        movl    caller_esp, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret

        .bss
caller_esp:
        .skip   4
        .balign 16
        .skip   16384
user_stack_top:
