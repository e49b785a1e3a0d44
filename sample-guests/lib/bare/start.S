/*
 * Multiboot start (Multiboot 0.6.96, 3.2): protected mode with flat ring-0 segments, paging and interrupts
 * off, EAX = 0x2badb002, EBX = physical address of the boot information. ESP and the GDT are undefined: this
 * code sets ESP first, and does not use the GDT.
 */
        .cfi_sections .debug_frame

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 0x00000003      /* page-aligned modules, memory size */

        .section .multiboot, "a"
        .balign 4
        .long   MULTIBOOT_MAGIC
        .long   MULTIBOOT_FLAGS
        .long   -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

        .text
        .globl  _start
        .type   _start, @function
_start:
        .cfi_startproc
        .cfi_undefined eip
        movl    $boot_stack_top, %esp
        cld
        pushl   $0
        popfl
        call    kernel_main
1:      cli
        hlt
        jmp     1b
        .cfi_endproc
        .size   _start, . - _start

        .bss
        .balign 16
        .globl  boot_stack_top
        .skip   8192
boot_stack_top:

