/* The GDT and LDT of guests. */
#include "public/errno.h"
#include "public/layout.h"
#include "vmm/continuation.h"
#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/guest_copy.h"
#include "vmm/hypercall.h"
#include "vmm/refuse.h"
#include "x86/desc.h"
#include "x86/mm.h"

void gdt_release(struct vcpu *v) {
  for (u32 page = 0; page < PAGES(v->arch.gdt_ents * 8); page++) {
    gdt_area_clear(v->arch.area, page);
    put_frame_and_type(v->arch.gdt_frames[page]);
  }
  v->arch.gdt_ents = 0;
}

void ldt_release(struct vcpu *v) {
  for (u32 page = 0; page < PAGES(v->arch.ldt_ents * 8); page++) {
    mfn_t mfn = vmm_mfn(gdt_area(v->arch.area) + (LDT_PAGE + page) * PAGE_SIZE);
    gdt_area_clear(v->arch.area, LDT_PAGE + page);
    put_frame_and_type(mfn);
  }
  v->arch.ldt_ents = 0;
}

/*
 * Sets the LDT at a linear address of the guest. Its pages must be mapped now. They are held as descriptor
 * tables until the LDT changes.
 */
int set_ldt(struct vcpu *v, u32 linear, u32 entries) {
  u32 pages = PAGES(entries * 8);
  mfn_t frames[LDT_PAGES];
  if (linear & (PAGE_SIZE - 1) || entries > LDT_PAGES * PAGE_SIZE / 8 || !guest_range_ok(linear, entries * 8))
    return refuse(-XEN_EINVAL, "set_ldt: %u entries at %08x", entries, linear);
  for (u32 page = 0; page < pages; page++) {
    pte_t entry = walk_to_entry(v, linear + page * PAGE_SIZE);
    frames[page] = pte_mfn(entry);
    int error = entry & PTE_P ? get_frame_and_type(frames[page], v->domain, FRAME_SEGMENTS)
                              : refuse(-XEN_EINVAL, "set_ldt: %08x is not mapped", linear + page * PAGE_SIZE);
    if (error) {
      while (page-- > 0)
        put_frame_and_type(frames[page]);
      return error;
    }
  }
  ldt_release(v);
  v->arch.ldt_base = linear;
  v->arch.ldt_ents = entries;
  for (u32 page = 0; page < pages; page++)
    gdt_area_map(v->arch.area, LDT_PAGE + page, frames[page]);
  descriptors_load_ldt(v);
  return 0;
}

/* set_gdt(frame list, entries). All frames are checked before the old table is released. */
int do_set_gdt(u32 frame_list, u32 entries, u32 c, u32 d, u32 e, u32 f) {
  (void)c, (void)d, (void)e, (void)f;
  struct vcpu *v = current;
  u32 pages = PAGES(entries * 8), frames[FIRST_RESERVED_GDT_PAGE];
  if (tables_settle(v->domain)) return call_interrupted(0);
  if (entries > FIRST_RESERVED_GDT_ENTRY) return refuse(-XEN_EINVAL, "set_gdt: %u entries", entries);
  if (read_argument(frames, frame_list, pages * sizeof(u32))) return -XEN_EFAULT;
  for (u32 page = 0; page < pages; page++)
    if (get_frame_and_type(MFN(frames[page]), v->domain, FRAME_SEGMENTS)) {
      while (page-- > 0)
        put_frame_and_type(MFN(frames[page]));
      return -XEN_EINVAL;
    }
  gdt_release(v);
  v->arch.gdt_ents = entries;
  for (u32 page = 0; page < pages; page++) {
    v->arch.gdt_frames[page] = MFN(frames[page]);
    gdt_area_map(v->arch.area, page, MFN(frames[page]));
  }
  return 0;
}

/*
 * update_descriptor(machine address, descriptor). Writes to a frame that is a descriptor table, or may become
 * one.
 */
int do_update_descriptor(u32 address_low, u32 address_high, u32 low, u32 high, u32 e, u32 f) {
  (void)e, (void)f;
  mfn_t mfn = MFN(address_low >> PAGE_SHIFT | address_high << (32 - PAGE_SHIFT));
  desc_t desc = (u64)high << 32 | low;
  if (tables_settle(current->domain)) return call_interrupted(0);
  if (address_low & 7) return refuse(-XEN_EINVAL, "update_descriptor: address not a multiple of 8");
  if (!descriptor_fix(&desc))
    return refuse(-XEN_EINVAL, "descriptor %016llx: guests may not have its kind", desc);
  if (!get_frame(mfn, current->domain))
    return refuse(-XEN_EINVAL, "update_descriptor: frame %x is not the domain's", mfn.n);
  /* A table in use keeps its type. Any other frame is written as an ordinary page. */
  bool table = (mfn_frame(mfn)->type_info & FRAME_TYPE_MASK) == FRAME_SEGMENTS;
  int error = get_frame_type(mfn, table ? FRAME_SEGMENTS : FRAME_WRITABLE);
  if (!error) {
    desc_t *page = window_open(mfn);
    page[(address_low & (PAGE_SIZE - 1)) / sizeof(desc_t)] = desc;
    window_close(page);
    put_frame_type(mfn);
  }
  put_frame(mfn);
  return error;
}
