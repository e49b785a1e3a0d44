/*
 * Privileged instructions. Ring 1 may not execute them: they trap to the VMM, which does
 * what they mean for this guest, or bounces a general-protection fault to it.
 */
#include "kernel.h"
#include "print.h"

u32 probe_cli(void);
u32 probe_sti(void);
u32 probe_hlt(void);
u32 probe_in(u32 port, u8 *value);
u32 probe_out(u32 port, u8 value);

/* Nothing answers at this port on any machine: it reads as all ones. */
#define EMPTY_PORT 0x2e0
/* The interrupt controller is the VMM's. */
#define PIC_PORT 0x21

static void show(const char *what, u32 refused) {
  printk("privileged: %s: %s\n", what, refused ? "refused" : "done");
}

/* The guest's IOPL lives in the VMM; the real one is always 0. */
static void show_interrupt_flag(void) {
  struct physdev_set_iopl iopl = {.iopl = 1};

  show("cli with IOPL 0", probe_cli());
  printk("privileged: set IOPL 1: %d\n", HYPERCALL2(physdev_op, PHYSDEVOP_set_iopl, (u32)&iopl));
  show("cli with IOPL 1", probe_cli());
  show("sti with IOPL 1", probe_sti());
}

static void show_ports(void) {
  u8 value = 0;
  u32 refused = probe_in(EMPTY_PORT, &value);

  show("in from an empty port", refused);
  printk("privileged: it read %02x\n", value);
  show("out to an empty port", probe_out(EMPTY_PORT, 0));
  show("out to the interrupt controller", probe_out(PIC_PORT, 0xff));
}

/* HLT waits as the block operation does. */
static void show_halt(void) {
  printk("privileged: hlt until the timer\n");
  events_mask();
  timer_set(100);
  show("hlt", probe_hlt());
}

void show_privileged(void) {
  show_interrupt_flag();
  show_ports();
  show_halt();
}
