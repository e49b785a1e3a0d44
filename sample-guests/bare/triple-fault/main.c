/*
 * bare/triple-fault: a kernel without an IDT meets a breakpoint.
 *
 * The breakpoint has no gate, which is a general-protection fault. That has no gate either, which is a double
 * fault. That has none either, so the processor shuts down, and the board resets it. On most machines the way
 * there is lost.
 */
#include "machine.h"
#include "print.h"

void kernel_main(void) {
  struct {
    u16 limit;
    u32 base;
  } __attribute__((packed)) no_idt = {0, 0};

  serial_init();
  printk("bare/triple-fault: int3 without an IDT\n");
  asm volatile("lidt %0\n\tint3" : : "m"(no_idt));
  printk("kernel: not reached\n");
}
