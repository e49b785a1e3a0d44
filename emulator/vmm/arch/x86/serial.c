/* COM1 and COM2: 16550s at 115200 baud, 8 bits, polled output, COM1's input by interrupt. */
#include "x86/serial.h"
#include "vmm/arch.h"
#include "x86/cpu.h"

static const u16 base_port[2] = {0x3f8, 0x2f8};

enum uart {
  UART_DATA = 0,
  UART_DIVISOR_LOW = 0, /* with LCR_DIVISOR */
  UART_DIVISOR_HIGH = 1,
  UART_IER = 1,
  UART_FCR = 2,
  UART_LCR = 3,
  UART_MCR = 4,
  UART_LSR = 5,
};

#define IER_RECEIVED 0x01
#define FCR_ENABLE   0x07 /* FIFOs on and cleared */
#define LCR_8N1      0x03
#define LCR_DIVISOR  0x80
#define MCR_OUTPUTS  0x0b /* DTR, RTS, and OUT2: the interrupt line */
#define LSR_DATA     0x01
#define LSR_ROOM     0x20
#define LSR_EMPTY    0x40

void serial_init(void) {
  for (u32 i = 0; i < 2; i++) {
    u16 port = base_port[i];
    outb(port + UART_LCR, LCR_8N1); /* some UARTs start with 5 bits */
    outb(port + UART_IER, 0);
    outb(port + UART_LCR, LCR_8N1 | LCR_DIVISOR);
    outb(port + UART_DIVISOR_LOW, 1);
    outb(port + UART_DIVISOR_HIGH, 0);
    outb(port + UART_LCR, LCR_8N1);
    outb(port + UART_FCR, FCR_ENABLE);
    outb(port + UART_MCR, MCR_OUTPUTS);
  }
}

void serial_enable_input(void) {
  outb(base_port[0] + UART_IER, IER_RECEIVED);
}

/* A port without a UART reads as all ones. This counts as room, so nothing hangs. */
static void serial_wait(u32 port, u8 bits) {
  while (!(inb(base_port[port] + UART_LSR) & bits))
    continue;
}

void serial_write(u32 port, u8 byte) {
  serial_wait(port, LSR_ROOM);
  outb(base_port[port] + UART_DATA, byte);
}

void serial_finish(void) {
  serial_wait(0, LSR_EMPTY);
  serial_wait(1, LSR_EMPTY);
}

bool serial_receive(u8 *byte) {
  u8 status = inb(base_port[0] + UART_LSR);
  if (!(status & LSR_DATA) || status == 0xff) return false;
  *byte = inb(base_port[0] + UART_DATA);
  return true;
}
