/* Handlers for the interrupts of the machine's devices. */
#include "x86/interrupts.h"

#include "vmm/console.h"
#include "vmm/time.h"
#include "x86/pic.h"
#include "x86/serial.h"
#include "x86/time.h"

static void timer_interrupt(void) {
  pit_interrupted();
  timer_run();
}

static void serial_interrupt(void) {
  u8 byte;
  while (serial_receive(&byte))
    console_received(byte);
}

void interrupt(u32 irq) {
  if (!pic_acknowledge(irq)) return;
  if (irq == IRQ_TIMER) timer_interrupt();
  if (irq == IRQ_COM1) serial_interrupt();
}
