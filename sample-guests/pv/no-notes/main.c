/*
 * pv/no-notes: a correct kernel in an image that does not describe itself. The linker script drops the ELF
 * notes and the __xen_guest section, and the domain builder refuses the image.
 */
#include "guest.h"
#include "print.h"

void kernel_main(void) {
  printk("kernel: not reached\n");
}
