/* The VMM's own address space: everything from MACH2PHYS_VIRT_START up. */
#include "x86/page.h"

#include "public/layout.h"
#include "vmm/log.h"
#include "x86/cpu.h"
#include "x86/frame.h"
#include "x86/mm.h"

pte_t vmm_l2[PT_ENTRIES] __attribute__((aligned(4096)));
pte_t idle_l3[PDPT_ENTRIES] __attribute__((aligned(32)));
u64 pte_reserved;

static pte_t image_l1[PT_ENTRIES] __attribute__((aligned(4096)));

#define TABLE_FLAGS (PTE_P | PTE_RW | PTE_A | PTE_D)

static mfn_t image_mfn(const void *in_image) {
  return MFN(((u32)in_image - VMM_OFFSET) >> PAGE_SHIFT);
}

/* The VMM's L1 tables for its region, by L2 entry. Each is mapped in the heap or in the image. */
static pte_t *vmm_l1[PT_ENTRIES];

static pte_t *l1_of(linear_t linear) {
  return vmm_l1[l2_index(linear)];
}

/*
 * A table must be writable before it can be filled, and mapping it would need a table. So tables are reached
 * through a separate region, whose L1 is in the image.
 */
static u32 tables_used;

static pte_t *new_table(void) {
  mfn_t mfn = frame_alloc(NULL);
  if (mfn.n == INVALID_MFN.n) return NULL;
  u32 slot = WINDOW_SLOTS + tables_used++;
  BUG_ON(slot >= PT_ENTRIES);
  window_l1[slot] = pte_make(mfn, TABLE_FLAGS | PTE_G);
  return (pte_t *)(WINDOW_START + slot * PAGE_SIZE);
}

static bool install_l1(u32 index, pte_t *l1, u64 flags) {
  if (l1 == NULL) return false;
  vmm_l1[index] = l1;
  mfn_t mfn = (u32)l1 >= WINDOW_START ? pte_mfn(window_l1[l1_index((u32)l1)]) : image_mfn(l1);
  vmm_l2[index] = pte_make(mfn, flags);
  return true;
}

bool vmm_map(linear_t linear, mfn_t mfn, u64 flags) {
  if (l1_of(linear) == NULL && !install_l1(l2_index(linear), new_table(), TABLE_FLAGS)) return false;
  pte_t *entry = &l1_of(linear)[l1_index(linear)];
  pte_t old = *entry;
  *entry = pte_make(mfn, flags);
  /* The processor caches nothing of an entry that was not present (Intel SDM vol. 3A, 4.10.4.3). */
  if (old & PTE_P) invlpg(linear);
  return true;
}

void vmm_unmap(linear_t linear) {
  l1_of(linear)[l1_index(linear)] = 0;
  invlpg(linear);
}

pte_t vmm_entry(linear_t linear) {
  return l1_of(linear) ? l1_of(linear)[l1_index(linear)] : 0;
}

mfn_t vmm_mfn(linear_t linear) {
  return pte_mfn(vmm_entry(linear));
}

/*
 * A later change of vmm_l2 would have to reach the slot-3 L2 of every domain. So all tables of the region
 * exist before the first domain does.
 */
static void make_all_tables(void) {
  for (linear_t linear = HEAP_START; linear < VMM_AREAS_END; linear += PT_ENTRIES * PAGE_SIZE)
    if (l1_of(linear) == NULL && !install_l1(l2_index(linear), new_table(), TABLE_FLAGS))
      vmm_bug("no memory for the VMM's page tables");
}

/* Flushes global pages too; only a change of CR4.PGE does that. */
static void tlb_flush_global(void) {
  u32 cr4 = read_cr4();
  write_cr4(cr4 & ~CR4_PGE);
  write_cr4(cr4);
}

/*
 * boot.S mapped the image with large pages, which reach over frames that will belong to guests. From here on
 * only the image's own pages are mapped, its code and constants read-only.
 */
static void map_image(void) {
  extern const u8 image_start[], data_start[], image_end[];
  for (const u8 *page = image_start; page < image_end; page += PAGE_SIZE)
    image_l1[l1_index((linear_t)page)] =
        pte_make(image_mfn(page), PTE_P | PTE_A | PTE_D | PTE_G | (page < data_start ? 0 : PTE_RW));
  install_l1(l2_index(VMM_OFFSET), image_l1, TABLE_FLAGS);
  vmm_l2[l2_index(VMM_OFFSET) + 1] = 0;
  tlb_flush_global();
}

/* The read-only view of the machine-to-physical table shares the L1s of the writable one. */
static void share_m2p(void) {
  for (u32 offset = 0; offset < MACH2PHYS_VIRT_END - MACH2PHYS_VIRT_START; offset += PT_ENTRIES * PAGE_SIZE)
    vmm_l2[l2_index(MACH2PHYS_VIRT_START + offset)] = vmm_l2[l2_index(M2P_RW_START + offset)] & ~PTE_RW;
}

/* Enables NX if the processor has it. Without it bit 63 of a PTE is reserved. */
static void enable_nx(void) {
  pte_reserved = PTE_RSV | PTE_NX;
  if (cpuid(0x80000000).eax < 0x80000001 || cpuid(0x80000000).eax > 0x8000ffff) return;
  if (!(cpuid(0x80000001).edx & (1u << 20))) return;
  wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
  pte_reserved = PTE_RSV;
}

/* Makes room for `bytes` of the VMM's own at `start`. */
static void map_table(linear_t start, u32 bytes) {
  for (u32 offset = 0; offset < bytes; offset += PAGE_SIZE) {
    mfn_t mfn = frame_alloc(NULL);
    if (mfn.n == INVALID_MFN.n || !vmm_map(start + offset, mfn, PTE_P | PTE_RW | PTE_A | PTE_D | PTE_G))
      vmm_bug("out of memory for the frame table");
  }
}

void paging_init(void) {
  enable_nx();
  install_l1(l2_index(WINDOW_START), window_l1, TABLE_FLAGS);
  frames_count();
  map_table(FRAME_TABLE_START, frame_limit * sizeof(struct frame));
  map_table(M2P_RW_START, frame_limit * sizeof(u32));
  frames_note();
  make_all_tables();
  share_m2p();
  map_image();
  tlb_flush();
}

void paging_drop_identity(void) {
  idle_l3[0] = 0;
  tlb_flush();
}
