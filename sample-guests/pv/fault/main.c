/*
 * pv/fault: a page fault that nobody handles. The guest has registered no trap table, so
 * there is nowhere to bounce the fault to: the VMM ends this domain, and only this one.
 */
#include "guest.h"
#include "print.h"

/* Mapped nowhere: above the domain's memory and below the VMM. */
#define NOWHERE ((volatile u32 *)0xf0000000)

static void touch(volatile u32 *address) {
  *address = 1;
}

void kernel_main(void) {
  printk("pv/fault: writing to %08x\n", (u32)NOWHERE);
  touch(NOWHERE);
  printk("kernel: not reached\n");
}
