/* Paging: run without and with PAE. EDI is the page whose accessed and dirty bits are shown. */
#include "selectors.h"
#define CASES .rodata.paging_cases
#include "cases.inc"

        .macro  READ_CASE page, ring
        CASE    "read \page in ring \ring", \ring
        movl    $\page, %edi
        movl    (%edi), %ebx
        movl    $0, %ebx
        DONE
        .endm

        .macro  WRITE_CASE page, ring
        CASE    "write \page in ring \ring", \ring
        movl    $\page, %edi
        movl    %ebx, (%edi)
        DONE
        .endm

        .macro  MODIFY_CASE page, ring
        CASE    "add to \page in ring \ring", \ring
        movl    $\page, %edi
        addl    %ebx, (%edi)
        DONE
        .endm

/* Where a page can be fetched from there is an INT_DONE. */
        .macro  FETCH_CASE page, ring
        CASE    "fetch from \page in ring \ring", \ring
        movw    $0x80cd, FRAME + (\page & 0xffff)
        movl    $\page, %edi
        jmp     *%edi
        .endm

        .macro  WRITE_WP_CASE page
        CASE    "write \page under WP"
        movl    %cr0, %eax
        orl     $0x10000, %eax
        movl    %eax, %cr0
        movl    $\page, %edi
        movl    %ebx, (%edi)
        movl    $0, %eax
        DONE
        .endm

        CASES_BEGIN paging_cases

        .irp    ring, 0, 1, 3
        .irp    page, PAGE_ABSENT, PAGE_READ, PAGE_KERNEL, PAGE_KERNEL_READ, PAGE_FREE, PAGE_RESERVED, PAGE_NX
        READ_CASE \page, \ring
        WRITE_CASE \page, \ring
        .endr
        .irp    page, REGION_ABSENT, REGION_READ, REGION_KERNEL, REGION_LARGE, REGION_LARGE_READ, REGION_LARGE_RESERVED
        READ_CASE \page, \ring
        WRITE_CASE \page, \ring
        .endr
        .irp    page, PAGE_ABSENT, PAGE_READ, PAGE_KERNEL
        MODIFY_CASE \page, \ring
        .endr
        .irp    page, PAGE_ABSENT, PAGE_RESERVED, REGION_ABSENT
        FETCH_CASE \page, \ring
        .endr
        .endr

        .irp    page, PAGE_READ, PAGE_KERNEL_READ, PAGE_FREE, REGION_READ, REGION_LARGE_READ
        WRITE_WP_CASE \page
        .endr

        FETCH_CASE PAGE_KERNEL, 3

        FETCH_CASE PAGE_NX, 3

        CASE    "write across pages, the second absent"
        movl    $PAGE_EDGE, %edi
        movl    $0x11223344, %ecx
        movl    %ecx, 0xffe(%edi)
        DONE

        CASE    "nothing was written across pages", 0
        movl    $PAGE_EDGE, %edi
        movw    0xffe(%edi), %ax
        DONE

        CASE    "read across pages, the second absent", 3
        movl    $PAGE_EDGE, %edi
        movl    0xfff(%edi), %ecx
        DONE

        CASE    "write across pages, the second read-only", 3
        movl    $PAGE_EDGE_READ, %edi
        movw    %cx, 0xfff(%edi)
        DONE

        CASE    "push across pages, the lower absent", 3
        movl    $PAGE_EDGE, %edi
        movl    $PAGE_EDGE + 2, %esp
        pushl   $PAGE_ABSENT
        DONE

        CASE    "int with an absent inner stack", 3, inner_absent_page
        movl    $REGION_ABSENT, %edi
        int     $INT_RING1

        CASE    "int with an inner stack that users may not touch", 3, inner_kernel_page
        movl    $PAGE_KERNEL, %edi
        int     $INT_RING1

        CASE    "iret from an absent stack", 3
        movl    $PAGE_EDGE, %edi
        movl    $PAGE_EDGE + 0xff8, %esp
        iretl

        CASE    "rep movs stops at the absent page", 3
        movl    $PAGE_EDGE, %edi
        movl    %edi, %esi
        addl    $0xff8, %edi
        movl    $5, %ecx
        cld
        rep movsl
        DONE

        CASE    "push of a read that faults leaves ESP", 3
        movl    %esp, %ebx
        movl    $PAGE_ABSENT, %edi
        pushl   (%edi)
        DONE

        CASE    "mov cr3 flushes what invlpg would", 0
        movl    $PAGE_FREE, %edi
        movl    (%edi), %eax
        movl    %cr3, %eax
        movl    %eax, %cr3
        invlpg  (%edi)
        movl    %eax, (%edi)
        movl    $0, %eax
        DONE

        CASES_END paging_cases_end

        .text
inner_absent_page:
        movl    $REGION_ABSENT + 0x100, tss + TSS_ESP1
        ret
inner_kernel_page:
        movl    $PAGE_KERNEL + 0x100, tss + TSS_ESP1
        ret
