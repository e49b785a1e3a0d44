/*
 * The audit: counts every reference and use of every frame anew, from everything that may hold one, and looks
 * at what must never change. It is for tests and costs nothing until it is called.
 */
#ifndef X86_AUDIT_H
#define X86_AUDIT_H

#include "x86/page.h"

/* Whether `audit=` stands on the VMM's command line: then guests may call for it, and each domain's end does.
 */
bool audit_wanted(void);
/* Notes what must not change; called once, before the first domain. */
void audit_init(void);
/* NULL, or the first difference in words. Interrupts are off; it opens windows and takes heap for as long as
 * it runs. */
const char *audit(void);

/* Its parts: mm/audit_tally.c. */

/* What was found that holds a frame. */
struct audit_tally {
  u32 references, uses;
  s32 linear; /* as in struct frame */
};

bool audit_tallies_open(void); /* false without memory */
/* NULL, or the first difference. */
const char *audit_tallies_close(void);
const struct audit_tally *audit_tally(mfn_t mfn);
/* Notes a difference; only the first is kept. */
void audit_differs(const char *format, ...) printf_like(1, 2);
/* Something was found that refers to the frame, and perhaps uses it as what its type says. */
void audit_found(mfn_t mfn, bool use);
/* An entry of the L2 `table` was found that uses the L2 `mfn` as an L1. */
void audit_found_linear(mfn_t table, mfn_t mfn);

/* mm/audit_tables.c: what the entries of a table in use refer to, or what a descriptor table says. */
void audit_table(mfn_t mfn);

#endif
