/*
 * Instructions of ring 0, each in a function that returns 0, or PROBE_REFUSED when it
 * was bounced. `u32 probe_from_X(u32 *value)` reads X, `u32 probe_to_X(u32 value)` writes it.
 */
#include "probe.inc"

        .cfi_sections .debug_frame
        .text

.macro READ_PROBE name, register
PROBE probe_from_\name
        movl    4(%esp), %edx
1:      movl    %\register, %ecx
        movl    %ecx, (%edx)
PROBE_END probe_from_\name
.endm

.macro WRITE_PROBE name, register
PROBE probe_to_\name
        movl    4(%esp), %ecx
1:      movl    %ecx, %\register
PROBE_END probe_to_\name
.endm

        .irp register, cr0, cr2, cr3, cr4, dr0, dr7
        READ_PROBE \register, \register
        WRITE_PROBE \register, \register
        .endr

.macro PLAIN_PROBE name, instruction:vararg
PROBE probe_\name
1:      \instruction
PROBE_END probe_\name
.endm

PLAIN_PROBE clts, clts
PLAIN_PROBE wbinvd, wbinvd
PLAIN_PROBE invd, invd
PLAIN_PROBE cli, cli
PLAIN_PROBE sti, sti
PLAIN_PROBE fninit, fninit
PLAIN_PROBE lgdt, lgdt nothing
PLAIN_PROBE lidt, lidt nothing
PLAIN_PROBE ltr, ltr %ax
PLAIN_PROBE ud2, ud2
PLAIN_PROBE hlt, hlt

PROBE probe_lmsw
        movl    4(%esp), %ecx
1:      lmsw    %cx
PROBE_END probe_lmsw

/* u32 probe_insb(u32 port, u8 *to) */
PROBE probe_insb
        movl    %edi, %ecx
        movl    4(%esp), %edx
        movl    8(%esp), %edi
1:      insb
2:      movl    %ecx, %edi
        ret
        .cfi_endproc
        .size   probe_insb, . - probe_insb
        PROBE_RECORD probe_insb

PROBE probe_rdmsr
        movl    $0xc0000080, %ecx
1:      rdmsr
        xorl    %eax, %eax
PROBE_END probe_rdmsr

PROBE probe_wrmsr
        movl    $0xc0000080, %ecx
        xorl    %edx, %edx
1:      wrmsr
PROBE_END probe_wrmsr

/* u32 probe_in8(u32 port, u32 *value), and so on: bits that were not read stay 5s. */
.macro IN_PROBE bits, register
PROBE probe_in\bits
        movl    4(%esp), %edx
        movl    8(%esp), %ecx
        movl    $0x55555555, %eax
1:      in      %dx, %\register
        movl    %eax, (%ecx)
        xorl    %eax, %eax
PROBE_END probe_in\bits
.endm

        IN_PROBE 8, al
        IN_PROBE 16, ax
        IN_PROBE 32, eax

/* The port in the instruction: the interrupt controller's mask. */
PROBE probe_in_pic
        movl    4(%esp), %edx
        movl    $0x55555555, %eax
1:      inb     $0x21, %al
        movl    %eax, (%edx)
        xorl    %eax, %eax
PROBE_END probe_in_pic

PROBE probe_gate
1:      int     $0x80
PROBE_END probe_gate

/* void forced_cpuid(u32 leaf, u32 values[4]): the prefix asks the VMM instead of the processor. */
        .globl  forced_cpuid
        .type   forced_cpuid, @function
forced_cpuid:
        .cfi_startproc
        pushl   %ebx
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset ebx, 0
        pushl   %edi
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset edi, 0
        movl    12(%esp), %eax
        movl    16(%esp), %edi
        ud2
        .ascii  "xen"
        cpuid
        movl    %eax, (%edi)
        movl    %ebx, 4(%edi)
        movl    %ecx, 8(%edi)
        movl    %edx, 12(%edi)
        popl    %edi
        .cfi_adjust_cfa_offset -4
        .cfi_same_value edi
        popl    %ebx
        .cfi_adjust_cfa_offset -4
        .cfi_same_value ebx
        ret
        .cfi_endproc
        .size   forced_cpuid, . - forced_cpuid

        .section .rodata
nothing:
        .skip   6
