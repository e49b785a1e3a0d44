/* The area that holds the GDT and LDT of each vCPU. */
#include "public/layout.h"
#include "vmm/log.h"
#include "x86/desc.h"
#include "x86/frame.h"
#include "x86/page.h"

/* Takes the place of guest GDT pages that are not set: null descriptors. */
static const u8 empty_page[PAGE_SIZE] __attribute__((aligned(4096)));

linear_t gdt_area(u32 area) {
  return GDT_AREA_START + area * GDT_AREA_BYTES;
}

/*
 * The processor sets accessed bits in these pages, so the mapping is writable. Only pages whose descriptors
 * were checked may be mapped here.
 */
void gdt_area_map(u32 area, u32 page, mfn_t mfn) {
  BUG_ON(frame_use(mfn) != FRAME_VMM && (mfn_frame(mfn)->type_info & FRAME_TYPE_MASK) != FRAME_SEGMENTS);
  vmm_map(gdt_area(area) + page * PAGE_SIZE, mfn, PTE_P | PTE_RW | PTE_A | PTE_D);
}

void gdt_area_clear(u32 area, u32 page) {
  vmm_map(gdt_area(area) + page * PAGE_SIZE, vmm_mfn((linear_t)empty_page), PTE_P | PTE_A);
}

bool gdt_area_init(u32 area, const desc_t *reserved_page) {
  if (area >= GDT_AREAS) return false;
  for (u32 page = 0; page < GDT_AREA_BYTES / PAGE_SIZE; page++)
    gdt_area_clear(area, page);
  gdt_area_map(area, FIRST_RESERVED_GDT_PAGE, vmm_mfn((linear_t)reserved_page));
  return true;
}
