/* Exceptions of plain instructions, and single steps. */
#include "selectors.h"
#define CASES .rodata.exception_cases
#include "cases.inc"

        CASES_BEGIN exception_cases

        CASE    "ud2"
        ud2

        CASE    "lock where it may not stand"
        .byte   0xf0, 0x90

        CASE    "bound", 3
        movl    $5, %eax
        bound   %eax, bounds
        movl    $6, %eax
        bound   %eax, bounds

        CASE    "div by zero"
        divl    %ebx

        CASE    "idiv overflow"
        movl    $0x80000000, %eax
        cltd
        movl    $-1, %ebx
        idivl   %ebx

        CASE    "aam 0"
        aam     $0

        .macro  SET_TF
        pushfl
        orl     $0x100, (%esp)
        popfl
        .endm

        CASE    "single step", 3
        SET_TF
        movl    $1, %eax
        movl    $2, %eax

        CASE    "single step over a segment load", 0
        movw    $DATA0, %cx
        SET_TF
        movw    %cx, %ds
        movl    $2, %eax

        CASE    "single step over mov ss", 0
        movw    $DATA0, %cx
        SET_TF
        movw    %cx, %ss
        movl    $1, %eax
        movl    $2, %eax

        CASE    "single step over pop ss", 0
        pushl   $DATA0
        movl    $0x100, %edx
        pushl   %edx
        popfl
        popl    %ss
        movl    $1, %eax
        movl    $2, %eax

        CASE    "single step over sti", 0
        SET_TF
        sti
        movl    $1, %eax
        movl    $2, %eax

        CASE    "int under TF is not stepped, nor is its handler", 3
        SET_TF
        int     $INT_CONFORMING

        CASE    "int under TF to ring 1", 3
        SET_TF
        int     $INT_RING1

        CASE    "a far call under TF", 0
        SET_TF
        lcall   $GATE0, $0

        CASE    "iret under TF that clears it", 0
        pushl   $2
        pushl   $CODE0
        pushl   $step_target
        SET_TF
        iretl

        CASE    "single step of one iteration of rep movs", 3
        movl    $bounds, %esi
        movl    $spare, %edi
        movl    $2, %ecx
        cld
        SET_TF
        rep movsl

        CASE    "single step over a taken jump", 3
        SET_TF
        jmp     1f
        movl    $1, %eax
1:      movl    $2, %eax

        CASE    "single step after popf that clears TF", 3
        pushfl
        SET_TF
        popfl
        movl    $1, %eax
        DONE

        CASE    "a fault of the stepped instruction comes first", 3
        SET_TF
        hlt

        CASE    "iret that sets TF steps the next instruction", 0
        pushl   $0x102
        pushl   $CODE0
        pushl   $step_target
        iretl

        CASE    "dr6 after a single step", 0, clear_dr6
        SET_TF
        nop

        CASE    "dr6 is read after", 0
        movl    %dr6, %eax
        DONE

        CASE    "fpu opcode under EM"
        movl    $0x15, %eax
        movl    %eax, %cr0
        fninit

        CASE    "wait under MP and TS"
        movl    $0x1b, %eax
        movl    %eax, %cr0
        fwait

        CASES_END exception_cases_end

        .data
bounds: .long   1, 5
spare:  .long   0, 0

        .text
step_target:
        movl    $1, %eax
        movl    $2, %eax
        DONE

clear_dr6:
        xorl    %eax, %eax
        movl    %eax, %dr6
        ret
