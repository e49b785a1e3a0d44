/* What cannot be written in C: changing stacks, and copies that may fault. */
#include "x86/asm.h"

        .text

/*
 * void stack_switch_to(u32 *save_esp, u32 esp): leaves this VMM stack, and goes on where the other one was
 * left.
 */
        .globl stack_switch_to
        .type stack_switch_to, @function
stack_switch_to:
        .cfi_startproc
        movl 4(%esp), %eax
        movl 8(%esp), %edx
        PUSH ebp
        PUSH edi
        PUSH esi
        PUSH ebx
        movl %esp, (%eax)
        movl %edx, %esp
        POP ebx
        POP esi
        POP edi
        POP ebp
        ret
        .cfi_endproc
        .size stack_switch_to, . - stack_switch_to

/*
 * u32 copy_with_fixup(void *to, const void *from, u32 length): returns the number of bytes left to copy when
 * a page fault stopped it.
 */
        .globl copy_with_fixup
        .type copy_with_fixup, @function
copy_with_fixup:
        .cfi_startproc
        PUSH edi
        PUSH esi
        movl 12(%esp), %edi
        movl 16(%esp), %esi
        movl 20(%esp), %ecx
        movl %ecx, %eax
        andl $3, %eax
        shrl $2, %ecx
1:      rep movsl
        movl %eax, %ecx
2:      rep movsb
3:      movl %ecx, %eax
        POP esi
        POP edi
        ret
4:      leal (%eax, %ecx, 4), %ecx
        jmp 3b
        FIXUP 1b, 4b
        FIXUP 2b, 3b
        .cfi_endproc
        .size copy_with_fixup, . - copy_with_fixup
