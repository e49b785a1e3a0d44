/* The two 8259 interrupt controllers. */
#ifndef X86_PIC_H
#define X86_PIC_H

#include "vmm/types.h"

#define PIC_VECTOR 0x20
#define IRQ_TIMER  0
#define IRQ_COM1   4

void pic_init(void);
void pic_unmask(u32 irq);
/* Ends the interrupt. False if it was spurious. */
bool pic_acknowledge(u32 irq);

#endif
