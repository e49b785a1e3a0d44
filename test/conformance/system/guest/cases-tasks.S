/* Task switches. */
#include "selectors.h"
#define CASES .rodata.task_cases
#include "cases.inc"

        CASES_BEGIN task_cases

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

        CASES_END task_cases_end

        .text
        .globl  task_entry
/* The task: goes back where it came from, or shows itself; the second time it starts after its IRET. */
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

/* Offsets of the task's CS and DS: 76 and 84. */
task_null_cs:
        movl    $0, task + 76
        ret
task_absent_ds:
        movl    $ABSENT_DATA, task + 84
        ret
