/* Macros for assembly: pushes that the unwinder follows, and the fixup table. */
#ifndef X86_ASM_H
#define X86_ASM_H

#ifdef __ASSEMBLER__
/* clang-format off */
.macro PUSH reg
        pushl %\reg
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset \reg, 0
.endm

.macro POP reg
        popl %\reg
        .cfi_adjust_cfa_offset -4
        .cfi_same_value \reg
.endm

/* If the instruction at `from` faults in ring 0, execution continues at `to`. */
.macro FIXUP from, to
        .pushsection .fixup_table, "a"
        .long \from, \to
        .popsection
.endm
/* clang-format on */
#endif

#endif
