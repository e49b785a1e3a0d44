/* Selectors of the conformance guest's GDT, for C and assembly. RPLs are added where they are used. */
#ifndef SELECTORS_H
#define SELECTORS_H

#define CODE0            0x08
#define DATA0            0x10
#define CODE1            0x18
#define DATA1            0x20
#define CODE3            0x28
#define DATA3            0x30
#define TSS              0x38
#define LDT              0x40
#define CONFORMING0      0x48 /* conforming code, DPL 0 */
#define CONFORMING3      0x50
#define EXECUTE0         0x58 /* code that is not readable */
#define READ0            0x60 /* data that is not writable */
#define ABSENT_DATA      0x68
#define ABSENT_CODE      0x70
#define SHORT_CODE       0x78 /* limit 0xfff */
#define SHORT_DATA       0x80
#define DOWN_DATA        0x88 /* expand-down, limit 0xfff */
#define TASK             0x90 /* an available TSS */
#define ABSENT_TSS       0x98
#define SHORT_TSS        0xa0
#define BUSY_TSS         0xa8
#define GATE0            0xb0 /* call gates of DPL 3, named for what they lead to */
#define GATE1            0xb8 /* two parameters */
#define GATE_DPL0        0xc0
#define GATE_ABSENT      0xc8
#define GATE_NULL        0xd0
#define GATE_DATA        0xd8
#define GATE_BEYOND      0xe0
#define TASK_GATE        0xe8
#define READ3            0xf0
#define ABSENT_DATA3     0xf8
#define ABSENT_CODE3     0x100
#define SHORT_CODE3      0x108
#define STACK16          0x110 /* a 16-bit stack, base 0 */
#define KERNEL_CODE      0x118 /* its base is the kernel's, so that 16-bit offsets reach it */
#define GATE_16          0x120
#define GATE_CONFORMING  0x128
#define GATE_CODE_ABSENT 0x130
#define SHORT_STACK1     0x138 /* limit 15, DPL 1 */
#define READ1            0x140
#define FUZZ_A           0x148 /* descriptors of the random cases */
#define FUZZ_B           0x150
#define BEYOND           0x158 /* the first selector outside the GDT */

/* Vectors with special gates; the exceptions have plain ones. */
#define INT_DONE            0x80 /* ends a case */
#define INT_RING1           0x81 /* to ring 1 */
#define INT_ABSENT          0x82
#define INT_NO_GATE         0x83
#define INT_NULL            0x84
#define INT_BEYOND_GDT      0x85
#define INT_DATA            0x86
#define INT_CODE_ABSENT     0x87
#define INT_SHORT           0x88
#define INT_16              0x89
#define INT_CONFORMING      0x8a
#define INT_TASK            0x8b
#define INT_DPL0            0x8c
#define INT_LESS_PRIVILEGED 0x8d
#define INT_FUZZ            0x8e
#define INT_LAST            0x8e

/* Offsets in a 32-bit TSS. */
#define TSS_SS0    8
#define TSS_ESP1   12
#define TSS_SS1    16
#define TSS_IO_MAP 102

#define KERNEL_BASE 0x100000
#define LOW_STACK   0x7000 /* free memory that a 16-bit stack reaches */

/* Linear addresses of the paging cases: a page each of WINDOW, then regions of 4 MiB each. */
#define WINDOW                0x10000000
#define FRAME                 0x00800000 /* where the window's pages lie in physical memory; mapped one to one, too */
#define PAGE_ABSENT           0x10000000
#define PAGE_READ             0x10001000
#define PAGE_KERNEL           0x10002000
#define PAGE_KERNEL_READ      0x10003000
#define PAGE_FREE             0x10004000
#define PAGE_RESERVED         0x10005000 /* a plain page without PAE */
#define PAGE_NX               0x10006000 /* a plain page without PAE */
#define PAGE_EDGE             0x10007000 /* free, and followed by an absent one */
#define PAGE_EDGE_READ        0x10009000 /* free, and followed by a read-only one */
#define REGION_ABSENT         0x10400000
#define REGION_READ           0x10800000
#define REGION_KERNEL         0x10c00000
#define REGION_LARGE          0x11000000
#define REGION_LARGE_READ     0x11400000
#define REGION_LARGE_RESERVED 0x11800000

#endif
