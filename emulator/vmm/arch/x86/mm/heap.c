/* The VMM's heap. It gives whole pages, mapped contiguously. */
#include "vmm/heap.h"

#include "x86/frame.h"
#include "x86/page.h"

#define HEAP_PAGES ((HEAP_END - HEAP_START) / PAGE_SIZE)

static u8 used[HEAP_PAGES];

/* First fit. After each allocation comes a page that is not mapped, so that a stack that overflows faults. */
static u32 find_room(u32 count) {
  u32 room = 0;
  for (u32 i = 0; i < HEAP_PAGES; i++) {
    room = used[i] ? 0 : room + 1;
    if (room == count + 1) return i - count;
  }
  return HEAP_PAGES;
}

void *heap_alloc(u32 count) {
  u32 first = find_room(count);
  if (first == HEAP_PAGES || frames_free < count) return NULL;
  linear_t start = HEAP_START + (first + 1) * PAGE_SIZE;
  for (u32 i = 0; i < count; i++) {
    vmm_map(start + i * PAGE_SIZE, frame_alloc(NULL), PTE_P | PTE_RW | PTE_A | PTE_D | PTE_G);
    used[first + 1 + i] = 1;
  }
  return (void *)start;
}

void heap_free(void *pages, u32 count) {
  linear_t start = (linear_t)pages;
  for (u32 i = 0; i < count; i++) {
    mfn_t mfn = vmm_mfn(start + i * PAGE_SIZE);
    vmm_unmap(start + i * PAGE_SIZE);
    used[(start - HEAP_START) / PAGE_SIZE + i] = 0;
    frame_free_vmm(mfn);
  }
}

mfn_t heap_mfn(const void *page) {
  return vmm_mfn((linear_t)page);
}

void *heap_map(struct domain *d, mfn_t mfn) {
  u32 first = find_room(1);
  if (first == HEAP_PAGES || get_frame_and_type(mfn, d, FRAME_WRITABLE)) return NULL;
  linear_t page = HEAP_START + (first + 1) * PAGE_SIZE;
  vmm_map(page, mfn, PTE_P | PTE_RW | PTE_A | PTE_D | PTE_G);
  used[first + 1] = 1;
  return (void *)page;
}

void heap_unmap(void *page) {
  mfn_t mfn = heap_mfn(page);
  vmm_unmap((linear_t)page);
  used[((linear_t)page - HEAP_START) / PAGE_SIZE] = 0;
  put_frame_and_type(mfn);
}
