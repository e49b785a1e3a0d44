/* Entry to a case, and the handlers that end it. */
#include "selectors.h"

        .text
/*
 * void run_case(void (*entry)(void), u32 ring): IRET to the case on its ring's stack,
 * EFLAGS 0x2. The handlers come back by harness_esp.
 */
        .globl  run_case
run_case:
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        movl    %esp, harness_esp
        movl    20(%esp), %eax
        movl    24(%esp), %ecx
        movl    ring_data(,%ecx,4), %edx
        testl   %ecx, %ecx
        jz      1f
        pushl   %edx                            # SS
        pushl   ring_stack(,%ecx,4)
        jmp     2f
1:      movl    $case_stack0_top, %esp
2:      pushl   $2
        pushl   ring_code(,%ecx,4)
        pushl   %eax
        movl    %edx, %ds
        movl    %edx, %es
        xorl    %eax, %eax
        movl    %eax, %fs
        movl    %eax, %gs
        xorl    %ebx, %ebx
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        xorl    %esi, %esi
        xorl    %edi, %edi
        xorl    %ebp, %ebp
        iretl

        .data
ring_code:
        .long   CODE0, CODE1 | 1, 0, CODE3 | 3
ring_data:
        .long   DATA0, DATA1 | 1, 0, DATA3 | 3
ring_stack:
        .long   0, case_stack1_top, 0, case_stack3_top
harness_esp:
        .long   0

        .text
/* Every vector has a stub; %gs-free and stack-neutral until the outcome is saved. */
        .globl  stub_size, stubs
        .balign 16
stubs:
        .set    vector, 0
        .rept   INT_LAST + 1
        .balign 16
        pushl   $vector
        jmp     ended
        .set    vector, vector + 1
        .endr
        .set    stub_size, 16

ended:
        pushal
        movl    $DATA0, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %cr2, %eax
        movl    %eax, outcome + 68
        cld
        movl    %esp, %esi
        movl    $outcome + 4, %edi
        movl    $8, %ecx
        rep movsl                               # PUSHA's registers
        lodsl
        movl    %eax, outcome                   # the vector
        movl    $8, %ecx
        rep movsl                               # the frame above it
        movl    $DATA0, %eax
        movl    %eax, %ss
        movl    harness_esp, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret

        .bss
        .globl  outcome
        .balign 16
outcome:
        .skip   72
        .balign 4096
        .globl  case_stack0_top, case_stack1_top, case_stack3_top, inner_stack0_top, inner_stack1_top, task_stack_top
        .skip   4096
case_stack0_top:
        .skip   4096
case_stack1_top:
        .skip   4096
case_stack3_top:
        .skip   4096
inner_stack0_top:
        .skip   4096
inner_stack1_top:
        .skip   4096
task_stack_top:
        .skip   4096
