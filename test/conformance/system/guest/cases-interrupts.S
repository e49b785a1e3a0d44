/* Interrupts and exceptions: gates, inner stacks, double faults. */
#include "selectors.h"
#define CASES .rodata.interrupt_cases
#include "cases.inc"

        CASES_BEGIN interrupt_cases

        CASE    "int: DPL 0 gate in ring 3", 3
        int     $INT_DPL0

        CASE    "int: beyond the IDT"
        int     $INT_LAST + 1

        CASE    "int: absent gate", 3
        int     $INT_ABSENT

        CASE    "int: not a gate", 3
        int     $INT_NO_GATE

        CASE    "int: null code", 3
        int     $INT_NULL

        CASE    "int: code beyond the GDT", 3
        int     $INT_BEYOND_GDT

        CASE    "int: to data", 3
        int     $INT_DATA

        CASE    "int: absent code", 3
        int     $INT_CODE_ABSENT

        CASE    "int: handler beyond its limit", 0
        int     $INT_SHORT

        CASE    "int: to less privilege", 0
        int     $INT_LESS_PRIVILEGED

        CASE    "int: conforming handler in ring 3", 3
        int     $INT_CONFORMING

        CASE    "int: ring 3 to ring 1", 3
        int     $INT_RING1

        CASE    "int: ring 1 to ring 1", 1
        int     $INT_RING1

        CASE    "int: ring 1 is less than ring 0", 0
        int     $INT_RING1

        CASE    "int: 16-bit gate from ring 3", 3
        int     $INT_16

        CASE    "int: 16-bit gate from ring 0", 0
        int     $INT_16

        CASE    "int: 16-bit stack"
        movw    $STACK16, %ax
        movw    %ax, %ss
        movl    $LOW_STACK, %esp
        int     $INT_DPL0

        CASE    "int3: DPL 0 in ring 3", 3
        int3

        CASE    "int3: in ring 0"
        int3

        CASE    "into: without OF", 3
        xorl    %eax, %eax
        into
        DONE

        CASE    "into: with OF in ring 3", 3
        movl    $0x7fffffff, %eax
        addl    $1, %eax
        into
        DONE

        CASE    "int clears TF and NT, trap gate keeps IF", 0
        pushl   $0x4202
        popfl
        int     $INT_CONFORMING

        CASE    "inner stack: null", 3, inner_null
        int     $INT_RING1

        CASE    "inner stack: RPL", 3, inner_rpl
        int     $INT_RING1

        CASE    "inner stack: DPL", 3, inner_dpl
        int     $INT_RING1

        CASE    "inner stack: read-only", 3, inner_read
        int     $INT_RING1

        CASE    "inner stack: beyond the GDT", 3, inner_beyond
        int     $INT_RING1

        CASE    "inner stack: absent", 3, inner_absent
        int     $INT_RING1

        CASE    "inner stack: no room", 3, inner_short
        int     $INT_RING1

        CASE    "inner stack: null, by a gate", 3, inner_null
        lcall   $GATE1 + 3, $0

        CASE    "inner stack: no room, by a gate", 3, inner_short
        lcall   $GATE1 + 3, $0

        CASE    "exception: EXT of a spoilt gate", 3, spoil_ud
        ud2

        CASE    "exception: EXT of a spoilt selector", 3, spoil_ud_selector
        ud2

        CASE    "double fault: #GP, then #NP", 3, spoil_gp
        hlt

        CASE    "no double fault: #UD, #NP", 3, spoil_ud
        ud2

        CASE    "double fault: #DE, then #NP", 3, spoil_de
        divl    %ebx

        CASES_END interrupt_cases_end

        .text
/* Preparations, in ring 0. */
inner_null:
        movl    $0, tss + TSS_SS1
        ret
inner_rpl:
        movl    $DATA1, tss + TSS_SS1
        ret
inner_dpl:
        movl    $DATA0 + 1, tss + TSS_SS1
        ret
inner_read:
        movl    $READ1 + 1, tss + TSS_SS1
        ret
inner_beyond:
        movl    $BEYOND + 1, tss + TSS_SS1
        ret
inner_absent:
        movl    $ABSENT_DATA + 1, tss + TSS_SS1
        ret
inner_short:
        movl    $SHORT_STACK1 + 1, tss + TSS_SS1
        movl    $16, tss + TSS_ESP1
        ret

/* Clears the present bit of an exception's gate. */
        .macro  SPOIL vector
        subl    $8, %esp
        sidt    (%esp)
        movl    2(%esp), %eax
        andl    $~0x8000, \vector * 8 + 4(%eax)
        addl    $8, %esp
        ret
        .endm
spoil_ud:
        SPOIL   6
spoil_gp:
        SPOIL   13
spoil_de:
        SPOIL   0
spoil_ud_selector:
        subl    $8, %esp
        sidt    (%esp)
        movl    2(%esp), %eax
        movw    $BEYOND, 6 * 8 + 2(%eax)
        addl    $8, %esp
        ret
