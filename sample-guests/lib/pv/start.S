/*
 * Where a paravirtual kernel begins, and what it tells the domain builder about itself.
 *
 * At _start: ring 1, flat segments, paging on, events masked; ESI = struct start_info;
 * ESP = the end of the stack that the builder made (left for one of our own).
 *
 * The linker script keeps one of the two descriptions: the ELF notes of today's kernels,
 * or the text section of older ones. It defines VIRT_BASE.
 */
#include "elfnote.h"

        .cfi_sections .debug_frame

/* The VMM fills this page with code that makes each hypercall: slot N is 32 bytes at N * 32. */
        .section .hypercall_page, "ax"
        .balign 4096
        .globl  hypercall_page
        .type   hypercall_page, @function
hypercall_page:
        .cfi_startproc
        .skip   4096
        .cfi_endproc
        .size   hypercall_page, . - hypercall_page

        .text
        .globl  _start
        .type   _start, @function
_start:
        .cfi_startproc
        .cfi_undefined eip
        movl    $boot_stack_top, %esp
        cld
        pushl   %esi
        call    guest_start
1:      jmp     1b
        .cfi_endproc
        .size   _start, . - _start

        .bss
        .balign 16
        .skip   8192
boot_stack_top:

/* An ELF note named "Xen" whose value is a number, or a string. */
.macro NOTE_NUMBER type, value
        .long   4, 4, \type
        .asciz  "Xen"
        .long   \value
.endm
.macro NOTE_STRING type, text
        .long   4, 2f - 1f, \type
        .asciz  "Xen"
1:      .asciz  "\text"
2:      .balign 4
.endm

        .section .note.Xen, "a", @note
        NOTE_STRING XEN_ELFNOTE_GUEST_OS, "ringscope sample"
        NOTE_STRING XEN_ELFNOTE_XEN_VERSION, "xen-3.0"
        NOTE_STRING XEN_ELFNOTE_LOADER, "generic"
        NOTE_STRING XEN_ELFNOTE_PAE_MODE, "yes"
        NOTE_STRING XEN_ELFNOTE_FEATURES, ""
        NOTE_NUMBER XEN_ELFNOTE_VIRT_BASE, VIRT_BASE
        NOTE_NUMBER XEN_ELFNOTE_PADDR_OFFSET, 0
        NOTE_NUMBER XEN_ELFNOTE_ENTRY, _start
        NOTE_NUMBER XEN_ELFNOTE_HYPERCALL_PAGE, hypercall_page

/*
 * The older description: numbers are text, so the image has to be linked where they say. HYPERCALL_PAGE is a
 * page number.
 */
        .section __xen_guest, "a"
        .ascii  "GUEST_OS=ringscope sample,XEN_VER=xen-3.0,LOADER=generic,PAE=yes,"
        .asciz  "VIRT_BASE=0xC0000000,ELF_PADDR_OFFSET=0x0,HYPERCALL_PAGE=0x100"
