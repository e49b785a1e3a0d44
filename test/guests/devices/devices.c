/*
 * Puts the devices of a PC through their data sheets and prints what it sees,
 * as far as that does not depend on the machine's speed: the same text on
 * every machine that has these devices.
 */
typedef unsigned char u8;
typedef unsigned int u32;

enum { COM1 = 0x3f8, COM2 = 0x2f8, PIC1 = 0x20, PIC2 = 0xa0, PIT = 0x40, SYSTEM = 0x61, CMOS = 0x70 };
enum { RBR = 0, IER = 1, IIR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };

void kernel_main(void);

static u8 in(u32 port) {
  u8 value;

  asm volatile("inb %w1, %b0" : "=a"(value) : "d"(port));
  return value;
}

static void out(u32 port, u32 value) {
  asm volatile("outb %b0, %w1" : : "a"(value), "d"(port));
}

static void put(char c) {
  while (!(in(COM1 + LSR) & 0x20))
    ;
  out(COM1, (u8)c);
}

static void print(const char *text) {
  while (*text)
    put(*text++);
}

/* "name: 01 ff ..." */
static void show(const char *name, u32 count, const u8 *values) {
  print(name);
  put(':');
  for (u32 i = 0; i < count; i++) {
    put(' ');
    put("0123456789abcdef"[values[i] >> 4]);
    put("0123456789abcdef"[values[i] & 15]);
  }
  put('\n');
}

#define SHOW(name, ...)                                                                                      \
  do {                                                                                                       \
    const u8 values[] = {__VA_ARGS__};                                                                       \
    show(name, sizeof(values), values);                                                                      \
  } while (0)

/* Waits until the bits of `mask` at a port are `value`; 1, or 0 when they never are. */
static u8 becomes(u32 port, u8 mask, u8 value) {
  for (u32 i = 0; i < 2000000; i++)
    if ((in(port)&mask) == value) return 1;
  return 0;
}

/* A good many PIT clocks on any machine. */
static void delay(void) {
  for (u32 i = 0; i < 20000; i++)
    in(SYSTEM);
}

static void uart_registers(void) {
  out(COM2 + IER, 0);
  out(COM2 + LCR, 0x83);
  out(COM2 + RBR, 0x0c);
  out(COM2 + IER, 0x01);
  SHOW("uart: divisor", in(COM2 + RBR), in(COM2 + IER));
  out(COM2 + IER, 0);
  out(COM2 + RBR, 1);
  out(COM2 + LCR, 0x03);
  out(COM2 + SCR, 0x5a);
  out(COM2 + IIR, 0x00);
  SHOW("uart: lcr, ier, scr", in(COM2 + LCR), in(COM2 + IER), in(COM2 + SCR));
  SHOW("uart: iir, lsr at rest", in(COM2 + IIR), in(COM2 + LSR));
  out(COM2 + IER, 0xf5);
  out(COM2 + MCR, 0xe0);
  SHOW("uart: bits that ier and mcr lack", in(COM2 + IER), in(COM2 + MCR));
  out(COM2 + IER, 0);
  out(COM2 + MCR, 0);
}

static void uart_loopback(void) {
  out(COM2 + MCR, 0x10);
  in(COM2 + MSR);
  out(COM2 + MCR, 0x1f);
  SHOW("uart: modem lines in loop-back, again", in(COM2 + MSR), in(COM2 + MSR));
  out(COM2 + MCR, 0x1a);
  SHOW("uart: dtr and out1 off", in(COM2 + MSR), in(COM2 + MSR));
  out(COM2 + MCR, 0x10);
  in(COM2 + MSR);

  out(COM2 + RBR, 0xa5);
  u8 came = becomes(COM2 + LSR, 0x01, 0x01);
  u8 byte = in(COM2 + RBR);
  SHOW("uart: a byte looped back, then none", came, byte, in(COM2 + LSR) & 0x01);

  out(COM2 + IER, 0x01);
  out(COM2 + RBR, 0x11);
  becomes(COM2 + LSR, 0x01, 0x01);
  u8 received = in(COM2 + IIR);
  in(COM2 + RBR);
  SHOW("uart: iir with a byte, without", received, in(COM2 + IIR));
  out(COM2 + IER, 0);
}

static void uart_interrupts(void) {
  out(COM2 + MCR, 0x00);
  in(COM2 + MSR);
  out(COM2 + IER, 0x02);
  u8 first = in(COM2 + IIR);
  SHOW("uart: iir of an empty transmitter, read away", first, in(COM2 + IIR));
  out(COM2 + IER, 0x00);
  out(COM2 + IIR, 0x07);
  SHOW("uart: iir with the fifo on", in(COM2 + IIR));
  out(COM2 + IIR, 0x00);
  SHOW("uart: iir with the fifo off", in(COM2 + IIR));
}

static void pit_program(u32 counter, u32 mode, u32 count) {
  out(PIT + 3, counter << 6 | 0x30 | mode << 1);
  out(PIT + counter, count & 0xff);
  out(PIT + counter, count >> 8);
}

static u8 pit_status(u32 counter) {
  out(PIT + 3, 0xe0 | 2u << counter);
  return in(PIT + counter);
}

static u32 pit_count(u32 counter) {
  out(PIT + 3, counter << 6);
  u32 low = in(PIT + counter);
  return low | (u32)in(PIT + counter) << 8;
}

static void pit_status_bytes(void) {
  for (u32 mode = 0; mode < 6; mode++) {
    out(PIT + 3, 0x80 | 0x30 | mode << 1);
    SHOW("pit: status of counter 2 after its control word", pit_status(2));
  }
  out(PIT + 3, 0x80 | 0x10 | 0x01);
  SHOW("pit: low byte only, bcd", pit_status(2));
}

static void pit_counting(void) {
  out(SYSTEM, 1);
  pit_program(2, 0, 2000);
  u8 low = in(SYSTEM)&0x20;
  u8 high = becomes(SYSTEM, 0x20, 0x20);
  SHOW("pit: mode 0 out, then", low, high, in(SYSTEM)&0x20);

  out(SYSTEM, 0);
  pit_program(2, 0, 1000);
  delay();
  u32 held = pit_count(2);
  delay();
  SHOW("pit: counts with the gate low", held == 1000, pit_count(2) == held, in(SYSTEM)&0x20);

  out(SYSTEM, 1);
  pit_program(2, 2, 60000);
  u32 before = pit_count(2);
  delay();
  u32 after = pit_count(2);
  SHOW("pit: mode 2 counts down from the count", before <= 60000, after < before);
  out(PIT + 3, 0x80);
  delay();
  u32 latched = in(PIT + 2);
  latched |= (u32)in(PIT + 2) << 8;
  SHOW("pit: a latched count waits", latched <= 60000, pit_count(2) != latched);

  pit_program(2, 3, 5000);
  SHOW("pit: mode 3 out goes up and down", becomes(SYSTEM, 0x20, 0), becomes(SYSTEM, 0x20, 0x20),
       becomes(SYSTEM, 0x20, 0));
  u8 even = 1;
  for (u32 i = 0; i < 50; i++)
    even &= (pit_count(2) & 1) == 0;
  SHOW("pit: mode 3 counts by two", even);
}

static void pic_initialize(u32 icw4) {
  out(PIC1, 0x11);
  out(PIC2, 0x11);
  out(PIC1 + 1, 0x20);
  out(PIC2 + 1, 0x28);
  out(PIC1 + 1, 0x04);
  out(PIC2 + 1, 0x02);
  out(PIC1 + 1, icw4);
  out(PIC2 + 1, 0x01);
  out(PIC2 + 1, 0xff);
}

static u8 pic_read(u32 ocw3) {
  out(PIC1, ocw3);
  return in(PIC1);
}

#define IRR  pic_read(0x0a)
#define ISR  pic_read(0x0b)
#define POLL pic_read(0x0c)

/* Requests on IRQ 0 (PIT, mode 0 run out) and IRQ 3 (COM2's empty transmitter), both new edges. */
static void pic_request(void) {
  pit_program(0, 0, 2);
  out(COM2 + MCR, 0x08);
  out(COM2 + IER, 0x00);
  out(COM2 + IER, 0x02);
  for (u32 i = 0; i < 2000000 && (IRR & 0x09) != 0x09; i++)
    ;
}

static void pic_modes(void) {
  pic_initialize(0x01);
  SHOW("pic: imr after icws, after ocw1", in(PIC1 + 1), (out(PIC1 + 1, 0xa5), in(PIC1 + 1)));
  out(PIC1 + 1, 0xf6);
  pic_request();
  SHOW("pic: irr, isr with two requests", IRR & 0x09, ISR);
  u8 first = POLL;
  SHOW("pic: poll, irr, isr", first, IRR & 0x09, ISR);
  u8 held = POLL;
  SHOW("pic: a lower request waits", held, ISR);
  out(PIC1, 0x20);
  u8 second = POLL;
  SHOW("pic: after eoi", second, ISR);
  out(PIC1, 0x63);
  SHOW("pic: after a specific eoi", ISR);

  pic_request();
  out(PIC1, 0xc0 | 2);
  first = POLL;
  SHOW("pic: lowest priority 2, so the first is", first);
  out(PIC1, 0xa0);
  second = POLL;
  SHOW("pic: a rotating eoi, then", second, ISR);
  out(PIC1, 0x20);
  out(PIC1, 0xc0 | 7);

  pic_request();
  first = POLL;
  out(PIC1 + 1, 0xf7);
  out(PIC1, 0x68);
  second = POLL;
  SHOW("pic: special mask mode lets a lower one through", first, second, ISR);
  out(PIC1, 0x48);
  out(PIC1, 0x60);
  out(PIC1, 0x63);
  out(COM2 + IER, 0);
  out(COM2 + MCR, 0);
}

static void cmos(void) {
  out(CMOS, 0x15);
  u8 low = in(CMOS + 1);
  out(CMOS, 0x16);
  u8 high = in(CMOS + 1);
  out(CMOS, 0x0d);
  SHOW("cmos: base memory, valid", low, high, in(CMOS + 1));
  out(CMOS, 0x0b);
  SHOW("cmos: 24 hours, bcd", in(CMOS + 1) & 0x06);
}

static void power_off(void) {
  static const char shutdown[] = "Shutdown";

  out(0xf4, 0);
  for (u32 i = 0; i < sizeof(shutdown) - 1; i++)
    out(0x8900, (u8)shutdown[i]);
}

void kernel_main(void) {
  out(COM1 + LCR, 0x03);
  uart_registers();
  uart_loopback();
  uart_interrupts();
  pit_status_bytes();
  pit_counting();
  pic_modes();
  cmos();
  /* Bochs writes what COM1 sends in the machine's own time. */
  delay();
  power_off();
}
