/*
 * Multiboot start of a test kernel: flat ring-0 segments, no paging, no
 * interrupts. Calls kernel_main and ends the machine through port 0xF4.
 */
#define MAGIC 0x1badb002
#define DEBUG_EXIT 0xf4

        .section .multiboot, "a"
        .balign 4
        .long   MAGIC, 0, -MAGIC

        .text
        .globl  _start
_start:
        movl    $stack_top, %esp
        cld
        call    kernel_main
        xorl    %eax, %eax
        outb    %al, $DEBUG_EXIT
1:      cli
        hlt
        jmp     1b

        .bss
        .balign 16
        .skip   65536
stack_top:
