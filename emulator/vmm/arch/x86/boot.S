/*
 * Entry from the multiboot loader.
 *
 * In:  EAX the boot magic, EBX the physical address of the multiboot
 *      information; protected mode, flat segments, paging and interrupts off.
 *      The image is at its physical place; addresses are linked VMM_OFFSET higher.
 * Out: paging on (PAE, WP, PSE, PGE), the first GiB mapped one to one and the
 *      low 4 MiB again at VMM_OFFSET; boot_main(magic, information) on boot_stack.
 */
#include "vmm/config.h"

#define PHYS(symbol) ((symbol)-VMM_OFFSET)
#define PTE_PRESENT  0x01
#define PTE_LARGE_RW 0x83
#define PTE_GLOBAL   0x100
#define MULTIBOOT_FLAGS 0x3 /* modules page aligned, memory map wanted */

        .section .multiboot, "a"
        .align 4
        .long MULTIBOOT_HEADER_MAGIC
        .long MULTIBOOT_FLAGS
        .long -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_FLAGS)

        .section .text.boot, "ax"
        .globl vmm_start
        .type vmm_start, @function
vmm_start:
        .cfi_startproc
        .cfi_undefined eip
        cli
        cld
        movl $PHYS(boot_stack_end), %esp
        movl %eax, %ebp

        /* The identity map: 512 pages of 2 MiB. */
        movl $PHYS(boot_l2), %edi
        movl $PTE_LARGE_RW, %eax
        movl $512, %ecx
1:      movl %eax, (%edi)
        addl $8, %edi
        addl $0x200000, %eax
        loop 1b

        /* The image's own place. */
        movl $(PTE_LARGE_RW | PTE_GLOBAL), PHYS(vmm_l2) + 8 * ((VMM_OFFSET >> 21) & 511)
        movl $(PTE_LARGE_RW | PTE_GLOBAL | 0x200000), PHYS(vmm_l2) + 8 * (((VMM_OFFSET >> 21) & 511) + 1)
        movl $(PHYS(boot_l2) + PTE_PRESENT), PHYS(idle_l3)
        movl $(PHYS(vmm_l2) + PTE_PRESENT), PHYS(idle_l3) + 24

        movl %cr4, %eax
        orl $0xb0, %eax /* PSE, PAE, PGE */
        movl %eax, %cr4
        movl $PHYS(idle_l3), %eax
        movl %eax, %cr3
        movl %cr0, %eax
        orl $0x80010000, %eax /* PG, WP */
        movl %eax, %cr0
        movl $2f, %eax
        jmp *%eax

2:      addl $VMM_OFFSET, %esp
        pushl $0
        popfl
        pushl %ebx
        pushl %ebp
        xorl %ebp, %ebp
        call boot_main
        .cfi_endproc
        .size vmm_start, . - vmm_start

        .section .bss.page, "aw", @nobits
        .align 4096
boot_l2:
        .skip 4096
        .globl boot_stack, boot_stack_end
boot_stack:
        .skip VMM_STACK_BYTES
boot_stack_end:
