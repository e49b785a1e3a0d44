/* The conformance guest: runs one case after the other and prints how each ended. */
#ifndef HARNESS_H
#define HARNESS_H

#include "base.h"

struct test_case {
  const char *name;
  void (*entry)(void);
  void (*setup)(void); /* in ring 0, after the tables are reset; or NULL */
  u32 ring;
};

/* How a case ended: the registers and the stack at the entry of a handler. */
struct outcome {
  u32 vector;
  u32 edi, esi, ebp, esp, ebx, edx, ecx, eax; /* PUSHA's order */
  u32 frame[8];                               /* from the handler's ESP up: error code or EIP first */
  u32 cr2;
};

extern struct outcome outcome;
/* One list in each cases-*.S. */
extern const struct test_case segment_cases[], segment_cases_end[];
extern const struct test_case interrupt_cases[], interrupt_cases_end[];
extern const struct test_case return_cases[], return_cases_end[];
extern const struct test_case far_cases[], far_cases_end[];
extern const struct test_case task_cases[], task_cases_end[];
extern const struct test_case system_cases[], system_cases_end[];
extern const struct test_case privileged_cases[], privileged_cases_end[];
extern const struct test_case exception_cases[], exception_cases_end[];
extern const struct test_case paging_cases[], paging_cases_end[];

struct descriptor {
  u32 low, high;
};

/* GDT, LDT, IDT, TSS and control registers as each case finds them. */
void tables_reset(void);
/* Puts a descriptor where a selector, or a gate where a vector finds it. */
void tables_set(u32 selector, struct descriptor descriptor);
void tables_set_gate(u32 vector, struct descriptor gate);
void tables_set_inner_stack(u32 ss);

/* Page tables as each case finds them, without or with PAE; turns paging on. */
void paging_reset(bool pae);
/* The entries that map `linear`; the PTE is 0 for a large page. */
void paging_entries(u32 linear, bool pae, u32 *pde, u32 *pte);

/* Whether the frame in `outcome` begins with an error code. */
bool has_error_code(u32 vector);
/* One line about how a case ended, from `entry` on. */
void print_outcome(const char *name, void (*entry)(void));

/* Random descriptors and selectors in all that takes them; the same ones on every machine. */
void run_fuzz(void);

/* Runs a case in its ring; comes back when a handler has filled `outcome`. */
void run_case(void (*entry)(void), u32 ring);

#endif
