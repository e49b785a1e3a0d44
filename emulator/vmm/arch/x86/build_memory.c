/* The memory of a domain that is being built, by its virtual addresses. */
#include "vmm/image.h"
#include "vmm/string.h"
#include "x86/build.h"

u32 build_pfn(const struct builder *b, u32 va) {
  return (va - b->image->virt_base) >> PAGE_SHIFT;
}

mfn_t build_mfn(const struct builder *b, u32 va) {
  return MFN(b->p2m[build_pfn(b, va)]);
}

void build_write(const struct builder *b, u32 va, const void *from, u32 length) {
  while (length > 0) {
    u32 offset = va & (PAGE_SIZE - 1), part = min(length, PAGE_SIZE - offset);
    u8 *page = window_open(build_mfn(b, va));
    memcpy(page + offset, from, part);
    window_close(page);
    va += part;
    from = (const u8 *)from + part;
    length -= part;
  }
}
