/* Frame numbers: PFN, MFN, and the addresses that the builder mapped. */
#include "guest.h"

/* A constant of the linker script: the address at which PFN 0 is mapped. */
extern char VIRT_BASE[];

u32 mfn_of(const volatile void *address) {
  const u32 *pfn_to_mfn = (const u32 *)start_info->mfn_list;

  return pfn_to_mfn[((u32)address - (u32)VIRT_BASE) >> PAGE_SHIFT];
}

void *address_of_mfn(u32 mfn) {
  const u32 *mfn_to_pfn = (const u32 *)MACH2PHYS_VIRT_START;

  return VIRT_BASE + (mfn_to_pfn[mfn] << PAGE_SHIFT);
}
