/* Segments, gates, interrupts, returns, tasks, privileged instructions: paging is off. */
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

        /* Interrupts. */
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

        /* IRET. */
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

        /* Far jumps, calls and returns. */
        .macro  FAR_CASE name, selector, ring=0, offset=gate_target
        CASE    "jmp far: \name", \ring
        ljmp    $\selector, $\offset
        CASE    "call far: \name", \ring
        pushl   $0x222
        pushl   $0x111
        lcall   $\selector, $\offset
        .endm

        FAR_CASE "code", CODE0
        FAR_CASE "null", 0
        FAR_CASE "beyond the GDT", BEYOND
        FAR_CASE "data", DATA0
        FAR_CASE "an LDT", LDT
        FAR_CASE "RPL above CPL", CODE0 + 3
        FAR_CASE "another DPL", CODE3
        FAR_CASE "an inner ring", CODE0, 3
        FAR_CASE "conforming", CONFORMING0, 3
        FAR_CASE "conforming of an outer ring", CONFORMING3
        FAR_CASE "absent", ABSENT_CODE
        FAR_CASE "offset beyond the limit", SHORT_CODE
        FAR_CASE "gate in ring 0", GATE0
        FAR_CASE "gate to ring 0", GATE0 + 3, 3
        FAR_CASE "gate to ring 1", GATE1 + 3, 3
        FAR_CASE "gate to an outer ring", GATE1, 0
        FAR_CASE "gate of DPL 0 in ring 3", GATE_DPL0, 3
        FAR_CASE "gate with RPL above its DPL", GATE_DPL0 + 3
        FAR_CASE "absent gate", GATE_ABSENT
        FAR_CASE "gate to null", GATE_NULL
        FAR_CASE "gate to data", GATE_DATA
        FAR_CASE "gate beyond the GDT", GATE_BEYOND
        FAR_CASE "gate to absent code", GATE_CODE_ABSENT
        FAR_CASE "gate to conforming code", GATE_CONFORMING, 3
        FAR_CASE "16-bit gate", GATE_16 + 3, 3
        FAR_CASE "16-bit gate in ring 0", GATE_16
        FAR_CASE "absent TSS", ABSENT_TSS
        FAR_CASE "short TSS", SHORT_TSS
        FAR_CASE "busy TSS", BUSY_TSS
        FAR_CASE "TSS of DPL 0 in ring 3", TSS, 3
        FAR_CASE "task gate", TASK_GATE, 0
        FAR_CASE "TSS", TASK, 0
        FAR_CASE "TSS from ring 3", TASK, 3

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

        /* Tasks. */
        CASE    "task: int through a task gate, and back", 3
        movl    $0x33, %ebx
        int     $INT_TASK
        DONE

        CASE    "task: call and return", 0
        movl    $0x44, %ebx
        lcall   $TASK, $0
        DONE

        CASE    "task: call again finds it available", 0
        lcall   $TASK, $0
        lcall   $TASK_GATE, $0
        str     %ebx
        DONE

        CASE    "task: iret with NT and a link to no task", 0
        pushl   $0x4002
        popfl
        iretl

        CASE    "task: null CS", 0, task_null_cs
        ljmp    $TASK, $0

        CASE    "task: absent DS", 0, task_absent_ds
        ljmp    $TASK, $0

        /* System segments. */
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

        /* Privileged instructions. */
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

        CASE    "single step", 3
        pushfl
        orl     $0x100, (%esp)
        popfl
        movl    $1, %eax
        movl    $2, %eax

        CASE    "single step over a segment load", 0
        movw    $DATA0, %cx
        pushfl
        orl     $0x100, (%esp)
        popfl
        movw    %cx, %ds
        movl    $2, %eax

        CASE    "fpu opcode under EM"
        movl    $0x15, %eax
        movl    %eax, %cr0
        fninit

        CASE    "wait under MP and TS"
        movl    $0x1b, %eax
        movl    %eax, %cr0
        fwait

        CASES_END segment_cases_end

        .data
bounds: .long   1, 5

        .text
/* Handlers that show the stack they found in EAX, EBX, ECX, EDX. */
        .globl  gate_target, ring1_handler, handler16, task_entry
gate_target:
        popl    %eax
        popl    %ebx
        popl    %ecx
        popl    %edx
        DONE

ring1_handler:
        popl    %eax
        popl    %ebx
        popl    %ecx
        popl    %edx
        DONE

handler16:
        popl    %eax
        popl    %ebx
        movl    %ss, %ecx
        movl    %esp, %edx
        DONE

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

/* The task: goes back where it came from, or shows itself; the second time it starts behind its IRET. */
task_entry:
        movl    %cr0, %edx
        pushfl
        testl   $0x4000, (%esp)
        popl    %ecx
        jz      1f
        iretl
        jmp     task_entry
1:      str     %ebx
        DONE

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

/* Offsets of the task's CS and DS: 76 and 84. */
task_null_cs:
        movl    $0, task + 76
        ret
task_absent_ds:
        movl    $ABSENT_DATA, task + 84
        ret
