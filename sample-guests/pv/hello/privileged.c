/*
 * Privileged instructions. Ring 1 may not execute them. They trap to the VMM, which does what they mean for
 * this guest, or bounces a general-protection fault to it.
 */
#include "kernel.h"
#include "print.h"
#include "probe.h"

u32 probe_cli(void);
u32 probe_sti(void);
u32 probe_hlt(void);
u32 probe_in(u32 port, u8 *value);
u32 probe_out(u32 port, u8 value);

/* No device answers at this port on any machine, so it reads as all ones. */
#define EMPTY_PORT 0x250
#define PIC_PORT   0x21

static void show_in(const char *where, u32 port) {
  u8 value = 0;
  u32 refused;

  printk("privileged: in from %s\n", where);
  refused = probe_in(port, &value);
  if (refused)
    probe_report(refused);
  else
    printk("  it read %02x\n", value);
}

/* The guest's IOPL is kept in the VMM. The real one is always 0. */
static void show_without_iopl(void) {
  printk("privileged: cli with IOPL 0\n");
  probe_report(probe_cli());
  show_in("an empty port, with IOPL 0", EMPTY_PORT);
}

/* The interrupt controller is never accessible to a guest. What a guest reads there has no meaning. */
static void show_with_iopl(void) {
  struct physdev_set_iopl iopl = {.iopl = 1};

  printk("privileged: set IOPL 1: %d\n", HYPERCALL2(physdev_op, PHYSDEVOP_set_iopl, (u32)&iopl));
  printk("privileged: cli with IOPL 1\n");
  probe_report(probe_cli());
  printk("privileged: sti with IOPL 1\n");
  probe_report(probe_sti());
  show_in("an empty port", EMPTY_PORT);
  show_in("the interrupt controller", PIC_PORT);
  printk("privileged: out to an empty port\n");
  probe_report(probe_out(EMPTY_PORT, 0));
}

/* To wait for an event, a guest makes the hypercall sched_op, as events.c does. HLT is not emulated. */
static void show_halt(void) {
  printk("privileged: hlt\n");
  probe_report(probe_hlt());
}

void show_privileged(void) {
  show_without_iopl();
  show_with_iopl();
  show_halt();
}
