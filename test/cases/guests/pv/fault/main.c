/* fault: 300,000 page faults, bounced to the guest by the VMM. Time it beside QEMU with the same vmm.elf. */
#include "guest.h"
#include "print.h"
void pf_entry(void);
extern char resume[];
asm(".text\n.globl pf_entry\npf_entry: movl $resume, 4(%esp); addl $4, %esp; iret\n");
void kernel_main(void) {
  struct trap_info traps[] = {{14, 0, FLAT_RING1_CS, (u32)pf_entry}, {0, 0, 0, 0}};
  HYPERCALL1(set_trap_table, (u32)traps);
  for (u32 i = 0; i < 300000; i++)
    asm volatile("movl 0x70000000, %%eax; .globl resume\nresume:" ::: "eax", "memory");
  printk("done\n");
}
