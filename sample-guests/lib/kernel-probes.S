/* Probes that a kernel makes of its own address space. */
#include "probe.inc"

        .cfi_sections .debug_frame
        .text

PROBE probe_read
        movl    4(%esp), %edx
1:      movl    (%edx), %ecx
PROBE_END probe_read

PROBE probe_write
        movl    4(%esp), %edx
        movl    8(%esp), %ecx
1:      movl    %ecx, (%edx)
PROBE_END probe_write

PROBE probe_breakpoint
1:      int3
PROBE_END probe_breakpoint
