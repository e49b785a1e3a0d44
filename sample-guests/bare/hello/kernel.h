/* The interfaces between the files of this kernel. */
#ifndef KERNEL_H
#define KERNEL_H

/* Selectors: index << 3 | RPL. */
#define KERNEL_CS  0x08
#define KERNEL_DS  0x10
#define USER_CS    0x1b
#define USER_DS    0x23
#define KERNEL_TSS 0x28

#define VECTOR_BREAKPOINT         3
#define VECTOR_GENERAL_PROTECTION 13
#define VECTOR_PAGE_FAULT         14
#define VECTOR_IRQ0               32 /* IRQs 0 to 15 have the vectors from here to 47. */
#define VECTOR_SYSTEM_CALL        0x80

#ifndef __ASSEMBLER__

#include "base.h"
#include "trap-frame.h"

/* segments.c: flat segments for rings 0 and 3, and the TSS that names ring 0's stack. */
void segments_init(void);

/* traps.c: the IDT. */
void traps_init(void);
void trap(struct trap_frame *frame);

/* paging.c: maps memory to itself. Ring 3 sees only the application's pages. */
void paging_init(void);

/* timer.c: PIT interrupts through the PIC. timer_wait() returns after `count` of them. */
void timer_init(void);
void timer_wait(u32 count);
void timer_stop(void);
void timer_interrupt(void);

/* system-calls.c: does what the application asks for. The result goes to its EAX. */
u32 system_call(u32 number, u32 argument, u32 length);

/* entry.S: leaves for ring 3 with its stack at the top of the application's. */
_Noreturn void application_start(void);

#endif
#endif
