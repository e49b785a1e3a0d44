/* reader/logflood: an unprivileged domain writes to the VMM's log as fast as it can. */
#include "guest.h"
void kernel_main(void) {
  for (;;) {
    int r;
    asm volatile("call hypercall_page + 64*32" : "=a"(r) : : "memory");
    (void)r;
  }
}
