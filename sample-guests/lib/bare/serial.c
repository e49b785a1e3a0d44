/* COM1: a 16550 UART, without interrupts. */
#include "machine.h"
#include "print.h"

#define COM1 0x3f8

enum uart_register { UART_DATA = 0, UART_IER = 1, UART_FCR = 2, UART_LCR = 3, UART_MCR = 4, UART_LSR = 5 };

#define LCR_8_BITS        0x03
#define LCR_DIVISOR       0x80 /* DATA and IER are the divisor's two bytes */
#define LSR_HOLDING_EMPTY 0x20
#define LSR_ALL_SENT      0x40

void serial_init(void) {
  outb(COM1 + UART_IER, 0);
  outb(COM1 + UART_LCR, LCR_8_BITS | LCR_DIVISOR);
  outb(COM1 + UART_DATA, 1); /* 115200 baud */
  outb(COM1 + UART_IER, 0);
  outb(COM1 + UART_LCR, LCR_8_BITS);
  outb(COM1 + UART_FCR, 0x07);
  outb(COM1 + UART_MCR, 0x03);
}

static void wait_for(u8 status) {
  while (!(inb(COM1 + UART_LSR) & status))
    ;
}

void console_write(const char *text, size_t length) {
  for (; length > 0; text++, length--) {
    wait_for(LSR_HOLDING_EMPTY);
    outb(COM1 + UART_DATA, (u8)*text);
  }
}

_Noreturn void machine_exit(u8 status) {
  wait_for(LSR_ALL_SENT);
  outb(0xf4, status);
  for (const char *word = "Shutdown"; *word != '\0'; word++)
    outb(0x8900, (u8)*word); /* where there is no debug-exit port: Bochs */
  for (;;)
    asm volatile("cli; hlt");
}
