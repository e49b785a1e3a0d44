/* The domain builder's plan, shared by its two halves. */
#ifndef X86_BUILD_H
#define X86_BUILD_H

#include "x86/mm.h"

struct image;

struct builder {
  struct domain *domain;
  struct image *image;
  u32 nr_pages;
  u32 *p2m; /* machine frame of each guest frame */
  /* Virtual addresses of the parts. */
  u32 p2m_va, start_info_va, store_va, console_va, tables_va, stack_va, end_va;
  u32 nr_l2, nr_l1;
};

u32 build_pfn(const struct builder *b, u32 va);
mfn_t build_mfn(const struct builder *b, u32 va);
void build_write(const struct builder *b, u32 va, const void *from, u32 length);
/* Makes, validates and pins the initial page tables, and gives them to the vCPU. */
const char *build_tables(struct builder *b);

#endif
