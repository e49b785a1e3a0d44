/*
 * The audit counts again every reference to and use of every frame, from everything that may hold one, and
 * checks what must never change. It is for tests, and costs nothing until it is called.
 */
#ifndef X86_AUDIT_H
#define X86_AUDIT_H

#include "x86/page.h"

/*
 * Whether `audit=` is on the VMM's command line. If so, guests may call for the audit, and it runs at the end
 * of each domain.
 */
bool audit_wanted(void);
/* Notes what must not change. It is called once, before the first domain. */
void audit_init(void);
/*
 * NULL, or the first difference in words. Interrupts are off. While it runs, it opens windows and takes heap.
 */
const char *audit(void);

/* The parts of the audit: mm/audit_tally.c. */

/* The holders of a frame that were found. */
struct audit_tally {
  u32 references, uses;
  s32 linear; /* as in struct frame */
};

bool audit_tallies_open(void); /* false without memory */
/* NULL, or the first difference. */
const char *audit_tallies_close(void);
const struct audit_tally *audit_tally(mfn_t mfn);
/* Notes a difference. Only the first one is kept. */
void audit_differs(const char *format, ...) printf_like(1, 2);
/* Notes something that refers to the frame, and perhaps uses it as its type says. */
void audit_found(mfn_t mfn, bool use);
/* Notes an entry of the L2 `table` that uses the L2 `mfn` as an L1. */
void audit_found_linear(mfn_t table, mfn_t mfn);

/* mm/audit_tables.c: what the entries of a table in use refer to, or what a descriptor table says. */
void audit_table(mfn_t mfn);

#endif
