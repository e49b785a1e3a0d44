/* What the random cases do, each with the selectors in fuzz_*. They start and end as cases do. */
#include "selectors.h"
#include "cases.inc"

        .text
        .globl  fuzz_ops, fuzz_ops_end

        .irp    seg, es, ds, fs, gs, ss
fuzz_load_\seg:
        movl    fuzz_selector, %eax
        movl    %eax, %\seg
        DONE
        .endr

fuzz_jump:
        ljmp    *fuzz_pointer

fuzz_call:
        pushl   $0x222
        pushl   $0x111
        lcall   *fuzz_pointer
        DONE

fuzz_iret:
        pushl   fuzz_other
        pushl   $case_stack3_top
        pushl   $2
        pushl   fuzz_selector
        pushl   $iret_target
        iretl

fuzz_ret:
        pushl   fuzz_other
        pushl   $case_stack3_top
        pushl   fuzz_selector
        pushl   $iret_target
        lret

/* The gate of INT_FUZZ is random, and leads to the selector. */
fuzz_int:
        int     $INT_FUZZ

/* SS1 of the TSS is the selector. */
fuzz_inner:
        int     $INT_RING1

fuzz_lldt:
        movl    fuzz_selector, %eax
        lldt    %ax
        DONE

fuzz_ltr:
        movl    fuzz_selector, %eax
        ltr     %ax
        DONE

fuzz_verify:
        movl    fuzz_selector, %ecx
        larl    %ecx, %eax
        setz    %bl
        andl    $0x00f0ff00, %eax
        verr    %cx
        setz    %dl
        verw    %cx
        setz    %dh
        lsll    %ecx, %ecx
        setz    %bh
        DONE

        .section .rodata
        .balign 4
fuzz_ops:
        .long   fuzz_load_es, fuzz_load_ds, fuzz_load_fs, fuzz_load_gs, fuzz_load_ss
        .long   fuzz_jump, fuzz_call, fuzz_call, fuzz_iret, fuzz_iret, fuzz_ret, fuzz_ret
        .long   fuzz_int, fuzz_int, fuzz_inner, fuzz_inner, fuzz_lldt, fuzz_ltr, fuzz_verify
fuzz_ops_end:
