/*
 * pv/hello: a kernel that runs in ring 1, beneath a hypervisor (VMM) in ring 0.
 *
 * It is the paravirtual twin of bare/hello. What that one does with privileged
 * instructions, this one asks of the VMM by hypercalls: each function here shows one of
 * them, says on the console what was asked, and what came of it.
 *
 *   main.c         the order of things, from start of day to power-off
 *   traps.c        exceptions: the VMM receives them and bounces them to ring 1
 *   entry.S        where they arrive, and how the kernel returns from them
 *   pagetables.c   page tables: read freely, changed through the VMM
 *   refusals.c     the changes that the VMM refuses, and its errors
 *   events.c       events instead of interrupts; the timer
 *   privileged.c   privileged instructions, which trap and are emulated
 *   limits.c       segment limits, which protect the VMM from ring 1
 *   tasks.c        the application's system calls: int 0x80 comes here without the VMM
 *   app.c          the application, in ring 3
 *
 * Nothing that is printed depends on the machine, the time, or the image's addresses.
 */
#include "guest.h"
#include "kernel.h"
#include "print.h"
#include "string.h"

static void show_start(void) {
  bool right = memcmp(start_info->magic, START_INFO_MAGIC, sizeof(START_INFO_MAGIC)) == 0;

  printk("start: interface %s\n", right ? start_info->magic : "unknown");
  printk("start: cs %04x, ss %04x, ds %04x\n", selector_cs(), selector_ss(), selector_ds());
}

void kernel_main(void) {
  printk("pv/hello: a kernel in ring 1\n");
  show_start();

  traps_init();
  show_traps();

  pagetables_init();
  show_updates();
  show_refusals();

  events_init();
  show_events();
  show_privileged();
  show_limits();

  printk("kernel: starting the application in ring 3\n");
  task_start();
}
