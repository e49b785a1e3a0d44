/*
 * bare/hello: a kernel that owns the machine.
 *
 * Ring 0 is this kernel's: it sets up segments, traps, paging and the timer with the
 * processor's own instructions, then starts an application in ring 3. Read it beside
 * pv/hello, which does the same in ring 1 and has to ask a hypervisor for each of
 * these things.
 *
 * Reading order: main.c, segments.c, traps.c with entry.S, paging.c, timer.c, app.c.
 */
#include "kernel.h"
#include "machine.h"
#include "print.h"
#include "probe.h"

static void show_protection(void) {
  static u32 variable;

  printk("paging: writing the kernel's data\n");
  probe_report(probe_write(&variable, 1));
  printk("paging: writing the kernel's code\n");
  probe_report(probe_write((void *)kernel_main, 1));
  printk("paging: reading page 0\n");
  probe_report(probe_read(NULL));
}

void kernel_main(void) {
  serial_init();
  printk("bare/hello: a kernel in ring 0 of the bare machine\n");

  segments_init();
  printk("segments: cs %04x, ds %04x, tr %04x\n", KERNEL_CS, KERNEL_DS, KERNEL_TSS);

  traps_init();
  printk("traps: a breakpoint\n");
  probe_breakpoint();

  paging_init();
  printk("paging: on\n");
  show_protection();

  timer_init();
  timer_wait(3);
  timer_stop();

  printk("kernel: starting the application in ring 3\n");
  application_start();
}
