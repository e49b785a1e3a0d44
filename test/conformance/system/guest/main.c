/*
 * Runs every case and prints one line for each: how it ended (vector, error code),
 * where (EIP from the case's start), and the registers that it left.
 */
#include "harness.h"
#include "machine.h"
#include "print.h"
#include "selectors.h"

/* Exceptions that push an error code, by vector. */
#define WITH_ERROR_CODE 0x27d00u
#define PAGE_FAULT      14
#define RF              0x10000u
#define CODE_BYTES      0x1000u

bool has_error_code(u32 vector) {
  return vector < 32 && ((WITH_ERROR_CODE >> vector) & 1) != 0;
}

static void print_place(void (*entry)(void), u32 eip) {
  u32 offset = eip - (u32)entry;

  if (offset < CODE_BYTES)
    printk(" +%x", offset);
  else
    printk(" @%x", eip);
}

void print_outcome(const char *name, void (*entry)(void)) {
  const u32 *frame = outcome.frame;
  bool has_code = has_error_code(outcome.vector);

  printk("%s: ", name);
  if (outcome.vector == INT_DONE)
    printk("done");
  else
    printk("#%u", outcome.vector);
  if (has_code) printk("(%x)", *frame++);
  print_place(entry, frame[0]);
  printk(" cs=%x fl=%x", frame[1] & 0xffff, frame[2] & ~RF);
  if (frame[2] & RF) printk("+RF");
  if ((frame[1] & 3) != 0) printk(" ss=%x esp=%x", frame[4] & 0xffff, frame[3] & 0xfff);
  printk(" eax=%x ebx=%x ecx=%x edx=%x", outcome.eax, outcome.ebx, outcome.ecx, outcome.edx);
  if (outcome.vector == PAGE_FAULT) printk(" cr2=%x", outcome.cr2);
}

static void run(const struct test_case *test) {
  if (test->setup) test->setup();
  run_case(test->entry, test->ring);
}

static void run_list(const struct test_case *test, const struct test_case *end) {
  for (; test < end; test++) {
    tables_reset();
    run(test);
    print_outcome(test->name, test->entry);
    printk("\n");
  }
}

/* EDI names the page that a case is about: its accessed and dirty bits are shown. */
static void run_paging(bool pae) {
  printk(pae ? "PAE paging\n" : "32-bit paging\n");
  for (const struct test_case *test = paging_cases; test < paging_cases_end; test++) {
    u32 pde, pte;

    tables_reset();
    paging_reset(pae);
    run(test);
    tables_reset(); /* paging off, so that the tables can be read */
    print_outcome(test->name, test->entry);
    paging_entries(outcome.edi, pae, &pde, &pte);
    printk(" pde=%x pte=%x\n", pde & 0x60, pte & 0x60);
  }
}

/* Cases run with IF set, too. */
static void mask_interrupts(void) {
  outb(0x21, 0xff);
  outb(0xa1, 0xff);
}

void kernel_main(void) {
  mask_interrupts();
  serial_init();
  run_list(segment_cases, segment_cases_end);
  run_list(interrupt_cases, interrupt_cases_end);
  run_list(return_cases, return_cases_end);
  run_list(far_cases, far_cases_end);
  run_list(task_cases, task_cases_end);
  run_list(system_cases, system_cases_end);
  run_list(privileged_cases, privileged_cases_end);
  run_list(exception_cases, exception_cases_end);
  run_fuzz();
  run_paging(false);
  run_paging(true);
  printk("end of cases\n");
  machine_exit(0);
}
