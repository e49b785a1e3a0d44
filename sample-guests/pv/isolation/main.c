/*
 * pv/isolation: a domain beside others tries to map frames from all over the machine.
 *
 * It may map its own memory as it likes. Memory of another domain, of the VMM, or of nobody is refused. It is
 * started as the second domain, because the first one may map devices.
 */
#include "guest.h"
#include "print.h"

/* Every so many frames, up to 112 MiB; odd, so that no alignment goes untried. */
#define STEP   7
#define FRAMES 0x7000

#define PTE_PRESENT 1u

static u8 page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

struct tally {
  u32 mapped, refused;
};

/* The page shared with the VMM has no PFN, but the domain may map it. */
static bool is_own(u32 mfn) {
  const u32 *mfn_to_pfn = (const u32 *)MACH2PHYS_VIRT_START;
  const u32 *pfn_to_mfn = (const u32 *)start_info->mfn_list;
  u32 pfn = mfn_to_pfn[mfn];

  if (mfn == start_info->shared_info >> PAGE_SHIFT) return true;
  return pfn < start_info->nr_pages && pfn_to_mfn[pfn] == mfn;
}

static int map_read_only(u32 mfn) {
  return HYPERCALL4(update_va_mapping, (u32)page, mfn << PAGE_SHIFT | PTE_PRESENT, mfn >> 20, UVMF_INVLPG);
}

static void try_frame(u32 mfn, struct tally *tally) {
  if (map_read_only(mfn) == 0)
    tally->mapped++;
  else
    tally->refused++;
}

static const char *verdict(bool right) {
  return right ? "yes" : "NO";
}

void kernel_main(void) {
  struct tally own = {0, 0}, others = {0, 0};

  printk("pv/isolation: %s domain\n", start_info->flags & SIF_INITDOMAIN ? "the first" : "a further");
  for (u32 mfn = 0; mfn < FRAMES; mfn += STEP)
    try_frame(mfn, is_own(mfn) ? &own : &others);
  printk("its own frames could be mapped: %s\n", verdict(own.mapped > 0 && own.refused == 0));
  printk("all others were refused: %s\n", verdict(others.mapped == 0 && others.refused > 0));
}
