/*
 * pv/unknown-hypercall: the VMM answers a number that it does not know with -ENOSYS, and the guest goes on.
 */
#include "guest.h"
#include "print.h"

/* Numbers without a meaning: one with a slot in the hypercall page, and ones that have none. */
#define HYPERCALL_unassigned 60

static int hypercall_by_number(u32 number) {
  int result;

  asm volatile("int %1" : "=a"(result) : "i"(HYPERCALL_VECTOR), "0"(number) : "memory");
  return result;
}

static void show(const char *what, int result) {
  printk("%s: %d (%s)\n", what, result, errno_name(result));
}

void kernel_main(void) {
  printk("pv/unknown-hypercall\n");
  show("slot 60", HYPERCALL1(unassigned, 0));
  show("number 128", hypercall_by_number(128));
  show("number ffffffff", hypercall_by_number(0xffffffff));
  printk("kernel: still running; power off\n");
}
