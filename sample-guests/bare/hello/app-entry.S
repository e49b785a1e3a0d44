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

/* u32 app_system_call(u32 number, u32 argument, u32 length) */
        .globl  app_system_call
        .type   app_system_call, @function
app_system_call:
        .cfi_startproc
        pushl   %ebx
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset ebx, 0
        movl    8(%esp), %eax
        movl    12(%esp), %ebx
        movl    16(%esp), %ecx
1:      int     $0x80
2:      popl    %ebx
        .cfi_adjust_cfa_offset -4
        .cfi_same_value ebx
        ret
        .cfi_endproc
        .size   app_system_call, . - app_system_call
        PROBE_RECORD app_system_call

PROBE app_probe_read
1:      movl    kernel_main, %ecx
PROBE_END app_probe_read

PROBE app_probe_cli
1:      cli
PROBE_END app_probe_cli

        .bss
        .balign 16
        .globl  app_stack, app_stack_top
app_stack:
        .skip   4096
app_stack_top:
