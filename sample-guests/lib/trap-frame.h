/*
 * What a trap leaves on the kernel's stack, for kernels in ring 0 (bare) and in
 * ring 1 (pv) alike: the processor, or the VMM in its stead, pushes the lower part
 * of this picture, the entry stub the upper one. Low addresses first.
 */
#ifndef LIB_TRAP_FRAME_H
#define LIB_TRAP_FRAME_H

/* From a trap's error code (or the zero in its place) up to ds, by TRAP_SAVE. */
#define TRAP_FRAME_SAVED 40

#ifndef __ASSEMBLY__

#include "types.h"

struct trap_frame {
    u32 es, ds;
    u32 edi, esi, ebp, ignored_esp, ebx, edx, ecx, eax; /* as PUSHA leaves them */
    u32 vector;
    u32 error_code;
    u32 eip;
    u32 cs; /* pv, through the VMM: bits 16-23 hold the saved upcall mask */
    u32 eflags;
    u32 esp, ss; /* only when the trap came from an outer ring */
};

_Static_assert(offsetof(struct trap_frame, vector) == TRAP_FRAME_SAVED, "TRAP_SAVE pushes what the frame names");

#define EFLAGS_ARITHMETIC 0x8d5u /* CF PF AF ZF SF OF: whatever the code before left */

#else

/*
 * CFI for an entry stub, at its first instruction: ESP points at `below` bytes
 * (an error code, or nothing), then EIP, CS, EFLAGS [, ESP, SS]. The CFA is the
 * address of CS: EIP then stands where a return address would. The interrupted ESP
 * was pushed only if the ring changed: when the RPL of CS is this `ring`, it is the
 * address after EFLAGS; else the word there.
 */
.macro CFI_TRAP_ENTRY below, ring
        .cfi_startproc
        .cfi_signal_frame
        .cfi_def_cfa esp, \below + 4
        .cfi_offset eip, -4
        /* DW_CFA_val_expression esp, 17 bytes; the CFA is on the expression's stack */
        .cfi_escape 0x16, 4, 17
        .cfi_escape 0x12, 0x06, 0x33, 0x1a     /* dup; deref; lit3; and */
        .cfi_escape 0x30 + \ring, 0x29         /* lit ring; eq */
        .cfi_escape 0x28, 6, 0                 /* bra to the last plus_uconst */
        .cfi_escape 0x23, 8, 0x06              /* plus_uconst 8; deref */
        .cfi_escape 0x2f, 2, 0                 /* skip to the end */
        .cfi_escape 0x23, 8                    /* plus_uconst 8 */
.endm

/* Completes struct trap_frame above vector and error code, and names it to the unwinder. */
.macro TRAP_SAVE
        pushal
        .cfi_adjust_cfa_offset 32
        .cfi_rel_offset eax, 28
        .cfi_rel_offset ecx, 24
        .cfi_rel_offset edx, 20
        .cfi_rel_offset ebx, 16
        .cfi_rel_offset ebp, 8
        .cfi_rel_offset esi, 4
        .cfi_rel_offset edi, 0
        pushl   %ds
        .cfi_adjust_cfa_offset 4
        pushl   %es
        .cfi_adjust_cfa_offset 4
.endm

/* Undoes TRAP_SAVE and drops vector and error code: EIP is next. */
.macro TRAP_RESTORE
        popl    %es
        .cfi_adjust_cfa_offset -4
        popl    %ds
        .cfi_adjust_cfa_offset -4
        popal
        .cfi_adjust_cfa_offset -32
        .cfi_same_value eax
        .cfi_same_value ecx
        .cfi_same_value edx
        .cfi_same_value ebx
        .cfi_same_value ebp
        .cfi_same_value esi
        .cfi_same_value edi
        addl    $8, %esp
        .cfi_adjust_cfa_offset -8
.endm

#endif
#endif
