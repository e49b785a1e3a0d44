/* Reading a module, wherever in RAM it is. */
#include "vmm/arch.h"
#include "vmm/boot.h"
#include "vmm/image.h"
#include "vmm/string.h"
#include "x86/frame.h"
#include "x86/page.h"

bool image_read(const struct image_file *file, void *to, u32 offset, u32 length) {
  if (offset > file->length || length > file->length - offset) return false;
  u32 at = file->physical + offset;
  while (length > 0) {
    u32 in_page = at & (PAGE_SIZE - 1), part = min(length, PAGE_SIZE - in_page);
    u8 *page = window_open(MFN(at >> PAGE_SHIFT));
    memcpy(to, page + in_page, part);
    window_close(page);
    to = (u8 *)to + part;
    at += part;
    length -= part;
  }
  return true;
}

void arch_free_module(const struct boot_module *module) {
  for (u32 n = module->start >> PAGE_SHIFT; n < PAGES(module->end); n++)
    if (frame_use(MFN(n)) == FRAME_VMM) frame_free_vmm(MFN(n));
}
