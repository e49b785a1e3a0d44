/* Leaf entries: what a guest may not map. */
#include "print.h"
#include "tables.h"

#define VMM_FRAME   0x100 /* the hypervisor is loaded at 1 MiB */
#define VIDEO_FRAME 0xb8  /* text of the display: device memory */
#define NO_FRAME    ((u32)-1)

static page_t victim;

static void attempt(const char *what, u64 entry) {
  u64 before = *l1_entry(victim);

  report_entry(what, map_page(victim, entry), l1_entry(victim), before);
}

/* A frame that the machine-to-physical table gives to another owner. */
static u32 foreign_frame(void) {
  const u32 *to_physical = (const u32 *)MACH2PHYS_VIRT_START;
  const u32 *own = (const u32 *)start_info->mfn_list;

  for (u32 mfn = VMM_FRAME; mfn < 0x4000; mfn++) {
    u32 pfn = to_physical[mfn];
    if (pfn != NO_FRAME && (pfn >= start_info->nr_pages || own[pfn] != mfn)) return mfn;
  }
  return NO_FRAME;
}

static void refuse_foreign(void) {
  u32 mfn = foreign_frame();

  if (mfn == NO_FRAME) {
    printk("there is no other domain\n");
    return;
  }
  attempt("map another domain's page", pte_of(mfn, PTE_PRESENT));
  attempt("map another domain's page writable", pte_of(mfn, PTE_PRESENT | PTE_WRITE));
  report("pin another domain's page", extended(MMUEXT_PIN_L1_TABLE, mfn, 0));
  report("clear another domain's page", extended(MMUEXT_CLEAR_PAGE, mfn, 0));
  report("store into another domain's page", update((u64)mfn << 12, 0));
  report("claim another domain's page", update((u64)mfn << 12 | MMU_MACHPHYS_UPDATE, 0));
}

/* Only the first domain may map devices, and nobody may map the hypervisor's memory. */
static void refuse_machine(void) {
  u64 own = *l1_entry(victim);

  attempt("map the hypervisor's code", pte_of(VMM_FRAME, PTE_PRESENT));
  attempt("map device memory", pte_of(VIDEO_FRAME, PTE_PRESENT | PTE_WRITE));
  report("map the page again", map_page(victim, own));
}

void refuse_mappings(void) {
  u32 own = mfn_of(victim), table = frame_of(*l2_entry(victim));

  printk("-- mappings\n");
  attempt("map a page table writable", pte_of(table, PTE_PRESENT | PTE_WRITE));
  attempt("map a page table read-only", pte_of(table, PTE_PRESENT));
  report("map the page again", map_page(victim, pte_of(own, PTE_PRESENT | PTE_WRITE)));
  refuse_machine();
  attempt("set a reserved bit", pte_of(own, PTE_PRESENT) | RESERVED);
  attempt("set the PAT bit", pte_of(own, PTE_PRESENT | PTE_LARGE));
  attempt("make it global", pte_of(own, PTE_PRESENT | PTE_GLOBAL));
  report("map an address in the hypervisor's region",
         map_page((void *)HYPERVISOR_VIRT_START, pte_of(own, 1)));
  report("map an address without an L1 table", map_page((void *)0x70000000, pte_of(own, PTE_PRESENT)));
  refuse_foreign();
}
