/* What each ring may execute, and MSRs, flags and CR0 in ring 0. */
#include "selectors.h"
#define CASES .rodata.privileged_cases
#include "cases.inc"

        CASES_BEGIN privileged_cases

        .irp    ring, 1, 3
        CASE    "hlt in ring \ring", \ring
        hlt
        CASE    "cli in ring \ring", \ring
        cli
        CASE    "sti in ring \ring", \ring
        sti
        CASE    "mov from cr0 in ring \ring", \ring
        movl    %cr0, %eax
        CASE    "mov to cr3 in ring \ring", \ring
        movl    %eax, %cr3
        CASE    "mov from dr7 in ring \ring", \ring
        movl    %dr7, %eax
        CASE    "clts in ring \ring", \ring
        clts
        CASE    "lmsw in ring \ring", \ring
        lmsw    %ax
        CASE    "lgdt in ring \ring", \ring
        lgdt    KERNEL_BASE
        CASE    "lidt in ring \ring", \ring
        lidt    KERNEL_BASE
        CASE    "invlpg in ring \ring", \ring
        invlpg  KERNEL_BASE
        CASE    "wbinvd in ring \ring", \ring
        wbinvd
        CASE    "rdmsr in ring \ring", \ring
        rdmsr
        CASE    "wrmsr in ring \ring", \ring
        wrmsr
        CASE    "in from port 0x60 in ring \ring", \ring
        inb     $0x60, %al
        CASE    "out to port 0x41, which the bitmap allows, in ring \ring", \ring
        outb    %al, $0x41
        DONE
        CASE    "outl across the end of what the bitmap allows in ring \ring", \ring
        outl    %eax, $0x41
        CASE    "in beyond the bitmap in ring \ring", \ring
        movw    $0x3f8, %dx
        inb     %dx, %al
        CASE    "popf changes neither IF nor IOPL in ring \ring", \ring
        pushl   $0x3202
        popfl
        pushfl
        popl    %eax
        DONE
        CASE    "smsw, sgdt, sidt, str are for everyone in ring \ring", \ring
        smsw    %eax
        str     %ebx
        sldt    %ecx
        DONE
        .endr

        CASE    "wrmsr: no such register"
        movl    $0x7654321, %ecx
        wrmsr
        DONE

        CASE    "rdmsr: no such register"
        movl    $0x7654321, %ecx
        rdmsr
        DONE

        CASE    "popf in ring 0"
        pushl   $0x00047ed7
        popfl
        pushfl
        popl    %eax
        pushl   $2
        popfl
        DONE

        CASE    "clts"
        movl    %cr0, %eax
        orl     $8, %eax
        movl    %eax, %cr0
        clts
        movl    %cr0, %eax
        DONE

        CASE    "lmsw does not clear PE"
        xorl    %eax, %eax
        lmsw    %ax
        smsw    %eax
        DONE

        CASES_END privileged_cases_end
