/* Page tables of the paging cases: the first 16 MiB one to one, and the window with pages of each kind. */
#include "harness.h"
#include "selectors.h"

enum { P = 1, RW = 2, US = 4, LARGE = 0x80, RWU = P | RW | US };

#define CR4_PSE        0x10u
#define CR4_PAE        0x20u
#define MSR_EFER       0xc0000080u
#define EFER_NXE       0x800u
#define ENTRY_RESERVED 0x2000u /* bit 45, in the high dword */
#define ENTRY_NX       0x80000000u

typedef u32 entries32[1024] __attribute__((aligned(4096)));
typedef u64 entries64[512] __attribute__((aligned(4096)));

static entries32 directory, window32, plain32;
static entries64 pointers, first, window64, plain64;

/* Kinds of pages by number in the window; the rest is absent. */
static const struct {
  u32 page, low, high;
} pages[] = {
    {1, P | US, 0},     {2, P | RW, 0}, {3, P, 0},   {4, RWU, 0},     {5, RWU, ENTRY_RESERVED},
    {6, RWU, ENTRY_NX}, {7, RWU, 0},    {9, RWU, 0}, {10, P | US, 0},
};

static void build32(void) {
  for (u32 at = 0; at < 4; at++)
    directory[at] = (at << 22) | RWU | LARGE;
  for (u32 at = 0; at < ARRAY_LENGTH(pages); at++)
    window32[pages[at].page] = (FRAME + (pages[at].page << 12)) | pages[at].low;
  plain32[0] = FRAME | RWU;
  directory[WINDOW >> 22] = (u32)window32 | RWU;
  directory[REGION_ABSENT >> 22] = 0;
  directory[REGION_READ >> 22] = (u32)plain32 | P | US;
  directory[REGION_KERNEL >> 22] = (u32)plain32 | P | RW;
  directory[REGION_LARGE >> 22] = FRAME | RWU | LARGE;
  directory[REGION_LARGE_READ >> 22] = FRAME | P | US | LARGE;
  directory[REGION_LARGE_RESERVED >> 22] = FRAME | RWU | LARGE | (1 << 21);
}

static void build64(void) {
  pointers[0] = (u32)first | P;
  for (u32 at = 0; at < 8; at++)
    first[at] = (at << 21) | RWU | LARGE;
  for (u32 at = 0; at < ARRAY_LENGTH(pages); at++)
    window64[pages[at].page] = ((u64)pages[at].high << 32) | (FRAME + (pages[at].page << 12)) | pages[at].low;
  plain64[0] = FRAME | RWU;
  first[WINDOW >> 21] = (u32)window64 | RWU;
  first[REGION_READ >> 21] = (u32)plain64 | P | US;
  first[REGION_KERNEL >> 21] = (u32)plain64 | P | RW;
  first[REGION_LARGE >> 21] = FRAME | RWU | LARGE;
  first[REGION_LARGE_READ >> 21] = FRAME | P | US | LARGE;
  first[REGION_LARGE_RESERVED >> 21] = FRAME | RWU | LARGE | (1 << 13);
}

static void set_cr3(const void *table) {
  asm volatile("movl %0, %%cr3" : : "r"(table) : "memory");
}

void paging_reset(bool pae) {
  u32 cr0;

  if (pae) {
    build64();
    asm volatile("wrmsr" : : "c"(MSR_EFER), "a"(EFER_NXE), "d"(0));
    asm volatile("movl %0, %%cr4" : : "r"(CR4_PAE));
    set_cr3(pointers);
  } else {
    build32();
    asm volatile("movl %0, %%cr4" : : "r"(CR4_PSE));
    set_cr3(directory);
  }
  asm volatile("movl %%cr0, %0" : "=r"(cr0));
  asm volatile("movl %0, %%cr0" : : "r"(cr0 | 0x80000000) : "memory");
}

void paging_entries(u32 linear, bool pae, u32 *pde, u32 *pte) {
  if (pae) {
    u32 entry = (u32)first[(linear >> 21) & 511];

    *pde = entry;
    *pte = (entry & (P | LARGE)) == P ? (u32)((u64 *)(entry & 0xfffff000))[(linear >> 12) & 511] : 0;
  } else {
    u32 entry = directory[linear >> 22];

    *pde = entry;
    *pte = (entry & (P | LARGE)) == P ? ((u32 *)(entry & 0xfffff000))[(linear >> 12) & 1023] : 0;
  }
}
