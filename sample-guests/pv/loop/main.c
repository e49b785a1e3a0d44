/*
 * pv/loop: a kernel that never ends and never yields, for the tools that have to stop
 * one: a limit on instructions, a debugger's "pause".
 */
#include "guest.h"
#include "print.h"

static void forever(void) {
  for (volatile u32 rounds = 0;; rounds++)
    ;
}

void kernel_main(void) {
  printk("pv/loop: here it goes\n");
  forever();
}
