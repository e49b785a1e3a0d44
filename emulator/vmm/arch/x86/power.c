/* The end of the machine. */
#include "vmm/arch.h"
#include "x86/cpu.h"
#include "x86/serial.h"

#define DEBUG_EXIT_PORT 0xf4
#define SHUTDOWN_PORT   0x8900 /* Bochs: the word Shutdown */

void arch_power_off(enum machine_end end) {
  serial_finish();
  outb(DEBUG_EXIT_PORT, end);
  for (const char *c = "Shutdown"; *c; c++)
    outb(SHUTDOWN_PORT, *c);
  for (;;)
    asm volatile("cli; hlt");
}

void arch_wait(void) {
  asm volatile("sti; hlt; cli" : : : "memory");
}
