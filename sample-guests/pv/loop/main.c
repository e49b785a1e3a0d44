/*
 * pv/loop: a kernel that never ends and never yields. It is for tools that have to stop a kernel: a limit on
 * instructions, or a debugger's "pause".
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
