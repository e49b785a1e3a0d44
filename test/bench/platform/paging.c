#include "paging.h"

#define ENTRIES 1024u
#define TABLES  16u

#define CR0_PG 0x80000000u
#define CR0_WP 0x00010000u

static u32 directory[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static u32 tables[TABLES * ENTRIES] __attribute__((aligned(PAGE_SIZE)));

void paging_on(void) {
  const u32 rights = PTE_PRESENT | PTE_WRITABLE | PTE_USER;
  u32 cr0;

  for (u32 page = 0; page < TABLES * ENTRIES; page++)
    tables[page] = page * PAGE_SIZE | rights;
  for (u32 table = 0; table < TABLES; table++)
    directory[table] = (u32)&tables[table * ENTRIES] | rights;
  asm volatile("movl %0, %%cr3" : : "r"(directory) : "memory");
  asm volatile("movl %%cr0, %0" : "=r"(cr0));
  asm volatile("movl %0, %%cr0" : : "r"(cr0 | CR0_PG | CR0_WP) : "memory");
}

u32 *paging_entry(u32 linear) {
  return &tables[linear / PAGE_SIZE];
}
