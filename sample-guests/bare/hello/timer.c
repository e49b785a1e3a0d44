/* The periodic timer: channel 0 of the 8254 PIT raises IRQ 0 of the 8259A PIC. */
#include "kernel.h"
#include "machine.h"
#include "print.h"

#define PIC1               0x20
#define PIC2               0xa0
#define PIC_DATA           1 /* the second port of each */
#define PIC_EOI            0x20
#define PIT_CHANNEL0       0x40
#define PIT_COMMAND        0x43
#define PIT_RATE_GENERATOR 0x34 /* channel 0, low byte then high byte, mode 2 */
#define PIT_HERTZ          1193182
#define TIMER_HERTZ        1000

static volatile u32 interrupts;

/* ICW1 to ICW4 (cascade, vectors, the cascade's line, 8086 mode), and then the mask. */
static void pic_init(u16 port, u8 vector, u8 cascade, u8 mask) {
  outb(port, 0x11);
  outb(port + PIC_DATA, vector);
  outb(port + PIC_DATA, cascade);
  outb(port + PIC_DATA, 0x01);
  outb(port + PIC_DATA, mask);
}

void timer_init(void) {
  u32 divisor = PIT_HERTZ / TIMER_HERTZ;

  pic_init(PIC1, VECTOR_IRQ0, 1 << 2, 0xfe);
  pic_init(PIC2, VECTOR_IRQ0 + 8, 2, 0xff);
  outb(PIT_COMMAND, PIT_RATE_GENERATOR);
  outb(PIT_CHANNEL0, divisor & 0xff);
  outb(PIT_CHANNEL0, divisor >> 8);
}

/* STI takes effect after the next instruction, so no interrupt can come before HLT. */
void timer_wait(u32 count) {
  for (u32 seen = 0; seen < count; seen++) {
    while (interrupts == seen)
      asm volatile("sti; hlt; cli");
    printk("timer: interrupt %u\n", seen + 1);
  }
}

void timer_stop(void) {
  outb(PIC1 + PIC_DATA, 0xff);
}

void timer_interrupt(void) {
  interrupts++;
  outb(PIC1, PIC_EOI);
}
