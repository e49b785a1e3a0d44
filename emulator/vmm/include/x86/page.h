/* Page-table entries under PAE (Intel SDM vol. 3A, 4.4), and the VMM's own mappings. */
#ifndef X86_PAGE_H
#define X86_PAGE_H

#include "vmm/config.h"
#include "vmm/log.h"
#include "vmm/types.h"

typedef u64 pte_t;

#define PTE_P   0x001ull
#define PTE_RW  0x002ull
#define PTE_US  0x004ull
#define PTE_PWT 0x008ull
#define PTE_PCD 0x010ull
#define PTE_A   0x020ull
#define PTE_D   0x040ull
#define PTE_PS  0x080ull /* PAT in an L1 entry */
#define PTE_G   0x100ull
#define PTE_NX  (1ull << 63)
/* Frame numbers have 24 bits, as physical addresses have 36. */
#define PTE_MFN 0x0000000ffffff000ull
#define PTE_RSV 0x7ffffff000000000ull

#define PT_ENTRIES 512

static inline mfn_t pte_mfn(pte_t entry) {
  return MFN((u32)((entry & PTE_MFN) >> PAGE_SHIFT));
}

static inline pte_t pte_make(mfn_t mfn, u64 flags) {
  return ((u64)mfn.n << PAGE_SHIFT) | flags;
}

static inline u32 l3_index(linear_t linear) {
  return linear >> 30;
}

static inline u32 l2_index(linear_t linear) {
  return (linear >> 21) & (PT_ENTRIES - 1);
}

static inline u32 l1_index(linear_t linear) {
  return (linear >> 12) & (PT_ENTRIES - 1);
}

/* The L2 entries from VMM_L2_FIRST on, which every slot-3 L2 has. */
extern pte_t vmm_l2[PT_ENTRIES];
/* The address space when no domain runs. */
extern pte_t idle_l3[PDPT_ENTRIES];

/* Sets up the tables above HYPERVISOR_VIRT_START; frames come from the boot ranges. */
void paging_init(void);
/* Drops the boot loader's identity map. */
void paging_drop_identity(void);
/* Maps one frame at a linear address of the VMM. False without memory for a table. */
bool vmm_map(linear_t linear, mfn_t mfn, u64 flags);
void vmm_unmap(linear_t linear);
/* The L1 entry for an address of the VMM, or 0 if there is none; and the frame of a mapped address. */
pte_t vmm_entry(linear_t linear);
mfn_t vmm_mfn(linear_t linear);

/*
 * A mapping window maps any frame for a moment. A window that was closed may still be in the TLB. Its slot is
 * not used for another frame before all slots have been, and then one flush serves them all, since windows
 * are not global. For the same frame it is opened again as it is: `recent` has the slot that a frame had
 * last, by the low bits of the frame's number.
 */
#define WINDOW_FLAGS   (PTE_P | PTE_RW | PTE_A | PTE_D)
#define WINDOWS_RECENT 64

struct windows {
  enum window_state { WINDOW_FREE, WINDOW_OPEN, WINDOW_STALE } state[WINDOW_SLOTS];
  u16 recent[WINDOWS_RECENT];
  u32 next;
};
extern struct windows windows;
/* The windows' L1. Its entries from WINDOW_SLOTS on map the VMM's own tables permanently. */
extern pte_t window_l1[PT_ENTRIES];

u32 window_new(mfn_t mfn);

always_inline void *window_open(mfn_t mfn) {
  u32 slot = windows.recent[mfn.n % WINDOWS_RECENT];
  if (windows.state[slot] == WINDOW_OPEN || window_l1[slot] != pte_make(mfn, WINDOW_FLAGS))
    slot = window_new(mfn);
  windows.state[slot] = WINDOW_OPEN;
  return (void *)(WINDOW_START + slot * PAGE_SIZE);
}

always_inline void window_close(const void *window) {
  const u32 slot = ((u32)window - WINDOW_START) >> PAGE_SHIFT;
  BUG_ON(windows.state[slot] != WINDOW_OPEN);
  windows.state[slot] = WINDOW_STALE;
}

#endif
