/* Paging with 32-bit entries (SDM vol. 3A, 4.3). One page table maps the first 4 MiB to themselves. */
#include "kernel.h"

#define PTE_PRESENT 1u
#define PTE_WRITE   2u
#define PTE_USER    4u

#define CR0_WP (1u << 16) /* read-only pages are read-only for ring 0 too */
#define CR0_PG (1u << 31)

extern char _start[], kernel_data_start[], app_start[], app_end[];

static u32 page_directory[1024] __attribute__((aligned(4096)));
static u32 page_table[1024] __attribute__((aligned(4096)));

/* Page 0 stays absent, so that a null pointer faults. */
static u32 rights_of(u32 linear) {
  if (linear < PAGE_SIZE) return 0;
  if (linear >= (u32)app_start && linear < (u32)app_end) return PTE_PRESENT | PTE_WRITE | PTE_USER;
  if (linear >= ((u32)_start & -PAGE_SIZE) && linear < (u32)kernel_data_start) return PTE_PRESENT;
  return PTE_PRESENT | PTE_WRITE;
}

void paging_init(void) {
  for (u32 page = 0; page < ARRAY_LENGTH(page_table); page++) {
    u32 linear = page << PAGE_SHIFT;

    page_table[page] = linear | rights_of(linear);
  }
  page_directory[0] = (u32)page_table | PTE_PRESENT | PTE_WRITE | PTE_USER;
  asm volatile("movl %0, %%cr3\n\t"
               "movl %%cr0, %%eax\n\t"
               "orl %1, %%eax\n\t"
               "movl %%eax, %%cr0"
               :
               : "r"(page_directory), "i"(CR0_PG | CR0_WP)
               : "eax", "memory");
}
