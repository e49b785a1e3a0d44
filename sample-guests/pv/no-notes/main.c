/*
 * pv/no-notes: a good kernel in an image that does not say so. The linker script drops
 * the ELF notes and the __xen_guest section, and the domain builder refuses it.
 */
#include "guest.h"
#include "print.h"

void kernel_main(void) {
  printk("kernel: not reached\n");
}
