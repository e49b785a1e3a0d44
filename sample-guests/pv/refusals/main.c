/*
 * pv/refusals: everything about memory that the VMM refuses.
 *
 * Isolation rests on one rule: a frame has one use at a time. A page table is never
 * writable, a descriptor table neither, and nothing maps what belongs to somebody else.
 * Each line below asks for something that would break the rule, or that the interface
 * does not know, and shows the error; the VMM's log says why. Between them stand the
 * same requests as they are allowed, so that each refusal has its counterpart.
 *
 * Verdict: success: every line as in the golden text, then power-off.
 */
#include "print.h"
#include "tables.h"

void kernel_main(void) {
  printk("pv/refusals\n");
  refuse_mappings();
  refuse_tables();
  refuse_operations();
  refuse_descriptors();
  refuse_held();
  refuse_events();
  refuse_calls();
  printk("kernel: power off\n");
}
