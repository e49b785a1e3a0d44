/* Segment loads, and accesses through segments. */
#include "selectors.h"
#define CASES .rodata.segment_cases
#include "cases.inc"

        .macro  LOAD seg, selector
        movl    $\selector, %eax
        movl    %eax, %\seg
        DONE
        .endm

/* A case for each ring that loads a segment register. */
        .macro  LOAD_CASE name, seg, selector, ring=0
        CASE    "mov \seg: \name", \ring
        LOAD    \seg, \selector
        .endm

/* Bits 16-19 of what LAR answers are undefined. */
#define LAR_DEFINED 0x00f0ff00

        CASES_BEGIN segment_cases

        LOAD_CASE "null", ds, 0
        LOAD_CASE "null with RPL", ds, 3
        LOAD_CASE "beyond the GDT", ds, BEYOND
        LOAD_CASE "LDT selector without an LDT", ds, 0xc
        LOAD_CASE "TSS", ds, TSS
        LOAD_CASE "execute-only", ds, EXECUTE0
        LOAD_CASE "readable code", ds, CODE0
        LOAD_CASE "RPL 3 of DPL 0", ds, DATA0 + 3
        LOAD_CASE "RPL 3 of DPL 1", ds, DATA1 + 3
        LOAD_CASE "conforming with RPL 3", ds, CONFORMING0 + 3
        LOAD_CASE "absent", ds, ABSENT_DATA
        LOAD_CASE "DPL 0 in ring 3", ds, DATA0, 3
        LOAD_CASE "DPL 1 in ring 1", es, DATA1 + 1, 1
        LOAD_CASE "DPL 3 in ring 1", es, DATA3, 1
        LOAD_CASE "conforming in ring 3", fs, CONFORMING0, 3
        LOAD_CASE "absent in ring 3", gs, ABSENT_DATA3 + 3, 3
        LOAD_CASE "null", ss, 0
        LOAD_CASE "null in ring 3", ss, 3, 3
        LOAD_CASE "RPL 1", ss, DATA0 + 1
        LOAD_CASE "DPL 3", ss, DATA3
        LOAD_CASE "read-only", ss, READ0
        LOAD_CASE "code", ss, CODE0
        LOAD_CASE "absent", ss, ABSENT_DATA
        LOAD_CASE "beyond the GDT", ss, BEYOND
        LOAD_CASE "DPL 0 in ring 3", ss, DATA0 + 3, 3

        CASE    "accessed bit of a loaded segment"
        movw    $READ0, %ax
        movw    %ax, %ds
        lar     %ax, %eax
        andl    $LAR_DEFINED, %eax
        DONE

        CASE    "write to read-only data"
        movw    $READ0, %ax
        movw    %ax, %es
        movl    %es:KERNEL_BASE, %ebx
        movl    %ebx, %es:KERNEL_BASE
        DONE

        CASE    "write to code"
        movl    %ebx, %cs:KERNEL_BASE
        DONE

        CASE    "read through a null segment"
        movl    %fs:0, %eax
        DONE

        CASE    "limit: last dword"
        movw    $SHORT_DATA, %ax
        movw    %ax, %fs
        movl    %fs:0xffc, %ebx
        xorl    %ebx, %ebx
        DONE

        CASE    "limit: one byte over"
        movw    $SHORT_DATA, %ax
        movw    %ax, %fs
        movl    %fs:0xffd, %ebx
        DONE

        CASE    "expand-down: at the limit"
        movw    $DOWN_DATA, %ax
        movw    %ax, %fs
        movb    %fs:0xfff, %bl
        DONE

        CASE    "expand-down: above the limit"
        movw    $DOWN_DATA, %ax
        movw    %ax, %fs
        movl    %fs:0x1000, %ebx
        xorl    %ebx, %ebx
        DONE

        CASE    "expand-down: at the end"
        movw    $DOWN_DATA, %ax
        movw    %ax, %fs
        movl    %fs:0xfffffffd, %ebx
        DONE

        CASE    "push beyond the stack segment", 1
        movl    $SHORT_STACK1 + 1, %eax
        movl    %eax, %ss
        movl    $2, %esp
        pushl   %eax
        DONE

        CASES_END segment_cases_end
