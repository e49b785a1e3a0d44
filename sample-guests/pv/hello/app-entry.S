/* The application's start, its system calls, and instructions that it may not execute. */
#include "probe.inc"

        .cfi_sections .debug_frame
        .text

/* ESP is the top of app_stack; there is nowhere to return to. */
        .globl  app_entry
        .type   app_entry, @function
app_entry:
        .cfi_startproc
        .cfi_undefined eip
        call    app_main
1:      jmp     1b
        .cfi_endproc
        .size   app_entry, . - app_entry

/* u32 name(enum system_call_number number, u32 first, u32 second) */
.macro SYSTEM_CALL name, vector
        .globl  \name
        .type   \name, @function
\name:
        .cfi_startproc
        pushl   %ebx
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset ebx, 0
        movl    8(%esp), %eax
        movl    12(%esp), %ebx
        movl    16(%esp), %ecx
1:      int     $\vector
2:      popl    %ebx
        .cfi_adjust_cfa_offset -4
        .cfi_same_value ebx
        ret
        .cfi_endproc
        .size   \name, . - \name
        PROBE_RECORD \name
.endm

SYSTEM_CALL app_system_call, 0x80
SYSTEM_CALL app_bounced_call, 0x81

PROBE app_probe_read
        movl    4(%esp), %edx
1:      movl    (%edx), %ecx
PROBE_END app_probe_read

PROBE app_probe_cli
1:      cli
PROBE_END app_probe_cli

PROBE app_probe_int90
1:      int     $0x90
PROBE_END app_probe_int90

PROBE app_probe_hypercall
1:      int     $0x82
PROBE_END app_probe_hypercall

        .bss
        .balign 16
        .globl  app_stack, app_stack_top
app_stack:
        .skip   4096
app_stack_top:
