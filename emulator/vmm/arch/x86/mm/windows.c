/* The mapping windows, which map any frame for a moment, and the TLB, whose flushes they share. */
#include "vmm/log.h"
#include "x86/cpu.h"
#include "x86/frame.h"
#include "x86/page.h"

pte_t window_l1[PT_ENTRIES] __attribute__((aligned(4096)));
u32 tlb_clock;

/* Guests have no global pages, so loading CR3 flushes everything that is theirs. */
void tlb_flush(void) {
  write_cr3(read_cr3());
  tlb_clock++;
}

struct windows windows;

static void windows_reclaim(void) {
  tlb_flush();
  for (u32 slot = 0; slot < WINDOW_SLOTS; slot++)
    if (windows.state[slot] == WINDOW_STALE) windows.state[slot] = WINDOW_FREE;
}

static u32 free_window(void) {
  for (u32 passes = 0; passes < 2; passes++) {
    for (; windows.next < WINDOW_SLOTS; windows.next++)
      if (windows.state[windows.next] == WINDOW_FREE) return windows.next++;
    windows_reclaim();
    windows.next = 0;
  }
  vmm_bug("too many windows are open");
}

u32 window_new(mfn_t mfn) {
  u32 slot = free_window();
  window_l1[slot] = pte_make(mfn, WINDOW_FLAGS);
  windows.recent[mfn.n % WINDOWS_RECENT] = slot;
  return slot;
}
