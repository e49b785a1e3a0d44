/* Paging of the benchmark kernels: the first 64 MiB, each 4 KiB page mapped to itself, for all rings. */
#pragma once

#include "bench.h"

#define PTE_PRESENT  1u
#define PTE_WRITABLE 2u
#define PTE_USER     4u

void paging_on(void);

/* The entry that maps the page of a linear address below 64 MiB; who changes it invalidates the page. */
u32 *paging_entry(u32 linear);

static inline void paging_invalidate(u32 linear) {
  asm volatile("invlpg (%0)" : : "r"(linear) : "memory");
}

/* Loads CR3 with what it holds: the TLB is flushed. */
static inline void paging_flush(void) {
  u32 cr3;

  asm volatile("movl %%cr3, %0\n\tmovl %0, %%cr3" : "=r"(cr3) : : "memory");
}
