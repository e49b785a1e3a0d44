/* What guests' descriptors may contain. */
#include "public/layout.h"
#include "x86/desc.h"

u32 desc_base(desc_t desc) {
  return (u32)(desc >> 16 & 0xffffff) | (u32)(desc >> 56) << 24;
}

u32 desc_limit(desc_t desc) {
  u32 limit = (u32)(desc & 0xffff) | (u32)(desc >> 32 & 0xf0000);
  return desc & DESC_PAGES ? limit << PAGE_SHIFT | (PAGE_SIZE - 1) : limit;
}

static desc_t desc_with_limit(desc_t desc, u32 limit) {
  desc &= ~(0xf00000000ffffull | DESC_PAGES);
  if (limit >= 1u << 20) {
    limit >>= PAGE_SHIFT;
    desc |= DESC_PAGES;
  }
  return desc | (limit & 0xffff) | (u64)(limit & 0xf0000) << 32;
}

/*
 * A code or data segment that reaches the VMM is cut short below it. Expand-down segments and conforming code
 * are refused: the former always reach up to 4 GiB, and the latter would run in the caller's ring.
 */
bool descriptor_fix(desc_t *desc) {
  if (!(*desc & DESC_P)) return true;
  if (!(*desc & DESC_S)) return false;
  if (*desc & DESC_EXPAND_DOWN_OR_CONFORMING) return false;
  if (!(*desc & DESC_DPL(3))) *desc |= DESC_DPL(1);
  u32 base = desc_base(*desc), room = GUEST_SEGMENT_END - base;
  if (base > GUEST_SEGMENT_END) return false;
  if (desc_limit(*desc) > room) {
    /* A limit in pages covers whole pages, so it is cut down to whole pages. */
    if (room >= 1u << 20) room = ((room + 1) & PAGE_MASK) - 1;
    *desc = desc_with_limit(*desc, room);
  }
  return true;
}
