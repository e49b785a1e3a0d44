/* reader/pfcost: VMM instructions from a fault to the guest's own handler (TSC counts instructions on this
 * machine). */
#include "guest.h"
#include "print.h"
u32 seen;
void pf_entry(void);
extern char resume[];
asm(".text\n.globl pf_entry\npf_entry: pushl %eax; pushl %edx; rdtsc; movl %eax, seen; popl %edx; popl %eax; "
    "movl $resume, 4(%esp); addl $4, %esp; iret\n"
    ".globl ud_entry\nud_entry: pushl %eax; pushl %edx; rdtsc; movl %eax, seen; popl %edx; popl %eax; movl "
    "$resume_ud, 0(%esp); iret\n");
void ud_entry(void);
void kernel_main(void) {
  struct trap_info traps[] = {
      {14, 0, FLAT_RING1_CS, (u32)pf_entry}, {6, 0, FLAT_RING1_CS, (u32)ud_entry}, {0, 0, 0, 0}};
  HYPERCALL1(set_trap_table, (u32)traps);
  for (int i = 0; i < 3; i++) {
    u32 before;
    asm volatile("rdtsc; movl %%eax, %0; movl 0x70000000, %%eax; .globl resume\nresume:"
                 : "=m"(before)
                 :
                 : "eax", "edx", "memory");
    printk("#PF: %u instructions to the handler\n", seen - before);
    asm volatile("rdtsc; movl %%eax, %0; ud2; .globl resume_ud\nresume_ud:"
                 : "=m"(before)
                 :
                 : "eax", "edx", "memory");
    printk("#UD: %u instructions to the handler\n", seen - before);
    asm volatile("rdtsc; movl %%eax, %0" : "=m"(before) : : "eax", "edx");
    int r = HYPERCALL2(xen_version, 0, 0);
    (void)r;
    asm volatile("rdtsc; movl %%eax, %0" : "=m"(seen) : : "eax", "edx");
    printk("xen_version: %u instructions\n", seen - before);
  }
}
