/* IRET and far returns. */
#include "selectors.h"
#define CASES .rodata.return_cases
#include "cases.inc"

        CASES_BEGIN return_cases

        .macro  IRET_CASE name, cs, eflags, ss, ring=0, eip=iret_target
        CASE    "iret: \name", \ring
        pushl   $\ss
        pushl   $case_stack3_top
        pushl   $\eflags
        pushl   $\cs
        pushl   $\eip
        iretl
        .endm

        IRET_CASE "to ring 3", CODE3 + 3, 0x202, DATA3 + 3
        IRET_CASE "to ring 1", CODE1 + 1, 0x202, DATA1 + 1
        IRET_CASE "to ring 1 with IOPL 1", CODE1 + 1, 0x1202, DATA1 + 1
        IRET_CASE "null CS", 0, 2, DATA3 + 3
        IRET_CASE "null CS with RPL 3", 3, 2, DATA3 + 3
        IRET_CASE "CS beyond the GDT", BEYOND, 2, DATA3 + 3
        IRET_CASE "CS is data", DATA0, 2, DATA3 + 3
        IRET_CASE "CS of DPL 3 with RPL 0", CODE3, 2, DATA3 + 3
        IRET_CASE "conforming CS above its RPL", CONFORMING3, 2, DATA3 + 3
        IRET_CASE "conforming CS, RPL 3", CONFORMING0 + 3, 2, DATA3 + 3
        IRET_CASE "absent CS", ABSENT_CODE, 2, DATA3 + 3
        IRET_CASE "absent CS of ring 3", ABSENT_CODE3 + 3, 2, DATA3 + 3
        IRET_CASE "null SS", CODE3 + 3, 2, 0
        IRET_CASE "null SS with RPL 3", CODE3 + 3, 2, 3
        IRET_CASE "SS beyond the GDT", CODE3 + 3, 2, BEYOND + 3
        IRET_CASE "SS of RPL 0", CODE3 + 3, 2, DATA3
        IRET_CASE "SS of DPL 0", CODE3 + 3, 2, DATA0 + 3
        IRET_CASE "SS read-only", CODE3 + 3, 2, READ3 + 3
        IRET_CASE "SS is code", CODE3 + 3, 2, CODE3 + 3
        IRET_CASE "absent SS", CODE3 + 3, 2, ABSENT_DATA3 + 3
        IRET_CASE "EIP beyond the limit", SHORT_CODE3 + 3, 2, DATA3 + 3, 0, 0x1000
        IRET_CASE "to an inner ring", CODE0, 2, DATA0, 3
        IRET_CASE "IF and IOPL in ring 3", CODE3 + 3, 0x3202, 0, 3
        IRET_CASE "flags in ring 0", CODE0, 0x47ed7, 0

        CASE    "iret: segments that ring 3 may not have become null"
        movl    $DATA1, %eax
        movl    %eax, %ds
        movl    $CONFORMING0, %eax
        movl    %eax, %es
        movl    $DATA3, %eax
        movl    %eax, %fs
        movl    $CODE0, %eax
        movl    %eax, %gs
        pushl   $DATA3 + 3
        pushl   $case_stack3_top
        pushl   $2
        pushl   $CODE3 + 3
        pushl   $iret_segments
        iretl

        CASE    "iret: 16-bit operands"
        pushw   $0x0203
        pushw   $KERNEL_CODE
        movl    $iret_target, %eax
        subl    $KERNEL_BASE, %eax
        pushw   %ax
        iretw

        .macro  RET_CASE name, cs, ss, ring=0
        CASE    "ret far: \name", \ring
        pushl   $\ss
        pushl   $case_stack3_top - 16
        pushl   $0x333
        pushl   $\cs
        pushl   $iret_target
        lret    $4
        .endm

        RET_CASE "same ring", CODE0, DATA0
        RET_CASE "to ring 3", CODE3 + 3, DATA3 + 3
        RET_CASE "null CS", 0, DATA0
        RET_CASE "CS is data", DATA0, DATA0
        RET_CASE "inner ring", CODE0, DATA0, 3
        RET_CASE "absent CS", ABSENT_CODE3 + 3, DATA3 + 3
        RET_CASE "null SS", CODE3 + 3, 0
        RET_CASE "SS of RPL 0", CODE3 + 3, DATA3
        RET_CASE "absent SS", CODE3 + 3, ABSENT_DATA3 + 3

        CASES_END return_cases_end

        .text
        .globl  iret_target
iret_target:
        pushfl
        popl    %eax
        movl    %ss, %ebx
        movl    %esp, %ecx
        movl    %ds, %edx
        pushl   $2
        popfl
        DONE

iret_segments:
        movl    %ds, %eax
        movl    %es, %ebx
        movl    %fs, %ecx
        movl    %gs, %edx
        DONE
