/* LTR, LLDT and the verifying instructions. */
#include "selectors.h"
#define CASES .rodata.system_cases
#include "cases.inc"

/* Bits 16-19 of what LAR answers are undefined. */
#define LAR_DEFINED 0x00f0ff00

        CASES_BEGIN system_cases

        CASE    "ltr: null"
        ltr     %ax

        CASE    "ltr: busy"
        movw    $TSS, %ax
        ltr     %ax

        CASE    "ltr: data"
        movw    $DATA0, %ax
        ltr     %ax

        CASE    "ltr: absent"
        movw    $ABSENT_TSS, %ax
        ltr     %ax

        CASE    "ltr: LDT selector"
        movw    $4, %ax
        ltr     %ax

        CASE    "ltr: ring 1", 1
        ltr     %ax

        CASE    "lldt: and a segment from the LDT"
        movw    $LDT, %ax
        lldt    %ax
        movl    $0xc, %ebx
        movl    %ebx, %fs
        sldt    %ecx
        DONE

        CASE    "lldt: null entry of the LDT"
        movw    $LDT, %ax
        lldt    %ax
        movl    $4, %ebx
        movl    %ebx, %fs
        DONE

        CASE    "lldt: beyond the LDT"
        movw    $LDT, %ax
        lldt    %ax
        movl    $0x14, %ebx
        movl    %ebx, %fs
        DONE

        CASE    "lldt: data"
        movw    $DATA0, %ax
        lldt    %ax

        CASE    "lldt: ring 3", 3
        lldt    %ax

        .macro  VERIFY selector, ring
        CASE    "lar: \selector in ring \ring", \ring
        movl    $\selector, %ecx
        larl    %ecx, %eax
        setz    %bl
        andl    $LAR_DEFINED, %eax
        lsll    %ecx, %ecx
        setz    %bh
        movl    $\selector, %edx
        verr    %dx
        setz    %dl
        movl    $\selector, %ebp
        verw    %bp
        setz    %dh
        DONE
        .endm

        .irp    ring, 0, 3
        VERIFY  0, \ring
        VERIFY  BEYOND, \ring
        VERIFY  CODE0, \ring
        VERIFY  DATA3, \ring
        VERIFY  CODE3 + 3, \ring
        VERIFY  DATA1, \ring
        VERIFY  CONFORMING0, \ring
        VERIFY  EXECUTE0, \ring
        VERIFY  READ3, \ring
        VERIFY  ABSENT_DATA3, \ring
        VERIFY  TSS, \ring
        VERIFY  BUSY_TSS, \ring
        VERIFY  LDT, \ring
        VERIFY  GATE0, \ring
        VERIFY  TASK_GATE, \ring
        .endr

        CASES_END system_cases_end
