/* Instructions of this kernel that trap, or that the VMM emulates. */
#include "probe.inc"

        .cfi_sections .debug_frame
        .text

PROBE probe_undefined
1:      ud2
PROBE_END probe_undefined

PROBE probe_int90
1:      int     $0x90
PROBE_END probe_int90

PROBE probe_cli
1:      cli
PROBE_END probe_cli

PROBE probe_sti
1:      sti
PROBE_END probe_sti

PROBE probe_hlt
1:      hlt
PROBE_END probe_hlt

/* u32 probe_in(u32 port, u8 *value), u32 probe_out(u32 port, u8 value) */
PROBE probe_in
        movl    4(%esp), %edx
        movl    8(%esp), %ecx
        movl    $0, %eax
1:      inb     %dx, %al
        movb    %al, (%ecx)
        movl    $0, %eax
PROBE_END probe_in

PROBE probe_out
        movl    4(%esp), %edx
        movb    8(%esp), %al
1:      outb    %al, %dx
        movl    $0, %eax
PROBE_END probe_out
