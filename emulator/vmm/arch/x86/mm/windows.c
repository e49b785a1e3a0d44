/* The mapping windows: any frame, for a moment. And the TLB, whose flushes they share. */
#include "vmm/log.h"
#include "x86/cpu.h"
#include "x86/frame.h"
#include "x86/page.h"

pte_t window_l1[PT_ENTRIES] __attribute__((aligned(4096)));
u32 tlb_clock;

/* Guests have no global pages: loading CR3 flushes all that is theirs. */
void tlb_flush(void) {
  write_cr3(read_cr3());
  tlb_clock++;
}

#define WINDOW_FLAGS (PTE_P | PTE_RW | PTE_A | PTE_D)

/*
 * A window that was closed may still be in the TLB. Its slot is not used again
 * before all slots have been, and then one flush serves them all: windows are
 * not global.
 */
static enum window_state { WINDOW_FREE, WINDOW_OPEN, WINDOW_STALE } windows[WINDOW_SLOTS];
static u32 next_window;

static void windows_reclaim(void) {
  tlb_flush();
  for (u32 slot = 0; slot < WINDOW_SLOTS; slot++)
    if (windows[slot] == WINDOW_STALE) windows[slot] = WINDOW_FREE;
}

static u32 free_window(void) {
  for (u32 passes = 0; passes < 2; passes++) {
    for (; next_window < WINDOW_SLOTS; next_window++)
      if (windows[next_window] == WINDOW_FREE) return next_window++;
    windows_reclaim();
    next_window = 0;
  }
  vmm_bug("too many windows are open");
}

void *window_open(mfn_t mfn) {
  u32 slot = free_window();
  windows[slot] = WINDOW_OPEN;
  window_l1[slot] = pte_make(mfn, WINDOW_FLAGS);
  return (void *)(WINDOW_START + slot * PAGE_SIZE);
}

void window_close(void *window) {
  u32 slot = ((u32)window - WINDOW_START) >> PAGE_SHIFT;
  BUG_ON(slot >= WINDOW_SLOTS || windows[slot] != WINDOW_OPEN);
  windows[slot] = WINDOW_STALE;
}
