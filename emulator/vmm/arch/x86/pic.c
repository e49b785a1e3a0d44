/* The two 8259 interrupt controllers. They are edge triggered, and their vectors start at PIC_VECTOR. */
#include "x86/pic.h"

#include "x86/cpu.h"

#define MASTER  0x20
#define SLAVE   0xa0
#define DATA    1
#define CASCADE 2

#define ICW1_INIT     0x11 /* edge, cascade, ICW4 follows */
#define ICW4_8086     0x01
#define OCW2_EOI      0x20
#define OCW3_READ_ISR 0x0b

void pic_init(void) {
  outb(MASTER, ICW1_INIT);
  outb(SLAVE, ICW1_INIT);
  outb(MASTER + DATA, PIC_VECTOR);
  outb(SLAVE + DATA, PIC_VECTOR + 8);
  outb(MASTER + DATA, 1 << CASCADE);
  outb(SLAVE + DATA, CASCADE);
  outb(MASTER + DATA, ICW4_8086);
  outb(SLAVE + DATA, ICW4_8086);
  outb(MASTER + DATA, 0xff & ~(1 << CASCADE));
  outb(SLAVE + DATA, 0xff);
}

void pic_unmask(u32 irq) {
  u16 port = (irq < 8 ? MASTER : SLAVE) + DATA;
  outb(port, inb(port) & ~(1 << (irq & 7)));
}

/* A controller reports its lowest priority if a line dropped too early. */
static bool in_service(u16 controller, u32 line) {
  outb(controller, OCW3_READ_ISR);
  return inb(controller) >> line & 1;
}

bool pic_acknowledge(u32 irq) {
  u16 controller = irq < 8 ? MASTER : SLAVE;
  bool real = (irq & 7) != 7 || in_service(controller, 7);
  if (irq >= 8 && real) outb(SLAVE, OCW2_EOI);
  if (irq >= 8 || real) outb(MASTER, OCW2_EOI);
  return real;
}
