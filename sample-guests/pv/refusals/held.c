/*
 * Frames that the hypervisor keeps mapped: what is mapped there must stay what it is. A guest that could make
 * its console page a descriptor table would have the hypervisor write descriptors that nobody has checked.
 */
#include "print.h"
#include "tables.h"

#define DESCRIPTORS 512 /* in a page */

static page_t spare, segments;

static void as_tables(u32 mfn) {
  u32 frame = mfn;

  report("  as a GDT", HYPERCALL2(set_gdt, (u32)&frame, DESCRIPTORS));
  report("  as an L1 table", extended(MMUEXT_PIN_L1_TABLE, mfn, 0));
  report("  as an L2 table", extended(MMUEXT_PIN_L2_TABLE, mfn, 0));
  report("  as an L3 table", extended(MMUEXT_PIN_L3_TABLE, mfn, 0));
  report("  run on it", extended(MMUEXT_NEW_BASEPTR, mfn, 0));
}

/* The guest's own mappings of a frame are not what keeps it writable: `page` maps it read-only here, and then
 * not at all. */
static void refuse_tables_in(void *page, u32 mfn) {
  report("  map it read-only", map_page(page, pte_of(mfn, PTE_PRESENT)));
  report("  as an LDT", extended(MMUEXT_SET_LDT, (u32)page, DESCRIPTORS));
  as_tables(mfn);
  report("  unmap it", map_page(page, 0));
  as_tables(mfn);
}

static void refuse_console(void) {
  u32 mfn = start_info->console.domU.mfn;
  void *page = address_of_mfn(mfn);

  /* The first domain has no ring: nothing is printed until it is there again. */
  if (start_info->flags & SIF_INITDOMAIN) return;
  printk("the console page:\n");
  u32 frame = mfn;
  int unmapped = map_page(page, 0), gdt = HYPERCALL2(set_gdt, (u32)&frame, DESCRIPTORS);
  int pinned = extended(MMUEXT_PIN_L1_TABLE, mfn, 0);
  int read_only = map_page(page, pte_of(mfn, PTE_PRESENT));
  int ldt = extended(MMUEXT_SET_LDT, (u32)page, DESCRIPTORS);
  int again = map_page(page, pte_of(mfn, PTE_PRESENT | PTE_WRITE));
  report("  unmap it", unmapped);
  report("  as a GDT", gdt);
  report("  as an L1 table", pinned);
  report("  map it read-only", read_only);
  report("  as an LDT", ldt);
  report("  map it writable", again);
}

static void refuse_shared_info(void) {
  u32 mfn = start_info->shared_info >> PAGE_SHIFT;

  printk("the page of shared information:\n");
  refuse_tables_in(spare, mfn);
  report("  enter it in an L2", update_entry(l2_entry(spare), pte_of(mfn, PTE_PRESENT)));
  report("  map the page again", map_page(spare, pte_of(mfn_of(spare), PTE_PRESENT | PTE_WRITE)));
}

/* Every way to write into a frame that is a descriptor table. */
static void refuse_writes(u32 mfn) {
  report("  map it writable", map_page(segments, pte_of(mfn, PTE_PRESENT | PTE_WRITE)));
  report("  map it writable elsewhere", map_page(spare, pte_of(mfn, PTE_PRESENT | PTE_WRITE)));
  report("  store into it", update((u64)mfn << 12, 0));
  report("  clear it", extended(MMUEXT_CLEAR_PAGE, mfn, 0));
  report("  copy onto it", extended(MMUEXT_COPY_PAGE, mfn, mfn_of(spare)));
  report("  as an L1 table", extended(MMUEXT_PIN_L1_TABLE, mfn, 0));
  report("  put a TSS into it", HYPERCALL4(update_descriptor, mfn << 12 | 8, mfn >> 20, 0x67, 0x8900));
  report("  put a segment into it", HYPERCALL4(update_descriptor, mfn << 12 | 8, mfn >> 20, 0xfff, 0x40f200));
}

static void refuse_descriptor_tables(void) {
  u32 mfn = mfn_of(segments), frames[] = {mfn, mfn};

  printk("a page that is the GDT twice and the LDT:\n");
  report("  map it read-only", map_page(segments, pte_of(mfn, PTE_PRESENT)));
  report("  as a GDT", HYPERCALL2(set_gdt, (u32)frames, 2 * DESCRIPTORS));
  report("  as an LDT", extended(MMUEXT_SET_LDT, (u32)segments, DESCRIPTORS));
  refuse_writes(mfn);
  report("  the GDT goes", HYPERCALL2(set_gdt, 0, 0));
  report("  unmap it", map_page(segments, 0));
  printk("still the LDT:\n");
  refuse_writes(mfn);
  report("  the LDT goes", extended(MMUEXT_SET_LDT, 0, 0));
  report("  map it writable", map_page(segments, pte_of(mfn, PTE_PRESENT | PTE_WRITE)));
}

void refuse_held(void) {
  printk("-- frames that the hypervisor keeps mapped\n");
  refuse_console();
  refuse_shared_info();
  refuse_descriptor_tables();
}
