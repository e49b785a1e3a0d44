/* The parts of the bare machine that a kernel drives itself. */
#ifndef LIB_BARE_MACHINE_H
#define LIB_BARE_MACHINE_H

#include "base.h"

/* The guest's first C function. Paging and interrupts are off, and there is no IDT. */
void kernel_main(void);

static inline void outb(u16 port, u8 value) {
  asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8 inb(u16 port) {
  u8 value;

  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

/* COM1, 8 bits a character, polled. */
void serial_init(void);

/**
 * Ends the machine with `status` at the debug-exit port; status 0 is success. Everything that was printed has
 * left the serial port before.
 */
_Noreturn void machine_exit(u8 status);

#endif
